"""Bias against the level of one intervention (Steed et al. 2022, Figures 3, 5, 10 and 11)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.figures import target_names as naming
from biastransfer.report.figures.condition_names import level_name
from biastransfer.report.figures.numbers import control_level, doses
from biastransfer.report.figures.style import BLACK, GREY, LIGHT, PAGE, page, prevalence_label, say, wrapped, zero_line
from biastransfer.report.text.labels import MEASURE_LABELS

ROW, MOST_COLUMNS, MOST_TICKS, FAR = 1.75, 4, 7, 8
_OF_DATA = {"label_by_group": ("tpr_gap", "TPR gap"), "flag_by_mention": ("fpr_gap", "FPR gap")}
"""Kind -> what is drawn of interventions on the data, as in Figures 10 and 11."""


def outcome_shown(task: pd.DataFrame, intervention: str) -> tuple[str, str]:
    """Column and label of the downstream bias of a dose figure."""
    outcome = outcome_of(task)
    if (task.loc[task["intervention"] == intervention, "trainset"] != "original").any():
        return _OF_DATA["label_by_group" if outcome.log else "flag_by_mention"]
    return "downstream", outcome.label


def dose(task: pd.DataFrame, intervention: str, measure: str) -> Figure:
    """A thin line per target over the levels; median and quartiles; the control's extreme targets are named.

    Below is downstream bias, above what the intervention is on: upstream bias or prevalence. One pair of panels a family
    of changed data. Levels that span orders of magnitude are on a symmetric log scale.
    """
    column, label = outcome_shown(task, intervention)
    table = doses(task, intervention, column)
    on_data = column != "downstream"
    above = "prevalence" if on_data else "upstream"
    words = {above: prevalence_label(outcome_of(task)) if on_data else MEASURE_LABELS.get(measure, measure)}
    words["downstream"] = label
    families = list(table["family"].unique())
    control = table[(table["family"] == families[0]) & (table["level"] == control_level(intervention))]
    first = control.set_index("target")["downstream"]
    colours = naming.colours(first)
    blocks = -(-len(families) // MOST_COLUMNS)
    wide = -(-len(families) // blocks)
    width = min(PAGE, 2.6 * wide + 1.2)
    figure, axes = page(blocks * (2 * ROW + 0.5), 2 * blocks, wide, width, sharey="row")
    for axis in axes[-2:, (len(families) - 1) % wide + 1 :].ravel():
        axis.set_visible(False)
    for number, family in enumerate(families):
        rows = table[table["family"] == family]
        places, ticks, log = _places(rows)
        for row, shown in enumerate((above, "downstream")):
            axis = axes[2 * (number // wide) + row, number % wide]
            values = _wide(rows, shown)
            _lines(axis, places, values, colours)
            if shown != "prevalence" and label != "false positive rate":
                zero_line(axis)
            if log:
                axis.set_xscale("symlog", linthresh=log)
            axis.set_xticks(*ticks)
            axis.minorticks_off()
            if row == 0:
                axis.set_title(wrapped(family, 16 if wide > 2 else 40))
                axis.tick_params(labelbottom=False)
            else:
                axis.set_xlabel(wrapped(level_name(intervention), 28 if wide > 2 else 60))
            if number % wide == 0:
                axis.set_ylabel(words[shown].replace(" (", "\n("))
    for row, shown in enumerate((above, "downstream")):
        last = table[table["family"] == families[wide - 1]]
        values = _wide(last, shown)
        _scale(axes[row, 0], table, shown)
        ends = values.ffill().iloc[-1]
        naming.at_line_ends(axes[row, wide - 1], _places(last)[0][-1], ends, colours, ROW - 0.25)
    return figure


def _wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """A row per level and trainset, a column per target."""
    return rows.set_index(["level", "trainset", "target"])[column].unstack("target")


def _places(rows: pd.DataFrame) -> tuple[np.ndarray, tuple[list, list[str]], float]:
    """Places of the levels on the x-axis, the ticks, and where the axis turns into a log (0: nowhere)."""
    keys = rows[["level", "trainset"]].drop_duplicates()
    levels = keys["level"].to_numpy()
    if np.isinf(levels).any():  # all texts, however many they are
        places = np.arange(len(keys))
        return places, (list(places), ["all" if np.isinf(level) else f"{level:g}" for level in levels]), 0
    if keys["level"].duplicated().any():  # over- and under-sampling that add up to the same share
        places = np.arange(len(keys))
        names = [_parts(trainset) if level else "0" for level, trainset in keys.itertuples(index=False)]
        return places, (list(places), names), 0
    size = np.abs(levels[levels != 0])
    log = float(size.min()) if len(size) and size.max() > 2 * FAR * size.min() else 0
    scaled = np.sign(levels) * np.log1p(np.abs(levels) / log) if log else levels
    shown = _spaced(levels, scaled)
    return levels, (shown, [f"{level:g}".replace("-", "−") for level in shown]), log


def _parts(trainset: str) -> str:
    return " + ".join(word.lstrip("overund").lstrip() for word in trainset.split("-")[1:])


def _spaced(levels: np.ndarray, scaled: np.ndarray) -> list[float]:
    """Levels to write below the axis: zero and the ends first, then those that have room."""
    room = np.ptp(scaled) / MOST_TICKS if len(levels) > 1 else 0
    kept: list[int] = []
    first = {int(np.argmin(np.abs(levels))), int(np.argmax(levels)), int(np.argmin(levels))}
    for place in [*sorted(first), *range(len(levels))]:
        if all(abs(scaled[place] - scaled[other]) >= 0.9 * room for other in kept):
            kept.append(place)
    return sorted(float(levels[place]) for place in kept)


def _lines(axis: Axes, places: np.ndarray, values: pd.DataFrame, colours: dict[str, str]) -> None:
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


def _scale(axis: Axes, table: pd.DataFrame, shown: str) -> None:
    """A symmetric log scale where a level's biases would hide the control's."""
    size = table.groupby("level")[shown].agg(lambda values: values.abs().max())
    if shown == "upstream" and size[0.0] > 0 and size.max() > FAR * size[0.0]:
        axis.set_yscale("symlog", linthresh=float(f"{size[0.0]:.1g}"))
