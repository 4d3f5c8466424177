"""Random noise on the word embeddings (Steed et al. 2022, section 4): E' = clip(E + ε, min E, max E)."""

from typing import Literal

import torch

from biastransfer.interventions.model.embeddings import replace_word_embeddings, word_embeddings


def add_noise(
    model: torch.nn.Module, noise: torch.Tensor, *, clip: Literal["global", "dimension"], tie_decoder: bool
) -> dict:
    """Add noise to the word-embedding matrix and clip the sum to the matrix's own range.

    Parameters
    ----------
    model : a masked language model; changed in place.
    noise : shape (vocabulary, width), in units of the standard deviation of the matrix's entries.
    clip : the range of ``global`` (one for the matrix, as the paper words it) or of each ``dimension``.
    tie_decoder : see :func:`biastransfer.interventions.model.embeddings.replace_word_embeddings`.

    Returns
    -------
    dict with ``embedding_sd``, ``noise_mean`` and ``noise_sd`` (as drawn, before clipping), ``clipped_share``,
    ``signal_to_noise`` (var E / var ε) and ``decoder``.
    """
    matrix = word_embeddings(model)
    spread = float(matrix.std())
    noise = noise.double() * spread
    noisy = matrix + noise
    low, high = (matrix.min(), matrix.max()) if clip == "global" else (matrix.amin(0), matrix.amax(0))
    clipped = noisy.clamp(low, high)
    return {
        "embedding_sd": spread,
        "noise_mean": float(noise.mean()),
        "noise_sd": float(noise.std()),
        "signal_to_noise": spread**2 / float(noise.var()),
        "clipped_share": float((clipped != noisy).double().mean()),
        **replace_word_embeddings(model, clipped, tie_decoder=tie_decoder),
    }
