"""Rebalancing the compared groups within each label (Steed et al. 2022, appendix B.1)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def intervene(
    train: pd.DataFrame, *, over: float, under: float, compare: Sequence[str], seed: int
) -> tuple[pd.DataFrame, dict]:
    """Close a share of the gap between two groups within each label by over- and under-sampling.

    Per label the gap is ``|n(first group) - n(second group)|`` rows. ``round((over + under) * gap)`` of it are closed:
    ``round(over * gap)`` by copies of the rarer group's rows, the rest by removing rows of the commoner group (halves
    round to even). Copies go round the rarer group's rows in one random order, so no row is copied more than one time
    more often than another. There is one random order per label and group, whatever the other labels are; for one seed
    the rows that a smaller share removes or copies are among those of a larger share.

    Where the rarer group has no rows nothing can be copied: that part of the gap is left open and the label is listed.

    Parameters
    ----------
    train : ``id, text, label, group``.
    over, under : shares of the gap, neither negative, at most 1 together.
    compare : the two groups; rows of other groups are kept.
    seed : of the orders.

    Returns
    -------
    The kept rows, unchanged and in their order, followed by the copies (with the id of their row, in the rows' order);
    and facts: ``rows_before``, ``rows_after``, ``added``, ``removed``, ``gap_before``, ``gap_after`` (rows, summed over
    labels) and ``labels_without_rarer_group``.

    Raises
    ------
    ValueError : a share is negative or the two add up to more than 1.
    """
    if min(over, under) < 0 or over + under > 1 + 1e-9:
        raise ValueError(f"over {over} and under {under} must not be negative nor add up to more than 1")
    rows = train.groupby(["label", "group"], sort=True).indices
    copied: list[np.ndarray] = []
    removed: list[np.ndarray] = []
    without: list[str] = []
    gap_before = gap_after = 0
    for label in sorted(train["label"].unique()):
        sizes = {group: len(rows.get((label, group), ())) for group in compare}
        rarer, commoner = sorted(compare, key=lambda group: sizes[group])
        gap = sizes[commoner] - sizes[rarer]
        if gap == 0:
            continue
        add = round(over * gap)
        remove = round((over + under) * gap) - add
        if sizes[rarer] == 0:
            without.append(label)
            add = 0
        else:
            copied.append(np.resize(_random_order(rows[label, rarer], seed, label, rarer), add))
        removed.append(_random_order(rows[label, commoner], seed, label, commoner)[:remove])
        gap_before += gap
        gap_after += gap - add - remove
    added = np.sort(np.concatenate([*copied, np.empty(0, int)]))
    dropped = np.concatenate([*removed, np.empty(0, int)])
    kept = np.delete(np.arange(len(train)), dropped)
    rebalanced = train.iloc[np.concatenate([kept, added])].reset_index(drop=True)
    return rebalanced, {
        "rows_before": len(train),
        "rows_after": len(rebalanced),
        "added": len(added),
        "removed": len(dropped),
        "gap_before": gap_before,
        "gap_after": gap_after,
        "labels_without_rarer_group": without,
    }


def _random_order(rows: np.ndarray, seed: int, label: str, group: str) -> np.ndarray:
    return np.random.default_rng([seed, *f"{label}\0{group}".encode()]).permutation(rows)
