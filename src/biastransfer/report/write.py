"""A whole report from tables: for a study of the workflow, and for any tidy table."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biastransfer.report.page import render as page
from biastransfer.report.page.parts import Figure, Section
from biastransfer.report.sections import sections
from biastransfer.report.text.answer import answer, rule
from biastransfer.report.text.cautions import warnings

LIMITS = (
    "Upstream bias is measured on each model before fine-tuning, downstream bias on the fine-tuned classifier's predictions, and "
    "prevalence on its training data. Definitions and sources: docs/methods.md.",
    "Prevalence is counted, upstream bias is estimated from a few templates. Error in it makes its slope too small and, where the two go "
    "together, that of prevalence too large. Cronbach's α over templates says how large that error is, not whether templates measure what "
    "is meant.",
    "An effect that is not seen may still be there: its interval says how large it may be.",
    "Targets differ in more than their associations. A regression over targets shows what goes together; interventions (noise, random "
    "initialisation, other training data) show what changes when a cause is changed.",
    "Groups are recorded pronouns and mentioned terms, not people's identities. The classifiers exist for this measurement and are "
    "not for deployment.",
)


def build(
    study: str,
    bias: pd.DataFrame,
    found: dict[str, pd.DataFrame],
    *,
    measures: Mapping[str, Sequence[str]],
    figures: Sequence[Figure],
    facts: Sequence[tuple[str, str]],
    methods: Sequence[tuple[str, str]],
    smallest: float,
    performance: pd.DataFrame | None = None,
    notes: Sequence[str] = (),
    compared: Sequence[Section] = (),
) -> tuple[str, dict[str, str]]:
    """Write the report and the files beside it.

    Parameters
    ----------
    bias, found : ``bias.parquet`` and the tables of its analysis.
    measures : task -> its upstream measures, the one that the verdict rests on first.
    smallest : smallest effect of interest.
    notes : further warnings.
    compared : a section on all groups, where a task has any.

    Returns
    -------
    The page (HTML), and file name -> content of its tables as CSV and LaTeX.
    """
    told = sections(bias, found, figures, performance, compared)
    html = page.render(
        study=study,
        answers=[
            answer(task, names, bias[bias["task"] == task], found, performance, smallest)
            for task, names in measures.items()
        ],
        warnings=[*notes, *warnings(bias, found)],
        rule=rule(smallest),
        facts=facts,
        sections=told,
        methods=methods,
        limits=LIMITS,
    )
    files = {}
    for section in told:
        for table in section.tables:
            files |= {f"{table.name}.csv": table.csv, f"{table.name}.tex": table.latex}
    return html, files
