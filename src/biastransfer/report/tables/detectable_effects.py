"""Could this study detect an effect of the pre-trained model? Its size, against simulated studies of that size."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biastransfer.analysis.groups import control_group, members
from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run, solid
from biastransfer.analysis.power import largest, power, smallest_seen
from biastransfer.report.page.parts import Table
from biastransfer.report.tables.table_texts import TableTexts

TEXTS = TableTexts.beside(__file__)

SIZES = (0.1, 0.2, 0.3, 0.5)
"""Standardised slopes whose chance of detection the table gives."""


def detectable_effects(bias: pd.DataFrame, verdicts: pd.DataFrame) -> Table:
    """The effects that a study can detect, by its own errors and by simulated studies of its size; a row per verdict."""
    rows = []
    for verdict in verdicts.itertuples():
        of_measure = bias[(bias["task"] == verdict.task) & (bias["upstream_measure"] == verdict.upstream_measure)]
        size = _size(of_measure)
        simulated = {name: size[name] for name in ("targets", "replicates", "agreement", "correlation")}
        if size["replicates"] == 1:
            simulated["agreement"] = 1.0  # with one replicate, agreement does not matter
        unexplained = np.sqrt(
            1 - size["explained"]
        )  # simulated effects are relative to what the dataset leaves unexplained
        seen = smallest_seen(**simulated)
        rows.append({
            **size,
            "task": verdict.task, "upstream_measure": verdict.upstream_measure, "verdict": verdict.verdict,
            "model": verdict.model_estimate, "low": verdict.model_low, "high": verdict.model_high,
            "detectable": verdict.model_detectable, "simulated": np.nan if seen is None else seen * unexplained,
            **{f"at {slope}": _chance(slope / unexplained, simulated) for slope in SIZES},
        })  # fmt: skip
    chances = {f"at {slope}": TEXTS.text("detectable", "chance", slope=slope) for slope in SIZES}
    columns = TEXTS.heads("detectable") | chances | TEXTS.heads("detectable", "more_columns")
    return TEXTS.table("detectable", pd.DataFrame(rows), columns=columns)


def _chance(slope: float, simulated: Mapping[str, float]) -> float:
    """Chance of detection; for slopes beyond the largest simulated one, that of the largest."""
    chance = power(min(slope, largest()), **simulated)
    return np.nan if chance is None else chance


def _size(rows: pd.DataFrame) -> dict[str, float]:
    """The control's targets and replicates, the agreement of these, the correlation of the causes, and what prevalence explains (R²)."""
    outcome = outcome_of(rows)
    control = per_run(members(rows, control_group(rows)))
    control = control[solid(control)].assign(outcome=lambda runs: outcome_values(outcome, runs))
    wide = control.pivot(index="target", columns="replicate", values="outcome").replace([np.inf, -np.inf], np.nan)
    pairs = wide.corr().to_numpy()[np.triu_indices(wide.shape[1], 1)] if wide.shape[1] else np.empty(0)
    causes = control.groupby("target")[["upstream", "prevalence", "outcome"]].mean().replace([np.inf, -np.inf], np.nan)
    related = causes.loc[:, causes.std() > 0].corr().reindex(index=causes.columns, columns=causes.columns)
    return {
        "targets": len(causes),
        "replicates": wide.shape[1],
        "agreement": float(np.nanmean(pairs)) if np.isfinite(pairs).any() else np.nan,
        "correlation": float(related.loc["upstream", "prevalence"]),
        "explained": float(np.nan_to_num(related.loc["outcome", "prevalence"]) ** 2),
    }
