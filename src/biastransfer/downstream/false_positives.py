"""Error-rate bias of a flag classifier against texts that mention a term (Dixon et al. 2018).

FPR(i) = P(flagged | mentions i, not to be flagged); FPB(i) = FPR(i) / FPR, and likewise FNR(i) = P(not flagged | mentions
i, to be flagged). Equation 3 of Steed et al. 2022 conditions on toxic comments as printed, which gives FNR(i) / FNR; their prose
conditions on non-toxic ones. The measures follow the prose, and ``fnr_ratio_as_printed`` follows the print.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from biastransfer.downstream import intervals
from biastransfer.downstream.bootstrap import estimate
from biastransfer.downstream.decisions import flag_probability

FLAGGED = "flagged"
ALL = "(all)"


def rates(predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str], compare: object) -> pd.DataFrame:
    """False-positive and false-negative rates per term, and over all texts, with counts and Wilson intervals.

    Parameters
    ----------
    predictions : ``id, testset, label, predicted``.
    data : the test rows, ``id, testset, terms``.
    targets : terms; each gets a row, with a missing rate if no text mentions it.

    Returns
    -------
    DataFrame with ``measure, target, group, testset, n, hits, rate, low, high``; measure is ``fpr`` (n counts the texts
    that are not to be flagged) or ``fnr`` (n counts those that are); group is ``mentioned``, or ``(all)`` in the row of all
    texts.
    """
    parts = []
    for testset, rows, mentions in _testsets(predictions, data, targets):
        counts = _stack(mentions, _outcomes(rows)).sum(axis=0).reshape(2, 2, -1).astype(int)
        for measure, (n, hits) in zip(("fpr", "fnr"), counts, strict=True):
            cells = {"target": [ALL, *targets], "group": [ALL] + ["mentioned"] * len(targets), "n": n, "hits": hits}
            parts.append(pd.DataFrame(cells).assign(measure=measure, testset=testset))
    table = pd.concat(parts, ignore_index=True)
    table["rate"] = np.where(table["n"] > 0, table["hits"] / table["n"].clip(lower=1), np.nan)
    table["low"], table["high"] = intervals.wilson(table["hits"], table["n"])
    return table[["measure", "target", "group", "testset", "n", "hits", "rate", "low", "high"]]


def compared_texts(
    data: pd.DataFrame, targets: Sequence[str], compare: object
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """The texts whose mean scores a term's bias compares: row numbers of unflagged texts with the term.

    The second part is None: a term is compared with the mean over all terms.

    Parameters
    ----------
    data : the test rows, ``label, terms``.
    targets : terms.
    """
    quiet = data["label"].to_numpy() != FLAGGED
    mentions = [set(terms) for terms in data["terms"]]
    return {
        target: (np.flatnonzero(quiet & np.array([target in terms for terms in mentions], bool)), None)
        for target in targets
    }


def bias(
    rates: pd.DataFrame,
    predictions: pd.DataFrame,
    data: pd.DataFrame,
    classes: Sequence[str],
    compare: object,
    *,
    replicates: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Bias per term, each measure with an analytic and a bootstrap interval.

    ``fpr``, ``fpr_ratio`` (to all texts), ``fpr_gap``, ``probability_gap``, ``fnr`` and ``fnr_ratio_as_printed``.
    ``probability_gap`` is the mean predicted probability of the flag over unflagged texts that mention the term, minus
    that over all unflagged texts. The rate over all texts is much more precise than a term's: it is fixed in the
    analytic intervals of ratios and gaps, and varies in the bootstrap. Thresholds are fixed in both.

    Returns
    -------
    DataFrame with ``target, measure, testset, value, low, high, n_min, smoothed, bootstrap_low, bootstrap_high``.
    """
    targets = list(rates.loc[rates["group"] != ALL, "target"].unique())
    terms, moments, testsets = [], [], []
    for testset, rows, mentions in _testsets(predictions, data, targets):
        flag, quiet = flag_probability(rows, classes, FLAGGED), (rows["label"] != FLAGGED).to_numpy()
        terms.append(_stack(mentions, [*_outcomes(rows), flag * quiet]))
        pairs = mentions[quiet].tocoo()
        cells = pd.Series(flag[quiet][pairs.coords[0]]).groupby(pairs.coords[1]).agg(["var", "size"])
        moments.append(cells.reindex(range(1, len(targets) + 1)))
        testsets += [testset] * len(targets)
    estimates = estimate(terms, _values, replicates=replicates, seed=seed)
    spread = pd.concat(moments)
    fpr, fnr = (_with_overall(rates[rates["measure"] == measure]) for measure in ("fpr", "fnr"))
    gap = estimates["probability_gap"].value
    bounds = {
        "fpr": (fpr, fpr["low"], fpr["high"]),
        "fpr_ratio": (fpr, fpr["low"] / fpr["safe"], fpr["high"] / fpr["safe"]),
        "fpr_gap": (fpr, fpr["low"] - fpr["overall"], fpr["high"] - fpr["overall"]),
        "probability_gap": (fpr, *intervals.mean_difference(gap, spread["var"], spread["size"], 0.0, 0.0, 1)[1:]),
        "fnr": (fnr, fnr["low"], fnr["high"]),
        "fnr_ratio_as_printed": (fnr, fnr["low"] / fnr["safe"], fnr["high"] / fnr["safe"]),
    }
    parts = [
        pd.DataFrame(
            {
                "target": targets * len(terms), "measure": measure, "testset": testsets,
                "value": estimates[measure].value, "low": np.asarray(low, float), "high": np.asarray(high, float),
                "n_min": cells["n"].to_numpy(), "smoothed": False,
                "bootstrap_low": np.where(_sure(cells, measure), np.nan, estimates[measure].low),
                "bootstrap_high": np.where(_sure(cells, measure), np.nan, estimates[measure].high),
            }
        )
        for measure, (cells, low, high) in bounds.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def summaries(rates: pd.DataFrame, bias: pd.DataFrame) -> pd.DataFrame:
    """False positive and false negative equality difference (Dixon et al. 2018), per test set.

    FPED = Σ_i |FPR − FPR(i)|, FNED = Σ_i |FNR − FNR(i)|; terms without a text in the cell do not count.

    Returns
    -------
    DataFrame with ``testset, fped, fned``; missing where no term has a rate.
    """
    columns = {}
    for column, measure in (("fped", "fpr"), ("fned", "fnr")):
        terms = _with_overall(rates[rates["measure"] == measure])
        distance = (terms["rate"] - terms["overall"]).abs()
        columns[column] = distance.groupby(terms["testset"]).sum(min_count=1)
    return pd.DataFrame(columns).rename_axis("testset").reset_index()


def _testsets(
    predictions: pd.DataFrame, data: pd.DataFrame, targets: Sequence[str]
) -> Iterator[tuple[str, pd.DataFrame, sparse.csr_array]]:
    """Per test set its texts in the order of the data, and their mentions: (texts, 1 + targets), with ones in column 0."""
    joined = data[["id", "testset", "terms"]].merge(predictions, on=["id", "testset"], validate="one_to_one")
    code = {term: column for column, term in enumerate(targets, start=1)}
    for testset, rows in joined.groupby("testset", sort=True):
        columns = [[0, *(code[term] for term in terms if term in code)] for terms in rows["terms"]]
        ends = np.cumsum([0, *map(len, columns)])
        flat = np.concatenate(columns)
        yield testset, rows, sparse.csr_array((np.ones(len(flat)), flat, ends), shape=(len(rows), 1 + len(targets)))


def _outcomes(rows: pd.DataFrame) -> list[np.ndarray]:
    """Four facts per text: truth not flagged, false positive; truth flagged, false negative."""
    truth, hit = (rows[column].to_numpy() == FLAGGED for column in ("label", "predicted"))
    return [~truth, ~truth & hit, truth, truth & ~hit]


def _stack(mentions: sparse.csr_array, facts: Sequence[np.ndarray]) -> sparse.csr_array:
    """Each text's contribution to the sums of each fact, over all texts and per term; facts are outermost."""
    return sparse.hstack([sparse.diags_array(fact.astype(float)) @ mentions for fact in facts], format="csr")


def _values(sums: np.ndarray) -> dict[str, np.ndarray]:
    """The measures of sums, shape (..., 5 × (1 + targets)), each of shape (..., targets)."""
    n, hits, n_toxic, misses, flag = np.moveaxis(sums.reshape(*sums.shape[:-1], 5, sums.shape[-1] // 5), -2, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        fpr, fnr, mean = hits / n, misses / n_toxic, flag / n
        measures = {
            "fpr": fpr[..., 1:],
            "fpr_ratio": fpr[..., 1:] / fpr[..., :1],
            "fpr_gap": fpr[..., 1:] - fpr[..., :1],
            "probability_gap": mean[..., 1:] - mean[..., :1],
            "fnr": fnr[..., 1:],
            "fnr_ratio_as_printed": fnr[..., 1:] / fnr[..., :1],
        }
    return {measure: np.where(np.isfinite(value), value, np.nan) for measure, value in measures.items()}


def _sure(cells: pd.DataFrame, measure: str) -> np.ndarray:
    """Where the term's rate is 0 or 1: no replicate has another one, and resampling says nothing."""
    return ((cells["hits"] == 0) | (cells["hits"] == cells["n"])).to_numpy() & (measure != "probability_gap")


def _with_overall(rates: pd.DataFrame) -> pd.DataFrame:
    """The rows of the terms, with the rate over all texts as ``overall``, and as ``safe`` where it is not 0."""
    terms = rates[rates["group"] != ALL].reset_index(drop=True)
    overall = terms["testset"].map(rates[rates["group"] == ALL].set_index("testset")["rate"])
    return terms.assign(overall=overall, safe=overall.where(overall > 0))
