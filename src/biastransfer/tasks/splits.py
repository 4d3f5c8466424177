"""Stratified splits into train, dev and test, and folds of all texts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

NESTED = {"train": 0.72, "dev": 0.08, "test": 0.20}
"""80/20 train and test, then 10 % of train for dev; docs/methods.md explains this reading of the paper's "80/10/20"."""


def shares(split: str | Mapping[str, float]) -> Mapping[str, float]:
    """Split -> share of all rows, for ``split`` of the study file other than ``native``.

    ``{folds: k}`` tests on one k-th, and 10 % of the rest is for dev, as under ``nested``.
    """
    if isinstance(split, str):
        return NESTED
    if "folds" not in split:
        return split
    test = 1 / split["folds"]
    return {"train": 0.9 * (1 - test), "dev": 0.1 * (1 - test), "test": test}


def folds(table: pd.DataFrame, strata: list[str], count: int, seed: int) -> np.ndarray:
    """The fold of each row, shape (n,), from 0 to count - 1.

    Rows with the same text (but for case and white space) are in one fold. Each stratum of distinct texts has equal shares in all
    folds, to within one text.

    Parameters
    ----------
    table : ``text`` and the columns ``strata``.
    """
    same = table["text"].str.casefold().str.split().str.join(" ")
    distinct = table[strata].assign(same=same)[~same.duplicated()]
    parts = stratified_split(distinct, strata, dict.fromkeys(map(str, range(count)), 1 / count), seed)
    fold = {text: int(name) for name, rows in parts.items() for text in rows["same"]}
    return same.map(fold).to_numpy()


def folds_of(ids: pd.Series, folds: pd.Series) -> np.ndarray:
    """The folds of rows that an intervention may have copied: a copy's id is that of its text and a slash with more.

    Parameters
    ----------
    folds : id of a text -> its fold.

    Raises
    ------
    ValueError : a row comes from none of these texts.
    """
    found = folds.reindex(ids).to_numpy(float)
    of_copies = folds.reindex(ids.str.rpartition("/")[0]).to_numpy(float)
    found = np.where(np.isnan(found), of_copies, found)
    if np.isnan(found).any():
        raise ValueError(f"text {ids[np.isnan(found)].iloc[0]!r} is in no fold")
    return found.astype(int)


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
