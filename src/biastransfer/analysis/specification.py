"""The regressions that a study runs: those of the paper's Tables 3-8, and those whose errors can be believed."""

from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from biastransfer.analysis.design import Design, design
from biastransfer.analysis.outcome import outcome_values, per_run, run_name, solid
from biastransfer.common.records import Outcome


@dataclass(frozen=True)
class Specification:
    """One regression: its rows, what is explained, by what, and which effects are taken out.

    ``rows``: one per run × target × ``template``, per run × target (``model_target``), or per ``target``. ``dummies``: the
    templates' effects are regressors, as in Eq. 4. ``absorbed``: fixed effects (``run`` counts only where there are several).
    ``missing``: targets without prevalence are left out (``drop``), or have none (``zero``). ``scaled``: each run has a slope of its own
    on the mean bias of targets over runs, so that a run whose biases are all smaller says nothing.
    """

    name: str
    terms: tuple[str, ...]
    rows: Literal["template", "model_target", "target"] = "template"
    dependent: Literal["downstream", "intermediate"] = "downstream"
    dummies: bool = False
    absorbed: tuple[str, ...] = ("run",)
    missing: Literal["drop", "zero"] = "drop"
    scaled: bool = False


def specifications(outcome: Outcome, measure: str, group: str, *, templates: int) -> list[Specification]:
    """The specifications of a treatment group, for one kind of task and upstream measure.

    The papers' further specifications are run on the control alone, as there. Identity ranking follows Tables 7 and 8:
    targets without a mention have a prevalence of zero, and neither the control nor randomly initialised models
    have the share of mentions beside it.
    """
    ranking = measure == "identity_ranking"
    controls = outcome.covariates
    if ranking and group in ("pretrained", "random"):
        controls = controls[:1]
    missing = "zero" if ranking else "drop"
    eq4 = Specification("eq4", ("upstream", *controls), dummies=templates > 1, missing=missing)
    found = [eq4]
    if group == "pretrained":
        found += _further(eq4, outcome, ranking, templates)
    means = replace(
        eq4,
        name="model_target",
        terms=("upstream", *outcome.covariates),
        rows="model_target",
        dummies=False,
        missing="drop",
    )
    return [
        *found,
        means,
        replace(means, name="target_effects", absorbed=("run", "target")),
        replace(means, name="target_effects_scaled", absorbed=("run", "target"), scaled=True),
        replace(means, name="per_target", rows="target", absorbed=()),
    ]


def _further(eq4: Specification, outcome: Outcome, ranking: bool, templates: int) -> list[Specification]:
    """The columns of Tables 5, 6 and 7 that are not Eq. 4 itself."""
    alone = replace(eq4, name="upstream_only", terms=("upstream",))
    controls = outcome.covariates[:1] if ranking else outcome.covariates
    all_controls = ("upstream", *controls, *outcome.further_covariates)
    found = [alone]
    if outcome.further_covariates:
        if not ranking:
            found.append(replace(eq4, name="with_prevalence", terms=("upstream", "prevalence")))
        found.append(replace(eq4, name="all_controls", terms=all_controls))
    if templates > 1:
        within = {"dummies": False, "absorbed": ("template",)}
        found += [
            replace(alone, name="upstream_only_within", **within),
            replace(eq4, name="eq4_within", **within),
            replace(
                eq4,
                name="intermediate",
                terms=(*eq4.terms, *outcome.change_terms),
                dependent="intermediate",
                **within,
            ),
        ]
    return found


def build(rows: pd.DataFrame, specification: Specification, outcome: Outcome) -> tuple[Design | None, int]:
    """Make the design of a specification from one group's rows of ``bias.parquet``, of one task and measure.

    Returns
    -------
    The design, or None where targets are too few for its terms, or nothing varies; and how many rows were left out.
    """
    table = rows if specification.rows == "template" else per_run(rows)
    whole = len(table)
    values = outcome_values(outcome, table) if specification.dependent == "downstream" else table["intermediate"]
    table = table.assign(outcome=values, run=run_name(table))
    if specification.missing == "zero":
        filled = ["prevalence", "mention_share", "toxic_length"]
        table[filled] = table[filled].fillna(0)
    table = table[solid(table) & table[["outcome", *specification.terms]].notna().all(axis=1)]
    left_out = whole - len(table)
    if table["target"].nunique() < len(specification.terms) + 3:
        return None, left_out
    absorbed = tuple(name for name in specification.absorbed if name != "run" or len(set(table["run"])) > 1)
    if "target" in absorbed and "run" not in absorbed:
        return None, left_out
    if specification.rows == "target":
        table = per_target(table, ["outcome", *specification.terms])
    if specification.scaled:
        table["profile"] = table.groupby("target")["outcome"].transform("mean")
    made = design(
        table,
        specification.terms,
        dummies="template" if specification.dummies else None,
        absorbed=absorbed,
        scaled="profile" if specification.scaled else None,
    )
    lost = "target" in specification.absorbed and "upstream" not in made.terms
    return (made if made.estimable and not lost else None), left_out


def per_target(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Means per target, after the run effects are taken out (the runs' means become the overall mean).

    Where a target is missing in some runs, its mean would otherwise carry the effects of those that it is in.
    """
    values = table[columns].astype(float)
    values = values - values.groupby(table["run"]).transform("mean") + values.mean()
    return values.groupby(table["target"], sort=True).mean().reset_index().assign(run="all")
