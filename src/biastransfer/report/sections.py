"""The sections of a report, in order, with their figures and tables."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from biastransfer.report.catalogue import FigureName
from biastransfer.report.crossed import Crossed
from biastransfer.report.figures.captions import figure_text
from biastransfer.report.page.data_addresses import image
from biastransfer.report.page.parts import Figure, Section
from biastransfer.report.tables import (
    claims,
    effects,
    estimators,
    published,
    regressions,
    runs,
    simulated_studies,
    standard_errors,
)
from biastransfer.report.tables import crossed as crossed_tables
from biastransfer.report.text.section_texts import section_of

ABOUT_CHANGES = ("changes",)
ABOUT_EFFECTS = ("effects", "transfer", "planted", "specifications")
ABOUT_INTERVENTIONS = ("interventions", "dose", "targets", "after", "perturbation")
ABOUT_DATA = ("dataset", "upstream")
"""Kinds of figures, by section."""


def sections(
    bias: pd.DataFrame,
    results: Mapping[str, pd.DataFrame],
    figures: Sequence[Figure],
    performance: pd.DataFrame | None = None,
    all_groups: Section | None = None,
    crossed: Mapping[str, Crossed] | None = None,
    changes: pd.DataFrame | None = None,
) -> list[Section]:
    """The report's sections.

    Parameters
    ----------
    bias, results : ``bias.parquet`` and the tables of its analysis.
    figures : all figures; their kind decides the section.
    performance : the runs' performance; None if there is none.
    all_groups : the section on all groups, where a task compares groups.
    crossed : task -> its crossed design; these come first.
    changes : what every changed run does to bias; None if there are no predictions.
    """
    coefficients = results["coefficients"]
    run_tables = [runs.correlations(results["correlations"])]
    if performance is not None:
        run_tables.append(runs.performance(performance))
    changed = (
        [section_of("crossed", of_kinds(figures, ABOUT_CHANGES), crossed_tables.tables(crossed))] if crossed else []
    )
    return [
        *changed,
        section_of(
            "effects",
            of_kinds(figures, ABOUT_EFFECTS),
            [effects.effects(results), effects.verdicts(results["verdicts"])],
        ),
        section_of(
            "detectable",
            tables=[
                estimators.estimators(results["estimators"]),
                simulated_studies.simulated_studies(),
            ],
        ),
        section_of(
            "interventions",
            of_kinds(figures, ABOUT_INTERVENTIONS),
            [] if changes is None else [runs.changes_from_control(changes)],
        ),
        *([] if all_groups is None else [all_groups]),
        section_of("paper", tables=[claims.claims(results["claims"]), *published.tables(bias, results)]),
        section_of(
            "errors",
            tables=[
                standard_errors.errors_compared(coefficients, results["regressions"]),
                standard_errors.every_estimate(coefficients, results["regressions"]),
            ],
        ),
        section_of(
            "robustness",
            tables=[
                regressions.regressions(results["regressions"]),
                regressions.diagnostics(results["diagnostics"]),
                regressions.influence(results["influence"]),
                regressions.contributions(results["contributions"]),
                regressions.multiverse(results["multiverse"]),
            ],
        ),
        section_of("data", of_kinds(figures, ABOUT_DATA)),
        section_of("runs", tables=run_tables),
    ]


def of_kinds(figures: Sequence[Figure], kinds: Collection[str]) -> list[Figure]:
    """The figures of some kinds."""
    return [figure for figure in figures if figure.kind in kinds]


def drawn(
    folder: str | Path, figure: FigureName, bias: pd.DataFrame, crossed: Mapping[str, Crossed] | None = None
) -> Figure:
    """A figure for the page with its texts.

    Parameters
    ----------
    folder : with its SVG file.
    figure : what it shows.
    bias : ``bias.parquet``.
    crossed : task -> its crossed design, where the study has one.
    """
    text = figure_text(figure, bias, crossed)
    caption = f"{text['caption']} ({text['section']}.)" if text["section"] else text["caption"]
    return Figure(
        name=figure.name,
        title=text["title"],
        caption=caption,
        alt=text["alt"],
        source=image(Path(folder, f"{figure.name}.svg")),
        kind=figure.kind,
    )
