"""Tables 2 to 8 in the paper's own form, with the study's numbers above the printed ones."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from biastransfer.analysis.paper_tables import MEASURES
from biastransfer.analysis.published import TITLES, beside_published, correlations_beside_published
from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts
from biastransfer.report.text.labels import (
    condition_labels,
    group_label,
    measure_label,
    specification_label,
    term_label,
    term_names,
)
from biastransfer.report.text.section_texts import section_title
from biastransfer.report.text.wording import joined

TEXTS = TableTexts.beside(__file__)

BY_GROUP = ("table3", "table4", "table8")
"""Tables whose columns are treatment groups; those of the others are specifications."""
WITH_INTERMEDIATE = ("table5", "table6")
"""Tables whose last column explains bias after fine-tuning."""
SOURCES = ("own", "paper")
PREFIXES = {"own": "", "paper": "published_"}


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
    values = {"number": name.removeprefix("table"), "what": TITLES[name], "task": f", {task}" if task else ""}
    regression_table = partial(
        TEXTS.table,
        "regression",
        name=f"{name}-{task}" if task else name,
        errors_section=section_title("errors"),
        **values,
    )
    if rows.empty:
        frame = pd.DataFrame(columns=["term", "source"], dtype=object)
        return regression_table(frame, agreement=TEXTS.text("regression", "nothing"), last_column=False)
    columns = rows.drop_duplicates("column").set_index("column")
    cells = {(row.term, row.column): row for row in rows.itertuples()}
    terms = [term for term in term_names() if (rows["term"] == term).any()]
    lines = [
        _line(
            term_label(term), source, {place: _coefficient(cells.get((term, place)), source) for place in columns.index}
        )
        for term in terms
        for source in SOURCES
    ]
    lines += [
        _line(label, source, {place: text(column, PREFIXES[source]) for place, column in columns.iterrows()})
        for label, text in _below().items()
        for source in SOURCES
    ]
    return regression_table(
        pd.DataFrame(lines),
        columns=TEXTS.heads("regression")
        | {f"c{place}": _head(name, place, column) for place, column in columns.iterrows()},
        agreement=agreement(rows),
        last_column=name in WITH_INTERMEDIATE,
    )


def _line(label: str, source: str, cells: Mapping[int, str]) -> dict[str, str]:
    return {
        "term": label,
        "source": TEXTS.text("regression", source),
        **{f"c{place}": cell for place, cell in cells.items()},
    }


def _head(name: str, place: int, column: pd.Series) -> str:
    label = group_label(column["group"]) if name in BY_GROUP else specification_label(column["specification"])
    return f"({place}) {label}"


def _below() -> dict[str, Callable[[pd.Series, str], str]]:
    """Label -> text of a number below the coefficients, from a column and the prefix of its source."""
    texts: dict[str, Callable[[pd.Series, str], str]] = {
        "n_obs": lambda column, prefix: f"{int(column[prefix + 'n_obs']):,}",
        "r2": lambda column, prefix: f"{column[prefix + 'r2'] if prefix else column['r2_within']:.3f}",
        "adj_r2": lambda column, prefix: f"{column[prefix + 'adj_r2'] if prefix else column['r2_adjusted']:.3f}",
        "f": lambda column, prefix: (
            f"{column[prefix + 'f']:.2f} ({int(column[prefix + 'df1'])}; {int(column[prefix + 'df2'])})"
        ),
    }
    return {label: texts[name] for name, label in TEXTS.entry("regression", "below").items()}


def _coefficient(row: Any, source: str) -> str:
    if row is None:
        return ""
    prefix = PREFIXES[source]
    estimate, error = getattr(row, f"{prefix}estimate"), getattr(row, f"{prefix}se")
    if not np.isfinite(estimate):
        return TEXTS.text("regression", "dropped")
    digits = 3 if abs(estimate) >= 0.0005 else 5
    if not np.isfinite(error):
        return f"{estimate:.{digits}f} (–)"
    marks = "*" * int(row.published_stars) if prefix else stars(row.p)
    return f"{estimate:.{digits}f}{marks} ({error:.{digits}f})"


def _correlations(correlations: pd.DataFrame, labels: Mapping[str, str]) -> Table:
    frame = correlations_beside_published(correlations)
    conditions = frame.drop_duplicates(["task", "condition"])  # downstream bias is the same for every upstream measure
    measures = list(dict.fromkeys(measure_label(name) for name in frame["upstream_measure"]))
    frame = frame.assign(condition_label=frame["condition"].map(labels))
    return TEXTS.table("table2", frame, conditions=len(conditions), measures=joined(measures))
