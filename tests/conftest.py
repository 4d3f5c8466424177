"""Shared fixtures: the folder of real data, a copy of the workflow, and small checkpoints."""

import os
from pathlib import Path

import pytest

from support.checkpoints import make_checkpoint
from support.workflow import INTERVENTIONS, TINY, run_once

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; set and missing is a failure, unset a skip."""
    folder = os.environ.get("BIASTRANSFER_TEST_DATA")
    if not folder:
        pytest.skip("BIASTRANSFER_TEST_DATA is not set: no real data to test on")
    path = Path(folder).resolve()
    assert (path / "bios" / "train.parquet").is_file(), f"BIASTRANSFER_TEST_DATA={folder} holds no bios/train.parquet"
    return path


@pytest.fixture(scope="session")
def tiny_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow in which the tiny study has run; tests must not change it."""
    return run_once(tmp_path_factory, "tiny", *TINY)


@pytest.fixture(scope="session")
def interventions_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow in which the study of all interventions has run; tests must not change it."""
    return run_once(tmp_path_factory, "interventions", *INTERVENTIONS)


@pytest.fixture(
    scope="session", params=["roberta-bpe", "bert-wordpiece", "distilbert-wordpiece", "bert-wordpiece-cased"]
)
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A masked language model with random weights and its tokenizer, saved as an ordinary checkpoint."""
    return make_checkpoint(request.param, tmp_path_factory.mktemp(request.param))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: at the end, one process would be left alone with them."""
    items.sort(key=lambda item: item.path.name not in ("test_slurm.py", "test_worlds.py"))
