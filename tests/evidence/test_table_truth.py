"""The simulated tables are as their page describes them, and go through the analysis of a study."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.analyze import regressions

from support.workflow import REPOSITORY


@pytest.fixture(autouse=True)
def _evidence_importable(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(REPOSITORY / "evidence"))


def test_regressions_of_a_simulated_table_are_those_of_the_analysis() -> None:
    """Same regressors and outcomes, row by row, for the first outcome and for another one in its place."""
    import table_truth

    cell = table_truth.Cell(13, 2, 0.45, models=2)
    drawn = table_truth.world(cell, 0)
    first, other = drawn.bias(0, 0), drawn.bias(0.3, 0.5)
    found = list(regressions(table_truth.table(drawn, other)))
    expected = {(each.keys["group"], each.specification.name): each.fit.design for each in found}
    count = 0
    for group, name, built in table_truth.designs(cell, drawn, first):
        design = expected[group, name]
        pd.testing.assert_frame_equal(built.slopes, design.slopes)
        np.testing.assert_allclose(
            table_truth.with_outcome(built, cell, group, other).outcome, design.outcome, atol=1e-12
        )
        count += 1
    assert count == 7


def test_a_cause_alone_has_the_standardised_slope_that_is_planted() -> None:
    import table_truth

    cell = table_truth.Cell(20_000, 1, 0.45)
    drawn = table_truth.world(cell, 0)
    assert np.corrcoef(drawn.upstream[0].mean(1), drawn.prevalence)[0, 1] == pytest.approx(0.45, abs=0.03)
    for truth, values in (("model", drawn.upstream[0].mean(1)), ("dataset", drawn.prevalence)):
        bias = drawn.bias(*cell.planted(truth))[0]
        assert np.corrcoef(values, bias)[0, 1] == pytest.approx(table_truth.PLANTED, abs=0.03)


def test_noise_has_its_shape() -> None:
    import eq4_world

    random, prevalence = np.random.default_rng(0), np.linspace(0.08, 0.92, 200_000)
    drawn = {shape: eq4_world.noise(random, shape, prevalence, prevalence.shape) for shape in eq4_world.SHAPES}
    for values in drawn.values():
        assert values.mean() == pytest.approx(0, abs=0.01)
        assert values.var() == pytest.approx(1, abs=0.05)
    assert (drawn["skewed"] ** 3).mean() == pytest.approx(2, abs=0.2)
    assert (np.abs(drawn["t4"]) > 4).mean() > 20 * (np.abs(drawn["normal"]) > 4).mean()
    low, high = np.split(drawn["heteroscedastic"], 2)
    assert high.var() / low.var() == pytest.approx((0.25 + 1.5 * 0.71) / (0.25 + 1.5 * 0.29), abs=0.1)


def test_replicates_are_runs_of_one_model() -> None:
    import table_truth

    drawn = table_truth.world(table_truth.Cell(13, 3, 0.0, models=2), 0)
    assert drawn.models.tolist() == [0, 0, 0, 1, 2]
    made = table_truth.table(drawn, drawn.bias(1, 0))
    control = made[made["model"] == "pretrained"]
    assert control.groupby(["target", "template"])["upstream"].agg(np.ptp).max() == 0
    assert made.groupby(["model", "replicate", "target"])["tpr_ratio"].agg(np.ptp).max() < 1e-12, (
        "copied over templates"
    )


def test_a_few_draws_show_what_the_page_says() -> None:
    """Eq. 4's HC3 holds the slope in six draws of ten and CRV3 on one row per run and target in 95 of 100: 25 draws tell them apart."""
    import table_truth
    import truth_page

    cell = table_truth.Cell(13, 1, 0.0)
    drawn = table_truth.simulate(cell, range(10_000, 10_025)).assign(
        targets=13, replicates=1, correlation=0.0, shape="normal"
    )
    found = truth_page.summary(drawn).set_index(["specification", "errors", "term"])
    for term in ("upstream", "prevalence"):
        assert found.loc[("eq4", "lsdv_hc3", term), "coverage"] < 0.8
        assert found.loc[("model_target", "crv3_target", term), "coverage"] > 0.85
        assert found.loc[("eq4", "lsdv_hc3", term), "false_positives"] > 0.15
    assert found.loc[("eq4", "crv3_target", "upstream"), "bias"] < -0.1, "one template is a noisy reading of their mean"


def test_measures_of_an_estimate() -> None:
    import truth_page

    rows = pd.DataFrame(
        {"planted": [0, 0, 2.0, 2.0], "estimate": [0.1, -0.1, 3.0, 2.0], "covered": [True, False, True, True],
         "rejected": [False, True, True, True]}
    )  # fmt: skip
    found = truth_page.measures(rows)
    assert found[["bias", "coverage", "false_positives", "power"]].tolist() == pytest.approx([0.25, 0.75, 0.5, 1.0])
    assert truth_page.marked(0.9304, truth_page.COVERED) == "**0.930**"
    assert truth_page.marked(0.9294, truth_page.COVERED) == "*0.929*"
