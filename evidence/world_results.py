"""What the workflow recovered of named worlds: records per target, correlations per study, and how often the verdict is right."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import world_studies
from scipy import stats
from world_studies import World

from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run
from biastransfer.analysis.verdict.chances import Setting, draw, verdict_shares
from biastransfer.analysis.verdict.controls import CAUSES, Control, Controls, control, flat_causes
from biastransfer.analysis.verdict.families import intraclass, residuals
from biastransfer.analysis.verdict.rule import judge
from biastransfer.analysis.verdict.slopes import ESTIMATORS
from biastransfer.study.read import parse_study

RIGHT = {
    "dataset_only": "dataset", "transfer": "model", "neither": "neither detected", "null": "dataset", "families": "dataset",
    "noisy": "model", "both": "both",
}  # fmt: skip
"""World -> the right verdict. Worlds that are not :data:`JUDGED` have effects, families or errors of a size at which studies miss some: they
are held against the power of their own studies alone.
"""
JUDGED = ("dataset_only", "transfer", "neither", "null")
MEASURES = {"bios": "pronoun_ranking", "wiki": "negative_sentiment"}
"""Task -> its upstream measure, in all worlds."""
SMALLEST = 0.1
"""The smallest effect of interest in all worlds, which is the default."""
BY_CHANCE = 0.8
"""A verdict that is right no more often than this is not good enough."""


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
            "right": verdict["verdict"] == RIGHT[world.name],
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
    """Share of right verdicts by world and task, and over both tasks: ``world, task, right_verdict, worlds, right, expected, p, as_expected_p``.

    ``p`` is of the exact one-sided test that the verdict is right in 80 % or fewer, ``as_expected_p`` of the two-sided one that it is right as
    often as the studies' own simulations say.
    """
    both = each.assign(task="all")
    grouped = pd.concat([each, both]).groupby(["world", "task"])
    found = grouped.agg(worlds=("right", "size"), right=("right", "sum"), expected=("expected", "sum")).reset_index()
    found["p"] = stats.binom.sf(found["right"] - 1, found["worlds"], BY_CHANCE)
    found["as_expected_p"] = [as_expected_p(part["right"], part["expected"]) for _, part in grouped]
    found.insert(2, "right_verdict", found["world"].map(RIGHT))
    order = {name: place for place, name in enumerate(RIGHT)}
    return found.sort_values("world", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def control_of(rows: pd.DataFrame) -> Control:
    """The control of a task, as the verdict's rule takes it, from its rows of worlds_targets.csv."""
    families = tuple(name if isinstance(name, str) else None for name in rows["family"])
    numbered = pd.factorize(pd.Series(families, dtype=object).fillna(""), sort=True)[0]
    values = Controls(
        rows["bias"].to_numpy()[None], rows[["upstream", "prevalence"]].to_numpy()[None],
        rows[["upstream_error", "prevalence_error"]].to_numpy()[None], rows[["mention_share"]].dropna(axis=1).to_numpy()[None],
        numbered, rows["spread"].to_numpy()[:1],
    )  # fmt: skip
    flat = flat_causes(MEASURES[rows["task"].iloc[0]], rows["upstream"].to_numpy(), rows["prevalence"].to_numpy())
    return Control(values, tuple(rows["target"]), families, (), flat)


def by_estimator(found: pd.DataFrame) -> pd.DataFrame:
    """The verdict of every study by every estimator that applies: ``world, seed, task, estimator, verdict``, and what families share."""
    rows = []
    for (world, seed, task), part in found.groupby(["world", "seed", "task"]):
        control = control_of(part)
        for name, estimator in ESTIMATORS.items():
            if estimator.applies(control.values):
                verdict = judge(estimator.of(control.values), SMALLEST, control.flat).verdict[0]
                rows.append(
                    {
                        "world": world, "seed": seed, "task": task, "estimator": name, "verdict": verdict,
                        "intraclass": shared_by_families(control),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def shared_by_families(control: Control) -> float:
    """Intraclass correlation of residuals; 0 without families."""
    names = pd.Series(control.families, dtype=object)
    known = names.notna().to_numpy()
    if not known.any():
        return 0.0
    return intraclass(residuals(control.values)[0][known], names[known].astype(str).to_numpy(), 0, 0)[0]


def expected(each: pd.DataFrame, found: pd.DataFrame, draws: int = 1000) -> pd.Series:
    """How often a study should be right: the share of right verdicts in its own simulated studies, by row of ``each``.

    The slopes are the means over the seeds of its world and task.
    """
    means = each.groupby(["world", "task"])[[f"{cause}_estimate" for cause in CAUSES]].mean()
    means.columns = list(CAUSES)
    parts = dict(iter(found.groupby(["world", "seed", "task"])))
    shares = []
    for row in each.itertuples():
        control = control_of(parts[row.world, row.seed, row.task])
        alone = np.array([name is None for name in control.families])
        rest = residuals(control.values)[1] / float(control.values.spread[0])
        studies = draw(
            control.values, Setting(shared_by_families(control), alone, rest), draws, np.random.default_rng(row.seed)
        )
        slopes = means.loc[(row.world, row.task)].fillna(0).to_dict()
        found_shares = verdict_shares(studies, ESTIMATORS[row.estimator], slopes, SMALLEST, control.flat)
        shares.append(found_shares[RIGHT[row.world]])
    return pd.Series(shares, each.index)


def as_expected_p(right: pd.Series, shares: pd.Series) -> float:
    """Two-sided p value that so many verdicts are right, if each is with its own chance: the exact distribution of the count."""
    counts = np.ones(1)
    for share in shares:
        counts = np.convolve(counts, [1 - share, share])
    return float(min(counts[counts <= counts[int(right.sum())] * (1 + 1e-9)].sum(), 1))


def verdict_counts(each: pd.DataFrame) -> pd.DataFrame:
    """How often each world had each verdict, both tasks together, with the mean slopes of the world's studies:
    ``world, right_verdict, verdict, studies, model, dataset, expected``.

    ``expected`` is how many verdicts of the world should be right by the studies' own simulations.
    """
    rows = []
    for world, part in each.groupby("world"):
        for verdict, count in part["verdict"].value_counts().items():
            rows.append(
                {
                    "world": world, "right_verdict": RIGHT[world], "verdict": verdict, "studies": count,
                    **{cause: round(part[f"{cause}_estimate"].mean(), 2) for cause in CAUSES},
                    "expected": round(part["expected"].sum(), 1),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def append(rows: pd.DataFrame, file: Path) -> None:
    """Add rows at the end of a table."""
    rows.to_csv(file, mode="a", header=not file.exists(), index=False, float_format="%.6g", lineterminator="\n")


def read(file: Path) -> pd.DataFrame:
    """A table of finished worlds; without rows if there is none yet. A world is called null."""
    if not file.exists():
        return pd.DataFrame({"world": [], "seed": []})
    return pd.read_csv(file, keep_default_na=False, na_values=[""])
