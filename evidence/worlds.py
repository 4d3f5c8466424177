"""Is the verdict right where the truth is known? Named worlds over many seeds, each through the whole workflow.

    python evidence/worlds.py FOLDER [--seeds 20] [--first 1] [--worlds transfer null] [--jobs 2]

FOLDER keeps one record per finished world and seed. A stopped run continues from these records; more seeds or worlds add to them.
The command writes docs/worlds.md, docs/worlds.png and FOLDER/worlds.csv; ``evidence/publish.py worlds`` copies that table into the package.
"""

import argparse
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import world_studies
from world_results import RIGHT, gathered, recovered, studies, verdict_counts
from world_studies import ROOT, World
from worlds_page import draw, page


def run(world: World, base: Path | None) -> None:
    """Run a world up to its verdict, from a pre-trained model if there is one for it."""
    study = world_studies.configuration(world)
    if base is not None:
        study["base"] = {"type": "path", "path": str(base)}
    world_studies.execute(study, ("bias", "analysis/verdicts", *(f"data/{task}/planted" for task in study["tasks"])))


def run_seed(seed: int, names: Iterable[str], folder: Path) -> None:
    """Run the worlds of a seed that have no record yet, one after the other. Worlds with one corpus share a pre-trained model."""
    worlds = [World(name, seed) for name in names]
    bases: dict[str, Path] = {}
    for world in worlds:
        corpus, model = (
            world_studies.corpus_of(world_studies.configuration(world)),
            world.results / "models" / "pretrained",
        )
        if not world.record(folder).exists():
            run(world, bases.get(corpus))
            world_studies.keep(recovered(world), world.record(folder))
        if model.exists():
            bases.setdefault(corpus, model)
    for world in worlds:
        shutil.rmtree(world.results, ignore_errors=True)


def main(folder: Path, seeds: range, names: Iterable[str], jobs: int) -> None:
    """Run what is missing, and write the table, the page and the figure."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda seed: run_seed(seed, names, folder), seeds))
    found = gathered(folder)
    each = studies(found)
    (ROOT / "docs" / "worlds.md").write_text(page(each), encoding="utf-8")
    verdict_counts(each).to_csv(folder / "worlds.csv", index=False)
    draw(found, each, ROOT / "docs" / "worlds.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--worlds", nargs="+", choices=RIGHT, default=list(RIGHT))
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    main(given.folder, range(given.first, given.first + given.seeds), given.worlds, given.jobs)
