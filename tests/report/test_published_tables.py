"""The paper's tables have the study's numbers and the printed ones."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.report.tables import published

from support.reports import REPLICATED, analysed, made_up

OWN, PAPER = published.TEXTS.entry("regression", "own"), published.TEXTS.entry("regression", "paper")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return made_up(1, runs=REPLICATED, upstream=0.02)


@pytest.fixture(scope="module")
def results(table) -> dict[str, pd.DataFrame]:
    return analysed(table)


def test_printed_numbers_are_beside_those_of_the_study(table, results) -> None:
    tables = {each.name: each for each in published.tables(table, results)}
    assert list(tables) == ["table2", "table3", "table5"]
    frame = tables["table3"].frame.set_index(["term", "source"])
    assert frame.loc[("upstream bias", PAPER), "c1"] == "-0.068*** (0.018)"
    own = (
        results["coefficients"]
        .query("group == 'pretrained' and specification == 'eq4' and errors == 'lsdv_hc3' and term == 'prevalence'")
        .iloc[0]
    )
    assert frame.loc[("prevalence", OWN), "c1"] == f"{own['estimate']:.3f}{published.stars(own['p'])} ({own['se']:.3f})"
    assert frame.loc[("observations", PAPER), "c1"] == "140"
    assert frame.loc[("F (df)", PAPER), "c1"] == "22.15 (6; 133)"
    assert "(2)" not in " ".join(tables["table3"].columns.values()), "the study has no group of mitigated models"
    assert "have the printed sign" in tables["table3"].caption
    assert "the last one explains bias after fine-tuning" in tables["table5"].caption
    assert "the last one" not in tables["table3"].caption
    assert "(see “Standard errors compared”)" in tables["table3"].notes[0]


def test_conditions_of_table_2_have_labels(table, results) -> None:
    table2 = published.tables(table, results)[0]
    assert set(table2.frame["condition_label"]) == {"control, other seeds", "Gaussian noise 1", "random initialisation"}
    assert table2.caption.startswith("Each of 3 conditions is compared with the control.")


def test_a_table_without_a_column_has_the_reason() -> None:
    table = made_up()
    few = table[table["target"].isin(["y00", "y01", "y02"])]
    table3 = published.tables(few, analysed(few))[1]
    assert table3.frame.empty
    assert table3.caption == "No column can be estimated: too few targets are usable."


def test_printed_correlations_have_their_stars_or_are_insignificant() -> None:
    table = made_up(1)
    frame = published.tables(table, analysed(table))[0].frame.set_index("condition_label")
    random = frame.loc["random initialisation"]
    assert random["published_upstream_pearson"] == "−0.08 n.s."
    assert random["published_upstream_kendall"] == "0.04 n.s."
    assert random["published_downstream_pearson"] == "0.93***"
    assert random["published_downstream_kendall"] == "0.74***"


def test_stars_are_those_of_the_paper() -> None:
    assert [published.stars(p) for p in (0.2, 0.09, 0.04, 0.009, np.nan)] == ["", "*", "**", "***", ""]


def test_agreement_counts_signs_and_stars() -> None:
    rows = pd.DataFrame(
        {"term": ["upstream", "prevalence"], "estimate": [-0.5, 0.2], "published_estimate": [-0.1, -0.3], "p": [0.001, 0.5],
         "published_stars": [3, 3], "column": [1, 1], "n_obs": [140, 140], "published_n_obs": [140, 140]}
    )  # fmt: skip
    assert published.agreement(rows).startswith(
        "1 of 2 slopes have the printed sign, and 1 the printed number of stars."
    )
    assert "the larger slope in 0 of 1 columns here and in 1 in the paper" in published.agreement(rows)
