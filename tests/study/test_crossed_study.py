"""Several bases, and the crossed design: nodes, files and mistakes."""

import copy

import pytest
import yaml

from biastransfer.common.problems import Problem
from biastransfer.study import grid
from biastransfer.study.read import parse_study
from biastransfer.study.wiring import Wiring

from support.studies import edited
from support.workflow import REPOSITORY

CROSSED = yaml.safe_load((REPOSITORY / "tests/studies/crossed.yaml").read_text())


def crossed(**changes: object) -> dict:
    """The crossed study with other values at dotted keys."""
    values = copy.deepcopy(CROSSED)
    for key, value in changes.items():
        *path, last = key.split("__")
        place = values
        for step in path:
            place = place[step]
        place[last] = value
    return values


def test_the_first_base_is_the_reference_and_a_twin_is_trained_on_its_corpus() -> None:
    study = parse_study(CROSSED)
    assert study.reference == "planted"
    wiring = Wiring(study)
    assert list(wiring.models.bases) == ["base", "bases/twin", "bases/reversed"]
    assert wiring.models.corpus("bases/twin") == "results/crossed/base/corpus.parquet"
    assert wiring.models.corpus("bases/reversed") == "results/crossed/bases/reversed/corpus.parquet"
    settings = {folder: wiring.models.pretraining(folder) for folder in wiring.models.bases}
    assert len({each.pop("seed") for each in settings.values()}) == 3
    assert settings["base"] == settings["bases/twin"] == settings["bases/reversed"]


def test_a_reversed_association_changes_the_corpus_alone() -> None:
    wiring = Wiring(parse_study(CROSSED))
    planted, turned = (wiring.models.corpus_tasks(folder)["bios"] for folder in ("base", "bases/reversed"))
    assert turned["source"]["strengths"].pop("upstream") == -planted["source"]["strengths"].pop("upstream") == -1
    assert planted == turned


def test_models_of_one_condition_differ_in_the_seed_alone() -> None:
    models = grid.models(
        parse_study(crossed(interventions__random_init={"trials": 2, "bases": ["planted", "reversed"]}))
    )
    assert {slug: (model.condition, model.base) for slug, model in models.items()} == {
        "pretrained": ("pretrained", ""),
        "random_init-t0": ("random_init", ""),
        "random_init-t1": ("random_init", ""),
        "twin": ("pretrained", "twin"),
        "reversed": ("reversed", "reversed"),
        "reversed-random_init-t0": ("reversed-random_init", "reversed"),
        "reversed-random_init-t1": ("reversed-random_init", "reversed"),
    }
    assert len({model.seed for model in models.values()}) == len(models)


def test_models_of_further_bases_are_crossed_and_not_fine_tuned_one_by_one() -> None:
    study = parse_study(CROSSED)
    assert {run.model for run in grid.runs(study)} == {"pretrained", "random_init-t0"}
    cells = grid.cells(study)
    assert len(cells) == 2 * 3 * 2 * 3
    assert {cell.model for cell in cells} == {"pretrained", "twin", "reversed"}
    assert {cell.trainset for cell in cells if cell.task == "bios"} == {"original", "rebalanced-under1"}
    assert {cell.trainset for cell in cells if cell.task == "wiki"} == {"original", "scrubbed-all-1"}


def test_corners_are_fine_tuned_once_and_enter_no_regression() -> None:
    study = parse_study(CROSSED)
    corners, known = grid.corners(study), {run.path for run in grid.runs(study)}
    assert len(corners) == 2 * (1 + 2) * 2
    assert sum(corner.path in known for corner in corners) == 2  # the control of both tasks
    assert len({run.path for run in grid.fine_tunings(study)}) == len(grid.fine_tunings(study)) == len(known) + 10
    wiring = Wiring(study)
    assert wiring.crossed.corner_tables() == [
        f"results/crossed/crossed/{task}/fine_tuned_effects.parquet" for task in ("bios", "wiki")
    ]
    assert wiring.crossed.corner_settings("wiki")["fine_tuned"] == {
        "models": ["planted", "reversed"], "conditions": ["pretrained", "reversed"],
        "trainsets": ["original", "scrubbed-all-1"], "replicates": 2, "resampled": False,
    }  # fmt: skip
    assert not any("reversed" in file for file in wiring.scores())


def test_a_sample_belongs_to_its_replicate() -> None:
    wiring = Wiring(parse_study(CROSSED))
    settings = [wiring.crossed.probe_settings(task, replicate) for task in ("bios", "wiki") for replicate in range(3)]
    assert len({each["seed"] for each in settings}) == 6
    assert [each.get("folds") for each in settings] == [3, 3, 3, None, None, None]
    assert len({each["fold_seed"] for each in settings[:3]}) == 3


