"""What the training data holds of each target (Steed et al. 2022, Figures 6 and 8)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.common.control import ORIGINAL
from biastransfer.downstream.intervals import wilson
from biastransfer.report.figures.style import BLACK, BLUE, LIGHT, ORANGE, PAGE, SMALL, page
from biastransfer.report.record_labels import dataset_words, prevalence_label, spaced


def dataset(task: pd.DataFrame, held: pd.DataFrame | None) -> Figure:
    """Numbers of texts by group (or by flag) as stacked bars, and prevalence with its 95 % interval (Wilson).

    Parameters
    ----------
    held : ``target, prevalence, n`` of the original training data; without it, prevalence alone is shown.
    """
    if held is None:
        original = task[task["data_intervention"] == ORIGINAL]
        held = original.groupby("target")[["prevalence"]].first().reset_index().assign(n=np.nan)
    rows = held.sort_values(["prevalence", "target"], na_position="first", ignore_index=True)
    counted, places = rows["n"].notna().any(), np.arange(len(rows))
    height = 0.122 * max(len(rows), 8) + 0.75
    options = {"sharey": True, "width_ratios": [3, 2]} if counted else {}
    figure, axes = page(height, 1, 1 + counted, PAGE if counted else PAGE / 2, **options)
    if counted:
        first = (rows["n"] * rows["prevalence"]).fillna(0)
        words = dataset_words(task)
        axis = axes[0, 0]
        axis.barh(places, first, height=0.75, color=ORANGE, label=words.parts[0])
        axis.barh(places, rows["n"] - first, left=first, height=0.75, color=LIGHT, label=words.parts[1])
        axis.set_xlabel(words.texts)
        figure.legend(loc="outside upper center", ncols=2)
    axis = axes[0, -1]
    axis.axvline(0.5, color=LIGHT, linewidth=0.6, zorder=0)
    if counted:
        axis.hlines(places, *wilson(rows["prevalence"] * rows["n"], rows["n"]), color=BLUE, linewidth=0.9)
    axis.plot(rows["prevalence"], places, "o", color=BLACK, markersize=2.4, markeredgewidth=0)
    axis.set_xlim(0, 1)
    axis.set_xlabel(prevalence_label(task))
    axes[0, 0].set_yticks(places, [spaced(target) for target in rows["target"]], fontsize=SMALL)
    axes[0, 0].set_ylim(-0.8, len(rows) - 0.2)
    for axis in axes[0]:
        axis.tick_params(axis="y", length=0)
    return figure
