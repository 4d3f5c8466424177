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


def test_covariates_that_a_table_lacks_are_left_out() -> None:
    table = study_table(kind="flag_by_mention")
    assert outcome_of(table).covariates == ("prevalence", "mention_share")
    assert outcome_of(table.assign(mention_share=float("nan"))).covariates == ("prevalence",)
    some = table.assign(mention_share=table["mention_share"].where(table.index > 0))
    assert outcome_of(some).covariates == ("prevalence", "mention_share")
