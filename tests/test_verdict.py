"""The verdict follows the stated rule, and finds what is planted in made-up tables."""

import numpy as np
import pytest
from panels import samples, study_table

from biastransfer.analysis.design import design
from biastransfer.analysis.errors import inference
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.tables import Settings, analyze
from biastransfer.analysis.verdict import VERDICTS, Effect, decide, judge


def effect(low: float, high: float) -> Effect:
    return Effect((low + high) / 2, low, high, 0.3)


@pytest.mark.parametrize(
    ("dataset", "model", "joint_p", "verdict"),
    [
        ((0.6, 0.9), (-0.1, 0.2), 0.001, "dataset"),
        ((-0.9, -0.6), (-0.1, 0.2), 0.001, "dataset"),
        ((-0.2, 0.3), (0.4, 0.8), 0.001, "model"),
        ((0.6, 0.9), (0.1, 0.3), 0.001, "both"),
        ((0.6, 0.9), (-0.9, -0.1), 0.001, "both"),
        ((-0.2, 0.3), (-0.3, 0.2), 0.6, "neither detected"),
        ((0.1, 0.6), (-0.1, 0.7), 0.001, "inconclusive"),  # the other may be as large
        ((-0.1, 0.9), (-0.1, 0.9), 0.001, "inconclusive"),  # together, but not apart
        ((0.01, 0.09), (-0.05, 0.02), 0.001, "neither detected"),  # not zero, but of no interest
        ((0.6, 0.9), (0.01, 0.09), 0.001, "dataset"),
    ],
)
def test_the_rule(dataset: tuple, model: tuple, joint_p: float, verdict: str) -> None:
    found, reason = decide({"dataset": effect(*dataset), "model": effect(*model)}, joint_p, 0.1)
    assert found == verdict
    assert found in VERDICTS
    assert reason


def test_a_larger_smallest_effect_of_interest_detects_less() -> None:
    effects = {"dataset": effect(0.6, 0.9), "model": effect(0.1, 0.3)}
    assert [decide(effects, 0.001, smallest)[0] for smallest in (0.1, 0.3, 0.8)] == ["both", "dataset", "inconclusive"]


def test_what_cannot_be_estimated_is_inconclusive_and_named() -> None:
    assert decide({}, np.nan, 0.1)[0] == "inconclusive"
    found = decide({"dataset": effect(0.5, 0.9)}, np.nan, 0.1)
    assert found[0] == "inconclusive"
    assert "effect of the model cannot be estimated" in found[1]


def test_effects_are_standardised_with_target_clustered_intervals() -> None:
    table = samples()["means"]
    fit = estimate(design(table, ["upstream", "prevalence"], absorbed=["run"]))
    found, expected = judge(fit, 0.1), inference(fit, "crv3_target").set_index("term")
    row = expected.loc["upstream"]
    model = found.effects["model"]
    assert (model.estimate, model.low, model.high) == pytest.approx(
        tuple(row[["standardised", "standardised_low", "standardised_high"]])
    )
    error = row["se"] * fit.design.spread["upstream"]
    assert model.detectable == pytest.approx((2.0518 + 0.8551) * error, rel=1e-3)  # t of .975 and .8 with 27 df
    assert found.n_targets == 28


def test_the_detectable_effect_is_found_four_times_in_five() -> None:
    """Draw estimates around an effect of that size: 80 % of intervals exclude zero."""
    found = []
    for seed in range(150):
        table = study_table(seed, runs={"pretrained": ["pretrained"]}, templates=1, upstream=0.05)
        fit = estimate(design(table.assign(outcome=np.log(table["tpr_ratio"]), run="one"), ["upstream", "prevalence"]))
        needed = judge(fit, 0.0).effects["model"].detectable / fit.design.spread["upstream"]
        shifted = table.assign(outcome=np.log(table["tpr_ratio"]) + (needed - 0.05) * table["upstream"], run="one")
        again = (
            inference(estimate(design(shifted, ["upstream", "prevalence"])), "crv3_target")
            .set_index("term")
            .loc["upstream"]
        )
        found.append(again["low"] * again["high"] > 0)
    assert 0.7 <= np.mean(found) <= 0.9


@pytest.mark.parametrize(
    ("upstream", "prevalence", "verdict"),
    [(0.0, 0.8, "dataset"), (0.2, 0.0, "model"), (0.2, 0.8, "both")],
)
def test_what_is_planted_is_found(upstream: float, prevalence: float, verdict: str) -> None:
    table = study_table(3, upstream=upstream, prevalence=prevalence)
    found = analyze(table, Settings(resamples=99))["verdicts"]
    assert list(found["verdict"]) == [verdict]


def test_where_nothing_is_planted_nothing_is_detected_but_for_chance() -> None:
    found = []
    for seed in range(40):
        table = study_table(seed, runs={"pretrained": ["pretrained"]}, upstream=0, prevalence=0, templates=1)
        fit = estimate(design(table.assign(outcome=np.log(table["tpr_ratio"]), run="one"), ["upstream", "prevalence"]))
        found.append(judge(fit, 0.1).verdict)
    assert found.count("neither detected") >= 31
