"""What an edit of a finished study runs again: exactly what depends on it, by a dry run (docs/reruns.md)."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from biastransfer.engine.fingerprints import _graph, _imports, _source, _tree_hash

from support.workflow import REPORT, REPOSITORY, TINY, contents, copy_workflow, edit, job_counts, planned, snakemake

STUDY = "tests/studies/tiny.yaml"
LIBRARY = "src/biastransfer"
TEMPLATES = "workflow/templates/pronoun_ranking.yaml"

# The tiny study has three runs: bios on the pre-trained and on a noisy model, wiki on the pre-trained one.
REPORTED = {"write_report": 1, "all": 1}
DRAWN = {"draw_figures": 1} | REPORTED
ANALYSED = {"analyze": 1} | DRAWN
COLLECTED = dict.fromkeys(REPORT, 1)
SCORED_BIOS = {"score_run_bios": 2} | COLLECTED
SCORED_WIKI = {"score_run_wiki": 1} | COLLECTED
SCORED = SCORED_BIOS | SCORED_WIKI
UPSTREAM = {"score_upstream": 1, "score_upstream_of_bios": 1}
RANKING = {"check_sentences": 1} | UPSTREAM | SCORED_BIOS
SENTIMENT = {"check_sentences": 1, "score_upstream": 1} | SCORED_WIKI
MEASURES = {"check_sentences": 2} | UPSTREAM | SCORED
FINE_TUNED = {"fine_tune": 3, "compare_groups": 1, "measure_changes": 2} | SCORED
PRETRAINED = {
    "pretrain_base": 1, "perturb_model": 2, "tokenize_trainset": 2, "tokenize_testsets": 2,
} | MEASURES | FINE_TUNED  # fmt: skip
NOTHING: dict[str, int] = {}
OTHER_INTERVENTION = """
from biastransfer.common.records import ModelIntervention
from biastransfer.interventions.sections import OnModel

RECORD = ModelIntervention(
    name="other", module="biastransfer.interventions.model.pretrained", label="other", description="is another", section=OnModel,
    groups={"noise": "perturbed"}, order=90,
)
"""
OTHER_MEASURE = """
from dataclasses import replace

from biastransfer.upstream.identity_ranking_record import RECORD as IDENTITY_RANKING

