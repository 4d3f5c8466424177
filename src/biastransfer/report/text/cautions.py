"""What a reader must know before believing the numbers of a study (``cautions.toml``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from biastransfer.analysis.outcome import lacking_covariates
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.report.record_labels import measure_label
from biastransfer.report.text.labels import group_label, term_label
from biastransfer.report.text.prose import Prose
from biastransfer.report.text.wording import listed

PROSE = Prose.beside(__file__)
FEW_TARGETS = 15
HIGH_INFLATION = 5.0
FEW_MODELS = 3
ALIKE = 1.2
"""Ratio of two errors up to which they count as equal."""
RELIABLE = 0.8
"""Cronbach's α from which templates agree."""
LEVEL = 0.05
"""Of the joint tests."""
LEARNT = 0.1
"""Nats by which the masked loss of a model that has learnt from context is below that of the token frequencies."""
NAMES, GROUPS = 6, 4
"""How many names, or groups, a sentence lists."""


def cautions(bias: pd.DataFrame, results: Mapping[str, pd.DataFrame]) -> list[str]:
    """Cautions from the rows and the analysis, the most important first.

    Parameters
    ----------
    bias : ``bias.parquet``.
    results : the tables of the analysis.
    """
    return [
        *(sentence for task, rows in bias.groupby("task", sort=True) for sentence in _of_task(str(task), rows)),
        *_of_verdicts(results["verdicts"]),
        *_of_errors(results["coefficients"]),
        *_of_regressions(results["regressions"]),
        *_of_diagnostics(results["diagnostics"]),
    ]


def _of_task(task: str, rows: pd.DataFrame) -> Iterator[str]:
    runs = rows.drop_duplicates(["model", "trainset", "replicate"])
    failed = runs[runs["failed_to_learn"]]
    if len(failed):
        names = listed(sorted(set(failed["model"] + " on " + failed["trainset"])), NAMES)
        yield PROSE.text("failed_runs", task=task, failed=len(failed), runs=len(runs), names=names)
    control = rows[(rows["model"] == CONTROL) & (rows["trainset"] == ORIGINAL)]
    targets = control.drop_duplicates("target")
    small = sorted(targets[targets["small_cell"]]["target"])
    if small:
        yield PROSE.text("small_cells", task=task, small=len(small), targets=len(targets), names=listed(small, NAMES))
    unknown = sorted(targets[targets["prevalence"].isna()]["target"])
    if unknown:
        yield PROSE.text("unknown_prevalence", task=task, names=listed(unknown, NAMES), count=len(unknown))
    if lacking := lacking_covariates(rows):
        yield PROSE.text("lacking_covariates", task=task, terms=listed(term_label(name) for name in lacking))
    if control["replicate"].nunique() < 2:
        yield PROSE.text("one_replicate", task=task)


def _of_verdicts(verdicts: pd.DataFrame) -> Iterator[str]:
    judged = verdicts[verdicts["joint_p"].notna()]
    if len(judged) > 1:
        rejected = judged[judged["joint_p"] < LEVEL]
        lost = rejected[rejected["joint_holm_p"] >= LEVEL]
        yield PROSE.text(
            "several_verdicts",
            verdicts=len(judged),
            share=f"{100 * (1 - (1 - LEVEL) ** len(judged)):.0f} %",
            lost=listed(f"{row.task} ({measure_label(row.upstream_measure)})" for row in lost.itertuples()),
            kept=len(rejected) > 0,
        )
    for row in verdicts[verdicts["n_targets"].between(1, FEW_TARGETS - 1)].itertuples():
        measure = measure_label(row.upstream_measure)
        yield PROSE.text("few_targets", task=row.task, measure=measure, targets=row.n_targets)


def _of_errors(coefficients: pd.DataFrame) -> Iterator[str]:
    """How many times too small the paper's errors are here."""
    keys = ["task", "upstream_measure", "group", "term"]
    eq4 = coefficients[(coefficients["specification"] == "eq4") & coefficients["term"].isin(["upstream", "prevalence"])]
    wide = eq4.pivot_table(index=keys, columns="errors", values="se")
    if not {"lsdv_hc3", "crv3_target"} <= set(wide):
        return
    ratio = (wide["crv3_target"] / wide["lsdv_hc3"]).dropna()
    if len(ratio) and ratio.median() > ALIKE:
        low, median, high = ratio.quantile([0.1, 0.5, 0.9])
        yield PROSE.text("small_errors", low=low, median=median, high=high)


def _of_regressions(regressions: pd.DataFrame) -> Iterator[str]:
    dropped = regressions[regressions["specification"].eq("eq4") & regressions["dropped"].map(len).gt(0)]
    for row in dropped.itertuples():
        terms = listed(term_label(term) for term in row.dropped)
        yield PROSE.text("dropped", terms=terms, count=len(row.dropped), **_place(row))
    few = regressions[regressions["specification"].eq("model_target") & regressions["n_models"].between(2, FEW_MODELS)]
    groups = few[["task", "group"]].drop_duplicates().itertuples(index=False)
    names = [f"{group_label(row.group)} in {row.task}" for row in groups]
    if names:
        yield PROSE.text("few_models", groups=listed(names, GROUPS))


def _of_diagnostics(diagnostics: pd.DataFrame) -> Iterator[str]:
    alpha = diagnostics[(diagnostics["diagnostic"] == "cronbach_alpha") & (diagnostics["statistic"] < RELIABLE)]
    for row in alpha.itertuples():
        yield PROSE.text("templates_disagree", alpha=row.statistic, **_place(row))
    inflated = diagnostics[(diagnostics["diagnostic"] == "vif") & (diagnostics["statistic"] > HIGH_INFLATION)]
    for row in inflated[inflated["specification"] == "model_target"].itertuples():
        inflation = f"{row.statistic:.1f}" if np.isfinite(row.statistic) else "not finite"
        yield PROSE.text("collinear", term=term_label(row.term), inflation=inflation, **_place(row))


def _place(row) -> dict[str, str]:
    """Task, treatment group and upstream measure of a row, in words."""
    return {"task": row.task, "group": group_label(row.group), "measure": measure_label(row.upstream_measure)}


def lexicon_sentence(scores: pd.DataFrame) -> str | None:
    """A caution if the sentiment lexicon knows less than half of the control's fillers; None otherwise.

    Parameters
    ----------
    scores : the control's ``negative_sentiment`` table.
    """
    unknown = scores["unknown_share"].mean()
    return None if unknown < 0.5 else PROSE.text("unknown_words", share=f"{unknown:.0%}")


def pretraining_sentence(history: pd.DataFrame) -> str:
    """Whether pre-training learnt from context: its masked loss beside the loss of the token frequencies.

    Parameters
    ----------
    history : the table of the pre-training, one row per evaluation.
    """
    last = history.iloc[-1]
    gain = last["unigram_loss"] - last["held_out_loss"]
    return PROSE.text(
        "pretraining",
        "losses",
        tokens=int(last["tokens"]),
        loss=last["held_out_loss"],
        frequencies=last["unigram_loss"],
        gain=gain if np.isfinite(gain) else None,
        least_gain=LEARNT,
    )
