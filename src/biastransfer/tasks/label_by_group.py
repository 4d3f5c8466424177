"""Tasks with a label to predict and groups to compare, such as occupation from biographies by pronoun (BIOS)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biastransfer.common.problems import listing
from biastransfer.tasks.scrub import scrub_pronouns, texts_with_pronouns

STRATA = ("label",)


def classes(train: pd.DataFrame) -> list[str]:
    """The labels to predict, in order."""
    return sorted(train["label"].unique())


def targets(train: pd.DataFrame, terms: Sequence[str]) -> list[str]:
    """The targets of bias: every label."""
    return classes(train)


def annotate(table: pd.DataFrame, terms: Sequence[str], scrub: str | None) -> pd.DataFrame:
    """Bring rows into their prepared form ``id, text, label, group``; scrub pronouns unless ``scrub`` is none."""
    prepared = table[["id", "text", "label", "group"]].copy()
    if scrub != "none":
        prepared["text"] = scrub_pronouns(prepared["text"])
    return prepared


def check(splits: Mapping[str, pd.DataFrame], terms: Sequence[str], scrub: str | None) -> list[str]:
    """The errors of prepared splits, one sentence each."""
    problems = []
    for split, table in splits.items() if scrub != "none" else ():
        if left := texts_with_pronouns(table["text"]):
            problems.append(f"scrub: {left} of {len(table)} texts of the {split} split still hold a pronoun or title.")
    everything = pd.concat(splits.values())
    groups, labels = sorted(everything["group"].unique()), sorted(everything["label"].unique())
    if len(groups) < 2:
        problems.append(f"source.columns.group: found only {listing(groups)}; a task needs two groups or more.")
    if len(labels) < 2:
        problems.append(f"source.columns.label: found only {listing(labels)}; a task needs two labels or more.")
    unseen = sorted(set(splits["test"]["label"]) - set(splits["train"]["label"]))
    if unseen:
        problems.append(f"source: the train split lacks labels of the test split: {listing(unseen)}.")
    return problems
