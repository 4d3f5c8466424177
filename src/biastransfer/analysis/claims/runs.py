"""Runs of one task and upstream measure as arrays: a row a run, a column a target."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from biastransfer.analysis.outcome import outcome_intervals, outcome_of, outcome_values, per_run, solid
from biastransfer.common.control import CONTROL, ORIGINAL

FACTS = ["model", "trainset", "replicate", "model_intervention", "data_intervention", "family", "level"]

NORMAL = 1.959964
"""Half the width of a normal 95 % interval, in standard errors."""


@dataclass(frozen=True)
class Runs:
    """R runs on G targets.

    Attributes
    ----------
    facts : R rows, :data:`FACTS` and ``groups``.
    targets : names, shape (G,).
    bias, upstream, intermediate, prevalence, mention_share : shape (R, G); missing where there is none.
    errors : shape (R, G), standard errors of bias over test texts, from its 95 % intervals.
    log : whether bias is a logarithm.
    """

    facts: pd.DataFrame
    targets: np.ndarray
    bias: np.ndarray
    upstream: np.ndarray
    intermediate: np.ndarray
    prevalence: np.ndarray
    mention_share: np.ndarray
    errors: np.ndarray
    log: bool

    @cached_property
    def control(self) -> np.ndarray:
        """Numbers of the control's runs."""
        return self.of(
            lambda facts: (facts["model_intervention"] == CONTROL) & (facts["data_intervention"] == ORIGINAL)
        )

    def of(self, wanted: Callable[[pd.DataFrame], pd.Series]) -> np.ndarray:
        """Numbers of the runs that are wanted."""
        return np.flatnonzero(wanted(self.facts).to_numpy(bool))

    def of_group(self, group: str) -> np.ndarray:
        """Numbers of the runs of a treatment group."""
        return self.of(lambda facts: facts["groups"].map(lambda groups: group in groups))

    def on_original(self, intervention: str) -> np.ndarray:
        """Numbers of the runs of changed models, fine-tuned on the original data."""
        return self.of(
            lambda facts: (facts["model_intervention"] == intervention) & (facts["data_intervention"] == ORIGINAL)
        )

    def on_data(self, intervention: str, family: str, level: float | None = None, model: str = CONTROL) -> np.ndarray:
        """Numbers of the runs of a model on changed data, of one level or of all."""
        return self.of(
            lambda facts: (
                (facts["model_intervention"] == model)
                & (facts["data_intervention"] == intervention)
                & (facts["family"] == family)
                & (True if level is None else facts["level"] == level)
            )
        )


def runs_of(rows: pd.DataFrame) -> Runs:
    """The runs in rows of ``bias.parquet`` of one task and upstream measure; small cells and runs that did not learn are missing."""
    outcome = outcome_of(rows)
    each = per_run(rows)
    each = each.assign(bias=outcome_values(outcome, each).where(solid(each)).replace([np.inf, -np.inf], np.nan))
    low, high = outcome_intervals(outcome, each)
    each = each.assign(errors=(high - low) / (2 * NORMAL))
    keys = ["model", "trainset", "replicate"]
    facts = each.drop_duplicates(keys)[[*FACTS, "groups"]].reset_index(drop=True)
    order = pd.MultiIndex.from_frame(facts[keys])

    def wide(column: str) -> np.ndarray:
        return each.pivot(index=keys, columns="target", values=column).reindex(order).to_numpy(float)

    targets = np.array(sorted(each["target"].unique()))
    columns = ("bias", "upstream", "intermediate", "prevalence", "mention_share", "errors")
    return Runs(facts, targets, *map(wide, columns), log=outcome.log)
