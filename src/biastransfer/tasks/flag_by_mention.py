"""Tasks with a flag to predict and terms that texts mention, such as toxic comments by identity term (WIKI)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biastransfer.common.problems import listing
from biastransfer.tasks.flags import FLAGGED, NOT_FLAGGED
from biastransfer.tasks.mentions import find_mentions

STRATA = ("label", "source")


def classes(train: pd.DataFrame) -> list[str]:
    """The two values of the flag; false positives are those of the second."""
    return [NOT_FLAGGED, FLAGGED]


def targets(train: pd.DataFrame, terms: Sequence[str]) -> list[str]:
    """The targets of bias: every term, mentioned or not."""
    return list(terms)


def annotate(table: pd.DataFrame, terms: Sequence[str], scrub: str | None) -> pd.DataFrame:
    """Bring rows into their prepared form ``id, text, label, terms, source``; NEWLINE_TOKEN and TAB_TOKEN become spaces."""
    prepared = table[["id", "text", "label"]].copy()
    prepared["text"] = prepared["text"].str.replace("NEWLINE_TOKEN", " ").str.replace("TAB_TOKEN", " ").str.strip()
    prepared["terms"] = find_mentions(prepared["text"], terms)
    prepared["source"] = table["source"].astype(str) if "source" in table else ""
    return prepared


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
