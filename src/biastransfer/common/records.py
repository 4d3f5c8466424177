"""What a record says of a thing that a study file can name.

Every upstream measure, intervention, head and task kind is one module and one record beside it (``NAME_record.py`` with ``RECORD``).
The record holds facts; the module computes. Study, plan, validation, template drafts, table schemas, figures and report read the
record, so a new thing touches no other file. :mod:`biastransfer.common.registry` finds the records,
:mod:`biastransfer.common.protocols` says what a module must offer.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

ColumnType = Literal["string", "double", "int64", "bool", "list<string>"]
"""Types of table columns, in Arrow's words."""


class SecondSentence(NamedTuple):
    """The second sentence that a template may have: its key, whether it must be there, and its slots."""

    key: Literal["text_plural", "text_attribute"]
    required: bool
    slots: tuple[str, ...]


@dataclass(frozen=True)
class TemplateForm:
    """What a measure's template set looks like.

    Parameters
    ----------
    slots : that each sentence needs, once each.
    second : the second sentence of a template, where the measure has one.
    words : the lists of words beside the sentences: a ``pronoun`` per group, a list of ``attributes`` for each of ``two_sides`` or for
        every one of the ``groups``, or ``none``.
    """

    slots: tuple[str, ...]
    second: SecondSentence | None = None
    words: Literal["pronouns", "two_sides", "groups", "none"] = "none"


class TemplateDraft(NamedTuple):
    """A first draft of a template set: lists of words under their key, and templates as in the file."""

    words: Mapping[str, Mapping[str, str | Sequence[str]]]
    templates: Sequence[Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class UpstreamMeasure:
    """An upstream measure.

    Parameters
    ----------
    name : in study files and tables.
    kind : of the tasks that it belongs to.
    module : that offers :class:`~biastransfer.common.protocols.MeasureModule`.
    label, description, unit : how figures and tables call it, what it is in one sentence (with sources), and its unit.
    section : its keys in a study file; a subclass of :class:`~biastransfer.common.section.MeasureSection`.
    form : of its template sets.
    columns : of its table beyond ``target, template, score``.
    draft : groups of the data -> a first draft of a template set.
    needs : what the module gets beside the section's switches: ``compare`` (the two groups), ``classifier`` (of sentiment).
    head : the language-model head that it reads: the checkpoint's ``own``, or ``any`` where the encoder alone is read.
    scale : of its scores: a ``share`` from 0 to 1, or ``log_odds``. On these the analysis can tell whether targets hardly differ.
    order : its place among the measures of its kind.
    """

    name: str
    kind: str
    module: str
    label: str
    description: str
    unit: str
    section: type
    form: TemplateForm
    columns: Mapping[str, ColumnType]
    draft: Callable[[Sequence[str]], TemplateDraft]
    needs: tuple[str, ...] = ()
    head: Literal["own", "any"] = "own"
    scale: Literal["share", "log_odds"] | None = None
    order: int = 100


class Level(NamedTuple):
    """One level of an intervention.

    Parameters
    ----------
    suffix : what the node's name ends in.
    value : the level as one number; None where there is none.
    settings : what the module gets.
    family : what levels that differ in their number alone share, such as ``toxic`` or ``over under``.
    parts : the level in words and numbers, such as ``(("over", 0.25), ("under", 0.75))``.
    group : the treatment group, where it is not the record's first.
    """

    suffix: str
    value: float | None
    settings: Mapping[str, Any]
    family: str = ""
    parts: tuple[tuple[str, float | None], ...] = ()
    group: str | None = None

    @property
    def label(self) -> str:
        """The level in words: ``toxic 0.5``, ``over 0.25 under 0.75``, ``n 200 random``."""
        return level_label(self.parts)


def level_label(parts: Sequence[tuple[str, float | None]]) -> str:
    """A level's words and numbers in a row."""
    words = [word for name, number in parts for word in (name, "" if number is None else number_text(number))]
    return " ".join(filter(None, words))


def number_text(number: float) -> str:
    """A level's number for people: whole numbers with all their digits, others as short as six digits allow."""
    return f"{number:.0f}" if number == math.floor(number) and abs(number) < 1e15 else f"{number:g}"


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """What interventions on the model and on the data have in common.

    Parameters
    ----------
    groups : treatment groups of its runs -> how they are called; the first is that of a level that names none.
    level_name : what the levels are, for axes of figures.
    section : its keys in a study file; that of an intervention on the data lists its :class:`Level` objects by ``levels()``.
    order : its place in figures and tables.
    """

    name: str
    module: str
    label: str
    description: str
    groups: Mapping[str, str]
    section: type
    level_name: str = ""
    order: int = 100

    @property
    def group(self) -> str:
        """The treatment group of its runs."""
        return next(iter(self.groups))


@dataclass(frozen=True, kw_only=True)
class ModelIntervention(Intervention):
    """An intervention on the weights of the pre-trained model.

    Parameters
    ----------
    letter : what precedes the level in a model's name; None where the intervention has no levels.
    signed : whether levels may be zero or negative; a level of zero is the control itself.
    fitted : whether the module's ``fit`` finds a projection first, and which switches ``intervene`` takes; the rest go to ``fit``.
    pretrained : whether the result still holds what pre-training has learnt.
    """

    letter: str | None = None
    signed: bool = False
    fitted: bool = False
    intervene_switches: tuple[str, ...] = ()
    pretrained: bool = True


class ExpectedRows(NamedTuple):
    """Rows of a trainset before it exists: how many, and whether they are ``estimated``, ``at most`` so many, or ``about``."""

    rows: int
    how: Literal["estimated", "at most", "about"]


def as_many(rows: int, settings: Mapping[str, Any], gap: float | None) -> ExpectedRows:
    """The rows of an intervention that keeps every row."""
    return ExpectedRows(rows, "estimated")


@dataclass(frozen=True, kw_only=True)
class DataIntervention(Intervention):
    """An intervention on the training data.

    Parameters
    ----------
    kind : the only kind of task that it is for; None: any.
    needs : what the module gets beside its settings: ``compare`` (the two groups), ``terms``, ``pairs`` (of words), ``scored``
        (the proxy words).
    families : family of levels -> how figures call it, in their order.
    control_level : the level at which the unchanged data lies: 0, or infinity for a number of texts.
    expected_rows : rows of the original, settings of the level, and rows of the gap between the groups -> rows of the trainset.
    """

    kind: str | None = None
    needs: tuple[str, ...] = ()
    families: Mapping[str, str] = field(default_factory=dict)
    control_level: float = 0.0
    expected_rows: Callable[[int, Mapping[str, Any], float | None], ExpectedRows] = as_many

    @property
    def counts_texts(self) -> bool:
        """Whether levels are numbers of texts, so that the smallest is the strongest."""
        return math.isinf(self.control_level)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A way to fine-tune.

    Parameters
    ----------
    module : that offers :class:`~biastransfer.common.protocols.HeadModule`.
    texts : the module that turns texts into tokens.
    prompted : whether a task needs a prompt.
    trains_encoder : whether fine-tuning changes the encoder; if not, it reads each text once.
    trains_language_model_head : whether fine-tuning trains the language-model head of the checkpoint.
    may_train_nothing : whether zero epochs are allowed.
    solved : whether its weights are the optimum of a convex problem, so that epochs, batches, learning rate and seed have no part in it.
    learning_rate : its own default; None: that of the study file.
    """

    name: str
    module: str
    texts: str
    label: str
    description: str
    prompted: bool = False
    trains_encoder: bool = True
    trains_language_model_head: bool = False
    may_train_nothing: bool = False
    solved: bool = False
    learning_rate: float | None = None
    order: int = 100


class Reading(NamedTuple):
    """A reading of downstream bias: its column, and how it enters a regression."""

    column: str
    transform: Literal["log", "negative", "none"] = "none"


@dataclass(frozen=True)
class Outcome:
    """The downstream number that regressions explain.

    Parameters
    ----------
    column, label : of ``bias.parquet``, and how it is called.
    log : whether the regression explains its logarithm.
    covariates : statistics of the training data that Eq. 4 has beside upstream bias.
    further_covariates : those that the specification with all controls adds.
    change_terms : terms of the regression of bias after fine-tuning.
    ratio : the column that is correlated in Table 2 and Figure 9 of Steed et al. (2022).
    gap : column and label that figures of levels on the data draw.
    readings : label -> reading, for the specification curve.
    """

    column: str
    label: str
    log: bool
    covariates: tuple[str, ...]
    ratio: str
    gap: tuple[str, str]
    readings: Mapping[str, Reading]
    further_covariates: tuple[str, ...] = ()
    change_terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetWords:
    """How figures call what the training data of a task holds.

    Parameters
    ----------
    texts : axis of the number of texts per target.
    parts : the two parts of the bars: those that prevalence counts, and the others.
    prevalence : what prevalence is the share of.
    """

    texts: str
    parts: tuple[str, str]
    prevalence: str


@dataclass(frozen=True, kw_only=True)
class TaskKind:
    """A kind of task.

    Parameters
    ----------
    module : that offers :class:`~biastransfer.common.protocols.TaskKindModule`.
    dataset_bias, rates, simulation : modules of dataset bias, of downstream rates, and of simulated data; ``module`` itself where not
        given, and no simulated data.
    label, description : the kind in a few words, and its downstream bias in one sentence (with sources).
    section : the keys of such a task in a study file.
    columns : of its prepared data beyond ``id, text, label``.
    bias_columns : of ``bias.parquet`` that it fills.
    compares_groups : whether a task compares groups, which have a table of all their gaps, and whose classes have names.
    rate_switches : keys of the section that the rates' ``bias`` takes.
    paper_figures : kind of figure -> the figure of Steed et al. (2022) that it answers to.
    """

    name: str
    module: str
    label: str
    description: str
    section: type
    columns: Mapping[str, ColumnType]
    bias_columns: tuple[str, ...]
    outcome: Outcome
    words: DatasetWords
    dataset_bias: str = ""
    rates: str = ""
    simulation: str = ""
    compares_groups: bool = False
    rate_switches: tuple[str, ...] = ()
    paper_figures: Mapping[str, str] = field(default_factory=dict)
    order: int = 100

    def part(self, name: Literal["dataset_bias", "rates"]) -> str:
        """The module of a part, which may be the kind's own."""
        return getattr(self, name) or self.module
