"""The interventions of a study file: their keys, defaults, and the levels and switches that they mean."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field, create_model, model_validator

from biastransfer.common.section import Count, Positive, Section
from biastransfer.study.base import TextFiles
from biastransfer.study.registry import DATA_INTERVENTIONS, MODEL_INTERVENTIONS

PositiveShare = Annotated[float, Field(gt=0, le=1)]


class Level(NamedTuple):
    """One level of an intervention: what its slug ends in, its number, and what it means to the module."""

    suffix: str
    value: float | None
    settings: dict


class ModelIntervention(Section):
    """Levels and trials of an intervention on the weights, and the tasks it is run for (all, if not given).

    Further keys of a subclass are switches: its module's ``intervene`` takes them by name.
    """

    levels: list[Annotated[float, Field(allow_inf_nan=False)]] = []
    trials: Count | None = None
    tasks: list[str] | None = None

    def switches(self) -> dict:
        """The keys that the module takes, with their values."""
        return self.model_dump(mode="json", exclude=set(ModelIntervention.model_fields))


class Noise(ModelIntervention):
    """Noise on the word embeddings; levels are relative to the standard deviation of the matrix's entries."""

    trials: Count | None = 1
    clip: Literal["global", "dimension"] = "global"
    tie_decoder: bool = True


class RandomInit(ModelIntervention):
    """Fresh weights."""

    trials: Count | None = 1


class Debiasing(ModelIntervention):
    """Removal of a bias subspace; levels are the strength γ. Nothing is drawn, so that there are no trials."""

    trials: None = None
    site: Literal["word_embeddings", "encoder_output"] = "word_embeddings"
    tie_decoder: bool = True

    @model_validator(mode="after")
    def _says_nothing_in_vain(self) -> "Debiasing":
        if self.site == "encoder_output" and "tie_decoder" in self.model_fields_set:
            raise ValueError("tie_decoder: has no meaning for site encoder_output, which leaves the matrix as it is")
        return self


class SentDebias(Debiasing):
    """SentDebias: the subspace is spanned by ``components`` principal components."""

    components: Count = 1


class OnData(Section):
    """The models and the tasks that an intervention on the training data is run for; subclasses have its ``levels()``."""

    models: list[str] = Field(default=["pretrained"], min_length=1)
    tasks: list[str] | None = None


class DataIntervention(OnData):
    """Shares of an intervention on the training data."""

    shares: list[PositiveShare] = []

    def levels(self) -> list[Level]:
        """One level per share."""
        return [Level(f"-{share:g}", share, {"share": share}) for share in self.shares]


class Rebalanced(OnData):
    """Shares of the gap between the compared groups that are closed by over- and by under-sampling."""

    over: list[PositiveShare] = []
    under: list[PositiveShare] = []
    both: list[tuple[PositiveShare, PositiveShare]] = []

    @model_validator(mode="after")
    def _closes_no_more_than_the_gap(self) -> "Rebalanced":
        for over, under in self.both:
            if over + under > 1 + 1e-9:
                raise ValueError(f"both: {over} over and {under} under close more than the whole gap")
        return self

    def levels(self) -> list[Level]:
        """One level per entry of ``over``, ``under`` and ``both``."""
        shares = [(over, 0.0) for over in self.over] + [(0.0, under) for under in self.under] + list(self.both)
        names = [
            "".join(f"-{way}{share:g}" for way, share in (("over", over), ("under", under)) if share)
            for over, under in shares
        ]
        return [
            Level(name, over + under, {"over": over, "under": under})
            for name, (over, under) in zip(names, shares, strict=True)
        ]


class Scrubbed(DataIntervention):
    """Shares of the comments that mention a term, toxic ones or all, that are removed or lose the term."""

    comments: list[Literal["toxic", "all"]] = ["toxic", "all"]
    unit: Literal["comment", "term"] = "comment"

    def levels(self) -> list[Level]:
        """One level per entry of ``comments`` and share."""
        return [
            Level(f"-{which}-{share:g}", share, {"comments": which, "share": share, "unit": self.unit})
            for which in self.comments
            for share in self.shares
        ]


class ProxiesScrubbed(OnData):
    """How many proxy words a side, or how extreme ones, are replaced, and how words are scored.

    ``vectors`` is a text file of word vectors, a word and its numbers a line, in place of the base's embeddings.
    """

    words: list[Count] = []
    thresholds: list[Positive] = []
    score: Literal["cosine", "projection", "absolute"] = "cosine"
    min_count: Count = 20
    vectors: str | None = None
    random_control: bool = True

    def levels(self) -> list[Level]:
        """One level per number of words and threshold, and its random-word control."""
        chosen = [(f"-n{count}", float(count), {"count": count, "threshold": None}) for count in self.words]
        chosen += [(f"-c{edge:g}", edge, {"count": None, "threshold": edge}) for edge in self.thresholds]
        ways = (False, True) if self.random_control else (False,)
        return [
            Level(f"{name}{'-random' if random else ''}", value, {**settings, "random": random})
            for name, value, settings in chosen
            for random in ways
        ]


class Swapped(DataIntervention):
    """Counterfactual data augmentation: gendered words are swapped in a share of the texts that have one."""

    shares: list[PositiveShare] = [1.0]
    pairs: str = "workflow/words/swap_pairs.yaml"
    keep: Literal["both", "swapped"] = "both"

    def levels(self) -> list[Level]:
        """One level per share."""
        return [Level(f"-{share:g}", share, {"share": share, "keep": self.keep}) for share in self.shares]


class Subsampled(OnData):
    """How many texts the training split is cut down to, at random."""

    rows: list[Count] = []

    def levels(self) -> list[Level]:
        """One level per number of rows."""
        return [Level(f"-{rows}", float(rows), {"rows": rows}) for rows in self.rows]


_SECTION_OF: dict[str, type[Section]] = {
    "random_init": RandomInit,
    "uniform_noise": Noise,
    "gaussian_noise": Noise,
    "sentdebias": SentDebias,
    "leace": Debiasing,
    "rebalanced": Rebalanced,
    "scrubbed": Scrubbed,
    "proxies_scrubbed": ProxiesScrubbed,
    "swapped": Swapped,
    "subsampled": Subsampled,
}
"""Interventions with keys of their own; any other has those of ModelIntervention or DataIntervention."""


class _Named(Section):
    @model_validator(mode="before")
    @classmethod
    def _a_name_alone_means_its_defaults(cls, values: object) -> object:
        return (
            {key: {} if value is None else value for key, value in values.items()}
            if isinstance(values, dict)
            else values
        )


Interventions = create_model(
    "Interventions",
    __base__=_Named,
    __doc__="The interventions of a study; one that is not named is not run.",
    **{
        name: (_SECTION_OF.get(name, default) | None, None)
        for registry, default in ((MODEL_INTERVENTIONS, ModelIntervention), (DATA_INTERVENTIONS, DataIntervention))
        for name in registry
        if name not in ("pretrained", "original")
    },
)


class BiasSubspace(Section):
    """What bias directions are found from: word pairs, and sentences in which they are swapped.

    Without ``sentences`` it is the corpus that this study pre-trains on.
    """

    pairs: str = "workflow/words/definitional_pairs.yaml"
    sentences: TextFiles | None = None
    max_sentences: Count = 20000
