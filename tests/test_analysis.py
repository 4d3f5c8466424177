"""The regressions against linearmodels and statsmodels' formulas, the correlations against scipy."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from linearmodels.panel import PanelOLS
from scipy import stats

from biastransfer.analysis.correlation import correlate
from biastransfer.analysis.outcome import OUTCOMES
from biastransfer.analysis.regression import eq4, per_target
from biastransfer.analysis.tables import correlations, regressions


def panel(models: int, targets: int = 28, templates: int = 5, seed: int = 0) -> pd.DataFrame:
    """Rows of Eq. 4 with known effects: the outcome is copied over the templates."""
    random = np.random.default_rng(seed)
    prevalence = random.uniform(0.1, 0.9, targets)
    rows = []
    for model in range(models):
        upstream = random.normal(size=(targets, templates)) + random.normal(size=(targets, 1))
        outcome = 0.2 * upstream.mean(1) + 1.5 * prevalence + 0.3 * model + 0.2 * random.normal(size=targets)
        rows += [
            (f"m{model}", f"y{y}", f"t{t}", upstream[y, t], prevalence[y], outcome[y])
            for y in range(targets)
            for t in range(templates)
        ]
    return pd.DataFrame(rows, columns=["model", "target", "template", "upstream", "prevalence", "outcome"])


def fit(table: pd.DataFrame):
    return eq4(table["outcome"].to_numpy(), table[["upstream", "prevalence"]], table["template"], table["model"])


def test_one_model_equals_ordinary_least_squares() -> None:
    table = panel(1)
    expected = smf.ols("outcome ~ upstream + prevalence + C(template)", table).fit()
    robust = expected.get_robustcov_results("HC3", use_t=True)
    found = fit(table)
    slopes = found.slopes.set_index("term")
    names = dict(zip(expected.model.exog_names, robust.bse, strict=True))
    for term in ("upstream", "prevalence"):
        assert slopes.loc[term, "estimate"] == pytest.approx(expected.params[term], rel=1e-9)
        assert slopes.loc[term, "se"] == pytest.approx(names[term], rel=1e-9)
    assert slopes.loc["const", "estimate"] == pytest.approx(expected.params["Intercept"], rel=1e-9)
    numbers = found.numbers
    assert numbers["r2_within"] == pytest.approx(expected.rsquared, rel=1e-9)
    assert numbers["r2_adjusted"] == pytest.approx(expected.rsquared_adj, rel=1e-9)
    assert numbers["f"] == pytest.approx(expected.fvalue, rel=1e-9)
    assert (numbers["n_obs"], numbers["df1"], numbers["df2"]) == (140, 6, 133)


def test_several_models_equal_a_within_estimator() -> None:
    table = panel(13)
    found = fit(table)
    dummies = pd.get_dummies(table["template"], drop_first=True, dtype=float)
    regressors = pd.concat([table[["upstream", "prevalence"]], dummies], axis=1)
    index = pd.MultiIndex.from_arrays([table["model"], range(len(table))])
    live = PanelOLS(
        pd.Series(table["outcome"].to_numpy(), index), regressors.set_index(index), entity_effects=True
    ).fit(cov_type="unadjusted")
    slopes = found.slopes.set_index("term")
    for term in ("upstream", "prevalence"):
        assert slopes.loc[term, "estimate"] == pytest.approx(live.params[term], rel=1e-9)
    numbers = found.numbers
    assert numbers["r2_within"] == pytest.approx(live.rsquared_within, rel=1e-9)
    assert numbers["f"] == pytest.approx(live.f_statistic.stat, rel=1e-6)
    assert (numbers["df1"], numbers["df2"]) == (6, 1820 - 13 - 6)


def test_standard_errors_are_hc3_of_the_dummy_regression() -> None:
    """Written from MacKinnon & White (1985): (X'X)⁻¹ X' diag(e²/(1−h)²) X (X'X)⁻¹."""
    table = panel(4)
    x = np.column_stack(
        [
            table[["upstream", "prevalence"]],
            pd.get_dummies(table["template"], drop_first=True, dtype=float),
            pd.get_dummies(table["model"], dtype=float),
        ]
    )
    inverse = np.linalg.inv(x.T @ x)
    residual = table["outcome"] - x @ inverse @ x.T @ table["outcome"]
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    meat = (x.T * (residual.to_numpy() / (1 - leverage)) ** 2) @ x
    expected = np.sqrt(np.diag(inverse @ meat @ inverse))[:2]
    np.testing.assert_allclose(fit(table).slopes["se"], expected, rtol=1e-9)


def test_printed_columns_of_the_paper_have_this_f(real_data) -> None:
    """F = (R²/k) / ((1−R²)/df2) and adj. R² = 1 − (1−R²)(N−1)/df2 give the printed ones within rounding."""
    printed = pd.read_csv(real_data / "published" / "regressions.csv").drop_duplicates(["table", "printed_column"])
    assert len(printed) == 30
    for row in printed.itertuples():
        f = [(r2 / row.df1) / ((1 - r2) / row.df2) for r2 in (row.r2 - 0.0005, row.r2 + 0.0005)]
        assert f[0] - 0.001 <= row.f_stat <= f[1] + 0.001


def test_a_regressor_that_does_not_vary_is_dropped_and_named() -> None:
    table = panel(2).assign(upstream=0.0)
    found = fit(table)
    assert found.numbers["dropped"] == ["upstream"]
    assert list(found.slopes["term"]) == ["prevalence"]
    assert found.numbers["df1"] == 5


def test_collinear_regressors_are_dropped_and_named() -> None:
    table = panel(1)
    table["prevalence"] = 2 * table["upstream"] + 1
    assert fit(table).numbers["dropped"] == ["prevalence"]


def test_per_target_has_one_row_per_target_and_covers_the_truth() -> None:
    covered = 0
    for seed in range(60):
        slopes = per_target(panel(1, seed=seed), "outcome", ["upstream", "prevalence"], ["one"] * 140)
        assert slopes.numbers["n_obs"] == 28
        row = slopes.slopes.set_index("term").loc["prevalence"]
        covered += row["low"] <= 1.5 <= row["high"]
    assert covered >= 51, "the 95 % interval should cover the truth in about 57 of 60 draws"


def test_correlations_equal_scipy() -> None:
    random = np.random.default_rng(1)
    a = pd.Series(random.normal(size=30), [f"y{i}" for i in range(30)])
    b = (a + random.normal(size=30)).iloc[5:]
    found = correlate(a, b)
    assert found["n"] == 25
    assert found["pearson"] == pytest.approx(stats.pearsonr(a.iloc[5:], b).statistic)
    assert found["kendall"] == pytest.approx(stats.kendalltau(a.iloc[5:], b).statistic)
    half = 1.959963984540054 / np.sqrt(22)
    assert found["pearson_high"] == pytest.approx(np.tanh(np.arctanh(found["pearson"]) + half))
    assert found["mean_shift"] == pytest.approx(float((b - a.iloc[5:]).mean()))


def test_a_constant_has_no_correlation() -> None:
    assert np.isnan(correlate(pd.Series([1.0] * 9), pd.Series(range(9), dtype=float))["pearson"])


def bias_table() -> pd.DataFrame:
    """A bias.parquet of two models and one task, small but complete."""
    rows = panel(3).rename(columns={"outcome": "tpr_ratio"})
    rows["tpr_ratio"] = np.exp(rows["tpr_ratio"] - 1)
    rows["model"] = rows["model"].map({"m0": "pretrained", "m1": "gaussian_noise-s1-t0", "m2": "random_init-t0"})
    groups = {"pretrained": ["pretrained", "noise"], "gaussian_noise-s1-t0": ["noise"], "random_init-t0": ["random"]}
    return rows.assign(
        task="bios", trainset="original", replicate=0, upstream_measure="pronoun_ranking",
        groups=rows["model"].map(groups), fpr=np.nan, probability_gap=0.1 * rows["upstream"], small_cell=False,
        failed_to_learn=False, mention_share=np.nan,
    )  # fmt: skip


def test_every_treatment_group_has_both_specifications() -> None:
    slopes, numbers = regressions(bias_table())
    assert set(zip(numbers["group"], numbers["specification"], strict=True)) == {
        (group, specification) for group in ("pretrained", "noise", "random") for specification in ("eq4", "per_target")
    }
    assert numbers.set_index(["group", "specification"]).loc[("noise", "eq4"), "n_models"] == 2
    assert set(slopes["term"]) == {"upstream", "prevalence", "const"}


def test_small_cells_and_failed_runs_are_left_out_and_counted() -> None:
    table = bias_table()
    table.loc[table["target"] == "y3", "small_cell"] = True
    table.loc[table["model"] == "gaussian_noise-s1-t0", "failed_to_learn"] = True
    _, numbers = regressions(table)
    noise = numbers.set_index(["group", "specification"]).loc[("noise", "eq4")]
    assert (noise["n_obs"], noise["rows_left_out"]) == (135, 145)


def test_every_run_is_compared_with_the_control() -> None:
    found = correlations(bias_table())
    assert set(found["comparison"]) == {
        "control, upstream", "control, downstream", "control, probability gap", "upstream, downstream",
        "prevalence, downstream",
    }  # fmt: skip
    assert set(found[found["comparison"] == "control, downstream"]["model"]) == {
        "gaussian_noise-s1-t0",
        "random_init-t0",
    }


def test_outcomes_are_those_of_the_paper() -> None:
    assert OUTCOMES["label_by_group"].log
    assert not OUTCOMES["flag_by_mention"].log


def test_targets_that_are_missing_in_some_runs_carry_no_run_effects() -> None:
    """Bias that depends on the run alone goes with nothing, also where rare targets are missing in extreme runs."""
    random = np.random.default_rng(0)
    found, naive = [], []
    for _ in range(60):
        rows = [
            {"target": f"t{target:02}", "run": run, "y": run + 0.1 * random.normal(), "x": target}
            for target in range(30)
            for run in range(10)
            if target >= 3 * run
        ]
        table = pd.DataFrame(rows)
        found.append(per_target(table, "y", ["x"], table["run"]).slopes["p"].iloc[0])
        naive.append(per_target(table, "y", ["x"], ["all"] * len(table)).slopes["p"].iloc[0])
    assert np.mean(np.array(naive) < 0.05) == 1
    assert np.mean(np.array(found) < 0.05) < 0.15


def test_without_missing_targets_run_effects_change_no_slope() -> None:
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        [{"target": t, "run": r, "y": random.normal() + r, "x": random.normal()} for t in range(20) for r in range(4)]
    )
    one, other = (per_target(table, "y", ["x"], runs).slopes for runs in (table["run"], ["all"] * 80))
    assert one["estimate"].to_numpy() == pytest.approx(other["estimate"].to_numpy(), rel=1e-10)
    assert one["se"].to_numpy() == pytest.approx(other["se"].to_numpy(), rel=1e-10)