RECORD = replace(IDENTITY_RANKING, name="other", order=90)
"""

# fmt: off
EDITS = {
    # templates and measures
    "a template changed": (TEMPLATES, "had a good day", "had a bad day", {"check_templates": 1} | RANKING),
    "a template added": (
        TEMPLATES, "templates:\n", 'templates:\n  - name: new\n    text: "{pronoun}, {article} {target}."\n'
        '    text_plural: "{pronoun}, {article} {target}."\n', {"check_templates": 1} | RANKING),
    "a switch of a measure": (STUDY, "pronoun_ranking.yaml}", "pronoun_ranking.yaml, prior_masks: word}", RANKING),
    "how a target is written": (STUDY, "{dj: DJ}", "{dj: D.J.}", RANKING),
    "a measure added": (
        STUDY, "negative_sentiment.yaml}", "negative_sentiment.yaml}\n      identity_ranking: "
        "{templates: workflow/templates/identity_ranking.yaml}", {"check_templates": 1} | SENTIMENT),
    "the decoder after fine-tuning": (
        STUDY, "seed: 3", "seed: 3\nintermediate_decoder: tied", SCORED),
    "no decoder after fine-tuning": (STUDY, "seed: 3", "seed: 3\nintermediate_decoder: none", SCORED),
    # models, trainsets and training
    "a noise level added": (STUDY, "[0.5]", "[0.5, 2.0]", {
        "perturb_model": 1, "score_upstream_of_bios": 1, "fine_tune": 1, "score_run_bios": 1, "measure_changes": 1,
    } | COLLECTED),
    "an intervention taken out": (STUDY, "gaussian_noise: {levels: [0.5], trials: 1, tasks: [bios]}", "{}", {"measure_changes": 1} | COLLECTED),
    "an intervention on the data added": (STUDY, "interventions:", "interventions:\n  rebalanced: {over: [1]}", {
        "make_trainset": 1, "measure_dataset_bias": 1, "tokenize_trainset": 1, "fine_tune": 1, "score_run_bios": 1, "measure_changes": 1,
    } | COLLECTED),
    "a control's replicate added": (STUDY, "control_replicates: 1", "control_replicates: 2", {
        "fine_tune": 2, "score_run_bios": 1, "score_run_wiki": 1, "measure_changes": 2,
    } | COLLECTED),
    "the learning rate": (STUDY, "learning_rate: 5.0e-3", "learning_rate: 4.0e-3", FINE_TUNED),
    "a head on a frozen encoder": (STUDY, "fine_tuning: {", "fine_tuning: {head: linear_probe, ", FINE_TUNED),
    "a head that reads prompts": (STUDY, "fine_tuning: {", "fine_tuning: {head: prompt, prompt: {wiki: {template: "
        "'{text} {label}', labels: {flagged: bad, not_flagged: good}}}, ", {
        "check_prompt": 2, "tokenize_trainset": 2, "tokenize_testsets": 2,
    } | FINE_TUNED),
    "the least number of steps": (STUDY, "fine_tuning: {", "fine_tuning: {min_steps: 50, ", FINE_TUNED),
    "a subset of the texts": (STUDY, "interventions:", "interventions:\n  subsampled: {rows: [99], tasks: [bios]}", {
        "make_trainset": 1, "measure_dataset_bias": 1, "tokenize_trainset": 1, "fine_tune": 1, "score_run_bios": 1, "measure_changes": 1,
    } | COLLECTED),
    "another head's function": (f"{LIBRARY}/finetune/prompt.py", "return logits", "return 0 or logits", NOTHING),
    "a cell size": (STUDY, "min_cell: 5", "min_cell: 6", {
        "check_comparison": 1, "measure_dataset_bias": 1, "measure_changes": 1,
    } | SCORED_BIOS),
    "families named": (STUDY, "min_cell: 5", "min_cell: 5\n    families: {care: [nurse, dentist, surgeon]}",
        {"assign_families": 1} | COLLECTED),
    "the estimator of the verdict": (STUDY, "seed: 3", "seed: 3\nanalysis: {estimator: raw}", ANALYSED),
    "the compared groups": (STUDY, "[she/her, he/him]", "[he/him, she/her]", {
        "check_comparison": 1, "check_templates": 1, "measure_dataset_bias": 1, "measure_changes": 1,
    } | RANKING),
    "the headline's decision": (
        STUDY, "kind: flag_by_mention", "kind: flag_by_mention\n    decision: equal_error_rate", COLLECTED),
    "the bootstrap's replicates": (
        STUDY, "kind: flag_by_mention", "kind: flag_by_mention\n    bootstrap: 10", SCORED_WIKI),
    "the device": (STUDY, "device: cpu", "device: auto", NOTHING),
    "how often a training's state is saved": (STUDY, "device: cpu", "device: cpu\nsave_training_every: 7", NOTHING),
    "a pinned version": ("envs/cpu.yaml", "torch==", "torch>=", NOTHING),
    # functions of the library
    "a measure's function": (
        f"{LIBRARY}/upstream/pronoun_ranking.py", "(parts[2] - parts[3])", "parts[2] + parts[3]", RANKING),
    "the other measure's function": (f"{LIBRARY}/upstream/negative_sentiment.py", "return ", "return 0 or ", SENTIMENT),
    "what the measures share": (f"{LIBRARY}/language_model/masked_lm.py", "return ", "return 0 or ", MEASURES),
    "an intervention's function": (f"{LIBRARY}/interventions/model/gaussian_noise.py", "return ", "return 0 or ", {
        "perturb_model": 1, "score_upstream_of_bios": 1, "fine_tune": 1, "score_run_bios": 1, "measure_changes": 1,
    } | COLLECTED),
    "the training loop": (f"{LIBRARY}/training/loop.py", "max(1, total - warmup)", "max(2, total - warmup)", PRETRAINED),
    "the regression": (f"{LIBRARY}/analysis/regression.py", "results.ssr / df2)", "results.ssr / n)", ANALYSED),
    "the errors": (f"{LIBRARY}/analysis/standard_errors.py", "np.nan, 1 - leverage)", "np.nan, 2 - leverage)", ANALYSED),
    "the smallest effect of interest": (STUDY, "seed: 3", "seed: 3\nanalysis: {smallest_effect: 0.2}", ANALYSED),
    "a sentence of the answer": (f"{LIBRARY}/report/text/answer.toml", "Seed noise", "Noise of the seed", REPORTED),
    "a printed number": (f"{LIBRARY}/analysis/steed2022/regressions.csv", "-0.068,0.018", "-0.069,0.018", REPORTED),
    "a simulated coverage": (f"{LIBRARY}/analysis/coverage.csv", "lsdv_hc3,upstream,2000,", "lsdv_hc3,upstream,2001,", REPORTED),
    "a style of the figures": (f"{LIBRARY}/report/figures/style.py", '"font.size": 7', '"font.size": 8', DRAWN),
    "the report's page": (f"{LIBRARY}/report/page/page.html", "<body>", '<body class="wide">', REPORTED),
    "an intervention registered": (
        f"{LIBRARY}/interventions/model/other_record.py", "", OTHER_INTERVENTION, NOTHING),
    "a measure registered": (
        f"{LIBRARY}/upstream/other_record.py", "", OTHER_MEASURE, NOTHING),
    "a column of a measure": (
        f"{LIBRARY}/upstream/pronoun_ranking_record.py", '"neutral_prior"), ', '"neutral_prior", "new"), ', UPSTREAM | SCORED_BIOS),
} | {
    # a column of a table; fine-tuning writes its predictions itself, while the model is in memory, so they train again
    f"a column of {table}": (f"{LIBRARY}/engine/table_schemas.py", f'"{table}": _schema(', f'"{table}": _schema(new=_real, ', rules)
    for table, rules in {
        "dataset_bias": {"measure_dataset_bias": 2} | COLLECTED,
        "predictions": FINE_TUNED,
        "rates": SCORED,
        "bias_transfer": COLLECTED,
        "correlations": ANALYSED,
    }.items()
}
# fmt: on


@pytest.fixture
def finished(tiny_study: Path, tmp_path: Path) -> Path:
    """The finished tiny study with files and a library to edit; the results are links: it is for dry runs only."""
    folder = copy_workflow(tmp_path / "copy")
    shutil.copytree(REPOSITORY / LIBRARY, folder / LIBRARY, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".snakemake").mkdir()
    for name in ("results", ".snakemake/metadata"):
        (folder / name).symlink_to(tiny_study / name)
    return folder


def plan(folder: Path) -> Counter[str]:
    """Jobs of a dry run with the folder's own library."""
    return planned(folder, PYTHONPATH=str(folder / "src"))


