"""The answer to the study's question for one task: the verdict, and the numbers behind it in sentences (``answer.toml``)."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from biastransfer.analysis.comparisons import OTHER_SEEDS
from biastransfer.analysis.groups import control_group
from biastransfer.analysis.verdict.chances import POWER, POWER_AT
from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.report.page.parts import Answer, StandardisedEffect
from biastransfer.report.record_labels import intervention_label, is_pretrained, measure_label
from biastransfer.report.text.labels import group_label, term_label
from biastransfer.report.text.prose import Paragraph, Prose
from biastransfer.report.text.wording import joined, listed, with_interval

PROSE = Prose.beside(__file__)
CAUSES = ("dataset", "model")
TERMS = {"upstream": "model", "prevalence": "dataset"}
NAMES = 6
SMALL_DIFFERENCE = 0.02
"""A difference in accuracy or average precision up to which pre-training makes little difference to the task."""


def answer(
    task: str,
    measures: Sequence[str],
    bias: pd.DataFrame,
    results: Mapping[str, pd.DataFrame],
    performance: pd.DataFrame | None,
    smallest_effect: float,
) -> Answer:
    """Answer the study's question for one task.

    Parameters
    ----------
    measures : its upstream measures; the first decides the verdict, the others follow with theirs.
    bias : rows of ``bias.parquet`` of this task.
    results : the tables of the analysis.
    performance : the runs' performance on every test set; None if there is none.
    """
    first, *others = measures
    of_task = {name: table[table["task"] == task] for name, table in results.items()}
    of_measure = {name: table[table["upstream_measure"] == first] for name, table in of_task.items()}
    verdicts = of_task["verdicts"].set_index("upstream_measure")
    verdict = verdicts.loc[first]
    return Answer(
        task=task,
        verdict=verdict["verdict"],
        headline=headline(task, verdict),
        evidence=[
            *_effects(verdict, first, _agreement(of_measure["diagnostics"])),
            *_families(of_measure["diagnostics"], verdict),
            *_estimators(of_measure["estimators"]),
            *(_another_measure(verdicts.loc[name], name) for name in others),
            *_influence(of_measure["influence"], control_group(bias)),
            *_choices(of_measure["multiverse"]),
            *_interventions(of_measure["coefficients"], verdict),
            *_comparisons(of_measure["correlations"]),
            *_performance(performance, task, bias),
        ],
        effects=[
            StandardisedEffect(PROSE.text("causes", cause), *(float(number) for number in _slope(verdict, cause)))
            for cause in CAUSES
            if np.isfinite(verdict[f"{cause}_estimate"])
        ],
        smallest_effect=smallest_effect,
    )


def headline(task: str, verdict: pd.Series) -> str:
    """The verdict as a sentence; bias runs opposite to a cause with a negative slope."""
    follows = {cause: not verdict[f"{cause}_estimate"] < 0 for cause in CAUSES}
    return PROSE.text("headline", verdict["verdict"], task=task, follows=follows)


def _slope(verdict: pd.Series, cause: str) -> list[float]:
    return [verdict[f"{cause}_{name}"] for name in ("estimate", "low", "high")]


def _slopes(verdict: pd.Series) -> dict[str, str]:
    return {cause: with_interval(*_slope(verdict, cause)) for cause in CAUSES}


def _agreement(diagnostics: pd.DataFrame) -> dict[str, float]:
    """Other upstream measure -> its correlation with this one."""
    rows = diagnostics[(diagnostics["diagnostic"] == "agreement_of_measures") & diagnostics["statistic"].notna()]
    return {measure_label(row.term): row.statistic for row in rows.itertuples()}


def _effects(verdict: pd.Series, measure: str, agreement: Mapping[str, float]) -> Iterator[Paragraph]:
    yield PROSE.paragraph("reason", reason=verdict["reason"])
    if len(few := list(verdict["few_texts"])):
        yield PROSE.paragraph("few_texts", count=len(few), targets=listed(few, NAMES))
    if not verdict[[f"{cause}_estimate" for cause in CAUSES]].notna().all():
        return
    targets = int(verdict["n_targets"])
    yield PROSE.paragraph(
        "effects",
        measure=measure_label(measure),
        targets=targets,
        families=int(verdict["n_families"]) if "families" in verdict["estimator"] else 0,
        reliability=verdict["reliability"] if "corrected" in verdict["estimator"] else None,
        **_slopes(verdict),
    )
    yield PROSE.paragraph("excluded", **{cause: verdict[f"{cause}_excluded"] for cause in CAUSES})
    yield PROSE.paragraph("common_error", turns=verdict["turning_reliability"], agreement=agreement)
    if np.isnan(verdict["model_power"]):
        return
    detectable = [float(verdict[f"{cause}_detectable"]) for cause in CAUSES]
    power = min(verdict[f"{cause}_power"] for cause in CAUSES)
    largest = None if np.isnan(detectable).any() else max(detectable)
    yield PROSE.paragraph("detectable", targets=targets, detectable=largest, power=f"{100 * power:.0f} %", at=POWER_AT)
    yield PROSE.paragraph("again", chance=f"{100 * verdict['verdict_chance']:.0f} %")
    for cause in CAUSES:
        if verdict["verdict"] in (cause, "both") and verdict[f"{cause}_chance"] < POWER:
            yield PROSE.paragraph(
                "exaggerated",
                cause=cause,
                chance=f"{100 * verdict[f'{cause}_chance']:.0f} %",
                times=f"{verdict[f'{cause}_exaggeration']:.1f}",
            )


def _families(diagnostics: pd.DataFrame, verdict: pd.Series) -> Iterator[Paragraph]:
    """What targets of one family have in common beyond both causes."""
    for row in diagnostics[diagnostics["diagnostic"] == "intraclass_correlation"].itertuples():
        if np.isfinite(row.statistic):
            within = "families" in verdict["estimator"]
            families = int(verdict["n_families"])
            yield PROSE.paragraph("families", r=row.statistic, p=row.p, families=families, within=within)


def _estimators(estimators: pd.DataFrame) -> Iterator[Paragraph]:
    """The verdicts by other estimators than the headline's."""
    others = estimators[~estimators["headline"]]
    if len(others):
        verdict = estimators.loc[estimators["headline"], "verdict"].iloc[0]
        labels = PROSE.entry("estimator_labels")
        verdicts = {labels[row.estimator]: row.verdict for row in others.itertuples()}
        yield PROSE.paragraph("estimators", verdicts=verdicts, agree=set(verdicts.values()) == {verdict})


