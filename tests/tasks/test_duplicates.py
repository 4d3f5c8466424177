"""Copies of a text stay in one split, are dropped or kept; without copies a split is what it was."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biastransfer.tasks.splits import (
    NESTED,
    copies_in_training,
    same_text,
    split_texts,
    stratified_split,
    without_copies,
)

PARTS = st.lists(
    st.sampled_from(["A cat.", "a cat", "A  CAT!", "a dog", "A dog...", "one", "two", "three", "four", "five"]),
    min_size=12,
    max_size=60,
)


def rows(texts: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": range(len(texts)), "text": texts, "label": ["xy"[number % 2] for number in range(len(texts))]}
    )


def test_texts_that_differ_in_what_nobody_reads_are_the_same() -> None:
    same = same_text(pd.Series(["A cat, asleep.", "a  cat asleep", "a dog", "!!!", "???", "ﬁne", "fine"]))
    assert same.tolist() == ["a cat asleep", "a cat asleep", "a dog", "!!!", "???", "fine", "fine"]


@given(texts=PARTS)
@settings(max_examples=80, deadline=None)
def test_copies_stay_in_one_split(texts: list[str]) -> None:
    table = rows(texts)
    found = split_texts(table, ["label"], NESTED, 3, "group")
    assert sum(map(len, found.values())) == len(table)
    assert not any(copies_in_training(found).values())
    dropped = split_texts(table, ["label"], NESTED, 3, "drop")
    assert sum(map(len, dropped.values())) == same_text(table["text"]).nunique()
    assert all(list(part) == list(table) for part in dropped.values())


@pytest.mark.parametrize("duplicates", ["group", "drop", "keep"])
def test_without_copies_a_split_is_what_it_was(duplicates: str) -> None:
    table = rows([f"text {number}" for number in range(200)])
    found, plain = split_texts(table, ["label"], NESTED, 3, duplicates), stratified_split(table, ["label"], NESTED, 3)
    for name in NESTED:
        pd.testing.assert_frame_equal(found[name], plain[name])


def test_native_splits_lose_the_copies_of_training_texts() -> None:
    splits = {"train": rows(["a", "b", "b"]), "dev": rows(["B!", "c"]), "test": rows(["a", "c", "d"])}
    assert copies_in_training(splits) == {"dev": 1, "test": 1}
    assert {name: part["text"].tolist() for name, part in without_copies(splits).items()} == {
        "train": ["a", "b"], "dev": ["c"], "test": ["d"]
    }  # fmt: skip
