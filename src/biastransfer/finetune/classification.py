"""The head ``classification``: a sequence classifier, all of whose weights are trained (Devlin et al. 2019)."""

from biastransfer.finetune.predict import predict
from biastransfer.finetune.train import fine_tune
from biastransfer.training.load import load_classifier as load

__all__ = ["fine_tune", "load", "predict"]
