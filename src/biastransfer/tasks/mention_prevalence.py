"""Dataset bias of flag_by_mention tasks: the share of flagged texts among those that mention a term."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.tasks.flags import FLAGGED


def check_comparison(train: pd.DataFrame, test: pd.DataFrame, compare: object, min_cell: int) -> list[str]:
    """No check: the comparison is with all texts, and the tables mark rare terms."""
    return []


def dataset_bias(train: pd.DataFrame, targets: Sequence[str], compare: object) -> pd.DataFrame:
    """Dataset bias of a trainset, per term.

    Returns ``target, prevalence, mention_share, toxic_length, n``: the share of the term's mentions that are flagged,
    the share of all texts that mention it, the mean length in characters of flagged mentions, and the mentions; missing
    without mentions. Source: Steed et al. 2022, Table 4 and appendix B.
    """
    flagged = (train["label"] == FLAGGED).to_numpy()
    length = train["text"].str.len().to_numpy()
    rows: dict[str, list[int]] = {target: [] for target in targets}
    for row, terms in enumerate(train["terms"]):
        for term in terms:
            if term in rows:
                rows[term].append(row)
    records = []
    for target, mentions in rows.items():
        toxic = [row for row in mentions if flagged[row]]
        records.append(
            {
                "target": target,
                "prevalence": len(toxic) / len(mentions) if mentions else np.nan,
                "mention_share": len(mentions) / len(train),
                "toxic_length": float(length[toxic].mean()) if toxic else np.nan,
                "n": len(mentions),
            }
        )
    return pd.DataFrame(records)
