"""docs/worlds.md and its figure, from the records of evidence/worlds.py."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from observer import recovery
from world_results import BY_CHANCE, JUDGED, RIGHT, by_estimator, summary

from biastransfer.report.figures import style
from biastransfer.report.markdown import filled, table

CAUSES = {"prevalence": ("fine-tuning data", style.BLUE), "upstream": ("corpus", style.ORANGE)}
"""Planted association -> where it was planted, and its colour."""
CORRELATIONS = {
    "upstream measure, planted upstream": "measured_upstream",
    "bias, planted prevalence": "bias_prevalence",
    "bias, planted prevalence (log odds)": "odds_prevalence",
    "bias, planted upstream": "bias_upstream",
    "bias, planted upstream (log odds)": "odds_upstream",
    "two replicates, bias": "agreement",
    "accuracy": "accuracy",
}
SLOPES = {"dataset": "dataset_estimate", "model": "model_estimate"}
TEMPLATE = Path(__file__).with_name("pages") / "worlds.md.jinja"


def page(each: pd.DataFrame, found_targets: pd.DataFrame) -> str:
    """The text of docs/worlds.md."""
    found = summary(each)
    seeds = sorted(each.loc[each["world"] == "transfer", "seed"].unique())
    noisy = each[(each["world"] == "noisy") & (each["task"] == "bios")]
    return filled(
        TEMPLATE,
        chance=f"{BY_CHANCE:.0%}",
        seeds="; ".join(f"`{world}` {ranges(each, world)}" for world in RIGHT),
        verdicts=verdict_table(each, found),
        estimators=estimator_table(found_targets),
        correlations=by_world(each, CORRELATIONS, spread),
        slopes=by_world(each, SLOPES, lambda slopes: f"{slopes.mean():+.2f} ± {slopes.std():.2f}"),
        first=int(each["seed"].min()),
        reliability=f"{noisy['reliability'].mean():.2f}",
        squared=f"{(noisy['measured_upstream'] ** 2).mean():.2f}",
        uneven=spread([recovery(seed, even_clusters=False) for seed in seeds]),
        even=spread([recovery(seed, even_clusters=True) for seed in seeds]),
    )


def ranges(each: pd.DataFrame, world: str) -> str:
    """The seeds of a world, which follow each other."""
    seeds = each.loc[each["world"] == world, "seed"]
    return f"{seeds.min()} to {seeds.max()}"


def spread(values: Iterable[float]) -> str:
    """Mean (smallest to largest); a dash where there are none."""
    values = pd.Series(values).dropna()
    if values.empty:
        return "–"
    return f"{values.mean():.2f} ({values.min():.2f} to {values.max():.2f})"


def verdict_table(each: pd.DataFrame, found: pd.DataFrame) -> str:
    """Which verdicts each world had, and how often they were right."""
    rows = []
    for line in found.itertuples():
        verdicts = each[(each["world"] == line.world) & (each["task"].eq(line.task) | (line.task == "all"))]["verdict"]
        rows.append({
            "world": line.world,
            "right": line.right_verdict,
            "task": line.task,
            "verdicts": ", ".join(f"{verdict} {count}" for verdict, count in verdicts.value_counts().items()),
            "right in": f"{line.right} of {line.worlds}",
            "p": f"{line.p:.4f}" if line.world in JUDGED else "–",
            "expected": f"{line.expected:.1f}",
            "p, as expected": f"{line.as_expected_p:.2f}",
        })  # fmt: skip
    return table(pd.DataFrame(rows))


def estimator_table(found: pd.DataFrame) -> str:
    """Verdicts by every estimator in the worlds with families or errors, and what families share there."""
    studies = by_estimator(found[found["world"].isin(["families", "noisy"])])
    rows = [
        {
            "world": world,
            "task": task,
            "estimator": estimator.replace("_", ", "),
            "verdicts": ", ".join(f"{verdict} {count}" for verdict, count in part["verdict"].value_counts().items()),
            "right in": f"{(part['verdict'] == RIGHT[world]).sum()} of {len(part)}",
            "intraclass correlation": spread(part["intraclass"]) if world == "families" else "–",
        }
        for (world, task, estimator), part in studies.groupby(["world", "task", "estimator"], sort=False)
    ]
    return table(pd.DataFrame(rows))


def by_world(each: pd.DataFrame, columns: Mapping[str, str], shown: Callable[[pd.Series], str]) -> str:
    """A table with one row per world and task; ``columns`` maps each heading to the column of ``each`` that ``shown`` puts into words."""
    rows = [
        {"world": world, "task": task, **{heading: shown(part[name]) for heading, name in columns.items()}}
        for world in RIGHT
        for task, part in each[each["world"] == world].groupby("task")
    ]
    return table(pd.DataFrame(rows))


def draw(found: pd.DataFrame, each: pd.DataFrame, file: Path) -> None:
    """Bias against what was planted, one panel per task and world. Lines are the seeds' least-squares lines, dots are means."""
    with style.mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(style.PAGE, 3.4), layout="constrained")
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
                panel.set_title(f"{title}{verdicts['right'].sum()} of {len(verdicts)} right")
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
