"""Is the verdict right where the truth is known? Named worlds over many seeds, each through the whole workflow.

    python bench/worlds.py FOLDER [--seeds 20] [--first 1] [--worlds transfer null] [--jobs 2]

FOLDER keeps what was recovered of every world: a run that was stopped goes on, and one with more seeds or worlds adds to it. Writes
docs/worlds.md, docs/worlds.png, and src/biastransfer/analysis/worlds.csv, from which every report tells how often verdicts are right.
"""

import argparse
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy import stats
from snakemake.utils import update_config

from biastransfer.analysis.outcome import outcome_of, per_run

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "src" / "biastransfer" / "analysis" / "worlds.csv"
STUDIES, RESULTS = ROOT / "studies" / "worlds", ROOT / "results"
RIGHT = {
    "dataset_only": "dataset", "transfer": "model", "neither": "neither detected", "null": "dataset", "both": "both",
}  # fmt: skip
"""World -> the right verdict. What ``both`` has of either depends on the dose: it is shown and not judged."""
JUDGED = ("dataset_only", "transfer", "neither", "null")
OF_THE_DATA = ("examples", "correlation", "exact_prevalence", "proxies_in_training", "mention_share")
"""Keys of a simulated source that leave the corpus as it is; so do the dials but ``upstream``."""
BY_CHANCE = 0.8
"""A verdict that is right no more often than this would not do."""


@dataclass(frozen=True)
class World:
    """A named world at one seed; its results are thrown away once what was recovered is written down."""

    name: str
    seed: int

    @property
    def study(self) -> str:
        return f"world_{self.name}_{self.seed}"

    @property
    def results(self) -> Path:
        return RESULTS / self.study

    def records(self, folder: Path) -> Path:
        return folder / f"{self.name}_{self.seed}.parquet"


def merged(first: Mapping, second: Mapping) -> dict:
    """Two configurations as Snakemake merges them, the second on top; neither is changed."""
    both = deepcopy(dict(first))
    update_config(both, second)
    return both


def configuration(world: World) -> dict:
    """The study of a world: the shared part and its own."""
    shared, own = (yaml.safe_load((STUDIES / f"{name}.yaml").read_text()) for name in ("common", world.name))
    return merged(shared, own) | {"study": world.study, "seed": world.seed}


def corpus_of(study: Mapping) -> str:
    """What the pre-training corpus of a world depends on: worlds that agree in it share a pre-trained model."""
    sources = deepcopy({name: task["source"] for name, task in study["tasks"].items()})
    for source in sources.values():
        for key in OF_THE_DATA:
            source.pop(key, None)
        source["strengths"] = source["strengths"]["upstream"]
    return json.dumps([sources, study["base"]], sort_keys=True)


def run(world: World, base: Path | None) -> None:
    """Run a world up to its verdict, from a pre-trained model if there is one for it."""
    study = configuration(world)
    if base is not None:
        study["base"] = {"type": "path", "path": str(base)}
    execute(study, ("bias", "analysis/verdicts", *(f"data/{task}/planted" for task in study["tasks"])))


def execute(study: Mapping, tables: Iterable[str]) -> None:
    """Run a study up to some of its tables; several may run side by side, since none writes another's files.

    Raises
    ------
    RuntimeError : with the end of what Snakemake said.
    """
    folder = RESULTS / study["study"]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(dict(study), sort_keys=False))
    targets = [f"results/{study['study']}/{name}.parquet" for name in tables]
    command = ["snakemake", "--cores", "1", "--nolock", "--quiet", "all", "--configfile", str(file), "--", *targets]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{study['study']} failed:\n{done.stderr[-3000:]}")


def recovered(world: World) -> pd.DataFrame:
    """Per task and target what was planted and what was found, beside the verdict: one row a target."""
    bias = pd.read_parquet(world.results / "bias.parquet")
    verdicts = pd.read_parquet(world.results / "analysis" / "verdicts.parquet").set_index("task")
    parts = []
    for task, rows in bias.groupby("task"):
        planted = pd.read_parquet(world.results / f"data/{task}/planted.parquet").set_index("target")
        outcome = outcome_of(rows)
        runs = per_run(rows).assign(bias=lambda each, outcome=outcome: outcome.values(each))
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
    study = configuration(world)["tasks"][task]
    if "compare" not in study:
        return rates[rates["measure"] == "fpr"].groupby("target")["odds"].mean()
    first, second = (rates[rates["group"] == group].groupby("target")["odds"].mean() for group in study["compare"])
    return first - second


def run_seed(seed: int, names: Iterable[str], folder: Path) -> None:
    """The worlds of a seed that have no records yet, one after the other; those of one corpus share a pre-trained model."""
    worlds = [World(name, seed) for name in names]
    bases: dict[str, Path] = {}
    for world in worlds:
        corpus, model = corpus_of(configuration(world)), world.results / "models" / "pretrained"
        if not world.records(folder).exists():
            run(world, bases.get(corpus))
            keep(recovered(world), world.records(folder))
        if model.exists():
            bases.setdefault(corpus, model)
    for world in worlds:
        shutil.rmtree(world.results, ignore_errors=True)


def keep(found: pd.DataFrame, file: Path) -> None:
    """Write a table whole or not at all."""
    part = file.with_suffix(".part")
    found.to_parquet(part)
    part.rename(file)
    print(file.stem, flush=True)


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
    """What was said of each world, both tasks together: ``world, right_verdict, verdict, studies``, the judged ones alone."""
    said = each[each["world"].isin(JUDGED)].groupby(["world", "verdict"]).size().rename("studies").reset_index()
    said.insert(1, "right_verdict", said["world"].map(RIGHT))
    return said


def gathered(folder: Path) -> pd.DataFrame:
    """What was recovered of every world that is there, one row per world, seed, task and target."""
    return pd.concat((pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))), ignore_index=True)


def main(folder: Path, seeds: range, names: Iterable[str], jobs: int) -> None:
    """Run what is missing, and write the tables, the page and the figure."""
    from worlds_page import draw, page

    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda seed: run_seed(seed, names, folder), seeds))
    found = gathered(folder)
    each = studies(found)
    (ROOT / "docs" / "worlds.md").write_text(page(each), encoding="utf-8")
    verdict_counts(each).to_csv(TABLE, index=False)
    draw(found, each, ROOT / "docs" / "worlds.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--worlds", nargs="+", choices=RIGHT, default=list(RIGHT))
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    main(given.folder, range(given.first, given.first + given.seeds), given.worlds, given.jobs)
