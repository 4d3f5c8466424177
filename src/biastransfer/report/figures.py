"""The figures of the report: drawn for print, with intervals, in colours that colour-blind readers tell apart."""

import re
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from biastransfer.analysis.correlation import correlate
from biastransfer.analysis.outcome import Outcome, outcome_of, per_run
from biastransfer.report.labels import GROUP_LABELS, MEASURE_LABELS

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "biastransfer",
}
BLACK, BLUE, ORANGE, GREEN, GREY = "#1a1a1a", "#0072b2", "#d55e00", "#009e73", "#8a8a8a"


MOST_PANELS, MOST_COLUMNS = 8, 5
_NAMES = {
    "random_init": "random initialisation",
    "gaussian_noise": "Gaussian noise",
    "sentdebias": "SentDebias",
    "leace": "LEACE",
    "rebalanced": "re-balanced",
}


def condition(model: str, trainset: str, intervention: str, level: float | None, replicate: int) -> str:
    """What a run differs in from the control, in words: "Gaussian noise 0.5", "scrubbed toxic 1, random model"."""
    if intervention == "pretrained":
        return "control" if replicate == 0 else "control, other seeds"
    name = _NAMES.get(intervention, intervention.replace("_", " "))
    if trainset != "original":
        words = [re.sub(r"(?<=[a-z])(?=[\d.])", " ", word) for word in trainset.split("-")[1:]]
        where = {"pretrained": ""}.get(model, ", random model" if model.startswith("random_init") else f", {model}")
        return " ".join([name, *words]) + where
    return name if level is None or np.isnan(level) else f"{name} {level:g}"


