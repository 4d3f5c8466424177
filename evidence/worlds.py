"""Is the verdict right where the truth is known? Named worlds over many seeds, each through the whole workflow.

    python evidence/worlds.py [--seeds 20] [--first 61] [--worlds transfer null] [--minutes 90] [--jobs 1]

The command appends the rows of each finished world and seed to evidence/results/worlds.csv (a row a task) and worlds_targets.csv (a row a
target), and continues there. It writes docs/worlds.md, docs/worlds.png and evidence/results/worlds_verdicts.csv, which
``evidence/publish.py worlds`` copies into the package.
"""

import argparse
import shutil
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import world_studies
from world_results import RIGHT, append, expected, read, recovered, studies, verdict_counts
from world_studies import ROOT, World
from worlds_page import draw, page

FIRST = 61
"""No seed before this one was used in setting worlds or making the rules of the present verdict."""
FOLDER = Path(__file__).with_name("results")
WRITING = Lock()


def run(world: World, base: Path | None) -> None:
    """Run a world up to its verdict, from a pre-trained model if there is one for it."""
    study = world_studies.configuration(world)
    if base is not None:
        study["base"] = {"type": "path", "path": str(base)}
    world_studies.execute(study, ("bias", "analysis/verdicts", *(f"data/{task}/planted" for task in study["tasks"])))


def run_seed(seed: int, names: Iterable[str], folder: Path = FOLDER, ends: float = float("inf")) -> None:
    """Run the worlds of a seed that have no rows yet, one after the other. Worlds with one corpus share a pre-trained model.

    Parameters
    ----------
    ends : no world begins after this time.
    """
    worlds = [World(name, seed) for name in names]
    bases: dict[str, Path] = {}
    for world in worlds:
        corpus, model = (
            world_studies.corpus_of(world_studies.configuration(world)),
            world.results / "models" / "pretrained",
        )
        if not finished(world, folder) and time.monotonic() < ends:
            run(world, bases.get(corpus))
            found = recovered(world)
            with WRITING:
                append(found, folder / "worlds_targets.csv")
                append(studies(world, found), folder / "worlds.csv")
            print(f"{world.name} {world.seed}", flush=True)
        if model.exists():
            bases.setdefault(corpus, model)
    for world in worlds:
        shutil.rmtree(world.results, ignore_errors=True)


def finished(world: World, folder: Path) -> bool:
    """Whether a world has its rows."""
    return not read(folder / "worlds.csv").query("world == @world.name and seed == @world.seed").empty


def main(seeds: range, names: Iterable[str], minutes: float, jobs: int) -> None:
    """Run what is missing, and write the page and the figure."""
    ends = time.monotonic() + 60 * minutes
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda seed: run_seed(seed, names, ends=ends), seeds))
    each, found = read(FOLDER / "worlds.csv"), read(FOLDER / "worlds_targets.csv")
    each = each.assign(expected=expected(each, found))
    verdict_counts(each).to_csv(FOLDER / "worlds_verdicts.csv", index=False)
    (ROOT / "docs" / "worlds.md").write_text(page(each, found), encoding="utf-8")
    draw(found, each, ROOT / "docs" / "worlds.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=FIRST)
    parser.add_argument("--worlds", nargs="+", choices=RIGHT, default=list(RIGHT))
    parser.add_argument("--minutes", type=float, default=90, help="begin no world after this many minutes")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    main(range(given.first, given.first + given.seeds), given.worlds, given.minutes, given.jobs)
