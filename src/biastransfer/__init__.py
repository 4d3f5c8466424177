"""Does the bias of a fine-tuned language model come from the pre-trained model or from the fine-tuning data?"""

__version__ = "0.1.0"