def strongest(names: Sequence[str]) -> list[str]:
    """Of conditions that differ in their level alone, the one with the highest; all, where they are few."""
    if len(names) <= MOST_PANELS:
        return list(names)
    families: dict[str, tuple[list[float], str]] = {}
    for name in names:
        numbers = [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", name)]
        family = re.sub(r"-?\d+(?:\.\d+)?", "#", name)
        best = families.get(family)
        if best is None or (sum(numbers), min(numbers, default=0)) > (sum(best[0]), min(best[0], default=0)):
            families[family] = (numbers, name)
    kept = {name for _, name in families.values()}
    return [name for name in names if name in kept]


def conditions(task: pd.DataFrame) -> pd.DataFrame:
    """Average a task's rows over templates, trials and replicates of a condition.

    Returns
    -------
    DataFrame with ``condition, target, upstream, downstream, low, high, prevalence``; small cells and runs that did not learn are missing.
    """
    outcome = outcome_of(task)
    rows = per_run(task)
    low, high = outcome.intervals(rows)
    solid = ~rows["small_cell"] & ~rows["failed_to_learn"]
    rows = rows.assign(
        condition=[
            condition(*facts)
            for facts in rows[["model", "trainset", "intervention", "level", "replicate"]].itertuples(
                index=False, name=None
            )
        ],
        downstream=outcome.values(rows).where(solid),
        low=low.where(solid),
        high=high.where(solid),
    )
    by_place = rows.assign(changed_data=rows["trainset"] != "original", random=rows["model"] != "pretrained")
    ordered = by_place.sort_values(["changed_data", "random", "intervention", "level", "trainset"])[
        "condition"
    ].unique()
    order = {name: place for place, name in enumerate(ordered)}
    means = rows.groupby(["condition", "target"], sort=True)[["upstream", "downstream", "low", "high", "prevalence"]]
    table = means.mean().reset_index()
    table["order"] = table["condition"].map(
        lambda name: (name != "control", name != "control, other seeds", order[name])
    )
    return table.sort_values(["order", "target"], ignore_index=True).drop(columns="order")


def _panels(count: int, columns: int, width: float, height: float, **options) -> tuple[Figure, np.ndarray]:
    rows = -(-count // columns)
    figure = Figure(figsize=(width * min(count, columns) + 0.6, height * rows + 0.4), layout="constrained")
    axes = np.atleast_1d(figure.subplots(rows, min(count, columns), squeeze=False, **options)).ravel()
    for axis in axes[count:]:
        axis.set_visible(False)
    return figure, axes


def _coefficient(symbol: str, pair: tuple[pd.Series, pd.Series]) -> str:
    found = correlate(*pair)
    if np.isnan(found["pearson"]):
        return f"{symbol}: not defined"
    low, high = found["pearson_low"], found["pearson_high"]
    return f"{symbol} = {found['pearson']:.2f} [{low:.2f}, {high:.2f}]"


def transfer(task: pd.DataFrame, measure: str) -> Figure:
    """Downstream against upstream bias, and against prevalence, one panel a condition (cf. Steed et al. 2022, Figure 2)."""
    outcome = outcome_of(task)
    table = conditions(task)
    names = strongest(list(dict.fromkeys(table["condition"])))
    wide = -(-len(names) // -(-len(names) // MOST_COLUMNS))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(2.15 * wide + 0.5, 4.6 * -(-len(names) // wide)), layout="constrained")
        axes = figure.subplots(2 * -(-len(names) // wide), wide, sharey=True, squeeze=False)
        for axis in axes[-2:, (len(names) - 1) % wide + 1 :].ravel():
            axis.set_visible(False)
        for number, name in enumerate(names):
            rows = table[table["condition"] == name].set_index("target")
            colour = BLACK if name == "control" else BLUE
            column, block = number % wide, 2 * (number // wide)
            for row, cause in enumerate(("upstream", "prevalence")):
                axis = axes[block + row, column]
                axis.axhline(0, color=GREY, linewidth=0.5 * outcome.log, zorder=0)
                spread = np.abs(rows[["low", "high"]].sub(rows["downstream"], axis=0).T.to_numpy())
                axis.errorbar(
                    rows[cause], rows["downstream"], yerr=spread, fmt="o", color=colour, markersize=2.6, elinewidth=0.4,
                    alpha=0.85, ecolor=GREY,
                )  # fmt: skip
                rho = _coefficient("ρ", (rows[cause], rows["downstream"]))
                axis.set_title(f"{name}\n{rho}" if row == 0 else rho)
                axis.set_xlabel(MEASURE_LABELS.get(measure, measure) if row == 0 else _prevalence_label(outcome))
                if rows[cause].isna().all():
                    axis.set_xticks([])
                    axis.text(0.5, 0.5, "undefined: no text left", transform=axis.transAxes, ha="center", color=GREY)
                if column == 0:
                    axis.set_ylabel(outcome.label)
                if number == 0:
                    _label_extremes(axis, rows[cause], rows["downstream"])
        return figure


def _prevalence_label(outcome: Outcome) -> str:
    return "prevalence (share of first group)" if outcome.log else "prevalence (share flagged)"


def _label_extremes(axis, x: pd.Series, y: pd.Series) -> None:
    """Name the target with the lowest and the one with the highest bias."""
    known = y.dropna().sort_values()
    for target in dict.fromkeys([*known.index[:1], *known.index[-1:]]):
        right = x[target] > (x.min() + x.max()) / 2
        axis.annotate(
            target.replace("_", " "), (x[target], y[target]), xytext=(-4 if right else 4, 2),
            textcoords="offset points", fontsize=6, ha="right" if right else "left",
        )  # fmt: skip


def targets(task: pd.DataFrame) -> Figure:
    """Bias of every target with its 95 % interval: the control beside each other condition (cf. Figures 3 and 4)."""
    outcome = outcome_of(task)
    table = conditions(task)
    control = table[table["condition"] == "control"].set_index("target").sort_values("downstream")
    control = control.dropna(subset=["downstream"])
    names = strongest([name for name in dict.fromkeys(table["condition"]) if name != "control"]) or ["control"]
    places = np.arange(len(control))
    with mpl.rc_context(STYLE):
        figure, axes = _panels(len(names), 4, 2.1, 0.14 * len(control) + 0.7, sharey=True, sharex=True)
        for number, (axis, name) in enumerate(zip(axes, names, strict=False)):
            rows = table[table["condition"] == name].set_index("target").reindex(control.index)
            axis.axvline(0, color=GREY, linewidth=0.5 * outcome.log, zorder=0)
            for shown, shift, colour, label in ((control, 0.18, GREY, "control"), (rows, -0.18, ORANGE, name)):
                spread = np.abs(shown[["low", "high"]].sub(shown["downstream"], axis=0).T.to_numpy())
                axis.errorbar(
                    shown["downstream"], places + shift, xerr=spread, fmt="o", color=colour, markersize=2.4,
                    elinewidth=0.7, label=label,
                )  # fmt: skip
            axis.set_title(name)
            axis.set_xlabel(outcome.label)
            axis.set_ylim(-0.8, len(control) - 0.2)
            if number % 4 == 0:
                axis.set_yticks(places, [target.replace("_", " ") for target in control.index])
        handles = axes[0].get_legend_handles_labels()[0]
        figure.legend(handles, ["control", "as titled"], loc="outside lower center", ncols=2)
        return figure


def planted(task: pd.DataFrame, truth: pd.DataFrame, measure: str) -> Figure:
    """What was planted in the simulated world against what was measured on the control."""
    outcome = outcome_of(task)
    table = conditions(task)
    control = table[table["condition"] == "control"].set_index("target")
    truth = truth.set_index("target")
    pairs = (
        (truth["upstream"], control["upstream"], "planted association (log-odds)",
         MEASURE_LABELS.get(measure, measure)),
        (truth["prevalence"], control["downstream"], "planted prevalence", outcome.label),
        (truth["upstream"], control["downstream"], "planted association (log-odds)", outcome.label),
    )  # fmt: skip
    with mpl.rc_context(STYLE):
        figure, axes = _panels(3, 3, 2.5, 2.3)
        for axis, (x, y, across, up) in zip(axes, pairs, strict=True):
            both = pd.concat([x.rename("x"), y.rename("y")], axis=1).dropna()
            axis.plot(both["x"], both["y"], "o", color=GREEN, markersize=3)
            axis.set_title(_coefficient("r", (both["x"], both["y"])))
            axis.set_xlabel(across)
            axis.set_ylabel(up)
            _label_extremes(axis, both["x"], both["y"])
        return figure


def effects(coefficients: pd.DataFrame) -> Figure:
    """Standardised slopes with 95 % intervals, one row per target, per task and treatment group."""
    rows = coefficients[(coefficients["specification"] == "per_target") & (coefficients["term"] != "const")]
    panels = list(rows.groupby(["task", "upstream_measure"], sort=True))
    tallest = max((part["group"].nunique() for _, part in panels), default=1)
    colours: Mapping[str, str] = {"upstream": BLUE, "prevalence": ORANGE, "mention_share": GREEN}
    with mpl.rc_context(STYLE):
        columns = 2 if len(panels) in (2, 4) else 3
        figure, axes = _panels(max(1, len(panels)), columns, 6.8 / columns + 0.4, 0.42 * tallest + 0.7, sharex=True)
        for axis, ((task, measure), part) in zip(axes, panels, strict=False):
            groups = list(dict.fromkeys(part["group"]))[::-1]
            terms = list(dict.fromkeys(part["term"]))
            axis.axvline(0, color=GREY, linewidth=0.5, zorder=0)
            for number, term in enumerate(terms):
                shown = part[part["term"] == term].set_index("group").reindex(groups)
                spread = np.abs(
                    shown[["standardised_low", "standardised_high"]].sub(shown["standardised"], axis=0).T.to_numpy()
                )
                places = np.arange(len(groups)) + 0.2 * ((len(terms) - 1) / 2 - number)
                axis.errorbar(
                    shown["standardised"], places, xerr=spread, fmt=("o", "s", "^")[number % 3],
                    color=colours.get(term, GREY), markersize=3.4, elinewidth=0.9, label=term.replace("_", " "),
                )  # fmt: skip
            axis.set_yticks(range(len(groups)), [GROUP_LABELS.get(group, group) for group in groups])
            axis.set_ylim(-0.6, len(groups) - 0.4)
            axis.set_title(f"{task}: {MEASURE_LABELS.get(measure, measure)}")
            axis.set_xlabel("slope (sd of bias per sd)")
        shown = {
            label: handle for axis in axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
        }
        figure.legend(shown.values(), shown.keys(), loc="outside lower center", ncols=3)
        return figure


def save(figure: Figure, stem) -> None:
    """Write a figure as SVG (no date in it, so that equal figures are equal files) and as PNG for print."""
    with mpl.rc_context(STYLE):
        figure.savefig(f"{stem}.svg", metadata={"Date": None})
        figure.set_layout_engine("none")  # laid out once; the same places serve the second file
        figure.savefig(f"{stem}.png", dpi=200)
