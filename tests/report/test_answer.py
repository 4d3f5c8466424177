"""The answer, the warnings and the printed tables say what the analysis found."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.analyze import analyze
from biastransfer.analysis.verdict import Effect, Evidence, decide
from biastransfer.report.tables import published
from biastransfer.report.text.answer import answer, rule
from biastransfer.report.text.cautions import lexicon_sentence, pretraining_sentence, warnings
from biastransfer.report.text.methods import paragraphs
from biastransfer.report.text.study_facts import run_facts
from biastransfer.study.read import read_study

from support.panels import study_table
from support.settings import analysis_settings

SETTINGS = analysis_settings()
REPLICATED = {
    "pretrained": ["pretrained", "noise", "all_pretrained", "control_replicates"],
    "pretrained/original/1": ["control_replicates"],
    "gaussian_noise-s1-t0": ["noise", "all_pretrained"],
    "random_init-t0": ["random"],
}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return study_table(1, runs=REPLICATED, upstream=0.02)


@pytest.fixture(scope="module")
def found(table) -> dict[str, pd.DataFrame]:
    return analyze(table, SETTINGS)


def performance(control: float, random: float) -> pd.DataFrame:
    rows = [("pretrained", "original", control), ("random_init-t0", "original", random)]
    return pd.DataFrame(
        [
            {"task": "bios", "model": model, "trainset": trainset, "testset": "test", "accuracy": accuracy,
             "average_precision": np.nan}
            for model, trainset, accuracy in rows
        ]
    )  # fmt: skip


def test_the_answer_tells_the_verdict_and_its_numbers(table, found) -> None:
    told = answer("bios", ["pronoun_ranking"], table, found, performance(0.8, 0.6), 0.1)
    verdict = found["verdicts"].iloc[0]
    assert told.verdict == verdict["verdict"] == "dataset"
    assert told.headline.startswith("In bios, differences between targets follow the fine-tuning data")
    labels, estimates, lows, highs = zip(*told.effects, strict=True)
    assert labels[0].startswith("prevalence")
    assert (estimates[0], lows[0], highs[0]) == tuple(verdict[["dataset_estimate", "dataset_low", "dataset_high"]])
    said = " ".join(told.sentences)
    assert f"{verdict['dataset_estimate']:+.2f} [{verdict['dataset_low']:+.2f}, {verdict['dataset_high']:+.2f}]" in said
    assert (
        f"an effect of {max(verdict['dataset_detectable'], verdict['model_detectable']):.2f}, were it the only one, would have been "
        "detected" in said
    )
    assert "Pre-training helps the task itself: accuracy 0.800 for the control, 0.600" in said
    assert "the noise of the seed" in said
    assert "A model without pre-training" in said
    assert "target effects" in said


@pytest.mark.parametrize(
    ("control", "random", "word"), [(0.6, 0.8, "hurts"), (0.8, 0.79, "makes little difference to")]
)
def test_whether_pretraining_helps(table, found, control: float, random: float, word: str) -> None:
    said = " ".join(answer("bios", ["pronoun_ranking"], table, found, performance(control, random), 0.1).sentences)
    assert f"Pre-training {word} the task itself" in said


def test_the_target_that_matters_most_is_named(table, found) -> None:
    influence = found["influence"].query(
        "specification == 'model_target' and group == 'control_replicates' and term == 'upstream'"
    )
    name = influence.loc[influence["cook"].idxmax(), "target"]
    said = " ".join(answer("bios", ["pronoun_ranking"], table, found, None, 0.1).sentences)
    assert f"; {name} moves the regression most" in said


def test_a_further_measure_is_told_beside_the_first() -> None:
    first = study_table(2, kind="flag_by_mention", targets=40)
    second = first.assign(upstream_measure="identity_ranking", upstream=first["upstream"] * 2)
    table = pd.concat([first, second], ignore_index=True)
    found = analyze(table, SETTINGS)
    told = answer("wiki", ["negative_sentiment", "identity_ranking"], table, found, None, 0.1)
    assert [sentence for sentence in told.sentences if sentence.startswith("By identity ranking bias the verdict is ")]
    assert told.verdict == found["verdicts"].set_index("upstream_measure").loc["negative_sentiment", "verdict"]


def test_what_cannot_be_answered_says_why() -> None:
    table = study_table()
    few = table[table["target"].isin(["y00", "y01", "y02"])]
    told = answer("bios", ["pronoun_ranking"], few, complete_tables(analyze(few, SETTINGS)), None, 0.1)
    assert told.verdict == "inconclusive"
    assert told.effects == []
    assert "cannot be estimated: too few targets" in told.sentences[0]


def complete_tables(found: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    from biastransfer.engine.table_schemas import SCHEMAS

    return {name: table.reindex(columns=SCHEMAS[name].names) for name, table in found.items()}


def test_the_rule_names_the_joint_test_and_the_smallest_effect() -> None:
    told = " ".join(rule(0.3))
    assert "the joint test rejects at 5 %" in told
    assert "0.3, the smallest effect of interest" in told


def test_one_interval_alone_is_no_detection_and_the_answer_says_so(table, found) -> None:
    verdict, reason = decide(Evidence(
        {"dataset": Effect(0.4, 0.1, 0.7), "model": Effect(0, -0.3, 0.3)}, 0.0, Effect(0.4, 0.0, 0.8), 0.07, 28
    ), 0.1)  # fmt: skip
    row = found["verdicts"].assign(verdict=verdict, reason=reason)
    told = answer("bios", ["pronoun_ranking"], table, {**found, "verdicts": row}, None, 0.1)
    assert told.headline == "In bios, neither the fine-tuning data nor the pre-trained model is seen to matter."
    assert "that the interval of the dataset excludes zero does not count alone" in told.sentences[0]


def warned(edit) -> str:
    table = edit(study_table(4))
    return " ".join(warnings(table, complete_tables(analyze(table, SETTINGS))))


def test_warnings_of_a_plain_study() -> None:
    said = warned(lambda table: table)
    assert "the control was fine-tuned once" in said
    assert "times as large here" in said
    assert "two or three models" in said
    assert "did not learn" not in said
    assert "too few test texts" not in said


def test_the_ratio_of_the_errors_is_that_of_the_table() -> None:
    table = study_table(4)
    found = analyze(table, SETTINGS)
    eq4 = found["coefficients"].query("specification == 'eq4' and term in ['upstream', 'prevalence']")
    wide = eq4.pivot_table(index=["group", "term"], columns="errors", values="se")
    assert f"Eq. 4's are {(wide['crv3_target'] / wide['lsdv_hc3']).median():.1f} times as large" in " ".join(
        warnings(table, found)
    )


def test_small_cells_failed_runs_and_missing_prevalence_are_warned_of() -> None:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table["target"].isin([f"y{number:02}" for number in range(15)]), "small_cell"] = True
        table.loc[table["model"] == "random_init-t1", "failed_to_learn"] = True
        table.loc[table["target"] == "y20", "prevalence"] = np.nan
        return table

    said = warned(edit)
    assert "1 of 5 runs did not learn the task (random init-t1 on original)" in said
    assert "15 of 28 targets have too few test texts and are left out (y00, y01, y02, y03, y04, y05 and 9 more)" in said
    assert "prevalence is not known for y20" in said
    assert "rests on 12 targets" in said


def test_dropped_and_collinear_terms_are_warned_of() -> None:
    said = warned(
        lambda table: table.assign(upstream=table["upstream"].where(~table["model"].str.startswith("random"), 0.0))
    )
    assert "group randomly initialised, pronoun ranking bias: upstream bias does not vary" in said
    said = warned(lambda table: table.assign(upstream=table["prevalence"] + 0.01 * table["upstream"]))
    assert "is nearly determined by the other terms" in said


def test_slopes_against_their_cause_are_said_to_be() -> None:
    table = study_table(1, upstream=-0.3, prevalence=-0.9)
    told = answer("bios", ["pronoun_ranking"], table, analyze(table, SETTINGS), None, 0.1)
    assert (
        told.headline
        == "In bios, differences between targets run against both the fine-tuning data and the pre-trained model."
    )
    mixed = study_table(1, upstream=-0.3, prevalence=0.9)
    told = answer("bios", ["pronoun_ranking"], mixed, analyze(mixed, SETTINGS), None, 0.1)
    assert "follow the fine-tuning data and run against the pre-trained model" in told.headline


def test_a_slope_that_hangs_on_one_target_is_said_to() -> None:
    table = study_table(1)
    table["upstream"] = np.where(table["target"] == "y07", 1.0 + table["replicate"], 0.0) * (
        1 + table["template"].str[-1].astype(int)
    )
    found = complete_tables(analyze(table, SETTINGS))
    said = " ".join(answer("bios", ["pronoun_ranking"], table, found, None, 0.1).sentences)
    assert "the effect of the model cannot be estimated" in said
    assert "hangs on y07 alone" in said


def test_templates_that_disagree_are_warned_of() -> None:
    random = np.random.default_rng(0)
    assert "templates hardly agree" in warned(lambda table: table.assign(upstream=random.normal(size=len(table))))
    assert "templates hardly agree" not in warned(lambda table: table)


def test_errors_that_are_not_too_small_are_not_said_to_be() -> None:
    runs = {"pretrained": ["pretrained", "all_pretrained"]}
    table = study_table(1, runs=runs, templates=1)
    assert "times as large here" not in " ".join(warnings(table, complete_tables(analyze(table, SETTINGS))))


def test_an_unknowing_lexicon_and_an_unlearnt_model_are_told() -> None:
    assert lexicon_sentence(pd.DataFrame({"unknown_share": [0.2, 0.4]})) is None
    assert "70% of the words" in lexicon_sentence(pd.DataFrame({"unknown_share": [0.6, 0.8]}))
    history = pd.DataFrame([{"tokens": 1000, "held_out_loss": 6.0, "unigram_loss": 6.05}])
    assert "learnt hardly anything" in pretraining_sentence(history)


def test_printed_tables_stand_beside_those_of_the_paper(found) -> None:
    made = {table.name: table for table in published.tables(found)}
    assert list(made) == ["table2", "table3", "table5"]
    frame = made["table3"].frame.set_index(["term", "source"])
    assert frame.loc[("upstream bias", published.PAPER), "c1"] == "-0.068*** (0.018)"
    own = (
        found["coefficients"]
        .query("group == 'pretrained' and specification == 'eq4' and errors == 'lsdv_hc3' and term == 'prevalence'")
        .iloc[0]
    )
    assert (
        frame.loc[("prevalence", published.OWN), "c1"]
        == f"{own['estimate']:.3f}{published.stars(own['p'])} ({own['se']:.3f})"
    )
    assert frame.loc[("observations", published.PAPER), "c1"] == "140"
    assert frame.loc[("F (df)", published.PAPER), "c1"] == "22.15 (6; 133)"
    assert "(2)" not in " ".join(made["table3"].columns.values()), "the study has no group of mitigated models"
    assert "slopes," in made["table3"].caption


def test_stars_are_those_of_the_paper() -> None:
    assert [published.stars(p) for p in (0.2, 0.09, 0.04, 0.009)] == ["", "*", "**", "***"]


def test_agreement_counts_signs_and_stars() -> None:
    part = pd.DataFrame(
        {"term": ["upstream", "prevalence"], "estimate": [-0.5, 0.2], "published_estimate": [-0.1, -0.3], "p": [0.001, 0.5],
         "published_stars": [3, 3], "column": [1, 1], "n_obs": [140, 140], "published_n_obs": [140, 140]}
    )  # fmt: skip
    assert published.agreement(part).startswith(
        "Of 2 slopes, 1 have the printed sign and 1 the printed number of stars."
    )
    assert "the larger in 0 of 1 columns here, in 1 in the paper" in published.agreement(part)


def described(study: dict) -> dict:
    return {
        name: {"kind": task["kind"], "rows": {"train": 8000, "test": 2000}, "targets": ["a", "b"]}
        for name, task in study["tasks"].items()
    }


@pytest.mark.parametrize(
    "file", ["config.yaml", "studies/steed2022.yaml", "studies/baksi2024.yaml", "studies/simulated_full.yaml"]
)
def test_every_study_has_a_methods_section(file: str) -> None:
    study = read_study(file).model_dump(mode="json")
    told = dict(paragraphs(study, described(study), 0.1))
    assert list(told) == [
        "Data", "Base model", "Interventions", "Fine-tuning", "Bias before fine-tuning", "Bias after fine-tuning", "Analysis",
    ]  # fmt: skip
    whole = " ".join(told.values())
    assert "None" not in whole.replace("None.", "")
    assert "{" not in whole
    assert f"learning rate {study['fine_tuning']['learning_rate']:g}" in told["Fine-tuning"]
    if file == "studies/steed2022.yaml":
        assert "LabHC/bias_in_bios at revision" in told["Data"]
        assert "twitter-roberta-base-sentiment" in told["Bias before fine-tuning"]


def test_the_head_is_told() -> None:
    study = read_study("config.yaml").model_dump(mode="json")
    wiki = {"template": "{text} This was {label}.", "labels": {"flagged": ["rude"], "not_flagged": ["kind", "good"]}}
    for changes, words in (
        ({}, "Sequence classification, all weights trained: 3 epochs, batches"),
        ({"head": "linear_probe", "min_steps": 7}, "the encoder frozen: 3 epochs and at least 7 steps"),
        (
            {"head": "prompt", "prompt": {"wiki": wiki}},
            "“{text} This was {label}.” (flagged: rude; not_flagged: kind, good)",
        ),
        ({"head": "prompt", "epochs": 0}, "Nothing is trained: the models predict as they are."),
    ):
        told = dict(paragraphs(study | {"fine_tuning": study["fine_tuning"] | changes}, described(study), 0.1))
        assert words in told["Fine-tuning"]


def test_an_unusual_decision_is_told() -> None:
    bias = pd.DataFrame(
        [{"task": task, "model": "pretrained", "trainset": "original", "replicate": 0, "intervention": "pretrained",
          "level": np.nan, "decision": decision}
         for task, decision in (("bios", "argmax"), ("wiki", "equal_error_rate"))]
    )  # fmt: skip
    recipe = {"epochs": 3, "batch_size": 32, "learning_rate": 0.002, "max_length": 128}
    study = {"base": {"type": "path", "path": "here"}, "fine_tuning": recipe, "seed": 1, "tasks": {}}
    facts = dict(run_facts(bias, {}, study))
    assert facts["decision of wiki"] == "at the equal error rate, per run and test set"
    assert "decision of bios" not in facts
