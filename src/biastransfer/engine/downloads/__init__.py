"""Downloading files, datasets and checkpoints, and locking each to what came first."""
