"""Fine-tuning a classifier and predicting with it."""
