"""Downstream bias against its possible causes, and bias after fine-tuning against the same (Steed et al. 2022, Figure 9)."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.conditions import conditions_of, strongest
from biastransfer.report.figures import target_names as naming
from biastransfer.report.figures.plotted_values import conditions
from biastransfer.report.figures.style import (
    BLACK,
    BLUE,
    FAMILIES,
    LIGHT,
    PAGE,
    around,
    bars,
    coefficient,
    page,
    say,
    wrapped,
    zero_line,
)
from biastransfer.report.record_labels import measure_label

MOST_COLUMNS = 4


def transfer(task: pd.DataFrame, measure: str) -> Figure:
    """Downstream bias against upstream bias and against prevalence, a pair of panels per condition."""
    outcome = outcome_of(task)
    causes = {"upstream": measure_label(measure), "prevalence": "prevalence in the data"}
    return _pairs(task, "downstream", outcome.label, causes, zero=outcome.log, intervals=True)


def after(task: pd.DataFrame, measure: str) -> Figure:
    """Bias of the fine-tuned encoder, on the upstream measure, against the same causes (section 4.2)."""
    words = measure_label(measure)
    causes = {"upstream": f"{words}, before", "prevalence": "prevalence in the data"}
    return _pairs(task, "intermediate", f"{words},\nafter fine-tuning", causes, zero=True, intervals=False)


def _pairs(
    task: pd.DataFrame, effect: str, up: str, causes: Mapping[str, str], *, zero: bool, intervals: bool
) -> Figure:
    table, shown = conditions(task), strongest(conditions_of(task))
    values = table.loc[table["condition"].isin([condition.name for condition in shown]), effect]
    blocks = -(-len(shown) // MOST_COLUMNS)
    wide = -(-len(shown) // blocks)
    width = min(PAGE, 2.3 * wide + 0.5)
    own = effect == "intermediate"  # its scale may differ a hundredfold between conditions
    families = marked_families(task)
    figure, axes = page(3.5 * blocks + (0.3 if families else 0), 2 * blocks, wide, width, sharey=not own)
    for axis in axes[-2:, (len(shown) - 1) % wide + 1 :].ravel():
        axis.set_visible(False)
    for number, condition in enumerate(shown):
        rows = table[table["condition"] == condition.name].set_index("target")
        column, block = number % wide, 2 * (number // wide)
        for row, (cause, across) in enumerate(causes.items()):
            axis = axes[block + row, column]
            if zero:
                zero_line(axis)
            around(axis, rows[effect] if own else values)
            around(axis, table["prevalence"] if cause == "prevalence" else rows[cause], 0.06, across=True)
            axis.locator_params(axis="x", nbins=4)
            axis.locator_params(axis="y", nbins=6)
            marks = families if condition.is_control else {}
            _points(axis, rows, cause, effect, BLACK if condition.is_control else BLUE, intervals, marks)
            r = coefficient("r", rows[cause], rows[effect])
            axis.set_title(f"{wrapped(condition.label, 22)}\n{r}" if row == 0 else r)
            axis.set_xlabel(wrapped(across, 30))
            if column == 0:
                axis.set_ylabel(up)
            if number == 0:
                naming.of_extremes(axis, rows[cause], rows[effect])
    if families:
        figure.legend(
            handles=[
                Line2D([], [], linestyle="", color=colour, marker=marker, markersize=3.5, label=name.replace("_", " "))
                for name, (colour, marker) in dict(families.values()).items()
            ],
            loc="outside lower center",
            ncols=max(1, int(1.1 * width)),
            columnspacing=1.2,
            handletextpad=0.2,
        )
    return figure


def marked_families(task: pd.DataFrame) -> dict[str, tuple[str, tuple[str, str]]]:
    """Target -> its family with colour and mark, the largest families first, no more than the eye separates; empty without families."""
    named = task.drop_duplicates("target").set_index("target")["target_family"].dropna()
    sizes = named.value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    shown = [name for name in sizes.index if sizes[name] > 1][: len(FAMILIES)]
    marks = dict(zip(shown, FAMILIES, strict=False))
    return {target: (name, marks[name]) for target, name in named.items() if name in marks} if len(shown) > 1 else {}


def _points(
    axis: Axes,
    rows: pd.DataFrame,
    cause: str,
    effect: str,
    colour: str,
    intervals: bool,
    families: Mapping[str, tuple[str, tuple[str, str]]],
) -> None:
    for column, words in ((cause, "undefined: no text left"), (effect, "did not learn")):
        if rows[column].isna().all():
            return say(axis, words)
    if intervals:
        axis.errorbar(
            rows[cause], rows[effect], yerr=bars(rows, effect), fmt="none", ecolor=LIGHT, elinewidth=0.6, zorder=1
        )
    alone = rows[~rows.index.isin(families)]
    axis.plot(alone[cause], alone[effect], "o", color=colour, markersize=2.4, markeredgewidth=0, alpha=0.85, zorder=2)
    for name, (own, marker) in dict(families.values()).items():
        part = rows[[families.get(target, ("",))[0] == name for target in rows.index]]
        axis.plot(part[cause], part[effect], marker, color=own, markersize=3, markeredgewidth=0, alpha=0.9, zorder=2)
    return None
