"""Dataset bias of label_by_group tasks: the share of a group among the rows of a label."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.common.problems import listing, nearest
from biastransfer.tasks.groups import REST, compared, compares_rest


def check_comparison(train: pd.DataFrame, test: pd.DataFrame, compare: Sequence[str], min_cell: int) -> list[str]:
    """Reasons why the groups cannot be compared, one sentence each."""
    groups = sorted(set(train["group"]) | set(test["group"]))
    rest = compares_rest(compare)
    if rest and REST in groups and len(groups) > 2:
        return [
            f"compare: {REST} means all groups but {compare[0]!r}, and the data has a group {REST!r}; rename that group."
        ]
    unknown = [group for group in (compare[:1] if rest else compare) if group not in groups]
    if unknown:
        return [
            f"compare: found {group!r}; the data has the groups {listing(groups)}.{nearest(group, groups)}"
            for group in unknown
        ]
    test = compared(test, compare)
    cells = pd.crosstab(test["label"], test["group"]).reindex(columns=list(compare), fill_value=0).min(axis=1)
    if not (cells >= min_cell).any():
        return [
            f"min_cell: found {min_cell}; no label has that many test rows of both {' and '.join(compare)} (at most {int(cells.max())})."
        ]
    return []


def dataset_bias(train: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]) -> pd.DataFrame:
    """Dataset bias of a trainset: π, the share of the first compared group among the target's rows.

    Returns ``target, prevalence, mention_share, toxic_length, n``; the columns of the other kind are missing.
    Source: Steed et al. 2022, section 4 and Eq. 4.
    """
    rows = compared(train, compare)
    rows = rows[rows["group"].isin(compare)]
    by_target = (rows["group"] == compare[0]).groupby(rows["label"])
    share, count = by_target.mean(), by_target.size()
    return pd.DataFrame(
        {
            "target": list(targets),
            "prevalence": share.reindex(targets).to_numpy(float),
            "mention_share": np.nan,
            "toxic_length": np.nan,
            "n": count.reindex(targets, fill_value=0).to_numpy("int64"),
        }
    )
