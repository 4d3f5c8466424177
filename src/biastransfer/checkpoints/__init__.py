"""Checkpoints on disk: opened, checked and saved, and the model types that wrap another model."""
