"""The figures of the report: drawn for print, with intervals, in colours that colour-blind readers tell apart."""

from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.report.catalogue import taken_apart
from biastransfer.report.figures.data import rows_of
from biastransfer.report.figures.dataset import dataset as _dataset
from biastransfer.report.figures.dose import dose
from biastransfer.report.figures.effects import effects
from biastransfer.report.figures.interventions import interventions
from biastransfer.report.figures.perturbation import perturbation
from biastransfer.report.figures.planted import planted as _planted
from biastransfer.report.figures.style import STYLE, save
from biastransfer.report.figures.targets import targets
from biastransfer.report.figures.transfer import after, transfer
from biastransfer.report.figures.upstream import upstream

__all__ = ["draw", "save"]
_OF_A_MEASURE = {
    "after": after,
    "interventions": interventions,
    "perturbation": perturbation,
    "transfer": transfer,
    "upstream": upstream,
}


def draw(
    name: str,
    *,
    bias: pd.DataFrame,
    coefficients: pd.DataFrame,
    planted: Mapping[str, pd.DataFrame],
    dataset: Mapping[str, pd.DataFrame],
) -> Figure:
    """Draw one figure of :func:`biastransfer.report.catalogue.figure_names`.

    Parameters
    ----------
    bias, coefficients : the tables ``bias.parquet`` and ``analysis/coefficients.parquet``.
    planted : task -> what was planted in it, of simulated tasks.
    dataset : task -> the dataset bias of its original training data; a task that is missing shows less.
    """
    parts = taken_apart(name)
    with mpl.rc_context(STYLE):
        if parts.kind == "effects":
            return effects(coefficients)
        rows = rows_of(bias, parts.task, parts.measure)
        if parts.kind in _OF_A_MEASURE:
            return _OF_A_MEASURE[parts.kind](rows, parts.measure)
        if parts.kind == "planted":
            return _planted(rows, planted[parts.task], parts.measure)
        if parts.kind == "dataset":
            return _dataset(rows, dataset.get(parts.task))
        if parts.kind == "dose":
            return dose(rows, parts.intervention, parts.measure or rows["upstream_measure"].iloc[0])
        if parts.kind == "targets":
            return targets(rows)
    raise ValueError(f"no figure is called {name}")
