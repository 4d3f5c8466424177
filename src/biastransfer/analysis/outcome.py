"""The downstream number that regressions explain: facts of the task kind's record, and its values in a table."""

from dataclasses import replace

import numpy as np
import pandas as pd

from biastransfer.common import registry
from biastransfer.common.records import Outcome, Reading


def outcome_of(table: pd.DataFrame) -> Outcome:
    """The outcome of a table of one task, by its kind, without covariates that have no value in the whole table."""
    outcome = registry.task_kinds()[table["kind"].iloc[0]].outcome
    lacking = lacking_covariates(table)
    return replace(outcome, covariates=tuple(name for name in outcome.covariates if name not in lacking))


def lacking_covariates(table: pd.DataFrame) -> list[str]:
    """Optional covariates of a task's kind that a table, e.g. a user's own, has no value of. Prevalence is not optional."""
    outcome = registry.task_kinds()[table["kind"].iloc[0]].outcome
    return [name for name in outcome.covariates if name != "prevalence" and table[name].isna().all()]


def outcome_values(outcome: Outcome, table: pd.DataFrame) -> pd.Series:
    """The dependent variable, logged where the paper logs it."""
    return np.log(table[outcome.column]) if outcome.log else table[outcome.column]


def outcome_intervals(outcome: Outcome, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Low and high end of its 95 % intervals."""
    low, high = table["bias_low"], table["bias_high"]
    return (np.log(low), np.log(high)) if outcome.log else (low, high)


def reading_values(reading: Reading, table: pd.DataFrame) -> pd.Series:
    """A reading of downstream bias as it enters a regression."""
    values = table[reading.column]
    if reading.transform == "log":
        return np.log(values)
    return -values if reading.transform == "negative" else values


def solid(table: pd.DataFrame) -> pd.Series:
    """Rows whose downstream bias counts: no small cell, and the run learnt its task."""
    return ~table["small_cell"] & ~table["failed_to_learn"]


def run_name(table: pd.DataFrame) -> pd.Series:
    """One name per run, the unit of the model fixed effects."""
    return table["model"] + "/" + table["trainset"] + "/" + table["replicate"].astype(str)


def per_run(bias: pd.DataFrame) -> pd.DataFrame:
    """One row per run, upstream measure and target: what depends on the template is averaged."""
    keys = ["task", "upstream_measure", "model", "trainset", "replicate", "target"]
    varying = ["upstream", "intermediate", "they_change"]
    grouped = bias.groupby(keys, sort=True)
    return grouped.first().assign(**{name: grouped[name].mean() for name in varying}).reset_index()
