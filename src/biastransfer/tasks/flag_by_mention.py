"""Tasks with a flag to predict and terms that texts mention, such as toxic comments by identity term (WIKI)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from biastransfer.problems import listing
from biastransfer.tasks.mentions import find_mentions

FLAGGED, NOT_FLAGGED = "flagged", "not_flagged"
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


def flags(labels: pd.Series, flagged: object) -> pd.Series:
    """Turn the file's labels into ``flagged`` and ``not_flagged``; ``flagged`` is the value that means it."""
    hit = (
        labels.astype(str)
        .str.lower()
        .isin({str(flagged).lower()} | ({"true", "1", "1.0"} if flagged in (1, True) else set()))
    )
    return pd.Series(np.where(hit, FLAGGED, NOT_FLAGGED), index=labels.index, dtype=object)


def check(splits: Mapping[str, pd.DataFrame], terms: Sequence[str]) -> list[str]:
    """What is wrong with prepared splits, each a sentence; empty if nothing."""
    problems = []
    for name in ("train", "test"):
        found = sorted(splits[name]["label"].unique())
        if len(found) < 2:
            problems.append(f"source.flagged: every row of the {name} split is {found[0]}; both values are needed.")
    mentioned = {term for split in splits.values() for found in split["terms"] for term in found}
    if not mentioned:
        problems.append(f"terms: no text mentions any of the {len(terms)} terms ({listing(terms, 5)}).")
    return problems


def check_comparison(train: pd.DataFrame, test: pd.DataFrame, compare: object, min_cell: int) -> list[str]:
    """Nothing to check: texts with a term are compared with all texts, and rare terms are marked in the tables."""
    return []


def dataset_bias(train: pd.DataFrame, targets: Sequence[str], compare: object) -> pd.DataFrame:
    """Dataset bias of a trainset, per term.

    Returns ``target, prevalence, mention_share, toxic_length, n``: the share of the term's mentions that are flagged,
    the share of all texts that mention it, the mean length in characters of flagged mentions, and the mentions; missing
    where there is nothing to divide by. Source: Steed et al. 2022, Table 4 and appendix B.
    """
    flagged = (train["label"] == FLAGGED).to_numpy()
    length = train["text"].str.len().to_numpy()
    rows: dict[str, list[int]] = {target: [] for target in targets}
    for row, found in enumerate(train["terms"]):
        for term in found:
            if term in rows:
                rows[term].append(row)
    records = []
    for target, mentions in rows.items():
        toxic = [row for row in mentions if flagged[row]]
        records.append(
            {
                "target": target,
                "prevalence": len(toxic) / len(mentions) if mentions else np.nan,
                "mention_share": len(mentions) / len(train),
                "toxic_length": float(length[toxic].mean()) if toxic else np.nan,
                "n": len(mentions),
            }
        )
    return pd.DataFrame(records)
