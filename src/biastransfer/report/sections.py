"""What stands in a report, and in which order: the sections with their figures and tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from biastransfer.report.figures.captions import figure_text
from biastransfer.report.page.parts import Figure, Section, image
from biastransfer.report.tables import analysis_tables, detectable_effects, published

_SECTIONS = {
    "What bias goes with": (
        "Slopes of one regression per treatment group, on one row per model and target, with intervals that count each target once.",
        ("effects", "transfer", "planted", "specifications"),
    ),
    "What interventions change": (
        "A regression over targets shows what goes together. These figures show what changes when a cause is changed.",
        ("interventions", "dose", "targets", "after", "perturbation"),
    ),
    "The data and the control": (
        "What the training data holds, and how the control's upstream bias spreads over templates.",
        ("dataset", "upstream"),
    ),
}


def sections(
    bias: pd.DataFrame,
    found: Mapping[str, pd.DataFrame],
    figures: Sequence[Figure],
    performance: pd.DataFrame | None,
    compared: Sequence[Section] = (),
) -> list[Section]:
    """The report's sections.

    Parameters
    ----------
    bias, found : ``bias.parquet`` and the tables of its analysis.
    figures : all figures; the first part of a name says where it stands.
    performance : the runs' performance, where it is at hand.
    compared : a section on all groups, where a task has any.
    """
    told = [
        Section(title, text, [figure for figure in figures if figure.name.partition("-")[0] in kinds], [])
        for title, (text, kinds) in _SECTIONS.items()
    ]
    told[0] = Section(
        told[0].title,
        told[0].text,
        told[0].figures,
        [analysis_tables.effects(dict(found)), analysis_tables.verdicts(found["verdicts"])],
    )
    tables = published.tables(dict(found))
    replication = Section(
        "The paper's tables",
        "Tables 2 to 8 of Steed et al. 2022 for this study's grid, with the printed numbers beside. Estimates, R², F and errors are the "
        "kinds that the paper prints. Where data, models or sizes differ from the paper's, agreement is not to be expected.",
        [],
        tables,
    )
    inference = Section(
        "Standard errors, side by side",
        "The same estimates with every kind of errors. Coverage is how often 95 % intervals of that kind held the truth in a simulation with "
        "about as many models, targets that differ and a dependent variable copied over templates (docs/standard_errors.md).",
        [],
        [
            analysis_tables.side_by_side(found["coefficients"], found["regressions"]),
            analysis_tables.errors(found["coefficients"], found["regressions"]),
        ],
    )
    robustness = Section(
        "Diagnostics and robustness",
        "Whether the regressions' models are tenable, on which targets they hang, and how much each cause explains.",
        [],
        [
            analysis_tables.regressions(found["regressions"]),
            analysis_tables.diagnostics(found["diagnostics"]),
            analysis_tables.influence(found["influence"]),
            analysis_tables.contributions(found["contributions"]),
            analysis_tables.multiverse(found["multiverse"]),
        ],
    )
    runs = Section(
        "Every run", "", [], [analysis_tables.runs(found["correlations"]), *analysis_tables.performance(performance)]
    )
    return [
        told[0],
        detectable_effects.section(bias, found),
        told[1],
        *compared,
        replication,
        inference,
        robustness,
        told[2],
        runs,
    ]


def drawn(path: str | Path, bias: pd.DataFrame) -> Figure:
    """A figure for the page, with what is said about it, from its file."""
    name = Path(path).stem
    told = figure_text(name, bias)
    caption = f"{told['caption']} ({told['section']}.)" if told["section"] else told["caption"]
    return Figure(name=name, title=told["title"], caption=caption, alt=told["alt"], source=image(path))
