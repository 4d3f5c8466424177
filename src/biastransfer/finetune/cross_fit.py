"""Probes that predict texts which they were not fitted on: one for each fold, and one on all training texts for other texts."""

from typing import NamedTuple

import numpy as np

from biastransfer.finetune.logistic_regression import fit

OUTSIDE = -1
"""In place of the fold of a text that is not among the training texts."""


class CrossFit(NamedTuple):
    """Logits of the predicted texts, shape (n, classes), and the probes: (probes, classes, width) and (probes, classes)."""

    logits: np.ndarray
    weight: np.ndarray
    bias: np.ndarray


def cross_fit(
    states: np.ndarray,
    labels: np.ndarray,
    folds: np.ndarray,
    predicted: np.ndarray,
    predicted_folds: np.ndarray,
    n_classes: int,
    *,
    inverse_penalty: float,
    times: np.ndarray,
) -> CrossFit:
    """Fit a probe for each fold that has a text to predict, on the training texts of other folds.

    Parameters
    ----------
    states, labels, folds, times : of the training texts; shape (n, width), then (n,). ``times``: how often each occurs.
    predicted, predicted_folds : states and folds of the texts to predict. Those :data:`OUTSIDE` are predicted from all training texts.

    Returns
    -------
    Probes are in the order of their folds; the one for texts outside comes first.
    """
    logits = np.empty((len(predicted), n_classes))
    weights, biases, found = [], [], None
    for fold in np.unique(predicted_folds):
        used, wanted = folds != fold, predicted_folds == fold
        # The optimum of one fold is near those of the others.
        found = fit(
            states[used], labels[used], n_classes, inverse_penalty=inverse_penalty, weights=times[used], start=found
        )
        weight, bias = (np.asarray(part, np.float32) for part in found)
        logits[wanted] = predicted[wanted].astype(float) @ weight.T.astype(float) + bias
        weights.append(weight)
        biases.append(bias)
    return CrossFit(logits, np.stack(weights), np.stack(biases))