def _another_measure(verdict: pd.Series, measure: str) -> Paragraph:
    values = {"measure": measure_label(measure), "verdict": verdict["verdict"]}
    if np.isnan(verdict["model_estimate"]):
        return PROSE.paragraph("another_measure_not_estimated", reason=verdict["reason"], **values)
    return PROSE.paragraph("another_measure", **_slopes(verdict), **values)


def _influence(influence: pd.DataFrame, group: str) -> Iterator[Paragraph]:
    """The target without which the model's slope changes most."""
    rows = influence[
        (influence["specification"] == "model_target")
        & (influence["group"] == group)
        & (influence["term"] == "upstream")
    ]
    decisive = rows[rows["without"].isna()]
    rows = rows.dropna(subset=["without", "cook"])
    if rows.empty:
        return
    if len(decisive):
        yield PROSE.paragraph("one_target_decides", targets=listed(decisive["target"]))
    strongest = rows.loc[rows["cook"].idxmax()]
    low, high = rows["without"].min(), rows["without"].max()
    yield PROSE.paragraph("influence", low=low, high=high, target=listed([strongest["target"]]), cook=strongest["cook"])


def _choices(multiverse: pd.DataFrame) -> Iterator[Paragraph]:
    """The range of the model's slope over choices."""
    rows = multiverse[multiverse["term"] == "upstream"]
    slopes = rows["standardised"]
    if len(rows) > 1:
        yield PROSE.paragraph(
            "choices",
            combinations=len(rows),
            low=slopes.min(),
            high=slopes.max(),
            median=slopes.median(),
            excluding_zero=int((rows["low"] * rows["high"] > 0).sum()),
        )


