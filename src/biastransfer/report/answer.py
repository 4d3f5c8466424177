"""The answer in plain words, from the regressions on one row per target.

An effect counts as seen if the 95 % interval of its standardised slope excludes zero. That it is not seen does not mean
that it is not there: the interval says how large it may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from biastransfer.report.labels import MEASURE_LABELS

MARGIN = 0.02
"""A difference in accuracy or average precision below which pre-training is not said to help or hurt."""


@dataclass(frozen=True)
class Answer:
    """A task's answer: a headline, and the sentences that carry it."""

    task: str
    measure: str
    headline: str
    sentences: list[str]


def _row(coefficients: pd.DataFrame, group: str, term: str) -> pd.Series | None:
    rows = coefficients[(coefficients["group"] == group) & (coefficients["term"] == term)]
    rows = rows[np.isfinite(rows["standardised_low"].astype(float))]
    return rows.iloc[0] if len(rows) else None


def _number(row: pd.Series) -> str:
    return f"{row['standardised']:+.2f} [{row['standardised_low']:+.2f}, {row['standardised_high']:+.2f}]"


def _seen(row: pd.Series) -> bool:
    return bool(row["standardised_low"] * row["standardised_high"] > 0)


def _least(row: pd.Series) -> float:
    return min(abs(row["standardised_low"]), abs(row["standardised_high"]))


def _most(row: pd.Series) -> float:
    return max(abs(row["standardised_low"]), abs(row["standardised_high"]))


def answer(
    task: str,
    measure: str,
    coefficients: pd.DataFrame,
    regressions: pd.DataFrame,
    correlations: pd.DataFrame,
    performance: pd.DataFrame,
    targets: int,
    checks: Sequence[str] = (),
) -> Answer:
    """Answer the study's question for one task by one upstream measure.

    Parameters
    ----------
    coefficients, regressions, correlations, performance : the tables of the analysis; only this task's rows are used.
    targets : how many targets the task has.
    checks : further upstream measures, whose slopes are told beside.
    """
    rows, numbers = (
        table[
            (table["task"] == task) & (table["upstream_measure"] == measure) & (table["specification"] == "per_target")
        ]
        for table in (coefficients, regressions)
    )
    group = "control_replicates" if "control_replicates" in set(rows["group"]) else "pretrained"
    upstream, prevalence = _row(rows, group, "upstream"), _row(rows, group, "prevalence")
    name = MEASURE_LABELS.get(measure, measure.replace("_", " "))
    if upstream is None or prevalence is None:
        headline = "cannot be answered: too few targets have enough data, or a cause does not vary"
        return Answer(task, measure, headline, _context(task, measure, correlations, performance))
    data, model = _seen(prevalence), _seen(upstream)
    apart = data and model and _least(prevalence) > _most(upstream)
    reverse = data and model and _least(upstream) > _most(prevalence)
    headline = {
        (
            True,
            False,
        ): "differences between targets follow the fine-tuning data; an effect of the pre-trained model is not seen",
        (
            False,
            True,
        ): "differences between targets follow the pre-trained model; an effect of the fine-tuning data is not seen",
        (True, True): "differences between targets follow both the fine-tuning data and the pre-trained model",
        (False, False): "neither the fine-tuning data nor the pre-trained model is seen to matter",
    }[data, model]
    if apart:
        headline = "differences between targets follow mainly the fine-tuning data, and less the pre-trained model"
    elif reverse:
        headline = "differences between targets follow mainly the pre-trained model, and less the fine-tuning data"
    sentences = [
        f"In the control, over targets, one standard deviation more prevalence in the fine-tuning data goes with "
        f"{_number(prevalence)} standard deviations more bias, and one of {name} with {_number(upstream)} (slopes of one "
        f"regression, 95 % intervals)."
    ]
    for other in checks:
        of_other = coefficients[(coefficients["task"] == task) & (coefficients["upstream_measure"] == other)]
        slope = _row(of_other[of_other["specification"] == "per_target"], group, "upstream")
        if slope is not None:
            label = MEASURE_LABELS.get(other, other.replace("_", " "))
            sentences.append(f"With {label} in place of {name}, its slope is {_number(slope)}.")
    used = int(numbers[numbers["group"] == group]["n_obs"].iloc[0])
    if used < targets:
        sentences.append(
            f"Only {used} of {targets} targets could be used: the others have too few test texts, or no mention in the "
            f"training data."
        )
    return Answer(task, measure, headline, sentences + _context(task, measure, correlations, performance))


