"""The control: the base model as it is."""

import torch


def intervene(model: torch.nn.Module, level: float | None, seed: int) -> dict:
    """Change nothing."""
    return {}
