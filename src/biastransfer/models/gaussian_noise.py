"""Gaussian noise on the word embeddings (Steed et al. 2022, section 4)."""

import torch


def intervene(model: torch.nn.Module, level: float, seed: int) -> dict:
    """Replace the word-embedding matrix E by clip(E + ε, min E, max E), ε ~ N(0, (level · sd E)²).

    The paper prints no scale for its noise; here ``level`` is relative to the standard deviation of E's entries.

    Returns
    -------
    dict with ``embedding_sd``, ``noise_sd`` (as drawn) and ``clipped_share``.
    """
    matrix = model.get_input_embeddings().weight
    with torch.no_grad():
        spread = float(matrix.std())
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(matrix.shape, generator=generator) * level * spread
        low, high = matrix.min(), matrix.max()
        noisy = matrix + noise
        clipped = noisy.clamp(low, high)
        matrix.copy_(clipped)
    return {
        "embedding_sd": spread,
        "noise_sd": float(noise.std()),
        "clipped_share": float((clipped != noisy).float().mean()),
    }
