"""The control: the base model as it is."""

import torch


def intervene(model: torch.nn.Module, level: float | None, seed: int) -> tuple[torch.nn.Module, dict]:
    """Change nothing."""
    return model, {}
