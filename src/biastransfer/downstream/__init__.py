"""Downstream (extrinsic) bias: how a fine-tuned classifier treats groups."""
