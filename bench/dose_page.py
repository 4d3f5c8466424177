"""docs/dose.md and its figure, from what bench/dose.py recovered."""

from pathlib import Path

import pandas as pd
from full_grid import table
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from biastransfer.report.figures import style

TASKS = {"bios": "biographies", "wiki": "comments"}
CAUSES = {"dataset": ("fine-tuning data", style.BLUE), "upstream": ("pre-training corpus", style.ORANGE)}
UNTRAINED = "prompt, untrained"
FEWEST = 20
"""Where the prompt without training texts stands on an axis of logs."""
PAGE = """# From which dose on do the fine-tuning data outweigh pre-training?

A simulated world with both causes at full strength: per target, an association planted in the pre-training corpus and another, uncorrelated, in the
fine-tuning data. Models are fine-tuned on random parts of the same 8,000 texts, for at least 250 steps of 32, with four recipes: all weights
(learning rate 2e-3); all weights at a tenth of it; a linear probe on the frozen encoder; and a prompt, in which the language-model head predicts words
for classes, fine-tuned or as it is. {seeds} seeds, each a world of its own.

![Correlation of bias with either planted association by number of training texts, task and recipe](dose.png)

*Correlation of downstream bias over targets with either planted association, the other taken out. Lines: means over {seeds} seeds; thin: single seeds.
The prompt's leftmost point has no training texts at all.*

Mean over seeds, *pre-training / fine-tuning data*, by number of training texts:

{tables}

Share of texts classified rightly:

{accuracies}

Made by `python bench/dose.py FOLDER --seeds {seeds}` (`studies/worlds/dose.yaml`).
"""


def _wide(found: pd.DataFrame, task: str, cells: pd.Series) -> str:
    """Recipes down, numbers of training texts across."""
    rows = found[found["task"] == task].assign(cell=cells)
    wide = rows.pivot(index="recipe", columns="texts", values="cell").fillna("–")
    order = [name for name in found["recipe"].unique() if name in wide.index]
    return table([TASKS[task], *(f"{texts:,}" for texts in wide.columns)], [[name, *wide.loc[name]] for name in order])


def page(found: pd.DataFrame) -> str:
    """docs/dose.md."""
    means = (
        found.groupby(["recipe", "task", "texts"], sort=False)[["upstream", "dataset", "accuracy"]].mean().reset_index()
    )
    pairs = means["upstream"].map("{:.2f}".format) + " / " + means["dataset"].map("{:.2f}".format)
    shares = means["accuracy"].map("{:.2f}".format)
    return PAGE.format(
        seeds=found["seed"].nunique(),
        tables="\n\n".join(_wide(means, task, pairs) for task in TASKS),
        accuracies="\n\n".join(_wide(means, task, shares) for task in TASKS),
    )


def draw(found: pd.DataFrame, file: Path) -> None:
    """A panel per task and recipe; the prompt without training is the first point of the prompt."""
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
