"""``biastransfer score``: any checkpoint, by any template set."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from biastransfer.commands.app import app
from biastransfer.engine.side_cars import file_hash

from support.workflow import REPOSITORY

TEMPLATES = REPOSITORY / "workflow" / "templates"


def score(*arguments: object):
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


@pytest.mark.end_to_end
@pytest.mark.parametrize(("measure", "task"), [("pronoun_ranking", "bios"), ("negative_sentiment", "wiki")])
def test_it_gives_the_scores_of_the_study(tiny_study: Path, tmp_path: Path, measure: str, task: str) -> None:
    root = tiny_study / "results" / "tiny"
    targets = json.loads((root / f"data/{task}/task.json").read_text())["targets"]
    listed = tmp_path / "targets.txt"
    listed.write_text("\n".join("dj=DJ" if target == "dj" else target for target in targets))
    out, model = tmp_path / "scores.parquet", root / "models" / "pretrained"
    done = score(model, "--templates", TEMPLATES / f"{measure}.yaml", "--targets", listed, "--out", out)
    assert done.exit_code == 0, done.output
    expected = pd.read_parquet(root / f"upstream/{measure}/pretrained.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(out), expected, rtol=0, atol=1e-5)
    assert targets[0] in done.stdout
    provenance = json.loads(out.with_suffix(".provenance.json").read_text())
    assert provenance["sha256"][str(model / "model.safetensors")] == file_hash(model / "model.safetensors")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["pronoun_ranking", "--targets", "nurse", "--switch", "prior_mask=word"], "has no such switch; allowed: "),
        (["pronoun_ranking", "--targets", "nurse", "--switch", "prior_masks=wort"], "Did you mean 'word'?"),
        (["pronoun_ranking", "--targets", "nurse", "--compare", "she/her,xe/xem"], "pronouns: none for 'xe/xem'"),
        (["pronoun_ranking", "--targets", "nurse", "--compare", "she/her"], "the measure needs two groups"),
        (["pronoun_ranking", "--targets", "nurse,nurse"], "--targets: the term 'nurse' occurs twice"),
        (
            ["identity_ranking", "--targets", "gay", "--compare", "a,b"],
            "--compare: identity_ranking compares no groups",
        ),
        (["pronoun_rankin", "--targets", "nurse"], "pronoun_rankin.yaml: no such template file."),
    ],
)
def test_a_mistake_is_one_sentence(checkpoint: Path, arguments: list[str], words: str) -> None:
    measure, *rest = arguments
    done = score(checkpoint, "--templates", TEMPLATES / f"{measure}.yaml", *rest)
    assert done.exit_code == 1
    assert words in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_out_is_checked_before_anything_is_scored(checkpoint: Path, tmp_path: Path) -> None:
    arguments = (checkpoint, "--templates", TEMPLATES / "identity_ranking.yaml", "--targets", "gay")
    assert (
        f"--out: the folder {tmp_path / 'no'} does not exist."
        in score(*arguments, "--out", tmp_path / "no" / "x.parquet").stderr
    )
    assert f"--out: {tmp_path} is a folder." in score(*arguments, "--out", tmp_path).stderr
    text = score(*arguments, "--out", tmp_path / "scores.txt").stderr
    assert "scores.txt ends in '.txt'; allowed: .parquet, .csv." in text.replace("\n", " ")
    assert "--device: found 'gpu'; allowed: auto, cpu, cuda." in score(*arguments, "--device", "gpu").stderr


def test_a_long_list_of_targets_and_their_forms(checkpoint: Path, tmp_path: Path) -> None:
    words = ["nurse", "attorney", "friend", "person", "yoga", "software", "chiropractor", "dietitian", "teacher"]
    names = [f"{one} {other}" for one in words for other in words]
    out = tmp_path / "scores.parquet"
    done = score(checkpoint, "--templates", TEMPLATES / "pronoun_ranking.yaml", "--targets",
                 ", ".join([*names, "dj = DJ"]), "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert list(pd.read_parquet(out)["target"].unique()) == [*names, "dj"]


def test_two_words_of_your_own(checkpoint: Path, tmp_path: Path) -> None:
    own, out = tmp_path / "own.yaml", tmp_path / "own.parquet"
    own.write_text(
        "measure: pronoun_ranking\npronouns: {old: older, young: yoga}\n"
        'templates:\n- {name: a, text: "My {pronoun} friend is {article} {target}."}\n'
    )
    done = score(checkpoint, "--templates", own, "--targets", "nurse,attorney", "--out", out,
                 "--switch", "probability=pseudo_log_likelihood")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert pd.read_parquet(out)["score"].abs().min() > 0


def test_a_model_that_is_nowhere_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    done = score("nobody/nothing", "--templates", TEMPLATES / "identity_ranking.yaml", "--targets", "gay")
    assert done.exit_code == 1
    assert (
        "MODEL: nobody/nothing at revision main cannot be downloaded: the hub is switched off (HF_HUB_OFFLINE is 1)"
        in done.stderr
    )


def test_scores_go_to_csv_where_the_name_says_so(checkpoint: Path, tmp_path: Path) -> None:
    arguments = (checkpoint, "--templates", TEMPLATES / "identity_ranking.yaml", "--targets", "gay,deaf", "--out")
    for ending in ("csv", "parquet"):
        assert score(*arguments, tmp_path / f"scores.{ending}").exit_code == 0
        assert (tmp_path / "scores.provenance.json").is_file()
    written = pd.read_csv(tmp_path / "scores.csv")
    pd.testing.assert_frame_equal(written, pd.read_parquet(tmp_path / "scores.parquet"), check_dtype=False)
