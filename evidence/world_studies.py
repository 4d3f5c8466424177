"""Named worlds of known truth as studies: their configuration, and the workflow on it."""

import json
import subprocess
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from snakemake.utils import update_config

ROOT = Path(__file__).resolve().parent.parent
STUDIES, RESULTS = ROOT / "studies" / "worlds", ROOT / "results"
OF_THE_DATA = ("examples", "correlation", "exact_prevalence", "proxies_in_training", "mention_share", "family_texts")
"""Keys of a simulated source that leave the corpus as it is; among its strengths, only ``upstream`` changes the corpus."""


@dataclass(frozen=True)
class World:
    """A named world at one seed. Its results are deleted once its record is written."""

    name: str
    seed: int

    @property
    def study(self) -> str:
        return f"world_{self.name}_{self.seed}"

    @property
    def results(self) -> Path:
        return RESULTS / self.study


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
    """What the pre-training corpus of a world depends on. Worlds with the same text here share a pre-trained model."""
    sources = deepcopy({name: task["source"] for name, task in study["tasks"].items()})
    for source in sources.values():
        for key in OF_THE_DATA:
            source.pop(key, None)
        source["strengths"] = source["strengths"]["upstream"]
    return json.dumps([sources, study["base"]], sort_keys=True)


def execute(study: Mapping, tables: Iterable[str]) -> None:
    """Run a study up to some of its tables. Several studies may run at the same time, since none writes another's files.

    Raises
    ------
    RuntimeError : the study failed; the message ends with the last lines of Snakemake.
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


def keep(found: pd.DataFrame, file: Path) -> None:
    """Write a table whole or not at all."""
    part = file.with_suffix(".part")
    found.to_parquet(part)
    part.rename(file)
    print(file.stem, flush=True)
