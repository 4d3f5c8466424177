"""What the report says of standard errors: the words, the table that they come from, and that the table can be made again."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.credibility import COVERAGE, coverage_of, credible, in_words
from biastransfer.analysis.standard_errors import KINDS

from support.workflow import REPOSITORY

TABLE = pd.read_csv(COVERAGE)


def test_what_was_not_simulated_has_no_coverage() -> None:
    for unknown in (("within_templates", "lsdv_hc3", "upstream"), ("eq4", "white", "upstream"),
                    ("eq4", "lsdv_hc3", "const"), ("target_effects", "crv3_target", "prevalence")):  # fmt: skip
        assert coverage_of(*unknown, 13, 28) is None
        assert credible(*unknown, 13, 28) == "not simulated"


@pytest.mark.parametrize(
    ("models", "simulated"), [(1, (1, 1)), (3, (2, 2)), (13, (13, 10)), (17, (21, 21)), (100, (43, 40))]
)
def test_the_nearest_numbers_of_models_count_and_the_worse_of_two_sizes(models: int, simulated: tuple) -> None:
    rows = TABLE[(TABLE["specification"] == "eq4") & (TABLE["errors"] == "lsdv_hc3") & (TABLE["term"] == "prevalence")]
    rows = rows[rows["target_effects"] == "shared"].set_index(["targets", "models"])["coverage"]
    expected = min(rows[28, simulated[0]], rows[45, simulated[1]])
    assert coverage_of("eq4", "lsdv_hc3", "prevalence", models, 28) == expected


@pytest.mark.parametrize(("coverage", "word"), [
    (0.5, "not credible"), (0.8999, "not credible"), (0.90, "roughly"), (0.9299, "roughly"), (0.93, "credible"),
    (0.97, "credible"), (0.9701, "roughly"), (0.99, "roughly"), (0.9901, "not credible"),
])  # fmt: skip
def test_words(coverage: float, word: str) -> None:
    assert in_words(coverage) == word


def test_the_table_is_whole() -> None:
    assert set(TABLE["errors"]) == {*KINDS, "wild_bootstrap"} - {"two_way"}, "evidence/verdict_truth.py has the other"
    assert (TABLE["draws"] >= 1000).all()
    assert TABLE["coverage"].between(0, 1).all()
    assert (TABLE["ratio"].isna() == (TABLE["errors"] == "wild_bootstrap")).all()
    keys = ["targets", "templates", "target_effects", "models", "specification", "errors", "term"]
    assert not TABLE.duplicated(keys).any()
    sizes = TABLE[TABLE["specification"] == "eq4"].groupby("targets")["models"].agg(lambda models: sorted(set(models)))
    assert sizes.to_dict() == {28: [1, 2, 5, 10, 13, 21, 43], 45: [1, 2, 5, 10, 21, 40]}


def test_a_few_draws_agree_with_the_table(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(REPOSITORY / "evidence"))
    import standard_errors

    draws = range(10_000, 10_200)  # none of those in the table
    found = standard_errors.simulate(28, 5, 2, "model_target", ["shared"], draws)
    found = standard_errors.summary(found.assign(targets=28, templates=5, models=2, specification="model_target"))
    pair = found.merge(
        TABLE, on=["targets", "templates", "target_effects", "models", "specification", "errors", "term"]
    )
    assert len(pair) == len(found) == 12
    share = pair["coverage_y"]
    error = np.sqrt(share * (1 - share) * (1 / pair["draws_x"] + 1 / pair["draws_y"]))
    assert (np.abs(pair["coverage_x"] - share) <= 4 * error).all()
    few, many = pair["draws_x"].iloc[0], pair["draws_y"].iloc[0]
    tolerance = 4 * np.sqrt(0.5 / few + 0.5 / many)  # relative error of a standard deviation
    known = pair[pair["errors"] != "wild_bootstrap"]
    np.testing.assert_allclose(known["ratio_x"], known["ratio_y"], rtol=tolerance)


def test_few_targets_were_not_simulated() -> None:
    assert credible("eq4", "crv3_target", "upstream", 1, 28) == "credible"
    assert credible("eq4", "crv3_target", "upstream", 1, 10) == "not simulated"
    assert credible("eq4", "crv3_target", "upstream", 1, 200) == "not simulated"
