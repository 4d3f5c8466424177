"""Stratified splits into train, dev and test."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

NESTED = {"train": 0.72, "dev": 0.08, "test": 0.20}
"""80/20 train and test, then 10 % of train for dev; docs/methods.md explains this reading of the paper's "80/10/20"."""


def stratified_split(
    table: pd.DataFrame, strata: list[str], shares: Mapping[str, float], seed: int
) -> dict[str, pd.DataFrame]:
    """Split rows so that every stratum has the given shares, to within one row.

    Rows follow each other stratum by stratum, in random order within each. Each row goes to the split that lags furthest
    behind its share (systematic sampling). So the shares hold to within one row in every stratum and in the whole table.

    Parameters
    ----------
    table : rows, with the columns ``strata``.
    shares : split -> share; they add up to 1.
    seed : of the order.

    Returns
    -------
    split -> its rows in the table's order.
    """
    random = np.random.default_rng(seed)
    codes = table.groupby(strata, sort=True).ngroup().to_numpy()
    order = np.lexsort((random.random(len(table)), codes))
    names = list(shares)
    goal = np.array([shares[name] for name in names])
    filled = np.zeros(len(names))
    chosen = np.empty(len(table), int)
    for place, row in enumerate(order):
        lag = goal * (place + 1) - filled
        split = int(lag.argmax())
        filled[split] += 1
        chosen[row] = split
    return {name: table[chosen == number].reset_index(drop=True) for number, name in enumerate(names)}
