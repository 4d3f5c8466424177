"""Tables of the same estimates with every kind of standard error, and how often their intervals hold the truth."""

import pandas as pd

from biastransfer.analysis.credibility import coverage_of, credible
from biastransfer.analysis.standard_errors import KINDS
from biastransfer.report.page.parts import Table
from biastransfer.report.tables.formats import cell
from biastransfer.report.tables.table_texts import TableTexts
from biastransfer.report.text.labels import error_heads

TEXTS = TableTexts.beside(__file__)

KEYS = ["task", "upstream_measure", "group", "specification"]


def errors_compared(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> Table:
    """One row per slope, one column per kind of error, with the coverage of its intervals behind each."""
    frame = _slopes(coefficients, regressions)
    frame = frame[frame["specification"].isin(["eq4", "model_target", "target_effects"])]
    numbers = frame["se"].where(frame["errors"] != "wild_bootstrap", frame["p"])
    frame = frame.assign(shown=list(map(_with_coverage, numbers, frame["coverage"])))
    rows = [*KEYS, "term", "estimate", "n_models"]
    order = pd.MultiIndex.from_frame(frame[rows].drop_duplicates())
    kinds = error_heads()
    wide = frame.pivot(index=rows, columns="errors", values="shown").reindex(index=order, columns=list(kinds))
    columns = TEXTS.heads("errors") | kinds | TEXTS.heads("errors", "more_columns")
    return TEXTS.table("errors", wide.reset_index(), columns=columns)


def every_estimate(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> Table:
    """Every slope with every kind of error, one row each."""
    frame = _slopes(coefficients, regressions)
    labels = {name: kind.label for name, kind in KINDS.items()}
    labels["wild_bootstrap"] = TEXTS.text("coefficients", "wild_bootstrap")
    words = [credible(*facts) for facts in _simulated_facts(frame)]
    return TEXTS.table("coefficients", frame.assign(credible=words, errors=frame["errors"].map(labels)))


def _slopes(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> pd.DataFrame:
    """All slopes with the size of their regression, and the coverage of their intervals where it was simulated."""
    slopes = coefficients[coefficients["term"] != "const"]
    slopes = slopes.merge(regressions[[*KEYS, "n_models", "n_targets"]], on=KEYS, validate="many_to_one")
    return slopes.assign(coverage=[coverage_of(*facts) for facts in _simulated_facts(slopes)])


def _simulated_facts(slopes: pd.DataFrame):
    columns = ["specification", "errors", "term", "n_models", "n_targets"]
    return slopes[columns].itertuples(index=False, name=None)


def _with_coverage(number: float, coverage: float | None) -> str | None:
    if pd.isna(number):
        return None
    return cell(float(number)) + ("" if pd.isna(coverage) else f" ({coverage:.0%})")
