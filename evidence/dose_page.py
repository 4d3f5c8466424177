"""docs/dose.md and its figure, from the records of evidence/dose.py."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from biastransfer.report.figures import style
from biastransfer.report.markdown import filled, table

TASKS = {"bios": "biographies", "wiki": "comments"}
CAUSES = {"dataset": ("fine-tuning data", style.BLUE), "upstream": ("pre-training corpus", style.ORANGE)}
UNTRAINED = "prompt, untrained"
FEWEST = 20
"""Place of the prompt without training texts on the logarithmic axis."""
TEMPLATE = Path(__file__).with_name("pages") / "dose.md.jinja"


def _wide(found: pd.DataFrame, task: str, cells: pd.Series) -> str:
    """One row per recipe, one column per number of training texts."""
    rows = found[found["task"] == task].assign(cell=cells)
    wide = rows.pivot(index="recipe", columns="texts", values="cell").rename(columns="{:,}".format)
    order = [name for name in found["recipe"].unique() if name in wide.index]
    return table(wide.loc[order].rename_axis(TASKS[task]).reset_index())


def page(found: pd.DataFrame) -> str:
    """The text of docs/dose.md."""
    means = (
        found.groupby(["recipe", "task", "texts"], sort=False)[["upstream", "dataset", "accuracy"]].mean().reset_index()
    )
    pairs = means["upstream"].map("{:.2f}".format) + " / " + means["dataset"].map("{:.2f}".format)
    shares = means["accuracy"].map("{:.2f}".format)
    return filled(
        TEMPLATE,
        seeds=found["seed"].nunique(),
        tables="\n\n".join(_wide(means, task, pairs) for task in TASKS),
        accuracies="\n\n".join(_wide(means, task, shares) for task in TASKS),
    )


def draw(found: pd.DataFrame, file: Path) -> None:
    """One panel per task and recipe. The prompt without training is the first point of the prompt."""
    found = found.assign(recipe=found["recipe"].replace(UNTRAINED, "prompt"), texts=found["texts"].clip(lower=FEWEST))
    recipes = list(found["recipe"].unique())
    with style.mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(style.PAGE, 3.4), layout="constrained")
        axes = figure.subplots(len(TASKS), len(recipes), sharex=True, sharey=True)
        for row, (task, name) in enumerate(TASKS.items()):
            for column, recipe in enumerate(recipes):
                panel = axes[row, column]
                part = found[(found["task"] == task) & (found["recipe"] == recipe)]
                for cause, (label, colour) in CAUSES.items():
                    for _, seed in part.groupby("seed"):
                        ordered = seed.sort_values("texts")
                        panel.plot(ordered["texts"], ordered[cause], color=colour, alpha=0.25, linewidth=0.5)
                    means = part.groupby("texts")[cause].mean()
                    panel.plot(
                        means.index,
                        means,
                        "o-",
                        color=colour,
                        markersize=3,
                        linewidth=1.2,
                        label=f"planted in the {label}",
                    )
                panel.axhline(0, color=style.LIGHT, linewidth=0.5, zorder=0)
                panel.set_xscale("log")
                panel.set_xticks([FEWEST, 150, 1500, 8000], ["0", "150", "1,500", "8,000"])
                panel.xaxis.set_minor_locator(NullLocator())
                panel.xaxis.set_minor_formatter(NullFormatter())
                panel.set_ylim(-0.5, 1)
                if row == 0:
                    panel.set_title(recipe)
                if column == 0:
                    panel.set_ylabel(f"r with bias, {name}")
        figure.supxlabel("training texts", fontsize=7)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
        figure.savefig(file, dpi=style.DOTS)
