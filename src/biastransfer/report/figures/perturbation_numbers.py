"""What interventions on the model do to its upstream bias as a whole: the numbers of the perturbation figure."""

import numpy as np
import pandas as pd

from biastransfer.analysis.correlation import correlate
from biastransfer.report.conditions import conditions_of, models_alone
from biastransfer.report.figures.plotted_values import is_control, measured


def perturbations(task: pd.DataFrame) -> pd.DataFrame:
    """Upstream bias of each changed model against the control's, over targets.

    Returns
    -------
    DataFrame with one row per model, by condition: ``condition`` (its name), ``r, low, high`` (correlation with the control, Fisher's
    95 % interval) and ``spread`` (standard deviation, relative to the control's).
    """
    rows = measured(task)
    control = rows[is_control(rows)].set_index("target")["upstream"]
    records = [
        (condition.name, *_against(control, part.set_index("target")["upstream"]))
        for condition in models_alone(conditions_of(task))
        if not condition.is_control
        for _, part in rows[rows["condition"] == condition.name].groupby(["model", "replicate"], sort=True)
    ]
    return pd.DataFrame(records, columns=["condition", "r", "low", "high", "spread"])


def _against(control: pd.Series, upstream: pd.Series) -> tuple[float, float, float, float]:
    """Correlation with its interval, and relative standard deviation."""
    numbers, spread = correlate(control, upstream), control.std()
    relative = upstream.std() / spread if spread > 0 else np.nan
    return numbers["pearson"], numbers["pearson_low"], numbers["pearson_high"], relative


def mean_perturbations(table: pd.DataFrame) -> pd.DataFrame:
    """:func:`perturbations`, averaged over trials: correlations and their bounds in Fisher's z; a row per condition."""
    columns = ["r", "low", "high"]
    z = table.assign(**np.arctanh(table[columns].clip(-1 + 1e-12, 1 - 1e-12)))
    means = z.groupby("condition", sort=False)[[*columns, "spread"]].mean()
    return means.assign(**np.tanh(means[columns]))
