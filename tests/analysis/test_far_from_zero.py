"""Upstream bias may be far from zero: its zero and its unit change neither slopes in standard deviations, nor errors, nor verdicts."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.design import design
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.standard_errors import KINDS, inference

from support.panels import samples, study_table
from support.settings import analysis_settings

TABLE = study_table(templates=2).assign(upstream_measure="own")
TABLE["upstream"] = (TABLE["upstream"] * 2**20).round() / 2**20  # a shift by a power of two up to 2**30 is exact
SETTINGS = analysis_settings(simulated_studies=40)
KEYS = ["task", "upstream_measure", "group", "specification", "term", "errors"]


@pytest.fixture(scope="module")
def near() -> dict[str, pd.DataFrame]:
    """The analysis of a table whose upstream bias is about zero."""
    return analyze(TABLE, SETTINGS)


@pytest.mark.parametrize(
    ("shift", "unit", "tolerance"),
    [(2.0**20, 1.0, 1e-6), (-(2.0**30), 1.0, 1e-6), (1e6, 0.01, 1e-6), (0.0, 1e9, 1e-9), (0.0, 1e-6, 1e-9)],
)
def test_zero_and_unit_of_upstream_bias_do_not_matter(
    near: dict[str, pd.DataFrame], shift: float, unit: float, tolerance: float
) -> None:
    far = analyze(TABLE.assign(upstream=shift + unit * TABLE["upstream"]), SETTINGS)
    expected, found = (each["coefficients"].set_index(KEYS) for each in (near, far))
    expected, found = (each[each.index.get_level_values("term") != "const"] for each in (expected, found))
    assert list(found.index) == list(expected.index)
    for name in ("standardised", "standardised_low", "standardised_high"):
        np.testing.assert_allclose(found[name], expected[name], rtol=tolerance, atol=tolerance / 10, err_msg=name)
    upstream = found.index.get_level_values("term") == "upstream"
    np.testing.assert_allclose(unit * found["se"][upstream], expected["se"][upstream], rtol=tolerance)
    for name in ("verdicts", "estimators"):
        one, other = near[name], far[name]
        assert list(one["verdict"]) == list(other["verdict"])
        numbers = ["model_estimate", "model_low", "dataset_estimate", "dataset_high", "joint_p"]
        np.testing.assert_allclose(other[numbers], one[numbers], rtol=1e-5, atol=1e-7)


def test_the_constant_is_the_bias_where_every_regressor_is_zero() -> None:
    table = samples()["control"]
    near = inference(estimate(design(table, ["upstream", "prevalence"])), "lsdv_hc3").set_index("term")
    far = inference(
        estimate(design(table.assign(upstream=table["upstream"] + 50), ["upstream", "prevalence"])), "lsdv_hc3"
    )
    far = far.set_index("term")
    slope, origin = near.loc["upstream", "estimate"], near.loc["const", "estimate"]
    assert far.loc["const", "estimate"] == pytest.approx(origin - 50 * slope, rel=1e-9)
    assert far.loc["const", "se"] > 10 * near.loc["const", "se"]


@pytest.mark.parametrize("value", [0.0, 1e6, -1e9, 0.1])
def test_a_constant_regressor_is_dropped_wherever_it_is(value: float) -> None:
    table = samples()["gaps"].assign(upstream=value)
    table["upstream"] = table.groupby("run")["upstream"].transform("mean")
    assert design(table, ["upstream", "prevalence"], absorbed=["run"]).dropped == ("upstream",)


def test_every_kind_of_errors_is_finite_far_from_zero() -> None:
    table = samples()["means"]
    fit = estimate(design(table.assign(upstream=table["upstream"] + 1e9), ["upstream", "prevalence"], absorbed=["run"]))
    assert all(np.isfinite(inference(fit, kind)["se"]).all() for kind in KINDS)
