"""Tables of regressions: their fit, diagnostics, influential targets, what terms explain, and other choices."""

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)


def regressions(regressions: pd.DataFrame) -> Table:
    """The fit of each regression."""
    return TEXTS.table("regressions", regressions)


def diagnostics(diagnostics: pd.DataFrame) -> Table:
    """Diagnostics, with those that the paper prints."""
    return TEXTS.table("diagnostics", diagnostics)


def influence(influence: pd.DataFrame) -> Table:
    """Slopes without each target."""
    rows = influence[influence["specification"] == "model_target"]
    return TEXTS.table("influence", rows.sort_values("cook", ascending=False))


def contributions(contributions: pd.DataFrame) -> Table:
    """Partial R² and Shapley shares."""
    return TEXTS.table("contributions", contributions)


def multiverse(multiverse: pd.DataFrame) -> Table:
    """The numbers of the specification curve."""
    return TEXTS.table("multiverse", multiverse)
