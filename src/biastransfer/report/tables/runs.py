"""Tables of every run: its correlations, how well it learnt its task, and its change from the control."""

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)


def correlations(correlations: pd.DataFrame) -> Table:
    """Correlations of each run alone."""
    return TEXTS.table("correlations", correlations[correlations["unit"] == "run"])


def performance(performance: pd.DataFrame) -> Table:
    """How well each run learnt its task."""
    return TEXTS.table("performance", performance)


def changes_from_control(changes: pd.DataFrame) -> Table:
    """What every changed model and every changed trainset does to bias."""
    return TEXTS.table("changes_from_control", changes)
