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
    """What bias is measured for: every label."""
    return classes(train)


def annotate(table: pd.DataFrame, terms: Sequence[str], scrub: str | None) -> pd.DataFrame:
    """Bring rows into their prepared form ``id, text, label, group``; pronouns are scrubbed unless ``scrub`` is none."""
    prepared = table[["id", "text", "label", "group"]].copy()
    if scrub != "none":
        prepared["text"] = scrub_pronouns(prepared["text"])
    return prepared


def check(splits: Mapping[str, pd.DataFrame], terms: Sequence[str], scrub: str | None) -> list[str]:
    """What is wrong with prepared splits, each a sentence; empty if nothing."""
    problems = []
    for split, table in splits.items() if scrub != "none" else ():
        if left := texts_with_pronouns(table["text"]):
            problems.append(
                f"scrub: {left} of {len(table)} texts of the {split} split still hold a pronoun or title that should be gone."
            )
    everything = pd.concat(splits.values())
    groups, labels = sorted(everything["group"].unique()), sorted(everything["label"].unique())
    if len(groups) < 2:
        problems.append(f"source.columns.group: two groups or more are needed, found only {listing(groups)}.")
    if len(labels) < 2:
        problems.append(f"source.columns.label: two labels or more are needed, found only {listing(labels)}.")
    unseen = sorted(set(splits["test"]["label"]) - set(splits["train"]["label"]))
    if unseen:
        problems.append(f"source: the test split has labels that the train split has not: {listing(unseen)}.")
    return problems
