"""docs/power.md and its figure, from the tables of ``power.py``."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from full_grid import table
from matplotlib.axes import Axes

from biastransfer.analysis.power import smallest_seen
from biastransfer.report.figures.style import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE, STYLE, page, save

DOCS = Path(__file__).resolve().parent.parent / "docs"
CORRELATION = 0.45
SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
PAGE = """# What does it take to see an effect of the pre-trained model?

The verdict rests on the control: one pre-trained model, fine-tuned once or several times on the unchanged data, its bias compared over
targets. Whether an effect is detected depends on how many **targets** there are and, less, on how many **replicates**, and how well these
**agree** (the correlation of their biases over targets). Other **models** do not enter; what they add to a regression of all models is below.

Effects are standardised: standard deviations of bias per standard deviation of upstream bias, within a run. *Detected* is the rule of
the report: the joint test rejects, the slope's own interval excludes zero, and the slope is at least 0.1. The dataset has no effect
here, upstream bias and prevalence correlate at {correlation}, and all noise is normal; a cell is {draws:,} simulated studies, so a
share is known to ± .014.

![Chance of detection by size of the effect for four numbers of targets; by replicates; and by number of models](power.png)

*a, b: chance that the rule detects the effect of the model. c: chance that a 95 % interval excludes zero in a regression of several models; half, or nine tenths, of
what is left unexplained is shared by all models; upper line: with target effects, half shared.*

## Targets

