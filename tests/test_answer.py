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
    correlations = pd.DataFrame(columns=["task", "upstream_measure", "comparison", "model", "trainset", "pearson"])
    performance = pd.DataFrame(
        columns=["task", "model", "trainset", "testset", "accuracy", "average_precision", "failed_to_learn"]
    ).astype({"model": str, "trainset": str, "failed_to_learn": bool, "testset": str})
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


def test_other_seeds_are_told_from_other_trainsets() -> None:
    keys = {"task": "bios", "upstream_measure": "pronoun_ranking", "comparison": "control, downstream"}
    correlations = pd.DataFrame(
        [
            {**keys, "model": "pretrained", "trainset": trainset, "replicate": replicate, "pearson": r}
            for trainset, replicate, r in (("original", 1, 0.9), ("rebalanced-over1", 0, 0.1))
        ]
    )
    performance = pd.DataFrame(
        [
            {"task": "bios", "model": model, "trainset": trainset, "testset": "test", "accuracy": accuracy,
             "average_precision": np.nan, "failed_to_learn": trainset != "original"}
            for model, trainset, accuracy in (
                ("pretrained", "original", 0.8), ("pretrained", "rebalanced-over1", 0.2), ("random_init-t0", "original", 0.6)
            )
        ]
    )  # fmt: skip
    empty = pd.DataFrame(columns=[*KEYS, "term", "standardised_low"])
    said = " ".join(answer("bios", "pronoun_ranking", empty, empty, correlations, performance, 28).sentences)
    assert "agree at r = 0.90: the noise of the seed" in said
    assert "accuracy 0.800 for the control, 0.600 without" in said
    assert "1 of 3 runs × test sets did not learn the task (pretrained on rebalanced-over1)" in said
