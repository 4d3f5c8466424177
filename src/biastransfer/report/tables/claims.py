"""The papers' claims as tests."""

import pandas as pd

from biastransfer.common import registry
from biastransfer.report.page.parts import Table
from biastransfer.report.record_labels import intervention_label
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)


def claims(table: pd.DataFrame) -> Table:
    """A row per task, upstream measure, claim and condition.

    Parameters
    ----------
    table : ``claims`` of the analysis.
    """
    models = registry.model_interventions()
    conditions = [intervention_label(name) if name in models else name for name in table["condition"]]
    return TEXTS.table("claims", table.assign(condition=conditions))
