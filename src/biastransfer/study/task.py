"""The parts of a study file: their keys, defaults and limits. This is the one source of defaults."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator

from biastransfer.common.problems import listing, nearest
from biastransfer.common.section import Count, Positive, Section, Share
from biastransfer.study.registry import UPSTREAM_MEASURES
from biastransfer.tasks.groups import REST

SPLITS = ("train", "dev", "test")


# --- tasks ---------------------------------------------------------------------------------------------------------


class Columns(Section):
    """Names of the columns in the user's files."""

    text: str
    label: str
    id: str | None = None
    group: str | None = None
    source: str | None = None


class Expected(Section):
    """What the plan reckons with before the data is there: rows of all splits, words a text, and rows per label and group.

    ``cells`` is a CSV file with the columns ``label`` and one per compared group.
    """

    rows: Count
    words: Positive
    cells: str | None = None


class Phrases(Section):
    """A second test set of short constructed phrases, in which every term occurs equally often."""

    files: list[str] = Field(min_length=1)
    columns: Columns
    flagged: str | int | bool = 1


class LabelledSource(Section):
    """What the columns and codes of somebody's labelled texts mean."""

    columns: Columns
    label_names: str | list[str] | dict[str, str] | None = None
    group_names: dict[str, str] | None = None
    flagged: str | int | bool = 1
    phrases: Phrases | None = None


class FilesSource(LabelledSource):
    """Labelled texts from Parquet or CSV files with named columns."""

    type: Literal["files"]
    files: list[str] | dict[Literal["train", "dev", "test"], list[str]] = Field(min_length=1)

    @property
    def paths(self) -> list[str]:
        """All files, of all splits."""
        return [path for paths in self.files.values() for path in paths] if isinstance(self.files, dict) else self.files


class HubSource(LabelledSource):
    """A labelled dataset of the Hugging Face hub, at a pinned revision."""

    type: Literal["hub"]
    dataset: str
    revision: str
    expected: Expected | None = None


class TalkSource(Section):
    """Wikipedia Talk comments with toxicity annotations: two TSV files of a figshare record.

    A comment is toxic if more than half of its annotators say so; the record has its own splits. ``sha256`` of a file that
    nobody has verified is ``unverified``.
    """

    type: Literal["wikipedia_talk"]
    comments: str = "https://ndownloader.figshare.com/files/7394542"
    annotations: str = "https://ndownloader.figshare.com/files/7394539"
    sha256: dict[Literal["comments", "annotations"], str] = {"comments": "unverified", "annotations": "unverified"}
    phrases: Phrases | None = None
    expected: Expected | None = None


class Planted(Section):
    """Associations of one target, in place of the drawn ones."""

    upstream: float | None = None
    prevalence: Share | None = None
    frequency: Positive | None = None


class Examples(Section):
    """Sizes of the simulated splits."""

    train: Count = 8000
    dev: Count = 500
    test: Count = 14000
    phrases: Count = 100


class Strengths(Section):
    """Dials of a simulated world, from 0 (nothing of it) to 1 (all of it).

    ``upstream``: associations in the pre-training corpus. ``dataset``: differences of prevalence between targets. ``transfer``: share
    of the words by which pre-training could act on the predictions (proxies of the pronouns, tone words) that are those of the
    corpus; the others carry nothing there.
    """

    upstream: Share = 1.0
    dataset: Share = 1.0
    transfer: Share = 1.0


class SimulatedSource(Section):
    """Texts drawn from a generative model with planted associations.

    With ``exact_prevalence`` the share of every target is met up to rounding, so that chance associates no target with anything;
    with ``even_clusters`` the upstream associations of occupations that share words have mean 0.
    ``proxies_in_training`` is the share of training biographies that keep the words that go with their pronoun, ``tone_words`` the
    number of different tone words of either side.
    """

    type: Literal["simulated"]
    examples: Examples = Examples()
    words: Count = 8
    prevalence: tuple[Share, Share] = (0.08, 0.92)
    upstream_sd: Annotated[float, Field(ge=0)] = 1.5
    frequency_sd: Annotated[float, Field(ge=0)] = 0.1
    strengths: Strengths = Strengths()
    correlation: Annotated[float, Field(ge=-1, le=1)] = 0.0
    exact_prevalence: bool = False
    even_clusters: bool = False
    topical_share: Share = 0.4
    proxy_share: Share = 0.4
    proxy_fidelity: Share = 0.9
    proxies_in_training: Share = 1.0
    tone_words: Annotated[int, Field(ge=1, le=16)] = 16
    tone_share: Share = 0.4
    tone_agreement: Share = 0.75
    mention_share: Share = 0.8
    base_rate: Share = 0.3
    targets: dict[str, Planted] = {}


