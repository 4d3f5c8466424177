"""The numbers that figures show, taken from ``bias.parquet``."""

import pandas as pd

from biastransfer.analysis.outcome import outcome_intervals, outcome_of, outcome_values, per_run, solid
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.report.catalogue import measure_place
from biastransfer.report.conditions import condition_names, conditions_of

_SHOWN = ["upstream", "intermediate", "downstream", "low", "high", "prevalence"]


def rows_of(bias: pd.DataFrame, task: str, measure: str = "") -> pd.DataFrame:
    """A task's rows of one upstream measure; without one, of its first, for what does not depend on it."""
    rows = bias[bias["task"] == task]
    return rows[rows["upstream_measure"] == (measure or min(rows["upstream_measure"].unique(), key=measure_place))]


def is_control(rows: pd.DataFrame) -> pd.Series:
    """Whether each row is of the unchanged model on the unchanged data, and no further replicate."""
    unchanged = (rows["model_intervention"] == CONTROL) & (rows["data_intervention"] == ORIGINAL)
    return unchanged & (rows["replicate"] == 0)


def measured(task: pd.DataFrame) -> pd.DataFrame:
    """One row per run and target, averaged over templates.

    The column ``condition`` names other seeds of the control, too. Adds ``counts``, and the outcome as ``downstream, low,
    high``; the outcome is missing in small cells and in runs that did not learn, which do not count.
    """
    outcome = outcome_of(task)
    rows = per_run(task)
    counts = solid(rows)
    low, high = outcome_intervals(outcome, rows)
    return rows.assign(
        condition=condition_names(rows),
        counts=counts,
        downstream=outcome_values(outcome, rows).where(counts),
        low=low.where(counts),
        high=high.where(counts),
    )


def conditions(task: pd.DataFrame) -> pd.DataFrame:
    """Average a task's rows over templates, trials and replicates of a condition.

    Returns
    -------
    DataFrame with ``condition`` (its name), ``target, upstream, intermediate, downstream, low, high, prevalence``, in the order of
    :func:`biastransfer.report.conditions.conditions_of`; small cells and runs that did not learn are missing.
    """
    table = measured(task).groupby(["condition", "target"], sort=True)[_SHOWN].mean().reset_index()
    places = {condition.name: place for place, condition in enumerate(conditions_of(task))}
    order = table["condition"].map(places).argsort(kind="stable")
    return table.iloc[order].reset_index(drop=True)


def control_of(table: pd.DataFrame) -> pd.DataFrame:
    """The control's rows of :func:`conditions`, by target."""
    return table[table["condition"] == CONTROL].set_index("target")


def by_target(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column of :func:`conditions`: a row per condition, in order, and a column per target."""
    return table.pivot(index="condition", columns="target", values=column).reindex(table["condition"].unique())


def extremes(bias: pd.Series, count: int) -> list[str]:
    """The targets with the lowest and with the highest bias, ``count`` of each where there are enough, lowest first."""
    known = bias.dropna().sort_values(kind="stable")
    count = min(count, (len(known) + 1) // 2)
    return list(dict.fromkeys([*known.index[:count], *known.index[-count:]])) if count else []