Chance that the effect is detected, one replicate. (With one replicate the agreement does not matter, since effects are in standard
deviations of a run's bias, noise included.)

{by_targets}

With the paper's 28 occupations and one run, an effect of .3 is detected {at_28:.0f} % of the time, with 50 identity terms {at_50:.0f} %. An effect that
is not detected at this size is not shown to be absent.

## Replicates

The smallest effect that is detected four times in five, by targets and by *replicates, agreement*; "–": larger than .7.

{by_replicates}

Replicates average out what fine-tuning adds by chance, and nothing else. Where two runs agree at .9 there is little of it: ten replicates of
28 targets see what one run of {equal} would. Where they agree at .5, three replicates lower the smallest effect seen from {one:.2f} to {three:.2f},
and ten to {ten_half:.2f}.

## Detected, and named

28 targets, one replicate. The interval alone excludes zero more often than the rule detects: the difference is what it costs that chance
detects something in 5 % of studies and not in 9 %. To *name* the model (verdict `model`) its slope must also be clearly larger than
the dataset's.

{by_rule}

## Models do not help where targets share effects

A panel of several models, each fine-tuned once, 28 targets: the share of 95 % intervals (CRV3, by target) that exclude zero, the standardised
effect being {planted}. Of what neither cause explains, a share is what a target is like in every model; the rest is one run's own. Each model's
upstream bias has a part of its own, half as large as what models share. {several} draws a cell: ± .05 at most.

{by_models}

- *One row per model and target*: {most} models instead of one take the chance for the model's effect from {up_one:.0f} % to {up_most:.0f} % where nine tenths are shared, and
  for the dataset's from {data_one:.0f} % to {data_most:.0f} %: they are {most} looks at the same 28 targets (a little more for the model, whose upstream bias they move). Where half is shared they average out the other half, as
  replicates do, and no more ({half_most:.0f} % and {half_data:.0f} %). Only where targets share nothing is each model a new sample, and the chance nears 100 %.
- *Target effects* see only what models change of the same target. That is another question, whether moving upstream bias moves bias, and there models help:
  {te_two:.0f} % with 2, {te_five:.0f} % with 5 and {te_13:.0f} % with 13 where half is shared. It takes interventions that do move a target's upstream bias, and says nothing of
  prevalence, which no model changes.

So: for the verdict, add targets; add replicates where they agree badly; add models to answer the other question.

## From Python

```python
from biastransfer.analysis.power import power, smallest_seen

power(0.3, targets=28, replicates=3, agreement=0.9)  # {example:.2f}
smallest_seen(targets=28, replicates=3, agreement=0.9)  # {seen}
smallest_seen(targets=200, replicates=3, agreement=0.9)  # None: not simulated
```

Both read `src/biastransfer/analysis/power.csv` ({rows:,} rows: {targets} targets; {replicates} replicates; agreement {agreements}; correlation of the causes
{correlations}; slopes to {largest}) and interpolate.

Limits: normal noise that is equal for all targets; upstream bias measured without error ([table_truth.md](table_truth.md) shows what error does);
balanced tables; a dataset without effect. Where the dataset has a large effect, the joint test rejects anyway, and the chance is that of the interval alone.

Made by `python bench/power.py`, about {minutes} minutes on one CPU core.
"""
SPECIFICATIONS = {"model_target": "one row per model and target", "target_effects": "target effects"}


def shares(values: pd.DataFrame, first: str) -> str:
    """A Markdown table of shares."""
    rows = [
        [name, *("–" if pd.isna(share) else f"{share:.2f}" for share in row)]
        for name, row in zip(values.index, values.to_numpy(), strict=True)
    ]
    return table([first, *(str(column) for column in values.columns)], rows)


def seen(targets: int, replicates: int, agreement: float) -> float | None:
    """The smallest effect detected four times in five."""
    return smallest_seen(targets=targets, replicates=replicates, agreement=agreement, correlation=CORRELATION)


def by_replicates(targets: list[int]) -> str:
    """Smallest effects by targets, replicates and agreement."""
    columns = [(1, 0.9), *((replicates, agreement) for replicates in (3, 10) for agreement in (0.9, 0.7, 0.5))]
    header = ["targets", "1", *(f"{replicates}, {agreement:g}" for replicates, agreement in columns[1:])]
    found = [[seen(count, *column) for column in columns] for count in targets]
    return table(header, [[count, *("–" if value is None else f"{value:.2f}" for value in row)]
                          for count, row in zip(targets, found, strict=True)])  # fmt: skip


def by_models(panels: pd.DataFrame) -> str:
    """Power by number of models."""
    models, rows = sorted(panels["models"].unique()), []
    for (share, specification, term), part in sorted(
        panels.groupby(["share", "specification", "term"]), key=lambda part: part[0], reverse=True
    ):
        cells = part.set_index("models")["power"].reindex(models)
        rows.append([f"{share:g}", SPECIFICATIONS[specification], "model" if term == "upstream" else "dataset",
                     *("–" if pd.isna(chance) else f"{chance:.2f}" for chance in cells)])  # fmt: skip
    header = [
        "shared",
        "regression",
        "effect of the",
        *(f"{count} model{'s' if count > 1 else ''}" for count in models),
    ]
    return table(header, rows)


def text(found: pd.DataFrame, panels: pd.DataFrame, planted: float, minutes: int) -> str:
    """docs/power.md."""
    chosen = found[found["correlation"] == CORRELATION]
    one = chosen[(chosen["replicates"] == 1) & (chosen["agreement"] == 0.9)]
    wide = one[one["slope"].isin(SHOWN)].pivot(index="targets", columns="slope", values="detected")
    at_28 = one[(one["targets"] == 28) & one["slope"].isin((0.0, *SHOWN))].set_index("slope")
    rule = at_28[["interval", "detected", "named"]].T
    panel = panels.set_index(["share", "specification", "term", "models"])["power"].sort_index()
    pooled, half, most = panel[0.9, "model_target"], panel[0.5, "model_target"], int(panels["models"].max())
    ten = seen(28, 10, 0.9)
    equal = min((abs(value - ten), count) for count in range(28, 60) if (value := seen(count, 1, 0.9)))[1]

    def listed(name: str) -> str:
        return ", ".join(f"{value:g}" for value in sorted(found[name].unique()))

    return PAGE.format(
        correlation=CORRELATION, draws=int(found["draws"].min()), planted=planted, minutes=minutes, rows=len(found),
        by_targets=shares(wide, "targets"), at_28=100 * wide.loc[28, 0.3], at_50=100 * wide.loc[50, 0.3],
        by_replicates=by_replicates(sorted(found["targets"].unique())),
        equal=f"{equal} targets", one=seen(28, 1, 0.5), three=seen(28, 3, 0.5), ten_half=seen(28, 10, 0.5),
        by_rule=shares(rule, "share"), by_models=by_models(panels), most=most,
        up_one=100 * pooled["upstream", 1], up_most=100 * pooled["upstream", most],
        data_one=100 * pooled["prevalence", 1], data_most=100 * pooled["prevalence", most],
        half_most=100 * half["upstream", most], half_data=100 * half["prevalence", most], several=int(panels["draws"].min()),
        te_two=100 * panel[0.5, "target_effects", "upstream", 2], te_five=100 * panel[0.5, "target_effects", "upstream", 5],
        te_13=100 * panel[0.5, "target_effects", "upstream", 13],
        example=float(chosen.query("targets == 28 and replicates == 3 and agreement == 0.9 and slope == 0.3")["detected"].iloc[0]),
        seen=f"{seen(28, 3, 0.9):.2f}" if seen(28, 3, 0.9) else "None: larger than 0.7",
        targets=listed("targets"), replicates=listed("replicates"), agreements=listed("agreement"),
        correlations=listed("correlation"), largest=found["slope"].max(),
    )  # fmt: skip


def curve(axis: Axes, x, y, label: str, at: float, *, above: bool = True, **line) -> None:
    """A line with its name beside it, where it reaches ``at``."""
    axis.plot(x, y, **line)
    place = next((number for number, value in enumerate(y) if value >= at), len(y) - 1)
    axis.annotate(
        label, (x[place], y[place]), xytext=(-3 if above else 3, 2 if above else -2), textcoords="offset points",
        ha="right" if above else "left", va="bottom" if above else "top", color=line["color"], fontsize=6.5,
    )  # fmt: skip


def figure(found: pd.DataFrame, panels: pd.DataFrame, planted: float) -> None:
    """docs/power.svg and docs/power.png: targets, replicates, models."""
    chosen = found[found["correlation"] == CORRELATION].set_index(["targets", "replicates", "agreement", "slope"])[
        "detected"
    ]
    with mpl.rc_context(STYLE):
        made, ((targets, replicates, models),) = page(2.5, 1, 3, sharey=True, width_ratios=[1, 1, 1.25])
        for count, colour in zip((100, 50, 28, 13), (ORANGE, GREEN, BLUE, BLACK), strict=True):
            line = chosen[count, 1, 0.9]
            curve(
                targets,
                line.index,
                line.to_numpy(),
                str(count),
                0.62 if count > 13 else 0.3,
                color=colour,
                linewidth=1.2,
            )
        targets.set_title("a  targets (one replicate)", loc="left")
        for (count, agreement), style, colour in (
            ((10, 0.5), "-", ORANGE), ((3, 0.5), "-", GREEN), ((10, 0.9), "--", ORANGE), ((3, 0.9), "--", GREEN), ((1, 0.9), "-", BLUE)
        ):  # fmt: skip
            line = chosen[28, count, agreement]
            replicates.plot(line.index, line.to_numpy(), style, color=colour, linewidth=1.2,
                            label=f"{count}, {agreement:g}" if count > 1 else "1")  # fmt: skip
        replicates.legend(
            title="replicates,\nagreement", loc="lower right", handlelength=2.2, fontsize=6.5, title_fontsize=6.5,
            borderaxespad=0, alignment="left",
        )  # fmt: skip
        replicates.set_title("b  replicates (28 targets)", loc="left")
        for axis in (targets, replicates):
            axis.set_xlabel("standardised effect of the model")
            axis.set_xlim(0, 0.7)
            axis.set_xticks([0, 0.2, 0.4, 0.6], ["0", "0.2", "0.4", "0.6"])
        panel = panels.set_index(["share", "specification", "term", "models"])["power"].sort_index()
        ticks = sorted(panels["models"].unique())
        for share, specification, term, style, colour, label in (
            (0.5, "target_effects", "upstream", "-", ORANGE, "model,\ntarget effects"),
            (0.5, "model_target", "upstream", "--", BLUE, "model, half shared"),
            (0.9, "model_target", "upstream", "-", BLUE, "model, .9 shared"),
            (0.9, "model_target", "prevalence", "-", BLACK, "dataset, .9 shared"),
        ):
            line = panel[share, specification, term]
            models.plot(line.index, line.to_numpy(), style, marker="o", markersize=2.5, color=colour, linewidth=1.2)
            models.annotate(
                label, (line.index[-1], line.iloc[-1]), xytext=(4, 0), textcoords="offset points", color=colour,
                va="top" if line.iloc[-1] > 0.95 else "center", fontsize=6.5, annotation_clip=False,
            )  # fmt: skip
        models.set_xscale("log")
        models.set_xlim(0.85, 400)
        models.set_xticks(ticks, [str(count) for count in ticks])
        models.spines["bottom"].set_bounds(0.85, ticks[-1])
        models.minorticks_off()
        models.set_xlabel("models", x=0.32)
        models.set_title(f"c  models (28 targets, effect {planted:g})", loc="left")
        for axis in (targets, replicates, models):
            axis.axhline(0.8, color=LIGHT, linewidth=0.6, zorder=0)
            axis.set_ylim(0, 1.02)
        targets.set_ylabel("chance of detection")
        targets.annotate("80 %", (0, 0.8), xytext=(2, 2), textcoords="offset points", color=GREY, fontsize=6)
        save(made, DOCS / "power")


def write(found: pd.DataFrame, panels: pd.DataFrame, planted: float, minutes: int) -> None:
    """The page and its figure."""
    (DOCS / "power.md").write_text(text(found, panels, planted, minutes), encoding="utf-8")
    figure(found, panels, planted)
