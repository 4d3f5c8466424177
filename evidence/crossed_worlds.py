"""Are the causes of a crossed design right where the truth is known, through the whole workflow?

    python evidence/crossed_worlds.py [--seeds 20] [--first 1] [--minutes 90] [--jobs 1]

A seed has eight models and two tasks. The corpora of the models have associations (three pre-training seeds), have none (three), or are the
first drawn again (two). The training data of the tasks have associations or none. Four worlds cross a part of them. The command appends
the rows of each finished seed to evidence/results/crossed_worlds.csv and continues there. It writes docs/crossed_worlds.md.
"""

import argparse
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import crossed_worlds_page
import pandas as pd
import yaml
from world_studies import RESULTS, STUDIES, execute, merged

from biastransfer.analysis.crossed.analyze import Design, analyze
from biastransfer.common import registry
from biastransfer.engine.side_cars import read_json
from biastransfer.study.read import parse_study

FILE = Path(__file__).with_name("results") / "crossed_worlds.csv"
REPLICATES = 6
CORPUS = {"type": "simulated", "sentences": 48000}
SAME = ("planted", "planted_again", "same", "same_again")
OTHER = ("planted", "planted_again", "planted_third", "absent", "absent_again", "absent_third")
WORLDS = {"neither": ("off", SAME), "model": ("off", OTHER), "data": ("on", SAME), "both": ("on", OTHER)}
"""World -> whether the training data have associations, and the models that are crossed: two conditions of two or three seeds each."""
DATA = {
    "on": {"bios": {}, "wiki": {}},
    "off": {
        "bios": {"strengths": {"dataset": 0}, "proxies_in_training": 0},
        "wiki": {"strengths": {"dataset": 0}, "mention_share": 0.1},
    },
}
"""Settings of the sources. Without associations, texts teach nothing about the words that go with them (studies/worlds/transfer.yaml)."""
CHANGED = {"bios": "rebalanced-under1", "wiki": "scrubbed-all-1"}
SCALES = ("probability", "log_odds")


def condition(model: str) -> str:
    """The condition of a model: its corpus."""
    return model.split("_")[0]


def name_of(data: str, seed: int) -> str:
    """Name of a study."""
    return f"crossed_{data}_{seed}"


def configuration(data: str, seed: int, models: Path | None = None) -> dict:
    """The study of a seed with one of :data:`DATA`; from pre-trained models, if there are any."""
    common = yaml.safe_load((STUDIES / "common.yaml").read_text())
    base = common.pop("base") | {"corpus": CORPUS}
    absent = base | {"corpus": CORPUS | {"association": 0}}
    bases = {"planted": base, "same": base, "absent": absent}
    bases |= {name: {"type": "seed_twin", "of": condition(name)} for name in (*SAME, *OTHER) if name not in bases}
    if models is not None:
        bases = {
            name: {"type": "path", "path": str(models / ("pretrained" if name == "planted" else name))}
            for name in bases
        }
    own = {
        "study": name_of(data, seed), "seed": seed, "bases": bases, "control_replicates": 1,
        "fine_tuning": {"head": "convex_probe"},
        "interventions": {
            "rebalanced": {"under": [1], "models": []}, "scrubbed": {"comments": ["all"], "shares": [1], "models": []}
        },
        "crossed": {"models": list(bases), "trainsets": ["original", *CHANGED.values()], "replicates": REPLICATES},
        "tasks": {
            task: {"source": merged({"exact_prevalence": False}, settings)} for task, settings in DATA[data].items()
        },
    }  # fmt: skip
    own["tasks"]["bios"]["source"]["even_clusters"] = True
    return merged(common, own)


def judged(study: Mapping, world: str, models: tuple[str, ...]) -> Iterator[dict]:
    """The causes of one world in every task and scale, what the data's change does in one condition and not in the other, and the
    verdict of the regression on the control.
    """
    folder = RESULTS / study["study"]
    verdicts = pd.read_parquet(folder / "analysis/verdicts.parquet").set_index("task")["verdict"]
    for task, section in parse_study(study).tasks.items():
        trainsets = ["original", CHANGED[task]]
        design = Design(list(models), list(map(condition, models)), trainsets, REPLICATES)
        rates = registry.load(registry.task_kinds()[section.kind].part("rates"))
        files = [
            folder / f"probes/{task}/{'pretrained' if name == 'planted' else name}/{trainset}/{replicate}.parquet"
            for name in models for trainset in trainsets for replicate in range(REPLICATES)
        ]  # fmt: skip
        testset = section.testsets[0]
        test = pd.read_parquet(folder / f"data/{task}/{'phrases' if testset == 'madlibs' else 'test'}.parquet")
        targets = read_json(folder / f"data/{task}/task.json")["targets"]
        found = analyze(
            map(pd.read_parquet, files),
            test.assign(testset=testset),
            lambda rows, rates=rates, targets=targets, section=section: rates.compared_texts(
                rows, targets, section.compared
            ),
            design,
            fewest=section.min_cell,
        )
        effects = found["effects_of_change"].query("cause == 'interaction'").set_index("scale")
        for row in found["causes"].rename(columns={"size": "size_of_change"}).query("scale in @SCALES").itertuples():
            interaction = effects.loc[row.scale]
            yield {
                "world": world, "task": task, "scale": row.scale, "cause": row.cause, "size": row.size_of_change, "floor": row.floor,
                "difference": row.difference, "low": row.difference_low, "high": row.difference_high, "p": row.p,
                "is_cause": row.is_cause, "interaction": interaction["size"], "interaction_low": interaction["low"],
                "interaction_high": interaction["high"], "interaction_p": interaction["p"],
                "common_factor": interaction["common_factor"], "regression": verdicts[task],
                "accuracy": found["crossed_performance"]["accuracy"].mean(),
            }  # fmt: skip


def run_seed(seed: int) -> pd.DataFrame:
    """Run both studies of a seed, and judge its worlds."""
    started, rows, models = time.monotonic(), [], None
    for data in DATA:
        study = configuration(data, seed, models)
        tables = [f"crossed/{task}/causes" for task in study["tasks"]]
        execute(study, [*tables, "analysis/verdicts"])
        models = models or RESULTS / study["study"] / "models"
        for world, (kind, crossed) in WORLDS.items():
            if kind == data:
                rows += judged(study, world, crossed)
    for data in DATA:
        shutil.rmtree(RESULTS / name_of(data, seed))
    return pd.DataFrame(rows).assign(seed=seed, minutes=(time.monotonic() - started) / 60)


def main(seeds: range, minutes: float, jobs: int) -> None:
    """Run the missing seeds while there is time, and write the page."""
    started = time.monotonic()
    FILE.parent.mkdir(exist_ok=True)
    done = set(pd.read_csv(FILE)["seed"]) if FILE.exists() else set()

    def one(seed: int) -> None:
        if seed in done or time.monotonic() - started > 60 * minutes:
            return
        rows = run_seed(seed).round(5)
        rows.to_csv(FILE, mode="a", header=not FILE.exists(), index=False)
        print(seed, f"{rows['minutes'].iloc[0]:.1f} minutes", flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, seeds))
    crossed_worlds_page.write(FILE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=90, help="start no seed after this time")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    main(range(given.first, given.first + given.seeds), given.minutes, given.jobs)
