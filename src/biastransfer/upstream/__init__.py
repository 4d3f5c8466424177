"""Upstream (intrinsic) bias: what a masked language model associates with a target before fine-tuning."""
