"""Stratified splits into train, dev and test, and folds of all texts."""

import unicodedata
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


def same_text(texts: pd.Series) -> pd.Series:
    """What is equal for texts that differ in case, punctuation, blanks or compatible characters (NFKC) alone."""
    plain = texts.map(lambda text: unicodedata.normalize("NFKC", text)).str.casefold()
    words = plain.str.replace(r"[\W_]+", " ", regex=True).str.strip()
    return words.where(words != "", plain.str.strip())


def split_texts(
    table: pd.DataFrame, strata: list[str], shares: Mapping[str, float], seed: int, duplicates: str
) -> dict[str, pd.DataFrame]:
    """Split rows as :func:`stratified_split` does, and keep copies of a text in one split.

    Parameters
    ----------
    table : ``text`` and the columns ``strata``.
    duplicates : what becomes of copies: ``group`` keeps them where the first one goes, ``drop`` leaves them out, ``keep`` takes them for
        texts of their own.
    """
    if duplicates == "keep":
        return stratified_split(table, strata, shares, seed)
    same = same_text(table["text"])
    parts = stratified_split(table.assign(same=same)[~same.duplicated()], strata, shares, seed)
    if duplicates == "drop":
        return {name: rows.drop(columns="same") for name, rows in parts.items()}
    place = same.map({text: name for name, rows in parts.items() for text in rows["same"]})
    return {name: table[place == name].reset_index(drop=True) for name in parts}


def without_copies(splits: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The first copy of every text over splits, in their order."""
    kept, known = {}, set()
    for name, rows in splits.items():
        same = same_text(rows["text"])
        kept[name] = rows[~same.duplicated() & ~same.isin(known)].reset_index(drop=True)
        known |= set(same)
    return kept


def copies_in_training(splits: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Held-out split -> how many of its texts also train the model, but for case and punctuation."""
    known = set(same_text(splits["train"]["text"]))
    return {
        name: int(same_text(rows["text"]).isin(known).sum())
        for name, rows in splits.items()
        if name != "train" and len(rows)
    }


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
