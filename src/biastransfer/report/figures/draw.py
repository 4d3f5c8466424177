"""Any figure of the catalogue, by its name."""

from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.report.catalogue import taken_apart
from biastransfer.report.figures.dataset import dataset as _dataset
from biastransfer.report.figures.dose import dose
from biastransfer.report.figures.effects import effects
from biastransfer.report.figures.interventions import interventions
from biastransfer.report.figures.numbers import rows_of
from biastransfer.report.figures.perturbation import perturbation
from biastransfer.report.figures.planted import planted as _planted
from biastransfer.report.figures.specifications import specifications
from biastransfer.report.figures.style import STYLE
from biastransfer.report.figures.targets import targets
from biastransfer.report.figures.transfer import after, transfer
from biastransfer.report.figures.upstream import upstream

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
    found: Mapping[str, pd.DataFrame],
    planted: Mapping[str, pd.DataFrame],
    dataset: Mapping[str, pd.DataFrame],
) -> Figure:
    """Draw one figure of :func:`biastransfer.report.catalogue.figure_names`.

    Parameters
    ----------
    bias : the table ``bias.parquet``.
    found : the tables of the analysis that figures need: ``coefficients`` and ``multiverse``.
    planted : task -> what was planted in it, of simulated tasks.
    dataset : task -> the dataset bias of its original training data; a task that is missing shows less.
    """
    parts = taken_apart(name)
    with mpl.rc_context(STYLE):
        if parts.kind == "effects":
            return effects(found["coefficients"])
        rows = rows_of(bias, parts.task, parts.measure)
        if parts.kind in _OF_A_MEASURE:
            return _OF_A_MEASURE[parts.kind](rows, parts.measure)
        if parts.kind == "planted":
            return _planted(rows, planted[parts.task], parts.measure)
        if parts.kind == "dataset":
            return _dataset(rows, dataset.get(parts.task))
        if parts.kind == "dose":
            return dose(rows, parts.intervention, parts.measure or rows["upstream_measure"].iloc[0])
        if parts.kind == "specifications":
            table = found["multiverse"]
            chosen = (table["task"] == parts.task) & (table["upstream_measure"] == parts.measure)
            return specifications(table[chosen])
        if parts.kind == "targets":
            return targets(rows)
    raise ValueError(f"no figure is called {name}")
