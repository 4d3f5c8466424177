"""The command that compares two result folders sees every changed bit, and what it accepts it names."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from support import equal_results
from support.workflow import REPOSITORY

TABLE = pd.DataFrame(
    {
        "target": ["nurse", "dj", None],
        "score": [0.1, np.nan, -3.0],
        "level": [0.0, 1.5, None],
        "n": [1, 2, 3],
        "probability": [[0.25, 0.75], [], [1.0]],
    }
)
NEXT = float(np.nextafter(0.1, 1))


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal result folders; what is not compared differs."""
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "models/pretrained").mkdir(parents=True)
    TABLE.to_parquet(before / "bias.parquet")
    TABLE.drop(columns="probability").to_csv(before / "models/table.csv", index=False)
    weights = {"weight": torch.tensor([[1.0, 0.0]]), "half": torch.ones(2, dtype=torch.bfloat16), "step": torch.ones(1, dtype=torch.int64)}  # fmt: skip
    save_file(weights, before / "models/pretrained/model.safetensors")
    (before / "report.html").write_text("before")
    shutil.copytree(before, after)
    (after / "report.html").write_text("after")
    return before, after


def table(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    return lambda folder: change(TABLE).to_parquet(folder / "bias.parquet")


def text(old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        file = folder / "models/table.csv"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return edit


def tensors(**changes: torch.Tensor) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        file = folder / "models/pretrained/model.safetensors"
        save_file(load_file(file) | changes, file)

    return edit


def test_equal_folders_are_equal(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert equal_results.main([str(folder) for folder in folders]) == 0
    assert capsys.readouterr().out == (
        "3 files compared: 3 equal bit by bit, 0 within the tolerance, 0 different; 0 in BEFORE only, 0 in AFTER only.\n"
    )


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (table(lambda t: t.iloc[::-1]), "bias.parquet: column 'target' differs in more than rounding"),
        (table(lambda t: t.assign(score=[0.2, np.nan, -3])), "column 'score' differs: largest relative difference 0.5"),
        (table(lambda t: t.assign(score=[0.1, 0.1, -3])), "column 'score' differs in more than rounding"),
        (table(lambda t: t.assign(score=[np.inf, np.nan, -3])), "column 'score' differs in more than rounding"),
        (table(lambda t: t.assign(n=t["n"].astype(float))), "column 'n' changes its type from int64 to double"),
        (table(lambda t: t.assign(n=[1, 2, 4])), "column 'n' differs in more than rounding"),
        (table(lambda t: t.assign(probability=[[0.25], [0.75], [1.0]])), "column 'probability' differs in more than"),
        (table(lambda t: t.assign(probability=[[0.5, 0.75], [], [1.0]])), "'probability' differs: largest relative"),
        (table(lambda t: t.drop(columns="n")), "bias.parquet: column 'n' is in BEFORE only"),
        (text("nurse", "Nurse"), "models/table.csv: column 'target' differs in more than rounding"),
        (text("0.1", "0.2"), "models/table.csv: column 'score' differs: largest relative difference 0.5"),
        (tensors(weight=torch.tensor([[1.0, 0.5]])), "model.safetensors: tensor 'weight' differs: largest relative"),
        (tensors(weight=torch.tensor([1.0, 0.0])), "model.safetensors: tensor 'weight' differs in more than rounding"),
        (tensors(half=torch.zeros(2, dtype=torch.bfloat16)), "model.safetensors: tensor 'half' differs: largest"),
        (tensors(step=torch.zeros(1, dtype=torch.int64)), "tensor 'step' differs in more than rounding"),
        (tensors(bias=torch.ones(1)), "model.safetensors: tensor 'bias' is in AFTER only"),
        (lambda folder: (folder / "bias.parquet").unlink(), "bias.parquet: is in BEFORE only"),
    ],
)
def test_every_difference_is_named(folders: tuple[Path, Path], edit: Callable[[Path], None], line: str) -> None:
    edit(folders[1])
    lines, equal = equal_results.compare(*folders, tolerance=1e-9)
    assert not equal
    assert line in "\n".join(lines)


@pytest.mark.parametrize("edit", [
    table(lambda t: t.assign(score=[NEXT, np.nan, -3.0])), text("0.1", repr(NEXT)),
])  # fmt: skip
def test_the_last_bit_of_a_float_counts_unless_the_tolerance_accepts_it(folders: tuple[Path, Path], edit) -> None:
    edit(folders[1])
    assert not equal_results.compare(*folders)[1]
    lines, equal = equal_results.compare(*folders, tolerance=1e-9)
    assert equal
    assert "column 'score' is accepted: largest relative difference 1.4e-16" in lines[0]
    assert "2 equal bit by bit, 1 within the tolerance, 0 different" in lines[-1]


def test_the_sign_of_a_zero_counts_unless_the_tolerance_accepts_it(folders: tuple[Path, Path]) -> None:
    table(lambda t: t.assign(level=[-0.0, 1.5, None]))(folders[1])
    assert not equal_results.compare(*folders)[1]
    assert equal_results.compare(*folders, tolerance=1e-9)[1]


def test_what_only_after_has_is_named_and_no_difference(folders: tuple[Path, Path]) -> None:
    table(lambda t: t.assign(trial=0))(folders[1])
    TABLE.to_parquet(folders[1] / "more.parquet")
    lines, equal = equal_results.compare(*folders)
    assert equal
    assert lines[:2] == ["more.parquet: is in AFTER only", "bias.parquet: column 'trial' is in AFTER only"]


def test_the_command_exits_with_1_on_a_difference_and_where_it_finds_nothing(folders: tuple[Path, Path]) -> None:
    text("nurse", "Nurse")(folders[1])
    command = [sys.executable, str(REPOSITORY / "tests/support/equal_results.py"), *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stdout.endswith("1 different; 0 in BEFORE only, 0 in AFTER only.\n")
    (folders[0] / "empty").mkdir()
    assert equal_results.main([str(folders[0] / "empty")] * 2) == 1
