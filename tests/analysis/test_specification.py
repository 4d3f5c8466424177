"""The grid's regressions have the rows, runs and degrees of freedom that the paper prints."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.analyze import analyze, regressions
from biastransfer.analysis.groups import control_group, groups_of, members
from biastransfer.analysis.outcome import outcome_of
from biastransfer.analysis.published import beside_published, printed_regressions
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.specification import build, specifications
from biastransfer.analysis.table_names import ANALYSIS_TABLES, MEASURES
from biastransfer.common import registry

from support.panels import study_table
from support.settings import analysis_settings

PRETRAINED = ["all_pretrained"]


def grid(measure: str) -> pd.DataFrame:
    """Runs of the paper's grid, BIOS or WIKI, with made-up numbers."""
    runs = {"pretrained": ["pretrained", "noise", "mitigated", *PRETRAINED]}
    for trial in range(10):
        runs[f"random_init-t{trial}"] = ["random"]
        for noise in ("gaussian_noise-s1", "uniform_noise-c1"):
            runs[f"{noise}-t{trial}"] = ["noise", *PRETRAINED]
    if measure == "pronoun_ranking":
        runs |= {f"sentdebias-g{level}": ["mitigated", *PRETRAINED] for level in range(1, 13)}
        runs |= {f"pretrained/rebalanced-{level}": ["balanced", *PRETRAINED] for level in range(10)}
        return study_table(runs=runs)
    runs["pretrained"].remove("mitigated")
    runs |= {f"pretrained/scrubbed-{level}": ["scrubbed", *PRETRAINED] for level in range(20)}
    runs |= {f"random_init-t0/scrubbed-{level}": ["scrubbed_random"] for level in range(20)}
    templates = 1 if measure == "identity_ranking" else 7
    table = study_table(kind="flag_by_mention", targets=50, templates=templates, runs=runs).assign(
        upstream_measure=measure
    )
    # Five terms that no training text mentions; and, once all mentions are scrubbed, none has a prevalence.
    absent = table["target"].isin([f"y{number:02}" for number in range(5)]) | (table["trainset"] == "scrubbed-19")
    table.loc[absent, ["prevalence", "mention_share", "toxic_length"]] = np.nan
    return table


@pytest.fixture(scope="module", params=["pronoun_ranking", "negative_sentiment", "identity_ranking"])
def beside(request) -> pd.DataFrame:
    """The printed columns of one measure beside those of the made-up grid."""
    table = grid(request.param)
    slopes, numbers = [], []
    for each in regressions(table):
        slopes += [{**each.keys, "term": term, "errors": "lsdv_hc3", "estimate": value, "se": 1.0, "p": 1.0}
                   for term, value in each.fit.estimates.items()]  # fmt: skip
        numbers.append({**each.keys, **each.fit.numbers})
    return beside_published(pd.DataFrame(slopes), pd.DataFrame(numbers))


def test_every_printed_column_has_its_rows_and_degrees_of_freedom(beside) -> None:
    columns = beside.drop_duplicates(["table", "column"])
    assert (
        len(columns)
        == {"pronoun_ranking": 11, "negative_sentiment": 11, "identity_ranking": 8}[columns["upstream_measure"].iloc[0]]
    )
    for row in columns.itertuples():
        printed = (row.published_n_obs, row.published_df1, row.published_df2)
        found = (row.n_obs, row.df1, row.df2)
        if (row.table, row.group) in {("table4", "scrubbed"), ("table4", "all_pretrained")}:
            # The paper's 5,901 and 12,516 rows are not multiples of 315: some terms vanish before all are scrubbed.
            assert (row.n_obs, row.df1) == ({"scrubbed": 5985, "all_pretrained": 12600}[row.group], row.published_df1)
        else:
            assert found == printed, (row.table, row.column)


def test_every_printed_term_is_estimated(beside) -> None:
    assert beside["estimate"].notna().all()


def test_the_tables_cover_all_that_is_printed() -> None:
    printed = printed_regressions()
    assert len(printed) == 80
    assert set(printed["upstream_measure"]) == set(MEASURES.values())
    assert not printed[["specification", "term", "group"]].isna().any().any()


def test_printed_f_and_adjusted_r2_follow_from_r2_rows_and_degrees_of_freedom() -> None:
    """All 30 columns: F = (R²/k) / ((1−R²)/df2) and adj. R² = 1 − (1−R²)(N−1)/df2, within rounding of the printed R²."""
    columns = printed_regressions().drop_duplicates(["table", "column"])
    assert len(columns) == 30
    for row in columns.itertuples():
        f = [(r2 / row.df1) / ((1 - r2) / row.df2) for r2 in (row.r2 - 0.0005, row.r2 + 0.0005)]
        assert f[0] - 0.001 <= row.f_stat <= f[1] + 0.001, (row.table, row.column)
        adjusted = [1 - (1 - r2) * (row.n_obs - 1) / row.df2 for r2 in (row.r2 - 0.0005, row.r2 + 0.0005)]
        assert adjusted[0] - 0.0005 <= row.adj_r2 <= adjusted[1] + 0.0005, (row.table, row.column)


