"""The answer in plain words: the verdict, and the sentences that carry it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.analysis.groups import control_group
from biastransfer.analysis.verdict import FLAT
from biastransfer.report.page.parts import Answer
from biastransfer.report.text.labels import GROUP_LABELS, listed, measure_label

MARGIN = 0.02
"""A difference in accuracy or average precision below which pre-training is not said to help or hurt."""
CAUSES = {"dataset": "prevalence in the fine-tuning data", "model": "upstream bias of the pre-trained model"}


def rule(smallest: float) -> list[str]:
    """How a verdict is reached, for the report; the same as :func:`biastransfer.analysis.verdict.decide`."""
    return [
        "It rests on the control, the unchanged model on the unchanged data, with all its replicates: one row per run and "
        "target, bias regressed on prevalence (the dataset) and upstream bias (the model), with run effects. Slopes are in "
        "standard deviations of bias per standard deviation of the cause. Intervals are clustered by target (CRV3, t with one "
        "degree of freedom less than targets), 95 %.",
        f"A cause is detected if three things hold: the joint test rejects at 5 % that both slopes are zero (Hotelling's, so that "
        f"where neither cause matters one is detected in about one study in twenty, not in eleven), its interval excludes zero, and "
        f"its slope is at least {smallest:g}, the smallest effect of interest.",
        "Both: both are detected. Dataset, or model: this one is detected, the other is not, and the interval of the difference "
        "of their sizes excludes zero. Neither detected: the joint test does not reject, or both effects are smaller than is of "
        "interest. Inconclusive: anything else.",
        f"A prevalence that hardly varies over targets (standard deviation below {FLAT:g}), as in data that were balanced, cannot be what bias "
        "goes with: it is not detected, and the model need not be shown to have the larger slope.",
        "Not detected does not mean absent: each answer says which effects would have been detected with a chance of 80 %.",
    ]


def headline(task: str, verdict: pd.Series) -> str:
    """The verdict as a sentence; a negative slope runs against its cause."""
    ways = {cause: "run against" if verdict[f"{cause}_estimate"] < 0 else "follow" for cause in ("dataset", "model")}
    names = {"dataset": "the fine-tuning data", "model": "the pre-trained model"}
    found = verdict["verdict"]
    if found in names:
        other = names["model" if found == "dataset" else "dataset"]
        return f"In {task}, differences between targets {ways[found]} {names[found]}; of {other} no effect as large is seen."
    if found == "both":
        joined = " and ".join(f"{ways[cause]} {name}" for cause, name in names.items())
        if len(set(ways.values())) == 1:
            joined = f"{ways['model']} both {names['dataset']} and {names['model']}"
        return f"In {task}, differences between targets {joined}."
    if found == "neither detected":
        return f"In {task}, neither the fine-tuning data nor the pre-trained model is seen to matter."
    return f"In {task}, it cannot be said whether the fine-tuning data or the pre-trained model matters."


def answer(
    task: str,
    measures: Sequence[str],
    bias: pd.DataFrame,
    found: dict[str, pd.DataFrame],
    performance: pd.DataFrame | None,
    smallest: float,
) -> Answer:
    """Answer the study's question for one task.

    Parameters
    ----------
    measures : its upstream measures; the verdict is that of the first, the others are told beside.
    bias : rows of ``bias.parquet`` of this task.
    found : the tables of the analysis.
    performance : the runs' performance on every test set, where it is at hand.
    """
    first, *others = measures
    verdicts = found["verdicts"][found["verdicts"]["task"] == task].set_index("upstream_measure")
    verdict = verdicts.loc[first]
    sentences = [*_effects(verdict, measure_label(first)), *(_beside(verdicts.loc[name], name) for name in others)]
    sentences += _influence(found["influence"], task, first, bias)
    sentences += _multiverse(found["multiverse"], task, first)
    sentences += _interventions(found["coefficients"], task, first)
    sentences += _context(task, first, found["correlations"], performance)
    return Answer(
        task=task,
        verdict=verdict["verdict"],
        headline=headline(task, verdict),
        sentences=sentences,
        effects=[
            (CAUSES[cause], *(float(verdict[f"{cause}_{name}"]) for name in ("estimate", "low", "high")))
            for cause in CAUSES
            if np.isfinite(verdict[f"{cause}_estimate"])
        ],
        smallest=smallest,
    )


def number(estimate: float, low: float, high: float) -> str:
    """A slope with its interval."""
    return f"{estimate:+.2f} [{low:+.2f}, {high:+.2f}]"


def _slope(row: pd.Series, cause: str) -> str:
    return number(*(row[f"{cause}_{name}"] for name in ("estimate", "low", "high")))


def _effects(verdict: pd.Series, name: str) -> list[str]:
    if verdict[["dataset_estimate", "model_estimate"]].isna().any():
        return [f"Why: {verdict['reason']}."]
    detectable = max(verdict["dataset_detectable"], verdict["model_detectable"])
    return [
        f"In the control, over {int(verdict['n_targets'])} targets, one standard deviation more prevalence in the fine-tuning "
        f"data goes with a change of {_slope(verdict, 'dataset')} standard deviations of bias, and one of {name} with "
        f"{_slope(verdict, 'model')} (one regression, intervals clustered by target). Why this verdict: {verdict['reason']}.",
        f"With {int(verdict['n_targets'])} targets an effect of {detectable:.2f}, were it the only one, would have been detected with a chance of 80 %; "
        f"smaller ones may be there unseen.",
    ]


def _beside(verdict: pd.Series, measure: str) -> str:
    if np.isnan(verdict["model_estimate"]):
        return f"By {measure_label(measure)} it is {verdict['verdict']}: {verdict['reason']}."
    return (
        f"By {measure_label(measure)} the verdict is {verdict['verdict']}: {_slope(verdict, 'model')} for the model, "
        f"{_slope(verdict, 'dataset')} for the dataset."
    )


def _influence(influence: pd.DataFrame, task: str, measure: str, bias: pd.DataFrame) -> list[str]:
    """The target without which the model's slope changes most."""
    rows = influence[
        (influence["task"] == task)
        & (influence["upstream_measure"] == measure)
        & (influence["specification"] == "model_target")
        & (influence["group"] == control_group(bias))
        & (influence["term"] == "upstream")
    ]
    alone = rows[rows["without"].isna()]
    rows = rows.dropna(subset=["without", "cook"])
    if rows.empty:
        return []
    strongest = rows.loc[rows["cook"].idxmax()]
    hangs = (
        [f"The slope of upstream bias hangs on {listed(list(alone['target']))} alone: without it there is none."]
        if len(alone)
        else []
    )
    return [
        *hangs,
        f"Leaving out one target at a time, the slope of upstream bias, in its own units, stays between "
        f"{rows['without'].min():+.3f} and {rows['without'].max():+.3f}; {str(strongest['target']).replace('_', ' ')} moves the regression most "
        f"(Cook's distance {strongest['cook']:.2f}).",
    ]


