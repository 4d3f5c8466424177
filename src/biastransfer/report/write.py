"""A whole report from tables: for a study of the workflow, and for any tidy table."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from biastransfer.report.crossed import Crossed
from biastransfer.report.page.parts import Figure, Section
from biastransfer.report.page.render import render
from biastransfer.report.sections import sections
from biastransfer.report.text.answer import answer
from biastransfer.report.text.cautions import cautions
from biastransfer.report.text.crossed_answer import answer_kinds, crossed_answer
from biastransfer.report.text.limits import limits
from biastransfer.report.text.prose import Paragraph
from biastransfer.report.text.verdict_rule import rule


class Report(NamedTuple):
    """A report: the page (HTML), and file name -> text of its tables as CSV and LaTeX."""

    page: str
    table_files: dict[str, str]


def write_report(
    study: str,
    bias: pd.DataFrame,
    results: Mapping[str, pd.DataFrame],
    *,
    measures: Mapping[str, Sequence[str]],
    figures: Sequence[Figure],
    facts: Sequence[Paragraph],
    methods: Sequence[Paragraph],
    smallest_effect: float,
    performance: pd.DataFrame | None = None,
    notes: Sequence[str] = (),
    all_groups: Section | None = None,
    crossed: Mapping[str, Crossed] | None = None,
    changes: pd.DataFrame | None = None,
) -> Report:
    """Write the report and the files of its tables.

    Parameters
    ----------
    study : its name.
    bias, results : ``bias.parquet`` and the tables of its analysis.
    measures : task -> its upstream measures; the first decides the verdict.
    figures : see :func:`biastransfer.report.sections.drawn`.
    facts, methods : pairs of title and text.
    smallest_effect : of interest.
    performance : the runs' performance; None if there is none.
    notes : further cautions.
    all_groups : the section on all groups, where a task compares groups.
    crossed : task -> its crossed design, where the study has one.
    changes : what every changed run of every task does to bias.
    """
    all_sections = sections(bias, results, figures, performance, all_groups, crossed or {}, changes)
    by_regression = [
        answer(task, names, bias[bias["task"] == task], results, performance, smallest_effect)
        for task, names in measures.items()
    ]
    by_change = [crossed_answer(task, design) for task, design in (crossed or {}).items()]
    page = render(
        study=study,
        answers=answer_kinds(by_change, by_regression),
        cautions=[*notes, *cautions(bias, results)],
        rule=rule(smallest_effect),
        facts=facts,
        sections=all_sections,
        methods=methods,
        limits=limits(),
    )
    tables = [table for section in all_sections for table in section.tables]
    return Report(
        page,
        {f"{table.name}.csv": table.csv for table in tables} | {f"{table.name}.tex": table.latex for table in tables},
    )
