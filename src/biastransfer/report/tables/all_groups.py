"""All groups of a task compared, in the control: the summary of every comparison, and the gaps per label."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biastransfer.report.page.parts import Section, Table


def section(gaps: Mapping[str, pd.DataFrame], min_cell: Mapping[str, int]) -> Section:
    """The section.

    Parameters
    ----------
    gaps : task -> its table ``group_gaps``.
    min_cell : task -> rows of a label and group below which a gap does not count.
    """
    tables = [table.assign(task=task, small_cell=_small(table, min_cell[task])) for task, table in gaps.items()]
    whole = pd.concat(tables, ignore_index=True)
    return Section(
        "Every group",
        "The verdict rests on the two groups that the study file compares. Here the control's true positive rates are compared between all "
        "groups that the data has: every pair, and with more than two groups each against the rest.",
        [],
        [_summary(whole), _gaps(whole)],
    )


def _small(table: pd.DataFrame, fewest: int) -> pd.Series:
    return table[["n_first", "n_second"]].min(axis=1) < fewest


def _summary(gaps: pd.DataFrame) -> Table:
    rows = []
    for (task, first, second), every in gaps.groupby(["task", "first", "second"], sort=False):
        part = every[~every["small_cell"]].dropna(subset="gap")
        row = {"task": task, "first": first, "second": second, "labels": len(part), "of": len(every)}
        if len(part):
            widest = part.loc[part["gap"].abs().idxmax()]
            row |= {
                "mean": part["gap"].mean(), "rms": float(np.sqrt((part["gap"] ** 2).mean())), "widest": widest["target"],
                "gap": widest["gap"], "low": widest["low"], "high": widest["high"],
                "apart": int((part["low"] * part["high"] > 0).sum()),
            }  # fmt: skip
        rows.append(row)
    columns = {
        "task": "task", "first": "group", "second": "compared with", "labels": "labels", "of": "of", "mean": "mean gap",
        "rms": "RMS gap", "apart": "gaps apart from 0", "widest": "widest in", "gap": "gap", "low": "low", "high": "high",
    }  # fmt: skip
    return Table(
        name="groups",
        title="Gaps between all groups",
        caption="True positive rate of the group minus that of the other, in the control's first replicate, over labels with enough test texts of "
        "both; the widest gap has its 95 % interval (Newcombe). Intervals are not corrected for their number: of many, some exclude "
        "zero by chance.",
        frame=pd.DataFrame(rows).reindex(columns=list(columns)),
        columns=columns,
    )


def _gaps(gaps: pd.DataFrame) -> Table:
    return Table(
        name="group_gaps",
        title="Gaps between all groups, label by label",
        caption="As above, for every label.",
        frame=gaps,
        columns={
            "task": "task", "first": "group", "second": "compared with", "target": "label", "n_first": "texts",
            "n_second": "texts of the other", "rate_first": "TPR", "rate_second": "TPR of the other", "gap": "gap",
            "low": "low", "high": "high", "small_cell": "too few texts",
        },
        open=False,
    )  # fmt: skip
