"""Slopes of changes of bias on changes of upstream bias, against statsmodels."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.upstream_slopes import COLUMNS, upstream_slopes

MODELS = ("reference", "one", "two")


def table(targets: int, slope: float, seed: int = 0) -> tuple[CrossedBias, pd.DataFrame]:
    random = np.random.default_rng(seed)
    names = tuple(f"t{number}" for number in range(targets))
    upstream = pd.DataFrame(random.normal(size=(targets, 3)), index=names, columns=MODELS)
    of_model = np.array([0.0, 3.0, -1.0])
    values = slope * upstream.to_numpy() + of_model + 0.3 * random.normal(size=(targets, 3))
    values = np.repeat(values[:, :, None, None], 2, 2) + np.zeros((targets, 3, 2, 2))
    bias = CrossedBias(values, np.zeros((targets, 12, 12)), names, MODELS, MODELS, ("a", "b"))
    return bias, upstream


def test_the_slope_is_that_of_statsmodels_with_an_intercept_per_model() -> None:
    bias, upstream = table(20, 0.7)
    found = upstream_slopes(bias, {"ranking": upstream})
    assert list(found) == COLUMNS
    of_bias = pd.DataFrame(bias.values.mean((2, 3)), upstream.index, MODELS)
    changes = [each.sub(each["reference"], axis=0)[["one", "two"]] for each in (of_bias, upstream)]
    y, x = (each.rename_axis("target").reset_index().melt("target", var_name="model") for each in changes)
    long = y.rename(columns={"value": "y"}).assign(x=x["value"])
    expected = smf.ols("y ~ x + C(model)", long).fit()
    assert found["slope"].iloc[0] == pytest.approx(expected.params["x"])
    without = [
        smf.ols("y ~ x + C(model)", long[long["target"] != target]).fit().params["x"] for target in upstream.index
    ]
    error = np.sqrt(19 / 20 * ((np.array(without) - expected.params["x"]) ** 2).sum())
    assert (found["high"] - found["low"]).iloc[0] == pytest.approx(2 * 2.093024 * error, rel=1e-5)


def test_intervals_hold_the_slope() -> None:
    held = []
    for seed in range(300):
        bias, upstream = table(12, 0.5, seed)
        row = upstream_slopes(bias, {"ranking": upstream}).iloc[0]
        held.append(row["low"] <= 0.5 <= row["high"])
    assert 0.9 < np.mean(held) < 0.99


def test_targets_without_upstream_bias_are_left_out_and_few_have_no_slope() -> None:
    bias, upstream = table(6, 0.5)
    found = upstream_slopes(bias, {"some": upstream.iloc[:5], "few": upstream.iloc[:3]}).set_index("measure")
    assert found.loc["some", "n_targets"] == 5
    assert np.isfinite(found.loc["some", "slope"])
    assert np.isnan(found.loc["few", "slope"])