class Lexicon(Section):
    """The VADER lexicon, which comes with the workflow."""

    type: Literal["vader"]


class ClassifierFromPath(Section):
    """A sentiment classifier from a local checkpoint directory; ``negative`` is its class, by name or number."""

    type: Literal["path"]
    path: str
    negative: StrictInt | str = 0


class ClassifierFromHub(Section):
    """A sentiment classifier of the Hugging Face hub, at a pinned revision; the default is that of Steed et al. 2022."""

    type: Literal["hub"]
    model: str = "cardiffnlp/twitter-roberta-base-sentiment"
    revision: str = "daefdd1f6ae931839bce4d0f3db0a1a4265cd50f"
    negative: StrictInt | str = 0

    @model_validator(mode="after")
    def _is_pinned(self) -> "ClassifierFromHub":
        if "model" in self.model_fields_set and "revision" not in self.model_fields_set:
            raise ValueError("revision: is missing; a model of your own needs one, a commit at best")
        return self


class UpstreamMeasure(Section):
    """How an upstream measure is taken: its template file and its switches (docs/methods.md, "Upstream")."""

    templates: str
    prior_masks: Literal["token", "word"] = "token"
    probability: Literal["token", "pseudo_log_likelihood"] = "token"
    top_k: Count = 20
    weight: Literal["uniform", "probability"] = "uniform"
    score: Literal["token", "sentence"] = "token"
    refill: bool = False
    pooling: Literal["mean", "first"] = "mean"
    standardise: bool = False
    classifier: Annotated[Lexicon | ClassifierFromPath | ClassifierFromHub, Field(discriminator="type")] = Lexicon(
        type="vader"
    )


_ONLY_FOR_KIND = {
    "label_by_group": {
        "task": {"compare", "scrub", "zero"},
        "source": {
            "source.label_names", "source.group_names", "source.topical_share", "source.proxy_share",
            "source.proxy_fidelity", "source.proxies_in_training",
        },
    },
    "flag_by_mention": {
        "task": {"terms", "fpr_testset", "decision"},
        "source": {
            "source.flagged", "source.phrases", "source.tone_words", "source.tone_share", "source.tone_agreement",
            "source.mention_share", "source.base_rate",
        },
    },
}  # fmt: skip


