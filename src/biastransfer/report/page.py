"""The report page: one HTML file that needs nothing else."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd

from biastransfer.report.answer import Answer
from biastransfer.report.labels import GROUP_LABELS

TEMPLATE = Path(__file__).with_name("page.html")


def _cell(value: object, digits: int = 3) -> str:
    if isinstance(value, list | np.ndarray):
        return ", ".join(str(part) for part in value)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.{digits}f}" if abs(value) >= 10**-digits or value == 0 else f"{value:.1e}"
    return str(value)


def table(frame: pd.DataFrame, columns: Mapping[str, str]) -> dict:
    """A table for the page: heads and cells as text, and which columns hold numbers."""
    frame = frame[list(columns)]
    return {
        "heads": list(columns.values()),
        "rows": [[_cell(value) for value in row] for row in frame.itertuples(index=False, name=None)],
        "numeric": [pd.api.types.is_numeric_dtype(frame[name]) for name in columns],
    }


def coefficient_table(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> dict:
    """Slopes with the numbers of their regressions beside them."""
    keys = ["task", "upstream_measure", "group", "specification"]
    joined = coefficients.merge(regressions, on=keys, validate="many_to_one")
    joined["group"] = joined["group"].map(lambda name: GROUP_LABELS.get(name, name))
    joined["specification"] = joined["specification"].map({"eq4": "Eq. 4", "per_target": "one row per target"})
    columns = {
        "task": "task", "group": "treatment group", "specification": "specification", "term": "term",
        "estimate": "estimate", "se": "HC3 error", "low": "low", "high": "high", "p": "p",
        "r2_within": "R² within", "r2_adjusted": "adj. R²", "f": "F", "df1": "df1", "df2": "df2", "n_obs": "rows",
        "n_models": "runs",
    }  # fmt: skip
    return table(joined, columns)


def image(path: str | Path) -> str:
    """A figure as a data address."""
    kind = "svg+xml" if str(path).endswith(".svg") else "png"
    return f"data:image/{kind};base64,{base64.b64encode(Path(path).read_bytes()).decode()}"


def render(
    *,
    study: str,
    facts: Sequence[tuple[str, str]],
    answers: Sequence[Answer],
    notes: Sequence[str],
    figures: Sequence[Mapping[str, str]],
    tables: Sequence[Mapping[str, object]],
) -> str:
    """Fill the page.

    Parameters
    ----------
    facts : what was run, as pairs of word and value.
    notes : sentences about the base model and the limits of this study.
    figures : ``title, caption, alt, source`` each; ``source`` is a data address.
    tables : ``title, caption, table`` each; ``table`` as made by :func:`table`.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return page.render(study=study, facts=facts, answers=answers, notes=notes, figures=figures, tables=tables)
