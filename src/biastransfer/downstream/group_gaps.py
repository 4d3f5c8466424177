"""Differences of true positive rates between all pairs of groups, and between each of several groups and the others."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from biastransfer.downstream import intervals, true_positives
from biastransfer.tasks.groups import REST

COLUMNS = (
    "first",
    "second",
    "target",
    "testset",
    "n_first",
    "n_second",
    "rate_first",
    "rate_second",
    "gap",
    "low",
    "high",
)


def comparisons(groups: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair of groups, in their order; then, with more than two, each group and ``rest``."""
    against_all = [(group, REST) for group in groups] if len(groups) > 2 else []
    return [*combinations(groups, 2), *against_all]


def group_gaps(predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str]) -> pd.DataFrame:
    """Gaps per comparison and target, first group minus second, with Newcombe's interval.

    Parameters
    ----------
    predictions : ``id, testset, label, predicted``.
    data : the test rows, ``id, testset, group``.
    targets : the labels.

    Returns
    -------
    DataFrame with ``first, second, target, testset, n_first, n_second, rate_first, rate_second, gap, low, high``; a gap
    is missing where either group has no row of the label.
    """
    parts = []
    for compare in comparisons(sorted(data["group"].unique())):
        rates = true_positives.rates(predictions, data, targets, compare)
        sides = [rates[rates["group"] == group].set_index(["testset", "target"]) for group in compare]
        counts = [side[name] for side in sides for name in ("hits", "n")]
        gap, low, high = intervals.difference(*(count.to_numpy() for count in counts))
        parts.append(
            sides[0].index.to_frame(index=False).assign(
                first=compare[0],
                second=compare[1],
                n_first=sides[0]["n"].to_numpy(),
                n_second=sides[1]["n"].to_numpy(),
                rate_first=sides[0]["rate"].to_numpy(),
                rate_second=sides[1]["rate"].to_numpy(),
                gap=gap,
                low=np.where(np.isnan(gap), np.nan, low),
                high=np.where(np.isnan(gap), np.nan, high),
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]
