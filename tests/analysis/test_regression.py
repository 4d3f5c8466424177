"""Estimates, R², F and every kind of errors against R (plm, sandwich, lmtest) and linearmodels, to 1e-6 relative."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels.panel import PanelOLS

from biastransfer.analysis.design import design
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.standard_errors import KINDS, inference, two_way, without_each
from biastransfer.analysis.wild_bootstrap import wild_cluster_p

from support.panels import designs, reference, samples

FITS = {key: estimate(found) for key, found in designs().items()}
REFERENCE = reference()


def of_r(sample: str, specification: str, quantity: str) -> pd.Series:
    """R's values by term."""
    keys = (REFERENCE["sample"], REFERENCE["specification"], REFERENCE["quantity"])
    wanted = np.logical_and.reduce(
        [key == value for key, value in zip(keys, (sample, specification, quantity), strict=True)]
    )
    return REFERENCE[wanted].set_index("term")["value"]


@pytest.mark.parametrize("key", FITS, ids="-".join)
def test_slopes_equal_those_of_r(key: tuple[str, str]) -> None:
    fit, expected = FITS[key], of_r(*key, "estimate")
    found = pd.Series(fit.params, fit.design.names)
    found = fit.estimates.combine_first(found)
    assert len(expected) >= 2
    np.testing.assert_allclose(found[expected.index], expected, rtol=1e-6)


@pytest.mark.parametrize("key", [key for key in FITS if key != ("means", "target_effects")], ids="-".join)
def test_r_squared_f_and_degrees_of_freedom_equal_those_of_r(key: tuple[str, str]) -> None:
    numbers, r2, df = FITS[key].numbers, of_r(*key, "r2"), of_r(*key, "df")
    assert numbers["r2_within"] == pytest.approx(r2["rsq"], rel=1e-6)
    assert numbers["r2_adjusted"] == pytest.approx(r2["adjrsq"], rel=1e-6)
    assert numbers["f"] == pytest.approx(of_r(*key, "f")[""], rel=1e-6)
    assert (numbers["df1"], numbers["df2"]) == (df["df1"], df["df2"])


def test_a_second_absorbed_effect_leaves_the_residuals_of_r() -> None:
    fit = FITS["means", "target_effects"]
    assert fit.results.ssr == pytest.approx(of_r("means", "target_effects", "ssr")[""], rel=1e-6)


@pytest.mark.parametrize(("key", "kind"), [
    pytest.param(key, kind, id="-".join((*key, kind))) for key, kind in product(FITS, KINDS) if len(of_r(*key, kind))
])  # fmt: skip
def test_errors_equal_those_of_r(key: tuple[str, str], kind: str) -> None:
    fit, expected = FITS[key], of_r(*key, kind)
    columns = fit.design.slopes.columns
    found = pd.Series(np.sqrt(np.diag(KINDS[kind].covariance(fit))), columns)
    slopes = expected.drop("const", errors="ignore")
    np.testing.assert_allclose(found[slopes.index], slopes, rtol=1e-6)
    if "const" in expected and kind == "lsdv_hc3":
        constant = inference(fit, kind).set_index("term").loc["const", "se"]
        assert constant == pytest.approx(expected["const"], rel=1e-6)


def test_every_kind_of_errors_is_compared() -> None:
    compared = set(REFERENCE["quantity"]) & set(KINDS)
    assert compared == set(KINDS) - {"two_way"}, "its parts are R's; it is held against refits below"
    white1, arellano, hc3 = (of_r("all", "eq4", kind)["upstream"] for kind in ("white1", "arellano", "lsdv_hc3"))
    assert len({round(value, 5) for value in (white1, arellano, hc3)}) == 3, "three different numbers"


@pytest.mark.parametrize("kind", ["lsdv_hc3", "white1"])
@pytest.mark.parametrize(
    "key", [("all", "eq4"), ("control", "within_templates"), ("control", "intermediate")], ids="-".join
)
def test_p_values_equal_those_of_lmtest(key: tuple[str, str], kind: str) -> None:
    found = inference(FITS[key], kind).set_index("term")["p"]
    expected = of_r(*key, f"{kind} p")[found.index]
    np.testing.assert_allclose(found, expected, rtol=1e-4)  # far in the tail, t of 40 has a relative error of its own


