"""What interventions on the model do to its upstream bias as a whole (Steed et al. 2022, Table 2)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.report.conditions import conditions_of
from biastransfer.report.figures.perturbation_numbers import mean_perturbations, perturbations
from biastransfer.report.figures.style import BLUE, LIGHT, ORANGE, page, wrapped
from biastransfer.report.record_labels import measure_label

FAR = 8


def perturbation(task: pd.DataFrame, measure: str) -> Figure:
    """Correlation of upstream bias with the control's, and its spread relative to the control's; a diamond per condition.

    It is the mean over trials, which are the dots above it. Bars are 95 % intervals over targets (Fisher), averaged over trials in Fisher's z.
    """
    table = perturbations(task)
    names = list(table["condition"].unique())
    labels = {condition.name: condition.label for condition in conditions_of(task)}
    places = table["condition"].map({name: place for place, name in enumerate(names)})
    several = table["condition"].duplicated(keep=False)
    figure, axes = page(0.2 * max(len(names), 3) + 0.85, 1, 2, sharey=True)
    similar, spread = axes[0]
    means = mean_perturbations(table)
    rows = np.arange(len(names))
    similar.hlines(rows, means["low"], means["high"], color=ORANGE, linewidth=0.9)
    for axis, column, control in ((similar, "r", 0), (spread, "spread", 1)):
        axis.axvline(control, color=LIGHT, linewidth=0.6, zorder=0)
        axis.plot(means[column], rows, "D", color=ORANGE, markersize=3.4, markeredgewidth=0, zorder=3)
        axis.plot(
            table.loc[several, column],
            places[several] - 0.25,
            "o",
            color=BLUE,
            markersize=2,
            alpha=0.7,
            markeredgewidth=0,
        )
        axis.tick_params(axis="y", length=0)
    words = measure_label(measure)
    similar.set_xlim(-1.02, 1.02)
    similar.set_xlabel(f"r of {words} with the control's")
    spread.set_xlabel(f"sd of {words}, relative to the control's")
    largest, smallest = table["spread"].max(), table["spread"].min()
    if largest > FAR and smallest > 0:
        spread.set_xscale("log")
    else:
        spread.set_xlim(left=0)
    similar.set_yticks(rows, [wrapped(labels[name], 40) for name in names])
    similar.set_ylim(len(names) - 0.4, -0.6)
    return figure
