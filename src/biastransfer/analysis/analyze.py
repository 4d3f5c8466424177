"""The whole analysis of ``bias.parquet``: from one tidy table to the tables of regressions, correlations and verdicts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from biastransfer.analysis.claims.findings import Margins
from biastransfer.analysis.claims.tables import claims_table
from biastransfer.analysis.comparisons import correlations
from biastransfer.analysis.contributions import contributions
from biastransfer.analysis.diagnostics import diagnose, influence, normality, reliability
from biastransfer.analysis.groups import groups_of, members
from biastransfer.analysis.multiverse import multiverse
from biastransfer.analysis.outcome import outcome_of, per_run, solid
from biastransfer.analysis.regression import Fit, estimate
from biastransfer.analysis.specification import Specification, build, specifications
from biastransfer.analysis.standard_errors import KINDS, inference
from biastransfer.analysis.verdict.tables import VerdictSettings, verdict_tables
from biastransfer.analysis.wild_bootstrap import wild_cluster_p
from biastransfer.common.records import Outcome

KEYS = ["task", "upstream_measure", "group", "specification"]
DIAGNOSED = ("eq4", "upstream_only", "model_target")
INFLUENTIAL = ("eq4", "model_target")


@dataclass(frozen=True)
class Settings:
    """Switches of the analysis; the study file has their defaults.

    ``smallest_effect`` of interest (standard deviations per standard deviation), ``equivalence_margin`` for shifts of the mean
    (standard deviations of the control), ``resamples`` (bootstrap samples, permutations, wild bootstrap draws), ``seed``. Of the
    verdict: its ``estimator``, ``min_training_texts`` of a target, and how many ``simulated_studies`` say how often it is right.
    """

    smallest_effect: float
    equivalence_margin: float
    resamples: int
    seed: int
    estimator: str
    min_training_texts: int
    simulated_studies: int

    @property
    def of_verdict(self) -> VerdictSettings:
        """The switches of the verdict."""
        return VerdictSettings(
            self.estimator, self.smallest_effect, self.min_training_texts, self.simulated_studies, self.seed
        )


@dataclass(frozen=True)
class Regression:
    """One specification in one treatment group of a task and upstream measure."""

    keys: dict[str, str]
    specification: Specification
    outcome: Outcome
    fit: Fit
    rows_left_out: int


def analyze(bias: pd.DataFrame, settings: Settings) -> dict[str, pd.DataFrame]:
    """Run the whole analysis.

    Parameters
    ----------
    bias : ``bias.parquet``.

    Returns
    -------
    Table name -> DataFrame, one each of ``ANALYSIS_TABLES``; docs/tables.md describes their columns.
    """
    found = list(regressions(bias))
    judged = verdict_tables(bias, settings.of_verdict)
    return {
        "coefficients": _stack(_coefficients(each, settings) for each in found),
        "regressions": pd.DataFrame([_numbers(each) for each in found]),
        "diagnostics": pd.concat(
            [
                _stack(diagnose(each.fit).assign(**each.keys) for each in found if _named(each, DIAGNOSED)),
                _stack(_of_control(bias)),
                judged.diagnostics.assign(group="control_replicates", specification="verdict", df=np.nan),
            ],
            ignore_index=True,
        ),
        "influence": _stack(influence(each.fit).assign(**each.keys) for each in found if _named(each, INFLUENTIAL)),
        "contributions": _stack(
            contributions(each.fit).assign(**each.keys) for each in found if _named(each, ("model_target",))
        ),
        "correlations": correlations(
            bias, resamples=settings.resamples, margin=settings.equivalence_margin, seed=settings.seed
        ),
        "verdicts": judged.verdicts,
        "estimators": judged.estimators,
        "multiverse": multiverse(bias),
        "claims": claims_table(bias, Margins(settings.smallest_effect, settings.equivalence_margin)),
    }


def regressions(bias: pd.DataFrame) -> Iterator[Regression]:
    """Every specification in every treatment group of every task and upstream measure."""
    for (task, measure), rows in bias.groupby(["task", "upstream_measure"], sort=True):
        outcome = outcome_of(rows)
        for group in groups_of(rows):
            part = members(rows, group)
            for specification in specifications(outcome, measure, group, templates=rows["template"].nunique()):
                design, left_out = build(part, specification, outcome)
                if design is not None:
                    keys = dict(zip(KEYS, (task, measure, group, specification.name), strict=True))
                    yield Regression(keys, specification, outcome, estimate(design), left_out)


def _named(each: Regression, names: tuple[str, ...]) -> bool:
    return each.specification.name in names


def _coefficients(each: Regression, settings: Settings) -> pd.DataFrame:
    """The terms of a regression with every kind of errors; of a regression with one row per target, with HC3 alone."""
    kinds = ["lsdv_hc3"] if each.specification.rows == "target" else list(KINDS)
    parts = [inference(each.fit, kind) for kind in kinds]
    if each.specification.rows != "target":
        estimates = each.fit.estimates
        parts.append(
            pd.DataFrame(
                [
                    {
                        "term": term,
                        "errors": "wild_bootstrap",
                        "estimate": estimates[term],
                        "standardised": estimates[term] * each.fit.design.spread[term],
                        "p": wild_cluster_p(each.fit, term, draws=settings.resamples, seed=settings.seed),
                    }
                    for term in each.fit.design.terms
                ]
            )
        )
    return _stack(parts).assign(**each.keys)


def _numbers(each: Regression) -> dict:
    dependent = each.outcome.label if each.specification.dependent == "downstream" else "bias after fine-tuning"
    return {
        **each.keys,
        "outcome": dependent,
        "estimator": "panel" if each.fit.design.absorbed else "ols",
        **each.fit.numbers,
        "dropped": list(each.fit.design.dropped),
        "rows_left_out": each.rows_left_out,
    }


def _of_control(bias: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Of the control over targets: normality of its biases (Steed et al. 2022, appendix B.2), and reliability over templates."""
    for (task, measure), rows in bias.groupby(["task", "upstream_measure"], sort=True):
        control = members(rows, "pretrained")
        means = per_run(control)
        means = means[solid(means)]
        tests = [
            {"diagnostic": "shapiro_wilk", "term": name, **normality(means[column].to_numpy())}
            for name, column in (("upstream", "upstream"), ("downstream", outcome_of(rows).ratio))
        ]
        alpha = reliability(control.pivot_table(index="target", columns="template", values="upstream").to_numpy())
        tests.append({"diagnostic": "cronbach_alpha", "term": "upstream", "statistic": alpha, "p": np.nan})
        tests += _agreement(bias[bias["task"] == task], measure)
        keys = dict(zip(KEYS, (task, measure, "pretrained", "correlations"), strict=True))
        yield pd.DataFrame(tests).assign(**keys, df=np.nan)


def _agreement(rows: pd.DataFrame, measure: str) -> list[dict]:
    """How one upstream measure of the control correlates with each other measure of the task over targets: errors that all its templates
    share lower this.
    """
    wide = members(rows, "pretrained").pivot_table(index="target", columns="upstream_measure", values="upstream")
    others = [name for name in wide if name != measure] if measure in wide else []
    return [
        {"diagnostic": "agreement_of_measures", "term": name, "statistic": wide[measure].corr(wide[name]), "p": np.nan}
        for name in others
    ]


def _stack(parts) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
