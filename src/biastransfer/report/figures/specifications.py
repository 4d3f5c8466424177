"""The specification curve: a slope under every combination of choices (Simonsohn, Simmons & Nelson 2020)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.analysis.groups import group_labels
from biastransfer.report.figures.style import BLACK, BLUE, GREY, LIGHT, ORANGE, bars, page, say, zero_line
from biastransfer.report.record_labels import spaced

CHOICES = {
    "runs": "runs",
    "reading": "downstream bias",
    "templates": "templates",
    "controls": "controls",
    "small_cells": "small cells",
}


def specifications(rows: pd.DataFrame) -> Figure:
    """The slopes of upstream bias in order, with intervals; that of prevalence in the same regression; and the choices below.

    Parameters
    ----------
    rows : of the table ``multiverse``, of one task and upstream measure.
    """
    keys = list(CHOICES)
    upstream = rows[rows["term"] == "upstream"].sort_values(["standardised", *keys], ignore_index=True)
    choices = [(key, value) for key in CHOICES for value in dict.fromkeys(rows[key]) if len(set(rows[key])) > 1]
    figure, axes = page(
        2.4 + 0.13 * len(choices), 2, 1, sharex=True, height_ratios=[2.1, 0.1 + 0.13 * max(1, len(choices))]
    )
    top, below = axes[:, 0]
    zero_line(top)
    if upstream.empty:
        say(top, "no combination can be estimated")
        return figure
    places = np.arange(len(upstream))
    for apart, colour in ((False, GREY), (True, BLUE)):
        shown = ((upstream["low"] * upstream["high"] > 0) == apart).to_numpy()
        top.errorbar(
            places[shown], upstream["standardised"][shown], yerr=bars(upstream[shown], "standardised"), fmt="o", color=colour,
            markersize=2, elinewidth=0.5, label=f"upstream bias, interval {'excludes' if apart else 'holds'} zero",
        )  # fmt: skip
    data = rows[rows["term"] == "prevalence"].set_index(keys)["standardised"]
    beside = data.reindex(pd.MultiIndex.from_frame(upstream[keys])).to_numpy()
    top.plot(places, beside, "_", color=ORANGE, markersize=3, label="prevalence, same regression")
    top.set_ylabel("standardised slope")
    figure.legend(loc="outside upper center", ncols=3)
    for height, (key, value) in enumerate(choices):
        chosen = (upstream[key] == value).to_numpy()
        below.plot(places, np.full(len(places), height), ".", color=LIGHT, markersize=1.2)
        below.plot(
            places[chosen], np.full(int(chosen.sum()), height), "|", color=BLACK, markersize=4, markeredgewidth=0.7
        )
    labels = []
    for number, (key, value) in enumerate(choices):
        first = number == 0 or choices[number - 1][0] != key
        words = group_labels().get(value, spaced(value)) if key == "runs" else spaced(value)
        labels.append(f"{CHOICES[key]}:  {words}" if first else words)
        if first and number:
            below.axhline(number - 0.5, color=LIGHT, linewidth=0.5)
    below.set_yticks(range(len(choices)), labels)
    below.set_ylim(len(choices) - 0.4, -0.6)
    below.tick_params(axis="y", length=0)
    below.set_xlabel(f"{len(upstream)} combinations of choices, by the slope of upstream bias")
    return figure
