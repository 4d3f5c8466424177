"""Titles, captions and alternative texts of the figures; the latter say what is seen, in numbers of the study."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biastransfer.analysis.correlation import correlate
from biastransfer.analysis.outcome import outcome_of
from biastransfer.report.catalogue import Name, taken_apart
from biastransfer.report.figures.condition_names import level_name, strongest
from biastransfer.report.figures.dose import outcome_shown
from biastransfer.report.figures.numbers import (
    by_target,
    conditions,
    control_level,
    doses,
    extremes,
    mean_perturbations,
    perturbations,
    rows_of,
)
from biastransfer.report.text.labels import MEASURE_LABELS


class _Words(NamedTuple):
    """A bar parts the paper's figures of label_by_group and of flag_by_mention."""

    title: str
    caption: str
    section: str


_PAPER = "cf. Steed et al. 2022, "
_FIGURES = {
    "effects": _Words(
        "What downstream bias goes with",
        "Standardised slopes of downstream bias on upstream bias and on the training data's statistics in each treatment "
        "group, with 95 % intervals whose errors are clustered by target; hollow where p ≥ 0.01. The light bars are intervals "
        "of the kind that the paper prints: Eq. 4 with HC3 errors, which take the templates and runs of a target for "
        "independent.",
        "Figure 4",
    ),
    "interventions": _Words(
        "Bias in {task} under interventions on the model: {measure}",
        "A line is a target, a row a condition, at its highest level and averaged over trials; r, with a 95 % interval, is "
        "the correlation with the control over targets. Left: upstream bias. Right: downstream bias. Parallel lines are "
        "biases that stay what they were. Boxes span the quartiles, with the median; the targets with the lowest and the "
        "highest downstream bias of the control are named.",
        "Figure 2",
    ),
    "dose_model": _Words(
        "Bias in {task} against the {level}",
        "A line is a target, averaged over trials; level 0 is the control. Above: {measure}, upstream. Below: {outcome}. The "
        "black line is the median and the band spans the quartiles; the targets with the lowest and the highest downstream "
        "bias of the control are named.",
        "Figure 3",
    ),
    "dose_data": _Words(
        "Bias in {task} against the {level}",
        "A line is a target; level {control} is the same model on the original data. Above: prevalence in the changed data. Below: "
        "{outcome}. The black line is the median and the band spans the quartiles; the targets with the lowest and the "
        "highest downstream bias of the first panel's model on the original data are named.",
        "Figure 10 | Figures 5 and 11",
    ),
    "dataset": _Words(
        "What the training data of {task} holds",
        "Texts per target, and prevalence: {prevalence}. Bars about prevalence are 95 % intervals (Wilson). Sorted by it.",
        "Figure 6 | Figure 8",
    ),
    "upstream": _Words(
        "Upstream bias of the control in {task}: {measure}",
        "A dot is a template, the diamond their mean, by which targets are sorted.",
        "Figure 7",
    ),
    "transfer": _Words(
        "Downstream bias and its possible causes in {task}: {measure}",
        "A dot is a target. Above: against {measure}. Below: against prevalence in the training data. A pair of panels per "
        "condition, at its highest level where there are many, averaged over trials. Bars and brackets are 95 % intervals; "
        "bars that leave a panel are cut.",
        "Figure 9",
    ),
    "specifications": _Words(
        "What choices make of it in {task}: {measure}",
        "The standardised slope of {measure} under every combination of choices, in order, with 95 % intervals clustered by target; "
        "below each, the choices that it rests on. Dashes are the slopes of prevalence in the same regressions.",
        "",
    ),
    "targets": _Words(
        "Every target in {task}: control and interventions",
        "Downstream bias with 95 % intervals, sorted by the control's; interventions at their highest level where there are "
        "many. Where an intervention changed downstream bias, orange leaves grey. Bars that leave a panel are cut.",
        "section 4.1",
    ),
    "after": _Words(
        "Bias of the fine-tuned encoder in {task}: {measure}",
        "A dot is a target: {measure} after fine-tuning, above against the same before it, below against prevalence in the "
        "training data. A pair of panels per condition; scales differ. Brackets are 95 % intervals of the correlation.",
        "section 4.2 and Table 5",
    ),
    "perturbation": _Words(
        "What interventions on the model leave of {measure} in {task}",
        "Left: correlation of upstream bias with the control's over targets. Right: its standard deviation, relative to the "
        "control's. Diamonds are means over trials (of Fisher's z on the left), dots above them the trials; bars are 95 % "
        "intervals (Fisher), averaged over trials.",
        "Table 2",
    ),
    "planted": _Words(
        "Planted and recovered in {task}: {measure}",
        "The world is simulated, so the truth is known. Left: the upstream measure against the association planted in the "
        "pre-training corpus. Middle: downstream bias against the prevalence planted in the fine-tuning data. Right: "
        "downstream bias against the upstream association; the two were planted uncorrelated. Bars and brackets are 95 % "
        "intervals; bars that leave a panel are cut.",
        "",
    ),
}


