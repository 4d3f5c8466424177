"""Targets' names beside their points and lines, so that no two overlap."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from biastransfer.report.figures.plotted_values import extremes
from biastransfer.report.figures.style import BLACK, HIGHEST, LOWEST, SMALL
from biastransfer.report.record_labels import spaced


def colours(control: pd.Series, count: int = 3) -> dict[str, str]:
    """Colours of the targets with the lowest and the highest bias: cold and warm ones."""
    targets = extremes(control, count)
    half = len(targets) // 2
    return dict(zip(targets, [*LOWEST[: len(targets) - half], *HIGHEST[len(HIGHEST) - half :]], strict=True))


def apart(places: Sequence[float], gap: float, low: float = -np.inf, high: float = np.inf) -> np.ndarray:
    """Move places as little as possible (least squares) so that neighbours are ``gap`` apart, within bounds."""
    places = np.asarray(places, dtype=float)
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    blocks: list[list[float]] = []
    for place in places[order] - steps:
        blocks.append([place, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            before, many = blocks.pop()
            blocks.append([(mean * size + before * many) / (size + many), size + many])
    level = np.concatenate([np.full(size, mean) for mean, size in blocks]) if blocks else places
    moved = np.empty_like(places)
    moved[order] = np.clip(level, low, max(low, high - gap * (len(places) - 1))) + steps
    return moved


def at_line_ends(axis: Axes, x: float, ends: pd.Series, shown: Mapping[str, str], height: float) -> None:
    """Name lines right of where they end.

    Parameters
    ----------
    ends : target -> height of its line's end, in the axis' units; the axis must have its lines and its scale.
    shown : target -> colour.
    height : of the panel, in inches.
    """
    ends = ends.reindex(list(shown)).dropna()
    axis.get_ylim()  # settles the limits
    across = axis.transData + axis.transAxes.inverted()
    heights = [across.transform((x, end))[1] for end in ends]
    places = apart(heights, 1.25 * SMALL / 72 / height, 0.02, 0.98)
    for (target, end), place in zip(ends.items(), places, strict=True):
        axis.annotate(
            spaced(target), (x, end), xytext=(1.08, place), textcoords=("axes fraction", "axes fraction"),
            fontsize=SMALL, color=shown[target], va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": shown[target], "linewidth": 0.4, "shrinkA": 1, "shrinkB": 0,
                        "relpos": (0, 0.5)},
        )  # fmt: skip


def of_extremes(axis: Axes, x: pd.Series, y: pd.Series, count: int = 1) -> None:
    """Name the points with the lowest and the highest bias, away from the panel's nearer edge."""
    both = pd.concat([x.rename("x"), y.rename("y")], axis=1).dropna()
    for target in extremes(both["y"], count):
        place = both.loc[target]
        right = place["x"] > (both["x"].min() + both["x"].max()) / 2
        above = place["y"] > (both["y"].min() + both["y"].max()) / 2
        axis.annotate(
            spaced(target), tuple(place), xytext=(-3 if right else 3, 3 if above else -3),
            textcoords="offset points", fontsize=SMALL, ha="right" if right else "left",
            va="bottom" if above else "top", color=BLACK,
        )  # fmt: skip
