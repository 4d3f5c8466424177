"""From probabilities to predictions: the usual decision, and the one at the equal-error-rate threshold."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

ARGMAX, EQUAL_ERROR_RATE = "argmax", "equal_error_rate"


class Decision(NamedTuple):
    """A rule that decides, its threshold per test set, and what it predicts."""

    name: str
    thresholds: Mapping[str, float]
    predictions: pd.DataFrame


def equal_error_rate(flagged: np.ndarray, probability: np.ndarray) -> float:
    """The threshold at which the false positive rate is nearest to the false negative rate (Dixon et al. 2018).

    A text is flagged if its probability is not below the threshold. Candidates are all probabilities that occur, and one
    above them; of equally good ones the lowest is taken. (Dixon et al.'s code compares counts in place of rates, on a grid
    of 101 thresholds, which is the same up to the grid on their balanced test set.)

    Parameters
    ----------
    flagged : (n,) bool, the truth.
    probability : (n,) of the flag.

    Returns
    -------
    The threshold; missing where all texts or none are to be flagged.
    """
    if flagged.all() or not flagged.any():
        return float("nan")
    candidates = np.unique(probability.astype(float))
    candidates = np.append(candidates, np.nextafter(candidates[-1], np.inf))
    positives, negatives = np.sort(probability[flagged]), np.sort(probability[~flagged])
    misses = np.searchsorted(positives, candidates) / len(positives)
    alarms = (len(negatives) - np.searchsorted(negatives, candidates)) / len(negatives)
    return float(candidates[np.abs(alarms - misses).argmin()])


def decide(predictions: pd.DataFrame, classes: Sequence[str], flagged: str | None) -> list[Decision]:
    """The predictions as each rule decides them.

    The equal-error-rate threshold is found on all texts of a test set, one threshold per run and test set, as Dixon et
    al. do; it therefore uses the test set's labels. A test set without both values of the flag has none, and is left out
    of this decision.

    Parameters
    ----------
    predictions : ``testset, label, predicted, probability``.
    classes : in the order of ``probability``.
    flagged : the class of the flag; None where there is none, and then the usual decision is the only one.
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
