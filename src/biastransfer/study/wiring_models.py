"""What the jobs on a study's models read, and the settings that they get: the base, and interventions on its weights.

A method that returns ``str | list[str]`` gives one file, or an empty list where there is none, as Snakemake's inputs have it.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from biastransfer.common import registry
from biastransfer.study import grid
from biastransfer.study.study import Study

TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
CHECKPOINT = ("config.json", "model.safetensors", *TOKENIZER)
"""Files of every checkpoint that the workflow writes."""

_READ_FROM_CHECKPOINTS = (".json", ".safetensors", ".bin", ".txt", ".model")


@dataclass(frozen=True)
class ModelWiring:
    """The base and the models of a study, as its jobs need them; ``results`` is the folder that they write to."""

    study: Study
    results: str

    @cached_property
    def nodes(self) -> dict[str, grid.Model]:
        """Models that a run starts from, by slug."""
        known = grid.models(self.study)
        return {run.model: known[run.model] for run in grid.runs(self.study)}

    @property
    def projections(self) -> tuple[str, ...]:
        """Interventions that remove a subspace, which is found first."""
        return tuple(name for name, record in registry.model_interventions().items() if record.fitted)

    @property
    def lock(self) -> str:
        """The file with the hashes of all that the study downloads."""
        return f"locks/{self.study.study}.json"

    def checkpoint_source(self, key: str, section: Any) -> dict:
        """Where a checkpoint comes from: a folder, or a model of the hub at a revision, compared with the study's lock.

        Parameters
        ----------
        key : of the section in the study file, for messages.
        section : of type ``path`` or ``hub``.
        """
        if section.type == "path":
            return {"path": self.study.locate(section.path), "revision": None}
        name = key.rpartition(".")[2]
        return {
            "path": section.model,
            "revision": section.revision,
            "key": f"{key}.model",
            "instead": f"name a local folder: `{name}: {{type: path, path: FOLDER}}`",
            "lock": self.lock,
        }

    def checkpoint_files(self, section: Any) -> list[str]:
        """Every file of a local checkpoint that counts: weights, configuration, tokenizer."""
        if section.type == "hub":
            return []
        folder = Path(self.study.locate(section.path))
        return sorted(str(file) for file in folder.iterdir() if file.suffix in _READ_FROM_CHECKPOINTS)

    def corpus_files(self) -> list[str]:
        """Files of the user that the pre-training corpus comes from."""
        corpus = self.study.base.corpus
        return [] if corpus.type == "simulated" else [self.study.locate(path) for path in corpus.files]

    def corpus_tasks(self) -> dict[str, dict]:
        """The simulated tasks whose worlds the pre-training corpus is drawn from."""
        if self.study.base.corpus.type != "simulated":
            return {}
        return {
            name: {
                "kind": task.kind,
                "source": task.source.model_dump(mode="json", exclude={"examples"}),
                "seed": grid.derive_seed(self.study.seed, name, "data"),
            }
            for name, task in self.study.tasks.items()
            if task.source.type == "simulated"
        }

    def corpus_modules(self) -> list[str]:
        """Modules that the corpus is drawn with."""
        tasks = self.study.tasks.values()
        return sorted(
            {registry.task_kinds()[task.kind].simulation for task in tasks if task.source.type == "simulated"}
        )

    @property
    def base_seed(self) -> int:
        """Seed of the pre-training."""
        return grid.derive_seed(self.study.seed, "base")

    def pretraining_table(self) -> str | list[str]:
        """The course of the pre-training, where the base is pre-trained here."""
        return f"{self.results}/base/pretraining.parquet" if self.study.base.type == "pretrain" else []

    def projection_sentences(self) -> list[str]:
        """Files with the sentences that bias subspaces are found on."""
        sentences = self.study.bias_subspace.sentences
        if sentences is None:
            return [f"{self.results}/base/corpus.parquet"]
        return [self.study.locate(path) for path in sentences.files]

    @property
    def projection_seed(self) -> int:
        """Seed of the sentences that are drawn for bias subspaces."""
        return grid.derive_seed(self.study.seed, "bias_subspace")

    def fit_settings(self, intervention: str) -> dict:
        """The switches of an intervention that its ``fit`` takes."""
        switches = self.study.intervention(intervention).switches()
        taken = registry.model_interventions()[intervention].intervene_switches
        return {key: value for key, value in switches.items() if key not in taken}

    def module(self, intervention: str) -> str:
        """Module of an intervention on weights."""
        return registry.model_interventions()[intervention].module

    def projection_file(self, model: str) -> str | list[str]:
        """The projection that a model is made with."""
        name = self.nodes[model].intervention
        return f"{self.results}/projections/{name}.parquet" if name in self.projections else []

    def settings(self, model: str) -> dict:
        """The switches that the ``intervene`` of a model's intervention takes."""
        node = self.nodes[model]
        if node.intervention not in self.projections:
            return node.settings
        taken = registry.model_interventions()[node.intervention].intervene_switches
        return {key: value for key, value in node.settings.items() if key in taken}

    @property
    def head_module(self) -> str:
        """Module that fine-tunes."""
        return registry.heads()[self.study.fine_tuning.head].module

    def recipe(self) -> dict:
        """How every run is fine-tuned; what prompts say is in their checks."""
        return self.study.fine_tuning.model_dump(mode="json", exclude={"prompt"})

    def run_seed(self, task: str, replicate: int) -> int:
        """Seed of a fine-tuning, the same for all models."""
        return grid.run_seed(self.study, task, replicate)
