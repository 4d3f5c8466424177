"""The graph of a study's jobs as plain Python: its nodes, the files that it ends in, and what each stage needs.

The rules ask a :class:`Wiring` and hold no logic of their own. It imports neither torch nor pandas: Snakemake reads it in
every process.
"""

from dataclasses import asdict, dataclass
from functools import cached_property

from biastransfer.analysis.table_names import ANALYSIS_TABLES
from biastransfer.common import registry
from biastransfer.report import catalogue
from biastransfer.report.catalogue import FigureName
from biastransfer.study import grid
from biastransfer.study.study import Study
from biastransfer.study.wiring_crossed import CrossedWiring
from biastransfer.study.wiring_data import DataWiring
from biastransfer.study.wiring_measures import MeasureWiring
from biastransfer.study.wiring_models import CHECKPOINT, ModelWiring

DOWNSTREAM_TABLES = ("rates", "bias", "runs")
"""Tables of a run's downstream scores."""

MACHINE_KEYS = frozenset({"device", "data", "save_training_every"})
"""Keys of a study that say how it runs on this machine. They change no result, so no rule has them in its params."""


@dataclass(frozen=True)
class Wiring:
    """A study as Snakemake needs it.

    Parameters
    ----------
    study : with what its base cannot do left out.
    left_out : a sentence per measure that is left out, for the report.
    """

    study: Study
    left_out: tuple[str, ...] = ()

    @property
    def results(self) -> str:
        """The folder of the study's results."""
        return f"results/{self.study.study}"

    @cached_property
    def runs(self) -> list[grid.Run]:
        """All fine-tunings."""
        return grid.runs(self.study)

    @cached_property
    def data(self) -> DataWiring:
        """Sources, splits, trainsets and tokens."""
        return DataWiring(self.study, self.results)

    @cached_property
    def models(self) -> ModelWiring:
        """The base, and interventions on its weights."""
        return ModelWiring(self.study, self.results)

    @cached_property
    def measures(self) -> MeasureWiring:
        """Upstream, dataset and downstream bias."""
        return MeasureWiring(self.study, self.results)

    @cached_property
    def crossed(self) -> CrossedWiring:
        """The crossed design."""
        return CrossedWiring(self.study, self.results, self.data)

    def machine(self) -> dict:
        """How the study runs on this machine, with all defaults: what the scripts read from Snakemake's ``config``."""
        return self.study.model_dump(include=set(MACHINE_KEYS))

    # --- the files that the graph ends in ----------------------------------------------------------------------------

    def checks(self) -> list[str]:
        """Files that are written when the input has no mistakes."""
        checks = [f"{self.results}/checks/{task}.json" for task in self.study.tasks]
        checks += [self.data.prompt_file(task) for task in self.study.tasks if self.data.prompted]
        checks += self.data.assigned_families()
        return checks + [
            f"{self.results}/checks/{part}/{measure}.json"
            for part in ("templates", "sentences")
            for measure in self.measures.task_of
        ]

    def checkpoints(self) -> list[str]:
        """Every model before and after fine-tuning."""
        models = [f"{self.results}/models/{model}/{file}" for model in self.models.nodes for file in CHECKPOINT]
        runs = grid.fine_tunings(self.study)
        return models + [f"{self.results}/runs/{run.path}/model.safetensors" for run in runs]

    def scores(self) -> list[str]:
        """Tables of bias before, in and after fine-tuning, of all models that are fine-tuned."""
        fine_tuned = dict.fromkeys(run.model for run in self.runs)
        upstream = [file for model in fine_tuned for file in self.measures.upstream_files(model)]
        intermediate = [
            f"{self.results}/intermediate/{measure}/{run.path}.parquet"
            for run in self.runs
            for measure in self.measures.after_fine_tuning(run.task)
        ]
        downstream = [
            f"{self.results}/downstream/{table}/{run.path}.parquet" for run in self.runs for table in DOWNSTREAM_TABLES
        ]
        dataset_bias = [
            f"{self.results}/dataset_bias/{task}/{trainset}.parquet" for task, trainset in self.data.trainsets
        ]
        return upstream + intermediate + downstream + dataset_bias

    def crossed_files(self) -> list[str]:
        """Tables of the crossed design, and the upstream bias of its models."""
        models = dict.fromkeys(cell.model for cell in self.crossed.cells)
        return [*self.crossed.all_tables(), *(file for model in models for file in self.measures.upstream_files(model))]

    def analysis_tables(self) -> list[str]:
        """Tables of the analysis, and how well the runs learnt."""
        return [f"{self.results}/analysis/{name}.parquet" for name in (*ANALYSIS_TABLES, "performance")]

    def figure_files(self) -> list[str]:
        """Figures of the report, in both formats."""
        return [f"{self.results}/figures/{figure.name}.{kind}" for figure in self.figures for kind in ("svg", "png")]

    def downloads(self) -> list[str]:
        """All that the study has from the network; everything else is made of it offline."""
        files = [file for task in self.study.tasks for file in self.data.downloads(task)]
        files += [
            f"{self.results}/{folder}/{file}"
            for folder in self.models.imported
            if self.models.bases[folder].section.type == "hub"
            for file in CHECKPOINT
        ]
        if self.measures.classifier and self.measures.classifier[1].type == "hub":
            files += [f"{self.results}/sentiment/{file}" for file in CHECKPOINT]
        return files

    def downloads_sentence(self) -> str:
        """What is left to download once every file of :meth:`downloads` is there."""
        if not self.downloads():
            return f"{self.study.study} downloads nothing: there is nothing to fetch."
        return f"{self.study.study} needs nothing more from the network; {self.models.lock} lists what was downloaded."

    # --- the analysis and the report ---------------------------------------------------------------------------------

    def run_facts(self, run: grid.Run) -> dict:
        """What a run's rows in bias.parquet say about it."""
        model, task = self.models.nodes[run.model], self.study.tasks[run.task]
        return {
            "task": run.task,
            "model": run.model,
            "trainset": run.trainset,
            "replicate": run.replicate,
            **grid.facts(run, model, self.data.trainsets[run.task, run.trainset]),
            "groups": list(run.groups),
            "kind": task.kind,
            "testset": task.testsets[0],
            "decision": task.headline_decision,
            "min_cell": task.min_cell,
            "measures": list(task.upstream),
            "intermediate": bool(self.measures.after_fine_tuning(run.task)),
        }

    def runs_of(self, task: str) -> list[grid.Run]:
        """The fine-tunings of a task."""
        return [run for run in self.runs if run.task == task]

    def change_settings(self, task: str) -> dict:
        """What the comparison of a task's runs with the control needs."""
        keys = ("model_intervention", "data_intervention", "condition")
        facts = [self.run_facts(run) for run in self.runs_of(task)]
        section = self.study.tasks[task]
        return {
            "kind": section.kind,
            "compare": section.compared,
            "min_cell": section.min_cell,
            "runs": [{key: each[key] for key in keys} for each in facts],
        }

    def tables_of_changes(self) -> list[str]:
        """Tables of the changes from the control, in the order of the tasks."""
        return [f"{self.results}/changes_from_control/{task}.parquet" for task in self.study.tasks]

    def analysis_settings(self) -> dict:
        """The switches of the analysis, and the seed of its resampling."""
        return {**self.study.analysis.model_dump(), "seed": grid.derive_seed(self.study.seed, "analysis")}

    @cached_property
    def figures(self) -> list[FigureName]:
        """The report's figures."""
        facts = [self.run_facts(run) for run in self.runs]
        by_runs = catalogue.figures(catalogue.of_runs(facts, self.data.simulated))
        return [*catalogue.of_crossed(self.crossed.tasks), *by_runs]

    def figure_parts(self) -> list[dict[str, str]]:
        """The report's figures as plain values."""
        return [asdict(figure) for figure in self.figures]

    def record_modules(self) -> list[str]:
        """Modules of the records that the study uses: the report reads labels and descriptions there."""
        used = [
            *(registry.task_kinds()[task.kind] for task in self.study.tasks.values()),
            *(registry.upstream_measures()[measure] for measure in self.measures.task_of),
            *(registry.model_interventions()[node.intervention] for node in self.models.nodes.values()),
            *(registry.data_interventions()[node.intervention] for node in self.data.trainsets.values()),
            self.data.head,
        ]
        return list(dict.fromkeys(map(registry.record_module, used)))

    @cached_property
    def tables(self) -> list[str]:
        """Names of the report's tables."""
        return catalogue.table_names(
            self.measures.task_of,
            grouped=bool(self.data.grouped),
            crossed=bool(self.crossed.tasks),
            corners=bool(self.crossed.corner_tables()),
        )

    def reported_study(self) -> dict:
        """The study file with all defaults, without what it says about this machine."""
        return self.study.model_dump(mode="json", exclude=set(MACHINE_KEYS), exclude_none=True)
