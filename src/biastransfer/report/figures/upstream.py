"""Upstream bias of the control over targets and templates (Steed et al. 2022, Figure 7)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.report.figures.plotted_values import is_control
from biastransfer.report.figures.style import BLACK, BLUE, COLUMN, SMALL, page, wrapped, zero_line
from biastransfer.report.record_labels import measure_label, spaced


def upstream(task: pd.DataFrame, measure: str) -> Figure:
    """A dot per template and a diamond at their mean, targets sorted by it; for a column of print."""
    control = task[is_control(task)]
    means = control.groupby("target")["upstream"].mean().sort_values(kind="stable")
    places = pd.Series(np.arange(len(means)), means.index)
    figure, axes = page(0.122 * max(len(means), 8) + 0.75, width=COLUMN)
    axis = axes[0, 0]
    zero_line(axis, across=False)
    axis.hlines(places, *_range(control, means.index), color=BLUE, linewidth=0.5, alpha=0.4, zorder=1)
    axis.plot(
        control["upstream"], control["target"].map(places), "o", color=BLUE, markersize=2.4, alpha=0.6,
        markeredgewidth=0, label="a template",
    )  # fmt: skip
    axis.plot(means, places, "D", color=BLACK, markersize=2.8, markeredgewidth=0, label="mean")
    axis.set_yticks(places, [spaced(target) for target in means.index], fontsize=SMALL)
    axis.tick_params(axis="y", length=0)
    axis.set_ylim(-0.8, len(means) - 0.2)
    axis.set_xlabel(wrapped(f"{measure_label(measure)} (upstream)", 44))
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def _range(control: pd.DataFrame, targets: pd.Index) -> tuple[pd.Series, pd.Series]:
    grouped = control.groupby("target")["upstream"]
    return grouped.min().reindex(targets), grouped.max().reindex(targets)
