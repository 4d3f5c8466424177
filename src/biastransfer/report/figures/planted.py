"""What was planted in a simulated world against what was measured."""

import pandas as pd
from matplotlib.figure import Figure

from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.figures import target_names as naming
from biastransfer.report.figures.plotted_values import conditions, control_of
from biastransfer.report.figures.style import GREEN, LIGHT, around, bars, coefficient, page, wrapped
from biastransfer.report.record_labels import measure_label


def planted(task: pd.DataFrame, truth: pd.DataFrame, measure: str) -> Figure:
    """Planted association and prevalence against upstream and downstream bias of the control, with its 95 % intervals."""
    outcome = outcome_of(task)
    control = control_of(conditions(task))
    truth = truth.set_index("target")
    association, words = "planted association (log-odds)", measure_label(measure)
    pairs = (
        (truth["upstream"], "upstream", association, words),
        (truth["prevalence"], "downstream", "planted prevalence", outcome.label),
        (truth["upstream"], "downstream", association, outcome.label),
    )
    figure, axes = page(2.3, 1, 3)
    for axis, (x, column, across, up) in zip(axes[0], pairs, strict=True):
        both = control.assign(x=x, y=control[column]).dropna(subset=["x", "y"])
        if column == "downstream":
            axis.errorbar(
                both["x"], both["y"], yerr=bars(both, "y"), fmt="none", ecolor=LIGHT, elinewidth=0.6, zorder=1
            )
        axis.plot(both["x"], both["y"], "o", color=GREEN, markersize=2.8, markeredgewidth=0)
        around(axis, both["y"])
        axis.set_title(coefficient("r", both["x"], both["y"]))
        axis.set_xlabel(across)
        axis.set_ylabel(wrapped(up, 28))
        naming.of_extremes(axis, both["x"], both["y"])
    return figure
