"""Diagnostics, influence and contributions against R, statsmodels and the defining formulas."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.contributions import contributions
from biastransfer.analysis.design import design
from biastransfer.analysis.diagnostics import diagnose, influence, normality, reliability
from biastransfer.analysis.regression import estimate

from support.panels import designs, reference, samples, study_table
from support.settings import analysis_settings

FITS = {key: estimate(found) for key, found in designs().items()}


def of_r(quantity: str) -> pd.Series:
    table = reference()
    rows = (table["sample"] == "control") & (table["specification"] == "eq4") & (table["quantity"] == quantity)
    return table[rows].set_index("term")["value"]


@pytest.mark.parametrize("name", ["breusch_pagan", "white"])
def test_tests_of_unequal_variances_equal_those_of_r(name: str) -> None:
    found = diagnose(FITS["control", "eq4"]).set_index("diagnostic").loc[name]
    expected = of_r(name)
    assert found["statistic"] == pytest.approx(expected["statistic"], rel=1e-6)
    assert found["p"] == pytest.approx(expected["p"], rel=1e-6)
    assert found["df"] == expected.get("df", 6)


def test_shapiro_wilk_equals_that_of_r() -> None:
    found = diagnose(FITS["control", "eq4"]).set_index("diagnostic").loc["shapiro_wilk"]
    assert found["statistic"] == pytest.approx(of_r("shapiro_residuals")["statistic"], rel=1e-6)
    assert found["p"] == pytest.approx(of_r("shapiro_residuals")["p"], rel=1e-4)


def test_variance_inflation_equals_that_of_r() -> None:
    found = diagnose(FITS["control", "eq4"]).query("diagnostic == 'vif'").set_index("term")["statistic"]
    assert found.to_dict() == pytest.approx(of_r("vif").to_dict(), rel=1e-6)


def test_diagnostics_of_a_panel_are_those_of_the_demeaned_data() -> None:
    fit = FITS["all", "eq4"]
    found = diagnose(fit)
    assert set(found["diagnostic"]) == {"vif", "breusch_pagan", "white", "shapiro_wilk"}
    table = samples()["all"]
    within = table[["upstream", "prevalence"]] - table.groupby("run")[["upstream", "prevalence"]].transform("mean")
    dummies = pd.get_dummies(table["template"], drop_first=True, dtype=float)
    r2 = smf.ols("upstream ~ prevalence + t1 + t2 + t3 + t4", within.join(dummies)).fit().rsquared
    vif = found.query("diagnostic == 'vif'").set_index("term")["statistic"]
    assert vif["upstream"] == pytest.approx(1 / (1 - r2), rel=1e-6)


def test_cooks_distance_of_single_rows_equals_that_of_statsmodels_and_r() -> None:
    """A target of one row has the usual distance; a target's rows together are refitted without it."""
    table = samples()["control"]
    fit = estimate(
        design(
            table.assign(target=[f"row {row:03}" for row in range(len(table))]),
            ["upstream", "prevalence"],
            dummies="template",
        )
    )
    found = influence(fit).query("term == 'upstream'").sort_values("target")
    expected = smf.ols("outcome ~ upstream + prevalence + C(template)", table).fit()
    np.testing.assert_allclose(found["cook"], expected.get_influence().cooks_distance[0], rtol=1e-6)
    assert found["cook"].max() == pytest.approx(of_r("cook")["largest"], rel=1e-6)


def test_slopes_without_a_target_are_refitted() -> None:
    table = samples()["control"]
    found = influence(FITS["control", "eq4"]).set_index(["target", "term"])["without"]
    expected = smf.ols("outcome ~ upstream + prevalence + C(template)", table[table["target"] != "y11"]).fit().params
    for term in ("upstream", "prevalence"):
        assert found["y11", term] == pytest.approx(expected[term], rel=1e-6)


def test_normality_of_too_little_is_missing() -> None:
    assert np.isnan(normality(np.array([1.0, 2.0]))["p"])
    assert np.isnan(normality(np.ones(9))["p"])
    large = np.random.default_rng(0).normal(size=20_000)
    assert normality(large)["p"] > 0.01


