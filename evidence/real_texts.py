"""The real biographies and comments of evidence/data_interventions.py, prepared as in the workflow."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from biastransfer.common import registry
from biastransfer.report.markdown import table
from biastransfer.study import grid
from biastransfer.study.read import parse_study
from biastransfer.study.study import Study
from biastransfer.tasks.prepare import Prepared, load

ROOT = Path(__file__).resolve().parent.parent
STUDY = "studies/local_files.yaml"
INTERVENTIONS = {  # the levels of studies/steed2022.yaml, and the numbers of words of studies/baksi2024.yaml
    "rebalanced": {"over": [0.25, 0.5, 0.75, 1], "under": [0.25, 0.5, 0.75, 1], "both": [[0.5, 0.5], [0.25, 0.75]]},
    "scrubbed": {"shares": [tenths / 10 for tenths in range(1, 11)]},
    "swapped": {},
    "proxies_scrubbed": {"words": [50, 100, 200, 400]},
}


@dataclass(frozen=True)
class Task:
    """A task's section of the study, its prepared data and the trainsets to make from it."""

    study: Study
    name: str
    data: Prepared

    @property
    def train(self) -> pd.DataFrame:
        return self.data.splits["train"]

    @property
    def compare(self) -> list[str]:
        return list(self.study.tasks[self.name].compare or [])

    def trainsets(self, intervention: str) -> list[grid.Trainset]:
        """List the nodes of an intervention, with their seeds and settings."""
        return [node for node in grid.trainsets(self.study, self.name).values() if node.intervention == intervention]


def load_study(folder: str) -> Study:
    """Read the study of the real data, with the interventions of this page instead of its own."""
    values = yaml.safe_load((ROOT / STUDY).read_text(encoding="utf-8"))
    return parse_study(values | {"data": folder, "interventions": INTERVENTIONS}, STUDY)


def load_task(study: Study, name: str) -> Task:
    """Prepare a task's rows as workflow/scripts/prepare_task.py does."""
    task = study.tasks[name].model_dump(mode="json")
    kind, simulated = (
        registry.load(registry.task_kinds()[task["kind"]].module),
        registry.load(registry.task_kinds()[task["kind"]].simulation),
    )
    seed = grid.derive_seed(study.seed, name, "data")
    return Task(study, name, load(task, kind, simulated, seed=seed, key=f"tasks.{name}", locate=study.locate))


def rows_table(rows: Sequence[dict]) -> str:
    """Rows as a Markdown table; the first row's keys are its head. Numbers have three decimals, counts have commas."""

    def cell(value: object) -> str:
        if isinstance(value, float | np.floating):
            return "–" if np.isnan(value) else f"{value:.3f}".replace("-", "−")
        return f"{value:,}" if isinstance(value, int | np.integer) else str(value)

    return table(pd.DataFrame([[cell(value) for value in row.values()] for row in rows], columns=list(rows[0])))
