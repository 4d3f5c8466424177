"""Claims with a printed number: what a step of a cause goes with, and a ratio of rates of one target."""

from collections.abc import Iterator

import numpy as np

from biastransfer.analysis.claims.arrays import FEWEST_TARGETS
from biastransfer.analysis.claims.findings import Finding, Margins, above_zero, jackknife, slopes
from biastransfer.analysis.claims.runs import Runs


def slope_in_group(
    runs: Runs,
    margins: Margins,
    cause: str,
    group: str,
    steps: tuple[float, float],
    printed: tuple[float, float],
    within_targets: bool = False,
) -> Iterator[Finding]:
    """What a step in a cause does to bias in a treatment group, given the other causes: a ratio of ratios of rates, or a change of a rate.

    Parameters
    ----------
    steps, printed : for ratios of true positive rates, and for false positive rates.
    within_targets : compare runs of the same target alone, as interventions change its cause; otherwise targets as well (Eq. 4).
    """
    these = runs.of_group(group)
    names = [
        name for name in ("upstream", "prevalence", "mention_share") if np.isfinite(getattr(runs, name)[these]).any()
    ]
    if cause not in names:
        return
    bias, *causes = (getattr(runs, name)[these] for name in ("bias", *names))
    used = np.isfinite([bias, *causes]).all(0)
    in_runs, kept = used.any(1), np.flatnonzero(used.any(0))
    bias, *causes = (np.where(used, values, np.nan)[in_runs][:, kept] for values in (bias, *causes))
    causes = {name: values for name, values in zip(names, causes, strict=True) if not within_targets or _moves(values)}
    if cause not in causes or len(kept) < FEWEST_TARGETS:
        return
    place, step = list(causes).index(cause), steps[0 if runs.log else 1]

    def effect(some: np.ndarray) -> float:
        found = slopes(bias[:, some], *(values[:, some] for values in causes.values()), within_targets=within_targets)
        return step * found[place]

    value, error = jackknife(effect, len(kept))
    spread = np.nanstd(causes[cause], 1).mean()
    if not (spread > 1e-12 and error > 0):
        return
    unit = abs(step) * np.nanstd(bias, 1).mean() / spread
    region = above_zero(margins.smallest * unit, 0.5 * unit)
    scale, number = ("ratio", 1 + printed[0] / 100) if runs.log else ("plain", printed[1] / 100)
    yield Finding("", value, error, len(kept) - 1, region, scale, number)


def _moves(values: np.ndarray) -> bool:
    """Whether a cause (R, G) differs between runs of a target."""
    return bool(np.nanmax(np.nanmax(values, 0) - np.nanmin(values, 0)) > 1e-12)


def named_ratio(runs: Runs, margins: Margins, target: str, printed: float) -> Iterator[Finding]:
    """How many times likelier the second group's texts of a target are classified right, over the runs with changed embeddings.

    Runs share their test texts, so the error of a run's ratio over texts is that of their mean.
    """
    place = np.flatnonzero(runs.targets == target)
    if not (runs.log and len(place)):
        return
    changed = runs.on_original("sentdebias")
    values, errors = -runs.bias[changed, place[0]], runs.errors[changed, place[0]]
    known = np.isfinite(values)
    if known.sum() > 2:
        between = values[known].std(ddof=1) / np.sqrt(known.sum())
        error = float(np.hypot(between, errors[known].mean()))
        region = above_zero(0.0, float(np.log(printed)))
        yield Finding(target, float(values[known].mean()), error, int(known.sum()) - 1, region, "ratio", printed)
