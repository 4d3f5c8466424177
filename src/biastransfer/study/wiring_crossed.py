"""What the jobs of the crossed design read, and the settings that they get: hidden states, probes, and what a change of a cause does."""

from dataclasses import dataclass
from functools import cached_property

from biastransfer.common import registry
from biastransfer.common.control import ORIGINAL
from biastransfer.report.catalogue import CORNERS, CROSSED_TABLES
from biastransfer.study import grid
from biastransfer.study.study import Study
from biastransfer.study.wiring_data import DataWiring

COUNTERFACTUAL = "counterfactual"
"""Name of the test set of twins."""
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
        return [file for task in self.tasks for file in (*self.tables(task).values(), *self.corner_tables(task))]

    def folds(self, task: str) -> int:
        """The number of folds of a task; 0 where probes predict the test split alone."""
        return self.study.tasks[task].folds

    def testset_files(self, task: str) -> dict[str, str]:
        """Files of the predicted texts by the name of their test set; with folds, all texts are in place of the test split."""
        return {
            name: self.texts(task, ORIGINAL)[0] if name == self.pooled(task) else file
            for name, file in self.data.testset_files(task).items()
        }

    def counterfactuals(self, task: str) -> str | list[str]:
        """The file with the twins of a task's held-out texts; empty where the study wants none."""
        return f"{self.results}/counterfactuals/{task}.parquet" if self.study.crossed.counterfactuals else []

    def predicted(self, task: str) -> dict[str, str]:
        """Files of all texts that probes predict, by the name of their test set; twins come last."""
        twins = self.counterfactuals(task)
        return self.testset_files(task) | ({COUNTERFACTUAL: twins} if twins else {})

    def counterfactual_settings(self, task: str) -> dict:
        """How the twins of a task's texts are made."""
        seed = grid.derive_seed(self.study.seed, task, COUNTERFACTUAL)
        mentions = self.study.tasks[task].mention_settings
        return {
            "compare": self.data.compare(task),
            "most": self.study.crossed.counterfactuals,
            "seed": seed,
            **mentions,
        }

    def counterfactual_source(self, task: str) -> str:
        """File of the texts that twins are made of: with folds all texts, otherwise the test split."""
        return self.texts(task, ORIGINAL)[0] if self.folds(task) else f"{self.results}/data/{task}/test.parquet"

    def pooled(self, task: str) -> str | None:
        """Name of the test set that has all texts, where there are folds."""
        return self.study.tasks[task].split_testset if self.folds(task) else None

    def texts(self, task: str, part: str) -> list[str]:
        """Files with the texts of a trainset (with folds, made of all texts) or of all test sets."""
        if part == TESTSETS:
            return list(self.predicted(task).values())
        return [f"{self.results}/{'pooled' if self.folds(task) else 'trainsets'}/{task}/{part}.parquet"]

    def states_at_hand(self, task: str, model: str, part: str) -> list[str]:
        """The texts and the hidden states of the original training data, for a part that shares texts with it."""
        if part == ORIGINAL or (part == TESTSETS and not self.folds(task)):
            return []
        return [*self.texts(task, ORIGINAL), f"{self.results}/states/{task}/{model}/{ORIGINAL}.npy"]

    def scores(self, task: str) -> list[str]:
        """The scores of every text by every fit of a task, in the order of :attr:`cells`."""
        return [f"{self.results}/probes/{cell.path}.parquet" for cell in self.cells if cell.task == task]

    def corner_tables(self, *tasks: str) -> list[str]:
        """The tables of the corners of tasks, or of all: empty where none are fine-tuned."""
        return [
            f"{self.results}/crossed/{task}/{CORNERS}.parquet" for task in tasks or self.tasks if self.corners(task)
        ]

    def corners(self, task: str) -> list[grid.Run]:
        """The corners of a task, which are fine-tuned as well."""
        return [corner for corner in grid.corners(self.study) if corner.task == task]

    def corner_predictions(self, task: str) -> list[str]:
        """Predictions of the fine-tuned corners of a task, in the order of :func:`biastransfer.study.grid.corners`."""
        return [f"{self.results}/runs/{corner.path}/predictions.parquet" for corner in self.corners(task)]

    def corner_scores(self, task: str) -> list[str]:
        """The scores of every text by the probes of the same models and trainsets; replicates are innermost."""
        cells = dict.fromkeys((corner.model, corner.trainset) for corner in self.corners(task))
        return [
            f"{self.results}/probes/{task}/{model}/{trainset}/{replicate}.parquet"
            for model, trainset in cells
            for replicate in range(self.study.crossed.replicates)
        ]

    def upstream(self, task: str) -> list[str]:
        """Upstream scores of every crossed model by every measure of a task; models are innermost."""
        models = grid.crossed_models(self.study).values()
        return [
            f"{self.results}/upstream/{measure}/{model}.parquet"
            for measure in self.study.tasks[task].upstream
            for model in models
        ]

    def probe_settings(self, task: str, replicate: int) -> dict:
        """How the probes of a replicate are fitted; the same for all models and trainsets.

        Returns
        -------
        dict with ``resample, inverse_penalty, seed`` (of the sample of training texts), and with folds ``folds, fold_seed``.
        """
        settings = self.study.crossed.model_dump(mode="json", include={"resample", "inverse_penalty"})
        settings["seed"] = grid.derive_seed(self.study.seed, task, "sample", replicate)
        if folds := self.folds(task):
            settings |= {"folds": folds, "fold_seed": grid.derive_seed(self.study.seed, task, "folds", replicate)}
        return settings

    def probe_modules(self, task: str) -> list[str]:
        """Modules of a task's kind that its probes need: the downstream bias, and with folds what they are even in."""
        kind = self.data.kind(task)
        return [kind.part("rates"), *([kind.module] if self.folds(task) else [])]

    def rates_module(self, task: str) -> str:
        """Module of the downstream bias of a task."""
        return registry.task_kinds()[self.study.tasks[task].kind].part("rates")

    def analysis_settings(self, task: str) -> dict:
        """What the analysis of a task's crossed design needs beyond its scores."""
        section = self.study.tasks[task]
        return {
            "kind": section.kind,
            "measures": list(section.upstream),
            "compare": section.compared,
            "min_cell": section.min_cell,
            "counterfactual": COUNTERFACTUAL,
            "design": self._design(task, self.study.crossed.models, self.study.crossed.trainsets),
        }

    def corner_settings(self, task: str) -> dict:
        """What the analysis of a task's corners needs: how targets are compared, and the designs of probes and of fine-tunings."""
        section, fine_tuned = self.study.tasks[task], self.study.crossed.fine_tuned
        probes = self._design(task, fine_tuned.models, fine_tuned.trainsets)
        return {
            "kind": section.kind,
            "compare": section.compared,
            "min_cell": section.min_cell,
            "probes": probes,
            "fine_tuned": probes | {"replicates": fine_tuned.replicates, "resampled": False},
        }

    def _design(self, task: str, models: list[str], trainsets: list[str]) -> dict:
        """A design of probes: models with their conditions, trainsets that the task has, and replicates."""
        nodes, names = grid.models(self.study), grid.crossed_models(self.study)
        return {
            "models": models,
            "conditions": [nodes[names[name]].condition for name in models],
            "trainsets": [name for name in grid.crossed_trainsets(self.study, task) if name in trainsets],
            "replicates": self.study.crossed.replicates,
            "resampled": self.study.crossed.resample,
        }
