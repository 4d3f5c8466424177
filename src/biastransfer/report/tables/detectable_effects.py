"""Could this study have found an effect of the pre-trained model? Its size against what simulations of such studies found."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from biastransfer.analysis import power as power_of
from biastransfer.analysis.groups import control_group, members
from biastransfer.analysis.outcome import outcome_of, per_run, solid
from biastransfer.analysis.power import largest, power, smallest_seen
from biastransfer.report.page.parts import Section, Table
from biastransfer.report.text.labels import measure_label

WORLDS = Path(power_of.__file__).with_name("worlds.csv")
_WORLDS = {
    "dataset_only": ("associations in corpus and data, no way from the one to the predictions", "dataset"),
    "transfer": ("associations in the corpus alone, and the pre-trained representation must be used", "model"),
    "neither": ("associations in the corpus alone, and no way to the predictions", "neither detected"),
    "null": ("associations in the data alone", "dataset"),
}
"""World -> what was planted, and the right verdict."""
SIZES = (0.1, 0.2, 0.3, 0.5)
"""Standardised slopes whose chance of detection is told."""


def section(bias: pd.DataFrame, found: Mapping[str, pd.DataFrame]) -> Section:
    """The section, from ``bias.parquet`` and the tables of its analysis."""
    return Section(
        "Could this study have found it?",
        "How large an effect of the pre-trained model it takes to be detected with the targets and replicates of this study's control: by the "
        "study's own errors, and in simulated studies of that size (docs/power.md). The two rest on different things and should agree. A smaller "
        "effect may be there unseen.",
        [],
        [_table(bias, found["verdicts"]), _worlds()],
    )


def _worlds() -> Table:
    """The verdicts of simulated studies of known truth (evidence/worlds.py)."""
    said = pd.read_csv(WORLDS, keep_default_na=False)  # a world is called null
    rows = []
    for world, (what, right) in _WORLDS.items():
        part = said[said["world"] == world]
        studies, correct = part["studies"].sum(), part.loc[part["verdict"] == right, "studies"].sum()
        others = part[part["verdict"] != right].sort_values("studies", ascending=False)
        rows.append({
            "world": what, "right": right, "share": f"{correct} of {studies}",
            "others": [f"{row.verdict} {row.studies}" for row in others.itertuples()],
        })  # fmt: skip
    return Table(
        name="worlds",
        title="What was said of worlds whose truth is known",
        caption="The same workflow, from pre-training to the verdict, on simulated texts (28 occupations, 50 terms) whose associations were planted, "
        "over many seeds; docs/worlds.md has all of it.",
        frame=pd.DataFrame(rows),
        columns={
            "world": "what was planted",
            "right": "right verdict",
            "share": "said in",
            "others": "said in the rest",
        },
    )


def _table(bias: pd.DataFrame, verdicts: pd.DataFrame) -> Table:
    rows = []
    for verdict in verdicts.itertuples():
        of_measure = bias[(bias["task"] == verdict.task) & (bias["upstream_measure"] == verdict.upstream_measure)]
        size = _size(of_measure)
        simulated = {name: size[name] for name in ("targets", "replicates", "agreement", "correlation")}
        if size["replicates"] == 1:
            simulated["agreement"] = 1.0  # of one run it does not matter
        left = np.sqrt(1 - size["explained"])  # simulated effects are relative to what the dataset leaves unexplained
        seen = smallest_seen(**simulated)
        rows.append({
            **size, "task": verdict.task, "upstream_measure": measure_label(verdict.upstream_measure), "verdict": verdict.verdict,
            "model": verdict.model_estimate, "low": verdict.model_low, "high": verdict.model_high,
            "detectable": verdict.model_detectable, "simulated": np.nan if seen is None else seen * left,
            **{f"at {slope}": _chance(slope / left, simulated) for slope in SIZES},
        })  # fmt: skip
    return Table(
        name="detectable",
        title="The smallest effects that this study could see",
        caption="Effects of the pre-trained model in standard deviations of bias per standard deviation of upstream bias. Detectable: detected with "
        "a chance of 80 %, by this study's own errors, and by the simulation with as many targets and replicates that agree as well and in which as much "
        "is left unexplained by prevalence; then the simulated chance of detection by the size of the effect. Empty: outside of what was simulated.",
        frame=pd.DataFrame(rows),
        columns={
            "task": "task", "upstream_measure": "upstream measure", "verdict": "verdict", "model": "effect of the model", "low": "low",
            "high": "high", "detectable": "detectable, own errors", "simulated": "detectable, simulated",
            **{f"at {slope}": f"chance at {slope:g}" for slope in SIZES}, "targets": "targets", "replicates": "replicates",
            "agreement": "their agreement", "correlation": "correlation of the causes", "explained": "explained by prevalence",
        },
    )  # fmt: skip


def _chance(slope: float, simulated: Mapping[str, float]) -> float:
    """Chance of detection; of slopes beyond the largest simulated one, that of the largest."""
    chance = power(min(slope, largest()), **simulated)
    return np.nan if chance is None else chance


def _size(rows: pd.DataFrame) -> dict[str, float]:
    """The control's targets and replicates, how well these agree, how the causes correlate, and what prevalence explains (R²)."""
    control = per_run(members(rows, control_group(rows)))
    control = control[solid(control)].assign(outcome=lambda each: outcome_of(rows).values(each))
    wide = control.pivot(index="target", columns="replicate", values="outcome").replace([np.inf, -np.inf], np.nan)
    apart = wide.corr().to_numpy()[np.triu_indices(wide.shape[1], 1)] if wide.shape[1] else np.empty(0)
    causes = control.groupby("target")[["upstream", "prevalence", "outcome"]].mean().replace([np.inf, -np.inf], np.nan)
    related = causes.loc[:, causes.std() > 0].corr().reindex(index=causes.columns, columns=causes.columns)
    return {
        "targets": len(causes),
        "replicates": wide.shape[1],
        "agreement": float(np.nanmean(apart)) if np.isfinite(apart).any() else np.nan,
        "correlation": float(related.loc["upstream", "prevalence"]),
        "explained": float(np.nan_to_num(related.loc["outcome", "prevalence"]) ** 2),
    }