def test_linearmodels_agrees() -> None:
    table, fit = samples()["gaps"], FITS["gaps", "eq4"]
    dummies = pd.get_dummies(table["template"], drop_first=True, dtype=float)
    regressors = pd.concat([table[["upstream", "prevalence"]], dummies], axis=1)
    index = pd.MultiIndex.from_arrays([table["run"], range(len(table))])
    clusters = pd.DataFrame({"target": pd.factorize(table["target"])[0]}, index)
    model = PanelOLS(pd.Series(table["outcome"].to_numpy(), index), regressors.set_index(index), entity_effects=True)
    plain = model.fit(cov_type="unadjusted")
    clustered = model.fit(cov_type="clustered", clusters=clusters, group_debias=True, count_effects=True)
    assert fit.numbers["r2_within"] == pytest.approx(plain.rsquared_within, rel=1e-9)
    assert fit.numbers["f"] == pytest.approx(plain.f_statistic.stat, rel=1e-6)
    found = inference(fit, "crv1_target").set_index("term")
    for term in ("upstream", "prevalence"):
        assert found.loc[term, "estimate"] == pytest.approx(plain.params[term], rel=1e-9)
        n, k = len(table), fit.design.matrix.shape[1]
        ratio = clustered.std_errors[term] / found.loc[term, "se"]
        assert ratio == pytest.approx(np.sqrt(n / (n - k) / ((n - 1) / (n - k))), rel=2e-3), (
            "but for its small-sample factor"
        )


def test_the_jackknife_is_that_of_refitting_without_each_target() -> None:
    for key in (("gaps", "eq4"), ("means", "target_effects")):
        fit = FITS[key]
        found = without_each(fit, fit.design.targets)[list(fit.design.slopes.columns)]
        table = samples()["gaps" if key[0] == "gaps" else "means"]
        for target in ("y00", "y17"):
            rest = table[table["target"] != target]
            formula = "outcome ~ upstream + prevalence + C(run)" + (
                " + C(template)" if key[0] == "gaps" else " + C(target)"
            )
            expected = smf.ols(formula, rest).fit().params[["upstream", "prevalence"]]
            np.testing.assert_allclose(found.loc[target, ["upstream", "prevalence"]], expected, rtol=1e-6)


def naive_wild_p(table: pd.DataFrame, term: str, other: str) -> float:
    """All sign vectors, each refitted from the formula with statsmodels' own clustered errors."""
    formula = "outcome ~ upstream + prevalence + C(run)"
    clusters = pd.factorize(table["target"])[0]
    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    observed = abs(smf.ols(formula, table).fit(**clustered).tvalues[term])
    restricted = smf.ols(f"outcome ~ {other} + C(run)", table).fit()
    drawn = []
    for signs in product((1, -1), repeat=clusters.max() + 1):
        values = restricted.fittedvalues + restricted.resid * np.array(signs)[clusters]
        drawn.append(abs(smf.ols(formula, table.assign(outcome=values)).fit(**clustered).tvalues[term]))
    return float((np.array(drawn) >= observed * (1 - 1e-10)).mean())


@pytest.mark.parametrize(("term", "other"), [("upstream", "prevalence"), ("prevalence", "upstream")])
def test_wild_bootstrap_equals_brute_force_enumeration(term: str, other: str) -> None:
    table = samples()["means"]
    few = table[
        table["target"].isin([f"y{number:02}" for number in range(7)]) & table["run"].isin(["m00", "m03", "m06"])
    ]
    few = few[~((few["target"] == "y02") & (few["run"] == "m03"))]
    fit = estimate(design(few, ["upstream", "prevalence"], absorbed=["run"]))
    expected = naive_wild_p(few, term, other)
    assert 0 < expected < 1
    assert wild_cluster_p(fit, term) == pytest.approx(expected, abs=1e-12)


def test_drawn_wild_weights_approach_the_enumeration(monkeypatch) -> None:
    table = samples()["means"]
    few = table[table["target"].isin([f"y{number:02}" for number in range(10)])]
    fit = estimate(design(few, ["upstream", "prevalence"], absorbed=["run"]))
    exact = wild_cluster_p(fit, "upstream")
    monkeypatch.setattr("biastransfer.analysis.wild_bootstrap.ENUMERATED", 0)
    drawn = wild_cluster_p(fit, "upstream", draws=9999, seed=1)
    assert drawn == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 9999) + 1e-4)
    assert drawn == wild_cluster_p(fit, "upstream", draws=9999, seed=1)


def test_a_regressor_that_does_not_vary_is_dropped_and_named() -> None:
    table = samples()["gaps"].assign(upstream=0.0)
    found = design(table, ["upstream", "prevalence"], dummies="template", absorbed=["run"])
    assert found.dropped == ("upstream",)
    assert found.terms == ("prevalence",)
    assert estimate(found).numbers["df1"] == 5


def test_collinear_regressors_are_dropped_and_named() -> None:
    table = samples()["control"]
    found = design(table.assign(prevalence=2 * table["upstream"] + 1), ["upstream", "prevalence"], dummies="template")
    assert found.dropped == ("prevalence",)


def test_what_is_constant_within_targets_is_dropped_with_target_effects() -> None:
    table = samples()["means"]
    fixed = table.assign(prevalence=table.groupby("target")["prevalence"].transform("first"))
    found = design(fixed, ["upstream", "prevalence"], absorbed=["run", "target"])
    assert found.dropped == ("prevalence",)
    assert np.linalg.matrix_rank(found.matrix) == found.matrix.shape[1]


