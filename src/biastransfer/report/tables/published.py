"""Tables 2 to 8 in the paper's own form, with the study's numbers above the printed ones."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from biastransfer.analysis.published import TITLES, beside_published, correlations_beside_published
from biastransfer.analysis.table_names import MEASURES
from biastransfer.report.conditions import condition_labels
from biastransfer.report.page.parts import Table
from biastransfer.report.record_labels import measure_label
from biastransfer.report.tables.table_texts import TableTexts
from biastransfer.report.text.labels import group_label, specification_label, term_label, term_names
from biastransfer.report.text.section_texts import section_title
from biastransfer.report.text.wording import joined

TEXTS = TableTexts.beside(__file__)

BY_GROUP = ("table3", "table4", "table8")
"""Tables whose columns are treatment groups; those of the others are specifications."""
WITH_INTERMEDIATE = ("table5", "table6")
"""Tables whose last column explains bias after fine-tuning."""
SOURCES = ("own", "paper")
PRINTED = [f"published_{side}_{name}" for side in ("upstream", "downstream") for name in ("pearson", "kendall")]
"""Printed correlations of Table 2."""
BELOW: Mapping[str, Callable[[Any], str]] = {
    "n_obs": lambda row: f"{int(row.n_obs):,}",
    "r2": lambda row: f"{row.r2:.3f}",
    "adj_r2": lambda row: f"{row.adj_r2:.3f}",
    "f": lambda row: f"{row.f:.2f} ({int(row.df1)}; {int(row.df2)})",
}
"""The numbers below the coefficients."""


def tables(bias: pd.DataFrame, results: Mapping[str, pd.DataFrame]) -> list[Table]:
    """Every table of the paper whose upstream measure the study has.

    Parameters
    ----------
    bias, results : ``bias.parquet`` and the tables of its analysis.
    """
    beside = beside_published(results["coefficients"], results["regressions"])
    measured = set(results["verdicts"]["upstream_measure"])
    paper = [_correlations(results["correlations"], condition_labels(bias))]
    for name in (name for name, measure in MEASURES.items() if measure in measured):
        rows = beside[beside["table"] == name]
        tasks = sorted(set(rows["task"]))
        if len(tasks) < 2:
            paper.append(_regressions(name, rows))
        else:  # a table of one's own, where several tasks may have the same measure
            paper += [_regressions(name, rows[rows["task"] == task], task) for task in tasks]
    return paper


def stars(p: float) -> str:
    """The paper's stars of a p value."""
    return "*" * int(np.sum(p < np.array([0.1, 0.05, 0.01])))


def agreement(rows: pd.DataFrame) -> str:
    """How the study's slopes differ from those printed, in sentences."""
    slopes = rows[rows["term"].ne("const") & rows["estimate"].notna()]
    same_stars = [len(stars(p)) == count for p, count in zip(slopes["p"], slopes["published_stars"], strict=True)]
    signs = int((np.sign(slopes["estimate"]) == np.sign(slopes["published_estimate"])).sum())
    sentences = [TEXTS.text("regression", "signs", signs=signs, slopes=len(slopes), stars=sum(same_stars))]
    columns = rows.drop_duplicates("column")
    other = int((columns["n_obs"] != columns["published_n_obs"]).sum())
    if other:
        sentences.append(TEXTS.text("regression", "rows", other=other, columns=len(columns)))
    causes = rows[rows["term"].isin(["upstream", "prevalence"])].pivot_table(
        index="column", columns="term", values=["estimate", "published_estimate"]
    )
    if {("estimate", "upstream"), ("estimate", "prevalence")} <= set(causes.columns):
        larger = {
            source: int((causes[name, "prevalence"].abs() > causes[name, "upstream"].abs()).sum())
            for source, name in (("own", "estimate"), ("paper", "published_estimate"))
        }
        sentences.append(TEXTS.text("regression", "larger", columns=len(causes), **larger))
    return " ".join(sentences)


def _regressions(name: str, rows: pd.DataFrame, task: str = "") -> Table:
    columns = rows.drop_duplicates("column")
    return TEXTS.table(
        "regression",
        _lines(rows),
        columns=TEXTS.heads("regression") | {f"c{row.column}": _head(name, row) for row in columns.itertuples()},
        name=f"{name}-{task}" if task else name,
        number=name.removeprefix("table"),
        what=TITLES[name],
        task=task,
        agreement=agreement(rows) if len(rows) else TEXTS.text("regression", "nothing"),
        last_column=len(rows) > 0 and name in WITH_INTERMEDIATE,
        errors_section=section_title("errors"),
    )


def _lines(rows: pd.DataFrame) -> pd.DataFrame:
    """A line per term and number below, of each source; a column ``c1, c2, …`` per regression."""
    numbers = {source: _numbers(rows, source) for source in SOURCES}
    terms = [term for term in term_names() if (rows["term"] == term).any()]
    lines = [
        _line(term_label(term), source, numbers[source][numbers[source]["term"] == term], _coefficient)
        for term in terms
        for source in SOURCES
    ]
    if len(rows):
        lines += [
            _line(label, source, numbers[source].drop_duplicates("column"), BELOW[name])
            for name, label in TEXTS.entry("regression", "below").items()
            for source in SOURCES
        ]
    return pd.DataFrame(lines, columns=None if lines else ["term", "source"]).fillna("")


def _numbers(rows: pd.DataFrame, source: str) -> pd.DataFrame:
    """The numbers of one source, under the same names for both."""
    if source == "own":
        counts = [len(stars(p)) for p in rows["p"]]
        return rows.rename(columns={"r2_within": "r2", "r2_adjusted": "adj_r2"}).assign(stars=counts)
    printed = [name for name in rows if name.startswith("published_")]
    return rows[["term", "column", *printed]].rename(columns=lambda name: name.removeprefix("published_"))


def _line(label: str, source: str, rows: pd.DataFrame, text: Callable[[Any], str]) -> dict[str, str]:
    cells = {f"c{row.column}": text(row) for row in rows.itertuples()}
    return {"term": label, "source": TEXTS.text("regression", source), **cells}


def _head(name: str, row: Any) -> str:
    label = group_label(row.group) if name in BY_GROUP else specification_label(row.specification)
    return f"({row.column}) {label}"


def _coefficient(row: Any) -> str:
    if not np.isfinite(row.estimate):
        return TEXTS.text("regression", "dropped")
    digits = 3 if abs(row.estimate) >= 0.0005 else 5
    if not np.isfinite(row.se):
        return f"{row.estimate:.{digits}f} (–)"
    return f"{row.estimate:.{digits}f}{'*' * int(row.stars)} ({row.se:.{digits}f})"


def _correlations(correlations: pd.DataFrame, labels: Mapping[str, str]) -> Table:
    frame = correlations_beside_published(correlations)
    conditions = frame.drop_duplicates(["task", "condition"])  # downstream bias is the same for every upstream measure
    measures = list(dict.fromkeys(measure_label(name) for name in frame["upstream_measure"]))
    frame = frame.assign(
        condition_label=frame["condition"].map(labels),
        **{
            name: [_printed(r, count) for r, count in zip(frame[name], frame[f"{name}_stars"], strict=True)]
            for name in PRINTED
        },
    )
    return TEXTS.table("table2", frame, conditions=len(conditions), measures=joined(measures))


def _printed(correlation: float, count: float) -> str:
    """A printed correlation with its stars; the paper calls one without stars insignificant."""
    if not np.isfinite(correlation):
        return ""
    stars = "*" * int(count) or " " + TEXTS.text("table2", "insignificant")
    return f"{correlation:.2f}{stars}".replace("-", "−")
