"""A replicate's sample of the training texts, and hidden states of texts that are read once."""

import numpy as np
from scipy import stats

from biastransfer.finetune.known_states import fill, unknown_texts
from biastransfer.finetune.sample import occurrences

IDS = [f"text {number}" for number in range(20_000)]


def test_texts_occur_as_a_poisson_variable_of_mean_one() -> None:
    times = occurrences(IDS, seed=3)
    observed = np.bincount(times, minlength=8)[:8]
    expected = stats.poisson(1).pmf(range(8)) * len(IDS)
    assert stats.chisquare(np.append(observed[:6], observed[6:].sum()), np.append(expected[:6], len(IDS) - expected[:6].sum())).pvalue > 1e-3  # fmt: skip


def test_a_text_occurs_as_often_in_every_trainset_of_a_replicate() -> None:
    whole, part = occurrences(IDS, seed=1), occurrences(IDS[500:700], seed=1)
    assert (whole[500:700] == part).all()


def test_replicates_are_independent() -> None:
    first, second = occurrences(IDS, seed=1), occurrences(IDS, seed=2)
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(len(IDS))


def test_each_distinct_text_is_read_once_and_known_ones_are_not() -> None:
    texts = ["a", "b", "a", "c", "b"]
    known = {"b": np.array([2.0, 2.0])}
    wanted = unknown_texts(texts, known)
    assert wanted == ["a", "c"]
    filled = fill(texts, known, wanted, np.array([[1.0, 1.0], [3.0, 3.0]]))
    assert filled[:, 0].tolist() == [1, 2, 1, 3, 2]
    assert filled.dtype == np.float32
