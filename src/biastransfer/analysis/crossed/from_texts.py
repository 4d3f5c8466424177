"""Biases of a crossed design from the scores of texts, and how far they depend on which texts were drawn."""

from collections.abc import Mapping

import numpy as np

from biastransfer.analysis.crossed.bias import CrossedBias

Texts = Mapping[str, tuple[np.ndarray, np.ndarray | None] | np.ndarray]
"""Target -> row numbers of the texts that it compares; without the second part, a target is compared with the mean over all.

An array of shape (texts, 1 + k) has twins instead: a text's score is that of its first twin minus the mean over the others.
"""


def crossed_bias(
    scores: np.ndarray,
    texts: Texts,
    models: tuple[str, ...],
    conditions: tuple[str, ...],
    trainsets: tuple[str, ...],
    *,
    resampled: bool = False,
) -> CrossedBias:
    """The bias of each target in each cell, and its covariance over test texts.

    Parameters
    ----------
    scores : of one scale, shape (models, trainsets, replicates, texts).
    texts : at least two rows in each part of each target; all targets have the same form.
    resampled : whether replicates resample one sample of training texts.

    Returns
    -------
    A target's bias is the mean score of its first texts minus that of its second; without second texts, minus the mean over targets.
    """
    shape = scores.shape[:3]
    flat = scores.reshape(-1, scores.shape[-1])
    parts = [
        [flat[:, rows[:, 0]] - flat[:, rows[:, 1:]].mean(2)] if isinstance(rows, np.ndarray)
        else [flat[:, part] for part in rows if part is not None]
        for rows in texts.values()
    ]  # fmt: skip
    values = np.stack([_signed(scored) for scored in parts])
    covariance = np.stack([sum(_of_mean(scored) for scored in of_target) for of_target in parts])
    if any(isinstance(rows, tuple) and rows[1] is None for rows in texts.values()):
        values -= values.mean(0)
        count = len(covariance)
        covariance = covariance * (1 - 2 / count) + covariance.sum(0) / count**2
    return CrossedBias(
        values.reshape(-1, *shape),
        covariance,
        tuple(texts),
        tuple(models),
        tuple(conditions),
        tuple(trainsets),
        resampled,
    )


def _signed(scored: list[np.ndarray]) -> np.ndarray:
    """Mean over the first texts' scores, minus that over the second where there are any; one number per cell."""
    first, *second = (part.mean(1) for part in scored)
    return first - second[0] if second else first


def _of_mean(scores: np.ndarray) -> np.ndarray:
    """Covariance of the cells' means over texts, shape (cells, cells)."""
    return np.atleast_2d(np.cov(scores)) / scores.shape[1]
