"""The pipeline broken on purpose: what is wrong is seen, and what was planted vanishes when it is taken out."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest

from biastransfer.common.problems import Problem
from biastransfer.tasks import label_by_group
from biastransfer.tasks.prepare import prepare

from support.workflow import TINY, snakemake

PEOPLE = pd.DataFrame(
    {
        "id": [str(number) for number in range(40)],
        "text": [f"{('She is a nurse', 'Mr Smith writes. HE has theories, there')[n % 2]} {n}." for n in range(40)],
        "label": ["nurse", "writer"] * 20,
        "group": ["she/her", "he/him"] * 20,
    }
)


def prepared(scrub: str):
    return prepare({"all": PEOPLE}, label_by_group, terms=[], scrub=scrub, split="nested", seed=0, key="tasks.bios")


def test_pronouns_that_were_left_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("She" in text for text in prepared("pronouns").splits["train"]["text"])
    assert any("She" in text for text in prepared("none").splits["train"]["text"])
    monkeypatch.setattr(label_by_group, "scrub_pronouns", lambda text: text)
    with pytest.raises(Problem, match=r"tasks\.bios\.scrub: \d+ of \d+ texts of the train split still hold a pronoun"):
        prepared("pronouns")


def test_a_checkpoint_swapped_for_the_base_is_refused(tiny_study: Path, tmp_path: Path) -> None:
    """With the times of the file that it replaces, so that Snakemake sees nothing."""
    folder = tmp_path / "copy"
    shutil.copytree(tiny_study, folder, symlinks=True)
    root = folder / "results" / "tiny"
    noisy = root / "models" / "gaussian_noise-s0.5-t0" / "model.safetensors"
    times = noisy.stat()
    shutil.copyfile(root / "models" / "pretrained" / "model.safetensors", noisy)
    os.utime(noisy, ns=(times.st_atime_ns, times.st_mtime_ns))
    scores = root / "upstream" / "pronoun_ranking" / "gaussian_noise-s0.5-t0.parquet"
    scores.unlink()
    done = snakemake(folder, "--cores", "1", *TINY, "--", str(scores.relative_to(folder)), check=False)
    assert done.returncode != 0
    assert "gaussian_noise-s0.5-t0/model.safetensors: has SHA-256 " in done.stderr
    assert "Traceback" not in done.stderr
    assert not scores.exists()
