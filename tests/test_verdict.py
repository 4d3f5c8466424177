"""The verdict follows the stated rule, and finds what is planted in made-up tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from panels import samples, study_table

from biastransfer.analysis.design import design
from biastransfer.analysis.errors import inference
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.tables import Settings, analyze
from biastransfer.analysis.verdict import NOTHING, VERDICTS, Effect, Evidence, decide, evidence


def effect(low: float, high: float) -> Effect:
    return Effect((low + high) / 2, low, high)


def evident(dataset: tuple, model: tuple, difference: tuple = (0.1, 0.9), joint_p: float = 0.001) -> Evidence:
    effects = {"dataset": effect(*dataset), "model": effect(*model)}
    return Evidence(effects, {"dataset": 0.3, "model": 0.3}, effect(*difference), joint_p, 28)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (evident((0.6, 0.9), (-0.1, 0.2)), "dataset"),
        (evident((-0.9, -0.6), (-0.1, 0.2)), "dataset"),
        (evident((-0.2, 0.3), (0.4, 0.8), (-0.9, -0.1)), "model"),
        (evident((0.6, 0.9), (0.1, 0.3)), "both"),
        (evident((0.6, 0.9), (-0.9, -0.1)), "both"),
        (evident((-0.2, 0.3), (-0.3, 0.2), (-0.3, 0.4), 0.6), "neither detected"),
        (evident((0.1, 0.6), (-0.1, 0.5), (-0.4, 0.7)), "inconclusive"),  # the other may be as large
        (evident((-0.1, 0.9), (-0.1, 0.9), (-0.9, 0.9)), "inconclusive"),  # together, but not apart
        (evident((0.01, 0.09), (-0.05, 0.02), (0.0, 0.1)), "neither detected"),  # not zero, but of no interest
        (evident((0.6, 0.9), (0.01, 0.09)), "dataset"),
    ],
)
def test_the_rule(found: Evidence, verdict: str) -> None:
    said, reason = decide(found, 0.1)
    assert said == verdict
    assert said in VERDICTS
    assert reason


def test_a_larger_smallest_effect_of_interest_detects_less() -> None:
    found = evident((0.6, 0.9), (0.1, 0.3))
    assert [decide(found, smallest)[0] for smallest in (0.1, 0.3, 0.8)] == ["both", "dataset", "inconclusive"]


def test_what_cannot_be_estimated_is_inconclusive_and_named() -> None:
    assert decide(NOTHING, 0.1)[0] == "inconclusive"
    found = decide(replace(NOTHING, effects={"dataset": effect(0.5, 0.9)}), 0.1)
    assert found[0] == "inconclusive"
    assert "effect of the model cannot be estimated" in found[1]


def test_effects_are_standardised_with_target_clustered_intervals() -> None:
    table = samples()["means"]
    fit = estimate(design(table, ["upstream", "prevalence"], absorbed=["run"]))
    found, expected = evidence(fit, 0.0), inference(fit, "crv3_target").set_index("term")
    row = expected.loc["upstream"]
    model = found.effects["model"]
    assert (model.estimate, model.low, model.high) == pytest.approx(
        tuple(row[["standardised", "standardised_low", "standardised_high"]])
    )
    error = row["se"] * fit.design.spread["upstream"]
    assert found.detectable["model"] == pytest.approx(
        (2.0518 + 0.8551) * error, rel=1e-3
    )  # t of .975 and .8 with 27 df
    assert found.n_targets == 28


def test_the_difference_in_size_is_that_of_a_reparametrised_regression() -> None:
    """b1 x + b2 z = (b1 − b2) (x − z)/2 + (b1 + b2) (x + z)/2: the first slope is the difference, with its own errors."""
    table = samples()["means"].query("run == 'm00'")
    z = table.assign(
        **{
            name: (table[name] - table[name].mean()) / table[name].std(ddof=0)
            for name in ("upstream", "prevalence", "outcome")
        }
    )
    found = evidence(estimate(design(z, ["upstream", "prevalence"])), 0.1)
    assert found.effects["dataset"].estimate > 0
    assert found.effects["model"].estimate > 0
    turned = z.assign(apart=(z["prevalence"] - z["upstream"]) / 2, together=(z["prevalence"] + z["upstream"]) / 2)
    expected = inference(estimate(design(turned, ["apart", "together"])), "crv3_target").set_index("term").loc["apart"]
    difference = found.difference
    assert (difference.estimate, difference.low, difference.high) == pytest.approx(
        tuple(expected[["estimate", "low", "high"]])
    )


def fitted(table: pd.DataFrame, added: float = 0.0):
    outcome = np.log(table["tpr_ratio"]) + added * table["upstream"]
    return estimate(design(table.assign(outcome=outcome, run="one"), ["upstream", "prevalence"]))


@pytest.mark.parametrize("smallest", [0.0, 0.5])
def test_the_detectable_effect_is_detected_four_times_in_five(smallest: float) -> None:
    """Also where the smallest effect of interest is what limits."""
    detected = []
    for seed in range(80):
        table = study_table(seed, runs={"pretrained": ["pretrained"]}, templates=1, upstream=0.05)
        shifted = fitted(table)
        for _ in range(5):  # the spread of the outcome grows with what is added to it
            needed = evidence(shifted, smallest).detectable["model"]
            shifted = fitted(table, needed / shifted.design.spread["upstream"] - 0.05)
        detected.append(evidence(shifted, smallest).effects["model"].detected(smallest))
        assert needed > smallest
    assert 0.68 <= np.mean(detected) <= 0.92


def test_one_cause_is_seldom_named_where_both_are_equal() -> None:
    """Two equal effects, of which chance detects one: the difference in size must then hold zero."""
    named = []
    for seed in range(120):
        random = np.random.default_rng(seed)
        x, z = random.normal(size=(2, 28))
        table = pd.DataFrame({"target": range(28), "run": "one", "upstream": x, "prevalence": z})
        table["outcome"] = 0.4 * x + 0.4 * z + random.normal(size=28)
        named.append(
            decide(evidence(estimate(design(table, ["upstream", "prevalence"])), 0.1), 0.1)[0] in ("dataset", "model")
        )
    assert np.mean(named) < 0.1


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
        found.append(decide(evidence(fit, 0.1), 0.1)[0])
    assert found.count("neither detected") >= 31
