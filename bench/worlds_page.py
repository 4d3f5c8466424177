"""docs/worlds.md and its figure, from what bench/worlds.py recovered."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from full_grid import table
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from observer import recovery
from worlds import BY_CHANCE, JUDGED, RIGHT, summary

from biastransfer.report.figures import style

CAUSES = {"prevalence": ("fine-tuning data", style.BLUE), "upstream": ("corpus", style.ORANGE)}
"""Planted association -> where it was planted, and its colour."""
PAGE = """# Is the verdict right where the truth is known?

Simulated worlds have known truth: per target, an association planted in the pre-training corpus (*upstream*), one in the fine-tuning data
(*prevalence*), and ways by which the first can reach the predictions, or none. Each goes through the whole workflow: pre-training, fine-tuning,
scores, analysis, verdict. A seed is a world of its own: other associations, texts, weights. Both tasks are in each, 28 occupations and 50
identity terms.

| world | upstream | dataset | way to the predictions | right verdict |
| --- | --- | --- | --- | --- |
| `dataset_only` | yes | yes | none | dataset |
| `transfer` | yes | none | a linear probe on the frozen encoder; training texts do not tell what the test texts' words mean | model |
| `neither` | yes | none | none, and training texts enough to unlearn what is read by chance | neither detected |
| `null` | none | yes | open | dataset |
| `both` | yes | yes, correlated with upstream at about .45 | a prompt, few training texts | both; how much of either depends on the dose |

*No way*: the proxies of the pronouns and the tone words of the fine-tuning texts are words that carry nothing in the corpus. Files:
`studies/worlds/`. By hand:

    snakemake --cores 2 --configfile studies/worlds/common.yaml studies/worlds/transfer.yaml

![Bias after fine-tuning against the planted associations, by world and task](worlds.png)

*Standardised bias of the control (mean of two replicates) against the planted associations. Thin: the seeds' least-squares lines; dots: means
of fifths of the targets over all seeds. A planted association that does not vary has no line. Titles: how often the verdict was the right one.*

## Verdicts

*p*: of the exact one-sided test that the verdict is right in {chance:.0%} or fewer. Seeds: {seeds}.

{verdicts}

## What is recovered

Correlations over targets: mean (smallest to largest) over seeds. Planted associations are log odds; *log odds* of bias are the log odds ratio of the two groups'
true positive rates, and the log odds of the false positive rate.

{correlations}

## Slopes that the verdicts rest on

Standardised, mean ± standard deviation over seeds.

{slopes}

{limits}
"""
LIMITS = """## Limits

- No dial was set and no rule was made on the seeds of `transfer` and `neither`. The other worlds' seeds 11 to 26 were seen before the verdict's rule on a prevalence that
  hardly varies was made; it changes nothing there, where prevalence varies.
- Seeds 11 to 26 of `transfer` and `neither` were run before, with other dials. `neither` was right in 28 of 32: with the 8,000 comments of the other worlds, four in five
  of which mention a term, the pre-trained model was detected at times, with either sign. A guess: a classifier reads any representation a little, in a direction
  that is chance, and unlearns it on more comments; the world now has 24,000, all with a term. `transfer` was right in 28 of 32, and in all once the verdict had that rule.
- The first 20 seeds of `neither` (31 to 50) were right in 36 of 40 (p = .076). That ten more would be run was decided after eight; five were. A p value after such
  an addition is a little too small.
- In `transfer`, the associations of occupations that share words are planted as contrasts (`even_clusters`). What a classifier can show is the contrast: an observer who knows the world's
  parameters and names the most probable occupation of each test text recovers associations drawn without regard to clusters at r = {uneven} (log odds), these at {even}
  (`bench/observer.py`, the same seeds).
- The two tasks of a seed share a pre-trained model; their associations and texts are drawn apart.
- Worlds are small, their texts are bags of words, and replicates agree better than those of large models may.
- Prevalence is met exactly, up to rounding. With labels drawn at random, chance associates some terms with toxicity, the model learns it, and the verdict
  of a world without planted associations is then rightly *dataset*.

