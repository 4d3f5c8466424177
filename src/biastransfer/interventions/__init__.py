"""Changing one cause on purpose: the pre-trained model's weights, or the fine-tuning data."""
