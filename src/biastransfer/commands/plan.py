"""The cost of a study before it runs: every fine-tuning with its trainset's size, tokens, disk and GPU time.

Sizes of existing trainsets are measured; others are estimated from the study file.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as parquet

from biastransfer.common import registry
from biastransfer.common.control import ORIGINAL
from biastransfer.finetune.steps import epochs_with
from biastransfer.study import grid
from biastransfer.study.base import BaseFromHub, PretrainedHere
from biastransfer.study.grid import Run
from biastransfer.study.study import Study
from biastransfer.tasks.groups import compares_rest
from biastransfer.tasks.sections import FilesSource, SimulatedSource
from biastransfer.tasks.sources import read_table

TOKENS_PER_WORD = 1.3
"""Sub-word tokens of an English word, roughly; each text has two special tokens more."""

PAPER_TFLOPS = 3.2
"""Sustained TFLOP/s that give the paper's 4-6 hours per model on a V100: 285,256 biographies × 5 epochs ×
80 tokens × 6 × 85 million weights in 5 hours (Steed et al. 2022, appendix D)."""

TRAIN_SHARE, TEST_SHARE = 0.72, 0.2
"""Of all rows, under ``split: nested``."""


@dataclass(frozen=True)
class PlannedRun:
    """A fine-tuning and its estimated cost; ``size`` is the source of the trainset's rows.

    ``size`` is ``measured``, ``estimated``, ``at most`` or ``about`` (the original's size). ``disk_bytes`` and ``gpu_hours`` are
    missing while the base model's size is unknown.
    """

    task: str
    model: str
    trainset: str
    replicate: int
    groups: tuple[str, ...]
    trainset_rows: int | None
    size: str
    tokens: int | None
    disk_bytes: int | None
    gpu_hours: float | None
    on_disk: bool


class Plan:
    """The cost of a study.

    Parameters
    ----------
    study : the study.
    folder : with ``results/``.
    tflops : assumed sustained speed, in 10¹² floating-point operations a second.
    """

    def __init__(self, study: Study, folder: str | Path = ".", tflops: float = PAPER_TFLOPS):
        self.study, self.results, self.tflops = study, Path(folder) / "results" / study.study, tflops
        self._trainsets = {task: grid.trainsets(study, task) for task in study.tasks}
        self.runs = [self._planned(run) for run in grid.fine_tunings(study)]
        self.probes = sum(study.tasks[cell.task].folds or 1 for cell in grid.cells(study))

    @property
    def groups(self) -> dict[str, dict[str, list[PlannedRun]]]:
        """Task -> treatment group -> its runs; a run may be in several groups, and the widest groups are last."""
        by_task: dict[str, dict[str, list[PlannedRun]]] = {task: {} for task in self.study.tasks}
        for run in self.runs:
            for group in run.groups:
                by_task[run.task].setdefault(group, []).append(run)
        last = ("all_pretrained", "control_replicates")
        return {
            task: dict(sorted(groups.items(), key=lambda item: item[0] in last)) for task, groups in by_task.items()
        }

    @cached_property
    def models(self) -> int:
        """Number of models that the runs and the probes start from."""
        return len({run.model for run in (*self.runs, *grid.cells(self.study))})

    @cached_property
    def hidden_states(self) -> int:
        """How often a model of the crossed design reads a trainset, or all test sets of a task."""
        cells = grid.cells(self.study)
        trainsets = {(cell.task, cell.model, cell.trainset) for cell in cells}
        originals = {(task, model, ORIGINAL) for task, model, _ in trainsets}
        return len(trainsets | originals) + len(originals)

    @cached_property
    def weights(self) -> tuple[int, int] | None:
        """Number of weights of the base model, and of those outside its embeddings; None if unknown yet."""
        checkpoint = self.results / "base" / "model.safetensors"
        base = self.study.base
        if isinstance(base, PretrainedHere):
            size = base.architecture
            width, inner = size.hidden_size, size.intermediate_size
            layers = size.num_hidden_layers * (4 * width * (width + 1) + 2 * width * inner + inner + 5 * width)
            embeddings = (base.vocabulary + size.max_position_embeddings + 3) * width
            return embeddings + layers + width * (width + 3) + base.vocabulary, layers
        if isinstance(base, BaseFromHub):
            total = checkpoint.stat().st_size // 4 if checkpoint.is_file() else base.parameters
        else:
            file = Path(self.study.locate(base.path)) / "model.safetensors"
            total = file.stat().st_size // 4 if file.is_file() else None
        # The embeddings of base-size RoBERTa (39 of 125 million) and BERT (24 of 110) are about a quarter.
        return None if total is None else (total, round(0.72 * total))

    @property
    def model_bytes(self) -> int | None:
        """Disk that the models before fine-tuning take."""
        return None if self.weights is None else 4 * self.weights[0] * self.models

    def as_dict(self) -> dict:
        """The plan as plain values, for ``--json``."""
        return {
            "study": self.study.study,
            "runs": [asdict(run) | {"groups": list(run.groups)} for run in self.runs],
            "groups": {
                task: {group: len(runs) for group, runs in groups.items()} for task, groups in self.groups.items()
            },
            "totals": {task: sum(run.task == task for run in self.runs) for task in self.study.tasks},
            "models": {"count": self.models, "disk_bytes": self.model_bytes},
            "crossed": {"probes": self.probes, "hidden_states": self.hidden_states},
            "assumptions": {"tflops": self.tflops, "tokens_per_word": TOKENS_PER_WORD, "bytes_per_weight": 4},
        }

    def _planned(self, run: Run) -> PlannedRun:
        rows, size = self._trainset_rows(run.task, run.trainset)
        tokens = per_text = None
        words = self._words(run.task)
        recipe = self.study.fine_tuning
        head = registry.heads()[recipe.head]
        if rows is not None and words is not None:
            prompt = recipe.prompt_of(run.task)
            words += len(prompt.template.split()) if prompt else 0
            per_text = min(TOKENS_PER_WORD * words + 2, recipe.max_length)
            epochs = epochs_with(recipe.min_steps, recipe.epochs, rows, recipe.batch_size)
            tokens = round(rows * per_text * (epochs if head.trains_encoder else 1))
        disk = hours = None
        if self.weights is not None and tokens is not None:
            total, layers = self.weights
            test_rows = self._test_rows(run.task) or 0
            disk = 4 * total + test_rows * 40
            passes = 6 if head.trains_encoder else 2
            hours = (passes * tokens + 2 * test_rows * per_text) * layers / (self.tflops * 1e12) / 3600
        return PlannedRun(
            **{key: getattr(run, key) for key in ("task", "model", "trainset", "replicate", "groups")},
            trainset_rows=rows,
            size=size,
            tokens=tokens,
            disk_bytes=disk,
            gpu_hours=hours,
            on_disk=(self.results / "runs" / run.path / "model.safetensors").is_file(),
        )

    def _trainset_rows(self, task: str, slug: str) -> tuple[int | None, str]:
        """Rows of a trainset, and their source."""
        file = self.results / "trainsets" / task / f"{slug}.parquet"
        if file.is_file():
            return parquet.read_metadata(file).num_rows, "measured"
        original = self._train_rows(task)
        trainset = self._trainsets[task][slug]
        if original is None:
            return original, "estimated"
        record = registry.data_interventions()[trainset.intervention]
        return record.expected_rows(original, trainset.settings, self._gap(task))

    def _all_rows(self, task: str) -> int | None:
        source = self.study.tasks[task].source
        if isinstance(source, FilesSource):
            counts = [_rows_of(self.study.locate(path)) for path in source.paths]
            return None if None in counts else sum(counts)
        return source.expected.rows if source.expected else None

    def _split_rows(self, task: str, split: str, share: float) -> int | None:
        setting = self.study.tasks[task]
        source = setting.source
        if isinstance(source, SimulatedSource):
            return getattr(source.examples, split)
        if setting.split == "native" and isinstance(source, FilesSource):
            counts = [_rows_of(self.study.locate(path)) for path in source.files[split]]
            return None if None in counts else sum(counts)
        rows = self._all_rows(task)
        share = setting.split[split] if isinstance(setting.split, dict) else share
        return None if rows is None else round(share * rows)

    def _train_rows(self, task: str) -> int | None:
        return self._split_rows(task, "train", TRAIN_SHARE)

    def _test_rows(self, task: str) -> int | None:
        """Rows of all test sets."""
        setting = self.study.tasks[task]
        rows = None if setting.testsets == ["madlibs"] else self._split_rows(task, "test", TEST_SHARE)
        if setting.has_phrases:
            if isinstance(setting.source, SimulatedSource):
                phrases = 100 * setting.source.examples.phrases
            else:
                phrases = sum(_rows_of(self.study.locate(path)) or 0 for path in setting.source.phrases.files)
            rows = (rows or 0) + phrases
        return rows

    def _words(self, task: str) -> float | None:
        """Words of a text."""
        source = self.study.tasks[task].source
        if isinstance(source, SimulatedSource):
            return source.words + 3
        if isinstance(source, FilesSource):
            path, column = self.study.locate(source.paths[0]), source.columns.text
            if not Path(path).is_file():
                return None
            texts = read_table(path, f"tasks.{task}.source.files", [column])[column].head(1000)
            return float(texts.astype(str).str.split().str.len().mean())
        return source.expected.words if source.expected else None

    def _gap(self, task: str) -> float | None:
        """Rows by which the commoner group exceeds the rarer one, summed over labels of the training split."""
        setting = self.study.tasks[task]
        expected = getattr(setting.source, "expected", None)
        if expected is None or expected.cells is None:
            return None
        key, compare = f"tasks.{task}.source.expected.cells", setting.compared
        first = read_table(expected.cells, key, compare[:1])[compare[0]].astype(float)
        others = read_table(expected.cells, key, None if compares_rest(compare) else compare[1:])
        second = others.drop(columns=["label", compare[0]], errors="ignore").astype(float).sum(axis=1)
        return float((first - second).abs().sum() * self._train_rows(task) / (first + second).sum())


def _rows_of(path: str) -> int | None:
    """Rows of a file, or None for a missing one."""
    if not Path(path).is_file():
        return None
    if path.endswith(".parquet"):
        return parquet.read_metadata(path).num_rows
    return len(read_table(path, path))