Made by `python bench/worlds.py FOLDER` with `--first`, `--seeds` and `--worlds` as above. A world takes about two minutes on one CPU core, and its pre-trained model one.
[power.md](power.md) and [table_truth.md](table_truth.md) ask the same of simulated tables."""


def page(each: pd.DataFrame) -> str:
    """docs/worlds.md."""
    found = summary(each)
    seeds = sorted(each.loc[each["world"] == "transfer", "seed"].unique())
    return PAGE.format(
        chance=BY_CHANCE,
        seeds="; ".join(f"`{world}` {ranges(each, world)}" for world in RIGHT),
        verdicts=verdict_table(each, found),
        correlations=correlation_table(each),
        slopes=slope_table(each),
        limits=LIMITS.format(
            uneven=spread([recovery(seed, even_clusters=False) for seed in seeds]),
            even=spread([recovery(seed, even_clusters=True) for seed in seeds]),
        ),
    )


def ranges(each: pd.DataFrame, world: str) -> str:
    """The seeds of a world, which follow each other."""
    seeds = each.loc[each["world"] == world, "seed"]
    return f"{seeds.min()} to {seeds.max()}"


def spread(values: Sequence[float]) -> str:
    """Mean (smallest to largest)."""
    return f"{np.mean(values):.2f} ({np.min(values):.2f} to {np.max(values):.2f})"


def verdict_table(each: pd.DataFrame, found: pd.DataFrame) -> str:
    """What was said of each world, and how often it was right."""
    rows = []
    for line in found.itertuples():
        said = each[(each["world"] == line.world) & (each["task"].eq(line.task) | (line.task == "all"))]["verdict"]
        counts = ", ".join(f"{verdict} {count}" for verdict, count in said.value_counts().items())
        judged = f"{line.p:.4f}" if line.world in JUDGED else "–"
        rows.append([line.world, line.right_verdict, line.task, counts, f"{line.right} of {line.worlds}", judged])
    return table(["world", "right", "task", "said", "right in", "p"], rows)


def correlation_table(each: pd.DataFrame) -> str:
    """Mean (smallest to largest) of the correlations over targets."""

    def cell(values: pd.Series) -> str:
        values = values.dropna()
        return spread(values) if len(values) else "–"

    names = [
        "measured_upstream",
        "bias_prevalence",
        "odds_prevalence",
        "bias_upstream",
        "odds_upstream",
        "agreement",
        "accuracy",
    ]
    header = [
        "world", "task", "upstream measure, planted upstream", "bias, planted prevalence", "the same in log odds",
        "bias, planted upstream", "the same in log odds", "two replicates, bias", "accuracy",
    ]  # fmt: skip
    rows = [
        [world, task, *(cell(part[name]) for name in names)]
        for world in RIGHT
        for task, part in each[each["world"] == world].groupby("task")
    ]
    return table(header, rows)


def slope_table(each: pd.DataFrame) -> str:
    """Mean and standard deviation over seeds of the standardised slopes that the verdicts rest on."""
    rows = [
        [
            world,
            task,
            *(f"{part[name].mean():+.2f} ± {part[name].std():.2f}" for name in ("dataset_estimate", "model_estimate")),
        ]
        for world in RIGHT
        for task, part in each[each["world"] == world].groupby("task")
    ]
    return table(["world", "task", "dataset", "model"], rows)


def draw(found: pd.DataFrame, each: pd.DataFrame, file: Path) -> None:
    """Bias against what was planted, a panel per task and world; every line is a seed's least-squares line, dots are means."""
    with style.mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(style.PAGE, 3.6), layout="constrained")
        axes = figure.subplots(2, len(RIGHT), sharex=True, sharey=True)
        for column, world in enumerate(RIGHT):
            for row, (task, name) in enumerate((("bios", "biographies"), ("wiki", "comments"))):
                panel = axes[row, column]
                part = found[(found["world"] == world) & (found["task"] == task)]
                for cause, (label, colour) in CAUSES.items():
                    _lines(panel, part, f"planted_{cause}", label, colour)
                panel.axhline(0, color=style.LIGHT, linewidth=0.5, zorder=0)
                verdicts = each[(each["world"] == world) & (each["task"] == task)]
                title = f"{world.replace('_', ' ')}\n" if row == 0 else ""
                panel.set_title(f"{title}{verdicts['right'].sum()} of {len(verdicts)} “{RIGHT[world]}”")
                if column == 0:
                    panel.set_ylabel(f"bias, {name} (sd)")
        figure.supxlabel("planted association (sd)", fontsize=7)
        handles, labels = axes[0, -1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
        figure.savefig(file, dpi=style.DOTS)


def _lines(panel: Axes, part: pd.DataFrame, cause: str, label: str, colour: str) -> None:
    """A seed's line of bias on one planted association, and over all seeds the mean bias of fifths of the targets."""
    pooled = []
    for _, seed in part.groupby("seed"):
        if seed[cause].std() < 1e-9 or not seed["bias"].std() > 0:
            continue
        x, y = ((seed[name] - seed[name].mean()) / seed[name].std() for name in (cause, "bias"))
        slope = x.corr(y)
        panel.plot([-2, 2], [-2 * slope, 2 * slope], color=colour, alpha=0.25, linewidth=0.5)
        pooled.append(pd.DataFrame({"x": x, "y": y}))
    if not pooled:
        return
    points = pd.concat(pooled)
    means = points.groupby(pd.qcut(points["x"], 5, duplicates="drop"), observed=True).mean()
    panel.plot(means["x"], means["y"], "o-", color=colour, markersize=3, linewidth=1.2, label=f"planted in the {label}")
