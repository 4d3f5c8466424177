"""Verdicts in simulated studies with a known answer (evidence/worlds.py)."""

from pathlib import Path

import pandas as pd

from biastransfer import analysis
from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)

WORLDS = Path(analysis.__file__).with_name("worlds.csv")


def simulated_studies() -> Table:
    """How often the verdict was right, by the associations that were planted; and the other verdicts."""
    verdicts = pd.read_csv(WORLDS, keep_default_na=False)  # a world is called null
    rows = []
    for world, planted in TEXTS.entry("worlds", "planted").items():
        part = verdicts[verdicts["world"] == world].sort_values("studies", ascending=False)
        right = part["right_verdict"].iloc[0]
        correct = part["verdict"] == right
        rows.append(
            {
                "world": planted,
                "right": right,
                "model": part["model"].iloc[0],
                "dataset": part["dataset"].iloc[0],
                "expected": part["expected"].iloc[0],
                "share": f"{part.loc[correct, 'studies'].sum()} of {part['studies'].sum()}",
                "others": [f"{row.verdict} {row.studies}" for row in part[~correct].itertuples()],
            }
        )
    return TEXTS.table("worlds", pd.DataFrame(rows))
