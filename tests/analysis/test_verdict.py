"""The verdict's estimators against loops of statsmodels, its rule, and what both find where the truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats import multivariate

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.groups import members
from biastransfer.analysis.outcome import outcome_of
from biastransfer.analysis.regression import estimate as fitted
from biastransfer.analysis.specification import build, specifications
from biastransfer.analysis.standard_errors import inference
from biastransfer.analysis.verdict.chances import Setting, chances, draw, judged, verdict_shares
from biastransfer.analysis.verdict.controls import FLAT, Control, Controls, control, flat_causes
from biastransfer.analysis.verdict.families import intraclass
from biastransfer.analysis.verdict.rule import VERDICTS, joint_p, judge, reason
from biastransfer.analysis.verdict.slopes import ESTIMATORS, Estimates, Slopes, nearest_estimator
from biastransfer.analysis.verdict.tables import turning_reliability

from support.panels import study_table
from support.settings import analysis_settings

REPLICATED = {
    "pretrained": ["pretrained", "all_pretrained", "control_replicates"],
    "pretrained/original/1": ["control_replicates"],
}
FAMILIES = np.repeat([0, 1, 2, 3], [9, 8, 7, 4])


def drawn(seed: int, studies: int = 6, others: int = 1) -> Controls:
    """Controls of 28 targets in families, with errors of both causes."""
    random = np.random.default_rng(seed)
    causes = random.normal(size=(studies, 28, 2)) @ np.array([[1, 0.5], [0, 0.9]])
    errors = random.uniform(0.05, 0.2, (studies, 28, 2))
    controlled = random.normal(size=(studies, 28, others))
    bias = causes @ [0.5, 0.3] + 0.2 * controlled.sum(2) + random.normal(size=(studies, 28))
    return Controls(bias, causes, errors, controlled, FAMILIES, random.uniform(0.8, 1.2, studies))


def by_hand(controls: Controls, study: int, corrected: bool, left_out: int | None = None) -> np.ndarray:
    """Slopes on both causes of one study, from moments about family means that a loop makes."""
    kept = [target for target in range(28) if target != left_out]
    columns = np.column_stack([controls.causes[study], controls.others[study], controls.bias[study]])[kept]
    families = controls.families[kept]
    dummies = pd.get_dummies(families).to_numpy(float)
    rest = np.column_stack([sm.OLS(column, dummies).fit().resid for column in columns.T])
    moments = rest.T @ rest / (len(kept) - dummies.shape[1])
    if corrected:
        moments[[0, 1], [0, 1]] -= controls.errors[study][kept].mean(0)
    return np.linalg.solve(moments[:-1, :-1], moments[:-1, -1])[:2]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_many_studies_at_once_are_estimated_as_each_by_hand(name: str) -> None:
    estimator, controls = ESTIMATORS[name], drawn(1)
    estimates = estimator.of(controls)
    found = estimates.slopes
    one = controls if estimator.families else controls.without_families()
    for study in range(len(controls.bias)):
        variance = controls.causes[study].var(0)
        if estimator.corrected:
            variance = variance - controls.errors[study].mean(0) * variance / controls.causes[study].var(0, ddof=1)
        scale = np.sqrt(variance) / controls.spread[study]
        whole = by_hand(one, study, estimator.corrected)
        each = np.array([by_hand(one, study, estimator.corrected, target) for target in range(28)])
        apart = (each - whole) * scale
        np.testing.assert_allclose(found.values[study], whole * scale, rtol=1e-9)
        np.testing.assert_allclose(found.covariance[study], 27 / 28 * apart.T @ apart, rtol=1e-8)
    assert found.clusters == (25 if estimator.families else 28)
    assert found.sound.all()
    raw = ESTIMATORS["families" if estimator.families else "raw"].of(controls).slopes
    np.testing.assert_array_equal(estimates.together.values, raw.values)
    if estimator.corrected:
        for place, each in enumerate(estimates.tested):
            errors = controls.errors.copy()
            errors[..., place] = 0
            alone = replace(one, errors=errors)
            scale = np.sqrt(controls.causes[0, :, place].var()) / controls.spread[0]
            assert each.values[0, place] == pytest.approx(by_hand(alone, 0, True)[place] * scale)


def test_raw_slopes_are_those_of_the_regression_with_crv3_errors() -> None:
    table = study_table(2, runs=REPLICATED, kind="flag_by_mention", targets=40)
    outcome = outcome_of(table)
    part = members(table, "control_replicates")
    model_target = next(
        each
        for each in specifications(outcome, "negative_sentiment", "control_replicates", templates=5)
        if each.name == "model_target"
    )
    # Upstream bias is a model's: the control's replicates share it.
    part = part.assign(upstream=part.groupby(["target", "template"])["upstream"].transform("mean"))
    expected = inference(fitted(build(part, model_target, outcome)[0]), "crv3_target").set_index("term")
    found = judge(ESTIMATORS["raw"].of(control(part, 1).values), 0.1)
    for place, term in enumerate(("upstream", "prevalence")):
        value, half = found.slopes.values[0, place], found.half * found.slopes.errors[0, place]
        row = expected.loc[term]
        assert (value, value - half, value + half) == pytest.approx(
            tuple(row[["standardised", "standardised_low", "standardised_high"]]), rel=1e-9
        )


def test_many_studies_at_once_are_judged_as_each_alone() -> None:
    controls = drawn(3, 200)
    scaled = replace(controls, bias=controls.bias * np.linspace(0, 3, 200)[:, None] + controls.causes[..., 0] / 2)
    estimates, seen = ESTIMATORS["corrected_families"].of(scaled), set()
    for flat in ({}, {"dataset": 0.01}, {"model": 0.01}):
        found = judge(estimates, 0.3, flat)
        for study in range(200):
            one = {
                name: getattr(scaled, name)[study : study + 1]
                for name in ("bias", "causes", "errors", "others", "spread")
            }
            alone = judge(ESTIMATORS["corrected_families"].of(replace(scaled, **one)), 0.3, flat)
            assert alone.verdict[0] == found.verdict[study]
            assert alone.joint_p[0] == pytest.approx(found.joint_p[study])
            assert reason(alone, 0.3, flat)
            seen.add(str(found.verdict[study]))
    assert len(seen) >= 4


def evident(dataset: tuple, model: tuple, difference: tuple = (0.1, 0.9), clusters: int = 28) -> Estimates:
    """Slopes with these intervals; their covariance gives the difference its interval."""
    half = stats.t.ppf(0.975, clusters - 1)
    values = np.array([[np.mean(model), np.mean(dataset)]])
    errors = np.array([model[1] - model[0], dataset[1] - dataset[0]]) / 2 / half
    wanted = ((difference[1] - difference[0]) / 2 / half) ** 2
    sign = 1 if values.prod() >= 0 else -1
    between = np.clip(sign * ((errors**2).sum() - wanted) / 2, -0.99 * errors.prod(), 0.99 * errors.prod())
    covariance = np.array([[[errors[0] ** 2, between], [between, errors[1] ** 2]]])
    slopes = Slopes(values, covariance, clusters, np.array([True]))
    return Estimates(slopes, (slopes, slopes), slopes)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (evident((0.6, 0.9), (-0.1, 0.2), (0.4, 1.0)), "dataset"),
        (evident((-0.9, -0.6), (-0.1, 0.2), (0.4, 1.0)), "dataset"),
        (evident((-0.2, 0.3), (0.6, 1.0), (-1.2, -0.3)), "model"),
        (evident((0.6, 0.9), (0.15, 0.4)), "both"),
        (evident((0.6, 0.9), (-0.9, -0.2)), "both"),
        (evident((-0.2, 0.3), (-0.3, 0.2)), "neither detected"),
        (evident((0.2, 0.8), (-0.1, 0.7), (-0.5, 0.9)), "inconclusive"),  # the other may be as large
        (evident((0.01, 0.09), (-0.05, 0.02), (0.0, 0.1)), "absent"),  # not zero, but of no interest
        (evident((0.6, 0.9), (0.01, 0.07), (0.5, 1)), "dataset"),  # the model's effect is shown to be small
    ],
)
def test_the_rule(found: Estimates, verdict: str) -> None:
    said = judge(found, 0.1)
    assert said.verdict[0] == verdict
    assert said.verdict[0] in VERDICTS
    assert reason(said, 0.1, {})


def test_an_interval_that_does_not_count_alone_is_told() -> None:
    weak = replace(
        judge(evident((0.05, 0.6), (-0.1, 0.2)), 0.1), joint_p=np.array([0.064]), verdict=np.array(["neither detected"])
    )
    assert "(p = 0.06)" in reason(weak, 0.1, {})
    assert "the dataset alone is significant, but that does not count" in reason(weak, 0.1, {})


def test_the_joint_test_is_hotellings() -> None:
    """Of independent rows, with their own covariance of the mean, it is that of statsmodels."""
    rows = np.random.default_rng(0).normal(0.3, 1, (15, 2))
    found = joint_p(rows.mean(0)[None], (np.cov(rows.T) / 15)[None], 15)
    assert found[0] == pytest.approx(multivariate.test_mvmean(rows, [0, 0]).pvalue)
    assert np.isnan(joint_p(np.ones((1, 2)), np.eye(2)[None], 2)[0])


def test_effects_that_a_study_rules_out_are_those_of_two_one_sided_tests() -> None:
    found = judge(evident((0.6, 0.9), (-0.1, 0.2)), 0.1)
    error = 0.15 / stats.t.ppf(0.975, 27)
    assert found.excluded[0, 0] == pytest.approx(0.05 + stats.t.ppf(0.95, 27) * error)


def test_slopes_that_errors_leave_nothing_of_are_not_sound() -> None:
    controls = drawn(4)
    found = judge(ESTIMATORS["corrected"].of(replace(controls, errors=controls.errors + 5)), 0.1)
    assert set(found.verdict) == {"inconclusive"}
    assert "beyond its errors" in reason(found, 0.1, {})


def test_a_cause_that_does_not_vary_within_families_is_not_judged_there() -> None:
    controls = drawn(8)
    causes = controls.causes.copy()
    causes[..., 0] = 0.1 * FAMILIES
    found = judge(ESTIMATORS["families"].of(replace(controls, causes=causes)), 0.1)
    assert set(found.verdict) == {"inconclusive"}
    assert judge(ESTIMATORS["raw"].of(replace(controls, causes=causes)), 0.1).slopes.sound.all()


def test_an_estimator_without_use_becomes_what_is_left_of_it() -> None:
    controls = drawn(5)
    assert nearest_estimator("corrected_families", controls) == "corrected_families"
    assert nearest_estimator("corrected_families", controls.without_families()) == "corrected"
    exact = replace(controls, errors=np.zeros_like(controls.errors))
    assert nearest_estimator("corrected_families", exact) == "families"
    assert nearest_estimator("corrected_families", exact.without_families()) == "raw"
    assert nearest_estimator("raw", controls) == "raw"


def test_what_each_target_of_a_table_has() -> None:
    table = study_table(1, runs=REPLICATED)
    names = {f"y{number:02}": "even" if number % 2 == 0 else "odd" for number in range(26)} | {
        "y26": "pair",
        "y27": "pair",
    }
    table["target_family"] = table["target"].map(names)
    table["training_texts"] = np.where(table["target"] == "y03", 4, 50)
    found = control(table, 10)
    assert found.few_texts == ("y03",)
    assert "y03" not in found.targets
    assert dict(zip(found.targets, found.families, strict=True))["y27"] is None, "a pair has no intercept of its own"
    assert found.values.families.max() == 2
    rows = table[(table["replicate"] == 0) & (table["target"] != "y03")]
    wide = rows.assign(upstream=table.groupby(["target", "template"])["upstream"].transform("mean")).pivot(
        index="target", columns="template", values="upstream"
    )
    alpha = 5 / 4 * (1 - wide.var().sum() / wide.sum(axis=1).var())
    assert found.values.reliability[0, 0] == pytest.approx(alpha)
    assert found.values.reliability[0, 1] == 1


@pytest.mark.parametrize(
    ("upstream", "prevalence", "verdict"),
    [(0.0, 0.8, "dataset"), (0.2, 0.0, "model"), (0.2, 0.8, "both")],
)
def test_what_is_planted_is_found(upstream: float, prevalence: float, verdict: str) -> None:
    table = study_table(3, upstream=upstream, prevalence=prevalence)
    found = analyze(table, analysis_settings())["verdicts"]
    assert list(found["verdict"]) == [verdict]


def test_a_prevalence_that_hardly_varies_is_no_cause() -> None:
    """The same table, and with prevalence squeezed to a hundredth: standardised slopes are the same, the verdict is not."""
    table = study_table(1, upstream=1.5)
    squeezed = table.assign(prevalence=0.5 + (table["prevalence"] - 0.5) / 100)
    whole, flat = (analyze(each, analysis_settings())["verdicts"].iloc[0] for each in (table, squeezed))
    assert whole["verdict"] == "both"
    assert flat["verdict"] == "model"
    assert "prevalence hardly varies over targets (relative spread 0.0" in flat["reason"]
    assert flat["dataset_estimate"] == pytest.approx(whole["dataset_estimate"])
    alone = study_table(1, upstream=0.0)
    squeezed = alone.assign(prevalence=0.5 + (alone["prevalence"] - 0.5) / 100)
    assert analyze(alone, analysis_settings())["verdicts"]["verdict"].iloc[0] == "dataset"
    assert analyze(squeezed, analysis_settings())["verdicts"]["verdict"].iloc[0] == "neither detected"


def test_rare_flags_vary() -> None:
    """Prevalences of .1 to 9 % differ by their factor, whatever the standard deviation."""
    table = study_table(1, upstream=0.0)
    rare = table.assign(prevalence=0.001 + 0.015 * table["prevalence"] ** 2)
    assert rare["prevalence"].std() < 0.02 * (1 - FLAT)
    assert analyze(rare, analysis_settings())["verdicts"]["verdict"].iloc[0] == "dataset"


def detections(
    name: str, studies: int, seed: int, *, slopes: tuple[float, float], shared: float, reliability: float
) -> np.ndarray:
    """Share of studies that detect the model and the dataset; bias, causes and families as in real comments."""
    random = np.random.default_rng(seed)
    families = np.repeat(np.arange(6), [15, 8, 8, 7, 4, 3])

    def values(within: float) -> np.ndarray:
        of_family = random.normal(size=(studies, 6))[:, families]
        return np.sqrt(within) * of_family + np.sqrt(1 - within) * random.normal(size=(studies, 45))

    prevalence, rest = values(shared), values(shared)
    upstream = 0.6 * prevalence + 0.8 * values(shared)
    error = np.sqrt(5 * (1 / reliability - 1)) * random.normal(size=(studies, 45, 5))
    of_target = ((error - error.mean(2, keepdims=True)) ** 2).sum(2) / 20
    measured = upstream + error.mean(2)
    bias = slopes[0] * upstream + slopes[1] * prevalence + rest
    controls = Controls(
        bias, np.stack([measured, prevalence], 2), np.stack([of_target, 0 * of_target], 2), np.zeros((studies, 45, 0)), families,
        bias.std(1),
    )  # fmt: skip
    return judge(ESTIMATORS[name].of(controls), 0.1).detected.mean(0)


def test_families_that_behave_alike_deceive_raw_slopes_and_not_those_within_families() -> None:
    settings = {"studies": 600, "seed": 1, "slopes": (0.0, 0.0), "shared": 0.5, "reliability": 1.0}
    assert detections("raw", **settings).max() > 0.11
    assert detections("families", **settings).max() <= 0.05
    settings["slopes"] = (0.6, 0.0)
    assert detections("families", **settings)[0] > 0.5


def test_error_of_upstream_bias_deceives_raw_slopes_and_not_corrected_ones() -> None:
    settings = {"studies": 600, "seed": 2, "slopes": (0.8, 0.0), "shared": 0.0, "reliability": 0.6}
    assert detections("raw", **settings)[1] > 0.15
    corrected = detections("corrected", **settings)
    assert corrected[1] <= 0.05
    assert corrected[0] > 0.4


def test_chances_are_those_of_the_rule_in_studies_of_the_same_kind() -> None:
    one = replace(drawn(6, 1), others=np.zeros((1, 28, 0)))
    found = Control(one, tuple(f"y{number}" for number in range(28)), tuple("abcd"[code] for code in FAMILIES))
    setting = Setting(0.4, np.zeros(28, bool), 0.8)
    slopes = {name: {"model": 0.5, "dataset": 0.2} for name in ESTIMATORS}
    verdicts = dict.fromkeys(ESTIMATORS, "model")
    table = chances(found, setting, 0.1, 400, 0, slopes, verdicts).set_index("estimator")
    studies = draw(one, setting, 400, np.random.default_rng(9))
    for name, estimator in ESTIMATORS.items():
        again = judged(studies, estimator, {"model": 0.5}, 0.1, {})
        assert table.loc[name, "model_power"] == pytest.approx(again.detected[:, 0].mean(), abs=0.12)
        assert table.loc[name, "model_chance"] == pytest.approx(table.loc[name, "model_power"], abs=1e-9)
        assert table.loc[name, "dataset_exaggeration"] > 1.2, "what is seldom detected is exaggerated"
        shares = verdict_shares(studies, estimator, slopes[name], 0.1, {})
        assert sum(shares.values()) == pytest.approx(1)
        assert table.loc[name, "verdict_chance"] == pytest.approx(shares["model"], abs=0.12)
        assert shares["both"] < shares["model"]
    assert table.loc["corrected_families", ["model_false", "dataset_false"]].max() < 0.07
    assert table.loc["raw", "dataset_false"] > table.loc["corrected_families", "dataset_false"]
    spread = studies.rest.var(axis=1, ddof=1).mean()
    assert spread == pytest.approx(0.64, abs=0.1)


def test_simulated_studies_have_the_reliability_and_the_correlation_of_the_real_one() -> None:
    one = replace(drawn(7, 1), others=np.zeros((1, 28, 0)), families=np.zeros(28, int))
    one.errors[..., 1] = 0
    studies = draw(one, Setting(0.0, np.zeros(28, bool), 1.0), 2000, np.random.default_rng(1))
    assert studies.controls.reliability[:, 0].mean() == pytest.approx(one.reliability[0, 0], abs=0.03)
    measured = studies.controls.causes
    assert measured[..., 0].var(1).mean() == pytest.approx(one.causes[0, :, 0].var(), rel=0.1)
    related = [np.corrcoef(each.T)[0, 1] for each in measured[:300]]
    assert np.mean(related) == pytest.approx(np.corrcoef(one.causes[0].T)[0, 1], abs=0.05)


def test_the_intraclass_correlation_is_that_of_an_analysis_of_variance() -> None:
    random = np.random.default_rng(0)
    families = np.repeat(["a", "b", "c", "d"], 8)
    values = random.normal(size=4).repeat(8) + random.normal(size=32)
    found, p = intraclass(values, families, 999, 0)
    between, within = sm.stats.anova_lm(
        sm.OLS.from_formula("v ~ C(f)", pd.DataFrame({"v": values, "f": families})).fit()
    )["mean_sq"]
    assert found == pytest.approx((between - within) / (between + 7 * within))
    expected = stats.f_oneway(*values.reshape(4, 8)).pvalue
    assert p == pytest.approx(expected, abs=0.03)
    assert np.isnan(intraclass(values, np.full(32, "a"), 9, 0)[0])


def test_the_verdict_turns_where_a_shared_error_would_explain_the_dataset() -> None:
    """Upstream bias alone acts, its measure has an error that templates share, and prevalence goes with it."""
    random = np.random.default_rng(3)
    true = random.normal(size=60)
    prevalence = 0.7 * true + np.sqrt(1 - 0.49) * random.normal(size=60)
    measured = true + 0.75 * random.normal(size=60)  # a reliability of .64
    bias = true + 0.3 * random.normal(size=60)
    values = Controls(
        bias[None], np.stack([measured, prevalence], 1)[None], np.zeros((1, 60, 2)), np.zeros((1, 60, 0)),
        np.zeros(60, int), np.array([bias.std()]),
    )  # fmt: skip
    found = Control(values, tuple(map(str, range(60))), (None,) * 60)
    verdict = judge(ESTIMATORS["raw"].of(values), 0.1).verdict[0]
    assert verdict == "both"
    assert 0.5 < turning_reliability(found, False, verdict, 0.1) < 0.95
    perfect = replace(values, causes=np.stack([true, random.normal(size=60)], 1)[None])
    assert judge(ESTIMATORS["raw"].of(perfect), 0.1).verdict[0] == "model"
    assert not turning_reliability(replace(found, values=perfect), False, "model", 0.1) > 0.5


def test_a_model_without_associations_is_not_named_and_does_not_hide_the_dataset() -> None:
    """All variation of upstream bias is error here, and small: corrected for it, no slope could be told."""
    random = np.random.default_rng(8)
    prevalence = random.uniform(0.1, 0.9, 30)
    rows = study_table(1, upstream=0.0)
    squeezed = rows.assign(upstream=rows["upstream"] - rows.groupby("target")["upstream"].transform("mean"))
    squeezed["upstream"] = 0.02 * squeezed["upstream"] / squeezed["upstream"].std()
    verdict = analyze(squeezed, analysis_settings())["verdicts"].iloc[0]
    assert verdict["verdict"] == "dataset"
    assert "upstream bias hardly varies over targets (relative spread 0.0" in verdict["reason"]
    assert set(flat_causes("pronoun_ranking", 0.02 * random.normal(size=30), prevalence)) == {"model"}
    assert set(flat_causes("negative_sentiment", 0.5 + 0.002 * random.normal(size=30), prevalence)) == {"model"}
    assert not flat_causes("pronoun_ranking", random.normal(size=30), prevalence)
    assert not flat_causes("a measure of my own", 0.002 * random.normal(size=30), prevalence)


def test_intervals_are_for_the_slope_in_units_of_these_targets() -> None:
    random = np.random.default_rng(1)
    for slope in (0.0, 0.8, 0.95):
        upstream, prevalence, rest = random.normal(size=(3, 1500, 28))
        bias = slope * upstream + np.sqrt(1 - slope**2) * rest
        drawn = Controls(
            bias, np.stack([upstream, prevalence], 2), np.zeros((1500, 28, 2)), np.zeros((1500, 28, 0)), np.zeros(28, int), bias.std(1)
        )  # fmt: skip
        found = judge(ESTIMATORS["raw"].of(drawn), 0.1)
        half = found.half * found.slopes.errors[:, 0]
        truth = slope * upstream.std(1) / bias.std(1)
        assert 0.93 < (np.abs(found.slopes.values[:, 0] - truth) <= half).mean() < 0.97
