"""Tasks with a label to predict and groups to compare, such as occupation from biographies by pronoun (BIOS)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from biastransfer.common.problems import listing
from biastransfer.tasks import sources
from biastransfer.tasks.counterfactuals import with_swapped_words
from biastransfer.tasks.groups import REST
from biastransfer.tasks.names import look_alike
from biastransfer.tasks.scrub import scrub_pronouns, texts_with_pronouns

STRATA = ("label",)


def labelled(table: pd.DataFrame, source: Mapping[str, Any], key: str, locate: Callable[[str], str]) -> pd.DataFrame:
    """The user's rows with the names of their labels and groups in place of codes.

    Parameters
    ----------
    table : ``id, text, label, group`` as the file has them.
    source, key : the section of the study file, and its key for messages.
    locate : resolves a path of the study file.
    """
    names = source["label_names"]
    label_names = sources.read_names(names, locate(names) if isinstance(names, str) else None, f"{key}.label_names")
    return table.assign(
        label=sources.rename(table["label"], label_names, f"{key}.label_names"),
        group=sources.rename(table["group"], source["group_names"], f"{key}.group_names"),
    )


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


def counterfactuals(
    rows: pd.DataFrame,
    *,
    targets: Sequence[str],
    compare: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    most: int,
    seed: int,
) -> pd.DataFrame:
    """Texts with the words of either group; see :func:`~biastransfer.tasks.counterfactuals.with_swapped_words`."""
    return with_swapped_words(rows, pairs, compare, most, seed)


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


def describe(splits: Mapping[str, pd.DataFrame], classes: Sequence[str], targets: Sequence[str]) -> str:
    """A prepared task in a sentence: rows, classes and groups."""
    rows = ", ".join(f"{name} {len(table):,}" for name, table in splits.items())
    everything = pd.concat([splits[name] for name in ("train", "dev", "test")])
    groups = everything["group"].value_counts().sort_index()
    counts = listing(f"{group} {count:,}" for group, count in groups.items())
    return f"rows: {rows}; {len(classes)} classes: {listing(classes, 5)}; groups: {counts}."


def doubts(
    splits: Mapping[str, pd.DataFrame],
    targets: Sequence[str],
    testset: str,
    min_cell: int,
    compared: Sequence[str] = (),
) -> Iterator[str]:
    """Labels or groups that look alike, and rows that leave the comparison since their group is none of the two compared.

    Parameters
    ----------
    compared : the two groups.
    """
    everything = pd.concat([splits[name] for name in ("train", "dev", "test")])
    for role in ("label", "group"):
        for names in look_alike(everything[role].unique()):
            yield (
                f"source.columns.{role}: {listing(map(repr, names))} look alike and count as {len(names)}; "
                f"if they are one, give them one name."
            )
    if compared and REST not in compared and (left := int((~everything["group"].isin(compared)).sum())):
        others = everything.loc[~everything["group"].isin(compared), "group"].value_counts()
        counts = listing((f"{name} {count:,}" for name, count in others.items()), 5)
        yield f"compare: {left:,} of {len(everything):,} rows are of neither compared group and leave the comparison ({counts})."
