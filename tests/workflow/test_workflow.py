"""The whole workflow on the tiny study: it finishes, repeats itself, and wrong input ends in one sentence."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from support.workflow import TINY, contents, copy_workflow, planned, snakemake

pytestmark = pytest.mark.end_to_end
STUDY = Path("tests/studies/tiny.yaml")


def test_the_study_ends_in_a_report_and_a_table(tiny_study: Path) -> None:
    root = tiny_study / "results" / "tiny"
    bias = pd.read_parquet(root / "bias.parquet")
    rows = bias.groupby(["task", "model", "replicate"]).size().to_dict()
    assert rows == {
        ("bios", "pretrained", 0): 140,
        ("bios", "gaussian_noise-s0.5-t0", 0): 140,
        ("wiki", "pretrained", 0): 350,
    }
    report = (root / "report.html").read_text()
    assert "In bios, " in report
    assert not re.search(r'(src|href)="(?!data:|#)', report), "the report must not need another file"
    assert report.count("<img ") == report.count(' alt="') == 17


def test_nothing_to_do_afterwards(tiny_study: Path) -> None:
    assert not planned(tiny_study)


def test_one_core_without_preloading_gives_the_same_tables_and_weights(tiny_study: Path, tmp_path: Path) -> None:
    """Up to the biases of one run: every kind of job that computes, each a process that imports everything anew."""
    again = copy_workflow(tmp_path / "again")
    options = ("--cores", "1", "--resources", "gpu=1", *TINY, "--config", "device=auto")
    wanted = [
        f"results/tiny/{name}.parquet"
        for name in (
            "downstream/rates/bios/pretrained/original/0",
            "upstream/pronoun_ranking/gaussian_noise-s0.5-t0",
            "intermediate/pronoun_ranking/bios/pretrained/original/0",
        )
    ]
    done = snakemake(again, *options, "--", *wanted, BIASTRANSFER_PRELOAD="off")
    assert "CPU" in done.stderr
    first, second = contents(tiny_study), contents(again)
    assert {*wanted, "results/tiny/models/gaussian_noise-s0.5-t0/model.safetensors"} <= {
        f"results/tiny/{name}" for name in second
    }
    assert second == {name: first[name] for name in second}


def failure(folder: Path, *arguments: str) -> str:
    """What a failing run says at the end; earlier results must be what they were."""
    before = contents(folder)
    done = snakemake(folder, "--cores", "2", *TINY, *arguments, check=False)
    assert done.returncode != 0
    kept = contents(folder)
    assert kept == before, f"earlier results changed: {[name for name in before if before[name] != kept.get(name)]}"
    assert "Traceback" not in done.stderr
    assert "a signal killed" not in done.stderr
    return "\n".join(done.stderr.strip().splitlines()[-6:])


def local_study(folder: Path, **edits: object) -> None:
    """Turn the tiny study into one of files and of a checkpoint, then apply edits to the study and to the files."""
    people = [("she/her", "She cares for patients."), ("he/him", "He writes contracts.")]
    rows = pd.DataFrame(
        [(text, "nurse" if i % 3 else "attorney", group) for i in range(120) for group, text in people],
        columns=["bio", "job", "who"],
    )
    rows.assign(**edits.pop("bios", {})).to_csv(folder / "bios.csv", index=False)
    comments = pd.DataFrame({"comment": ["You are a gay idiot.", "My deaf friend is kind."] * 100, "bad": [1, 0] * 100})
    comments.assign(**edits.pop("wiki", {})).to_csv(folder / "wiki.csv", index=False)
    values = yaml.safe_load((folder / STUDY).read_text()) | {"study": "local"}
    values["interventions"] = {}
    values["tasks"]["bios"] |= {
        "source": {"type": "files", "files": ["bios.csv"], "columns": {"text": "bio", "label": "job", "group": "who"}},
        "split": "nested",
        "duplicates": "keep",
    }
    values["tasks"]["wiki"] |= {
        "source": {"type": "files", "files": ["wiki.csv"], "columns": {"text": "comment", "label": "bad"}},
        "terms": edits.pop("terms", ["gay", "deaf"]),
        "split": "nested",
        "duplicates": "keep",
    }
    values["base"] = {"type": "path", "path": "results/tiny/base"}
    for key, value in edits.items():
        *path, last = key.split("__")
        place = values
        for step in path:
            place = place[step]
        place[last] = value
    (folder / STUDY).write_text(yaml.safe_dump(values))


@pytest.fixture(scope="module")
def prepared_local(tiny_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of local files whose data is prepared and whose base is imported."""
    folder = tmp_path_factory.mktemp("local") / "copy"
    shutil.copytree(tiny_study, folder, symlinks=True)
    local_study(folder)
    snakemake(folder, "--cores", "2", *TINY, "--until", "check_comparison", "import_base")
    assert (folder / "results/local/data/wiki/train.parquet").is_file()
    return folder


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ({"terms": ["martian", "venusian"]}, ["tasks.wiki.terms: no text mentions any of the 2 terms (martian, venusian)"]),
        ({"tasks__bios__compare": ["she/her", "they/them"]}, ["tasks.bios.compare", "found 'they/them'; the data has the groups"]),
    ],
)  # fmt: skip
def test_wrong_input_ends_in_one_sentence(prepared_local: Path, tmp_path: Path, edits: dict, words: list[str]) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(prepared_local, folder, symlinks=True)
    local_study(folder, **edits)
    said = failure(folder, "--until", "check_comparison")
    for word in words:
        assert word in said, said


def test_a_study_of_files_from_a_checkpoint_runs_to_the_report(prepared_local: Path) -> None:
    snakemake(prepared_local, "--cores", "2", *TINY)
    root = prepared_local / "results"
    assert (root / "local/report.html").is_file()
    old, new = (root / study for study in ("tiny", "local"))
    assert (old / "base/model.safetensors").read_bytes() == (new / "models/pretrained/model.safetensors").read_bytes()
