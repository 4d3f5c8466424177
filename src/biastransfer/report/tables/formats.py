"""A table as text: its cells as the page shows them, as CSV, and as LaTeX."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from pylatexenc.latexencode import UnicodeToLatexEncoder

MISSING = "–"
LISTS = list | tuple | np.ndarray
LONG = 40
"""Rows above which a LaTeX table may break over pages."""

_ENCODER = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)


def is_missing(value: object) -> bool:
    """Whether a cell has no value: None, NaN, NA, or an empty list."""
    return len(value) == 0 if isinstance(value, LISTS) else bool(pd.isna(value))


def is_numeric(column: pd.Series) -> bool:
    """Whether a column holds numbers; truth values and columns without any value do not count."""
    return pd.api.types.infer_dtype(column, skipna=True) in {"integer", "floating", "mixed-integer-float", "decimal"}


def cell(value: object, digits: int = 3) -> str:
    """A value as the page shows it: rounded, in words, or a dash if it is missing."""
    if is_missing(value):
        return MISSING
    if isinstance(value, LISTS):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        if value == 0 or abs(value) >= 10**-digits:
            return f"{value + 0.0:.{digits}f}"
        return f"{value:.1e}"
    return str(value)


def _joined(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, LISTS) else value


def csv(frame: pd.DataFrame) -> str:
    """All columns at full precision; lists are joined by commas, missing values empty."""
    objects = {name: column.map(_joined) for name, column in frame.items() if column.dtype == object}
    return frame.assign(**objects).to_csv(index=False, lineterminator="\n")


def _escape(text: str) -> str:
    """Text for every LaTeX engine, on one line."""
    return _ENCODER.unicode_to_latex(" ".join(text.split()))


def _number(text: str) -> str:
    """A number as :func:`cell` writes it, with a minus sign and a power of ten."""
    found = re.fullmatch(r"(-?[\d.]+)(?:e([-+]\d+))?", text)
    if found and found[2]:
        return rf"${found[1]} \times 10^{{{int(found[2])}}}$"
    return f"${text}$" if found and text.startswith("-") else _escape(text)


def latex(frame: pd.DataFrame, columns: Mapping[str, str], caption: str, label: str) -> str:
    """A table for LaTeX, with the columns, the rounding and the dashes of the page.

    Parameters
    ----------
    columns : the frame's columns to show, and how they are called.
    caption, label : the caption as plain text, and the key for ``\\ref``.

    Returns
    -------
    Source that needs the package ``booktabs``, and ``longtable`` too for more than :data:`LONG` rows.
    """
    numeric = [is_numeric(frame[name]) for name in columns]
    texts = pd.DataFrame(
        {
            name: [_number(cell(value)) if number else _escape(cell(value)) for value in frame[name]]
            for name, number in zip(columns, numeric, strict=True)
        },
        dtype=object,
    )
    layout = {"environment": "longtable"} if len(texts) > LONG else {"position": "htbp", "position_float": "centering"}
    styler = texts.style.hide(axis="index").format_index(lambda name: _escape(columns[name]), axis="columns")
    return styler.to_latex(
        column_format="".join("r" if number else "l" for number in numeric),
        caption=_escape(caption),
        label=label,
        hrules=True,
        **layout,
    )
