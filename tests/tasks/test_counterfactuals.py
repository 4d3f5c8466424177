"""Twins of texts that differ in the group's words or in the term alone, and the gap that they give."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.crossed.from_texts import crossed_bias
from biastransfer.simulate.lexicon import HOBBIES
from biastransfer.tasks.counterfactuals import COLUMNS, compared_twins, with_swapped_terms, with_swapped_words
from biastransfer.tasks.word_pairs import read_pairs

from support.workflow import REPOSITORY

PAIRS = [("mother", "father"), ("actress", "actor")]
BIOGRAPHIES = pd.DataFrame(
    {
        "id": ["1", "2", "3", "4", "5"],
        "text": ["A mother of two.", "An Actor and father.", "No such word.", "A father.", "A mother."],
        "label": ["nurse", "poet", "poet", "nurse", "poet"],
        "group": ["she/her", "he/him", "she/her", "he/him", "they/them"],
    }
)
COMMENTS = pd.DataFrame(
    {
        "id": ["a", "b", "c"], "text": ["I know Muslim people", "old and young people", "deaf people"], "label": "not_flagged",
        "terms": [["muslim"], ["old", "young"], ["deaf"]],
    }
)  # fmt: skip


def test_a_biography_has_a_twin_for_either_group() -> None:
    twins = with_swapped_words(BIOGRAPHIES, PAIRS, ("she/her", "he/him"), most=10, seed=0)
    assert list(twins) == COLUMNS
    assert twins[["id", "of", "version", "text"]].to_numpy().tolist() == [
        ["1/0", "1", "she/her", "A mother of two."],
        ["1/1", "1", "he/him", "A father of two."],
        ["2/0", "2", "she/her", "An Actress and mother."],
        ["2/1", "2", "he/him", "An Actor and father."],
        ["4/0", "4", "she/her", "A mother."],
        ["4/1", "4", "he/him", "A father."],
    ]


def test_a_comment_has_a_twin_for_every_term() -> None:
    twins = with_swapped_terms(COMMENTS, ["muslim", "deaf", "african american"], most=10, seed=0)
    assert twins["text"].tolist() == [
        "I know muslim people", "I know deaf people", "I know african american people",
        "muslim people", "deaf people", "african american people",
    ]  # fmt: skip
    assert twins["version"].tolist() == ["muslim", "deaf", "african american"] * 2
    assert twins["id"].is_unique


@pytest.mark.parametrize("most", [0, 2])
def test_a_random_part_of_the_texts_has_twins(most: int) -> None:
    rows = pd.concat([BIOGRAPHIES.iloc[:2]] * 20).assign(id=range(40))
    twins = with_swapped_words(rows, PAIRS, ("she/her", "he/him"), most=most, seed=3)
    assert twins["of"].nunique() == most
    assert len(twins) == 2 * most


def test_a_gap_is_the_mean_difference_within_texts() -> None:
    """Of a label between the two groups; of a term from the mean over terms."""
    random = np.random.default_rng(0)
    twins = with_swapped_words(BIOGRAPHIES, PAIRS, ("she/her", "he/him"), most=10, seed=0)
    rows = compared_twins(twins, ["nurse", "poet"], ("she/her", "he/him"))
    assert rows["nurse"].tolist() == [[0, 1], [4, 5]]
    assert rows["poet"].tolist() == [[2, 3]]
    scores = random.normal(size=(1, 1, 2, len(twins)))
    found = crossed_bias(scores, {"nurse": rows["nurse"]}, ("m",), ("m",), ("d",))
    differences = scores[0, 0][:, [0, 4]] - scores[0, 0][:, [1, 5]]
    np.testing.assert_allclose(found.values[0, 0, 0], differences.mean(1))
    np.testing.assert_allclose(found.text_covariance[0], np.cov(differences) / 2)

    terms = ["muslim", "deaf", "old"]
    twins = with_swapped_terms(COMMENTS, terms, most=10, seed=0)
    scores = random.normal(size=(1, 1, 1, len(twins)))
    found = crossed_bias(scores, compared_twins(twins, terms, ()), ("m",), ("m",), ("d",))
    table = scores[0, 0, 0].reshape(2, 3)
    np.testing.assert_allclose(found.values[:, 0, 0, 0], (table - table.mean(1, keepdims=True)).mean(0))


def test_pairs_of_the_simulated_hobbies_are_those_of_the_lexicon() -> None:
    pairs = read_pairs(REPOSITORY / "workflow/words/simulated_hobbies.yaml")
    assert [first for first, _ in pairs] == list(HOBBIES["she"])
    assert [second for _, second in pairs] == list(HOBBIES["he"])
