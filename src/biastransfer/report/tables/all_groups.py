"""All groups of a task compared, in the control: a summary of each pair, and the gaps per label."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biastransfer.report.page.parts import Section
from biastransfer.report.tables.table_texts import TableTexts
from biastransfer.report.text.section_texts import section_of

TEXTS = TableTexts.beside(__file__)


def section(gaps: Mapping[str, pd.DataFrame], min_cell: Mapping[str, int]) -> Section:
    """The section.

    Parameters
    ----------
    gaps : task -> its table ``group_gaps``.
    min_cell : task -> fewest test texts of a label and group for a gap that counts.
    """
    tables = [
        gap.assign(task=task, small_cell=gap[["n_first", "n_second"]].min(axis=1) < min_cell[task])
        for task, gap in gaps.items()
    ]
    every_gap = pd.concat(tables, ignore_index=True)
    return section_of(
        "groups", tables=[TEXTS.table("groups", _summary(every_gap)), TEXTS.table("group_gaps", every_gap)]
    )


def _summary(gaps: pd.DataFrame) -> pd.DataFrame:
    """One row per pair of groups: the mean and the root mean square of its gaps, and the widest one."""
    rows = []
    for (task, first, second), pair in gaps.groupby(["task", "first", "second"], sort=False):
        used = pair[~pair["small_cell"]].dropna(subset="gap")
        row = {"task": task, "first": first, "second": second, "labels": len(used), "of": len(pair)}
        if len(used):
            widest = used.loc[used["gap"].abs().idxmax()]
            row |= {
                "mean": used["gap"].mean(),
                "rms": float(np.sqrt((used["gap"] ** 2).mean())),
                "widest": widest["target"],
                "gap": widest["gap"],
                "low": widest["low"],
                "high": widest["high"],
                "apart": int((used["low"] * used["high"] > 0).sum()),
            }
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=list(TEXTS.heads("groups")))
