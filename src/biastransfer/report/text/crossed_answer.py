"""The answer of a crossed design for one task: what exchanging the model and changing the data does to bias (``crossed_answer.toml``)."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from biastransfer.common import registry
from biastransfer.report.catalogue import CORNERS
from biastransfer.report.crossed import ALL_TARGETS, Crossed
from biastransfer.report.page.parts import Answer, Answers, SizeOfChange
from biastransfer.report.text.prose import Paragraph, Prose
from biastransfer.report.text.wording import joined, share_with_interval, size_with_interval

PROSE = Prose.beside(__file__)
FLOORS = {"model": "seed", "data": "replicate"}
"""Cause -> the change that is its noise floor."""


def answer_kinds(by_change: Sequence[Answer], by_regression: Sequence[Answer]) -> list[Answers]:
    """The answers of a report by kind; a single kind needs no title."""
    if not by_change:
        return [Answers("", by_regression)]
    titles = (PROSE.text("kinds", kind) for kind in ("change", "regression"))
    return [Answers(title, answers) for title, answers in zip(titles, (by_change, by_regression), strict=True)]


def crossed_answer(task: str, crossed: Crossed) -> Answer:
    """Answer the study's question for one task, by what its crossed design changes."""
    causes = crossed.headline("causes").set_index("cause")
    return Answer(
        task=task,
        verdict=verdict(causes),
        headline=PROSE.text("headline", verdict(causes), task=task),
        evidence=list(_evidence(crossed, causes)),
        effects=list(_sizes(crossed, causes)),
        scale=PROSE.text("scale", crossed.scale),
    )


def verdict(causes: pd.DataFrame) -> str:
    """Which causes move bias more than their noise floor; inconclusive where one of them could not be tested."""
    tested = causes["is_cause"]
    if tested.isna().any():
        return "inconclusive"
    model, data = bool(tested["model"]), bool(tested["data"])
    return "both" if model and data else "model" if model else "dataset" if data else "neither detected"


def _sizes(crossed: Crossed, causes: pd.DataFrame) -> Iterator[SizeOfChange]:
    """The average change of bias by each cause and by each noise floor."""
    unit, factor = crossed.shown
    for cause in ("model", "data"):
        row = causes.loc[cause]
        numbers = [factor * float(row[name]) for name in ("size", "low", "high")]
        yield SizeOfChange(PROSE.text("changes", cause), *numbers, unit)
    for cause, floor in FLOORS.items():
        size = factor * float(causes.loc[cause, "floor"])
        if np.isfinite(size):
            yield SizeOfChange(PROSE.text("changes", floor), size, np.nan, np.nan, unit)


def _evidence(crossed: Crossed, causes: pd.DataFrame) -> Iterator[Paragraph]:
    unit, factor = crossed.shown

    def shown(row: pd.Series, *names: str) -> str:
        return size_with_interval(*(factor * float(row[name]) for name in names), unit)

    accuracy = crossed.tables["crossed_performance"]
    yield PROSE.paragraph(
        "doses", models=joined(accuracy["model"].unique()), trainsets=joined(accuracy["trainset"].unique())
    )
    for cause, floor in FLOORS.items():
        row = causes.loc[cause]
        yield PROSE.paragraph(
            "compared",
            cause=PROSE.text("changes", cause),
            floor=PROSE.text("changes", floor),
            size=shown(row, "size", "low", "high"),
            floor_size=size_with_interval(factor * float(row["floor"]), np.nan, np.nan, unit),
            reason=row["reason"] or "",
        )
    effects = crossed.headline("effects_of_change").dropna(subset=["size"])
    for cause in FLOORS:
        pairs = effects[effects["cause"] == cause]
        if len(pairs):
            row = pairs.loc[pairs["size"].idxmax()]
            yield PROSE.paragraph(
                "largest",
                cause=PROSE.text("changes", cause),
                first=row["first"],
                second=row["second"],
                size=shown(row, "size", "low", "high"),
                factor=row["common_factor"],
                reordering=size_with_interval(factor * float(row["reordering"]), np.nan, np.nan, unit),
                correlation=row["correlation"],
            )
    if CORNERS in crossed.tables:
        yield from _fine_tuned(crossed)
    for row in crossed.headline("upstream_slopes").dropna(subset=["slope"]).itertuples():
        measure = registry.upstream_measures()[row.measure].label
        yield PROSE.paragraph(
            "upstream", measure=measure, correlation=row.correlation, clear=bool(row.low > 0 or row.high < 0)
        )
    yield PROSE.paragraph("sources", shares=_shares(crossed.headline("sources")))


def _fine_tuned(crossed: Crossed) -> Iterator[Paragraph]:
    """What full fine-tuning says of the largest change by each cause."""
    unit, factor = crossed.shown
    table = crossed.headline(CORNERS).dropna(subset=["probe_size", "fine_tuned_size"])
    for cause in FLOORS:
        pairs = table[table["cause"] == cause]
        if len(pairs):
            row = pairs.loc[pairs["fine_tuned_size"].idxmax()]
            sizes = {
                fit: size_with_interval(*(factor * float(row[f"{fit}_{end}"]) for end in ("size", "low", "high")), unit)
                for fit in ("probe", "fine_tuned")
            }
            yield PROSE.paragraph(
                "fine_tuned", first=row["first"], second=row["second"], correlation=row["correlation"], **sizes
            )


def _shares(sources: pd.DataFrame) -> str:
    """The shares of all targets together in one sentence, largest first."""
    total = sources[sources["target"] == ALL_TARGETS].dropna(subset=["share"]).sort_values("share", ascending=False)
    names = PROSE.entry("sources", "names")
    return joined(
        [f"{names[row.source]} {share_with_interval(row.share, row.low, row.high)}" for row in total.itertuples()]
    )
