"""Architectures: five of them go through validation and scoring here; the page and its table fit each other and transformers."""

import sys
from pathlib import Path

import pytest
import transformers

from support.workflow import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "evidence"))
import architectures
import architectures_page
import tiny_checkpoints


@pytest.mark.parametrize("model_type", ["roberta", "bert", "distilbert", "deberta-v2", "modernbert"])
def test_an_architecture_is_valid_and_its_scores_are_those_of_a_plain_loop(model_type: str, tmp_path: Path) -> None:
    steps = architectures.checked(model_type, tmp_path)
    assert [steps[step].what for step in ("plain", "validate", "score")] == ["works"] * 3, steps
    assert steps["score"].difference < 1e-4


def test_the_page_is_that_of_its_table() -> None:
    assert architectures_page.PAGE.read_text() == architectures_page.page(architectures_page.read(architectures.FILE))


def test_the_table_has_every_architecture_of_transformers() -> None:
    rows = architectures_page.read(architectures.FILE)
    assert set(rows["transformers"]) == {transformers.__version__}, "run python evidence/architectures.py"
    assert dict(zip(rows["model_type"], rows["class"], strict=True)) == dict(tiny_checkpoints.CLASSES)


def test_a_step_is_refused_by_a_problem_and_fails_by_any_other_error() -> None:
    def refuse() -> None:
        raise architectures.Problem("base.path: no.")

    def fail() -> None:
        raise ValueError("one\ntwo")

    assert architectures.outcome(refuse) == ("refused", "base.path: no.", pytest.approx(float("nan"), nan_ok=True))
    assert architectures.outcome(fail).what == "fails"
    assert architectures.outcome(fail).why == "ValueError in test_architectures.py, fail: one two"
