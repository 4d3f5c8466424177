"""What the jobs on a study's texts read, and the settings that they get: sources, splits, trainsets and tokens.

A method that returns ``str | list[str]`` gives one file, or an empty list where there is none, as Snakemake's inputs have it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from biastransfer.common import registry
from biastransfer.common.records import DataIntervention, Head, TaskKind
from biastransfer.study import grid
from biastransfer.study.study import Study
from biastransfer.tasks.sections import SPLITS

_FILE_OF_TESTSET = {"madlibs": "phrases", "comments": "test", "test": "test"}
_DOWNLOAD_KEYS = {"type", "dataset", "revision", "comments", "annotations", "sha256"}


@dataclass(frozen=True)
class DataWiring:
    """The tasks and trainsets of a study, as its jobs need them; ``results`` is the folder that they write to."""

    study: Study
    results: str

    @cached_property
    def trainsets(self) -> dict[tuple[str, str], grid.Trainset]:
        """All trainsets by task and slug."""
        return {
            (task, slug): trainset
            for task in self.study.tasks
            for slug, trainset in grid.trainsets(self.study, task).items()
        }

    @cached_property
    def simulated(self) -> list[str]:
        """Tasks whose texts are drawn here."""
        return [name for name, task in self.study.tasks.items() if task.source.type == "simulated"]

    @cached_property
    def grouped(self) -> list[str]:
        """Tasks that compare groups."""
        return [name for name in self.study.tasks if self.kind(name).compares_groups]

    @cached_property
    def with_families(self) -> list[str]:
        """Tasks whose targets have families."""
        return [name for name, task in self.study.tasks.items() if task.families]

    def families_file(self, task: str) -> str | list[str]:
        """The file that names the families of a task's targets; none where the study file does."""
        families = self.study.tasks[task].families
        return families if isinstance(families, str) else []

    def assigned_families(self) -> list[str]:
        """Files with the family of each target."""
        return [f"{self.results}/checks/families/{task}.json" for task in self.with_families]

    def kind(self, task: str) -> TaskKind:
        """The record of a task's kind."""
        return registry.task_kinds()[self.study.tasks[task].kind]

    def source_modules(self, task: str) -> list[str]:
        """Modules that a task's data comes from."""
        kind = self.kind(task)
        return [kind.module, *([kind.simulation] if task in self.simulated else [])]

    def source_files(self, task: str) -> list[str]:
        """Files of the user that a task's data comes from."""
        terms, source = self.study.tasks[task].named_terms, self.study.tasks[task].source
        named = list(source.paths) if source.type == "files" else []
        if getattr(source, "phrases", None):
            named += source.phrases.files
        named += [path for path in (getattr(source, "label_names", None), terms) if isinstance(path, str)]
        return [self.study.locate(path) for path in named]

    def downloads(self, task: str) -> list[str]:
        """Files that a task's data is downloaded to."""
        if self.study.tasks[task].source.type not in ("hub", "wikipedia_talk"):
            return []
        return [f"{self.results}/downloads/{task}/{split}.parquet" for split in SPLITS]

    def download_settings(self, task: str) -> dict:
        """Where a task's data is downloaded from."""
        return self.study.tasks[task].source.model_dump(mode="json", include=_DOWNLOAD_KEYS)

    def seed(self, task: str) -> int:
        """Seed of a task's texts and splits."""
        return grid.derive_seed(self.study.seed, task, "data")

    def compare(self, task: str) -> list[str]:
        """The two groups that a task compares; none where it has terms."""
        return self.study.tasks[task].compared

    def testset_files(self, task: str) -> dict[str, str]:
        """Held-out files of a task by the name of their test set."""
        return {
            testset: f"{self.results}/data/{task}/{_FILE_OF_TESTSET[testset]}.parquet"
            for testset in self.study.tasks[task].testsets
        }

    def trainset_intervention(self, task: str, trainset: str) -> DataIntervention:
        """The record of the intervention that makes a trainset."""
        return registry.data_interventions()[self.trainsets[task, trainset].intervention]

    def trainset_module(self, task: str, trainset: str) -> str:
        """Module of the intervention that makes a trainset."""
        return self.trainset_intervention(task, trainset).module

    def trainset_needs(self, task: str, trainset: str) -> Sequence[str]:
        """What the intervention that makes a trainset gets beside its settings."""
        return self.trainset_intervention(task, trainset).needs

    def trainset_settings(self, task: str, trainset: str) -> dict:
        """What the intervention that makes a trainset does, beyond the tables that it reads."""
        needs = self.trainset_needs(task, trainset)
        compare = {"compare": self.compare(task)} if "compare" in needs else {}
        mentions = self.study.tasks[task].mention_settings if "terms" in needs else {}
        return {**self.trainsets[task, trainset].settings, **compare, **mentions}

    def trainset_words(self, task: str, trainset: str) -> str | list[str]:
        """The scored words that a trainset's proxies are chosen from."""
        wanted = "scored" in self.trainset_needs(task, trainset)
        return f"{self.results}/proxy_words/{task}.parquet" if wanted else []

    def trainset_pairs(self, task: str, trainset: str) -> str | list[str]:
        """The file of word pairs that a trainset is made with."""
        if "pairs" not in self.trainset_needs(task, trainset):
            return []
        return self.study.intervention(self.trainsets[task, trainset].intervention).pairs

    def word_vectors(self) -> str | list[str]:
        """Word vectors that words are scored with in place of the base's embeddings."""
        vectors = self.study.interventions.proxies_scrubbed.vectors
        return [] if vectors is None else self.study.locate(vectors)

    @property
    def head(self) -> Head:
        """The record of the study's head."""
        return registry.heads()[self.study.fine_tuning.head]

    @property
    def texts_module(self) -> str:
        """Module that turns texts into tokens."""
        return self.head.texts

    @property
    def prompted(self) -> bool:
        """Whether texts are filled into a prompt."""
        return self.head.prompted

    def prompt_file(self, task: str) -> str | list[str]:
        """What the check of a task's prompt wrote, where texts are filled into one."""
        return f"{self.results}/checks/prompt/{task}.json" if self.prompted else []
