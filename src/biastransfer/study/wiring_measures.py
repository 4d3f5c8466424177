"""What the jobs that measure bias read, and the settings that they get."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from biastransfer.common import registry
from biastransfer.study import grid
from biastransfer.study.study import Study
from biastransfer.study.task import measure_settings
from biastransfer.study.wiring_models import CHECKPOINT


@dataclass(frozen=True)
class MeasureWiring:
    """The measures of a study, as its jobs need them; ``results`` is the folder that they write to."""

    study: Study
    results: str

    @cached_property
    def task_of(self) -> dict[str, str]:
        """The task that each upstream measure belongs to."""
        return {measure: name for name, task in self.study.tasks.items() for measure in task.upstream}

    def of_tasks(self, tasks: Iterable[str]) -> list[str]:
        """The upstream measures of some tasks."""
        return [measure for task in tasks for measure in self.study.tasks[task].upstream]

    def after_fine_tuning(self, task: str) -> list[str]:
        """The upstream measures that a task's runs are scored with."""
        return [] if self.study.intermediate_decoder == "none" else self.of_tasks([task])

    def models_by_tasks(self) -> dict[tuple[str, ...], list[str]]:
        """Models by the tasks that they have runs in, which decide their measures; the first are those with all tasks."""
        tasks: dict[str, dict[str, None]] = {}
        for run in (*grid.runs(self.study), *grid.cells(self.study)):
            tasks.setdefault(run.model, {})[run.task] = None
        groups: dict[tuple[str, ...], list[str]] = {}
        for model, names in tasks.items():
            groups.setdefault(tuple(names), []).append(model)
        return groups

    def upstream_files(self, model: str) -> list[str]:
        """The upstream scores of a model."""
        tasks = next(tasks for tasks, models in self.models_by_tasks().items() if model in models)
        return [f"{self.results}/upstream/{measure}/{model}.parquet" for measure in self.of_tasks(tasks)]

    def upstream_rule(self, tasks: tuple[str, ...]) -> str:
        """Name of the rule that scores the models with runs in these tasks."""
        whole = len(tasks) == len(self.study.tasks)
        return "score_upstream" if whole else f"score_upstream_of_{'_and_'.join(tasks)}"

    def module(self, measure: str) -> str:
        """Module of an upstream measure."""
        return registry.upstream_measures()[measure].module

    def template_file(self, measure: str) -> str:
        """The template file of an upstream measure."""
        return self.study.tasks[self.task_of[measure]].upstream[measure].templates

    def task_file(self, measure: str) -> str:
        """The file with the targets of an upstream measure."""
        return f"{self.results}/data/{self.task_of[measure]}/task.json"

    def form(self, measure: str) -> dict:
        """What the template sets of an upstream measure look like."""
        return asdict(registry.upstream_measures()[measure].form)

    def settings(self, measure: str) -> dict:
        """What an upstream measure's function takes beyond models, templates and targets."""
        task = self.study.tasks[self.task_of[measure]]
        return measure_settings(task, measure, f"{self.results}/sentiment")

    def surface_forms(self, measure: str) -> dict[str, str]:
        """How the targets of an upstream measure are written, where it is not by their names."""
        return self.study.tasks[self.task_of[measure]].surface_forms

    def files(self, measures: Iterable[str]) -> dict[str, list[str]]:
        """What a job with several upstream measures reads beside checkpoints; one template and task file per measure."""
        measures = list(measures)
        return {
            "sentences": [f"{self.results}/checks/sentences/{measure}.json" for measure in measures],
            "templates": [self.template_file(measure) for measure in measures],
            "tasks": [self.task_file(measure) for measure in measures],
            "classifier": self.classifier_files(measures),
        }

    def all_settings(self, measures: Iterable[str]) -> dict[str, dict]:
        """The settings and the surface forms of several upstream measures."""
        return {
            measure: {
                "form": self.form(measure),
                "settings": self.settings(measure),
                "surface_forms": self.surface_forms(measure),
            }
            for measure in measures
        }

    def head(self, measures: Iterable[str]) -> str:
        """The language-model head that a checkpoint must have for several measures: its ``own``, or ``any``."""
        return "own" if any(registry.upstream_measures()[measure].head == "own" for measure in measures) else "any"

    def checked_weights(self, measure: str) -> str | list[str]:
        """The base model's weights, where a measure reads their language-model head."""
        return f"{self.results}/base/model.safetensors" if self.head([measure]) == "own" else []

    def checked_heads(self) -> list[str]:
        """What the checks of measures that read the head have found, one file per measure."""
        own = [measure for measure in self.task_of if self.head([measure]) == "own"]
        return [f"{self.results}/checks/sentences/{measure}.json" for measure in own]

    @property
    def classifier(self) -> tuple[str, Any] | None:
        """Key and section of the sentiment classifier that the study uses, if it uses one."""
        for measure, task in self.task_of.items():
            section = getattr(self.study.tasks[task].upstream[measure], "classifier", None)
            if section is not None and section.type != "vader":
                return f"tasks.{task}.upstream.{measure}.classifier", section
        return None

    def classifier_files(self, measures: Iterable[str]) -> list[str]:
        """The checkpoint of the sentiment classifier, where one of the measures uses it."""
        if not any(self.settings(measure).get("classifier") for measure in measures):
            return []
        return [f"{self.results}/sentiment/{file}" for file in CHECKPOINT]

    def sentiment_tables(self) -> list[str]:
        """The control's negative sentiment, for the report's warning about its lexicon."""
        needs = {measure: registry.upstream_measures()[measure].needs for measure in self.task_of}
        measures = [measure for measure in needs if "classifier" in needs[measure]]
        return [f"{self.results}/upstream/{measure}/pretrained.parquet" for measure in measures]

    def dataset_bias_module(self, task: str) -> str:
        """Module that measures the dataset bias of a task's trainsets."""
        return registry.task_kinds()[self.study.tasks[task].kind].part("dataset_bias")

    def downstream_module(self, task: str) -> str:
        """Module that measures the downstream bias of a task's runs."""
        return registry.task_kinds()[self.study.tasks[task].kind].part("rates")

    def downstream_settings(self, task: str) -> dict:
        """The switches of the downstream measures of a task."""
        section = self.study.tasks[task]
        switches = {name: getattr(section, name) for name in registry.task_kinds()[section.kind].rate_switches}
        return {
            "replicates": section.bootstrap,
            "seed": grid.derive_seed(self.study.seed, task, "bootstrap"),
            **switches,
        }
