"""What the jobs of the crossed design read, and the settings that they get: hidden states, probes, and what a change of a cause does."""

from dataclasses import dataclass
from functools import cached_property

from biastransfer.common import registry
from biastransfer.common.control import ORIGINAL
from biastransfer.report.catalogue import CROSSED_TABLES
from biastransfer.study import grid
from biastransfer.study.study import Study
from biastransfer.study.wiring_data import DataWiring

TESTSETS = "testsets"
"""Name of the hidden states of all held-out texts, beside those of the trainsets."""


@dataclass(frozen=True)
class CrossedWiring:
    """The crossed design of a study, as its jobs need it; ``results`` is the folder that they write to."""

    study: Study
    results: str
    data: DataWiring

    @cached_property
    def cells(self) -> list[grid.Run]:
        """All fits."""
        return grid.cells(self.study)

    @cached_property
    def tasks(self) -> list[str]:
        """Tasks that have a crossed design."""
        return list(dict.fromkeys(cell.task for cell in self.cells))

    def tables(self, task: str) -> dict[str, str]:
        """Table of the crossed design -> its file."""
        return {name: f"{self.results}/crossed/{task}/{name}.parquet" for name in CROSSED_TABLES}

    def tables_of_all_tasks(self) -> dict[str, list[str]]:
        """Table -> its files, in the order of the tasks."""
        return {name: [self.tables(task)[name] for task in self.tasks] for name in CROSSED_TABLES if self.tasks}

    def headline(self) -> dict[str, dict[str, str]]:
        """Task -> the scale and the test set of the report's headline."""
        return {
            task: {"scale": self.study.crossed.scale, "testset": self.study.tasks[task].testsets[0]}
            for task in self.tasks
        }

    def all_tables(self) -> list[str]:
        """The tables of all tasks."""
        return [file for task in self.tasks for file in self.tables(task).values()]

    def texts(self, task: str, part: str) -> list[str]:
        """Files with the texts of a trainset or of all test sets."""
        if part == TESTSETS:
            return list(self.data.testset_files(task).values())
        return [f"{self.results}/trainsets/{task}/{part}.parquet"]

    def states_at_hand(self, task: str, model: str, part: str) -> list[str]:
        """The texts and the hidden states of the original training data, for a trainset that shares texts with it."""
        if part in (TESTSETS, ORIGINAL):
            return []
        return [*self.texts(task, ORIGINAL), f"{self.results}/states/{task}/{model}/{ORIGINAL}.npy"]

    def scores(self, task: str) -> list[str]:
        """The scores of every text by every fit of a task, in the order of :attr:`cells`."""
        return [f"{self.results}/probes/{cell.path}.parquet" for cell in self.cells if cell.task == task]

    def probe_settings(self) -> dict:
        """How probes are fitted."""
        return self.study.crossed.model_dump(mode="json", include={"resample", "inverse_penalty"})

    def sample_seed(self, task: str, replicate: int) -> int:
        """Seed of a replicate's sample of training texts, the same for all models and trainsets."""
        return grid.derive_seed(self.study.seed, task, "sample", replicate)

    def rates_module(self, task: str) -> str:
        """Module of the downstream bias of a task."""
        return registry.task_kinds()[self.study.tasks[task].kind].part("rates")

    def analysis_settings(self, task: str) -> dict:
        """What the analysis of a task's crossed design needs beyond its scores."""
        nodes, names = grid.models(self.study), grid.crossed_models(self.study)
        section = self.study.tasks[task]
        return {
            "kind": section.kind,
            "compare": section.compared,
            "min_cell": section.min_cell,
            "testsets": section.testsets,
            "models": list(names),
            "conditions": [nodes[slug].condition for slug in names.values()],
            "trainsets": grid.crossed_trainsets(self.study, task),
            "replicates": self.study.crossed.replicates,
        }
