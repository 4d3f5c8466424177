"""The control of a study as the verdict needs it: one value a target. A simulation has many studies of the same targets at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from biastransfer.analysis.design import design
from biastransfer.analysis.groups import control_group, members
from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run, run_name, solid
from biastransfer.analysis.specification import per_target
from biastransfer.common import registry

CAUSES = {"model": "upstream", "dataset": "prevalence"}
"""Cause -> its term in the regression; in the order of arrays."""
FLAT = 0.04
"""Relative spread of a cause over targets below which it cannot explain their biases."""
SMALL_FAMILY = 3
"""Targets that a family must have for an intercept of its own."""


@dataclass(frozen=True)
class Controls:
    """Controls of D studies with the same G targets.

    Attributes
    ----------
    bias : shape (D, G), downstream bias, the mean over replicates.
    causes : shape (D, G, 2), upstream bias and prevalence.
    errors : shape (D, G, 2), their squared standard errors; zero where none is known.
    others : shape (D, G, c), what the regression controls for.
    families : shape (G,), the number of each target's intercept, from 0; every intercept has two targets or more.
    spread : shape (D,), standard deviation of bias over the targets of one run.
    """

    bias: np.ndarray
    causes: np.ndarray
    errors: np.ndarray
    others: np.ndarray
    families: np.ndarray
    spread: np.ndarray

    @property
    def reliability(self) -> np.ndarray:
        """Share of the variance of either cause over targets that is not error, shape (D, 2)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return 1 - self.errors.mean(1) / self.causes.var(1, ddof=1)

    @property
    def has_families(self) -> bool:
        """Whether there is more than one intercept."""
        return bool(self.families.any())

    def with_errors_of(self, *places: int) -> "Controls":
        """The same, with known errors of some causes alone: 0 for upstream bias, 1 for prevalence."""
        return replace(self, errors=self.errors * np.isin([0, 1], places))

    def without_families(self) -> "Controls":
        """The same with one intercept."""
        return replace(self, families=np.zeros_like(self.families))


@dataclass(frozen=True)
class Control:
    """The control of one study.

    Attributes
    ----------
    values : one study; None where too few targets have values, or they do not vary.
    targets, families : names, shape (G,); a target without a family, or of a small one, has None.
    lacking : causes that cannot be estimated.
    flat : cause -> its relative spread, of causes where it is below :data:`FLAT`.
    few_texts : targets that are left out since too few training texts have them.
    """

    values: Controls | None
    targets: tuple[str, ...]
    families: tuple[str | None, ...]
    lacking: tuple[str, ...] = ()
    flat: Mapping[str, float] = field(default_factory=dict)
    few_texts: tuple[str, ...] = ()


def control(rows: pd.DataFrame, fewest_texts: int) -> Control:
    """The control in rows of ``bias.parquet`` of one task and upstream measure.

    Parameters
    ----------
    fewest_texts : targets with fewer training texts are left out, where their number is known.
    """
    outcome = outcome_of(rows)
    terms = ["upstream", *outcome.covariates]
    part = members(rows, control_group(rows))
    runs = per_run(part)
    runs = runs.assign(outcome=outcome_values(outcome, runs), run=run_name(runs))
    usable = solid(runs) & runs[["outcome", *terms]].replace([np.inf, -np.inf], np.nan).notna().all(axis=1)
    rare = usable & (runs["training_texts"] < fewest_texts)
    few, runs = tuple(sorted(set(runs[rare]["target"]))), runs[usable & ~rare]
    if runs["target"].nunique() < len(terms) + 3:
        return Control(None, (), (), tuple(CAUSES), few_texts=few)
    means = per_target(runs, ["outcome", *terms])
    built = design(means, terms)
    lacking = tuple(cause for cause, term in CAUSES.items() if term not in built.terms)
    targets, families = tuple(means["target"]), _families(runs, means["target"])
    flat = flat_causes(
        str(rows["upstream_measure"].iloc[0]), means["upstream"].to_numpy(), means["prevalence"].to_numpy()
    )
    if lacking or not built.estimable:
        return Control(None, targets, families, lacking or tuple(CAUSES), few_texts=few)
    deviations = runs["outcome"] - runs.groupby("run")["outcome"].transform("mean")
    errors = np.column_stack([_upstream_error(part, targets), _prevalence_error(runs, targets)])
    if "model" in flat:
        errors[:, 0] = 0  # there is nothing to explain that an error could hide
    values = Controls(
        bias=means["outcome"].to_numpy()[None],
        causes=means[list(CAUSES.values())].to_numpy()[None],
        errors=errors[None],
        others=means[[term for term in built.terms if term not in CAUSES.values()]].to_numpy()[None],
        families=pd.factorize(pd.Series(families, dtype=object).fillna(""), sort=True)[0],
        spread=np.array([deviations.std(ddof=0)]),
    )
    return Control(values, targets, families, (), flat, few)


def flat_causes(measure: str, upstream: np.ndarray, prevalence: np.ndarray) -> dict[str, float]:
    """Cause -> its relative spread over targets, where it is below :data:`FLAT`.

    Upstream bias in log-odds is taken as a share whose mean over targets is about one half. A measure without a scale may vary by any
    amount, and is never flat.
    """
    record = registry.upstream_measures().get(measure)
    scale = record.scale if record else None
    found = {"dataset": float(relative_spread(prevalence))}
    if scale == "share":
        found["model"] = float(relative_spread(upstream))
    elif scale == "log_odds":
        found["model"] = float(relative_spread(expit(upstream - upstream.mean())))
    return {cause: spread for cause, spread in found.items() if spread < FLAT}


def relative_spread(prevalence: np.ndarray) -> np.ndarray:
    """Standard deviation of shares over targets, the last axis, over that of what they are shares of.

    This is the root of η²: of the variance of a text's group or flag, targets explain η². It is 0 where all prevalences are 0 or 1.
    """
    mean = prevalence.mean(-1)
    largest = np.sqrt(mean * (1 - mean))
    return np.where(largest > 0, prevalence.std(-1) / np.where(largest > 0, largest, 1), 0.0)


def _families(runs: pd.DataFrame, targets: pd.Series) -> tuple[str | None, ...]:
    """The family of each target; small families, whose intercept would leave nothing to compare, count as none."""
    named = runs.drop_duplicates("target").set_index("target")["target_family"].reindex(targets)
    sizes = named.map(named.value_counts())
    return tuple(name if size >= SMALL_FAMILY else None for name, size in zip(named, sizes, strict=True))


def _upstream_error(rows: pd.DataFrame, targets: tuple[str, ...]) -> np.ndarray:
    """Squared standard error of each target's mean over templates, of what templates do not agree on; 0 where it cannot be known."""
    wide = rows.pivot_table(index="target", columns="template", values="upstream").reindex(targets)
    scores = wide.to_numpy()
    count, templates = scores.shape
    if templates < 2 or count < 3 or not np.isfinite(scores).all():
        return np.zeros(len(targets))
    rest = scores - scores.mean(0) - scores.mean(1, keepdims=True) + scores.mean()
    return (rest**2).sum(1) / (templates * (templates - 1)) * count / (count - 1)


def _prevalence_error(runs: pd.DataFrame, targets: tuple[str, ...]) -> np.ndarray:
    """Squared standard error of prevalence, where a table gives it."""
    return runs.groupby("target")["prevalence_se"].mean().reindex(targets).fillna(0).to_numpy() ** 2
