"""Claims of the papers as tests: what holds, what fails, and what a study cannot tell."""

import sys

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from biastransfer.analysis.claims.changes import same
from biastransfer.analysis.claims.claims import CLAIMS
from biastransfer.analysis.claims.findings import Finding, Margins, above_zero, fisher_z, jackknife, slopes, within
from biastransfer.analysis.claims.runs import runs_of
from biastransfer.analysis.claims.tables import COLUMNS, NO_SEEDS, claims_table

from support.panels import study_table
from support.workflow import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "evidence"))
import claims_truth

MARGINS = Margins(0.1, 0.2)
RUNS = {
    "pretrained": ["pretrained", "all_pretrained", "control_replicates"],
    "pretrained/original/1": ["control_replicates"],
    **{f"random_init-t{trial}": ["random"] for trial in range(3)},
    **{f"gaussian_noise-s1-t{trial}": ["noise", "all_pretrained"] for trial in range(3)},
}


@pytest.mark.parametrize("kind", ["label_by_group", "flag_by_mention"])
def test_a_table_has_the_claims_that_it_can_test(kind: str) -> None:
    found = claims_table(study_table(1, runs=RUNS, kind=kind), MARGINS)
    assert list(found) == COLUMNS
    assert set(found["outcome"]) <= {"holds", "fails", "cannot tell"}
    assert (found["low"] <= found["estimate"]).all()
    assert (found["estimate"] <= found["high"]).all()
    assert {"upstream_correlates", "models_same_order", "prevalence_effect"} <= set(found["claim"])
    assert not set(found["claim"]) & {"surgeons", "scrubbed_is_unrelated", "mentions_effect"}
    correlation = found.set_index("claim").loc["upstream_correlates"]
    assert correlation["printed"] == (0.43 if kind == "label_by_group" else 0.59)


def test_a_second_measure_adds_what_depends_on_it_alone() -> None:
    table = study_table(1, runs=RUNS, kind="flag_by_mention")
    other = table.assign(upstream_measure="identity_ranking", upstream=np.sin(3 * table["upstream"]))
    found = claims_table(pd.concat([table, other]), MARGINS)
    further = set(found.loc[found["upstream_measure"] == "negative_sentiment", "claim"])
    assert further == {
        "upstream_correlates", "data_explain", "data_outweigh", "data_explain_intermediate", "acts_through_intermediate",
        "upstream_effect", "prevalence_effect",
    }  # fmt: skip
    assert (found["claim"] == "models_same_order").sum() == 2


def test_without_runs_that_differ_in_their_seed_alone_levels_cannot_be_told() -> None:
    runs = {"pretrained": ["pretrained", "all_pretrained"], "random_init-t0": ["random"]}
    found = claims_table(study_table(1, runs=runs), MARGINS).set_index("claim")
    assert found.loc["models_same_level", "outcome"] == "cannot tell"
    assert found.loc["models_same_level", "reason"] == NO_SEEDS
    assert found.loc["models_same_order", "reason"] == ""


def test_a_finding_holds_inside_its_region_and_fails_outside() -> None:
    def outcome(value: float, error: float, region) -> str:
        return Finding("", value, error, 1e6, region).outcome

    directional, equivalence = above_zero(0.1, 0.5), within(0.2)
    assert [outcome(value, 0.1, directional) for value in (0.3, 0.1, -0.1)] == ["holds", "cannot tell", "fails"]
    assert outcome(0.05, 0.01, directional) == "fails", "an effect that is shown to be smaller than any of interest"
    assert [outcome(value, 0.05, equivalence) for value in (0.0, 0.15, 0.4)] == ["holds", "cannot tell", "fails"]
    assert outcome(0.0, np.nan, equivalence) == "cannot tell"


def test_power_is_the_chance_to_hold_where_the_number_is_the_likely_one() -> None:
    random = np.random.default_rng(1)
    for region, error in ((above_zero(0.1, 0.5), 0.2), (within(0.2), 0.08), (within(0.2), 0.3)):
        drawn = region.likely + error * random.normal(size=4000)
        share = np.mean([Finding("", value, error, 1e6, region).outcome == "holds" for value in drawn])
        assert Finding("", 0.0, error, 1e6, region).power == pytest.approx(share, abs=0.03)


def test_slopes_are_those_of_statsmodels_with_values_missing() -> None:
    random = np.random.default_rng(2)
    first, second = random.normal(size=(2, 6, 12))
    bias = (
        0.5 * first - 0.2 * second + random.normal(size=(6, 12)) + random.normal(size=(6, 1)) + random.normal(size=12)
    )
    bias[0, :3] = np.nan
    second[2, 5] = np.nan
    frame = pd.DataFrame({
        "bias": bias.ravel(), "first": first.ravel(), "second": second.ravel(),
        "run": np.repeat(np.arange(6), 12), "target": np.tile(np.arange(12), 6),
    })  # fmt: skip
    for within_targets, formula in (
        (False, "bias ~ first + second + C(run)"),
        (True, "bias ~ first + second + C(run) + C(target)"),
    ):
        expected = smf.ols(formula, frame.dropna()).fit().params[["first", "second"]]
        np.testing.assert_allclose(slopes(bias, first, second, within_targets=within_targets), expected, atol=1e-8)


def test_the_jackknife_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(3).normal(size=25)
    found = jackknife(lambda these: float(values[these].mean()), 25)
    assert found == pytest.approx((values.mean(), values.std(ddof=1) / 5))
    assert np.tanh(fisher_z(values, 2 * values + values[::-1])) == pytest.approx(
        np.corrcoef(values, 2 * values + values[::-1])[0, 1]
    )


def test_the_most_harmed_do_not_seem_to_shrink_by_chance() -> None:
    """Chosen by the control alone, the five largest biases would fall by half a standard deviation here."""
    facts = claims_truth.grid(ratios=True)
    random = np.random.default_rng(4)
    noisy = [
        finding.value
        for _ in range(150)
        for finding in same(claims_truth.draw(claims_truth.World(), facts, random), MARGINS, "most_harmed", "models")
    ]
    assert abs(np.mean(noisy)) < 0.08


def test_missing_values_of_small_cells_stay_out() -> None:
    table = study_table(1, runs=RUNS)
    small = table.assign(small_cell=table["target"].eq("y03") & table["model"].eq("pretrained"))
    runs = runs_of(small)
    assert np.isnan(runs.bias[runs.control][:, 3]).all()
    assert set(claims_table(small, MARGINS)["claim"]) == set(claims_table(table, MARGINS)["claim"])


def test_every_claim_has_a_world_where_it_is_true_and_one_where_it_is_false() -> None:
    assert set(claims_truth.WORLDS) == {claim.name for claim in CLAIMS}
    for name in ("scrubbing_only_without_pretraining", "surgeons", "mentions_effect"):
        true, false = (claims_truth.simulate(name, truth, 12) for truth in (True, False))
        assert true["holds"].min() >= 8, name
        assert false["holds"].max() <= 3, name


def test_claims_in_the_published_table_hold_where_they_are_true_and_seldom_where_they_are_false() -> None:
    found = pd.read_csv(claims_truth.FILE, keep_default_na=False)
    assert set(found["claim"]) == {claim.name for claim in CLAIMS}
    assert found["draws"].min() >= 1000
    false = found[~found["true"]]
    assert (false["holds"] / false["draws"]).max() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)
