"""What the workflow recovered of named worlds: records per target, correlations per study, and how often the verdict is right."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import world_studies
from scipy import stats
from world_studies import World

from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run

RIGHT = {
    "dataset_only": "dataset", "transfer": "model", "neither": "neither detected", "null": "dataset", "both": "both",
}  # fmt: skip
"""World -> the right verdict. In ``both`` the dose decides how large either effect is: that world is shown and not judged."""
JUDGED = ("dataset_only", "transfer", "neither", "null")
BY_CHANCE = 0.8
"""A verdict that is right no more often than this is not good enough."""


def recovered(world: World) -> pd.DataFrame:
    """What was planted and what was found, with the verdict of the task: one row per task and target."""
    bias = pd.read_parquet(world.results / "bias.parquet")
    verdicts = pd.read_parquet(world.results / "analysis" / "verdicts.parquet").set_index("task")
    parts = []
    for task, rows in bias.groupby("task"):
        planted = pd.read_parquet(world.results / f"data/{task}/planted.parquet").set_index("target")
        outcome = outcome_of(rows)
        runs = per_run(rows).assign(bias=lambda each, outcome=outcome: outcome_values(outcome, each))
        wide = runs.pivot(index="target", columns="replicate", values="bias")
        verdict = verdicts.loc[task]
        parts.append(
            planted[["upstream", "prevalence"]]
            .add_prefix("planted_")
            .assign(
                task=task,
                measured=runs.groupby("target")["upstream"].mean(),
                bias=wide.mean(axis=1),
                log_odds=log_odds(world, task, wide.columns),
                agreement=wide[0].corr(wide[1]),
                accuracy=runs["accuracy"].mean(),
                **{
                    name: verdict[name]
                    for name in (
                        "verdict", "dataset_estimate", "dataset_low", "dataset_high",
                        "model_estimate", "model_low", "model_high",
                    )
                },
            )
            .reset_index()
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(world=world.name, seed=world.seed)


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


def studies(found: pd.DataFrame) -> pd.DataFrame:
    """One row per world, seed and task: the verdict, whether it is right, and the correlations with what was planted."""

    def r(part: pd.DataFrame, first: str, second: str) -> float:
        return part[first].corr(part[second]) if part[second].std() > 1e-9 else np.nan

    rows = []
    for (world, seed, task), part in found.groupby(["world", "seed", "task"]):
        head = part.iloc[0]
        part = part.assign(planted_odds=np.log(part["planted_prevalence"] / (1 - part["planted_prevalence"])))
        rows.append({
            "world": world, "seed": seed, "task": task, "verdict": head["verdict"],
            "right": head["verdict"] == RIGHT[world],
            "measured_upstream": r(part, "measured", "planted_upstream"),
            "bias_prevalence": r(part, "bias", "planted_prevalence"),
            "bias_upstream": r(part, "bias", "planted_upstream"),
            "odds_prevalence": r(part, "log_odds", "planted_odds"),
            "odds_upstream": r(part, "log_odds", "planted_upstream"),
            "spread": part["bias"].std(),
            **head[["agreement", "accuracy", "dataset_estimate", "model_estimate"]],
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


def gathered(folder: Path) -> pd.DataFrame:
    """The records of all finished worlds, one row per world, seed, task and target."""
    return pd.concat((pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))), ignore_index=True)