def test_our_fits_obey_the_same_formulas() -> None:
    for each in regressions(study_table()):
        numbers = each.fit.numbers
        r2, k, df2 = numbers["r2_within"], numbers["df1"], numbers["df2"]
        assert numbers["f"] == pytest.approx((r2 / k) / ((1 - r2) / df2), rel=1e-9)


def specification(table: pd.DataFrame, group: str, name: str):
    """The design of one specification."""
    outcome = outcome_of(table)
    measure = table["upstream_measure"].iloc[0]
    found = specifications(outcome, measure, group, templates=table["template"].nunique())
    return build(members(table, group), next(each for each in found if each.name == name), outcome)


def test_small_cells_and_failed_runs_are_left_out_and_counted() -> None:
    table = study_table()
    table.loc[table["target"] == "y03", "small_cell"] = True
    table.loc[table["model"] == "gaussian_noise-s1-t1", "failed_to_learn"] = True
    design, left_out = specification(table, "noise", "eq4")
    assert (len(design.outcome), left_out) == (2 * 27 * 5, 140 + 10)


def test_dropping_and_filling_targets_without_prevalence() -> None:
    table = grid("negative_sentiment").query("model == 'pretrained' and trainset == 'original'")
    assert len(specification(table, "pretrained", "eq4")[0].outcome) == 45 * 7
    assert len(specification(table, "pretrained", "upstream_only")[0].outcome) == 50 * 7
    ranked = table.query("template == 't0'").assign(upstream_measure="identity_ranking")
    assert len(specification(ranked, "pretrained", "eq4")[0].outcome) == 50
    assert specification(ranked, "pretrained", "eq4")[0].terms == ("upstream", "prevalence")
    assert len(specification(ranked, "pretrained", "model_target")[0].outcome) == 45


def test_one_row_per_target_has_one_row_per_target() -> None:
    table = study_table()
    assert len(specification(table, "noise", "per_target")[0].outcome) == 28
    assert len(specification(table, "noise", "model_target")[0].outcome) == 3 * 28


def test_target_effects_need_upstream_bias_that_changes() -> None:
    table = study_table()
    assert specification(table, "pretrained", "target_effects")[0] is None
    design, _ = specification(table, "noise", "target_effects")
    assert design.dropped == ("prevalence",)
    fixed = table.assign(upstream=table.groupby("target")["upstream"].transform("first"))
    assert specification(fixed, "noise", "target_effects")[0] is None


def test_targets_that_are_missing_in_some_runs_carry_no_run_effects() -> None:
    """Bias that depends on the run alone goes with nothing, also where rare targets are missing in extreme runs."""
    runs = {f"gaussian_noise-s1-t{number}": ["noise"] for number in range(10)} | {"pretrained": ["pretrained"]}
    p = []
    for seed in range(40):
        table = study_table(seed, runs=runs, upstream=0, prevalence=0, templates=1)
        number = table["model"].str[-1].where(table["model"] != "pretrained", "0").astype(int)
        target = table["target"].str[1:].astype(int)
        table["tpr_ratio"] *= np.exp(number)
        table["upstream"] = target + 0.01 * np.random.default_rng(seed).normal(size=len(table))
        table.loc[target < 2.5 * number, "small_cell"] = True
        design, _ = specification(table, "noise", "per_target")
        fit = estimate(design)
        p.append(float(fit.results.pvalues[0]))
    assert np.mean(np.array(p) < 0.05) < 0.2


def test_too_few_targets_have_no_regression() -> None:
    table = study_table()
    few = table[table["target"].isin(["y00", "y01", "y02"])]
    assert specification(few, "noise", "eq4")[0] is None
    found = analyze(few, analysis_settings())
    assert list(found) == list(ANALYSIS_TABLES)
    assert found["coefficients"].empty
    assert set(found["verdicts"]["verdict"]) == {"inconclusive"}


@pytest.mark.filterwarnings("error")
def test_bias_that_does_not_vary_has_no_regression_but_a_verdict() -> None:
    """As of a classifier that flags nothing."""
    found = analyze(
        study_table(kind="flag_by_mention").assign(fpr=0.0, fpr_ratio=np.nan, probability_gap=0.0),
        analysis_settings(),
    )
    assert found["regressions"].query("specification != 'intermediate'").empty
    assert found["verdicts"]["reason"].str.contains("cannot be estimated").all()


def test_outcomes_are_those_of_the_paper() -> None:
    outcomes = {name: record.outcome for name, record in registry.task_kinds().items()}
    assert outcomes["label_by_group"].log
    assert not outcomes["flag_by_mention"].log
    assert [outcome.ratio for outcome in outcomes.values()] == ["tpr_ratio", "fpr_ratio"]


def test_the_last_column_of_table_8_is_a_union() -> None:
    table = grid("identity_ranking")
    assert "all_pretrained_and_scrubbed_random" in groups_of(table)
    union = members(table, "all_pretrained_and_scrubbed_random")
    assert union[["model", "trainset"]].drop_duplicates().shape[0] == 61
    assert control_group(table) == "pretrained"