@pytest.mark.filterwarnings("error")
def test_few_rows_have_no_white_test_but_the_others() -> None:
    table = samples()["control"].query("template == 't0'").head(7)
    found = diagnose(estimate(design(table, ["upstream", "prevalence", "mention_share"])))
    assert set(found["diagnostic"]) == {"vif", "breusch_pagan", "shapiro_wilk"}


def test_squares_that_are_constant_are_no_products() -> None:
    """Two balanced templates: the square of their demeaned dummy is a constant."""
    table = samples()["control"].query("template in ['t0', 't1']")
    found = diagnose(estimate(design(table, ["upstream", "prevalence"], dummies="template"))).set_index("diagnostic")
    assert found.loc["white", "df"] == 8  # three slopes, two squares, three products


def test_shapley_shares_add_up_and_partial_r2_is_that_of_two_fits() -> None:
    fit = FITS["means", "model_target"]
    found = contributions(fit).set_index("term")
    assert found["shapley"].sum() == pytest.approx(fit.numbers["r2_within"], rel=1e-9)
    table = samples()["means"]
    within = table[["upstream", "prevalence", "outcome"]] - table.groupby("run")[
        ["upstream", "prevalence", "outcome"]
    ].transform("mean")
    r2 = {
        terms: smf.ols(f"outcome ~ {terms} - 1", within).fit().ssr
        for terms in ("upstream", "prevalence", "upstream + prevalence")
    }
    assert found.loc["upstream", "partial_r2"] == pytest.approx(
        1 - r2["upstream + prevalence"] / r2["prevalence"], rel=1e-9
    )
    total = float((within["outcome"] ** 2).sum())
    alone, last = 1 - r2["upstream"] / total, (r2["prevalence"] - r2["upstream + prevalence"]) / total
    assert found.loc["upstream", "shapley"] == pytest.approx((alone + last) / 2, rel=1e-9)


def test_cronbachs_alpha_is_that_of_its_formula() -> None:
    """k/(k−1) (1 − tr C / Σ C), and one where templates agree but for their level."""
    random = np.random.default_rng(0)
    scores = random.normal(size=(28, 1)) + 0.7 * random.normal(size=(28, 5))
    covariance = np.cov(scores.T)
    assert reliability(scores) == pytest.approx(5 / 4 * (1 - np.trace(covariance) / covariance.sum()))
    assert reliability(scores[:, :1] + np.arange(5.0)) == pytest.approx(1)
    assert np.isnan(reliability(scores[:, :1]))
    assert np.isnan(reliability(np.where(scores > 2, np.nan, scores)))


def test_bias_without_noise_has_no_partial_r2() -> None:
    table = samples()["means"].query("run == 'm00'")
    exact = contributions(
        estimate(design(table.assign(outcome=2 * table["prevalence"]), ["upstream", "prevalence"]))
    ).set_index("term")
    assert np.isnan(exact.loc["upstream", "partial_r2"])
    assert exact.loc["prevalence", "partial_r2"] == pytest.approx(1)


def test_dummies_are_in_the_r2_but_no_term() -> None:
    fit = FITS["all", "eq4"]
    found = contributions(fit)
    assert list(found["term"]) == ["upstream", "prevalence"]
    assert found["shapley"].sum() <= fit.numbers["r2_within"] + 1e-9


def test_upstream_measures_of_one_task_have_their_correlation() -> None:
    table = study_table(3, kind="flag_by_mention")
    other = table.assign(upstream_measure="identity_ranking", upstream=np.sin(3 * table["upstream"]))
    found = analyze(pd.concat([table, other], ignore_index=True), analysis_settings())["diagnostics"]
    rows = found[found["diagnostic"] == "agreement_of_measures"].set_index(["upstream_measure", "term"])["statistic"]
    control = table[table["model"] == "pretrained"].groupby("target")["upstream"]
    expected = np.corrcoef(control.mean(), control.apply(lambda scores: np.sin(3 * scores).mean()))[0, 1]
    assert rows.to_dict() == pytest.approx(
        {("negative_sentiment", "identity_ranking"): expected, ("identity_ranking", "negative_sentiment"): expected}
    )
    assert "agreement_of_measures" not in set(analyze(table, analysis_settings())["diagnostics"]["diagnostic"])
