"""Bias against the level of one intervention (Steed et al. 2022, Figures 3, 5, 10 and 11)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biastransfer.report.figures import target_names as naming
from biastransfer.report.figures.dose_numbers import Panel, bias_of, changes_data, doses
from biastransfer.report.figures.style import BLACK, GREY, LIGHT, PAGE, page, say, wrapped, zero_line
from biastransfer.report.record_labels import (
    control_level,
    level_name,
    level_text,
    measure_label,
    prevalence_label,
)

ROW, MOST_COLUMNS, MOST_TICKS, FAR = 1.75, 4, 7, 8


def dose(task: pd.DataFrame, intervention: str, measure: str) -> Figure:
    """A thin line per target over the levels; median and quartiles; the control's extreme targets are named.

    Below is downstream bias, above what the intervention is on: upstream bias or prevalence. One pair of panels a family
    of changed data. Levels that span orders of magnitude are on a symmetric log scale.
    """
    bias, panels = bias_of(task, intervention), doses(task, intervention)
    above = "prevalence" if changes_data(task, intervention) else "upstream"
    words = {
        above: prevalence_label(task) if above == "prevalence" else measure_label(measure),
        "downstream": bias.label,
    }
    zeros = {"upstream": _straddles_zero(panels), "prevalence": False, "downstream": bias.zero}
    colours = naming.colours(_control(panels[0], intervention))
    blocks = -(-len(panels) // MOST_COLUMNS)
    wide = -(-len(panels) // blocks)
    width = min(PAGE, 2.6 * wide + 1.2)
    figure, axes = page(blocks * (2 * ROW + 0.5), 2 * blocks, wide, width, sharey="row")
    for axis in axes[-2:, (len(panels) - 1) % wide + 1 :].ravel():
        axis.set_visible(False)
    for number, panel in enumerate(panels):
        across = _across(panel)
        for row, shown in enumerate(words):
            axis = axes[2 * (number // wide) + row, number % wide]
            if across.log:  # before any line, whose margins are on this scale then
                axis.set_xscale("symlog", linthresh=across.log)
            _lines(axis, across.places, panel.by_level(shown), colours)
            if zeros[shown]:
                zero_line(axis)
            axis.set_xticks(across.ticks, across.labels)
            axis.minorticks_off()
            if row == 0:
                axis.set_title(wrapped(panel.label, 22 if wide > 2 else 40))
                axis.tick_params(labelbottom=False)
            else:
                axis.set_xlabel(wrapped(level_name(intervention), 28 if wide > 2 else 60))
            if number % wide == 0:
                axis.set_ylabel(words[shown].replace(" (", "\n("))
    for row, shown in enumerate(words):
        last = panels[wide - 1]
        if shown == "upstream":
            _scale(axes[row, 0], panels, intervention)
        ends = last.by_level(shown).ffill().iloc[-1]
        naming.at_line_ends(axes[row, wide - 1], _across(last).places[-1], ends, colours, ROW - 0.25)
    return figure


def _control(panel: Panel, intervention: str) -> pd.Series:
    """Downstream bias of the panel's model on the original data."""
    rows = panel.rows[panel.rows["level"] == control_level(intervention)]
    return rows.set_index("target")["downstream"]


def _straddles_zero(panels: Sequence[Panel]) -> bool:
    """Whether upstream bias has both signs; a share, such as negative sentiment, has no zero to compare with."""
    values = pd.concat([panel.rows["upstream"] for panel in panels])
    return bool(values.min() < 0 < values.max())


class _Across(NamedTuple):
    """The x-axis of a panel: places of the levels, ticks with their labels, and where it turns into a log (0: nowhere)."""

    places: np.ndarray
    ticks: Sequence[float]
    labels: Sequence[str]
    log: float = 0


def _across(panel: Panel) -> _Across:
    """Levels at their numbers; in a row where one is infinite, or where two add up to the same."""
    keys = panel.levels()
    levels = keys["level"].to_numpy()
    if np.isinf(levels).any() or keys["level"].duplicated().any():
        return _Across(np.arange(len(keys)), range(len(keys)), list(keys["tick"]))
    size = np.abs(levels[levels != 0])
    log = float(size.min()) if len(size) and size.max() > 2 * FAR * size.min() else 0
    scaled = np.sign(levels) * np.log1p(np.abs(levels) / log) if log else levels
    ticks = _spaced(levels, scaled)
    return _Across(levels, ticks, [level_text(level) for level in ticks], log)


def _spaced(levels: np.ndarray, scaled: np.ndarray) -> list[float]:
    """Levels to write below the axis: zero and the ends first, then those that have room."""
    room = np.ptp(scaled) / MOST_TICKS if len(levels) > 1 else 0
    kept: list[int] = []
    first = {int(np.argmin(np.abs(levels))), int(np.argmax(levels)), int(np.argmin(levels))}
    for place in [*sorted(first), *range(len(levels))]:
        if all(abs(scaled[place] - scaled[other]) >= 0.9 * room for other in kept):
            kept.append(place)
    return sorted(float(levels[place]) for place in kept)


def _lines(axis: Axes, places: np.ndarray, values: pd.DataFrame, colours: Mapping[str, str]) -> None:
    if values.isna().all(axis=None):
        say(axis, "undefined")
        return
    for target in values:
        if target not in colours:
            axis.plot(places, values[target], color=LIGHT, linewidth=0.5, zorder=1, gid=f"target:{target}")
    known = values.notna().any(axis=1).to_numpy()
    low, middle, high = np.nanquantile(values.to_numpy()[known], [0.25, 0.5, 0.75], axis=1)
    axis.fill_between(places[known], low, high, color=GREY, alpha=0.25, linewidth=0, zorder=2)
    axis.plot(places[known], middle, color=BLACK, linewidth=1.2, zorder=4)
    for target, colour in colours.items():
        if target in values:
            axis.plot(
                places, values[target], "-o", color=colour, linewidth=0.9, markersize=2, markeredgewidth=0, zorder=3,
                gid=f"target:{target}",
            )  # fmt: skip


def _scale(axis: Axes, panels: Sequence[Panel], intervention: str) -> None:
    """A symmetric log scale where upstream bias at a level would hide the control's."""
    rows = pd.concat([panel.rows for panel in panels])
    size = rows["upstream"].abs().groupby(rows["level"]).max()
    control = size.get(control_level(intervention), 0)
    if control > 0 and size.max() > FAR * control:
        axis.set_yscale("symlog", linthresh=float(f"{control:.1g}"))
