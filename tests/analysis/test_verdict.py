"""The verdict follows the stated rule, and finds what is planted in made-up tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats import multivariate

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.closed_test import detectable, joint_p
from biastransfer.analysis.design import design
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.standard_errors import inference
from biastransfer.analysis.verdict import NOTHING, VERDICTS, Effect, Evidence, decide, evidence

from support.panels import samples, study_table
from support.settings import analysis_settings


def effect(low: float, high: float) -> Effect:
    return Effect((low + high) / 2, low, high)


def evident(dataset: tuple, model: tuple, difference: tuple = (0.1, 0.9), joint_p: float = 0.001) -> Evidence:
    effects = {"dataset": effect(*dataset), "model": effect(*model)}
    return Evidence(effects, 0.0, effect(*difference), joint_p, 28)


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
        (evident((0.1, 0.6), (-0.1, 0.2), joint_p=0.06), "neither detected"),  # one interval alone does not count
        (evident((0.6, 0.9), (-0.9, -0.1), joint_p=0.06), "neither detected"),
    ],
)
def test_the_rule(found: Evidence, verdict: str) -> None:
    said, reason = decide(found, 0.1)
    assert said == verdict
    assert said in VERDICTS
    assert reason


def test_an_interval_that_does_not_count_alone_is_told() -> None:
    found = evident((0.1, 0.6), (-0.1, 0.2), joint_p=0.064)
    assert "(p = 0.06)" in decide(found, 0.1)[1]
    assert "the interval of the dataset excludes zero, but that alone does not count" in decide(found, 0.1)[1]
    assert "does not count" not in decide(evident((-0.1, 0.6), (-0.1, 0.2), joint_p=0.06), 0.1)[1]


def test_the_joint_test_is_hotellings() -> None:
    """Of independent rows, with their own covariance of the mean, it is that of statsmodels."""
    rows = np.random.default_rng(0).normal(0.3, 1, (15, 2))
    found = joint_p(rows.mean(0), np.cov(rows.T) / 15, 15)
    assert found == pytest.approx(multivariate.test_mvmean(rows, [0, 0]).pvalue)
    assert np.isnan(joint_p(np.ones(2), np.eye(2), 2))


@pytest.mark.parametrize(("error", "correlation", "smallest"), [(0.1, 0.0, 0.1), (0.2, -0.6, 0.0), (0.05, 0.3, 0.4)])
def test_the_detectable_slope_is_detected_four_times_in_five(error: float, correlation: float, smallest: float) -> None:
    """Estimates and their covariances from other draws, and the rule itself."""
    random, clusters, draws = np.random.default_rng(7), 20, 2000
    size = detectable(error, correlation, clusters, smallest)
    shape = np.array([[error**2, correlation * error], [correlation * error, 1.0]])  # the other slope's error is 1
    slopes = random.multivariate_normal([size, 0], shape, draws)
    half = stats.t.ppf(0.975, clusters - 1)
    detected = []
    for slope, covariance in zip(
        slopes, stats.wishart(clusters - 1, shape / (clusters - 1)).rvs(draws, random), strict=True
    ):
        own = abs(slope[0]) > max(half * np.sqrt(covariance[0, 0]), smallest)
        detected.append(own and joint_p(slope, covariance, clusters) < 0.05)
    assert np.mean(detected) == pytest.approx(0.8, abs=0.035)


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
    found, expected = evidence(fit), inference(fit, "crv3_target").set_index("term")
    row = expected.loc["upstream"]
    model = found.effects["model"]
    assert (model.estimate, model.low, model.high) == pytest.approx(
        tuple(row[["standardised", "standardised_low", "standardised_high"]])
    )
    error = row["se"] * fit.design.spread["upstream"]
    assert found.detectable(0.0)["model"] > (2.0518 + 0.8551) * error  # t of .975 and .8 with 27 df: the interval alone
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
    found = evidence(estimate(design(z, ["upstream", "prevalence"])))
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


def test_the_detectable_effect_of_a_table_is_detected_four_times_in_five() -> None:
    detected, smallest = [], 0.1
    for seed in range(80):
        table = study_table(seed, runs={"pretrained": ["pretrained"]}, templates=1, upstream=0.05, prevalence=0)
        shifted = fitted(table)
        for _ in range(3):  # the spread of the outcome grows with what is added to it
            needed = evidence(shifted).detectable(smallest)["model"]
            shifted = fitted(table, needed / shifted.design.spread["upstream"] - 0.05)
        detected.append("model" in evidence(shifted).detected(smallest))
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
            decide(evidence(estimate(design(table, ["upstream", "prevalence"]))), 0.1)[0] in ("dataset", "model")
        )
    assert np.mean(named) < 0.1


@pytest.mark.parametrize(
    ("upstream", "prevalence", "verdict"),
    [(0.0, 0.8, "dataset"), (0.2, 0.0, "model"), (0.2, 0.8, "both")],
)
def test_what_is_planted_is_found(upstream: float, prevalence: float, verdict: str) -> None:
    table = study_table(3, upstream=upstream, prevalence=prevalence)
    found = analyze(table, analysis_settings())["verdicts"]
    assert list(found["verdict"]) == [verdict]


def test_where_nothing_is_planted_nothing_is_detected_but_for_chance() -> None:
    """In 5 % of studies: of 120, more than 13 have a chance of 1 in 200, and by the intervals alone 9 % would be."""
    found = []
    for seed in range(120):
        random = np.random.default_rng(seed)
        table = pd.DataFrame(random.normal(size=(28, 3)), columns=["upstream", "prevalence", "outcome"])
        fit = estimate(design(table.assign(target=range(28), run="one"), ["upstream", "prevalence"]))
        found.append(evidence(fit))
    by_rule = [bool(each.detected(0.0)) for each in found]
    by_interval = [any(effect.apart for effect in each.effects.values()) for each in found]
    assert sum(by_rule) <= 13
    assert sum(by_rule) < sum(by_interval)
    assert all(decide(each, 0.0)[0] == "neither detected" for each in found if not each.together)


def test_a_prevalence_that_hardly_varies_is_no_cause() -> None:
    """The same table, and with prevalence squeezed to a hundredth: standardised slopes are the same, the verdict is not."""
    table = study_table(1, upstream=1.5)
    squeezed = table.assign(prevalence=0.5 + (table["prevalence"] - 0.5) / 100)
    whole, flat = (analyze(each, analysis_settings())["verdicts"].iloc[0] for each in (table, squeezed))
    assert whole["verdict"] == "both"
    assert flat["verdict"] == "model"
    assert "prevalence hardly varies over targets (standard deviation 0.00" in flat["reason"]
    assert flat["dataset_estimate"] == pytest.approx(whole["dataset_estimate"])
    alone = study_table(1, upstream=0.0)
    squeezed = alone.assign(prevalence=0.5 + (alone["prevalence"] - 0.5) / 100)
    assert analyze(alone, analysis_settings())["verdicts"]["verdict"].iloc[0] == "dataset"
    assert analyze(squeezed, analysis_settings())["verdicts"]["verdict"].iloc[0] == "neither detected"


def test_a_flat_prevalence_still_needs_the_joint_test() -> None:
    strong = evident((0.9, 1.2), (0.5, 0.9))
    assert decide(strong, 0.1)[0] == "both"
    assert decide(replace(strong, flat=0.001), 0.1)[0] == "model"
    assert decide(replace(strong, flat=0.001, joint_p=0.2), 0.1)[0] == "neither detected"
