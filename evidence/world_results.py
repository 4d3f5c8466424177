"""What the workflow recovered of named worlds: records per target, correlations per study, and how often the verdict is right."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import world_studies
from scipy import stats
from world_studies import World

from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run
from biastransfer.analysis.verdict.controls import CAUSES, control
from biastransfer.study.read import parse_study

RIGHT = {
    "dataset_only": "dataset", "transfer": "model", "neither": "neither detected", "null": "dataset", "families": "dataset",
    "noisy": "model", "both": "both",
}  # fmt: skip
"""World -> the right verdict, or that of each task. In ``both`` the dose decides how large either effect is: that world is held against
the power of its own studies.
"""
JUDGED = tuple(world for world in RIGHT if world != "both")
BY_CHANCE = 0.8
"""A verdict that is right no more often than this is not good enough."""


def right_verdict(world: str, task: str) -> str:
    """The right verdict of one task in a world."""
    right = RIGHT[world]
    return right if isinstance(right, str) else right[task]


def recovered(world: World) -> pd.DataFrame:
    """What was planted and what was found, one row per task and target: all that the verdict's rule needs."""
    bias = pd.read_parquet(world.results / "bias.parquet")
    settings = parse_study(world_studies.configuration(world)).analysis
    parts = []
    for task, rows in bias.groupby("task"):
        found = control(rows, settings.min_training_texts)
        planted = (
            pd.read_parquet(world.results / f"data/{task}/planted.parquet").set_index("target").loc[list(found.targets)]
        )
        values = found.values
        parts.append(
            pd.DataFrame(
                {
                    "world": world.name, "seed": world.seed, "task": task, "target": found.targets, "family": found.families,
                    "planted_upstream": planted["upstream"].to_numpy(), "planted_prevalence": planted["prevalence"].to_numpy(),
                    "upstream": values.causes[0, :, 0], "upstream_error": values.errors[0, :, 0],
                    "prevalence": values.causes[0, :, 1], "prevalence_error": values.errors[0, :, 1],
                    "mention_share": values.others[0, :, 0] if values.others.shape[2] else np.nan,
                    "bias": values.bias[0], "spread": values.spread[0],
                    "log_odds": log_odds(world, task, sorted(rows["replicate"].unique())).loc[list(found.targets)].to_numpy(),
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def log_odds(world: World, task: str, replicates: Iterable[int]) -> pd.Series:
    """Bias per target on the scale that associations are planted on, the mean over replicates.

    The log odds ratio of the true positive rates of the two groups, or the log odds of the false positive rate.
    """
    files = [world.results / f"downstream/rates/{task}/pretrained/original/{number}.parquet" for number in replicates]
    rates = pd.concat((pd.read_parquet(file).assign(replicate=number) for number, file in enumerate(files)))
    rates["odds"] = np.log((rates["hits"] + 0.5) / (rates["n"] - rates["hits"] + 0.5))
    study = world_studies.configuration(world)["tasks"][task]
    if "compare" not in study:
        return rates[rates["measure"] == "fpr"].groupby("target")["odds"].mean()
    first, second = (rates[rates["group"] == group].groupby("target")["odds"].mean() for group in study["compare"])
    return first - second


def studies(world: World, found: pd.DataFrame) -> pd.DataFrame:
    """One row per task of a world: the verdict, whether it is right, and the correlations with what was planted."""

    def r(part: pd.DataFrame, first: str, second: str) -> float:
        return part[first].corr(part[second]) if part[second].std() > 1e-9 else np.nan

    bias = pd.read_parquet(world.results / "bias.parquet")
    verdicts = pd.read_parquet(world.results / "analysis" / "verdicts.parquet").set_index("task")
    rows = []
    for task, part in found.groupby("task"):
        part = part.assign(planted_odds=np.log(part["planted_prevalence"] / (1 - part["planted_prevalence"])))
        of_task = bias[bias["task"] == task]
        runs = per_run(of_task)
        runs = runs.assign(outcome=outcome_values(outcome_of(of_task), runs))
        wide = runs.pivot(index="target", columns="replicate", values="outcome")
        verdict = verdicts.loc[task]
        rows.append({
            "world": world.name, "seed": world.seed, "task": task, "verdict": verdict["verdict"],
            "right": verdict["verdict"] == right_verdict(world.name, task),
            "measured_upstream": r(part, "upstream", "planted_upstream"),
            "bias_prevalence": r(part, "bias", "planted_prevalence"),
            "bias_upstream": r(part, "bias", "planted_upstream"),
            "odds_prevalence": r(part, "log_odds", "planted_odds"),
            "odds_upstream": r(part, "log_odds", "planted_upstream"),
            "agreement": wide[0].corr(wide[1]), "accuracy": runs["accuracy"].mean(), "estimator": verdict["estimator"],
            **verdict[["reliability", "joint_p"]],
            **{
                f"{cause}_{number}": verdict[f"{cause}_{number}"]
                for cause in CAUSES for number in ("estimate", "low", "high", "power", "detectable")
            },
        })  # fmt: skip
    return pd.DataFrame(rows)


def summary(each: pd.DataFrame) -> pd.DataFrame:
    """Share of right verdicts by world and task, and over both tasks: ``world, task, right_verdict, worlds, right, p``.

    ``p`` is of the exact one-sided test that the verdict is right in 80 % or fewer.
    """
    both = each.assign(task="all")
    found = pd.concat([each, both]).groupby(["world", "task"])["right"].agg(worlds="size", right="sum").reset_index()
    found["p"] = stats.binom.sf(found["right"] - 1, found["worlds"], BY_CHANCE)
    found.insert(2, "right_verdict", found["world"].map(RIGHT))
    order = {name: place for place, name in enumerate(RIGHT)}
    return found.sort_values("world", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def verdict_counts(each: pd.DataFrame) -> pd.DataFrame:
    """How often each judged world had each verdict, both tasks together: ``world, right_verdict, verdict, studies``."""
    counts = each[each["world"].isin(JUDGED)].groupby(["world", "verdict"]).size().rename("studies").reset_index()
    counts.insert(1, "right_verdict", counts["world"].map(RIGHT))
    return counts


def append(rows: pd.DataFrame, file: Path) -> None:
    """Add rows at the end of a table."""
    rows.to_csv(file, mode="a", header=not file.exists(), index=False, float_format="%.6g", lineterminator="\n")


def read(file: Path) -> pd.DataFrame:
    """A table of finished worlds; without rows if there is none yet. A world is called null."""
    if not file.exists():
        return pd.DataFrame({"world": [], "seed": []})
    return pd.read_csv(file, keep_default_na=False, na_values=[""])
