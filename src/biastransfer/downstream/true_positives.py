"""True-positive-rate bias of a label classifier between two groups (Steed et al. 2022, Eq. 1).

TPR(y, g) = P(predicted y | label y, group g); TPB(y) = TPR(y, first) / TPR(y, second).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from biastransfer.downstream import intervals
from biastransfer.downstream.bootstrap import estimate
from biastransfer.tasks.groups import compared

FLAGGED = None


def rates(
    predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]
) -> pd.DataFrame:
    """True-positive rates per target and compared group with counts and Wilson intervals.

    Parameters
    ----------
    predictions : ``id, testset, label, predicted``.
    data : the test rows, ``id, testset, group``.
    targets, compare : labels and groups; all their pairs get a row, with a missing rate if n is 0. The second
        group may be ``rest``, all but the first.

    Returns
    -------
    DataFrame with ``measure, target, group, testset, n, hits, rate, low, high``; measure is ``tpr``.
    """
    data = compared(data[["id", "testset", "group"]], compare)
    joined = predictions.merge(data, on=["id", "testset"], validate="one_to_one")
    joined["hit"] = joined["label"] == joined["predicted"]
    counts = joined.groupby(["testset", "label", "group"])["hit"].agg(["size", "sum"])
    index = pd.MultiIndex.from_product(
        [sorted(joined["testset"].unique()), targets, compare], names=["testset", "target", "group"]
    )
    table = counts.rename_axis(["testset", "target", "group"]).reindex(index, fill_value=0).reset_index()
    table = table.rename(columns={"size": "n", "sum": "hits"}).astype({"n": "int64", "hits": "int64"})
    table["rate"] = np.where(table["n"] > 0, table["hits"] / table["n"].clip(lower=1), np.nan)
    table["low"], table["high"] = intervals.wilson(table["hits"], table["n"])
    columns = ["measure", "target", "group", "testset", "n", "hits", "rate", "low", "high"]
    return table.assign(measure="tpr")[columns]


def compared_texts(
    data: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """The texts whose mean scores a target's bias compares: row numbers of the first group's and of the second group's.

    Parameters
    ----------
    data : the test rows, ``label, group``.
    targets, compare : labels and groups.
    """
    groups = compared(data[["group"]], compare)["group"].to_numpy()
    label = data["label"].to_numpy()
    return {
        target: tuple(np.flatnonzero((label == target) & (groups == group)) for group in compare) for target in targets
    }


def bias(
    rates: pd.DataFrame,
    predictions: pd.DataFrame,
    data: pd.DataFrame,
    classes: Sequence[str],
    compare: Sequence[str],
    *,
    zero: str = "smooth",
    replicates: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Bias per target, all first group against second, each measure with an analytic and a bootstrap interval.

    ``tpr_ratio`` (Eq. 1), ``tpr_log_ratio`` (its natural logarithm), ``tpr_gap`` and ``probability_gap``, the difference of
    the mean predicted probability of the true class: the same question as the gap of rates, with less sampling noise.

    Parameters
    ----------
    zero : a ratio with a zero count is smoothed (``smooth``) or missing (``drop``), in the replicates too. Rates of 0 or 1
        have no bootstrap interval, since they never vary.

    Returns
    -------
    DataFrame with ``target, measure, testset, value, low, high, n_min, smoothed, bootstrap_low, bootstrap_high``; ``n_min``
    is the smaller group's n.
    """
    first = rates[rates["group"] == compare[0]].set_index(["testset", "target"])
    second = rates[rates["group"] == compare[1]].set_index(["testset", "target"])
    n_min = np.minimum(first["n"], second["n"])
    joined = compared(data[["id", "testset", "group"]], compare).merge(
        predictions, on=["id", "testset"], validate="one_to_one"
    )
    code = {name: number for number, name in enumerate(classes)}
    probability = np.stack(joined["probability"].to_numpy())
    joined["true_class"] = probability[np.arange(len(joined)), joined["label"].map(code).to_numpy()].astype(float)
    targets = list(n_min.index.unique("target"))
    terms = [_terms(rows, targets, compare) for _, rows in joined.groupby("testset", sort=True)]
    estimates = estimate(terms, lambda sums: _values(sums, len(targets), zero), replicates=replicates, seed=seed)
    counts = (first["hits"], first["n"], second["hits"], second["n"])
    _, low, high, smoothed = intervals.ratio(*counts, zero=zero)
    sure = np.any([(side["hits"] == 0) | (side["hits"] == side["n"]) for side in (first, second)], axis=0)
    moments = joined.groupby(["group", "testset", "label"])["true_class"].agg(["var", "size"])
    ours, theirs = (
        moments.reindex([(group, *cell) for cell in n_min.index]).set_axis(n_min.index) for group in compare
    )
    gap = intervals.mean_difference(
        estimates["probability_gap"].value, ours["var"], ours["size"], 0.0, theirs["var"], theirs["size"]
    )
    bounds = {
        "tpr_ratio": (low, high, smoothed),
        "tpr_log_ratio": (np.log(low), np.log(high), smoothed),
        "tpr_gap": (*intervals.difference(*counts)[1:], False),
        "probability_gap": (*gap[1:], False),
    }
    parts = [
        n_min.rename("n_min")
        .reset_index()
        .assign(
            measure=measure,
            value=estimates[measure].value,
            low=np.asarray(low),
            high=np.asarray(high),
            smoothed=smoothed,
            bootstrap_low=np.where(sure & (measure != "probability_gap"), np.nan, estimates[measure].low),
            bootstrap_high=np.where(sure & (measure != "probability_gap"), np.nan, estimates[measure].high),
        )
        for measure, (low, high, smoothed) in bounds.items()
    ]
    columns = ["target", "measure", "testset", "value", "low", "high", "n_min", "smoothed"]
    return pd.concat(parts, ignore_index=True)[[*columns, "bootstrap_low", "bootstrap_high"]]


