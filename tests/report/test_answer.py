"""The answer and the rule agree with the analysis."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.verdict.rule import judge, reason
from biastransfer.analysis.verdict.slopes import Estimates, Slopes
from biastransfer.common import registry
from biastransfer.report.page.parts import Answer
from biastransfer.report.text.answer import answer
from biastransfer.report.text.verdict_rule import rule
from biastransfer.report.text.wording import SPACE, joined, listed, with_interval

from support.reports import REPLICATED, analysed, made_up


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return made_up(1, runs=REPLICATED, upstream=0.02)


@pytest.fixture(scope="module")
def results(table) -> dict[str, pd.DataFrame]:
    return analysed(table)


def performance(control: float, random: float) -> pd.DataFrame:
    rows = [("pretrained", "original", control), ("random_init-t0", "original", random)]
    return pd.DataFrame(
        [
            {"task": "bios", "model": model, "trainset": trainset, "testset": "test", "accuracy": accuracy,
             "average_precision": np.nan}
            for model, trainset, accuracy in rows
        ]
    )  # fmt: skip


def answer_of(table: pd.DataFrame, results, runs: pd.DataFrame | None = None, measures=("pronoun_ranking",)) -> Answer:
    return answer(table["task"].iloc[0], measures, table, results, runs, 0.1)


def text_of(given: Answer) -> str:
    return " ".join(text for _, text in given.evidence).replace(SPACE, " ")


def test_the_answer_has_the_verdict_and_its_numbers(table, results) -> None:
    given = answer_of(table, results, performance(0.8, 0.6))
    verdict = results["verdicts"].iloc[0]
    assert given.verdict == verdict["verdict"] == "dataset"
    assert (
        given.headline
        == "In bios, bias tracks the fine-tuning data. The pre-trained model shows no effect of comparable size."
    )
    first = given.effects[0]
    assert first.label == "prevalence in the fine-tuning data"
    assert tuple(first[1:]) == tuple(verdict[["dataset_estimate", "dataset_low", "dataset_high"]])
    text = text_of(given)
    assert f"{verdict['dataset_estimate']:+.2f} [{verdict['dataset_low']:+.2f}, {verdict['dataset_high']:+.2f}]" in text
    detectable = max(verdict["dataset_detectable"], verdict["model_detectable"])
    assert f"detects a single effect of {detectable:.2f} with a chance of 80 %" in text
    assert f"rules out effects of {verdict['dataset_excluded']:.2f} or more for the dataset" in text
    assert f"whose reliability is {verdict['reliability']:.2f}" in text
    assert "Pre-training helps the task itself: accuracy is 0.800 for the control and 0.600 without" in text
    assert "part of their seed noise is shared" in text
    assert "Models without pre-training (random initialisation)" in text
    assert "group “all pre-trained”, with target effects" in text
    assert [title for title, _ in given.evidence] == [
        "Reason for the verdict", "Effect sizes", "Effects ruled out", "Errors that templates share",
        "Smallest detectable effect", "Chance of the same verdict", "Other estimators", "Influence of single targets", "Other analysis choices", "Effect of interventions", "Seed noise", "Without pre-training", "Task performance",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("control", "random", "words"), [(0.6, 0.8, "hurts"), (0.8, 0.79, "makes little difference to")]
)
def test_whether_pretraining_helps(table, results, control: float, random: float, words: str) -> None:
    assert f"Pre-training {words} the task itself" in text_of(answer_of(table, results, performance(control, random)))


def test_which_models_are_without_pretraining_is_in_their_records(table, results, monkeypatch) -> None:
    """Whatever the models are called."""
    records = registry.model_interventions()
    unlearnt = replace(records["random_init"], name="unlearnt", label="unlearning")
    noise = replace(records["gaussian_noise"], name="random_init_but_trained")
    monkeypatch.setattr(registry, "model_interventions", lambda: {**records, "unlearnt": unlearnt, noise.name: noise})
    names = {"random_init": "unlearnt", "gaussian_noise": noise.name}
    renamed = table.assign(
        model=table["model"].str.replace("random_init", "unlearnt").str.replace("gaussian_noise", noise.name),
        model_intervention=table["model_intervention"].replace(names),
    )
    runs = performance(0.8, 0.6).assign(model=["pretrained", "unlearnt-t0"])
    trained = runs.iloc[:1].assign(model=f"{noise.name}-s1-t0", accuracy=0.1)
    correlations = results["correlations"]
    correlations = correlations.assign(model_intervention=correlations["model_intervention"].replace(names))
    text = text_of(answer_of(renamed, {**results, "correlations": correlations}, pd.concat([runs, trained])))
    assert "accuracy is 0.800 for the control and 0.600 without pre-training" in text
    assert "Models without pre-training (unlearning)" in text
    assert text.count("Models without pre-training") == 1


def test_the_target_with_the_most_influence_is_named(table, results) -> None:
    influence = results["influence"].query(
        "specification == 'model_target' and group == 'control_replicates' and term == 'upstream'"
    )
    name = influence.loc[influence["cook"].idxmax(), "target"]
    assert f"The target {name} has the most influence" in text_of(answer_of(table, results))


def test_a_further_measure_has_its_verdict_beside_the_first() -> None:
    first = made_up(2, kind="flag_by_mention", targets=40)
    second = first.assign(upstream_measure="identity_ranking", upstream=first["upstream"] * 2)
    table = pd.concat([first, second], ignore_index=True)
    results = analysed(table)
    given = answer_of(table, results, measures=("negative_sentiment", "identity_ranking"))
    assert "The verdict is " in dict(given.evidence)["Verdict by identity ranking bias"]
    assert given.verdict == results["verdicts"].set_index("upstream_measure").loc["negative_sentiment", "verdict"]


def test_what_cannot_be_answered_has_its_reason() -> None:
    table = made_up()
    few = table[table["target"].isin(["y00", "y01", "y02"])]
    given = answer_of(few, analysed(few))
    assert given.verdict == "inconclusive"
    assert given.headline.startswith("In bios, this study cannot tell whether")
    assert given.effects == []
    assert "cannot be estimated, because too few targets" in given.evidence[0].text


def test_the_rule_names_the_joint_test_and_the_smallest_effect() -> None:
    text = " ".join(rule(0.3))
    assert "rejects at 5 % that both slopes are zero" in text
    assert "effect is smaller than 0.3, the smallest effect of interest" in text
    assert "the limit is 0.04" in text


def test_one_interval_alone_is_no_detection_and_the_answer_explains_it(table, results) -> None:
    slopes = Slopes(np.array([[0.0, 0.33]]), np.diag([0.15, 0.15])[None] ** 2, 28, np.array([True]))
    judged = judge(Estimates(slopes, (slopes, slopes), slopes), 0.1)
    verdicts = results["verdicts"].assign(verdict=judged.verdict[0], reason=reason(judged, 0.1, {}))
    given = answer_of(table, {**results, "verdicts": verdicts})
    assert given.headline == "In bios, this study detects no effect of the fine-tuning data or the pre-trained model."
    assert "The joint test does not reject that both slopes are zero (p = 0.1" in given.evidence[0].text
    assert "the dataset alone is significant, but that does not count" in given.evidence[0].text


def test_bias_that_runs_opposite_to_its_causes_is_described_so() -> None:
    table = made_up(1, upstream=-0.3, prevalence=-0.9)
    assert (
        answer_of(table, analysed(table)).headline
        == "In bios, bias runs opposite to both the fine-tuning data and the pre-trained model."
    )
    mixed = made_up(1, upstream=-0.3, prevalence=0.9)
    assert (
        answer_of(mixed, analysed(mixed)).headline
        == "In bios, bias tracks the fine-tuning data but runs opposite to the pre-trained model."
    )


def test_a_slope_that_depends_on_one_target_is_described_so() -> None:
    table = made_up(1)
    table["upstream"] = np.where(table["target"] == "y07", 1.0 + table["replicate"], 0.0) * (
        1 + table["template"].str[-1].astype(int)
    )
    text = text_of(answer_of(table, analysed(table)))
    assert "Too little of a cause varies over targets" in text
    assert "depends on y07 alone" in text


def test_numbers_and_names_in_sentences() -> None:
    assert with_interval(-0.001, -0.2, 0.25) == f"+0.00{SPACE}[-0.20,{SPACE}+0.25]"
    assert with_interval(np.nan, np.nan, np.nan) == "not estimated"
    assert listed(["a_b", "c", "d"], 2) == "a b, c and 1 more"
    assert [joined(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]
