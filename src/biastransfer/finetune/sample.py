"""A replicate's sample of the training texts: how often each text occurs in it; needs no torch."""

import hashlib
from collections.abc import Iterable

import numpy as np

MOST = 12
"""A text occurs at most so often; a Poisson variable of mean 1 exceeds it once in 16 billion draws."""


def occurrences(ids: Iterable[str], seed: int) -> np.ndarray:
    """How often each text occurs in the sample, shape (n,), int64: Poisson of mean 1, a bootstrap of the texts.

    A number depends on the seed and on the text's id alone. Trainsets that share texts therefore share the sample, so that changes
    of the training data are paired. Source: Hanley and MacGibbon 2006, the Poisson bootstrap.
    """
    shares = np.array([_share(f"{seed}/{text}") for text in ids])
    steps = np.arange(MOST)
    factorials = np.cumprod(np.maximum(steps, 1))
    below = np.cumsum(np.exp(-1.0) / factorials)
    return np.searchsorted(below, shares, side="right")


def _share(text: str) -> float:
    """A number in [0, 1) for a text, even over texts (SHA-256)."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 2**56
