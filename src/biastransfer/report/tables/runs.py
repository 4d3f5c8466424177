"""Tables of every run: its correlations, and how well it learnt its task."""

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import table


def correlations(correlations: pd.DataFrame) -> Table:
    """Correlations of each run alone."""
    return table("correlations", correlations[correlations["unit"] == "run"])


def performance(performance: pd.DataFrame) -> Table:
    """How well each run learnt its task."""
    return table("performance", performance)
