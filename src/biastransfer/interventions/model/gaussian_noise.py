"""Gaussian noise on the word embeddings (Steed et al. 2022, section 4)."""

from typing import Literal

import torch

from biastransfer.interventions.model.noise import add_noise


def intervene(
    model: torch.nn.Module, level: float, seed: int, *, clip: Literal["global", "dimension"], tie_decoder: bool
) -> tuple[torch.nn.Module, dict]:
    """Add ε ~ N(0, (level · sd E)²); the paper prints no scale, here it is relative to the matrix's spread."""
    shape = model.get_input_embeddings().weight.shape
    noise = level * torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return model, add_noise(model, noise, clip=clip, tie_decoder=tie_decoder)
