"""Training on fewer texts: how bias depends on the amount of data."""

import numpy as np
import pandas as pd

from biastransfer.common.problems import Problem


def intervene(train: pd.DataFrame, *, rows: int, seed: int) -> tuple[pd.DataFrame, dict]:
    """Keep a simple random sample of the rows, drawn without replacement and stratified by nothing.

    The sample is the beginning of one random order, so for one seed a smaller sample is part of a larger one. Chance
    leaves labels, groups and terms in other shares than before; dataset bias is measured on what is left.

    Parameters
    ----------
    train : any table.
    rows : to keep, at most all.
    seed : of the order.

    Returns
    -------
    The kept rows, unchanged and in their order; and facts: ``rows_before``, ``rows_after``.

    Raises
    ------
    Problem : more rows are asked for than there are.
    """
    if rows > len(train):
        raise Problem(
            f"interventions.subsampled.rows: {rows} texts are asked for, and the training split has {len(train)}; "
            f"allowed: 1 to {len(train)}."
        )
    kept = np.sort(np.random.default_rng(seed).permutation(len(train))[:rows])
    return train.iloc[kept].reset_index(drop=True), {"rows_before": len(train), "rows_after": rows}
