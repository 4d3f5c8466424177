"""What a reader must know before believing a number of this study."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from biastransfer.report.text.labels import GROUP_LABELS, TERM_LABELS, listed, measure_label

FEW_TARGETS, HIGH_VIF, FEW_MODELS, ALIKE, RELIABLE = 15, 5.0, 3, 1.2, 0.8


def warnings(bias: pd.DataFrame, found: dict[str, pd.DataFrame]) -> list[str]:
    """Warnings from the rows and the analysis, most important first.

    Parameters
    ----------
    bias : ``bias.parquet``.
    found : the tables of the analysis.
    """
    told = [sentence for task, rows in bias.groupby("task", sort=True) for sentence in _of_task(str(task), rows)]
    return [
        *told,
        *_of_verdicts(found["verdicts"]),
        *_of_errors(found["coefficients"]),
        *_of_regressions(found["regressions"], found["diagnostics"]),
    ]


def _of_task(task: str, rows: pd.DataFrame) -> Iterator[str]:
    runs = rows.drop_duplicates(["model", "trainset", "replicate"])
    failed = runs[runs["failed_to_learn"]]
    if len(failed):
        names = listed(sorted(set(failed["model"] + " on " + failed["trainset"])), most=6)
        yield (
            f"In {task}, {len(failed)} of {len(runs)} runs did not learn the task ({names}). They are left out of regressions, "
            f"correlations and figures."
        )
    control = rows[(rows["model"] == "pretrained") & (rows["trainset"] == "original")]
    targets = control.drop_duplicates("target")
    small = sorted(targets[targets["small_cell"]]["target"])
    if small:
        yield (
            f"In {task}, {len(small)} of {len(targets)} targets have too few test texts and are left out ({listed(small, most=6)})."
        )
    absent = sorted(targets[targets["prevalence"].isna()]["target"])
    if absent:
        yield f"In {task}, prevalence is not known for {listed(absent, most=6)}: left out of regressions on it."
    if control["replicate"].nunique() < 2:
        yield (
            f"In {task}, the control was fine-tuned once: how much of a bias is the noise of the seed is not known. "
            f"control_replicates: 3 in the study file would measure it."
        )


def _of_verdicts(verdicts: pd.DataFrame) -> Iterator[str]:
    for row in verdicts[verdicts["n_targets"].between(1, FEW_TARGETS - 1)].itertuples():
        yield (
            f"In {row.task}, the verdict by {measure_label(row.upstream_measure)} rests on {row.n_targets} targets. With so few, intervals "
            f"are wide and standard errors themselves are uncertain."
        )


def _of_errors(coefficients: pd.DataFrame) -> Iterator[str]:
    """How many times too small the paper's errors are here."""
    keys = ["task", "upstream_measure", "group", "term"]
    eq4 = coefficients[(coefficients["specification"] == "eq4") & coefficients["term"].isin(["upstream", "prevalence"])]
    wide = eq4.pivot_table(index=keys, columns="errors", values="se")
    if not {"lsdv_hc3", "crv3_target"} <= set(wide):
        return
    ratio = (wide["crv3_target"] / wide["lsdv_hc3"]).dropna()
    if len(ratio) and ratio.median() > ALIKE:
        low, middle, high = ratio.quantile([0.1, 0.5, 0.9])
        yield (
            f"The errors that the paper prints (HC3 on rows copied over templates and models) are too small: clustered by target, "
            f"Eq. 4's are {middle:.1f} times as large here (80 % of them {low:.1f} to {high:.1f} times). Stars in the tables as "
            f"printed rest on the former."
        )


def _of_regressions(regressions: pd.DataFrame, diagnostics: pd.DataFrame) -> Iterator[str]:
    dropped = regressions[regressions["specification"].eq("eq4") & regressions["dropped"].map(len).gt(0)]
    for row in dropped.itertuples():
        terms = listed([TERM_LABELS.get(term, term) for term in row.dropped])
        yield (
            f"In {row.task}, group {GROUP_LABELS.get(row.group, row.group)}, {measure_label(row.upstream_measure)}: {terms} does not "
            f"vary, or others determine it; dropped from Eq. 4."
        )
    few = regressions[regressions["specification"].eq("model_target") & regressions["n_models"].between(2, FEW_MODELS)]
    names = listed(
        [
            f"{GROUP_LABELS.get(group, group)} of {task}"
            for task, group in dict.fromkeys(zip(few["task"], few["group"], strict=True))
        ],
        most=4,
    )
    if names:
        yield f"Errors clustered by model mean nothing with two or three models: {names}."
    alpha = diagnostics[(diagnostics["diagnostic"] == "cronbach_alpha") & (diagnostics["statistic"] < RELIABLE)]
    for row in alpha.itertuples():
        yield (
            f"In {row.task}, templates hardly agree on the control's {measure_label(row.upstream_measure)} (Cronbach's α "
            f"{row.statistic:.2f}): it is measured with error, which makes its slope too small and that of prevalence, where the two go "
            f"together, too large."
        )
    vif = diagnostics[(diagnostics["diagnostic"] == "vif") & (diagnostics["statistic"] > HIGH_VIF)]
    for row in vif[vif["specification"] == "model_target"].itertuples():
        size = "not finite" if not np.isfinite(row.statistic) else f"{row.statistic:.1f}"
        yield (
            f"In {row.task}, group {GROUP_LABELS.get(row.group, row.group)}: {TERM_LABELS.get(row.term, row.term)} is nearly determined by "
            f"the other terms (variance inflation {size}); their effects can hardly be told apart."
        )


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
        f"Pre-trained here on {int(last['tokens']):,} tokens. Masked loss on held-out text is "
        f"{last['held_out_loss']:.2f} nats a token, that of knowing the token frequencies alone {last['unigram_loss']:.2f}: "
        f"{verdict}."
    )
