"""Claims about scrubbing, with and without pre-training."""

from collections.abc import Iterator

import numpy as np

from biastransfer.analysis.claims.arrays import compared
from biastransfer.analysis.claims.changes import order
from biastransfer.analysis.claims.findings import Finding, Margins, above_zero, within
from biastransfer.analysis.claims.runs import Runs

UNRELATED = 0.3
"""Correlation up to which biases count as unrelated."""
SCRUBBED = ("toxic", "all")


def scrubbing_reduces(runs: Runs, margins: Margins, model: str) -> Iterator[Finding]:
    """How much lower mean bias is after scrubbing, in sd of the control; ``difference``: without pre-training less with it."""
    for family in SCRUBBED:
        plain, scrubbed = _without_pretraining(runs, family)
        pretrained = runs.on_data("scrubbed", family, 1.0)
        cells = {"random": (plain, scrubbed), "difference": (plain, scrubbed, pretrained, runs.control)}[model]
        if min(map(len, cells)):
            region = above_zero(margins.equivalence, 0.5)
            finding = compared(runs, f"{family} mentions", cells, lambda each: each.mean(1), region)
            if finding:
                yield finding


def scrubbed_is_unrelated(runs: Runs, margins: Margins) -> Iterator[Finding]:
    """Correlation of the control's biases with those of a model without pre-training and without any mention."""
    scrubbed = _without_pretraining(runs, "all")[1]
    limit = float(np.arctanh(UNRELATED))
    if len(scrubbed) and (finding := order(runs, margins, "all mentions", scrubbed, 0.09, within(limit))):
        yield finding


def few_mentions_suffice(runs: Runs, margins: Margins) -> Iterator[Finding]:
    """Correlation of the control's biases with those of a model without pre-training and with few mentions left."""
    facts = runs.facts
    levels = facts["level"][
        (facts["model_intervention"] == "random_init") & (facts["family"] == "all") & (facts["level"] < 1)
    ]
    if len(levels):
        few = runs.on_data("scrubbed", "all", levels.max(), "random_init")
        if finding := order(runs, margins, f"{1 - levels.max():.0%} of mentions", few, np.nan):
            yield finding


def _without_pretraining(runs: Runs, family: str) -> tuple[np.ndarray, np.ndarray]:
    """Runs of models without pre-training that have a scrubbed twin, on the original data, and their twins."""
    scrubbed = runs.on_data("scrubbed", family, 1.0, "random_init")
    models = set(runs.facts["model"].iloc[scrubbed])
    plain = runs.on_original("random_init")
    return plain[[name in models for name in runs.facts["model"].iloc[plain]]], scrubbed