def figure_text(name: str, bias: pd.DataFrame) -> dict[str, str]:
    """Title, caption, alternative text, and the figure of the paper that a figure answers to (``section``).

    Parameters
    ----------
    name : of the catalogue.
    bias : the table ``bias.parquet``.
    """
    parts = taken_apart(name)
    kind, words, seen, place = parts.kind, {}, "", 0
    if parts.task:
        rows = rows_of(bias, parts.task, parts.measure)
        measure = parts.measure or rows["upstream_measure"].iloc[0]
        if kind == "dose":
            column, outcome = outcome_shown(rows, parts.intervention)
            kind = "dose_model" if column == "downstream" else "dose_data"
            control = "all" if np.isinf(control_level(parts.intervention)) else "0"
            words = {"level": level_name(parts.intervention), "outcome": outcome, "control": control}
        words |= {
            "task": parts.task,
            "measure": MEASURE_LABELS.get(measure, measure.replace("_", " ")),
            "prevalence": "the share of the first compared group" if outcome_of(rows).log else "the share flagged",
        }
        place = 0 if outcome_of(rows).log else -1
        seen = _SEEN[parts.kind](rows, parts) if parts.kind in _SEEN else ""
    text = _FIGURES[kind]
    title, caption = text.title.format(**words), text.caption.format(**words)
    return {
        "title": title,
        "caption": caption,
        "alt": f"{title}. {seen or caption}",
        "section": _PAPER + text.section.split(" | ")[place] if text.section else "",
    }


def _r(first: pd.Series, second: pd.Series) -> str:
    return _number(correlate(first, second)["pearson"])


def _number(value: float) -> str:
    return "not defined" if pd.isna(value) else f"{value:.2f}".replace("-", "−")


def _listed(names: Sequence[str]) -> str:
    names = [name.replace("_", " ") for name in names]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "none"


def _control(rows: pd.DataFrame) -> pd.DataFrame:
    table = conditions(rows)
    return table[table["condition"] == "control"].set_index("target")


def _interventions(rows: pd.DataFrame, parts: Name) -> str:
    table = conditions(rows)
    table = table[~table["changed_data"] & (table["condition"] != "control, other seeds")]
    up, down = by_target(table, "upstream"), by_target(table, "downstream")
    shown = strongest(list(up.index[1:]), most=0)
    found = [f"{name}: {_r(up.iloc[0], up.loc[name])} and {_r(down.iloc[0], down.loc[name])}" for name in shown]
    return f"Correlation with the control over targets, upstream and downstream: {'; '.join(found)}."


def _dose(rows: pd.DataFrame, parts: Name) -> str:
    table = doses(rows, parts.intervention, outcome_shown(rows, parts.intervention)[0])
    found = []
    for family, part in table.groupby("family", sort=False):
        wide = part.set_index(["level", "trainset", "target"])["downstream"].unstack("target")
        control = control_level(parts.intervention)
        named, far = ("all", 0) if np.isinf(control) else ("0", -1)
        zero, last = wide.loc[control].iloc[0], wide.iloc[far]
        where = f"{family}: " if family else ""
        found.append(
            f"{where}levels {named} and {wide.index[far][0]:g}, r {_r(zero, last)}, standard deviation "
            f"{_number(zero.std())} and {_number(last.std())}"
        )
    return f"Downstream bias over targets. {'; '.join(found)}."


def _dataset(rows: pd.DataFrame, parts: Name) -> str:
    prevalence = _control(rows)["prevalence"].dropna()
    low, high = extremes(prevalence, 2), prevalence.sort_values()
    if high.empty:
        return ""
    half = len(low) // 2
    return (
        f"Prevalence runs from {_number(high.iloc[0])} to {_number(high.iloc[-1])}; it is lowest for "
        f"{_listed(low[:half] or low)} and highest for {_listed(low[half:])}."
    )


def _upstream(rows: pd.DataFrame, parts: Name) -> str:
    means = _control(rows)["upstream"]
    names = extremes(means, 2)
    half = len(names) // 2
    return (
        f"Mean {_number(means.mean())} and standard deviation {_number(means.std())} over targets; lowest for "
        f"{_listed(names[:half] or names)}, highest for {_listed(names[half:])}."
    )


def _pairs(effect: str, words: str) -> Callable[[pd.DataFrame, Name], str]:
    def seen(rows: pd.DataFrame, parts: Name) -> str:
        table = conditions(rows)
        found = [
            f"{name}: {_r(part['upstream'], part[effect])} and {_r(part['prevalence'], part[effect])}"
            for name, part in table.groupby("condition", sort=False)
            if name in strongest(list(table["condition"].unique()))
        ]
        return f"Correlation of {words} over targets: {'; '.join(found)}."

    return seen


def _targets(rows: pd.DataFrame, parts: Name) -> str:
    values = by_target(conditions(rows), "downstream")
    found = [f"{name}: {_r(values.iloc[0], values.loc[name])}" for name in strongest(list(values.index[1:]))]
    names = extremes(values.iloc[0], 2)
    half = len(names) // 2
    lowest = f"On the control, bias is lowest for {_listed(names[:half])} and highest for {_listed(names[half:])}."
    return f"{lowest} Correlation with the control: {'; '.join(found)}." if found else lowest


def _perturbation(rows: pd.DataFrame, parts: Name) -> str:
    means = mean_perturbations(perturbations(rows))[["r", "spread"]]
    found = [f"{name}: {_number(r)} and {_number(spread)}" for name, r, spread in means.itertuples(name=None)]
    return f"Correlation with the control and relative standard deviation: {'; '.join(found)}."


_SEEN: dict[str, Callable[[pd.DataFrame, Name], str]] = {
    "after": _pairs("intermediate", "bias after fine-tuning with upstream bias and with prevalence"),
    "dataset": _dataset,
    "dose": _dose,
    "interventions": _interventions,
    "perturbation": _perturbation,
    "targets": _targets,
    "transfer": _pairs("downstream", "downstream bias with upstream bias and with prevalence"),
    "upstream": _upstream,
}
"""Kind -> what is seen in such a figure."""