def _interventions(coefficients: pd.DataFrame, verdict: pd.Series) -> Iterator[Paragraph]:
    """The change of a target's bias when interventions change its own causes, in the widest group of pre-trained models."""
    rows = coefficients[
        coefficients["specification"].eq("target_effects_scaled")
        & coefficients["errors"].eq("two_way")
        & coefficients["term"].isin(TERMS)
    ]
    pretrained = [record for record in registry.model_interventions().values() if record.pretrained]
    groups = ["all_pretrained", *(group for record in pretrained for group in record.groups)]
    group = next((name for name in groups if (rows["group"] == name).any()), None)
    if group is None:
        return
    columns = ["term", "standardised", "standardised_low", "standardised_high"]
    slopes = list(rows.loc[rows["group"] == group, columns].itertuples(index=False, name=None))
    yield PROSE.paragraph(
        "interventions",
        group=group_label(group),
        slopes={term_label(term): with_interval(*slope) for term, *slope in slopes},
    )
    named = {"both": CAUSES, "dataset": ("dataset",), "model": ("model",)}.get(verdict["verdict"], ())
    moved = [TERMS[term] for term, _, low, high in slopes if low * high > 0]
    still = [TERMS[term] for term, _, low, high in slopes if low * high <= 0]
    if odd := [cause for cause in moved if cause not in named]:
        yield PROSE.paragraph("moved_but_not_named", causes=joined(odd))
    if odd := [cause for cause in still if cause in named]:
        yield PROSE.paragraph("named_but_not_moved", causes=joined(odd))


def _comparisons(correlations: pd.DataFrame) -> Iterator[Paragraph]:
    """The control's biases beside those with other seeds, and beside those of models without pre-training."""
    rows = correlations[
        correlations["comparison"].eq("control, downstream")
        & correlations["unit"].eq("mean")
        & correlations["pearson_of_runs"].notna()
    ]
    for row in rows[rows["condition"] == OTHER_SEEDS].itertuples():
        yield PROSE.paragraph("seeds", r=row.pearson_of_runs)
    for row in rows[rows["data_intervention"] == ORIGINAL].itertuples():
        if not is_pretrained(row.model_intervention):
            label = intervention_label(row.model_intervention)
            yield PROSE.paragraph("without_pretraining", intervention=label, r=row.pearson_of_runs)


def _performance(performance: pd.DataFrame | None, task: str, bias: pd.DataFrame) -> Iterator[Paragraph]:
    """Whether pre-training helps the task: scores of the control and of models without pre-training, on the unchanged data."""
    if performance is None:
        return
    runs = performance[(performance["task"] == task) & (performance["trainset"] == ORIGINAL)]
    runs = runs[(runs["testset"] != "madlibs") | (runs["testset"] == "madlibs").all()]
    score = "average_precision" if runs["average_precision"].notna().any() else "accuracy"
    interventions = bias.drop_duplicates("model").set_index("model")["model_intervention"]
    without = runs[[not is_pretrained(interventions.get(model, CONTROL)) for model in runs["model"]]][score].mean()
    control = runs[runs["model"] == CONTROL][score].mean()
    if np.isnan(without) or np.isnan(control):
        return
    gain = control - without
    effect = "helps" if gain > SMALL_DIFFERENCE else "hurts" if gain < -SMALL_DIFFERENCE else "little"
    yield PROSE.paragraph(
        "performance",
        effect=PROSE.text("performance", effect),
        score=listed([score]),
        control=control,
        without=without,
    )
