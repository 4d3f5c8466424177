"""From how many fine-tuning texts on do the data outweigh pre-training, by recipe? A world with both causes.

    python evidence/dose.py FOLDER [--seeds 5] [--first 1] [--jobs 2]

FOLDER keeps one record per finished recipe and seed; a stopped run continues from these records. The command writes docs/dose.md and
docs/dose.png.
"""

import argparse
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from dose_page import draw, page
from world_studies import RESULTS, ROOT, STUDIES, execute, keep, merged

from biastransfer.analysis.outcome import outcome_of, outcome_values, per_run

PROMPT = yaml.safe_load((STUDIES / "both.yaml").read_text())["fine_tuning"]["prompt"]
RECIPES = {
    "full": {},
    "low learning rate": {"learning_rate": 2e-4},
    "linear probe": {"head": "linear_probe", "learning_rate": 1e-2},
    "prompt": {"head": "prompt", "learning_rate": 3e-4, "prompt": PROMPT},
    "prompt, untrained": {"head": "prompt", "epochs": 0, "min_steps": 0, "prompt": PROMPT},
}
"""Recipe -> what it changes in the shared one. The last has no training texts at all."""
ALL = 8000


@dataclass(frozen=True)
class Sweep:
    """One recipe at one seed."""

    recipe: str
    seed: int

    @property
    def study(self) -> str:
        return f"dose_{self.recipe.replace(', ', '_').replace(' ', '_')}_{self.seed}"

    def record(self, folder: Path) -> Path:
        """The file that keeps what was recovered of this recipe and seed."""
        return folder / f"{self.study}.parquet"


def configuration(sweep: Sweep) -> dict:
    """The study of a recipe: the shared part, the world's own, and the recipe."""
    shared, own = (yaml.safe_load((STUDIES / f"{name}.yaml").read_text()) for name in ("common", "dose"))
    study = merged(merged(shared, own), {"fine_tuning": RECIPES[sweep.recipe]})
    if study["fine_tuning"].get("epochs") == 0:
        study["interventions"] = {}
    return study | {"study": sweep.study, "seed": sweep.seed}


def partial(first: pd.Series, second: pd.Series, given: pd.Series) -> float:
    """Correlation of two variables with a third taken out of both."""
    left, right = (each - np.polyval(np.polyfit(given, each, 1), given) for each in (first, second))
    return left.corr(right)


def recovered(sweep: Sweep) -> pd.DataFrame:
    """Partial correlation of bias with either planted association, the other held fixed, by task and number of training texts."""
    bias, rows = pd.read_parquet(RESULTS / sweep.study / "bias.parquet"), []
    for task, of_task in bias.groupby("task"):
        planted = pd.read_parquet(RESULTS / sweep.study / f"data/{task}/planted.parquet").set_index("target")
        outcome = outcome_of(of_task)
        for trainset, run in per_run(of_task).groupby("trainset"):
            found = outcome_values(outcome, run.set_index("target")).replace([np.inf, -np.inf], np.nan).dropna()
            cause = planted.loc[found.index]
            texts = ALL if trainset == "original" else int(run["level"].iloc[0])
            rows.append({
                "recipe": sweep.recipe, "seed": sweep.seed, "task": task,
                "texts": 0 if RECIPES[sweep.recipe].get("epochs") == 0 else texts,
                "upstream": partial(found, cause["upstream"], cause["prevalence"]),
                "dataset": partial(found, cause["prevalence"], cause["upstream"]),
                "accuracy": run["accuracy"].mean(), "spread": found.std(),
            })  # fmt: skip
    return pd.DataFrame(rows)


def run_seed(seed: int, folder: Path) -> None:
    """Run the recipes of a seed that have no record yet. They share a pre-trained model."""
    sweeps, base = [Sweep(recipe, seed) for recipe in RECIPES], None
    for sweep in sweeps:
        if not sweep.record(folder).exists():
            study = configuration(sweep)
            if base is not None:
                study["base"] = {"type": "path", "path": str(base)}
            execute(study, ("bias", *(f"data/{task}/planted" for task in study["tasks"])))
            keep(recovered(sweep), sweep.record(folder))
        model = RESULTS / sweep.study / "models" / "pretrained"
        base = base or (model if model.exists() else None)
    for sweep in sweeps:
        shutil.rmtree(RESULTS / sweep.study, ignore_errors=True)


def main(folder: Path, seeds: range, jobs: int) -> None:
    """Run what is missing, and write the page and the figure."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda seed: run_seed(seed, folder), seeds))
    found = pd.concat((pd.read_parquet(file) for file in sorted(folder.glob("*.parquet"))), ignore_index=True)
    (ROOT / "docs" / "dose.md").write_text(page(found), encoding="utf-8")
    draw(found, ROOT / "docs" / "dose.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    main(given.folder, range(given.first, given.first + given.seeds), given.jobs)
