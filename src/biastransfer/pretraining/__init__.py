"""Pre-training a base model as a step of the study."""
