"""Every target's bias with its interval, the control beside each other condition."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.conditions import conditions_of, strongest
from biastransfer.report.figures.plotted_values import conditions, control_of
from biastransfer.report.figures.style import GREY, ORANGE, PAGE, SMALL, around, bars, page, wrapped, zero_line
from biastransfer.report.record_labels import spaced

MOST_COLUMNS = 7


def targets(task: pd.DataFrame) -> Figure:
    """Bias of every target with its 95 % interval, sorted by the control's."""
    outcome = outcome_of(task)
    table = conditions(task)
    control = control_of(table).dropna(subset=["downstream"]).sort_values("downstream")
    every = conditions_of(task)
    chosen = strongest([condition for condition in every if not condition.is_control]) or every
    places = np.arange(len(control))
    blocks = -(-len(chosen) // MOST_COLUMNS)
    wide = -(-len(chosen) // blocks)
    height = 0.125 * max(len(control), 8) + 0.9
    figure, axes = page(height * blocks, blocks, wide, min(PAGE, 1.4 * wide + 1.6), sharey=True, sharex=True)
    for axis in axes.ravel()[len(chosen) :]:
        axis.set_visible(False)
    for axis, condition in zip(axes.ravel(), chosen, strict=False):
        rows = table[table["condition"] == condition.name].set_index("target").reindex(control.index)
        if outcome.log:
            zero_line(axis, across=False)
        for shown, shift, colour in ((control, 0.18, GREY), (rows, -0.18, ORANGE)):
            if colour == ORANGE and condition.is_control:
                continue
            axis.errorbar(
                shown["downstream"], places + shift, xerr=bars(shown, "downstream"), fmt="o", color=colour,
                markersize=2, markeredgewidth=0, elinewidth=0.6, label="condition in the title" if colour == ORANGE else "control",
            )  # fmt: skip
        if rows["downstream"].isna().all():
            axis.text(0.97, 0.02, "did not learn", transform=axis.transAxes, ha="right", color=ORANGE, fontsize=SMALL)
        axis.set_title(wrapped(condition.label, 15 if wide > 4 else 26), fontsize=6.5 if wide > 4 else None)
        axis.set_ylim(-0.8, len(control) - 0.2)
        axis.set_yticks(places, [spaced(target) for target in control.index], fontsize=SMALL)
        axis.tick_params(axis="y", length=0)
        axis.locator_params(axis="x", nbins=3 if wide > 4 else 5)
    names = [condition.name for condition in every if condition in chosen or condition.is_control]
    shown = table.loc[table["condition"].isin(names), "downstream"]
    around(axes[0, 0], shown, across=True)
    figure.supxlabel(outcome.label, fontsize=7)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure
