"""What the module of each kind of thing offers; :mod:`biastransfer.common.records` describes the things themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # a graph of jobs needs none of them
    import numpy as np
    import pandas as pd
    import torch
    import transformers


class MeasureModule(Protocol):
    """An upstream measure."""

    def score(
        self,
        model: transformers.PreTrainedModel,
        tokenizer: Any,
        templates: Any,
        targets: Mapping[str, str],
        **switches: Any,
    ) -> pd.DataFrame:
        """Score every target in every template: ``target, template, score`` and the record's columns."""

    def queries(self, tokenizer: Any, templates: Any, targets: Mapping[str, str], **switches: Any) -> Iterator[Any]:
        """Everything that a model is asked, so that templates, targets and tokenizer are checked before any model runs."""


class ModelInterventionModule(Protocol):
    """An intervention on the weights."""

    def intervene(
        self, model: torch.nn.Module, level: float | None, seed: int, **switches: Any
    ) -> tuple[torch.nn.Module, dict[str, Any]]:
        """Change the model; returns it and the facts that prove the change."""


class FittedInterventionModule(ModelInterventionModule, Protocol):
    """An intervention on the weights that first finds what to remove."""

    def fit(self, first: np.ndarray, second: np.ndarray, **switches: Any) -> tuple[Any, dict[str, Any]]:
        """Find the projection from representations of sentences and their counterparts, shape (n, width) each."""


class DataInterventionModule(Protocol):
    """An intervention on the training data."""

    def intervene(self, train: pd.DataFrame, *, seed: int, **settings: Any) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Change the rows; returns them and the facts that prove the change."""


class HeadModule(Protocol):
    """A way to fine-tune."""

    load: Callable[..., transformers.PreTrainedModel]
    """``(folder, classes, seed, device, **prompt)`` -> the model on its device."""
    fine_tune: Callable[..., Any]
    """``(model, tokens, labels, recipe, saved=…)`` -> the training history; the model changes in place."""
    predict: Callable[..., np.ndarray]
    """``(model, tokens, batch_size=…)`` -> class probabilities, shape (n, classes)."""


class TextsModule(Protocol):
    """How texts become tokens."""

    def tokenize(
        self, texts: Sequence[str], tokenizer_file: str | Path, max_length: int, **prompt: Any
    ) -> list[list[int]]:
        """Token ids of each text, special tokens included."""


class TaskKindModule(Protocol):
    """A kind of task: what is predicted, and what bias is measured for."""

    STRATA: tuple[str, ...]
    """Columns by which splits are stratified."""

    def labelled(
        self, table: pd.DataFrame, source: Mapping[str, Any], key: str, locate: Callable[[str], str]
    ) -> pd.DataFrame:
        """The user's rows with their labels (and groups) named as everywhere else."""

    def classes(self, train: pd.DataFrame) -> list[str]:
        """The classes to predict, in order."""

    def targets(self, train: pd.DataFrame, terms: Sequence[str]) -> list[str]:
        """What bias is measured for."""

    def annotate(self, table: pd.DataFrame, terms: Sequence[str], scrub: str | None, **mentions: Any) -> pd.DataFrame:
        """Rows in their prepared form: ``id, text, label`` and the record's columns."""

    def check(self, splits: Mapping[str, pd.DataFrame], terms: Sequence[str], scrub: str | None) -> list[str]:
        """What is wrong with prepared splits, each a sentence."""

    def counterfactuals(
        self,
        rows: pd.DataFrame,
        *,
        targets: Sequence[str],
        compare: Sequence[str],
        pairs: Sequence[tuple[str, str]],
        most: int,
        seed: int,
        **mentions: Any,
    ) -> pd.DataFrame:
        """Twins of held-out texts that differ in the group or term alone: ``id, of, text, label, version``."""

    def describe(self, splits: Mapping[str, pd.DataFrame], classes: Sequence[str], targets: Sequence[str]) -> str:
        """A prepared task in a sentence."""

    def doubts(
        self,
        splits: Mapping[str, pd.DataFrame],
        targets: Sequence[str],
        testset: str,
        min_cell: int,
        compared: Sequence[str],
    ) -> Iterator[str]:
        """What a prepared task may not be able to show, each a sentence."""


class DatasetBiasModule(Protocol):
    """Dataset bias of a kind of task."""

    def dataset_bias(self, train: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]) -> pd.DataFrame:
        """``target, prevalence, mention_share, toxic_length, n`` of a trainset."""

    def check_comparison(
        self, train: pd.DataFrame, test: pd.DataFrame, compare: Sequence[str], min_cell: int
    ) -> list[str]:
        """Why the compared groups cannot be compared, each a sentence."""


class RatesModule(Protocol):
    """Downstream rates and bias of a kind of task."""

    FLAGGED: str | None
    """The class whose threshold may be moved; None: decisions take the most probable class."""
    compared_texts: Callable[..., Mapping[str, Any]]
    """Test rows, targets and compared groups -> target -> the row numbers of the texts that its bias compares."""
    rates: Callable[..., pd.DataFrame]
    bias: Callable[..., pd.DataFrame]
    summaries: Callable[..., pd.DataFrame]


class SimulationModule(Protocol):
    """Simulated data of a kind of task."""

    TERMS: Sequence[str]

    def planted(self, settings: Mapping[str, Any], seed: int) -> pd.DataFrame:
        """``target, upstream, prevalence, frequency``: what the world holds."""

    def splits(self, settings: Mapping[str, Any], seed: int) -> dict[str, pd.DataFrame]:
        """Split -> rows, as a user's files would have them."""

    def corpus(self, settings: Mapping[str, Any], sentences: int, seed: int) -> list[str]:
        """Pre-training text."""
