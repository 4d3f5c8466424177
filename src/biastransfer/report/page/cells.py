"""The cells of a table on the page."""

from typing import NamedTuple

import numpy as np

from biastransfer.report.page.parts import Table
from biastransfer.report.tables import formats


class Head(NamedTuple):
    """A column's head, and whether the column holds numbers."""

    text: str
    numeric: bool


class Cell(NamedTuple):
    """A cell's text, and what a number is sorted by; None in columns of text."""

    text: str
    sort_key: str | None


def cells(table: Table) -> tuple[list[Head], list[list[Cell]]]:
    """The heads of a table's columns, and its rows of cells."""
    heads, columns = [], []
    for name, text in table.columns.items():
        column = table.frame[name]
        numeric = formats.is_numeric(column)
        heads.append(Head(text, numeric))
        columns.append([Cell(formats.cell(value), _sort_key(value) if numeric else None) for value in column])
    return heads, list(map(list, zip(*columns, strict=True)))


def _sort_key(value: object) -> str:
    """All digits of a number; nothing if it is missing."""
    if formats.is_missing(value):
        return ""
    return repr(float(value)).replace("inf", "Infinity") if isinstance(value, float | np.floating) else str(value)
