"""From probabilities to predictions, by the usual decision or at the equal-error-rate threshold."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import det_curve

ARGMAX, EQUAL_ERROR_RATE = "argmax", "equal_error_rate"


class Decision(NamedTuple):
    """A decision rule, its threshold per test set, and its predictions."""

    name: str
    thresholds: Mapping[str, float]
    predictions: pd.DataFrame


def equal_error_rate(flagged: np.ndarray, probability: np.ndarray) -> float:
    """The threshold at which the false positive rate is nearest to the false negative rate (Dixon et al. 2018).

    A text is flagged if its probability is not below the threshold. Of several such thresholds this is the lowest. (Dixon et al.'s
    code compares counts on a grid of 101 thresholds; on their balanced test set this agrees up to the grid.)

    Parameters
    ----------
    flagged : (n,) bool, the truth.
    probability : (n,) of the flag.

    Returns
    -------
    The threshold; missing where the truth has one value only.
    """
    if flagged.all() or not flagged.any():
        return float("nan")
    alarms, misses, thresholds = det_curve(flagged, probability)
    return float(thresholds[np.abs(alarms - misses).argmin()])


def decide(predictions: pd.DataFrame, classes: Sequence[str], flagged: str | None) -> list[Decision]:
    """The predictions of each rule.

    Each run and test set has one equal-error-rate threshold over all texts, as in Dixon et al.; it uses the test set's labels. A
    test set without both values of the flag has no threshold, and this decision omits it.

    Parameters
    ----------
    predictions : ``testset, label, predicted, probability``.
    classes : in the order of ``probability``.
    flagged : the class of the flag; None allows only the usual decision.
    """
    testsets = predictions["testset"].unique()
    usual = Decision(ARGMAX, dict.fromkeys(testsets, np.nan if flagged is None else 0.5), predictions)
    if flagged is None:
        return [usual]
    probability = flag_probability(predictions, classes, flagged)
    truth = (predictions["label"] == flagged).to_numpy()
    thresholds = {}
    for testset in testsets:
        here = (predictions["testset"] == testset).to_numpy()
        thresholds[testset] = equal_error_rate(truth[here], probability[here])
    thresholds = {testset: threshold for testset, threshold in thresholds.items() if not np.isnan(threshold)}
    other = next(name for name in classes if name != flagged)
    threshold = predictions["testset"].map(thresholds).to_numpy(float)
    decided = predictions.assign(predicted=np.where(probability >= threshold, flagged, other))[~np.isnan(threshold)]
    return [usual, Decision(EQUAL_ERROR_RATE, thresholds, decided)] if thresholds else [usual]


def flag_probability(predictions: pd.DataFrame, classes: Sequence[str], flagged: str) -> np.ndarray:
    """The predicted probability of the flag, (n,)."""
    return np.stack(predictions["probability"].to_numpy())[:, list(classes).index(flagged)].astype(float)
