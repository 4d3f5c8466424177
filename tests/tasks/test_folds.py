"""Folds: shares, copies of a text, and copies that an intervention makes."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.tasks.splits import folds, folds_of, shares

random = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "id": [f"{number}" for number in range(900)],
        "text": [f"text {number // 3 if number < 300 else number}" for number in range(900)],
        "label": random.choice(["nurse", "poet"], 900, p=[0.8, 0.2]),
        "group": random.choice(["a", "b"], 900),
    }
)
"""A third of the rows are copies, three of each text."""


def test_folds_have_equal_shares_of_every_stratum() -> None:
    distinct = TABLE.drop_duplicates("text")
    found = folds(distinct, ["label", "group"], 5, seed=1)
    counts = distinct.groupby(["label", "group", pd.Series(found, distinct.index)]).size().unstack()
    assert (counts.max(axis=1) - counts.min(axis=1)).max() <= 1
    assert set(found) == set(range(5))


def test_copies_of_a_text_are_in_one_fold() -> None:
    table = TABLE.assign(text=TABLE["text"].where(TABLE.index % 3 > 0, TABLE["text"].str.upper() + "  "))
    of_text = pd.Series(folds(table, ["label", "group"], 4, seed=2)).groupby(TABLE["text"])
    assert (of_text.min() == of_text.max()).all()


def test_a_seed_decides_the_folds() -> None:
    first, again, other = (folds(TABLE, ["label"], 5, seed) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).mean() > 0.5


def test_a_copy_that_an_intervention_made_is_in_the_fold_of_its_text() -> None:
    known = pd.Series([0, 1, 2], ["1", "train/1", "b"])
    assert folds_of(pd.Series(["b", "train/1", "b/swapped", "train/1/swapped", "1"]), known).tolist() == [2, 1, 2, 1, 0]
    with pytest.raises(ValueError, match="'c'"):
        folds_of(pd.Series(["b", "c"]), known)


def test_shares_of_a_split_with_folds_test_on_one_fold() -> None:
    found = shares({"folds": 4})
    assert found["test"] == 0.25
    assert sum(found.values()) == pytest.approx(1)
    assert found["dev"] == pytest.approx(found["train"] / 9)
