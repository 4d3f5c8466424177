"""Biases of a crossed design from scores of texts: values, and their covariance over test texts."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.crossed.from_texts import crossed_bias

NAMES = (("one", "two"), ("one", "two"), ("original", "changed"))


def scores(texts: int = 120) -> np.ndarray:
    """Scores of shape (models, trainsets, replicates, texts) that cells share in part."""
    random = np.random.default_rng(0)
    return random.normal(size=texts) + 0.5 * random.normal(size=(2, 2, 3, texts))


def test_a_bias_is_the_difference_of_two_means_and_its_covariance_that_of_the_texts() -> None:
    values = scores()
    texts = {"a": (np.arange(30), np.arange(30, 70)), "b": (np.arange(70, 90), np.arange(90, 120))}
    bias = crossed_bias(values, texts, *NAMES)
    assert bias.values.shape == (2, 2, 2, 3)
    assert bias.values[1, 0, 1, 2] == pytest.approx(values[0, 1, 2, 70:90].mean() - values[0, 1, 2, 90:].mean())
    flat = values.reshape(12, -1)
    expected = [
        [sum(np.cov(flat[i, part], flat[j, part])[0, 1] / len(part) for part in texts["b"]) for j in range(12)]
        for i in range(12)
    ]
    assert bias.text_covariance[1] == pytest.approx(np.array(expected))


def test_without_a_second_part_terms_are_compared_with_their_mean() -> None:
    values = scores()
    texts = {name: (np.arange(start, start + 30), None) for name, start in zip("abcd", range(0, 120, 30), strict=True)}
    bias = crossed_bias(values, texts, *NAMES)
    assert bias.values.sum(0) == pytest.approx(np.zeros((2, 2, 3)), abs=1e-12)
    # by brute force: the means of redrawn texts
    random = np.random.default_rng(1)
    flat = values.reshape(12, -1)
    draws = []
    for _ in range(4000):
        means = np.stack([flat[:, random.choice(rows, len(rows))].mean(1) for rows, _ in texts.values()])
        draws.append((means - means.mean(0))[2])
    drawn = pd.DataFrame(draws).cov().to_numpy() * 30 / 29
    assert bias.text_covariance[2] == pytest.approx(drawn, rel=0.15, abs=0.002)
