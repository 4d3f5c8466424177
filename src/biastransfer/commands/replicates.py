"""Replicates of a user's own table: numbers, or names such as seeds, as numbers from 0."""

import re

import numpy as np
import pandas as pd

from biastransfer.commands import table_cells
from biastransfer.common.control import CONTROL, ORIGINAL


def is_control(table: pd.DataFrame) -> pd.Series:
    """Rows of the unchanged model on the unchanged data."""
    return (table["model"] == CONTROL) & (table["trainset"] == ORIGINAL)


def numbered(column: pd.Series) -> pd.Series:
    """Replicates as numbers: numbers as they are, and names, where any is no number, by their order from 0.

    Names that end in numbers go by these (``seed2`` before ``seed10``). A missing one is NaN.
    """
    try:
        return table_cells.numbers(column)
    except ValueError:
        names = table_cells.names(column)
        order = sorted(set(names.dropna()), key=_natural)
        return names.map({name: float(place) for place, name in enumerate(order)}).astype(float)


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"([0-9]+)", name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts]


def ranked(table: pd.DataFrame) -> pd.Series:
    """Numbers of the replicates. Where the control of a task has no replicate 0, e.g. since seeds are their names, they are ranked.

    The control's replicates come first, those of the group ``pretrained`` before others, so that the lowest of them is 0.
    """
    ranks = table["replicate"].astype(int)
    control = is_control(table)
    groups = table["groups"] if "groups" in table else pd.Series([None] * len(table), table.index)
    first = control & pd.Series(["pretrained" in (each or ()) for each in groups], table.index)
    for _, rows in table.groupby("task", sort=True):
        given = ranks[rows.index]
        own, leading = set(given[control[rows.index]]), set(given[first[rows.index]])
        if own and 0 not in own:
            order = sorted(set(given), key=lambda number: (number not in leading, number not in own, number))
            ranks[rows.index] = given.map({number: place for place, number in enumerate(order)})
    return ranks


def renumbered(table: pd.DataFrame, bias: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Task -> replicate as the table calls it -> its number, for tasks whose replicates the table calls otherwise.

    Parameters
    ----------
    table, bias : what :func:`~biastransfer.commands.input_table.complete` takes and returns.
    """
    if "replicate" not in table:
        return {}
    try:
        given = table_cells.numbers(table["replicate"]).astype(int).astype(str)
    except ValueError:
        given = table_cells.names(table["replicate"])
    pairs = pd.DataFrame({"task": bias["task"], "given": np.asarray(given), "number": bias["replicate"]})
    return {
        str(task): dict(zip(rows["given"], rows["number"].astype(int), strict=True))
        for task, rows in pairs.drop_duplicates().sort_values("number").groupby("task", sort=True)
        if (rows["given"] != rows["number"].astype(str)).any()
    }
