"""The papers' claims as tests."""

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)


def claims(table: pd.DataFrame) -> Table:
    """A row per task, upstream measure, claim and condition.

    Parameters
    ----------
    table : ``claims`` of the analysis.
    """
    return TEXTS.table("claims", table)
