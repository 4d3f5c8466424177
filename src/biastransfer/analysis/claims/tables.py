"""The table of claims: a row for every task, upstream measure, claim and condition."""

import numpy as np
import pandas as pd

from biastransfer.analysis.claims.claims import CLAIMS
from biastransfer.analysis.claims.findings import Margins
from biastransfer.analysis.claims.runs import Runs, runs_of

NO_SEEDS = "no two runs differ in their seed alone, so the noise of the seed cannot be known"
COLUMNS = [
    "task", "upstream_measure", "claim", "condition", "statement", "source", "estimate", "low", "high", "printed", "outcome", "power",
    "reason",
]  # fmt: skip


def claims_table(bias: pd.DataFrame, margins: Margins) -> pd.DataFrame:
    """Test every claim that a study can test.

    Parameters
    ----------
    bias : ``bias.parquet``.

    Returns
    -------
    DataFrame with :data:`COLUMNS`: ``low`` and ``high`` are 90 % intervals, ``outcome`` is ``holds``, ``fails`` or ``cannot tell``.
    """
    rows, known = [], set()
    for (task, measure), part in bias.groupby(["task", "upstream_measure"], sort=True):
        for row in tested(runs_of(part), margins):
            key = (task, row["claim"], row["condition"], row["estimate"])
            if key not in known:  # what does not depend on the measure is the same by all
                known.add(key)
                rows.append({"task": task, "upstream_measure": measure, **row})
    return pd.DataFrame(rows, columns=COLUMNS)


def tested(runs: Runs, margins: Margins) -> list[dict[str, object]]:
    """Every claim on some runs, a row for each of its conditions."""
    rows = []
    for claim in CLAIMS:
        for finding in claim.find(runs, margins):
            rows.append(
                {
                    "claim": claim.name, "statement": claim.statement, "source": claim.source, **finding.row(),
                    "reason": "" if np.isfinite(finding.error) else NO_SEEDS,
                }
            )  # fmt: skip
    return rows
