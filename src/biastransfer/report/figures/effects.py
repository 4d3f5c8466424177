"""What downstream bias goes with: standardised slopes per treatment group (Steed et al. 2022, Figure 4)."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from biastransfer.analysis.groups import group_labels
from biastransfer.report.catalogue import measure_place
from biastransfer.report.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PAGE,
    bars,
    page,
    say,
    wrapped,
    zero_line,
)
from biastransfer.report.record_labels import measure_label

SIGNIFICANT = 0.01
TERMS = {
    "upstream": ("upstream bias", BLUE, "o"),
    "prevalence": ("prevalence", ORANGE, "s"),
    "mention_share": ("mention share", GREEN, "^"),
}
OURS, PRINTED = ("model_target", "crv3_target"), ("eq4", "lsdv_hc3")
"""Specification and errors of the bars with a mark, and of the thin ones beside them, which are the paper's kind."""


def effects(coefficients: pd.DataFrame) -> Figure:
    """Slopes with 95 % intervals, a panel per task and upstream measure; insignificant ones are hollow."""
    rows = coefficients[coefficients["term"].isin(TERMS)] if len(coefficients) else coefficients
    panels = list(rows.groupby(["task", "upstream_measure"], sort=False)) if len(rows) else []
    panels.sort(key=lambda panel: (panel[0][0], measure_place(panel[0][1])))
    labels = group_labels()
    known = {group for _, part in panels for group in part["group"]}
    groups = [group for group in labels if group in known] + sorted(known - set(labels))
    figure, axes = page(0.42 * max(1, len(groups)) + 1.0, 1, max(1, len(panels)), min(PAGE, 2.5 * len(panels) + 1.2), sharey=True)  # fmt: skip
    if not panels:
        say(axes[0, 0], "no regressions: too few targets")
    for axis, ((task, measure), part) in zip(axes[0], panels, strict=False):
        zero_line(axis, across=False)
        terms = [term for term in TERMS if term in set(part["term"])]
        for number, term in enumerate(terms):
            shift = 0.25 * (number - (len(terms) - 1) / 2)
            _term(axis, part[part["term"] == term], groups, shift)
        axis.set_title(f"{task}: {measure_label(measure)}")
        axis.tick_params(axis="y", length=0)
        for place in range(1, len(groups)):
            axis.axhline(place - 0.5, color="#eeeeee", linewidth=0.6, zorder=0)
    axes[0, 0].set_yticks(range(len(groups)), [wrapped(labels.get(group, group), 18) for group in groups])
    axes[0, 0].set_ylim(len(groups) - 0.4, -0.6)
    figure.supxlabel("slope (sd of downstream bias per sd)", fontsize=7)
    if panels:
        columns = 5 if figure.get_figwidth() == PAGE else 2
        figure.legend(handles=_legend(set(rows["term"])), loc="outside upper center", ncols=columns, columnspacing=1.4)
    return figure


def _term(axis: Axes, rows: pd.DataFrame, groups: list[str], shift: float) -> None:
    name, colour, marker = TERMS[rows["term"].iloc[0]]
    ours, printed = (
        rows[(rows["specification"] == specification) & (rows["errors"] == errors)].set_index("group").reindex(groups)
        for specification, errors in (OURS, PRINTED)
    )
    places = np.arange(len(groups)) + shift
    low, high = "standardised_low", "standardised_high"
    axis.hlines(places + 0.09, printed[low], printed[high], color=colour, linewidth=1.4, alpha=0.4)
    axis.errorbar(
        ours["standardised"],
        places,
        xerr=bars(ours, "standardised", low, high),
        fmt="none",
        ecolor=colour,
        elinewidth=0.9,
    )
    for sure, fill in ((True, colour), (False, "white")):
        shown = ours["p"].lt(SIGNIFICANT) == sure
        axis.plot(
            ours["standardised"].where(shown), places, marker, color=colour, markerfacecolor=fill, markersize=3.6,
            markeredgewidth=0.9, label=f"{name}, {'significant' if sure else 'insignificant'}",
        )  # fmt: skip


def _legend(terms: set[str]) -> list[Line2D]:
    marks = [
        Line2D([], [], color=colour, marker=marker, linewidth=0.9, markersize=3.6, label=name)
        for term, (name, colour, marker) in TERMS.items()
        if term in terms
    ]
    hollow = {"color": BLACK, "markerfacecolor": "white", "marker": "o", "linestyle": "none", "markersize": 3.6}
    return [
        *marks,
        Line2D([], [], **hollow, label=f"p ≥ {SIGNIFICANT:g}"),
        Line2D([], [], color=GREY, linewidth=1.4, alpha=0.6, label="the paper's interval (Eq. 4, HC3)"),
    ]
