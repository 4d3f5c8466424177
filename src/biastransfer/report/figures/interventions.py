"""Bias of every target under the interventions on the model, upstream and downstream (Steed et al. 2022, Figure 2)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.conditions import conditions_of, models_alone, strongest
from biastransfer.report.figures import target_names as naming
from biastransfer.report.figures.plotted_values import by_target, conditions
from biastransfer.report.figures.style import BLACK, LIGHT, SMALL, coefficient, page, wrapped, zero_line
from biastransfer.report.record_labels import measure_label, spaced

ROW, FAR = 0.5, 8
"""Inches a condition; and how many times the control's largest bias another may be before the scale is a log."""


def interventions(task: pd.DataFrame, measure: str) -> Figure:
    """A row per condition, a line per target through all of them: parallel lines are biases that stay what they were.

    Conditions are averaged over trials and at their highest level; the targets with the lowest and highest downstream bias
    of the control are coloured and named; a box spans the quartiles, with the median.
    """
    outcome = outcome_of(task)
    table = conditions(task)
    shown = strongest(models_alone(conditions_of(task)), most=0)
    table = table[table["condition"].isin([condition.name for condition in shown])]
    panels = {
        "upstream": measure_label(measure) + " (upstream)",
        "downstream": outcome.label + " (downstream)",
    }
    colours = naming.colours(by_target(table, "downstream").iloc[0])
    height = ROW * len(shown) + 1.35
    figure, axes = page(height, 1, 2, sharey=True)
    for axis, (column, words) in zip(axes[0], panels.items(), strict=True):
        values = by_target(table, column)
        _lines(axis, values, colours)
        if column == "upstream":
            _scale(axis, values)
            axis.set_yticks(range(len(shown)), [wrapped(condition.label, 16) for condition in shown])
            axis.set_ylim(len(shown) - 0.55, -0.45)
        if column == "upstream" or outcome.log:
            zero_line(axis, across=False)
        for place, condition in enumerate(shown[1:], start=1):
            r = coefficient("r", values.iloc[0], values.loc[condition.name]).replace(" [", "\n[").replace(": ", ":\n")
            across = axis.get_yaxis_transform()
            axis.text(1.02, place, r, transform=across, fontsize=SMALL, va="center", linespacing=1.3)
        axis.set_xlabel(words)
        axis.tick_params(axis="y", length=0)
        _name_along_the_top(axis, values.iloc[0], colours)
    return figure


def _lines(axis: Axes, values: pd.DataFrame, colours: dict[str, str]) -> None:
    places = np.arange(len(values))
    for target in values:
        colour = colours.get(target, LIGHT)
        strong = target in colours
        axis.plot(
            values[target], places, "-o", color=colour, linewidth=0.9 if strong else 0.5, zorder=3 if strong else 1,
            markersize=2.6 if strong else 1.6, markeredgewidth=0, gid=f"target:{target}",
        )  # fmt: skip
    for place, row in zip(places, values.to_numpy(), strict=True):
        if np.isfinite(row).any():
            low, middle, high = np.nanquantile(row, [0.25, 0.5, 0.75])
            axis.plot(
                [low, high], [place, place], color=BLACK, linewidth=2.4, alpha=0.35, solid_capstyle="butt", zorder=4
            )
            axis.plot([middle], [place], "|", color=BLACK, markersize=7, markeredgewidth=1.2, zorder=5)


def _scale(axis: Axes, values: pd.DataFrame) -> None:
    """A symmetric log scale where one condition's biases would hide all others."""
    size = values.abs().max(axis=1)
    if len(size) > 1 and size.iloc[0] > 0 and size.max() > FAR * size.iloc[0]:
        axis.set_xscale("symlog", linthresh=float(f"{size.iloc[0]:.1g}"))


def _name_along_the_top(axis: Axes, control: pd.Series, colours: dict[str, str]) -> None:
    axis.get_xlim()  # settles the limits
    across = axis.transData + axis.transAxes.inverted()
    known = control.reindex(list(colours)).dropna()
    places = naming.apart([across.transform((value, 0))[0] for value in known], 0.062, 0.0, 0.93)
    for (target, value), place in zip(known.items(), places, strict=True):
        axis.annotate(
            spaced(target), (value, 0), xytext=(place, 1.02), textcoords="axes fraction", fontsize=SMALL,
            color=colours[target], rotation=38, rotation_mode="anchor", ha="left", va="bottom",
            arrowprops={"arrowstyle": "-", "color": colours[target], "linewidth": 0.4, "shrinkA": 0, "shrinkB": 1,
                        "relpos": (0, 0)},
        )  # fmt: skip
