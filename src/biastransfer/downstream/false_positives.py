"""False-positive-rate bias of a flag classifier against texts that mention a term (Dixon et al. 2018).

FPR(i) = P(flagged | mentions i, not to be flagged); FPB(i) = FPR(i) / FPR. Equation 3 of Steed et al. 2022 as printed
conditions on toxic comments, its prose on non-toxic ones; this follows the prose.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.downstream import intervals

FLAGGED = "flagged"
ALL = "(all)"


def rates(predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str], compare: object) -> pd.DataFrame:
    """False-positive rates per term, and over all texts, with counts and Wilson intervals.

    Parameters
    ----------
    predictions : ``id, testset, label, predicted``.
    data : the test rows, ``id, testset, terms``.
    targets : terms; each gets a row, also where no text mentions it (the rate is missing then).

    Returns
    -------
    DataFrame with ``target, group, testset, n, hits, rate, low, high``; group is ``mentioned``, or ``(all)`` in the row
    of all texts.
    """
    table = _mentions(predictions, data, targets)
    records = []
    for testset, rows in table.groupby("testset", sort=True):
        hit = rows["predicted"] == FLAGGED
        once = ~rows["text_number"].duplicated()
        records.append((ALL, ALL, testset, int(once.sum()), int(hit[once].sum())))
        counts = hit.groupby(rows["target"]).agg(["size", "sum"]).reindex(targets, fill_value=0)
        records += [
            (target, "mentioned", testset, int(n), int(hits)) for target, n, hits in counts.itertuples(name=None)
        ]
    found = pd.DataFrame(records, columns=["target", "group", "testset", "n", "hits"])
    found["rate"] = np.where(found["n"] > 0, found["hits"] / found["n"].clip(lower=1), np.nan)
    found["low"], found["high"] = intervals.wilson(found["hits"], found["n"])
    return found


def bias(
    rates: pd.DataFrame, predictions: pd.DataFrame, data: pd.DataFrame, classes: Sequence[str], compare: object
) -> pd.DataFrame:
    """Bias per term: ``fpr``, ``fpr_ratio`` (to all texts), ``fpr_gap`` and ``probability_gap``.

    ``probability_gap`` is the mean predicted probability of the flag over unflagged texts that mention the term, minus
    that over all unflagged texts. The rate over all texts is much more precise than a term's, and is taken as known in
    the intervals of the ratio and the gaps.

    Returns
    -------
    DataFrame with ``target, measure, testset, value, low, high, n_min, smoothed``.
    """
    terms = rates[rates["group"] != ALL].reset_index(drop=True)
    overall = terms["testset"].map(rates[rates["group"] == ALL].set_index("testset")["rate"])
    n = terms["n"]
    parts = [_frame("fpr", terms, terms["rate"], terms["low"], terms["high"], n)]
    safe = overall.where(overall > 0)
    parts.append(_frame("fpr_ratio", terms, terms["rate"] / safe, terms["low"] / safe, terms["high"] / safe, n))
    gaps = (terms["rate"] - overall, terms["low"] - overall, terms["high"] - overall)
    parts.append(_frame("fpr_gap", terms, *gaps, n))
    table = _mentions(predictions, data, list(terms["target"].unique()))
    table["flag"] = np.stack(table["probability"].to_numpy())[:, list(classes).index(FLAGGED)].astype(float)
    all_texts = table[~table.duplicated(["testset", "text_number"])].groupby("testset")["flag"].mean()
    moments = table.groupby(["testset", "target"])["flag"].agg(["mean", "var", "size"])
    moments = moments.reindex(pd.MultiIndex.from_frame(terms[["testset", "target"]]))
    value, low, high = intervals.mean_difference(
        moments["mean"], moments["var"], moments["size"], terms["testset"].map(all_texts).to_numpy(), 0.0, 1
    )
    parts.append(_frame("probability_gap", terms, value, low, high, n))
    return pd.concat(parts, ignore_index=True)


def _mentions(predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str]) -> pd.DataFrame:
    """One row per unflagged text and term it mentions; texts without any keep one row with a missing target."""
    joined = predictions.merge(data[["id", "testset", "terms"]], on=["id", "testset"], validate="one_to_one")
    joined = joined[joined["label"] != FLAGGED].reset_index(drop=True)
    joined["text_number"] = joined.index
    known = set(targets)
    joined["target"] = [[term for term in found if term in known] or [None] for found in joined["terms"]]
    return joined.explode("target", ignore_index=True)


def _frame(measure: str, terms: pd.DataFrame, value, low, high, n: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "target": terms["target"],
            "measure": measure,
            "testset": terms["testset"],
            "value": np.asarray(value, float),
            "low": np.asarray(low, float),
            "high": np.asarray(high, float),
            "n_min": n,
            "smoothed": False,
        }
    )
