"""Training as pre-training and fine-tuning share it: the device, batches, the loop, and its saved state."""
