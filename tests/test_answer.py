"""The answer says what the intervals say, whatever their signs."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.report.answer import answer

KEYS = {"task": "bios", "upstream_measure": "pronoun_ranking", "group": "pretrained", "specification": "per_target"}


def headline(upstream: tuple[float, float], prevalence: tuple[float, float]) -> str:
    """The headline for two intervals of standardised slopes."""
    rows = [
        {**KEYS, "term": term, "standardised": (low + high) / 2, "standardised_low": low, "standardised_high": high}
        for term, (low, high) in (("upstream", upstream), ("prevalence", prevalence))
    ]
    numbers = pd.DataFrame([{**KEYS, "n_obs": 28}])
    correlations = pd.DataFrame(columns=["task", "upstream_measure", "comparison", "model", "pearson"])
    performance = pd.DataFrame(
        columns=["task", "model", "testset", "accuracy", "average_precision", "failed_to_learn"]
    ).astype({"model": str, "failed_to_learn": bool, "testset": str})
    return answer(
        "bios", "pronoun_ranking", pd.DataFrame(rows), numbers, correlations.astype(str), performance, 28
    ).headline


@pytest.mark.parametrize(
    ("upstream", "prevalence", "words"),
    [
        ((-0.1, 0.2), (0.6, 0.9), "follow the fine-tuning data; an effect of the pre-trained model is not seen"),
        ((0.3, 0.7), (-0.2, 0.3), "follow the pre-trained model; an effect of the fine-tuning data is not seen"),
        ((0.1, 0.3), (0.6, 0.9), "mainly the fine-tuning data, and less the pre-trained model"),
        ((0.01, 0.09), (-0.95, -0.85), "mainly the fine-tuning data, and less the pre-trained model"),
        ((-0.9, -0.7), (0.1, 0.3), "mainly the pre-trained model, and less the fine-tuning data"),
        ((-0.9, -0.1), (0.15, 0.25), "both the fine-tuning data and the pre-trained model"),
        ((-0.2, 0.2), (-0.3, 0.3), "neither the fine-tuning data nor the pre-trained model is seen"),
        ((np.nan, np.nan), (0.6, 0.9), "cannot be answered"),
    ],
)
def test_the_headline_follows_the_intervals(upstream: tuple, prevalence: tuple, words: str) -> None:
    assert words in headline(upstream, prevalence)