def _context(task: str, measure: str, correlations: pd.DataFrame, performance: pd.DataFrame) -> list[str]:
    found = correlations[(correlations["task"] == task) & (correlations["upstream_measure"] == measure)]
    downstream = found[(found["comparison"] == "control, downstream") & (found["trainset"] == "original")]
    sentences = []
    seeds = downstream[downstream["model"] == "pretrained"]["pearson"].dropna()
    random = downstream[downstream["model"].str.startswith("random_init")]["pearson"].dropna()
    if len(seeds):
        sentences.append(
            f"Fine-tuning the control again with other seeds gives biases that agree at r = {seeds.mean():.2f}: the "
            f"noise of the seed. (All other models share the control's seed, so that theirs is partly common.)"
        )
    if len(random):
        sentences.append(
            f"A model without pre-training, fine-tuned on the same data, has biases that agree with the control's at "
            f"r = {random.mean():.2f}."
        )
    runs = performance[(performance["task"] == task) & (performance["trainset"] == "original")]
    runs = runs[(runs["testset"] != "madlibs") | (runs["testset"] == "madlibs").all()]
    score = "average_precision" if runs["average_precision"].notna().any() else "accuracy"
    means = runs.assign(random=runs["model"].str.startswith("random_init")).groupby("random")[score].mean()
    if True in means.index and False in means.index:
        control = runs[runs["model"] == "pretrained"][score].mean()
        word = (
            "helps"
            if control > means[True] + MARGIN
            else "hurts"
            if control < means[True] - MARGIN
            else "makes little difference to"
        )
        sentences.append(
            f"Pre-training {word} the task itself: {score.replace('_', ' ')} {control:.3f} for the control, "
            f"{means[True]:.3f} without pre-training."
        )
    runs = performance[performance["task"] == task]
    failed = runs[runs["failed_to_learn"]]
    if len(failed):
        names = ", ".join(sorted(set(failed["model"] + " on " + failed["trainset"])))
        sentences.append(
            f"{len(failed)} of {len(runs)} runs × test sets did not learn the task ({names}) and are left out of "
            f"regressions, correlations and figures."
        )
    return sentences


def lexicon_sentence(scores: pd.DataFrame) -> str | None:
    """A warning if the sentiment lexicon knows few of the control's fillers; None if it knows enough.

    Parameters
    ----------
    scores : the control's ``negative_sentiment`` table.
    """
    unknown = scores["unknown_share"].mean()
    if unknown < 0.5:
        return None
    return (
        f"Negative sentiment rests on few words here: {unknown:.0%} of the words that the control fills in are unknown to "
        f"the sentiment lexicon and count as not negative. Read its upstream bias with care."
    )


def pretraining_sentence(history: pd.DataFrame) -> str:
    """Whether pre-training learnt from context: masked loss beside the loss of the token frequencies."""
    last = history.iloc[-1]
    gain = last["unigram_loss"] - last["held_out_loss"]
    verdict = (
        "it has learnt from context"
        if gain > 0.1
        else "it has learnt hardly anything from context, and upstream bias means little"
    )
    if not np.isfinite(gain):
        verdict = "the comparison is not defined"
    return (
        f"The base model was pre-trained here on {int(last['tokens']):,} tokens. Its masked loss on held-out text is "
        f"{last['held_out_loss']:.2f} nats a token, that of knowing the token frequencies alone {last['unigram_loss']:.2f}: "
        f"{verdict}."
    )
