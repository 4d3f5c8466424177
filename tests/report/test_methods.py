"""The methods section and the facts of a study follow its file and the records of what it names."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from biastransfer.common import registry
from biastransfer.report.text.methods import paragraphs
from biastransfer.report.text.settings import settings_text
from biastransfer.report.text.study_facts import run_facts, table_facts
from biastransfer.study.read import read_study

from support.reports import REPLICATED, made_up


def study_of(file: str) -> dict:
    return read_study(file).model_dump(mode="json")


def prepared(study: dict) -> dict:
    return {
        name: {"kind": task["kind"], "rows": {"train": 8000, "test": 2000}, "targets": ["a", "b"]}
        for name, task in study["tasks"].items()
    }


@pytest.mark.parametrize(
    "file", ["config.yaml", "studies/steed2022.yaml", "studies/baksi2024.yaml", "studies/simulated_full.yaml"]
)
def test_every_study_has_a_methods_section(file: str) -> None:
    study = study_of(file)
    methods = dict(paragraphs(study, prepared(study), 0.1))
    assert list(methods) == [
        "Data", "Base model", "Interventions", "Fine-tuning", "Bias before fine-tuning", "Bias after fine-tuning",
        *(["Crossed design"] if study["crossed"] else []), "Analysis",
    ]  # fmt: skip
    whole = " ".join(methods.values())
    assert "None" not in whole
    assert "{" not in whole
    assert f"learning rate {study['fine_tuning']['learning_rate']:g}" in methods["Fine-tuning"]
    assert "these texts: 8,000 train and 2,000 test" in methods["Data"]
    for measure in (measure for task in study["tasks"].values() for measure in task["upstream"]):
        assert registry.upstream_measures()[measure].description in methods["Bias before fine-tuning"]
    if file == "studies/steed2022.yaml":
        assert "LabHC/bias_in_bios at revision" in methods["Data"]
        assert "twitter-roberta-base-sentiment" in methods["Bias before fine-tuning"]
        assert "0.5 + 0.5, 0.25 + 0.75" in methods["Interventions"]


def test_folds_are_described() -> None:
    study = study_of("studies/crossed_folds.yaml")
    methods = dict(paragraphs(study, prepared(study), 0.1))
    assert "split: 5 folds, of which fine-tuned models are tested on one" in methods["Data"]
    assert "Every text of bios is predicted by a probe that was fitted on other folds" in methods["Crossed design"]


def test_each_head_is_described() -> None:
    study = study_of("config.yaml")
    wiki = {"template": "{text} This was {label}.", "labels": {"flagged": ["rude"], "not_flagged": ["kind", "good"]}}
    for changes, words in (
        ({}, "sequence-classification head. Training changes all weights and takes 3 epochs, with batches"),
        (
            {"head": "linear_probe", "min_steps": 7},
            "the weights of the head alone and takes 3 epochs and at least 7 steps",
        ),
        (
            {"head": "prompt", "prompt": {"wiki": wiki}},
            "“{text} This was {label}.” (flagged: rude; not_flagged: kind, good)",
        ),
        ({"head": "convex_probe"}, "Its weights are the optimum of a convex problem, so epochs, batches,"),
        ({"head": "prompt", "epochs": 0}, "Nothing is trained: the models predict as they are."),
    ):
        methods = dict(paragraphs(study | {"fine_tuning": study["fine_tuning"] | changes}, prepared(study), 0.1))
        assert words in methods["Fine-tuning"]


def test_records_that_are_new_are_in_the_methods_section(monkeypatch: pytest.MonkeyPatch) -> None:
    study = study_of("config.yaml")
    for kind, name in (
        ("upstream_measures", "pronoun_ranking"),
        ("model_interventions", "gaussian_noise"),
        ("data_interventions", "swapped"),
        ("heads", "classification"),
        ("task_kinds", "label_by_group"),
    ):
        records = getattr(registry, kind)()
        new = replace(records[name], name=f"new_{kind}", label=f"label of {kind}", description=f"description of {kind}")
        monkeypatch.setattr(registry, kind, lambda records=records, new=new: {**records, new.name: new})
    study["interventions"] |= {"new_model_interventions": {"levels": [3.0]}, "new_data_interventions": {"odd_key": "x"}}
    study["fine_tuning"]["head"] = "new_heads"
    study["tasks"]["bios"] |= {
        "kind": "new_task_kinds",
        "upstream": {"new_upstream_measures": {"templates": "file", "odd": True}},
    }
    methods = dict(paragraphs(study, prepared(study), 0.1))
    assert "Label of model_interventions: description of model_interventions (levels: 3)." in methods["Interventions"]
    assert "Label of data_interventions: description of data_interventions (odd key: x)." in methods["Interventions"]
    assert "The head is description of heads." in methods["Fine-tuning"]
    assert "Downstream bias (task bios): description of task_kinds." in methods["Bias after fine-tuning"]
    upstream = methods["Bias before fine-tuning"]
    assert (
        "Label of upstream_measures (task bios; templates: file; odd: yes): description of upstream_measures."
        in upstream
    )
    table = made_up(1).assign(model_intervention="new_model_interventions")
    assert "label of task_kinds" in dict(run_facts(table, prepared(study), study))["task bios"]
    assert "label of model_interventions" in dict(table_facts(table))["runs of bios"]


def test_the_runs_are_counted_by_intervention() -> None:
    assert dict(table_facts(made_up(1, runs=REPLICATED))) == {
        "runs of bios": "control (2 runs), Gaussian noise (1 run, levels 1), random initialisation (1 run)"
    }


def test_a_decision_that_is_unusual_is_a_fact() -> None:
    bias = pd.DataFrame(
        [{"task": task, "model": "pretrained", "trainset": "original", "replicate": 0, "model_intervention": "pretrained",
          "data_intervention": "original", "level": np.nan, "level_label": "", "decision": decision}
         for task, decision in (("bios", "argmax"), ("wiki", "equal_error_rate"))]
    )  # fmt: skip
    recipe = {"epochs": 3, "batch_size": 32, "learning_rate": 0.002, "max_length": 128, "head": "linear_probe"}
    study = {"base": {"type": "path", "path": "here"}, "fine_tuning": recipe, "seed": 1, "tasks": {}}
    facts = dict(run_facts(bias, {}, study))
    assert facts["decision of wiki"] == "at the equal error rate, per run and test set"
    assert "decision of bios" not in facts
    assert facts["head"] == "linear probe"
    assert facts["base model"] == "here"
    assert facts["fine-tuning"] == "3 epochs, batch size 32, learning rate 0.002, at most 128 tokens"


def test_settings_as_text() -> None:
    settings = {"levels": [0.5, 1.0], "both": [[0.5, 0.25]], "tie_decoder": False, "tasks": None, "labels": {"a_b": 1}}
    assert settings_text(settings) == "levels: 0.5, 1; both: 0.5 + 0.25; tie decoder: no; labels: a b 1"
