"""Uniform noise on the word embeddings (Steed et al. 2022, section 4)."""

from typing import Literal

import torch

from biastransfer.interventions.model.noise import add_noise


def intervene(
    model: torch.nn.Module, level: float, seed: int, *, clip: Literal["global", "dimension"], tie_decoder: bool
) -> tuple[torch.nn.Module, dict]:
    """Add ε ~ Unif(−c, c) with c = level · sd E; its standard deviation is c / √3. The paper prints no c."""
    shape = model.get_input_embeddings().weight.shape
    noise = level * (2 * torch.rand(shape, generator=torch.Generator().manual_seed(seed)) - 1)
    return model, add_noise(model, noise, clip=clip, tie_decoder=tie_decoder)
