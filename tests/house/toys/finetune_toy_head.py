"""A toy head: the usual classifier under another name."""

from biastransfer.finetune.classification import fine_tune, load, predict

__all__ = ["fine_tune", "load", "predict"]
