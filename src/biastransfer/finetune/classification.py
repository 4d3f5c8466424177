"""The head ``classification``: a sequence classifier, all of whose weights are trained (Devlin et al. 2019)."""

from biastransfer.checkpoints.load import load_classifier as load
from biastransfer.finetune.predict import predict
from biastransfer.finetune.train import fine_tune

__all__ = ["fine_tune", "load", "predict"]
