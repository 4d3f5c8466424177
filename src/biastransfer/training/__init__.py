"""Training as pre-training and fine-tuning share it: batches, the loop, and opening checkpoints."""
