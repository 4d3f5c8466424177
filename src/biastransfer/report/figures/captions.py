"""The words below a figure: title and caption from ``captions.toml``, the alternative text, and the figure of the paper."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.report.catalogue import FigureName
from biastransfer.report.conditions import MOST_CONDITIONS
from biastransfer.report.crossed import Crossed
from biastransfer.report.figures import changes, transfer
from biastransfer.report.figures.alternative_texts import alternative_text
from biastransfer.report.figures.dose_numbers import bias_of, changes_data
from biastransfer.report.figures.plotted_values import rows_of
from biastransfer.report.record_labels import (
    control_level,
    dataset_words,
    level_name,
    level_text,
    measure_label,
    task_kind,
)
from biastransfer.report.text.prose import Prose

PROSE = Prose.beside(__file__)
"""Kind of figure -> its ``title``, ``caption`` and ``paper``; doses of the model and of the data are two kinds."""
PAPER = "cf. Steed et al. 2022, "


def figure_text(figure: FigureName, bias: pd.DataFrame, crossed: Mapping[str, Crossed] | None = None) -> dict[str, str]:
    """Title, caption, alternative text, and the figure of the paper that a figure answers to (``section``).

    Parameters
    ----------
    bias : the table ``bias.parquet``.
    crossed : task -> its crossed design, where the study has one.
    """
    kind, words, paper, alternative = figure.kind, {}, "", ""
    if figure.task:
        rows = rows_of(bias, figure.task, figure.measure)
        if kind == "dose":
            kind = "dose_data" if changes_data(rows, figure.intervention) else "dose_model"
        words = _words(figure, rows)
        paper = task_kind(rows).paper_figures.get(kind, "")
        alternative = changes.alternative(crossed[figure.task]) if kind == "changes" else alternative_text(figure, rows)
    title, caption = (PROSE.text(kind, part, **words) for part in ("title", "caption"))
    paper = paper or PROSE.entry(kind).get("paper", "")
    return {
        "title": title,
        "caption": caption,
        "alt": f"{title}. {alternative or caption}",
        "section": f"{PAPER}{paper}" if paper else "",
    }


def _words(figure: FigureName, rows: pd.DataFrame) -> dict[str, str]:
    """What titles and captions have in braces."""
    words = {
        "task": figure.task,
        "measure": measure_label(figure.measure or rows["upstream_measure"].iloc[0]),
        "prevalence": dataset_words(rows).prevalence,
        "most": str(MOST_CONDITIONS),
        "families": bool(transfer.marked_families(rows)),
    }
    if figure.intervention:
        words |= {
            "level": level_name(figure.intervention),
            "outcome": bias_of(rows, figure.intervention).label,
            "control": level_text(control_level(figure.intervention)),
        }
    return words