@pytest.mark.end_to_end
def test_the_copied_library_is_the_one_that_counts(finished: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import biastransfer; print(biastransfer.__file__)"],
        cwd=finished,
        env={**os.environ, "PYTHONPATH": str(finished / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(finished / LIBRARY / "__init__.py")
    assert plan(finished) == NOTHING


@pytest.mark.end_to_end
@pytest.mark.parametrize(("file", "old", "new", "jobs"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_runs_what_depends_on_it(finished: Path, file: str, old: str, new: str, jobs: dict[str, int]) -> None:
    edit(finished / file, old, new)
    assert plan(finished) == jobs


@pytest.mark.end_to_end
def test_comments_docstrings_and_touched_files_run_nothing(finished: Path) -> None:
    python = [*finished.glob("src/**/*.py"), *finished.glob("workflow/scripts/*.py")]
    assert len(python) > 80
    for file in python:
        text = re.sub(r'^( *)"""(?=\w)', r'\1"""Reworded. ', file.read_text(), flags=re.M)
        assert "Reworded" in text
        file.write_text(text + "\n\n# A comment.\n")
    for file in [finished / "Snakefile", *finished.glob("workflow/rules/*.smk")]:
        file.write_text(file.read_text() + "\n\n# A comment.\n")
    for folder in ("src", "workflow", "tests", "envs", "profiles"):
        for file in (finished / folder).rglob("*"):
            file.touch()
    assert plan(finished) == NOTHING


@pytest.mark.end_to_end
def test_edits_undone_run_nothing(finished: Path) -> None:
    edits = [EDITS[name][:3] for name in ("a template changed", "the learning rate", "the training loop")]
    before = {file: (finished / file).read_text() for file, _, _ in edits}
    for file, old, new in edits:
        edit(finished / file, old, new)
    assert plan(finished) == {"check_templates": 1} | PRETRAINED
    for file, text in before.items():
        (finished / file).write_text(text)
    assert plan(finished) == NOTHING


@pytest.mark.end_to_end
def test_an_edited_template_changes_the_tables_of_its_measure_alone(tiny_study: Path, tmp_path: Path) -> None:
    """One job scores a model with all measures, and one a run: what the edit is not about comes out byte by byte the same."""
    folder = tmp_path / "copy"
    shutil.copytree(tiny_study, folder, symlinks=True)
    edit(folder / TEMPLATES, "had a good day", "had a bad day")
    ranking = ["upstream/pronoun_ranking/pretrained", "intermediate/pronoun_ranking/bios/pretrained/original/0"]
    tables = [f"results/tiny/{name}.parquet" for name in ranking]
    done = snakemake(folder, "--cores", "1", *TINY, "--", *tables)
    assert job_counts(done.stdout + done.stderr) == {
        "check_templates": 1, "check_sentences": 1, "score_upstream": 1, "score_run_bios": 1,
    }  # fmt: skip
    before, after = contents(tiny_study), contents(folder)
    assert {name for name in before if before[name] != after[name]} == {f"{name}.parquet" for name in ranking}
    other = folder / "results/tiny/upstream/negative_sentiment/pretrained.parquet"
    assert other.stat().st_mtime > (folder / "results/tiny/report.html").stat().st_mtime, "it was written again"


@pytest.mark.end_to_end
def test_files_that_a_study_no_longer_has_are_deleted_and_those_of_others_stay(
    tiny_study: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(tiny_study, folder, symlinks=True)
    results = folder / "results/tiny"
    for name, suffix in (("figures", "png"), ("tables", "csv")):
        listed = json.loads((results / name / "files.json").read_text())
        for old in ("old", "changed"):
            (results / name / f"{old}.{suffix}").write_text(old)
            listed[f"{old}.{suffix}"] = hashlib.sha256(b"old").hexdigest()
        (results / name / "files.json").write_text(json.dumps(listed))
        (results / name / f"mine.{suffix}").write_text("mine")
    snakemake(folder, "--cores", "1", *TINY, "--forcerun", "draw_figures")
    for name, suffix in (("figures", "png"), ("tables", "csv")):
        assert not (results / name / f"old.{suffix}").exists()
        assert (results / name / f"changed.{suffix}").read_text() == "changed"
        assert (results / name / f"mine.{suffix}").read_text() == "mine"
        assert set(json.loads((results / name / "files.json").read_text())) == {
            file.name for file in (tiny_study / "results/tiny" / name).iterdir()
        } - {"files.json"}


def test_the_fingerprint_sees_code_but_no_comments(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("a.py", "b.py", "c.py"))
    one.write_text('def f(x):\n    """Say."""\n    return x + 1  # one\n')
    other.write_text('"""Module."""\n\n\ndef f(x):\n    """Say more."""\n\n    return x + 1\n')
    third.write_text("def f(x):\n    return x + 2\n")
    assert _tree_hash(one) == _tree_hash(other) != _tree_hash(third)


def test_a_fingerprint_follows_the_selected_entry_alone() -> None:
    script = REPOSITORY / "workflow/scripts/score_upstream.py"
    closure = set(_imports(script))
    for module in list(closure):
        closure |= _graph().find_upstream_modules(module)
    assert "biastransfer.checkpoints.load" in closure
    assert "biastransfer.upstream.pronoun_ranking" not in closure
    assert "biastransfer.training.loop" not in closure
    assert _source("biastransfer.upstream").name == "__init__.py"


def test_packages_hold_no_code_that_a_fingerprint_would_miss(tmp_path: Path) -> None:
    (tmp_path / "empty.py").touch()
    for file in (REPOSITORY / LIBRARY).glob("*/__init__.py"):
        assert _tree_hash(file) == _tree_hash(tmp_path / "empty.py"), file
