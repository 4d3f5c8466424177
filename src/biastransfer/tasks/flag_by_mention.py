"""Tasks with a flag to predict and terms that texts mention, such as toxic comments by identity term (WIKI)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biastransfer.common.problems import listing
from biastransfer.tasks.flags import FLAGGED, NOT_FLAGGED
from biastransfer.tasks.mentions import find_mentions

STRATA = ("label", "source")


def classes(train: pd.DataFrame) -> list[str]:
    """The two values of the flag; the second is the one whose false positives are measured."""
    return [NOT_FLAGGED, FLAGGED]


def targets(train: pd.DataFrame, terms: Sequence[str]) -> list[str]:
    """What bias is measured for: every term, mentioned or not."""
    return list(terms)


def annotate(table: pd.DataFrame, terms: Sequence[str], scrub: str | None) -> pd.DataFrame:
    """Bring rows into their prepared form ``id, text, label, terms, source``; NEWLINE_TOKEN and TAB_TOKEN become spaces."""
    prepared = table[["id", "text", "label"]].copy()
    prepared["text"] = prepared["text"].str.replace("NEWLINE_TOKEN", " ").str.replace("TAB_TOKEN", " ").str.strip()
    prepared["terms"] = find_mentions(prepared["text"], terms)
    prepared["source"] = table["source"].astype(str) if "source" in table else ""
    return prepared


def check(splits: Mapping[str, pd.DataFrame], terms: Sequence[str], scrub: str | None) -> list[str]:
    """What is wrong with prepared splits, each a sentence; empty if nothing."""
    problems = []
    for name in ("train", "test"):
        found = sorted(splits[name]["label"].unique())
        if len(found) < 2:
            problems.append(f"source.flagged: every row of the {name} split is {found[0]}; both values are needed.")
            break
    mentioned = {term for split in splits.values() for found in split["terms"] for term in found}
    if not mentioned:
        problems.append(f"terms: no text mentions any of the {len(terms)} terms ({listing(terms, 5)}).")
    return problems
