"""Any figure of the catalogue, by what it shows."""

from collections.abc import Mapping

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.report.catalogue import FigureName
from biastransfer.report.crossed import Crossed
from biastransfer.report.figures.changes import changes
from biastransfer.report.figures.dataset import dataset as draw_dataset
from biastransfer.report.figures.dose import dose
from biastransfer.report.figures.effects import effects
from biastransfer.report.figures.interventions import interventions
from biastransfer.report.figures.perturbation import perturbation
from biastransfer.report.figures.planted import planted as draw_planted
from biastransfer.report.figures.plotted_values import rows_of
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
    figure: FigureName,
    *,
    bias: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    planted: Mapping[str, pd.DataFrame],
    dataset: Mapping[str, pd.DataFrame],
    crossed: Mapping[str, Crossed] | None = None,
) -> Figure:
    """Draw one figure of :func:`biastransfer.report.catalogue.figures`.

    Parameters
    ----------
    bias : the table ``bias.parquet``.
    tables : those of the analysis that figures need: ``coefficients`` and ``multiverse``.
    planted : task -> what was planted in it, of simulated tasks.
    dataset : task -> the dataset bias of its original training data; a task that is missing shows less.
    crossed : task -> its crossed design, where the study has one.
    """
    with mpl.rc_context(STYLE):
        if figure.kind == "changes":
            return changes(crossed[figure.task])
        if figure.kind == "effects":
            return effects(tables["coefficients"])
        rows = rows_of(bias, figure.task, figure.measure)
        if figure.kind in _OF_A_MEASURE:
            return _OF_A_MEASURE[figure.kind](rows, figure.measure)
        if figure.kind == "planted":
            return draw_planted(rows, planted[figure.task], figure.measure)
        if figure.kind == "dataset":
            return draw_dataset(rows, dataset.get(figure.task))
        if figure.kind == "dose":
            return dose(rows, figure.intervention, figure.measure or rows["upstream_measure"].iloc[0])
        if figure.kind == "specifications":
            table = tables["multiverse"]
            chosen = (table["task"] == figure.task) & (table["upstream_measure"] == figure.measure)
            return specifications(table[chosen])
        if figure.kind == "targets":
            return targets(rows)
    raise ValueError(f"no figure shows {figure}")
