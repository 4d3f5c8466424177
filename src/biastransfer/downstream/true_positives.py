"""True-positive-rate bias of a label classifier between two groups (Steed et al. 2022, Eq. 1).

TPR(y, g) = P(predicted y | label y, group g); TPB(y) = TPR(y, first) / TPR(y, second).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.downstream import intervals

FLAGGED = None


def rates(
    predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]
) -> pd.DataFrame:
    """True-positive rates per target and compared group with counts and Wilson intervals.

    Parameters
    ----------
    predictions : ``id, testset, label, predicted``.
    data : the test rows, ``id, testset, group``.
    targets, compare : labels and groups; all their pairs get a row, also where n is 0 (the rate is missing then).

    Returns
    -------
    DataFrame with ``target, group, testset, n, hits, rate, low, high``.
    """
    joined = predictions.merge(data[["id", "testset", "group"]], on=["id", "testset"], validate="one_to_one")
    joined["hit"] = joined["label"] == joined["predicted"]
    counts = joined.groupby(["testset", "label", "group"])["hit"].agg(["size", "sum"])
    index = pd.MultiIndex.from_product(
        [sorted(joined["testset"].unique()), targets, compare], names=["testset", "target", "group"]
    )
    table = counts.rename_axis(["testset", "target", "group"]).reindex(index, fill_value=0).reset_index()
    table = table.rename(columns={"size": "n", "sum": "hits"}).astype({"n": "int64", "hits": "int64"})
    table["rate"] = np.where(table["n"] > 0, table["hits"] / table["n"].clip(lower=1), np.nan)
    table["low"], table["high"] = intervals.wilson(table["hits"], table["n"])
    return table[["target", "group", "testset", "n", "hits", "rate", "low", "high"]]


def bias(
    rates: pd.DataFrame, predictions: pd.DataFrame, data: pd.DataFrame, classes: Sequence[str], compare: Sequence[str]
) -> pd.DataFrame:
    """Bias per target: ``tpr_ratio`` (Eq. 1), ``tpr_gap`` and ``probability_gap``, all first group against second.

    ``probability_gap`` is the difference of the mean predicted probability of the true class: the same question as the
    gap of rates, with less sampling noise.

    Returns
    -------
    DataFrame with ``target, measure, testset, value, low, high, n_min, smoothed``; ``n_min`` is the smaller group's n.
    """
    first = rates[rates["group"] == compare[0]].set_index(["testset", "target"])
    second = rates[rates["group"] == compare[1]].set_index(["testset", "target"])
    n_min = np.minimum(first["n"], second["n"])
    counts = (first["hits"], first["n"], second["hits"], second["n"])
    value, low, high, smoothed = intervals.ratio(*counts)
    parts = [_frame("tpr_ratio", value, low, high, n_min, smoothed)]
    value, low, high = intervals.difference(*counts)
    parts.append(_frame("tpr_gap", value, low, high, n_min, False))
    joined = predictions.merge(data[["id", "testset", "group"]], on=["id", "testset"], validate="one_to_one")
    code = {name: number for number, name in enumerate(classes)}
    probability = np.stack(joined["probability"].to_numpy())
    joined["true_class"] = probability[np.arange(len(joined)), joined["label"].map(code).to_numpy()].astype(float)
    moments = joined.groupby(["group", "testset", "label"])["true_class"].agg(["mean", "var", "size"])
    ours, theirs = (moments.loc[group].rename_axis(["testset", "target"]).reindex(n_min.index) for group in compare)
    value, low, high = intervals.mean_difference(
        ours["mean"], ours["var"], ours["size"], theirs["mean"], theirs["var"], theirs["size"]
    )
    parts.append(_frame("probability_gap", value, low, high, n_min, False))
    return pd.concat(parts, ignore_index=True)


def _frame(measure: str, value, low, high, n_min: pd.Series, smoothed) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "measure": measure,
            "value": np.asarray(value),
            "low": np.asarray(low),
            "high": np.asarray(high),
            "n_min": n_min.to_numpy(),
            "smoothed": smoothed,
        },
        index=n_min.index,
    ).reset_index()
    return table[["target", "measure", "testset", "value", "low", "high", "n_min", "smoothed"]]