def test_an_encoder_among_the_bases_reads_the_texts_that_other_trainsets_share_once() -> None:
    crossed_wiring = Wiring(parse_study(CROSSED)).crossed
    assert crossed_wiring.states_at_hand("wiki", "twin", "original") == []
    assert crossed_wiring.states_at_hand("wiki", "twin", "testsets") == []
    assert crossed_wiring.states_at_hand("wiki", "twin", "scrubbed-all-1") == [
        "results/crossed/trainsets/wiki/original.parquet", "results/crossed/states/wiki/twin/original.npy",
    ]  # fmt: skip


def test_with_folds_all_texts_are_trained_on_and_predicted() -> None:
    crossed_wiring = Wiring(parse_study(CROSSED)).crossed
    pooled = "results/crossed/pooled/bios/original.parquet"
    assert crossed_wiring.testset_files("bios") == {"test": pooled}
    assert crossed_wiring.texts("bios", "rebalanced-under1") == [
        "results/crossed/pooled/bios/rebalanced-under1.parquet"
    ]
    assert crossed_wiring.states_at_hand("bios", "twin", "testsets")[0] == pooled
    assert crossed_wiring.testset_files("wiki")["madlibs"] == "results/crossed/data/wiki/phrases.parquet"


def test_a_study_with_one_base_has_no_crossed_files() -> None:
    wiring = Wiring(parse_study(edited()))
    assert list(wiring.models.bases) == ["base"]
    assert wiring.crossed_files() == []
    assert "changes" not in {figure.kind for figure in wiring.figures}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"base": CROSSED["bases"]["planted"]}, "bases: the study has base as well; keep one of the two."),
        ({"bases__twin__of": "plantd"}, "bases.twin.of: found 'plantd'; allowed: planted, reversed. Did you mean 'planted'?"),
        ({"bases__twin__off": 1}, "bases.twin.off: unknown key; allowed: type, of."),
        ({"bases__planted__type": "pretrian"}, "bases.planted.type: found \"pretrian\"; allowed: pretrain, path, hub, seed_twin."),
        ({"bases": {"twin": {"type": "seed_twin", "of": "x"}}}, "bases.twin: the first base is the reference and cannot be a seed_twin."),
        ({"crossed__models": ["planted", "flat"]}, "crossed.models: no model 'flat'; allowed: planted, pretrained,"),
        ({"crossed__fine_tuned__models": ["plantd"]}, "crossed.fine_tuned.models: 'plantd' is not crossed; allowed: planted, twin, reversed."),
        ({"crossed__fine_tuned__trainsets": ["rebalanced-under1"]}, "crossed.fine_tuned.trainsets: the task wiki has none of them; allowed:"),
        ({"crossed__fine_tuned__trainsets": ["original", "original"]}, "crossed.fine_tuned.trainsets: original, original: one occurs twice."),
        ({"crossed__models": ["planted", "pretrained"]}, "crossed.models: planted, pretrained: one occurs twice."),
        ({"crossed__trainsets": ["orginal"]}, "crossed.trainsets: no trainset 'orginal'; allowed: original,"),
        ({"crossed__trainsets": ["original"] * 2}, "crossed.trainsets: original, original: one occurs twice."),
        ({"crossed__replicates": 0}, "crossed.replicates: found 0;"),
        ({"tasks__bios__split": {"folds": 1}}, "tasks.bios.split: found {'folds': 1}; allowed: nested, native, shares of train, dev and test, or {folds: k} with k of 2 or more."),
        ({"tasks__bios__split": {"flods": 5}}, "tasks.bios.split: found {'flods': 5}; allowed: nested, native, shares of train,"),
        ({"tasks__wiki__split": {"folds": 5}, "tasks__wiki__fpr_testset": "madlibs"}, "tasks.wiki.split: folds predict the texts of the task,"),
        ({"crossed": None, "interventions": {}}, "tasks.bios.split: folds are for probes,"),
        ({"crossed__scale": "odds"}, "crossed.scale: found \"odds\"; allowed: rate, probability, log_odds."),
        ({"interventions__random_init__bases": ["flat"]}, "interventions.random_init.bases: no base 'flat'; allowed: planted,"),
        ({"bases__reversed__architecture": {"hidden_size": 16, "num_attention_heads": 3}}, "bases.reversed.architecture.hidden_size: 16 is not a multiple"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_the_key(changes: dict, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        parse_study(crossed(**changes), "mine.yaml")
    assert str(problem.value).startswith(f"mine.yaml: {sentence}")
    assert len(str(problem.value).splitlines()) == 1
