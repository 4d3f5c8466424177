"""Downstream (extrinsic) bias: what a fine-tuned classifier does to groups."""
