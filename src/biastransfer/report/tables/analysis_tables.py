"""The report's own tables, from those of the analysis."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.analysis.credibility import coverage_of, credible
from biastransfer.analysis.standard_errors import KINDS
from biastransfer.report.page.parts import Table
from biastransfer.report.tables.formats import cell
from biastransfer.report.text.labels import GROUP_LABELS, SPECIFICATION_LABELS, TERM_LABELS, measure_label

ERRORS = {name: kind.label for name, kind in KINDS.items()} | {"wild_bootstrap": "wild cluster bootstrap, by target"}
_SHORT = {
    "lsdv_hc3": "HC3",
    "white1": "HC3, demeaned",
    "arellano": "by model",
    "crv1_target": "CRV1, target",
    "crv3_target": "CRV3, target",
    "wild_bootstrap": "wild p, target",
}
_KEYS = {
    "task": "task", "upstream_measure": "upstream measure", "group": "treatment group", "specification": "specification",
}  # fmt: skip


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Keys in words."""
    words = {
        "group": lambda name: GROUP_LABELS.get(name, name),
        "specification": lambda name: SPECIFICATION_LABELS.get(name, name),
        "upstream_measure": measure_label,
        "term": lambda name: TERM_LABELS.get(name, name),
    }
    return frame.assign(**{column: frame[column].map(word) for column, word in words.items() if column in frame})


def _covered(row) -> float | None:
    return coverage_of(row.specification, row.errors, row.term, row.n_models, row.n_targets)


def effects(found: Mapping[str, pd.DataFrame]) -> Table:
    """Standardised slopes with target-clustered intervals, on one row per model and target."""
    keys = [*_KEYS, "term"]
    rows = found["coefficients"]
    rows = rows[rows["specification"].isin(["model_target", "target_effects"]) & rows["term"].ne("const")]
    main = rows[rows["errors"] == "crv3_target"].set_index(keys)
    others = {name: rows[rows["errors"] == name].set_index(keys) for name in ("lsdv_hc3", "wild_bootstrap")}
    frame = main.assign(hc3=others["lsdv_hc3"]["se"], wild_p=others["wild_bootstrap"]["p"]).reset_index()
    shares = found["contributions"].set_index(keys)["shapley"]
    frame["shapley"] = shares.reindex(pd.MultiIndex.from_frame(frame[keys])).to_numpy()
    return Table(
        name="effects",
        title="Effects with errors that can be believed",
        caption="One row per model and target, without and with target effects. Standardised: standard deviations of bias per "
        "standard deviation, both between targets. Shapley: the term's part of the within R², where no target effects are absorbed.",
        frame=_named(frame),
        columns={
            **_KEYS, "term": "term", "standardised": "standardised", "standardised_low": "low", "standardised_high": "high",
            "estimate": "estimate", "se": "error by target (CRV3)", "p": "p", "wild_p": "p, wild bootstrap", "hc3": "HC3 error",
            "shapley": "Shapley",
        },
    )  # fmt: skip


def verdicts(verdicts: pd.DataFrame) -> Table:
    """The verdict by every upstream measure."""
    words = {"estimate": "", "low": ", low", "high": ", high"}
    numbers = {
        f"{name}_{number}": f"{name}{word}"
        for name in ("dataset", "model", "difference")
        for number, word in words.items()
    }
    numbers |= {f"{name}_detectable": f"{name}, detectable" for name in ("dataset", "model")}
    return Table(
        name="verdicts",
        title="Verdicts by every upstream measure",
        caption="Standardised slopes of the control; how much larger the dataset's is in size. Detectable: detected with a chance of 80 % at this study's size.",
        frame=_named(verdicts),
        columns={
            "task": "task", "upstream_measure": "upstream measure", "verdict": "verdict", **numbers, "joint_p": "p, both",
            "n_targets": "targets", "reason": "reason",
        },
    )  # fmt: skip


