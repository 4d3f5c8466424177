"""What all figures share: fonts for a page of seven inches, colours that colour-blind readers tell apart, and saving."""

import re
import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from biastransfer.analysis.correlation import correlate

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.labelsize": 7,
    "axes.titlepad": 4,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "figure.constrained_layout.w_pad": 0.03,
    "figure.constrained_layout.h_pad": 0.03,
    "svg.fonttype": "none",
    "text.parse_math": False,  # names may hold dollar signs
    "svg.hashsalt": "biastransfer",
}
PAGE, COLUMN = 7.0, 3.4
"""Widths in inches."""
DOTS = 250
"""Dots an inch."""
SMALL = 6
"""Points; nothing is smaller."""
BLACK, GREY, LIGHT = "#1a1a1a", "#8a8a8a", "#cfcfcf"
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
LOWEST = (BLUE, "#56b4e9", GREEN)
FAMILIES = (
    (BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), ("#cc79a7", "D"), ("#56b4e9", "v"), ("#e69f00", "P"), ("#7a5c00", "X"),
)  # fmt: skip
"""Colours and marks of families of targets, no more than the eye separates."""
HIGHEST = ("#cc79a7", "#e69f00", ORANGE)


def wrapped(words: str, width: int) -> str:
    """Text in lines of at most ``width`` characters, broken after its commas if there are any."""
    words = re.sub(r"(?<= )-(?=\d)", "−", words)
    words = re.sub(r" (?=[−\d])", "\N{NO-BREAK SPACE}", words)  # a level stays with its name
    parts = re.split("(?<=,) ", words) if len(words) > width else [words]
    return "\n".join(
        line for part in parts for line in textwrap.wrap(part, width, break_long_words=False, break_on_hyphens=False)
    )


def page(height: float, rows: int = 1, columns: int = 1, width: float = PAGE, **options) -> tuple[Figure, np.ndarray]:
    """A figure and its axes, ``rows`` by ``columns``, that are laid out when it is saved."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def decimals(value: float) -> str:
    """A number with two decimals and a minus sign."""
    return "not defined" if np.isnan(value) else f"{value:.2f}".replace("-", "−")


def coefficient(symbol: str, first: pd.Series, second: pd.Series) -> str:
    """A correlation with its 95 % interval in brackets."""
    numbers = correlate(first, second)
    if np.isnan(numbers["pearson"]):
        return f"{symbol}: not defined"
    mean, low, high = (decimals(numbers[name]) for name in ("pearson", "pearson_low", "pearson_high"))
    return f"{symbol} = {mean} [{low}, {high}]"


def bars(rows: pd.DataFrame, middle: str, low: str = "low", high: str = "high") -> np.ndarray:
    """Lengths of the bars of an interval, below and above."""
    return np.abs(rows[[low, high]].sub(rows[middle], axis=0).T.to_numpy())


def around(axis: Axes, values: pd.Series, margin: float = 0.15, across: bool = False) -> None:
    """Limit the y-axis (or the x-axis) to the points; bars that are much longer are cut."""
    low, high = values.min(), values.max()
    if np.isfinite(low):
        room = margin * (high - low or 1)
        (axis.set_xlim if across else axis.set_ylim)(low - room, high + room)


def zero_line(axis: Axes, across: bool = True) -> None:
    """Mark no bias."""
    (axis.axhline if across else axis.axvline)(0, color=LIGHT, linewidth=0.6, zorder=0)


def say(axis: Axes, words: str) -> None:
    """Say in the middle of a panel why it is empty."""
    axis.text(0.5, 0.5, words, transform=axis.transAxes, ha="center", va="center", color=GREY)


def save(figure: Figure, stem) -> None:
    """Write a figure as SVG (no date in it, so that equal figures are equal files) and as PNG for print.

    The canvases are asked themselves: ``savefig`` would draw each figure once more for its layout.
    """
    with mpl.rc_context(STYLE):
        FigureCanvasSVG(figure).print_svg(f"{stem}.svg", metadata={"Date": None})
        figure.set_layout_engine("none")  # laid out once; the same places serve the second file
        figure.dpi = DOTS
        FigureCanvasAgg(figure).print_png(f"{stem}.png")