def test_standardised_slopes_do_not_depend_on_what_is_absorbed() -> None:
    """The scale is the spread between the targets of a model, also where targets are absorbed."""
    one, other = FITS["means", "model_target"].design.spread, FITS["means", "target_effects"].design.spread
    assert one == pytest.approx(other)
    plain = samples()["means"].query("run == 'm00'")
    found = inference(estimate(design(plain, ["upstream", "prevalence"])), "lsdv_hc3").set_index("term")
    z = (plain[["upstream", "prevalence", "outcome"]] - plain.mean(numeric_only=True)) / plain.std(numeric_only=True)
    expected = smf.ols("outcome ~ upstream + prevalence", z).fit().params
    assert found.loc["prevalence", "standardised"] == pytest.approx(expected["prevalence"], rel=1e-9)


def test_hopeless_errors_are_missing_in_any_units() -> None:
    """A regressor that is zero for all rows but one fits that row: its residual is rounding, and it hangs on one target."""
    table = samples()["means"].query("run == 'm00'")
    for size in (1.0, 3.0, 1e-3):
        single = table.assign(upstream=np.where(table["target"] == "y05", size, 0.0))
        fit = estimate(design(single, ["upstream", "prevalence"]))
        for kind in ("lsdv_hc3", "crv3_target"):
            found = inference(fit, kind).set_index("term")
            assert np.isnan(found.loc["upstream", "se"]), kind
            assert np.isfinite(found.loc["upstream", "estimate"])
        assert np.isfinite(inference(fit, "crv3_target").set_index("term").loc["prevalence", "se"])
        assert without_each(fit, fit.design.targets)["upstream"].isna().sum() == 1


def test_errors_by_model_need_two_models() -> None:
    assert inference(FITS["control", "eq4"], "arellano").empty
    assert len(inference(FITS["all", "eq4"], "arellano")) == 2


def test_errors_by_target_and_run_are_those_of_both_jackknives() -> None:
    """Leaving out each target and each run by refitting, less HC3; never below either."""
    fit = FITS["means", "model_target"]
    table, whole = samples()["means"], fit.estimates.to_numpy()
    parts = []
    for column in ("target", "run"):
        names = sorted(set(table[column]))
        each = [
            estimate(design(table[table[column] != name], ["upstream", "prevalence"], absorbed=["run"])).estimates
            for name in names
        ]
        apart = np.array(each) - whole
        parts.append((len(names) - 1) / len(names) * np.diag(apart.T @ apart))
    expected = np.maximum(np.add(*parts) - np.diag(KINDS["white1"].covariance(fit)), np.maximum(*parts))
    np.testing.assert_allclose(np.diag(two_way(fit)), expected, rtol=1e-8)
    assert KINDS["two_way"].degrees(fit) == 12


def interventions(seed: int, acts: float, chance: float, damage: bool) -> pd.DataFrame:
    """13 models: each halves, doubles or turns its upstream bias; by chance they differ in their slopes on prevalence, or in scale."""
    random = np.random.default_rng(seed)
    own, prevalence = random.normal(size=(2, 28))
    association = 0.6 * prevalence + 0.45 * own + 0.66 * random.normal(size=28)
    scale = random.uniform(0.3, 1, 13) if damage else np.ones(13)
    strength = scale if damage else random.uniform(-0.5, 1, 13)
    upstream = strength[:, None] * association + 0.3 * random.normal(size=(13, 28))
    slopes = chance * random.normal(size=13)
    bias = scale[:, None] * own + slopes[:, None] * prevalence + acts * upstream + 0.2 * random.normal(size=(13, 28))
    run, target = np.indices(bias.shape).reshape(2, -1)
    rows = pd.DataFrame({"run": run, "target": target, "upstream": upstream.ravel(), "outcome": bias.ravel()})
    return rows.assign(profile=rows.groupby("target")["outcome"].transform("mean"))


@pytest.mark.parametrize(("chance", "damage"), [(0.2, False), (0.0, True)])
def test_interventions_that_do_nothing_are_seldom_said_to_act(chance: float, damage: bool) -> None:
    """By target alone, and without the scale of runs, many such studies would find an effect."""
    plain, careful = [], []
    for seed in range(60):
        table = interventions(seed, 0.0, chance, damage)
        first = estimate(design(table, ["upstream"], absorbed=["run", "target"]))
        plain.append(inference(first, "crv3_target")["p"].item() < 0.05)
        scaled = estimate(design(table, ["upstream"], absorbed=["run", "target"], scaled="profile"))
        careful.append(inference(scaled, "two_way")["p"].item() < 0.05)
    assert np.mean(plain) > 0.15
    assert np.sum(careful) <= 7


def test_interventions_that_act_are_found() -> None:
    found = [
        inference(
            estimate(
                design(interventions(seed, 0.3, 0.1, False), ["upstream"], absorbed=["run", "target"], scaled="profile")
            ),
            "two_way",
        ).iloc[0]
        for seed in range(20)
    ]
    assert np.mean([row["p"] < 0.05 for row in found]) > 0.9
    assert np.mean([row["estimate"] for row in found]) == pytest.approx(0.3, abs=0.05)
