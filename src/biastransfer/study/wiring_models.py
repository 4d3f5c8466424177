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
        """Models that a run or a fit of the crossed design starts from, by slug."""
        known = grid.models(self.study)
        return {run.model: known[run.model] for run in (*grid.runs(self.study), *grid.cells(self.study))}

    @cached_property
    def bases(self) -> dict[str, grid.Base]:
        """Folder below the results -> base model; the reference's is ``base``."""
        return {base.folder: base for base in grid.bases(self.study)}

    @property
    def pretrained_here(self) -> list[str]:
        """Folders of the bases that are pre-trained here."""
        return [folder for folder, base in self.bases.items() if base.section.type == "pretrain"]

    @property
    def imported(self) -> list[str]:
        """Folders of the bases that come from a folder or the hub."""
        return [folder for folder, base in self.bases.items() if base.section.type != "pretrain"]

    def base_files(self, model: str) -> list[str]:
        """The checkpoint of the base that a model changes."""
        return [f"{self.results}/{grid.base_folder(self.nodes[model].base)}/{file}" for file in CHECKPOINT]

    def base_source(self, folder: str) -> dict:
        """Where an imported base comes from."""
        base = self.bases[folder]
        return self.checkpoint_source(base.key, base.section)

    def base_source_files(self, folder: str) -> list[str]:
        """Every file of an imported base that counts, where it is a folder of the user's."""
        return self.checkpoint_files(self.bases[folder].section)

    @property
    def fitted(self) -> dict[str, tuple[str, str]]:
        """Name of a projection's file -> folder of the base and intervention that it is found for."""
        names = [name for name, record in registry.model_interventions().items() if record.fitted]
        return {
            "-".join(filter(None, (base.name, name))): (folder, name)
            for folder, base in self.bases.items()
            for name in names
        }

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
            return {"path": self.study.locate(section.path), "revision": None, "key": f"{key}.path"}
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

    def corpus(self, folder: str) -> str:
        """The corpus that a base is pre-trained on; a seed twin reads that of its original."""
        original = self.study.original_of(self.bases[folder].name)
        name = "" if original == self.study.reference else original
        return f"{self.results}/{grid.base_folder(name)}/corpus.parquet"

    def corpus_files(self, folder: str) -> list[str]:
        """Files of the user that a pre-training corpus comes from."""
        corpus = self.bases[folder].section.corpus
        return [] if corpus.type == "simulated" else [self.study.locate(path) for path in corpus.files]

    def corpus_settings(self, folder: str) -> dict:
        """What a pre-training corpus consists of, beside the worlds that it is drawn from."""
        return self.bases[folder].section.corpus.model_dump(mode="json", exclude={"association"})

    def corpus_tasks(self, folder: str) -> dict[str, dict]:
        """The simulated tasks whose worlds a pre-training corpus is drawn from, with the strength of their upstream associations."""
        corpus = self.bases[folder].section.corpus
        if corpus.type != "simulated":
            return {}
        return {
            name: {
                "kind": task.kind,
                "source": _with_association(
                    task.source.model_dump(mode="json", exclude={"examples"}), corpus.association
                ),
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

    def pretraining(self, folder: str) -> dict:
        """How a base is pre-trained."""
        base = self.bases[folder]
        return base.section.model_dump(mode="json", include={"vocabulary", "lowercase", "architecture", "training"}) | {
            "seed": base.seed
        }

    def pretraining_table(self) -> str | list[str]:
        """The course of the pre-training, where the base is pre-trained here."""
        return f"{self.results}/base/pretraining.parquet" if self.study.base.type == "pretrain" else []

    def projection_base(self, projection: str) -> list[str]:
        """The checkpoint of the base that a projection is found for."""
        return [f"{self.results}/{self.fitted[projection][0]}/{file}" for file in CHECKPOINT]

    def projection_sentences(self, projection: str) -> list[str]:
        """Files with the sentences that bias subspaces are found on."""
        sentences = self.study.bias_subspace.sentences
        if sentences is None:
            return [self.corpus(self.fitted[projection][0])]
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
        node = self.nodes[model]
        name = "-".join(filter(None, (node.base, node.intervention)))
        return f"{self.results}/projections/{name}.parquet" if name in self.fitted else []

    def settings(self, model: str) -> dict:
        """The switches that the ``intervene`` of a model's intervention takes."""
        node = self.nodes[model]
        if not registry.model_interventions()[node.intervention].fitted:
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


def _with_association(source: dict, association: float) -> dict:
    """A simulated source whose upstream associations are a multiple of the planted ones."""
    strengths = source["strengths"]
    return source if association == 1 else {
        **source, "strengths": {**strengths, "upstream": association * strengths["upstream"]}
    }  # fmt: skip
