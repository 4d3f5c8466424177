"""Tables that strangers have: small files of the folder BIASTRANSFER_TEST_CASES, and what the analysis says of them."""

import os
from pathlib import Path

import pytest

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.outcome import outcome_of
from biastransfer.commands.input_table import complete, read
from biastransfer.common.problems import Problem

from support.panels import study_table
from support.settings import analysis_settings


@pytest.fixture(scope="module")
def cases() -> Path:
    """The folder of tables; set and missing is a failure, unset a skip."""
    folder = os.environ.get("BIASTRANSFER_TEST_CASES")
    if not folder:
        pytest.skip("BIASTRANSFER_TEST_CASES is not set: no cases to test on")
    path = Path(folder).resolve() / "analyze"
    assert path.is_dir(), f"BIASTRANSFER_TEST_CASES={folder} holds no folder analyze"
    return path


def test_templates_that_disagree_are_refused(cases: Path) -> None:
    with pytest.raises(Problem, match="column tpr_ratio: target 't00' has "):
        complete(read(cases / "templates_disagree.csv"), "cases")


def test_a_table_without_mention_share_has_a_verdict(cases: Path) -> None:
    table = complete(read(cases / "no_mention_share.csv"), "cases")
    assert analyze(table, analysis_settings(resamples=99))["verdicts"]["verdict"].tolist() == ["dataset"]


def test_families_of_real_comments_are_seen_and_taken_into_account(cases: Path) -> None:
    """The encoder's biases of one family go together (.36); by raw slopes the model is detected, within families it is not."""
    table = read(cases / "real_comments_minilm_probe.csv").dropna(subset=["prevalence", "fpr"])
    table = table.rename(columns={"fam": "target_family", "share": "mention_share"}).drop(columns="prob")
    found = analyze(
        complete(table.assign(task="comments", model="pretrained"), "cases"), analysis_settings(resamples=99)
    )
    verdict = found["verdicts"].iloc[0]
    assert (verdict["n_families"], verdict["estimator"]) == (6, "families")
    shared = found["diagnostics"].set_index("diagnostic").loc["intraclass_correlation"]
    assert shared["statistic"] == pytest.approx(0.36, abs=0.01)
    assert shared["p"] < 0.01
    estimators = found["estimators"].set_index("estimator")
    assert estimators.loc["raw", "model_low"] > 0 > estimators.loc["families", "model_low"]
    assert verdict["verdict"] == estimators.loc["families", "verdict"] == "neither detected"


def test_rare_flags_name_the_data(cases: Path) -> None:
    table = complete(read(cases / "rare_flags.csv"), "cases")
    assert analyze(table, analysis_settings(resamples=99))["verdicts"]["verdict"].tolist() == ["dataset"]


def test_families_may_be_numbers() -> None:
    table = study_table(kind="flag_by_mention").drop(columns="target_family")
    numbers = table["target"].str[1:].astype(int) % 3
    assert set(complete(table.assign(target_family=numbers), "own")["target_family"]) == {"0", "1", "2"}
    missing = complete(table.assign(target_family=numbers.where(numbers > 0)), "own")["target_family"]
    assert set(missing.dropna()) == {"1", "2"}


def test_covariates_that_a_table_lacks_are_left_out() -> None:
    table = study_table(kind="flag_by_mention")
    assert outcome_of(table).covariates == ("prevalence", "mention_share")
    assert outcome_of(table.assign(mention_share=float("nan"))).covariates == ("prevalence",)
    some = table.assign(mention_share=table["mention_share"].where(table.index > 0))
    assert outcome_of(some).covariates == ("prevalence", "mention_share")
