"""The graph of a study's jobs as plain Python: nodes, final files, and what each stage reads."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from biastransfer.study.end_of_run import elsewhere, problem_sentences, report_sentence
from biastransfer.study.gpu_visible import ANSWER, gpu_visible
from biastransfer.study.read import parse_study
from biastransfer.study.wiring import MACHINE_KEYS, Wiring

from support.studies import edited


def wired(**changes: object) -> Wiring:
    """The wiring of the embedded study with other values at dotted keys."""
    return Wiring(parse_study(edited(**changes)))


def test_the_graph_needs_neither_torch_nor_pandas() -> None:
    """Snakemake reads the wiring in every process that it starts."""
    program = "import sys, biastransfer.study.wiring; print({'torch', 'transformers', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_models_are_scored_with_the_measures_of_their_tasks() -> None:
    wiring = wired(interventions__random_init__tasks=["wiki"])
    groups = wiring.measures.models_by_tasks()
    assert list(groups) == [("bios", "wiki"), ("wiki",)]
    assert groups["wiki",] == ["random_init-t0", "random_init-t1"]
    assert [wiring.measures.upstream_rule(tasks) for tasks in groups] == ["score_upstream", "score_upstream_of_wiki"]
    assert wiring.measures.of_tasks(("bios", "wiki")) == ["pronoun_ranking", "negative_sentiment", "identity_ranking"]
    scores = wiring.scores()
    assert "results/embedded/upstream/identity_ranking/random_init-t0.parquet" in scores
    assert "results/embedded/upstream/pronoun_ranking/random_init-t0.parquet" not in scores
    assert len(scores) == len(set(scores))


def test_runs_are_scored_again_after_fine_tuning_unless_there_is_no_decoder() -> None:
    after = [file for file in wired().scores() if "/intermediate/" in file]
    assert len(after) == 6 * 1 + 6 * 2
    without = wired(intermediate_decoder="none")
    assert not [file for file in without.scores() if "/intermediate/" in file]
    assert without.measures.after_fine_tuning("wiki") == []
    assert not without.run_facts(without.runs[0])["intermediate"]


def test_the_machine_keys_have_every_default_and_are_reported_nowhere() -> None:
    wiring = wired(device=None, data=None, save_training_every=None)
    assert wiring.machine() == {"device": "auto", "data": ".", "save_training_every": 300.0}
    assert not MACHINE_KEYS & set(wiring.reported_study())


def test_the_files_of_several_measures_are_in_their_order() -> None:
    measures = wired().measures
    files = measures.files(["negative_sentiment", "pronoun_ranking"])
    assert files == {
        "sentences": [f"results/embedded/checks/sentences/{name}.json" for name in ("negative_sentiment", "pronoun_ranking")],
        "templates": [f"workflow/templates/{name}.yaml" for name in ("negative_sentiment", "pronoun_ranking")],
        "tasks": ["results/embedded/data/wiki/task.json", "results/embedded/data/bios/task.json"],
        "classifier": [],
    }  # fmt: skip
    assert measures.all_settings(["pronoun_ranking"])["pronoun_ranking"]["surface_forms"] == {"dj": "DJ"}


def test_a_checkpoint_needs_its_own_head_for_the_measures_that_read_it() -> None:
    measures = wired().measures
    assert measures.head(["group_association", "pronoun_ranking"]) == "own"
    assert measures.head(["group_association", "term_association"]) == "any"


def test_a_classifier_of_sentiment_is_read_by_its_measure_alone() -> None:
    classifier = {"type": "hub"}
    wiring = wired(tasks__wiki__upstream__negative_sentiment__classifier=classifier)
    key, section = wiring.measures.classifier
    assert key == "tasks.wiki.upstream.negative_sentiment.classifier"
    assert len(wiring.measures.files(["negative_sentiment"])["classifier"]) == 4
    assert wiring.measures.files(["identity_ranking"])["classifier"] == []
    source = wiring.models.checkpoint_source(key, section)
    assert source["key"] == f"{key}.model"
    assert source["lock"] == "locks/embedded.json"
    assert wiring.downloads() == wiring.measures.classifier_files(["negative_sentiment"])
    assert "nothing more" in wiring.downloads_sentence()


def test_a_trainset_gets_what_its_intervention_needs() -> None:
    data = wired(
        interventions__swapped={"shares": [0.5]}, interventions__proxies_scrubbed={"words": [5], "min_count": 5}
    ).data
    assert data.trainset_pairs("bios", "swapped-0.5").endswith("swap_pairs.yaml")
    assert data.trainset_words("bios", "swapped-0.5") == []
    assert data.trainset_settings("bios", "swapped-0.5")["compare"] == ["she/her", "he/him"]
    words = data.trainset_words("bios", next(slug for _, slug in data.trainsets if slug.startswith("proxies")))
    assert words == "results/embedded/proxy_words/bios.parquet"
    assert data.trainset_pairs("bios", "original") == []
    assert data.trainset_settings("bios", "original") == {}
    assert data.source_files("bios") == data.downloads("wiki") == []
    assert data.testset_files("wiki") == {
        "madlibs": "results/embedded/data/wiki/phrases.parquet",
        "comments": "results/embedded/data/wiki/test.parquet",
    }


def test_user_files_of_a_task_start_from_the_data_folder() -> None:
    source = {"type": "files", "files": ["posts.csv"], "columns": {"text": "post", "label": "bad"}}
    changes = {"tasks__wiki__source": source, "tasks__wiki__split": "nested", "tasks__wiki__fpr_testset": "comments"}
    wiring = wired(data="/data", tasks__wiki__terms="terms.txt", **changes)
    assert wiring.data.source_files("wiki") == ["/data/posts.csv", "/data/terms.txt"]
    assert wiring.data.simulated == ["bios"]


def test_a_projection_is_fitted_with_some_switches_and_applied_with_the_others() -> None:
    models = wired(interventions__sentdebias={"levels": [1], "site": "encoder_output"}).models
    assert models.projection_file("sentdebias-g1") == "results/embedded/projections/sentdebias.parquet"
    assert models.settings("sentdebias-g1") == {"site": "encoder_output", "tie_decoder": True}
    assert "components" in models.fit_settings("sentdebias")
    assert not {"site", "tie_decoder"} & set(models.fit_settings("sentdebias"))
    assert models.projection_file("pretrained") == []


@pytest.mark.parametrize(
    ("device", "environment", "visible"),
    [
        ("cpu", {}, False),
        ("cuda", {"CUDA_VISIBLE_DEVICES": ""}, True),
        ("auto", {}, True),
        ("auto", {"CUDA_VISIBLE_DEVICES": ""}, False),
        ("auto", {"CUDA_VISIBLE_DEVICES": "0", "GPU_POOL": ""}, False),
    ],
)
def test_the_study_or_the_machine_decides_on_a_gpu(
    device: str, environment: dict[str, str], visible: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv(ANSWER, "0")  # so that what the function sets is taken back
    for output, status, answers in (("GPU 0: a card (UUID: x)", 0, True), ("NVIDIA-SMI has failed", 9, False)):
        monkeypatch.delenv(ANSWER, raising=False)
        program.write_text(f"#!/bin/sh\necho '{output}'\nexit {status}\n")
        program.chmod(0o755)
        assert gpu_visible(device, environment) is (visible and (answers or device == "cuda"))
    monkeypatch.delenv(ANSWER, raising=False)
    monkeypatch.setattr("shutil.which", lambda program: None)
    assert gpu_visible(device, environment) is (device == "cuda")
    monkeypatch.delenv(ANSWER, raising=False)


def test_the_messages_at_the_end_are_those_of_this_run(tmp_path: Path) -> None:
    now = time.time()
    problems = tmp_path / "logs" / "problems"
    problems.mkdir(parents=True)
    for name, age in (("old", 100), ("b", 0), ("a", 0)):
        (problems / f"{name}.log").write_text(f"{name} is wrong.\n")
        os.utime(problems / f"{name}.log", (now - age, now - age))
    assert problem_sentences(tmp_path, now - 1) == ["a is wrong.", "b is wrong."]
    full = elsewhere(tmp_path / "logs/problems")
    full.mkdir(parents=True)
    try:
        (full / "c.log").write_text("The disk is full.\n")
        assert problem_sentences(tmp_path, now - 1)[-1] == "The disk is full."
    finally:
        shutil.rmtree(full)
    assert report_sentence(tmp_path, now) is None
    (tmp_path / "report.html").touch()
    assert report_sentence(tmp_path, now - 1) == f"Report: {tmp_path}/report.html"
    assert report_sentence(tmp_path, now + 100) is None