def side_by_side(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> Table:
    """One row per slope, one column per kind of errors, with the coverage of its intervals behind each."""
    wanted = coefficients["specification"].isin(["eq4", "model_target", "target_effects"]) & coefficients["term"].ne(
        "const"
    )
    frame = coefficients[wanted].merge(
        regressions[[*_KEYS, "n_models", "n_targets"]], on=list(_KEYS), validate="many_to_one"
    )
    numbers = frame["se"].where(frame["errors"] != "wild_bootstrap", frame["p"])
    frame["shown"] = [
        _with_coverage(number, _covered(row)) for number, row in zip(numbers, frame.itertuples(), strict=True)
    ]
    rows = [*_KEYS, "term", "estimate", "n_models"]
    order = pd.MultiIndex.from_frame(frame[rows].drop_duplicates())
    wide = frame.pivot(index=rows, columns="errors", values="shown").reindex(index=order, columns=list(_SHORT))
    first = {name: _KEYS[name] for name in ("task", "group", "specification")}
    return Table(
        name="errors",
        title="Errors of each kind, and how often intervals of that kind hold the truth",
        caption="Standard errors; of the wild bootstrap, p. In parentheses the simulated coverage of 95 % intervals, where this size was "
        "simulated: near 95 % is credible, far below it the error is too small. HC3 is what the paper prints.",
        frame=_named(wide.reset_index()),
        columns={
            **first, "term": "term", "estimate": "estimate", **_SHORT, "n_models": "runs", "upstream_measure": "upstream measure",
        },
    )  # fmt: skip


def _with_coverage(number: float, coverage: float | None) -> str | None:
    if pd.isna(number):
        return None
    return cell(float(number)) + (f" ({coverage:.0%})" if coverage is not None else "")


def errors(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> Table:
    """Every slope with every kind of errors, one row each."""
    frame = coefficients.merge(regressions[[*_KEYS, "n_models", "n_targets"]], on=list(_KEYS), validate="many_to_one")
    frame = frame[frame["term"] != "const"]
    frame["coverage"] = [_covered(row) for row in frame.itertuples()]
    frame["credible"] = [
        credible(row.specification, row.errors, row.term, row.n_models, row.n_targets) for row in frame.itertuples()
    ]
    frame["errors"] = frame["errors"].map(ERRORS)
    return Table(
        name="coefficients",
        title="Every estimate with every kind of errors",
        caption="Coverage and the word beside it come from the simulation, at the nearest number of models.",
        frame=_named(frame),
        columns={
            **_KEYS, "term": "term", "errors": "errors", "estimate": "estimate", "se": "error", "df": "df", "low": "low",
            "high": "high", "p": "p", "coverage": "coverage", "credible": "credible?", "n_models": "runs", "n_targets": "targets",
        },
        open=False,
    )  # fmt: skip


def regressions(regressions: pd.DataFrame) -> Table:
    """The numbers below each regression."""
    return Table(
        name="regressions",
        title="Every regression",
        caption="",
        frame=_named(regressions),
        columns={
            **_KEYS, "outcome": "explained", "n_obs": "rows", "n_models": "runs", "n_targets": "targets", "r2_within": "R² within",
            "r2_adjusted": "adj. R²", "residual_se": "residual error", "f": "F", "df1": "df1", "df2": "df2", "f_p": "p of F",
            "dropped": "dropped", "rows_left_out": "rows left out",
        },
        open=False,
    )  # fmt: skip


def diagnostics(diagnostics: pd.DataFrame) -> Table:
    """Diagnostics, with those that the paper prints."""
    names = {
        "vif": "variance inflation", "breusch_pagan": "Breusch-Pagan", "white": "White", "shapiro_wilk": "Shapiro-Wilk",
        "cronbach_alpha": "Cronbach's α over templates",
    }  # fmt: skip
    paper = (
        "In the paper, on the simplest regression of the control: Breusch-Pagan 5.03 (p = .41) for biographies, 27.04 (p < .001) for "
        "comments; W = .81 and .67 for TPR and FPR ratios; variance inflation below 2.5."
    )
    return Table(
        name="diagnostics",
        title="Diagnostics",
        caption="On data from which the absorbed effects are taken out. Shapiro-Wilk of the residuals, and of the control's biases.",
        frame=_named(diagnostics.assign(diagnostic=diagnostics["diagnostic"].map(names))),
        columns={**_KEYS, "diagnostic": "diagnostic", "term": "of", "statistic": "statistic", "df": "df", "p": "p"},
        notes=[paper],
        open=False,
    )


def influence(influence: pd.DataFrame) -> Table:
    """Slopes without each target."""
    rows = influence[influence["specification"] == "model_target"]
    return Table(
        name="influence",
        title="Leaving out one target at a time",
        caption="The slope without the target, and Cook's distance of all its rows together. One row per model and target; Eq. 4's are in "
        "the Parquet table.",
        frame=_named(rows.sort_values("cook", ascending=False)),
        columns={
            **_KEYS,
            "term": "term",
            "target": "target left out",
            "without": "slope without",
            "cook": "Cook's distance",
        },
        open=False,
    )


def contributions(contributions: pd.DataFrame) -> Table:
    """Partial R² and Shapley shares."""
    return Table(
        name="contributions",
        title="What explains more",
        caption="Partial R²: of what the other terms leave unexplained. Shapley: the gain in within R², averaged over all orders in "
        "which terms can enter.",
        frame=_named(contributions),
        columns={**_KEYS, "term": "term", "partial_r2": "partial R²", "shapley": "Shapley"},
        open=False,
    )


def multiverse(multiverse: pd.DataFrame) -> Table:
    """The specification curve's numbers."""
    return Table(
        name="multiverse",
        title="Every combination of choices",
        caption="The specification curve behind its figure: runs, reading of downstream bias, templates, controls, small cells. "
        "Standardised slopes, intervals clustered by target (CRV3).",
        frame=_named(multiverse),
        columns={
            "task": "task", "upstream_measure": "upstream measure", "runs": "runs", "reading": "downstream bias",
            "templates": "templates", "controls": "controls", "small_cells": "small cells", "term": "term",
            "standardised": "standardised", "low": "low", "high": "high", "n_obs": "rows", "n_targets": "targets",
        },
        open=False,
    )  # fmt: skip


def runs(correlations: pd.DataFrame) -> Table:
    """Correlations of each run alone."""
    frame = correlations[correlations["unit"] == "run"]
    return Table(
        name="correlations",
        title="Correlations of every run",
        caption="Each run alone against the control, and its biases with each other; Fisher's intervals. Averages over trials stand in "
        "Table 2.",
        frame=_named(frame),
        columns={
            "task": "task", "upstream_measure": "upstream measure", "comparison": "comparison", "model": "model",
            "trainset": "trainset", "replicate": "replicate", "n": "targets", "pearson": "ρ", "pearson_low": "low",
            "pearson_high": "high", "pearson_p": "p", "kendall": "τ", "kendall_p": "p of τ", "lin": "Lin", "mean_shift": "shift",
            "spread_ratio": "spread ratio",
        },
        open=False,
    )  # fmt: skip


def performance(performance: pd.DataFrame | None) -> list[Table]:
    """How well each run learnt its task; nothing where that is not at hand."""
    if performance is None:
        return []
    return [
        Table(
            name="performance",
            title="Performance of every run",
            caption="Beside every bias stands whether the run learnt its task.",
            frame=performance,
            columns={
                "task": "task", "model": "model", "trainset": "trainset", "replicate": "replicate", "testset": "test set",
                "n": "texts", "accuracy": "accuracy", "macro_f1": "macro-F1", "average_precision": "average precision",
                "majority": "majority", "failed_to_learn": "failed to learn",
            },
            open=False,
        )
    ]  # fmt: skip
