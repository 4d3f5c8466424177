"""The answer says what the intervals say, whatever their signs."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.report.answer import answer
from biastransfer.report.texts import run_facts

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


def test_a_further_measure_is_told_beside_the_first() -> None:
    keys = {"task": "wiki", "group": "pretrained", "specification": "per_target"}
    rows = [
        {**keys, "upstream_measure": measure, "term": term, "standardised": slope, "standardised_low": slope - 0.1,
         "standardised_high": slope + 0.1}
        for measure, slopes in (("negative_sentiment", (0.2, 0.8)), ("identity_ranking", (0.4, 0.7)))
        for term, slope in zip(("upstream", "prevalence"), slopes, strict=True)
    ]  # fmt: skip
    numbers = pd.DataFrame([{**keys, "upstream_measure": "negative_sentiment", "n_obs": 50}])
    empty = pd.DataFrame(columns=["task", "upstream_measure", "comparison", "model", "trainset", "pearson"]).astype(str)
    runs = pd.DataFrame(
        columns=["task", "model", "trainset", "testset", "accuracy", "average_precision", "failed_to_learn"]
    ).astype({"model": str, "trainset": str, "failed_to_learn": bool, "testset": str})
    found = answer(
        "wiki", "negative_sentiment", pd.DataFrame(rows), numbers, empty, runs, 50, ["identity_ranking", "unknown"]
    )
    told = [sentence for sentence in found.sentences if "in place of" in sentence]
    assert told == ["With identity ranking bias in place of negative sentiment, its slope is +0.40 [+0.30, +0.50]."]


def test_an_unusual_decision_is_told() -> None:
    bias = pd.DataFrame(
        [{"task": task, "model": "pretrained", "trainset": "original", "replicate": 0, "intervention": "pretrained",
          "level": np.nan, "decision": decision}
         for task, decision in (("bios", "argmax"), ("wiki", "equal_error_rate"))]
    )  # fmt: skip
    recipe = {"epochs": 3, "batch_size": 32, "learning_rate": 0.002, "max_length": 128}
    facts = dict(run_facts(bias, {}, {}, {"type": "path", "path": "here"}, recipe, 1))
    assert facts["decision of wiki"] == "at the equal error rate, per run and test set"
    assert "decision of bios" not in facts