def summaries(rates: pd.DataFrame, bias: pd.DataFrame) -> pd.DataFrame:
    """Root mean square of the TPR gaps over labels (De-Arteaga et al. 2019; Romanov et al. 2019), per test set.

    Returns
    -------
    DataFrame with ``testset, tpr_gap_rms``; labels without a row of either group do not count.
    """
    gaps = bias[bias["measure"] == "tpr_gap"].groupby("testset")["value"]
    return gaps.agg(lambda gap: np.sqrt((gap**2).mean())).rename("tpr_gap_rms").reset_index()


def _terms(rows: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]) -> sparse.csr_array:
    """Each text's contribution to n, hits and summed probability of each group and target, in this order of axes."""
    cell = pd.Index(targets).get_indexer(rows["label"])
    group = pd.Index(compare).get_indexer(rows["group"])
    text = np.flatnonzero((cell >= 0) & (group >= 0))
    cell, cells = (group * len(targets) + cell)[text], len(compare) * len(targets)
    hit = (rows["label"] == rows["predicted"]).to_numpy(float)
    added = [np.ones(len(text)), hit[text], rows["true_class"].to_numpy()[text]]
    places = (np.tile(text, 3), np.concatenate([cell + cells * fact for fact in range(3)]))
    return sparse.csr_array((np.concatenate(added), places), shape=(len(rows), 3 * cells))


def _values(sums: np.ndarray, targets: int, zero: str) -> dict[str, np.ndarray]:
    """The measures of sums, shape (..., 3 × 2 × targets), each of shape (..., targets)."""
    n, hits, probability = np.moveaxis(sums.reshape(*sums.shape[:-1], 3, 2, targets), -3, 0)
    counts = (hits[..., 0, :], n[..., 0, :], hits[..., 1, :], n[..., 1, :])
    ratio = intervals.ratio(*counts, zero=zero)[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, rate = probability / n, hits / n
    return {
        "tpr_ratio": ratio,
        "tpr_log_ratio": np.log(ratio),
        "tpr_gap": rate[..., 0, :] - rate[..., 1, :],
        "probability_gap": mean[..., 0, :] - mean[..., 1, :],
    }
