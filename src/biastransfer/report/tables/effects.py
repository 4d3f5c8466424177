"""Tables of standardised effects and of verdicts."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)

KEYS = ["task", "upstream_measure", "group", "specification", "term"]


def effects(results: Mapping[str, pd.DataFrame]) -> Table:
    """Standardised slopes with target-clustered intervals, on one row per model and target.

    Parameters
    ----------
    results : the tables of the analysis.
    """
    rows = results["coefficients"]
    rows = rows[
        rows["specification"].isin(["model_target", "target_effects", "target_effects_scaled"])
        & rows["term"].ne("const")
    ]
    main, hc3, wild = (
        rows[rows["errors"] == name].set_index(KEYS) for name in ("crv3_target", "lsdv_hc3", "wild_bootstrap")
    )
    frame = main.assign(hc3=hc3["se"], wild_p=wild["p"]).reset_index()
    shares = results["contributions"].set_index(KEYS)["shapley"]
    return TEXTS.table(
        "effects", frame.assign(shapley=shares.reindex(pd.MultiIndex.from_frame(frame[KEYS])).to_numpy())
    )


def verdicts(verdicts: pd.DataFrame) -> Table:
    """The verdict by every upstream measure."""
    return TEXTS.table("verdicts", verdicts)
