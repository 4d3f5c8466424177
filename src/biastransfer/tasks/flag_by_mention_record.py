"""Record of tasks with a flag to predict and terms that texts mention."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from biastransfer.common.records import DatasetWords, Outcome, Reading, TaskKind
from biastransfer.common.section import Section, Share
from biastransfer.tasks.sections import Columns, Expected, FilesSource, HubSource, SimulatedSource, TaskSection


class MentionColumns(Columns):
    """Names of the columns in the user's files; a text may have a source."""

    source: str | None = None


class Phrases(Section):
    """A second test set of short constructed phrases, in which every term occurs equally often."""

    files: list[str] = Field(min_length=1)
    columns: MentionColumns
    flagged: str | int | bool = 1


class FlaggedFiles(FilesSource):
    """Texts with a flag from files; ``flagged`` is the value that means it."""

    columns: MentionColumns
    flagged: str | int | bool = 1
    phrases: Phrases | None = None


class FlaggedHub(HubSource):
    """Texts with a flag from a dataset of the hub; ``flagged`` is the value that means it."""

    columns: MentionColumns
    flagged: str | int | bool = 1
    phrases: Phrases | None = None


class TalkSource(Section):
    """Wikipedia Talk comments with toxicity annotations: two TSV files of a figshare record.

    A comment is toxic if more than half of its annotators say so; the record has its own splits. ``pooled`` are the splits that a
    study takes, unless its ``split`` is native. ``sha256`` of a file that nobody has verified is ``unverified``.
    """

    type: Literal["wikipedia_talk"]
    comments: str = "https://ndownloader.figshare.com/files/7394542"
    annotations: str = "https://ndownloader.figshare.com/files/7394539"
    sha256: dict[Literal["comments", "annotations"], str] = {"comments": "unverified", "annotations": "unverified"}
    pooled: list[Literal["train", "dev", "test"]] = Field(["train", "dev", "test"], min_length=1)
    phrases: Phrases | None = None
    expected: Expected | None = None


class SimulatedComments(SimulatedSource):
    """Simulated comments; ``tone_words`` is the number of different tone words of either side."""

    tone_words: Annotated[int, Field(ge=1, le=16)] = 16
    tone_share: Share = 0.4
    tone_agreement: Share = 0.75
    mention_share: Share = 0.8
    base_rate: Share = 0.3


class FlagByMention(TaskSection):
    """A flag to predict, and terms that texts mention."""

    source: Annotated[FlaggedFiles | FlaggedHub | TalkSource | SimulatedComments, Field(discriminator="type")]
    terms: str | list[str] | None = None
    word_boundaries: Literal["auto", "always", "never"] = "auto"
    fpr_testset: Literal["madlibs", "comments", "both"] | None = None
    decision: Literal["argmax", "equal_error_rate"] = "argmax"

    @model_validator(mode="after")
    def _has_terms_and_phrases(self) -> "FlagByMention":
        simulated = isinstance(self.source, SimulatedSource)
        if not simulated and self.terms is None:
            raise ValueError("terms: is missing; give a list of terms or a file with one term a line")
        if not simulated and self.fpr_testset in ("madlibs", "both") and self.source.phrases is None:
            raise ValueError(f"fpr_testset: {self.fpr_testset} needs source.phrases")
        return self

    @property
    def named_terms(self) -> str | list[str] | None:
        """The terms that texts mention, or their file."""
        return self.terms

    @property
    def mention_settings(self) -> dict[str, Any]:
        """How mentions of terms are found."""
        return {"word_boundaries": self.word_boundaries}

    @property
    def headline_decision(self) -> str:
        """How probabilities become decisions in the headline numbers."""
        return self.decision

    @property
    def has_phrases(self) -> bool:
        """Whether the task has a second test set of constructed phrases."""
        if self.fpr_testset == "comments":
            return False
        return isinstance(self.source, SimulatedSource) or self.source.phrases is not None

    @property
    def testsets(self) -> list[str]:
        """Names of the held-out sets on which downstream bias is measured; the first is the headline one."""
        if not self.has_phrases:
            return ["comments"]
        return ["madlibs"] if self.fpr_testset == "madlibs" else ["madlibs", "comments"]


RECORD = TaskKind(
    name="flag_by_mention",
    module="biastransfer.tasks.flag_by_mention",
    dataset_bias="biastransfer.tasks.mention_prevalence",
    rates="biastransfer.downstream.false_positives",
    simulation="biastransfer.simulate.comments",
    label="flag to predict, terms mentioned",
    description="false positive rate among unflagged texts that mention a term (Dixon et al. 2018); regressions explain it in levels",
    section=FlagByMention,
    columns={"terms": "list<string>", "source": "string"},
    bias_columns=("fpr", "fpr_ratio", "fpr_gap", "fnr", "fnr_ratio_as_printed"),
    outcome=Outcome(
        column="fpr",
        label="false positive rate",
        log=False,
        covariates=("prevalence", "mention_share"),
        ratio="fpr_ratio",
        gap=("fpr_gap", "FPR gap"),
        readings={
            "false positive rate": Reading("fpr"),
            "probability gap": Reading("probability_gap"),
            "false negative rate, reversed": Reading("fnr", "negative"),
        },
        further_covariates=("toxic_length",),
    ),
    words=DatasetWords(
        texts="training comments that mention the term",
        parts=("flagged (toxic)", "not flagged"),
        prevalence="share flagged",
    ),
    paper_figures={"dose_data": "Figures 5 and 11", "dataset": "Figure 8"},
    order=20,
)
