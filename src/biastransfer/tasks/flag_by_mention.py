"""Tasks with a flag to predict and terms that texts mention, such as toxic comments by identity term (WIKI)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from biastransfer.common.problems import listing
from biastransfer.tasks.counterfactuals import with_swapped_terms
from biastransfer.tasks.flags import FLAGGED, NOT_FLAGGED, flags
from biastransfer.tasks.mentions import WordBoundaries, find_mentions
from biastransfer.tasks.names import look_alike

STRATA = ("label", "source")


def labelled(table: pd.DataFrame, source: Mapping[str, Any], key: str, locate: Callable[[str], str]) -> pd.DataFrame:
    """The user's rows with their flag, whatever the file calls it.

    Parameters
    ----------
    table : ``id, text, label`` as the file has them, and ``source`` where there is one.
    source, key : the section of the study file, and its key for messages.
    locate : resolves a path of the study file; a flag needs none.
    """
    return table.assign(label=flags(table["label"], source["flagged"], f"{key}.columns.label"))


def classes(train: pd.DataFrame) -> list[str]:
    """The two values of the flag; false positives are those of the second."""
    return [NOT_FLAGGED, FLAGGED]


def targets(train: pd.DataFrame, terms: Sequence[str]) -> list[str]:
    """The targets of bias: every term, mentioned or not."""
    return list(terms)


def annotate(
    table: pd.DataFrame, terms: Sequence[str], scrub: str | None, word_boundaries: WordBoundaries = "auto"
) -> pd.DataFrame:
    """Bring rows into their prepared form ``id, text, label, terms, source``; NEWLINE_TOKEN and TAB_TOKEN become spaces."""
    prepared = table[["id", "text", "label"]].copy()
    prepared["text"] = prepared["text"].str.replace("NEWLINE_TOKEN", " ").str.replace("TAB_TOKEN", " ").str.strip()
    prepared["terms"] = find_mentions(prepared["text"], terms, word_boundaries)
    prepared["source"] = table["source"].astype(str) if "source" in table else ""
    return prepared


def counterfactuals(
    rows: pd.DataFrame,
    *,
    targets: Sequence[str],
    compare: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    most: int,
    seed: int,
    word_boundaries: WordBoundaries = "auto",
) -> pd.DataFrame:
    """Unflagged texts with every term; see :func:`~biastransfer.tasks.counterfactuals.with_swapped_terms`."""
    return with_swapped_terms(rows[rows["label"] == NOT_FLAGGED], targets, most, seed, word_boundaries)


def check(splits: Mapping[str, pd.DataFrame], terms: Sequence[str], scrub: str | None) -> list[str]:
    """The errors of prepared splits, one sentence each."""
    problems = []
    for name in ("train", "test"):
        values = sorted(splits[name]["label"].unique())
        if len(values) < 2:
            problems.append(
                f"source.flagged: every row of the {name} split is {values[0]}; the split needs both values."
            )
            break
    mentioned = {term for split in splits.values() for terms in split["terms"] for term in terms}
    if not mentioned:
        problems.append(f"terms: no text mentions any of the {len(terms)} terms ({listing(terms, 5)}).")
    return problems


def describe(splits: Mapping[str, pd.DataFrame], classes: Sequence[str], targets: Sequence[str]) -> str:
    """A prepared task in a sentence: rows, classes, flagged texts and targets."""
    rows = ", ".join(f"{name} {len(table):,}" for name, table in splits.items())
    flagged = pd.concat([splits[name] for name in ("train", "dev", "test")])["label"] == FLAGGED
    return (
        f"rows: {rows}; {len(classes)} classes: {listing(classes, 5)}; flagged: {flagged.sum():,} of {len(flagged):,} "
        f"({flagged.mean():.0%}); {len(targets)} targets: {listing(targets, 5)}."
    )


def doubts(
    splits: Mapping[str, pd.DataFrame],
    targets: Sequence[str],
    testset: str,
    min_cell: int,
    compared: Sequence[str] = (),
) -> Iterator[str]:
    """Terms that look alike, terms that no text mentions, and terms with too few test texts for a false positive rate.

    Parameters
    ----------
    splits : prepared.
    targets : the terms.
    testset : the headline test set.
    min_cell : texts below which a rate does not count.
    compared : the two groups of a task that compares groups.
    """
    for names in look_alike(targets):
        yield f"terms: {listing(map(repr, names))} look alike and count as {len(names)}; if they are one, keep one."
    mentioned = {term for table in splits.values() for terms in table["terms"] for term in terms}
    if never := [term for term in targets if term not in mentioned]:
        yield f"terms: no text mentions {listing(never, 5)}."
    test = splits["phrases" if testset == "madlibs" else "test"]
    texts = test.loc[test["label"] != FLAGGED, "terms"].explode().value_counts()
    counts = {term: int(texts.get(term, 0)) for term in targets}
    if few := {term: count for term, count in counts.items() if count < min_cell}:
        yield (
            f"min_cell: {len(few)} of {len(counts)} terms have fewer than {min_cell} unflagged test texts "
            f"({listing((f'{term} {count}' for term, count in few.items()), 5)}), so their rates do not count; use more texts, a "
            "larger test split or a smaller min_cell."
        )
