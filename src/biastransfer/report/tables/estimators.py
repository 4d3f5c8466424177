"""The verdict by every estimator, and how often each is right in simulated studies like this one."""

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)
CAUSES = ("model", "dataset")


def estimators(table: pd.DataFrame) -> Table:
    """A row per task, upstream measure and estimator, the headline's first.

    Parameters
    ----------
    table : ``estimators`` of the analysis.
    """
    rows = table.sort_values(["task", "upstream_measure", "headline"], ascending=[True, True, False], kind="stable")
    rows = rows.assign(
        estimator=rows["estimator"].map(TEXTS.entry("labels")),
        headline=rows["headline"].map({True: "yes", False: ""}).astype(str),
    )
    return TEXTS.table("estimators", rows)