class Task(Section):
    """A classification task, the groups that are compared in it and the upstream measures that belong to it."""

    kind: Literal["label_by_group", "flag_by_mention"]
    source: Annotated[FilesSource | HubSource | TalkSource | SimulatedSource, Field(discriminator="type")]
    compare: tuple[str, str] | None = None
    terms: str | list[str] | None = None
    scrub: Literal["pronouns", "none"] | None = None
    surface_forms: dict[str, str] = {}
    split: Literal["nested", "native"] | dict[Literal["train", "dev", "test"], Share] = "nested"
    min_cell: Count = 10
    fpr_testset: Literal["madlibs", "comments", "both"] | None = None
    zero: Literal["smooth", "drop"] = "smooth"
    decision: Literal["argmax", "equal_error_rate"] = "argmax"
    bootstrap: Annotated[int, Field(ge=0)] = 1000
    upstream: dict[str, UpstreamMeasure] = Field(min_length=1)

    @model_validator(mode="after")
    def _says_nothing_in_vain(self) -> "Task":
        """Refuse keys that another kind of task or another measure would use."""
        other = "flag_by_mention" if self.kind == "label_by_group" else "label_by_group"
        for owner, keys, given in (
            (other, _ONLY_FOR_KIND[other]["task"], self.model_fields_set),
            (other, _ONLY_FOR_KIND[other]["source"], {f"source.{key}" for key in self.source.model_fields_set}),
        ):
            for key in sorted(keys & given):
                raise ValueError(f"{key}: belongs to {owner} tasks, and this one is {self.kind}")
        for measure, setting in self.upstream.items():
            if measure not in UPSTREAM_MEASURES:
                raise ValueError(
                    f"upstream.{measure}: no such measure; allowed: "
                    f"{listing(UPSTREAM_MEASURES)}.{nearest(measure, UPSTREAM_MEASURES)}"
                )
            known = UPSTREAM_MEASURES[measure]
            for key in sorted(setting.model_fields_set - {"templates", *known.switches, *known.needs}):
                raise ValueError(f"upstream.{measure}.{key}: is not a switch of {measure}")
            if known.kind != self.kind:
                raise ValueError(f"upstream.{measure}: measures {known.kind} tasks, this one is {self.kind}")
        return self

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Task":
        by_group = self.kind == "label_by_group"
        simulated = isinstance(self.source, SimulatedSource)
        files, named = isinstance(self.source, FilesSource), isinstance(self.source, FilesSource | HubSource)
        if by_group and isinstance(self.source, TalkSource):
            raise ValueError("source.type: wikipedia_talk has a flag and no groups; it is for flag_by_mention tasks")
        if by_group and self.compare is None:
            raise ValueError(
                "compare: is missing; give the two groups, e.g. [she/her, he/him], a gap is first minus second"
            )
        if by_group and (self.compare[0] == REST or len(set(self.compare)) < 2):
            raise ValueError(f"compare: found {list(self.compare)}; two groups are needed, the second may be {REST}")
        if by_group and named and self.source.columns.group is None:
            raise ValueError("source.columns.group: is missing; a label_by_group task needs the column of the groups")
        if not by_group and not simulated and self.terms is None:
            raise ValueError("terms: is missing; give a list of terms or a file with one term a line")
        if isinstance(self.split, dict):
            if set(self.split) != set(SPLITS) or abs(sum(self.split.values()) - 1) > 1e-9:
                raise ValueError(f"split: the shares of train, dev and test must add up to 1, found {self.split}")
        elif self.split == "native" and files and set(self.source.files) != set(SPLITS):
            raise ValueError("split: native needs source.files with the keys train, dev and test")
        elif self.split != "native" and simulated:
            raise ValueError("split: a simulated source has its own splits; write `split: native`")
        if not simulated and self.fpr_testset in ("madlibs", "both") and self.source.phrases is None:
            raise ValueError(f"fpr_testset: {self.fpr_testset} needs source.phrases")
        return self

    @property
    def has_phrases(self) -> bool:
        """Whether the task has the second test set of constructed phrases."""
        if self.kind != "flag_by_mention" or self.fpr_testset == "comments":
            return False
        return isinstance(self.source, SimulatedSource) or self.source.phrases is not None

    @property
    def testsets(self) -> list[str]:
        """Names of the held-out sets on which downstream bias is measured; the first is the headline one."""
        if self.kind == "label_by_group":
            return ["test"]
        if not self.has_phrases:
            return ["comments"]
        return ["madlibs"] if self.fpr_testset == "madlibs" else ["madlibs", "comments"]

    def source_settings(self) -> dict:
        """What decides the task's rows, as plain values."""
        settings = self.model_dump(mode="json", exclude={"source": {"expected"}})
        return {key: settings[key] for key in ("kind", "source", "terms", "scrub", "split")}

    def measure_settings(self, measure: str, classifier_folder: str) -> dict:
        """What an upstream measure's function takes beyond models, templates and targets.

        Parameters
        ----------
        classifier_folder : where the sentiment classifier lies, if the task names one.
        """
        section, known = self.upstream[measure], UPSTREAM_MEASURES[measure]
        settings = {switch: getattr(section, switch) for switch in known.switches}
        if "compare" in known.needs:
            settings["compare"] = list(self.compare)
        if "classifier" in known.needs and section.classifier.type != "vader":
            settings["classifier"] = {"folder": classifier_folder, "negative": section.classifier.negative}
        return settings


# --- analysis ------------------------------------------------------------------------------------------------------