def _multiverse(multiverse: pd.DataFrame, task: str, measure: str) -> list[str]:
    """How far the model's slope depends on choices."""
    rows = multiverse[
        (multiverse["task"] == task) & (multiverse["upstream_measure"] == measure) & (multiverse["term"] == "upstream")
    ]
    if len(rows) < 2:
        return []
    apart = int((rows["low"] * rows["high"] > 0).sum())
    return [
        f"Over {len(rows)} combinations of choices (runs, reading of bias, templates, controls, small cells) the standardised slope of "
        f"upstream bias lies between {rows['standardised'].min():+.2f} and {rows['standardised'].max():+.2f}, its median is "
        f"{rows['standardised'].median():+.2f}, and {apart} of the intervals exclude zero."
    ]


def _interventions(coefficients: pd.DataFrame, task: str, measure: str) -> list[str]:
    """What happens to a target when interventions change its own upstream bias (target effects)."""
    rows = coefficients[
        (coefficients["task"] == task)
        & (coefficients["upstream_measure"] == measure)
        & (coefficients["specification"] == "target_effects")
        & (coefficients["errors"] == "crv3_target")
    ]
    sentences = []
    for group in ("all_pretrained", "noise", "mitigated"):
        of_group = rows[rows["group"] == group].set_index("term")
        slopes = {
            words: number(*of_group.loc[term, ["standardised", "standardised_low", "standardised_high"]])
            for term, words in (("upstream", "upstream bias"), ("prevalence", "prevalence"))
            if term in of_group.index
        }
        if slopes:
            told = " and by ".join(f"{slope} per standard deviation of {words}" for words, slope in slopes.items())
            sentences.append(
                f"Where interventions changed the same target's numbers ({GROUP_LABELS[group]}, target effects), its downstream bias "
                f"moved by {told}."
            )
            break
    return sentences


def _context(task: str, measure: str, correlations: pd.DataFrame, performance: pd.DataFrame | None) -> list[str]:
    found = correlations[
        (correlations["task"] == task)
        & (correlations["upstream_measure"] == measure)
        & (correlations["comparison"] == "control, downstream")
        & (correlations["unit"] == "mean")
    ].set_index("condition")["pearson_of_runs"]
    sentences = []
    if np.isfinite(found.get("control, other seeds", np.nan)):
        sentences.append(
            f"Fine-tuning the control again with other seeds gives biases that agree at r = "
            f"{found['control, other seeds']:.2f}: the noise of the seed. (All other models share the control's seed, so "
            f"that theirs is partly common.)"
        )
    if np.isfinite(found.get("random_init", np.nan)):
        sentences.append(
            f"A model without pre-training, fine-tuned on the same data, has biases that agree with the control's at "
            f"r = {found['random_init']:.2f}."
        )
    return sentences + ([] if performance is None else _performance(performance[performance["task"] == task]))


def _performance(performance: pd.DataFrame) -> list[str]:
    runs = performance[performance["trainset"] == "original"]
    runs = runs[(runs["testset"] != "madlibs") | (runs["testset"] == "madlibs").all()]
    score = "average_precision" if runs["average_precision"].notna().any() else "accuracy"
    means = runs.assign(random=runs["model"].str.startswith("random_init")).groupby("random")[score].mean()
    if not (True in means.index and False in means.index):
        return []
    control = runs[runs["model"] == "pretrained"][score].mean()
    difference = control - means[True]
    word = "helps" if difference > MARGIN else "hurts" if difference < -MARGIN else "makes little difference to"
    return [
        f"Pre-training {word} the task itself: {score.replace('_', ' ')} {control:.3f} for the control, "
        f"{means[True]:.3f} without pre-training."
    ]
