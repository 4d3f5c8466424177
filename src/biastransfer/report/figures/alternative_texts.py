"""Alternative texts of the figures: what a figure shows, in numbers of the study."""

from collections.abc import Callable, Sequence

import pandas as pd

from biastransfer.analysis.correlation import correlate
from biastransfer.report.catalogue import FigureName
from biastransfer.report.conditions import Condition, conditions_of, models_alone, strongest
from biastransfer.report.figures.dose_numbers import Panel, doses
from biastransfer.report.figures.perturbation_numbers import mean_perturbations, perturbations
from biastransfer.report.figures.plotted_values import by_target, conditions, control_of, extremes
from biastransfer.report.figures.style import decimals
from biastransfer.report.record_labels import control_level, counts_texts, spaced
from biastransfer.report.text.wording import joined


def alternative_text(figure: FigureName, rows: pd.DataFrame) -> str:
    """What a figure shows; empty where its caption is all that can be written.

    Parameters
    ----------
    rows : of ``bias.parquet``, of the figure's task and measure.
    """
    return _TEXTS[figure.kind](figure, rows) if figure.kind in _TEXTS else ""


def _r(first: pd.Series, second: pd.Series) -> str:
    return decimals(correlate(first, second)["pearson"])


def _listed(names: Sequence[str]) -> str:
    return joined([spaced(name) for name in names]) or "none"


def _lowest_and_highest(values: pd.Series) -> tuple[str, str]:
    names = extremes(values, 2)
    half = len(names) // 2
    return _listed(names[:half] or names), _listed(names[half:])


def _interventions(figure: FigureName, rows: pd.DataFrame) -> str:
    table = conditions(rows)
    upstream, downstream = by_target(table, "upstream"), by_target(table, "downstream")
    changed = [condition for condition in models_alone(conditions_of(rows)) if not condition.is_control]
    parts = [
        f"{condition.label}: {_with_control(upstream, condition)} and {_with_control(downstream, condition)}"
        for condition in strongest(changed, most=0)
    ]
    return f"Correlation with the control over targets, upstream and downstream: {'; '.join(parts)}."


def _with_control(values: pd.DataFrame, condition: Condition) -> str:
    return _r(values.iloc[0], values.loc[condition.name])


def _dose(figure: FigureName, rows: pd.DataFrame) -> str:
    parts = [_of_panel(panel, figure.intervention) for panel in doses(rows, figure.intervention)]
    return f"Downstream bias over targets: {'; '.join(parts)}."


def _of_panel(panel: Panel, intervention: str) -> str:
    levels, values = panel.levels().set_index("place"), panel.by_level("downstream")
    control = levels.index[levels["level"] == control_level(intervention)]
    first = control[0] if len(control) else levels.index[0]
    last = levels.index[0 if counts_texts(intervention) else -1]
    ticks = levels["tick"]
    where = f"{panel.label}, " if panel.label else ""
    return (
        f"{where}levels {ticks[first]} and {ticks[last]}, r {_r(values.loc[first], values.loc[last])}, standard deviations "
        f"{decimals(values.loc[first].std())} and {decimals(values.loc[last].std())}"
    )


def _dataset(figure: FigureName, rows: pd.DataFrame) -> str:
    prevalence = control_of(conditions(rows))["prevalence"].dropna()
    if prevalence.empty:
        return ""
    low, high = _lowest_and_highest(prevalence)
    return (
        f"Prevalence runs from {decimals(prevalence.min())} to {decimals(prevalence.max())}. It is lowest for {low} and highest "
        f"for {high}."
    )


def _upstream(figure: FigureName, rows: pd.DataFrame) -> str:
    means = control_of(conditions(rows))["upstream"]
    low, high = _lowest_and_highest(means)
    return (
        f"Over targets, the mean is {decimals(means.mean())} and the standard deviation is {decimals(means.std())}. Bias is lowest "
        f"for {low} and highest for {high}."
    )


def _pairs(effect: str, words: str) -> Callable[[FigureName, pd.DataFrame], str]:
    def text(figure: FigureName, rows: pd.DataFrame) -> str:
        of_condition = dict(list(conditions(rows).groupby("condition")))
        parts = [
            f"{condition.label}: {_r(part['upstream'], part[effect])} and {_r(part['prevalence'], part[effect])}"
            for condition in strongest(conditions_of(rows))
            for part in [of_condition[condition.name]]
        ]
        return f"Correlation of {words} over targets: {'; '.join(parts)}."

    return text


def _targets(figure: FigureName, rows: pd.DataFrame) -> str:
    values = by_target(conditions(rows), "downstream")
    changed = [condition for condition in conditions_of(rows) if not condition.is_control]
    parts = [f"{condition.label}: {_with_control(values, condition)}" for condition in strongest(changed)]
    low, high = _lowest_and_highest(values.iloc[0])
    text = f"On the control, bias is lowest for {low} and highest for {high}."
    return f"{text} Correlation with the control: {'; '.join(parts)}." if parts else text


def _perturbation(figure: FigureName, rows: pd.DataFrame) -> str:
    labels = {condition.name: condition.label for condition in conditions_of(rows)}
    means = mean_perturbations(perturbations(rows))[["r", "spread"]]
    parts = [f"{labels[name]}: {decimals(r)} and {decimals(spread)}" for name, r, spread in means.itertuples(name=None)]
    return f"Correlation with the control and relative standard deviation: {'; '.join(parts)}."


_TEXTS: dict[str, Callable[[FigureName, pd.DataFrame], str]] = {
    "after": _pairs("intermediate", "bias after fine-tuning with upstream bias and with prevalence"),
    "dataset": _dataset,
    "dose": _dose,
    "interventions": _interventions,
    "perturbation": _perturbation,
    "targets": _targets,
    "transfer": _pairs("downstream", "downstream bias with upstream bias and with prevalence"),
    "upstream": _upstream,
}
"""Kind of figure -> what such a figure shows."""
