"""Which downstream number is explained, and by which covariates, for each kind of task."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """The dependent variable of a kind of task and the dataset statistics that stand beside upstream bias."""

    column: str
    label: str
    log: bool
    covariates: tuple[str, ...]

    def values(self, table: pd.DataFrame) -> pd.Series:
        """The dependent variable, logged where the paper logs it."""
        return np.log(table[self.column]) if self.log else table[self.column]

    def intervals(self, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Its 95 % interval."""
        low, high = table["bias_low"], table["bias_high"]
        return (np.log(low), np.log(high)) if self.log else (low, high)


OUTCOMES = {
    "label_by_group": Outcome("tpr_ratio", "log TPR ratio", True, ("prevalence",)),
    "flag_by_mention": Outcome("fpr", "false positive rate", False, ("prevalence", "mention_share")),
}
"""Kind -> outcome (Steed et al. 2022, Tables 3 and 4: logs for BIOS, levels for WIKI)."""


def outcome_of(table: pd.DataFrame) -> Outcome:
    """The outcome of a table of one task: the kind whose column it fills."""
    return OUTCOMES["label_by_group" if table["tpr_ratio"].notna().any() else "flag_by_mention"]


def usable(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that can be analysed: nothing missing, no small cell, and the run learnt its task."""
    outcome = outcome_of(table)
    complete = table[[outcome.column, "upstream", *outcome.covariates]].notna().all(axis=1)
    return table[complete & ~table["small_cell"] & ~table["failed_to_learn"]]


def run_name(table: pd.DataFrame) -> pd.Series:
    """One name per run, the unit of the model fixed effects."""
    return table["model"] + "/" + table["trainset"] + "/" + table["replicate"].astype(str)


def per_run(bias: pd.DataFrame) -> pd.DataFrame:
    """One row per run, upstream measure and target: upstream bias is averaged over the templates."""
    keys = ["task", "upstream_measure", "model", "trainset", "replicate", "target"]
    first = bias.drop(columns="upstream").groupby(keys, sort=True).first()
    first["upstream"] = bias.groupby(keys, sort=True)["upstream"].mean()
    return first.reset_index()
