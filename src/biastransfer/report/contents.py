"""What stands in a report, and in which order: the sections with their figures and tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from biastransfer.analysis.credibility import coverage_of, credible
from biastransfer.analysis.errors import KINDS
from biastransfer.report import printed
from biastransfer.report.captions import figure_text
from biastransfer.report.labels import GROUP_LABELS, SPECIFICATION_LABELS, TERM_LABELS, measure_label
from biastransfer.report.page import Figure, Section, Table, image

ERRORS = {name: kind.label for name, kind in KINDS.items()} | {"wild_bootstrap": "wild cluster bootstrap, by target"}
_KEYS = {
    "task": "task", "upstream_measure": "upstream measure", "group": "treatment group", "specification": "specification",
}  # fmt: skip
_SECTIONS = {
    "What bias goes with": (
        "Slopes of one regression per treatment group, on one row per model and target, with intervals that count each target once.",
        ("effects", "transfer", "planted", "specifications"),
    ),
    "What interventions change": (
        "A regression over targets shows what goes together. These figures show what changes when a cause is changed.",
        ("interventions", "dose", "targets", "after", "perturbation"),
    ),
    "The data and the control": (
        "What the training data holds, and how the control's upstream bias spreads over templates.",
        ("dataset", "upstream"),
    ),
}


def sections(
    found: Mapping[str, pd.DataFrame], figures: Sequence[Figure], performance: pd.DataFrame | None
) -> list[Section]:
    """The report's sections.

    Parameters
    ----------
    found : the tables of the analysis.
    figures : all figures; the first part of a name says where it stands.
    performance : the runs' performance, where it is at hand.
    """
    told = [
        Section(title, text, [figure for figure in figures if figure.name.partition("-")[0] in kinds], [])
        for title, (text, kinds) in _SECTIONS.items()
    ]
    told[0] = Section(
        told[0].title, told[0].text, told[0].figures, [_effects(dict(found)), _verdicts(found["verdicts"])]
    )
    tables = printed.tables(dict(found))
    replication = Section(
        "The paper's tables",
        "Tables 2 to 8 of Steed et al. 2022 for this study's grid, with the printed numbers beside. Estimates, R², F and errors are the "
        "kinds that the paper prints. Where data, models or sizes differ from the paper's, agreement is not to be expected.",
        [],
        tables,
    )
    inference = Section(
        "Standard errors, side by side",
        "The same estimates with every kind of errors. Coverage is how often 95 % intervals of that kind held the truth in a simulation with "
        "about as many models, targets that differ and a dependent variable copied over templates (docs/standard_errors.md).",
        [],
        [_errors(found["coefficients"], found["regressions"])],
    )
    robustness = Section(
        "Diagnostics and robustness",
        "Whether the regressions' models are tenable, on which targets they hang, and how much each cause explains.",
        [],
        [
            _regressions(found["regressions"]),
            _diagnostics(found["diagnostics"]),
            _influence(found["influence"]),
            _contributions(found["contributions"]),
            _multiverse(found["multiverse"]),
        ],
    )
    runs = Section("Every run", "", [], [_runs(found["correlations"]), *_performance(performance)])
    return [*told[:2], replication, inference, robustness, told[2], runs]


def drawn(path: str | Path, bias: pd.DataFrame) -> Figure:
    """A figure for the page, with what is said about it, from its file."""
    name = Path(path).stem
    told = figure_text(name, bias)
    caption = f"{told['caption']} ({told['section']}.)" if told["section"] else told["caption"]
    return Figure(name=name, title=told["title"], caption=caption, alt=told["alt"], source=image(path))


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


def _effects(found: Mapping[str, pd.DataFrame]) -> Table:
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


def _verdicts(verdicts: pd.DataFrame) -> Table:
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


def _errors(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> Table:
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


def _regressions(regressions: pd.DataFrame) -> Table:
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


def _diagnostics(diagnostics: pd.DataFrame) -> Table:
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


def _influence(influence: pd.DataFrame) -> Table:
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


def _contributions(contributions: pd.DataFrame) -> Table:
    return Table(
        name="contributions",
        title="What explains more",
        caption="Partial R²: of what the other terms leave unexplained. Shapley: the gain in within R², averaged over all orders in "
        "which terms can enter.",
        frame=_named(contributions),
        columns={**_KEYS, "term": "term", "partial_r2": "partial R²", "shapley": "Shapley"},
        open=False,
    )


def _multiverse(multiverse: pd.DataFrame) -> Table:
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


def _runs(correlations: pd.DataFrame) -> Table:
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


def _performance(performance: pd.DataFrame | None) -> list[Table]:
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
