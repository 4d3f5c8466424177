"""The study: its sections put together, checked against each other, and what is said when something is wrong.

Compute modules get plain values and never see these classes, so that a new key changes no result.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.common.section import Count, Name, Section
from biastransfer.common.yaml_files import read_yaml
from biastransfer.study import grid
from biastransfer.study.analysis import Analysis
from biastransfer.study.base import BaseFromHub, BaseFromPath, PretrainedHere, SimulatedCorpus, TextCorpus
from biastransfer.study.error_messages import sentence
from biastransfer.study.fine_tuning import FineTuning
from biastransfer.study.interventions import BiasSubspace, Interventions
from biastransfer.study.paths import wrong_file, wrong_folder
from biastransfer.study.registry import DATA_INTERVENTIONS, MODEL_INTERVENTIONS, PROJECTIONS
from biastransfer.study.task import ClassifierFromPath, FilesSource, SimulatedSource, Task


class Study(Section):
    """A bias-transfer study."""

    study: Name
    seed: int = 0
    data: str = "."
    device: Literal["auto", "cpu", "cuda"] = "auto"
    save_training_every: Annotated[float, Field(ge=0)] = 300.0
    tasks: dict[Name, Task] = Field(min_length=1)
    base: Annotated[PretrainedHere | BaseFromPath | BaseFromHub, Field(discriminator="type")]
    control_replicates: Count = 1
    interventions: Interventions = Interventions()
    bias_subspace: BiasSubspace = BiasSubspace()
    intermediate_decoder: Literal["original", "tied", "fine_tuned", "none"] = "original"
    fine_tuning: FineTuning = FineTuning()
    analysis: Analysis = Analysis()

    @model_validator(mode="after")
    def _fits_together(self) -> "Study":
        owner: dict[str, str] = {}
        for name, task in self.tasks.items():
            for measure in task.upstream:
                if owner.setdefault(measure, name) != name:
                    raise ValueError(f"tasks.{name}.upstream.{measure}: already measured for {owner[measure]}")
        if isinstance(self.base, PretrainedHere):
            size, longest = self.base.architecture, self.base.architecture.max_position_embeddings - 2
            if size.hidden_size % size.num_attention_heads:
                raise ValueError(
                    f"base.architecture.hidden_size: {size.hidden_size} is not a multiple of num_attention_heads "
                    f"({size.num_attention_heads})"
                )
            for key, value in (
                ("base.training.max_length", self.base.training.max_length),
                ("fine_tuning.max_length", self.fine_tuning.max_length),
            ):
                if value > longest:
                    raise ValueError(f"{key}: {value} tokens do not fit max_position_embeddings − 2 = {longest}")
        simulated = {name for name, task in self.tasks.items() if isinstance(task.source, SimulatedSource)}
        if isinstance(self.base, PretrainedHere) and isinstance(self.base.corpus, SimulatedCorpus) and not simulated:
            raise ValueError("base.corpus.type: simulated needs at least one task with a simulated source")
        return self

    @model_validator(mode="after")
    def _head_can_be_trained(self) -> "Study":
        recipe = self.fine_tuning
        if self.intermediate_decoder == "fine_tuned" and recipe.head != "prompt":
            raise ValueError(
                f"intermediate_decoder: fine_tuned needs the head prompt, which trains the language-model head; "
                f"fine_tuning.head is {recipe.head}"
            )
        for name in recipe.prompt:
            if name not in self.tasks:
                raise ValueError(
                    f"fine_tuning.prompt.{name}: no such task; allowed: {listing(self.tasks)}.{nearest(name, self.tasks)}"
                )
        for name, task in self.tasks.items():
            given = recipe.prompt[name].model_fields_set if name in recipe.prompt else set()
            missing = [key for key in ("template", "labels") if key not in given]
            if recipe.head == "prompt" and task.kind == "flag_by_mention" and missing:
                raise ValueError(
                    f"fine_tuning.prompt.{name}.{missing[0]}: is missing; the classes flagged and not_flagged have no "
                    'names, so write e.g. {template: "{text} This was {label}.", labels: {flagged: rude, not_flagged: kind}}'
                )
        return self

    @model_validator(mode="after")
    def _interventions_can_be_run(self) -> "Study":
        given = {
            name: setting for name in type(self.interventions).model_fields if (setting := self.intervention(name))
        }
        for name, setting in given.items():
            key, kind = f"interventions.{name}", None
            if name in MODEL_INTERVENTIONS:
                letter = MODEL_INTERVENTIONS[name].letter
                if (letter is None) == bool(setting.levels):
                    raise ValueError(
                        f"{key}.levels: {name} {'has no levels' if letter is None else 'needs a list of levels'}"
                    )
                signed = MODEL_INTERVENTIONS[name].group == "mitigated"
                for level in setting.levels:
                    if level <= 0 and not signed:
                        raise ValueError(f"{key}.levels: {level} is not greater than 0")
                repeated = len({f"{level:g}" for level in setting.levels}) < len(setting.levels)
            else:
                kind = DATA_INTERVENTIONS[name].kind
                suffixes = [level.suffix for level in setting.levels()]
                if not suffixes:
                    keys = [field for field in type(setting).model_fields if field not in ("models", "tasks")]
                    raise ValueError(f"{key}: says how, but not how much; it has the keys {listing(keys)}")
                repeated = len(set(suffixes)) < len(suffixes)
            if repeated:
                raise ValueError(f"{key}: a level occurs twice")
            for field in ("tasks", "models"):
                if len(set(listed := getattr(setting, field, None) or [])) < len(listed):
                    raise ValueError(f"{key}.{field}: {listing(listed)}: one stands there twice")
            for task in setting.tasks or []:
                if task not in self.tasks:
                    raise ValueError(
                        f"{key}.tasks: no task {task!r}; allowed: {listing(self.tasks)}.{nearest(task, self.tasks)}"
                    )
                if kind not in (None, self.tasks[task].kind):
                    raise ValueError(f"{key}.tasks: {name} is for {kind} tasks, and {task} is {self.tasks[task].kind}")
            if kind is not None and kind not in {task.kind for task in self.tasks.values()}:
                raise ValueError(f"{key}: is for {kind} tasks, and this study has none")
        known = grid.models(self)
        for name, setting in given.items():
            for slug in setting.models if name in DATA_INTERVENTIONS else ():
                if slug not in known:
                    raise ValueError(
                        f"interventions.{name}.models: no model {slug!r}; allowed: {listing(known)}.{nearest(slug, known)}"
                    )
        if (
            any(name in given for name in PROJECTIONS)
            and self.bias_subspace.sentences is None
            and not isinstance(self.base, PretrainedHere)
        ):
            raise ValueError(
                "bias_subspace.sentences: is missing; only a base that is pre-trained here has a corpus of its own"
            )
        return self

    def intervention(self, name: str) -> Any:
        """The section of an intervention, or None where the study does not use it."""
        return getattr(self.interventions, name, None)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], origin: str = "study file") -> "Study":
        """Build a study from the keys of a study file.

        Parameters
        ----------
        values : the parsed YAML.
        origin : the file's name, for messages.

        Raises
        ------
        Problem : a key is unknown, missing or has a value that is not allowed; one sentence a mistake.
        """
        try:
            return cls.model_validate(_plain(values))
        except ValidationError as error:
            problems = error.errors()
            places = [problem["loc"] for problem in problems]
            found = [sentence(problem, origin, cls) for problem in problems if not _told_closer(problem["loc"], places)]
            raise Problem("\n".join(dict.fromkeys(found))) from None

    @classmethod
    def from_file(cls, path: str | Path, overrides: Mapping[str, Any] | None = None) -> "Study":
        """Read a study file (YAML), with other values for some keys at its top; see :meth:`from_mapping`."""
        values, _ = read_yaml(path, "study file")
        return cls.from_mapping({**values, **(overrides or {})}, str(path))

    def locate(self, path: str) -> str:
        """Resolve a data path of the study file against its ``data`` folder."""
        return str(Path(self.data).expanduser() / path)

    def wrong_files(self) -> list[tuple[str, str]]:
        """What is wrong with the files that the study names, before any is opened: key and the rest of a sentence.

        A relative path of data must stay within the folder ``data``: one that leaves it by ``..`` is more likely a slip. An
        absolute path is taken as meant, and so is a symbolic link.
        """
        found = []
        for key, written in self._data_files():
            if os.path.normpath(written).split(os.sep)[0] == os.pardir:
                why = f"{written} leaves the folder data ({self.data}); write an absolute path if that is meant."
            else:
                why = wrong_file(self.locate(written))
            found.append((key, why))
        for key, path in self._project_files():
            why = wrong_file(path)
            if why and key.endswith(".templates") and why.startswith("no file"):
                why = f"{why} `biastransfer templates` drafts one."
            found.append((key, why))
        return [(key, why) for key, why in dict.fromkeys(found) if why]

    def check_files(self, origin: str = "study file") -> None:
        """Refuse the study if a file that it names is not there, or its results cannot be written.

        Raises
        ------
        Problem : one sentence a file.
        """
        sentences = [f"{origin}: {key}: {why}" for key, why in self.wrong_files()]
        if why := wrong_folder(f"results/{self.study}"):
            sentences.append(why)
        if sentences:
            raise Problem("\n".join(sentences))

    def _data_files(self) -> Iterator[tuple[str, str]]:
        """Key and path of every file that starts from the folder ``data``."""
        for name, task in self.tasks.items():
            for measure, setting in task.upstream.items():
                if isinstance(setting.classifier, ClassifierFromPath):
                    yield f"tasks.{name}.upstream.{measure}.classifier.path", f"{setting.classifier.path}/config.json"
            key, source = f"tasks.{name}.source", task.source
            if isinstance(source, FilesSource):
                yield from ((f"{key}.files", path) for path in source.paths)
            if isinstance(getattr(source, "label_names", None), str):
                yield f"{key}.label_names", source.label_names
            if getattr(source, "phrases", None):
                yield from ((f"{key}.phrases.files", path) for path in source.phrases.files)
            if isinstance(task.terms, str):
                yield f"tasks.{name}.terms", task.terms
        if isinstance(self.base, BaseFromPath):
            yield "base.path", f"{self.base.path}/config.json"
        elif isinstance(self.base, PretrainedHere) and isinstance(self.base.corpus, TextCorpus):
            yield from (("base.corpus.files", path) for path in self.base.corpus.files)
        if self.bias_subspace.sentences:
            yield from (("bias_subspace.sentences.files", path) for path in self.bias_subspace.sentences.files)
        proxies = self.interventions.proxies_scrubbed
        if proxies and proxies.vectors:
            yield "interventions.proxies_scrubbed.vectors", proxies.vectors

    def _project_files(self) -> Iterator[tuple[str, str]]:
        """Key and path of every file that starts from the folder that the workflow runs in."""
        for name, task in self.tasks.items():
            for measure, setting in task.upstream.items():
                yield f"tasks.{name}.upstream.{measure}.templates", setting.templates
            expected = getattr(task.source, "expected", None)
            if expected and expected.cells:
                yield f"tasks.{name}.source.expected.cells", expected.cells
        yield "bias_subspace.pairs", self.bias_subspace.pairs
        if self.interventions.swapped:
            yield "interventions.swapped.pairs", self.interventions.swapped.pairs


def _told_closer(place: tuple, places: list[tuple]) -> bool:
    """Whether a value that is "no string" is a list, of which an entry is what is wrong."""
    return place[-1:] == ("str",) and any(
        other[: len(place) - 1] == place[:-1] and len(other) > len(place) for other in places
    )


def _plain(values: Any) -> Any:
    """Turn Snakemake's nested configuration into plain dicts with string keys."""
    if isinstance(values, Mapping):
        return {str(key): _plain(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_plain(value) for value in values]
    return values
