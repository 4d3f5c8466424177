"""The specification curve has every combination once, and each is the regression that it says."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from biastransfer.analysis.multiverse import CHOICES, log_odds, multiverse

from support.panels import study_table


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    made = study_table(5).assign(tpr_gap=lambda table: table["tpr_ratio"] - 1)
    made.loc[made["target"].isin(["y00", "y01"]), "small_cell"] = True
    return made


@pytest.fixture(scope="module")
def found(table) -> pd.DataFrame:
    return multiverse(table)


def test_every_combination_stands_there_once(found) -> None:
    upstream = found[found["term"] == "upstream"]
    assert len(upstream) == 2 * 3 * 6 * 3 * 2  # runs, readings, templates, controls, small cells
    assert not upstream[CHOICES].duplicated().any()
    assert len(found[found["term"] == "prevalence"]) == len(upstream) * 2 / 3


def test_a_combination_is_the_regression_that_it_says(table, found) -> None:
    row = found.set_index([*CHOICES, "term"]).loc[("control", "TPR gap", "t3", "prevalence", "in", "upstream")]
    plain = table[(table["model"] == "pretrained") & (table["template"] == "t3")]
    z = plain[["tpr_gap", "upstream", "prevalence"]].apply(lambda values: (values - values.mean()) / values.std())
    expected = smf.ols("tpr_gap ~ upstream + prevalence", z).fit()
    assert row["standardised"] == pytest.approx(expected.params["upstream"], rel=1e-9)
    assert (row["n_obs"], row["n_targets"]) == (28, 28)
    assert row["low"] < row["standardised"] < row["high"]


def test_log_odds_of_prevalence_count_texts_where_they_are_known(table, found) -> None:
    row = found.set_index([*CHOICES, "term"]).loc[
        ("control", "TPR gap", "t3", "prevalence_log_odds", "in", "prevalence")
    ]
    plain = table[(table["model"] == "pretrained") & (table["template"] == "t3")]
    plain = plain.assign(odds=np.log(plain["prevalence"] / (1 - plain["prevalence"])))
    z = plain[["tpr_gap", "upstream", "odds"]].apply(lambda values: (values - values.mean()) / values.std())
    assert row["standardised"] == pytest.approx(smf.ols("tpr_gap ~ upstream + odds", z).fit().params["odds"], rel=1e-9)
    counted = pd.DataFrame({"prevalence": [0.0, 0.25, 1.0], "training_texts": [4.0, 4.0, np.nan]})
    assert log_odds(counted).tolist()[:2] == pytest.approx([np.log(0.5 / 4.5), np.log(1.5 / 3.5)])
    assert np.isnan(log_odds(counted)[2])


def test_small_cells_are_out_or_in(found) -> None:
    targets = found.groupby("small_cells")["n_targets"].unique()
    assert {name: list(values) for name, values in targets.items()} == {"in": [28], "out": [26]}


def test_choices_that_make_no_difference_are_not_counted() -> None:
    flags = study_table(6, kind="flag_by_mention", templates=1, runs={"pretrained": ["pretrained", "all_pretrained"]})
    found = multiverse(flags.assign(fnr=0.3 * flags["fpr"]))
    assert set(found["templates"]) == {"mean"}
    assert set(found["small_cells"]) == {"out"}
    assert set(found["controls"]) == {"none", "prevalence", "prevalence_log_odds", "all"}
    slopes = found[found["term"] == "prevalence"].set_index([*CHOICES])["standardised"]
    wrong = slopes.xs("false negative rate, reversed", level="reading")
    right = slopes.xs("false positive rate", level="reading")
    assert wrong.to_numpy() == pytest.approx(-right.to_numpy())


@pytest.mark.filterwarnings("error")
def test_what_cannot_be_estimated_is_left_out() -> None:
    table = study_table(7).assign(tpr_gap=np.nan, upstream=1.0)
    found = multiverse(table)
    assert set(found["reading"]) == {"log TPR ratio", "probability gap"}
    assert set(found["term"]) == {"prevalence"}
