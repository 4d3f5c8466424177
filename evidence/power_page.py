"""docs/power.md and its figure, from the tables of evidence/power.py."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from biastransfer.analysis.power import smallest_seen
from biastransfer.report.figures.style import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE, STYLE, page, save
from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
CORRELATION = 0.45
SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
SEVERAL = [(replicates, agreement) for replicates in (3, 10) for agreement in (0.9, 0.7, 0.5)]
"""Several replicates, and how well they agree."""
TEMPLATE = Path(__file__).with_name("pages") / "power.md.jinja"
SPECIFICATIONS = {"model_target": "one row per model and target", "target_effects": "target effects"}


def shares(values: pd.DataFrame) -> str:
    """A Markdown table of shares; the first column is the index."""
    return table(values.map("{:.2f}".format, na_action="ignore").reset_index())


def by_replicates(targets: list[int], file: Path) -> str:
    """Smallest effects that are detected four times in five, by targets, replicates and agreement."""
    columns = {"1": (1, 0.9)} | {f"{count}, {agreement:g}": (count, agreement) for count, agreement in SEVERAL}
    rows = {
        count: {name: smallest(count, *replicates, file) for name, replicates in columns.items()} for count in targets
    }
    return shares(pd.DataFrame.from_dict(rows, orient="index", dtype=float).rename_axis("targets"))


def smallest(targets: int, replicates: int, agreement: float, file: Path) -> float | None:
    """The smallest effect detected four times in five, from the table in ``file``."""
    return smallest_seen(
        targets=targets, replicates=replicates, agreement=agreement, correlation=CORRELATION, table=file
    )


def by_models(panels: pd.DataFrame) -> str:
    """Power by number of models."""
    wide = panels.pivot(index=["share", "specification", "term"], columns="models", values="power")
    wide = wide.sort_index(ascending=False).rename(columns=lambda count: f"{count} model{'s' if count > 1 else ''}")
    texts = wide.map("{:.2f}".format, na_action="ignore").reset_index()
    return table(
        texts.assign(
            share=texts["share"].map("{:g}".format),
            specification=texts["specification"].map(SPECIFICATIONS),
            term=texts["term"].map({"upstream": "model", "prevalence": "dataset"}),
        ).rename(columns={"share": "shared", "specification": "regression", "term": "effect of the"})
    )


def text(file: Path, panels: pd.DataFrame, planted: float, minutes: int) -> str:
    """The text of docs/power.md, from the table in ``file`` and the panels of several models."""
    found = pd.read_csv(file)
    chosen = found[found["correlation"] == CORRELATION]
    one = chosen[(chosen["replicates"] == 1) & (chosen["agreement"] == 0.9)]
    wide = one[one["slope"].isin(SHOWN)].pivot(index="targets", columns="slope", values="detected")
    at_28 = one[(one["targets"] == 28) & one["slope"].isin((0.0, *SHOWN))].set_index("slope")
    most = int(panels["models"].max())
    ten = smallest(28, 10, 0.9, file)
    equal = min(
        (abs(value - ten), count) for count in range(28, 60) if (value := smallest(count, 1, 0.9, file)) is not None
    )[1]
    three_replicates = chosen.query("targets == 28 and replicates == 3 and agreement == 0.9 and slope == 0.3")
    seen = smallest(28, 3, 0.9, file)

    def listed(name: str) -> str:
        return ", ".join(f"{value:g}" for value in sorted(found[name].unique()))

    return filled(
        TEMPLATE,
        correlation=CORRELATION, draws=f"{found['draws'].min():,}", planted=planted, minutes=minutes, rows=f"{len(found):,}",
        by_targets=shares(wide), at_28=f"{100 * wide.loc[28, 0.3]:.0f}", at_50=f"{100 * wide.loc[50, 0.3]:.0f}",
        by_replicates=by_replicates(sorted(found["targets"].unique()), file), equal=equal,
        one=f"{smallest(28, 1, 0.5, file):.2f}", three=f"{smallest(28, 3, 0.5, file):.2f}",
        ten_half=f"{smallest(28, 10, 0.5, file):.2f}",
        by_rule=shares(at_28[["interval", "detected", "named"]].T.rename_axis("share")),
        by_models=by_models(panels), most=most, several=int(panels["draws"].min()), **chances(panels, most),
        example=f"{three_replicates['detected'].iloc[0]:.2f}", seen="None: larger than 0.7" if seen is None else f"{seen:.2f}",
        targets=listed("targets"), replicates=listed("replicates"), agreements=listed("agreement"),
        correlations=listed("correlation"), largest=found["slope"].max(),
    )  # fmt: skip


def chances(panels: pd.DataFrame, most: int) -> dict[str, str]:
    """The chances with one and with several models that the text names, in per cent."""
    panel = panels.set_index(["share", "specification", "term", "models"])["power"].sort_index()
    cells = {
        "model_one": (0.9, "model_target", "upstream", 1), "model_most": (0.9, "model_target", "upstream", most),
        "dataset_one": (0.9, "model_target", "prevalence", 1), "dataset_most": (0.9, "model_target", "prevalence", most),
        "half_model": (0.5, "model_target", "upstream", most), "half_dataset": (0.5, "model_target", "prevalence", most),
        "target_effects_2": (0.5, "target_effects", "upstream", 2), "target_effects_5": (0.5, "target_effects", "upstream", 5),
        "target_effects_13": (0.5, "target_effects", "upstream", 13),
    }  # fmt: skip
    return {name: f"{100 * panel[cell]:.0f}" for name, cell in cells.items()}


def curve(axis: Axes, x, y, label: str, at: float, *, above: bool = True, **line) -> None:
    """A line, with its name where it reaches ``at``."""
    axis.plot(x, y, **line)
    place = next((number for number, value in enumerate(y) if value >= at), len(y) - 1)
    axis.annotate(
        label, (x[place], y[place]), xytext=(-3 if above else 3, 2 if above else -2), textcoords="offset points",
        ha="right" if above else "left", va="bottom" if above else "top", color=line["color"], fontsize=6.5,
    )  # fmt: skip


def figure(found: pd.DataFrame, panels: pd.DataFrame, planted: float) -> None:
    """docs/power.svg and docs/power.png: a panel each for targets, replicates and models."""
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


def write(file: Path, panels: pd.DataFrame, planted: float, minutes: int) -> None:
    """The page and its figure."""
    (DOCS / "power.md").write_text(text(file, panels, planted, minutes), encoding="utf-8")
    figure(pd.read_csv(file), panels, planted)
