"""Correlations against scipy, statsmodels and R; their resampling against slower code of others."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from biastransfer.analysis.comparisons import correlations
from biastransfer.analysis.correlation import correlate, resample

from support.panels import reference, samples, study_table


@pytest.fixture(scope="module")
def pair() -> tuple[pd.Series, pd.Series]:
    """The bias of two models over the targets, as in reference.R."""
    means = samples()["means"].set_index("target")
    return means[means["run"] == "m00"]["outcome"], means[means["run"] == "m01"]["outcome"]


def of_r(quantity: str) -> pd.Series:
    table = reference()
    return table[(table["sample"] == "pair") & (table["quantity"] == quantity)].set_index("term")["value"]


def test_correlations_equal_those_of_r(pair) -> None:
    found, pearson, kendall = correlate(*pair), of_r("pearson"), of_r("kendall")
    assert found["n"] == 28
    for name, key in (("pearson", "estimate"), ("pearson_p", "p"), ("pearson_low", "low"), ("pearson_high", "high")):
        assert found[name] == pytest.approx(pearson[key], rel=1e-6)
    assert found["kendall"] == pytest.approx(kendall["estimate"], rel=1e-6)
    assert found["kendall_p"] == pytest.approx(kendall["p"], rel=1e-6)
    assert found["lin"] == pytest.approx(of_r("lin")["estimate"], rel=1e-6)


def test_equivalence_equals_two_one_sided_tests_of_r(pair) -> None:
    found, expected = resample(*pair, resamples=99, margin=0.2, seed=0), of_r("equivalence")
    assert found["margin"] == pytest.approx(expected["margin"], rel=1e-6)
    assert found["equivalence_p"] == pytest.approx(expected["p"], rel=1e-6)


def test_bootstrap_intervals_are_those_of_scipy(pair) -> None:
    """BCa over resampled targets; scipy draws its own samples, so both are near a common limit."""
    found = resample(*pair, resamples=20_000, margin=0.2, seed=0)
    data = [series.sort_index().to_numpy() for series in pair]
    statistics = {
        "pearson": lambda a, b: stats.pearsonr(a, b).statistic,
        "kendall": lambda a, b: stats.kendalltau(a, b).statistic,
    }
    for name, statistic in statistics.items():
        expected = stats.bootstrap(
            data, statistic, paired=True, vectorized=False, n_resamples=3000, rng=np.random.default_rng(1)
        ).confidence_interval
        assert found[f"{name}_boot_low"] == pytest.approx(expected.low, abs=0.02)
        assert found[f"{name}_boot_high"] == pytest.approx(expected.high, abs=0.02)


def test_permutation_p_is_that_of_scipy() -> None:
    random = np.random.default_rng(4)
    a = pd.Series(random.normal(size=12), range(12))
    b = 0.5 * a + random.normal(size=12)
    found = resample(a, b, resamples=20_000, margin=0.2, seed=0)["permutation_p"]
    expected = stats.permutation_test(
        (a.to_numpy(),), lambda x: stats.pearsonr(x, b).statistic, permutation_type="pairings", n_resamples=20_000,
        rng=np.random.default_rng(1), vectorized=False,
    ).pvalue  # fmt: skip
    assert 0.01 < expected < 0.9
    assert found == pytest.approx(expected, abs=0.012)


def test_ties_and_weights_of_the_bootstrap_statistics() -> None:
    """Each bootstrap statistic equals that of the repeated rows."""
    from biastransfer.analysis.correlation import _weighted, lin

    random = np.random.default_rng(2)
    a, b = random.integers(0, 6, 20).astype(float), random.normal(size=20)
    weights = random.multinomial(20, np.full(20, 0.05), size=5).astype(float)
    for row, name in [(row, name) for row in weights for name in ("pearson", "kendall", "lin")]:
        x, y = np.repeat(a, row.astype(int)), np.repeat(b, row.astype(int))
        expected = {
            "pearson": lambda x, y: stats.pearsonr(x, y).statistic,
            "kendall": lambda x, y: stats.kendalltau(x, y).statistic,
            "lin": lin,
        }[name](x, y)
        assert _weighted(a, b, name, row[None])[0] == pytest.approx(expected, abs=1e-12)


def test_only_targets_that_both_have_are_compared_whatever_their_order() -> None:
    random = np.random.default_rng(1)
    a = pd.Series(random.normal(size=30), [f"y{i}" for i in range(30)])
    b = (a + random.normal(size=30)).iloc[5:].sample(frac=1, random_state=1)
    found = correlate(a, b)
    assert found["n"] == 25
    assert found["pearson"] == pytest.approx(stats.pearsonr(a.iloc[5:], b.reindex(a.index[5:])).statistic)
    assert found["mean_shift"] == pytest.approx(float((b - a).mean()))


@pytest.mark.filterwarnings("error")
def test_what_has_no_spread_has_no_correlation_and_says_so() -> None:
    constant, line = pd.Series([1.0] * 9), pd.Series(range(9), dtype=float)
    assert np.isnan(correlate(constant, line)["pearson"])
    assert np.isnan(resample(constant, line, resamples=99, margin=0.2, seed=0)["permutation_p"])
    same = resample(line, line, resamples=99, margin=0.2, seed=0)
    assert same["equivalence_p"] == 0
    shifted = correlate(line, line + 3)
    assert shifted["pearson"] == pytest.approx(1)
    assert shifted["lin"] < 0.7
    assert shifted["mean_shift"] == pytest.approx(3)


@pytest.fixture(scope="module")
def compared() -> pd.DataFrame:
    return correlations(study_table(), resamples=199, margin=0.2, seed=0)


def test_every_condition_is_compared_with_the_control_averaged_and_run_by_run(compared) -> None:
    downstream = compared[compared["comparison"] == "control, downstream"]
    mean = downstream[downstream["unit"] == "mean"].set_index("condition")
    assert dict(mean["runs"]) == {"gaussian_noise 1": 2, "random_init": 2}
    runs = downstream[downstream["unit"] == "run"]
    assert len(runs) == 4
    for condition, part in runs.groupby("condition"):
        assert mean.loc[condition, "pearson_of_runs"] == pytest.approx(part["pearson"].mean())


def test_averages_are_of_biases_not_of_correlations(compared) -> None:
    table = study_table().query("template == 't0'")
    wide = table.assign(log=np.log(table["tpr_ratio"])).pivot(index="target", columns="model", values="log")
    expected = wide["pretrained"].corr(wide[["random_init-t0", "random_init-t1"]].mean(axis=1))
    rows = compared[(compared["comparison"] == "control, downstream") & (compared["unit"] == "mean")]
    assert rows.set_index("condition").loc["random_init", "pearson"] == pytest.approx(expected)


def test_holm_is_that_of_statsmodels_within_a_comparison(compared) -> None:
    mean = compared[(compared["unit"] == "mean") & (compared["comparison"] == "control, upstream")]
    assert len(mean) == 2
    np.testing.assert_allclose(mean["kendall_holm_p"], multipletests(mean["kendall_p"], method="holm")[1])
    p = pd.Series([0.04, 0.001, np.nan, 0.03, 0.5])
    from biastransfer.analysis.comparisons import _holm

    np.testing.assert_allclose(_holm(p).dropna(), multipletests(p.dropna(), method="holm")[1])


def test_an_intervention_on_the_data_has_no_upstream_comparison() -> None:
    runs = {"pretrained": ["pretrained"], "pretrained/rebalanced-under1": ["balanced"], "random_init-t0": ["random"]}
    table = study_table(runs=runs)
    control = table[table["trainset"] == "original"].query("model == 'pretrained'").sort_values(["target", "template"])
    changed = (table["trainset"] != "original").to_numpy()
    table.loc[changed, "upstream"] = control["upstream"].to_numpy()
    found = correlations(table, resamples=99, margin=0.2, seed=0)
    upstream = found[(found["comparison"] == "control, upstream") & (found["unit"] == "mean")]
    assert list(upstream["condition"]) == ["random_init"]


def test_replicates_of_the_control_are_a_condition_of_their_own() -> None:
    runs = {"pretrained": ["pretrained", "control_replicates"], "pretrained/original/1": ["control_replicates"]}
    found = correlations(study_table(runs=runs), resamples=99, margin=0.2, seed=0)
    seeds = found[(found["comparison"] == "control, downstream") & (found["unit"] == "mean")]
    assert list(seeds["condition"]) == ["control, other seeds"]


def test_a_trial_that_did_not_learn_is_left_out_and_leaves_the_others() -> None:
    table = study_table()
    table.loc[table["model"] == "random_init-t1", "failed_to_learn"] = True
    found = correlations(table, resamples=99, margin=0.2, seed=0).query("condition == 'random_init'")
    mean = found.query("unit == 'mean'").set_index("comparison")
    alone = found.query("unit == 'run'").set_index(["comparison", "model"])
    for comparison in ("control, downstream", "upstream, intermediate"):
        assert mean.loc[comparison, "runs"] == 1
        assert mean.loc[comparison, "pearson_of_runs"] == pytest.approx(
            alone.loc[(comparison, "random_init-t0"), "pearson"]
        )
    assert alone.loc[("control, downstream", "random_init-t1"), "n"] == 0
    assert ("upstream, intermediate", "random_init-t1") not in alone.index
    assert mean.loc["control, upstream", "runs"] == 2


def test_equal_inputs_give_equal_resamples(compared) -> None:
    pd.testing.assert_frame_equal(compared, correlations(study_table(), resamples=199, margin=0.2, seed=0))
