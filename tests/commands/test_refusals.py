"""Every kind of wrong input ends in one sentence before anything runs; unusual but valid input is accepted."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from biastransfer.commands.app import app
from biastransfer.commands.validate import validate
from biastransfer.finetune.plain_texts import tokenize
from biastransfer.tasks.prepare import load

from support import refusals
from support.checkpoints import make_checkpoint
from support.refusals import CASES, C, Case, Own, P, key
from support.workflow import copy_workflow, snakemake

ALL = [(section, case) for section, cases in CASES.items() for case in cases]
MARKUP = ["<script>alert(1)</script>", "$\\frac$", 'a & "b"']


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small RoBERTa without errors."""
    return make_checkpoint("roberta-bpe", tmp_path_factory.mktemp("base"))


@pytest.fixture
def own(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    """A valid study in its own folder, without a GPU."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    return Own(base)


def state(folder: Path, *parts: str) -> dict[str, tuple[int, bytes]]:
    """Time and bytes of every file in a folder, or in some of its parts."""
    return {
        str(file.relative_to(folder)): (file.lstat().st_mtime_ns, file.read_bytes())
        for part in parts or (".",)
        for file in sorted((folder / part).rglob("*"))
        if file.is_file() and not file.is_symlink()
    }


@pytest.mark.parametrize(("section", "case"), ALL, ids=[f"{section}: {case.name}" for section, case in ALL])
def test_wrong_input_is_refused_in_one_sentence(own: Own, section: str, case: Case, tmp_path: Path) -> None:
    case.spoil(own)
    own.write()
    before = state(tmp_path)
    found = validate("study.yaml")
    assert len(found.mistakes) == 1, found.mistakes
    mistake = found.mistakes[0]
    for words in case.words:
        assert words in mistake.sentence
    assert mistake.sentence.rstrip().endswith((".", "?"))
    assert state(tmp_path) == before
    assert refusals.row(case.name, mistake) in refusals.PAGE.read_text(), (
        "PYTHONPATH=tests python -m support.refusals writes the page"
    )


def test_the_page_holds_the_list_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = refusals.PAGE.read_text()
    assert len(ALL) >= 40
    rows = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if " | 1 | " in line]
    assert rows == [case.name for _, case in ALL] + [*refusals.TABLES, *refusals.DISK]
    assert text.startswith(refusals.HEAD)
    assert all(line in text for line in [*refusals.table_rows(), *refusals.disk_rows()])


def command(*arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit code, output and errors of ``biastransfer validate``."""
    done = CliRunner().invoke(app, ["validate", "--configfile", "study.yaml", *arguments])
    return done.exit_code, done.stdout.splitlines(), done.stderr.splitlines()


def test_a_good_study_is_summarised(own: Own, tmp_path: Path) -> None:
    own.write()
    before = state(tmp_path)
    code, output, errors = command()
    assert (code, errors) == (0, [])
    lines = [re.sub(r"\d+\.\d\d", "x", line) for line in output if "no better than" not in line]
    assert lines == [
        "base: base: roberta, 35,565 parameters, 461 tokens.",
        "tasks.people: rows: train 44, dev 4, test 12; 2 classes: attorney, nurse; groups: he/him 30, she/her 30.",
        "pronoun_ranking: templates: 1, queries: 8.",
        "pronoun_ranking: loss at masked tokens x nats, of tokens from elsewhere x.",
        "tasks.comments: rows: train 29, dev 3, test 8; 2 classes: not_flagged, flagged; flagged: 20 of 40 (50%); 3 targets: gay, deaf, c++.",
        "negative_sentiment: templates: 1, queries: 3.",
        "negative_sentiment: loss at masked tokens x nats, of tokens from elsewhere x.",
        "warning: tasks.comments.min_cell: 1 of 3 terms have fewer than 2 unflagged test texts (deaf 1), so their rates do not count; "
        "use more texts, a larger test split or a smaller min_cell.",
        "study.yaml: no errors found; see the warnings above.",
    ]
    assert state(tmp_path) == before


def test_all_mistakes_are_reported_at_once(own: Own) -> None:
    own.comments["rude"] = 0
    own.files["people.csv"] = refusals.ROWS
    own.files["ranking.yaml"] = refusals.SENTIMENT
    own.then.append(lambda: (own.copy_base() / "tokenizer.json").unlink())
    key("bias_subspace.pairs", "nowhere.yaml")(own)
    own.write()
    code, _, errors = command()
    assert code == 1
    assert [error.split(":")[0] for error in errors] == [
        "study.yaml", "base.path", "tasks.people.source.files", "ranking.yaml", "tasks.comments.source.flagged",
    ]  # fmt: skip


def test_keys_are_given_on_the_command_line_as_to_snakemake(own: Own) -> None:
    own.write()
    assert command("--config", "device=cuda")[0] == 1
    assert command("--config", "control_replicates=0")[2] == [
        "study.yaml: control_replicates: found 0; it should be greater than or equal to 1."
    ]
    assert command("--config", "seed")[2] == ["--config: found 'seed'; it should read KEY=VALUE."]


def test_what_is_not_there_yet_is_not_checked_and_no_mistake(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(Path.cwd() / "hub"))
    key("base", {"type": "hub", "model": "someone/bert", "revision": "main"})(own)
    own.write()
    code, output, _ = command()
    assert code == 0
    assert "not checked: base: someone/bert is not downloaded to the local cache yet." in output
    own.study["base"] = {"type": "pretrain", "corpus": {"type": "simulated"}}
    simulated = {"type": "simulated", "examples": {"train": 600, "dev": 60, "test": 1120}}
    own.study["tasks"]["people"] |= {"source": simulated, "split": "native"}
    own.study["tasks"]["people"]["surface_forms"] = {"dj": "DJ"}
    Path("study.yaml").write_text(yaml.safe_dump(own.study))
    code, output, errors = command()
    assert (code, errors) == (0, [])
    assert "not checked: base: not pre-trained yet, so templates cannot be filled with its tokens." in output
    assert any(line.startswith("tasks.people: rows: train 600, dev 60, test 1,120; 28 classes") for line in output)


def test_absolute_paths_and_links_lead_out_of_data(own: Own, tmp_path: Path) -> None:
    own.study["data"] = "data"
    key("base.path", str(own.checkpoint))(own)
    key("tasks.comments.source.files", ["sub/../comments.csv"])(own)
    key("tasks.people.source.files", [str(tmp_path / "people.csv")])(own)
    own.write()
    Path("data/sub").mkdir(parents=True)
    Path("data/comments.csv").symlink_to(tmp_path / "comments.csv")
    assert validate("study.yaml").mistakes == []


def test_a_line_may_be_a_megabyte_long(own: Own, base: Path) -> None:
    own.comments.loc[0, "comment"] = "gay " * 250_000
    own.comments.loc[1, "comment"] = "x" * 1_000_000
    own.write()
    assert validate("study.yaml").mistakes == []
    tokens = tokenize(own.comments["comment"][:2], base / "tokenizer.json", 32)
    assert [len(ids) for ids in tokens] == [32, 32]


def test_signs_in_terms_and_markup_in_labels_are_what_they_are(own: Own) -> None:
    from biastransfer.common import registry

    own.people["job"] = [MARKUP[0]] * 30 + [MARKUP[1]] * 30
    own.people["who"] = own.people["who"].map({"she/her": MARKUP[0], "he/him": MARKUP[2]})
    own.people["bio"] = [f"{MARKUP[0]} {number}" for number in range(60)]
    own.comments.loc[::2, "comment"] = [f"c++ a.* (x <b> $5 {number}" for number in range(20)]
    own.files["ranking.yaml"] = yaml.safe_dump({
        "measure": "pronoun_ranking", "pronouns": {MARKUP[0]: "she", MARKUP[2]: "he"},
        "templates": [{"name": "is", "text": "{pronoun} is {target}."}],
    })  # fmt: skip
    terms = ["c++", "a.*", "(x", "<b>", "$5", "d++"]
    key(f"{C}.terms", terms)(own)
    key(f"{P}.compare", [MARKUP[0], MARKUP[2]])(own)
    own.write()
    findings = validate("study.yaml")
    assert findings.mistakes == []
    assert f"{C}.terms: no text mentions d++." in findings.warnings
    prepared = load(
        {"kind": "flag_by_mention", "terms": terms, "scrub": None, "split": "nested", "duplicates": "group", "mentions": {}, "source": {
            "type": "files", "files": ["comments.csv"], "columns": {"text": "comment", "label": "rude"},
            "label_names": None, "flagged": 1, "phrases": None}},
        registry.load(registry.task_kinds()["flag_by_mention"].module), registry.load(registry.task_kinds()["flag_by_mention"].simulation), seed=0, key=C, locate=str,
    )  # fmt: skip
    found = pd.concat(prepared.splits.values())["terms"].map(tuple).value_counts()
    assert found.to_dict() == {tuple(terms[:-1]): 20, (): 20}


@pytest.mark.end_to_end
def test_the_workflow_refuses_the_same_and_keeps_what_it_has(own: Own, tmp_path: Path) -> None:
    key(f"{C}.terms", ["gay", "deaf"])(own)
    own.write()
    (tmp_path / "workflow").unlink()
    copy_workflow(tmp_path / "copy")
    for name in ("Snakefile", "config.yaml", "workflow", "profiles", "envs"):
        shutil.move(tmp_path / "copy" / name, tmp_path / name)
    run = ("--cores", "2", "--configfile", "study.yaml", "--keep-going", "--until")
    snakemake(tmp_path, *run, "prepare_task", BIASTRANSFER_PRELOAD="off")
    root = tmp_path / "results/own"
    before = state(root, "data")
    assert {"data/people/train.parquet", "data/comments/test.parquet"} <= set(before)
    good = Path("study.yaml").read_text()

    def refused(*sentences: str) -> None:
        done = snakemake(tmp_path, *run, "prepare_task", "check_base", check=False, BIASTRANSFER_PRELOAD="off")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        output = done.stderr.splitlines()
        assert [sentence for sentence in sentences if sentence not in output] == [], done.stderr[-3000:]
        assert state(root, "data") == before

    Path("study.yaml").write_text(good + "seed: 1\nseed: 2\n")
    refused(*(mistake.sentence for mistake in validate("study.yaml").mistakes))

    Path("study.yaml").write_text(good.replace("- people.csv", "- ../people.csv").replace("path: base", "path: bas"))
    mistakes = validate("study.yaml").mistakes
    assert len(mistakes) == 2
    refused(*(mistake.sentence for mistake in mistakes))

    Path("study.yaml").write_text(good.replace("- deaf", "- kind"))
    (own.copy_base() / "tokenizer.json").write_text("{")
    Path("people.csv").write_text(f"{refusals.ROWS}1,Cares, daily.,nurse,she/her\n")
    (root / "checks/comments.source.json.part").symlink_to("/dev/full")
    mistakes = validate("study.yaml").mistakes
    assert [mistake.rule for mistake in mistakes] == ["check_base", "check_task"]
    refused(
        *(mistake.sentence for mistake in mistakes),
        "results/own/checks/comments.source.json: cannot be opened or written: no space left on device.",
    )
