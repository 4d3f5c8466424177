"""Every target's bias with its interval, the control beside each other condition."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.figures.condition_names import strongest
from biastransfer.report.figures.numbers import conditions
from biastransfer.report.figures.style import GREY, ORANGE, PAGE, SMALL, around, bars, page, wrapped, written, zero_line

MOST_COLUMNS = 7


def targets(task: pd.DataFrame) -> Figure:
    """Bias of every target with its 95 % interval, sorted by the control's."""
    outcome = outcome_of(task)
    table = conditions(task)
    control = table[table["condition"] == "control"].set_index("target").sort_values("downstream")
    control = control.dropna(subset=["downstream"])
    names = strongest([name for name in dict.fromkeys(table["condition"]) if name != "control"]) or ["control"]
    places = np.arange(len(control))
    blocks = -(-len(names) // MOST_COLUMNS)
    wide = -(-len(names) // blocks)
    height = 0.125 * max(len(control), 8) + 0.9
    figure, axes = page(height * blocks, blocks, wide, min(PAGE, 1.4 * wide + 1.6), sharey=True, sharex=True)
    for axis in axes.ravel()[len(names) :]:
        axis.set_visible(False)
    for axis, name in zip(axes.ravel(), names, strict=False):
        rows = table[table["condition"] == name].set_index("target").reindex(control.index)
        if outcome.log:
            zero_line(axis, across=False)
        for shown, shift, colour in ((control, 0.18, GREY), (rows, -0.18, ORANGE)):
            if colour == ORANGE and name == "control":
                continue
            axis.errorbar(
                shown["downstream"], places + shift, xerr=bars(shown, "downstream"), fmt="o", color=colour,
                markersize=2, markeredgewidth=0, elinewidth=0.6, label="as titled" if colour == ORANGE else "control",
            )  # fmt: skip
        if rows["downstream"].isna().all():
            axis.text(0.97, 0.02, "did not learn", transform=axis.transAxes, ha="right", color=ORANGE, fontsize=SMALL)
        axis.set_title(wrapped(name, 15 if wide > 4 else 26), fontsize=6.5 if wide > 4 else None)
        axis.set_ylim(-0.8, len(control) - 0.2)
        axis.set_yticks(places, [written(target) for target in control.index], fontsize=SMALL)
        axis.tick_params(axis="y", length=0)
        axis.locator_params(axis="x", nbins=3 if wide > 4 else 5)
    shown = table.loc[table["condition"].isin([*names, "control"]), "downstream"]
    around(axes[0, 0], shown, across=True)
    figure.supxlabel(outcome.label, fontsize=7)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure
