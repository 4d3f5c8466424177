"""Comparing one group with all the others: the word ``rest`` in place of the second group."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # this import takes half a second, and the graph of jobs does not need it
    import pandas as pd

REST = "rest"


def compared(table: "pd.DataFrame", compare: Sequence[str]) -> "pd.DataFrame":
    """Rows with the compared groups; ``rest`` as the second replaces all groups but the first.

    Parameters
    ----------
    table : with a column ``group``.
    compare : the two groups, or the first and ``rest``.
    """
    if not compares_rest(compare):
        return table
    return table.assign(group=table["group"].where(table["group"] == compare[0], REST))


def compares_rest(compare: Sequence[str]) -> bool:
    """Whether the comparison is of one group with all others."""
    return len(compare) == 2 and compare[1] == REST
