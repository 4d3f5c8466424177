"""Results that are deleted, restored or re-made by hand, and what Snakemake then does (docs/reruns.md)."""

import shutil
from pathlib import Path

import pytest

from support.workflow import REPORT, TINY, contents, edit, job_counts, planned, snakemake

pytestmark = pytest.mark.end_to_end
TEMPLATES = "workflow/templates/pronoun_ranking.yaml"
MODEL = "results/tiny/models/pretrained/model.safetensors"
RUN = "results/tiny/runs/bios/gaussian_noise-s0.5-t0/original/0/model.safetensors"
COLLECTED = dict.fromkeys(REPORT, 1)
RANKING = COLLECTED | {
    "check_templates": 1, "check_sentences": 1, "score_upstream": 1, "score_upstream_of_bios": 1, "score_run_bios": 2,
}  # fmt: skip
AFTER_MODEL = COLLECTED | {
    "score_upstream": 1, "fine_tune": 2, "score_run_bios": 1, "score_run_wiki": 1, "compare_groups": 1,
    "measure_changes": 2,
}  # fmt: skip
AFTER_RUN = {"score_run_bios": 1} | COLLECTED
TRAINED_AGAIN = {"fine_tune": 1, "measure_changes": 1} | AFTER_RUN


@pytest.fixture
def finished(tiny_study: Path, tmp_path: Path) -> Path:
    """A copy of the finished tiny study, to be changed."""
    return shutil.copytree(tiny_study, tmp_path / "copy", symlinks=True)


def restore(source: Path, folder: Path, *names: str) -> None:
    """Put folders back as they are in another place, with their times."""
    for name in names:
        shutil.rmtree(folder / name)
        shutil.copytree(source / name, folder / name, symlinks=True)


@pytest.mark.parametrize(
    ("file", "jobs"),
    [(MODEL, {"perturb_model": 1} | AFTER_MODEL), (RUN, TRAINED_AGAIN)],
    ids=["model", "run"],
)
def test_a_deleted_checkpoint_leads_to_what_follows_until_it_is_restored(
    finished: Path, file: str, jobs: dict[str, int]
) -> None:
    kept = shutil.copy2(finished / file, finished / "kept")
    (finished / file).unlink()
    assert planned(finished) == jobs
    shutil.copy2(kept, finished / file)
    assert not planned(finished)


def test_marking_what_follows_does_not_bring_a_checkpoint_back(finished: Path) -> None:
    (finished / RUN).unlink()
    snakemake(finished, "--cores", "1", "--touch", *TINY)
    assert planned(finished) == TRAINED_AGAIN


def test_checkpoints_are_made_again_by_name_and_nothing_else_is(finished: Path) -> None:
    before = contents(finished)
    (finished / MODEL).unlink()
    (finished / RUN).unlink()
    done = snakemake(finished, "--cores", "1", MODEL, RUN, *TINY)
    assert job_counts(done.stdout + done.stderr) == {"perturb_model": 1, "fine_tune": 1}
    assert contents(finished) == before
    assert not planned(finished), "the same bytes"

    shutil.copy(finished / RUN.replace("gaussian_noise-s0.5-t0", "pretrained"), finished / RUN)
    assert planned(finished) == AFTER_RUN, "other bytes, as another device makes them"
    before = contents(finished)
    snakemake(finished, "--cores", "1", "--touch", *TINY)
    assert not planned(finished)
    assert contents(finished) == before


def test_what_only_leads_to_results_is_missed_when_it_is_needed(finished: Path) -> None:
    (finished / "results/tiny/base/model.safetensors").unlink()
    shutil.rmtree(finished / "results/tiny/tokens")
    assert not planned(finished)
    edit(finished / TINY[1], "levels: [0.5]", "levels: [0.5, 2.0]")
    assert planned(finished) == COLLECTED | {
        "pretrain_base": 1, "perturb_model": 3, "check_sentences": 2, "tokenize_trainset": 2, "tokenize_testsets": 2,
        "score_upstream": 1, "score_upstream_of_bios": 2, "fine_tune": 4, "score_run_bios": 3, "score_run_wiki": 1,
        "compare_groups": 1, "measure_changes": 2,
    }  # fmt: skip


def test_results_of_before_an_edit_count_with_snakemakes_notes_alone(finished: Path, tiny_study: Path) -> None:
    before = (finished / TEMPLATES).read_text()
    edit(finished / TEMPLATES, "had a good day", "had a bad day")
    done = snakemake(finished, "--cores", "2", *TINY)
    assert job_counts(done.stdout + done.stderr) == RANKING
    assert contents(finished) != contents(tiny_study)
    (finished / TEMPLATES).write_text(before)
    restore(tiny_study, finished, "results")
    assert planned(finished) == RANKING, "the notes are those of the edited run"
    restore(tiny_study, finished, ".snakemake")
    assert not planned(finished)


def test_without_snakemakes_notes_an_edit_of_the_study_is_not_seen(finished: Path) -> None:
    shutil.rmtree(finished / ".snakemake")
    assert not planned(finished)
    edit(finished / TINY[1], "learning_rate: 5.0e-3", "learning_rate: 4.0e-3")
    dry = snakemake(finished, "-n", "--cores", "1", *TINY)
    assert not job_counts(dry.stdout)
    assert "missing provenance/metadata" in dry.stdout + dry.stderr
    (finished / TEMPLATES).touch()
    assert planned(finished) == RANKING, "files go by their times alone"
