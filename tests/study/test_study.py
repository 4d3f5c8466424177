"""The study file: defaults, and one sentence for every mistake."""

import dataclasses
from pathlib import Path

import pytest

from biastransfer.analysis.analyze import Settings
from biastransfer.common.problems import Problem
from biastransfer.study.analysis import Analysis
from biastransfer.study.named_files import check_files
from biastransfer.study.read import parse_study, read_study

from support.studies import edited
from support.workflow import REPOSITORY


@pytest.mark.parametrize("file", sorted([REPOSITORY / "config.yaml", *(REPOSITORY / "studies").glob("*.yaml")]))
def test_every_shipped_study_is_valid(file: Path) -> None:
    assert read_study(file).tasks


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sed": 1}, ["sed", "unknown key", "Did you mean 'seed'?"]),
        ({"tasks__bios__source__wrds": 1}, ["tasks.bios.source.wrds", "Did you mean 'words'?"]),
        ({"base__training__learnin_rate": 1}, ["base.training.learnin_rate", "'learning_rate'"]),
        ({"fine_tuning__learning_rate": -0.1}, ["fine_tuning.learning_rate", "-0.1", "greater than 0"]),
        ({"fine_tuning__epochs": "many"}, ["fine_tuning.epochs", "many", "number"]),
        ({"tasks__bios__kind": "label_by_grup"}, ["tasks.bios.kind", "label_by_grup", "'label_by_group'"]),
        ({"tasks__bios__compare": None}, ["tasks.bios.compare", "is missing"]),
        ({"interventions__gausian_noise": {"levels": [1]}}, ["interventions.gausian_noise", "'gaussian_noise'"]),
        ({"interventions__gaussian_noise__levels": [0]}, ["interventions.gaussian_noise.levels", "greater than 0"]),
        ({"interventions__random_init__levels": [1.0]}, ["random_init has no levels"]),
        ({"interventions__random_init__tasks": ["bois"]}, ["interventions.random_init.tasks", "Did you mean 'bios'?"]),
        ({"tasks__wiki__upstream__negative_sentimnt": {"templates": "x"}}, ["'negative_sentiment'"]),
        ({"tasks__wiki__split": "nested"}, ["tasks.wiki.split", "native"]),
        ({"base__corpus__type": "simulatd"}, ["base.corpus.type", 'found "simulatd"; allowed: files, simulated']),
        ({"interventions__sentdebias": {"levels": [1, 1]}}, ["interventions.sentdebias: a level occurs twice"]),
        ({"interventions__sentdebias": {"levels": [1], "site": "encoder"}}, ["sentdebias.site", "'encoder_output'"]),
        (
            {"interventions__rebalanced": {}},
            ["interventions.rebalanced: has no level", "set one of over, under, both"],
        ),
        (
            {"interventions__rebalanced": {"both": [[0.5, 0.6]]}},
            ["0.5 over and 0.6 under close more than the whole gap"],
        ),
        ({"interventions__subsampled": {}}, ["interventions.subsampled: has no level", "set one of rows."]),
        ({"interventions__subsampled": {"rows": [0]}}, ["interventions.subsampled.rows.0", "found 0", "equal to 1"]),
        ({"interventions__subsampled": {"rows": [5, 5]}}, ["interventions.subsampled: a level occurs twice"]),
        ({"interventions__rebalanced": {"over": [2]}}, ["interventions.rebalanced.over.0", "found 2"]),
        ({"interventions__scrubbed": {"shares": [0.5], "comments": ["toxc"]}}, ["scrubbed.comments.0", "'toxic'"]),
        (
            {"interventions__scrubbed": {"shares": [0.5], "models": ["random_init-t9"]}},
            ["interventions.scrubbed.models: no model 'random_init-t9'", "random_init-t1"],
        ),
        (
            {"interventions__scrubbed": {"shares": [0.5], "tasks": ["bios"]}},
            ["interventions.scrubbed.tasks: scrubbed is for flag_by_mention tasks, and bios is label_by_group"],
        ),
        ({"interventions__proxies_scrubbed": {"word": [5]}}, ["proxies_scrubbed.word: unknown key", "'words'"]),
        ({"interventions__swapped": {"pairs": "no.yaml", "sharse": [1]}}, ["swapped.sharse", "'shares'"]),
        (
            {"base": {"type": "path", "path": "x"}, "interventions__leace": {"levels": [1]}},
            ["bias_subspace.sentences: is missing"],
        ),
        (
            {"bias_subspace": {"sentences": {"files": ["x"], "colum": "y"}}},
            ["bias_subspace.sentences.colum", "'column'"],
        ),
        (
            {"tasks__bios__source": {"type": "wikipedia_talk"}, "tasks__bios__split": "nested"},
            ["tasks.bios.source.type: wikipedia_talk belongs to flag_by_mention tasks"],
        ),
        ({"interventions__sentdebias": {"levels": [0.1234567, 0.12345671]}}, ["sentdebias: a level occurs twice"]),
        ({"interventions__sentdebias": {"levels": [1], "trials": 3}}, ["interventions.sentdebias.trials", "found 3"]),
        (
            {"interventions__sentdebias": {"levels": [1], "site": "encoder_output", "tie_decoder": False}},
            ["interventions.sentdebias.tie_decoder: has no meaning for site encoder_output"],
        ),
        ({"interventions__leace": {"levels": [float("nan")]}}, ["interventions.leace.levels.0", "finite"]),
        (
            {"interventions__scrubbed": {"shares": [0.5], "models": ["pretrained", "pretrained"]}},
            ["interventions.scrubbed.models: pretrained, pretrained: one occurs twice"],
        ),
        ({"study": None}, ["study: is missing"]),
        ({"study": "a/b"}, ["study", "pattern"]),
        ({"tasks__wiki__compare": ["a", "b"]}, ["tasks.wiki.compare: belongs to label_by_group tasks"]),
        ({"tasks__bios__source__tone_share": 0.1}, ["tasks.bios.source.tone_share: belongs to flag_by_mention"]),
        (
            {"tasks__bios__upstream__pronoun_ranking": {"templates": "x", "top_k": 3}},
            ["tasks.bios.upstream.pronoun_ranking.top_k: unknown key", "prior_masks"],
        ),
        (
            {"tasks__wiki__upstream": {"pronoun_ranking": {"templates": "x"}}},
            ["tasks.wiki.upstream.pronoun_ranking: belongs to label_by_group tasks"],
        ),
        ({"tasks__wiki__zero": "drop"}, ["tasks.wiki.zero: belongs to label_by_group tasks"]),
        ({"tasks__bios__decision": "argmax"}, ["tasks.bios.decision: belongs to flag_by_mention tasks"]),
        ({"tasks__bios__zero": "dorp"}, ["tasks.bios.zero", "dorp", "'drop'"]),
        ({"tasks__wiki__decision": "equal_error"}, ["tasks.wiki.decision", "'equal_error_rate'"]),
        ({"tasks__wiki__bootstrap": -1}, ["tasks.wiki.bootstrap", "-1", "greater than or equal to 0"]),
        ({"control_replicates": 0}, ["control_replicates", "greater than or equal to 1"]),
    ],
)
def test_a_mistake_is_one_sentence_with_the_key(changes: dict, words: list[str]) -> None:
    with pytest.raises(Problem) as caught:
        parse_study(edited(**changes), "mine.yaml")
    message = str(caught.value)
    assert message.startswith("mine.yaml: ")
    assert "\n" not in message
    for word in words:
        assert word in message


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Problem) as caught:
        parse_study(edited(sed=1, fine_tuning__learning_rate=-1), "mine.yaml")
    assert len(str(caught.value).splitlines()) == 2


def test_a_missing_file_is_named_with_the_nearest() -> None:
    study = parse_study(
        edited(tasks__bios__upstream__pronoun_ranking__templates="workflow/templates/pronoun_rankin.yaml")
    )
    with pytest.raises(Problem, match=r"no file workflow/templates/pronoun_rankin.yaml. Did you mean"):
        check_files(study)


def test_an_intervention_named_alone_has_its_defaults() -> None:
    study = parse_study(edited(interventions={"random_init": {}, "swapped": {}}))
    alone = parse_study({**edited(), "interventions": {"random_init": None, "swapped": None}})
    assert alone.interventions == study.interventions
    assert alone.interventions.swapped.shares == [1.0]


def test_the_analysis_has_one_set_of_defaults() -> None:
    settings = {field.name: field.default for field in dataclasses.fields(Settings)}
    assert set(settings.values()) == {dataclasses.MISSING}, "the study file's section is the one source"
    assert set(settings) == {*Analysis.model_fields, "seed"}
