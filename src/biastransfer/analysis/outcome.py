"""Which downstream number is explained, and by which covariates, for each kind of task."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Outcome:
    """The dependent variable of a kind of task and the dataset statistics that stand beside upstream bias.

    ``ratio`` is the column that is correlated in the paper's Table 2 and Figure 9.
    """

    kind: str
    column: str
    label: str
    log: bool
    covariates: tuple[str, ...]
    ratio: str

    def values(self, table: pd.DataFrame) -> pd.Series:
        """The dependent variable, logged where the paper logs it."""
        return np.log(table[self.column]) if self.log else table[self.column]

    def intervals(self, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Its 95 % interval."""
        low, high = table["bias_low"], table["bias_high"]
        return (np.log(low), np.log(high)) if self.log else (low, high)


OUTCOMES = {
    "label_by_group": Outcome(
        "label_by_group", "tpr_ratio", "log TPR ratio", True, ("prevalence",), "tpr_ratio"
    ),
    "flag_by_mention": Outcome(
        "flag_by_mention", "fpr", "false positive rate", False, ("prevalence", "mention_share"), "fpr_ratio"
    ),
}  # fmt: skip
"""Kind -> outcome (Steed et al. 2022, Tables 3 and 4: logs for BIOS, levels for WIKI)."""


def outcome_of(table: pd.DataFrame) -> Outcome:
    """The outcome of a table of one task: the kind whose column it fills."""
    return OUTCOMES["label_by_group" if table["tpr_ratio"].notna().any() else "flag_by_mention"]


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
