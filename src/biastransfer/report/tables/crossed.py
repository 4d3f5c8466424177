"""Tables of the crossed design: causes against their noise floors, effects of every change, sources of bias, accuracy."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.report.catalogue import CORNERS, CROSSED_TABLES
from biastransfer.report.crossed import ALL_TARGETS, Crossed
from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)


def tables(crossed: Mapping[str, Crossed]) -> list[Table]:
    """The tables of all tasks together."""
    fine_tuned = all(CORNERS in design.tables for design in crossed.values())
    return [
        TEXTS.table(name, _of_tasks(crossed, name)) for name in (*CROSSED_TABLES, *((CORNERS,) if fine_tuned else ()))
    ]


def _of_tasks(crossed: Mapping[str, Crossed], name: str) -> pd.DataFrame:
    """A table with its task in front; sources of all targets together come first."""
    parts = [design.tables[name].assign(task=task) for task, design in crossed.items()]
    table = pd.concat(parts, ignore_index=True)
    table = table[["task", *(column for column in table if column != "task")]]
    if name == "sources":
        order = table["target"].ne(ALL_TARGETS).argsort(kind="stable")
        return table.iloc[order].reset_index(drop=True)
    return table
