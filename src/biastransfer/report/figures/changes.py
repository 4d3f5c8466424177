"""What changes when a cause changes: sizes of every change beside the noise floors, and the sources of bias."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biastransfer.report.crossed import ALL_TARGETS, Crossed
from biastransfer.report.figures.style import BLACK, BLUE, GREY, LIGHT, ORANGE, bars, page, wrapped, zero_line
from biastransfer.report.text.prose import Prose
from biastransfer.report.text.wording import joined, size_with_interval

PROSE = Prose.beside(__file__)
COLOURS = {"model": BLUE, "seed": GREY, "data": ORANGE, "replicate": GREY}
"""Cause -> its colour; noise floors are grey."""
MOST = 12
"""Changes that one figure shows; with more, the largest of each cause."""
SHARES = (-30, 115)
"""Per cent that the right panel shows; longer bars are cut."""
SOURCES = ("shared", "model", "seed", "data", "interaction", "replicate", "texts")


def changes(crossed: Crossed) -> Figure:
    """Left: each target's change, and its size over all targets with the 95 % interval. Right: shares of the sources of bias."""
    rows = shown(crossed.headline("effects_of_change"))
    figure, axes = page(0.24 * max(len(rows), len(SOURCES)) + 0.9, 1, 2, gridspec_kw={"width_ratios": [1.5, 1]})
    _sizes(axes[0, 0], rows, crossed)
    _shares(axes[0, 1], crossed.headline("sources"))
    return figure


def shown(effects: pd.DataFrame) -> pd.DataFrame:
    """The changes that the figure shows, causes and their noise floors in turn, largest first within each."""
    order = {cause: place for place, cause in enumerate(COLOURS)}
    rows = effects[effects["cause"].isin(COLOURS)]
    rows = rows.assign(place=rows["cause"].map(order)).sort_values(
        ["place", "size"], ascending=[True, False], kind="stable", ignore_index=True
    )
    most = max(1, MOST // len(COLOURS)) if len(rows) > MOST else len(rows)
    return rows[rows.groupby("cause").cumcount() < most].reset_index(drop=True)


def alternative(crossed: Crossed) -> str:
    """The sizes in words."""
    unit, factor = crossed.shown
    rows = shown(crossed.headline("effects_of_change"))
    parts = [
        f"{_label(row)}: {size_with_interval(factor * row.size, factor * row.low, factor * row.high, unit)}"
        for row in rows.itertuples()
    ]
    return f"Sizes of changes: {joined(parts)}."


def _sizes(axis: Axes, rows: pd.DataFrame, crossed: Crossed) -> None:
    unit, factor = crossed.shown
    of_targets = crossed.headline("changes")
    zero_line(axis, across=False)
    for place, row in rows.iterrows():
        same = (of_targets[["cause", "first", "second"]] == row[["cause", "first", "second"]]).all(axis=1)
        each = factor * of_targets.loc[same, "change"].abs()
        axis.plot(each, np.full(len(each), place), "|", color=LIGHT, markersize=7, markeredgewidth=0.7, zorder=1)
        one = pd.DataFrame([factor * row[["size", "low", "high"]].astype(float)])
        if np.isfinite(one[["low", "high"]].to_numpy()).all():
            axis.errorbar(
                one["size"], [place], xerr=bars(one, "size"), fmt="none", ecolor=COLOURS[row["cause"]], elinewidth=1.4
            )
        axis.plot(one["size"], [place], "D", color=COLOURS[row["cause"]], markersize=4, markeredgewidth=0, zorder=3)
    axis.set_yticks(range(len(rows)), [wrapped(_label(row), 30) for row in rows.itertuples()])
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel(PROSE.text("axis", unit=unit))
    axis.set_title(PROSE.text("sizes"), loc="left")


def _shares(axis: Axes, sources: pd.DataFrame) -> None:
    total = sources[sources["target"] == ALL_TARGETS].set_index("source").reindex(SOURCES).dropna(subset=["share"])
    zero_line(axis, across=False)
    for place, (source, row) in enumerate(total.iterrows()):
        one = pd.DataFrame([100 * row[["share", "low", "high"]].astype(float)])
        colour = COLOURS.get(source, BLACK)
        axis.barh([place], one["share"], height=0.55, color=colour, alpha=0.35)
        if np.isfinite(one[["low", "high"]].to_numpy()).all():
            axis.errorbar(one["share"], [place], xerr=bars(one, "share"), fmt="none", ecolor=colour, elinewidth=1.2)
    axis.set_yticks(range(len(total)), [PROSE.text("sources", source) for source in total.index])
    axis.set_ylim(len(total) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    axis.set_xlim(*SHARES)
    axis.set_xlabel(PROSE.text("share"))
    axis.set_title(PROSE.text("shares"), loc="left")


def _label(row) -> str:
    if not row.first:
        return PROSE.text("changes", row.cause)
    return PROSE.text("change", cause=PROSE.text("changes", row.cause), first=row.first, second=row.second)
