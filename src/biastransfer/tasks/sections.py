"""Keys that tasks have in a study file, whatever their kind; a kind's record adds its own in subclasses."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from biastransfer.common.problems import listing, nearest
from biastransfer.common.section import Count, Positive, Section, Share

SPLITS = ("train", "dev", "test")
PHRASES = "madlibs"
"""Name of the held-out set of constructed phrases."""
NAMED_SPLITS = ("nested", "native")


class Columns(Section):
    """Names of the columns in the user's files."""

    text: str
    label: str
    id: str | None = None


class Expected(Section):
    """What the plan reckons with before the data is there: rows of all splits, words a text, and rows per label and group.

    ``cells`` is a CSV file with the columns ``label`` and one per compared group.
    """

    rows: Count
    words: Positive
    cells: str | None = None


class FilesSource(Section):
    """Labelled texts from Parquet or CSV files with named columns."""

    type: Literal["files"]
    files: list[str] | dict[Literal["train", "dev", "test"], list[str]] = Field(min_length=1)
    columns: Columns

    @property
    def paths(self) -> list[str]:
        """All files, of all splits."""
        return [path for paths in self.files.values() for path in paths] if isinstance(self.files, dict) else self.files


class HubSource(Section):
    """A labelled dataset of the Hugging Face hub, at a pinned revision."""

    type: Literal["hub"]
    dataset: str
    revision: str
    columns: Columns
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

    ``families`` are targets that behave alike: ``intraclass`` is the share of the variance of both associations that lies between
    families. ``family_texts`` is the standard deviation over families, in log-odds, of what only their test texts have: some families'
    speak for one label, or one group's show less of the label.
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
    families: dict[str, list[str]] = {}
    intraclass: Share = 0.0
    family_texts: Annotated[float, Field(ge=0)] = 0.0
    targets: dict[str, Planted] = {}


class TaskSection(Section):
    """A classification task and the upstream measures that belong to it; ``kind``, ``source`` and ``upstream`` come from the kind."""

    surface_forms: dict[str, str] = {}
    split: Any = "nested"
    duplicates: Literal["group", "keep", "drop"] = "group"
    min_cell: Count = 10
    families: str | dict[str, list[str]] | None = None
    bootstrap: Annotated[int, Field(ge=0)] = 1000

    @field_validator("split")
    @classmethod
    def _known_split(cls, split: Any) -> str | dict[str, float]:
        """``nested``, ``native``, split -> share, or ``{folds: k}``."""
        if split in NAMED_SPLITS:
            return split
        keys = set(split) if isinstance(split, dict) else set()
        numbers = [] if not keys else list(split.values())
        if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
            numbers = []
        if keys == set(SPLITS) and numbers:
            if min(numbers) < 0 or abs(sum(numbers) - 1) > 1e-9:
                raise ValueError(f"the shares of train, dev and test must add up to 1, found {split}")
            return split
        if keys == {"folds"} and numbers and numbers[0] >= 2 and numbers[0] == int(numbers[0]):
            return {"folds": int(numbers[0])}
        raise ValueError(
            f"found {split!r}; allowed: {listing(NAMED_SPLITS)}, shares of train, dev and test, or {{folds: k}} "
            f"with k of 2 or more.{nearest(str(split), NAMED_SPLITS)}"
        )

    @model_validator(mode="after")
    def _splits_its_source(self) -> "TaskSection":
        simulated = isinstance(self.source, SimulatedSource)
        if self.split == "native" and isinstance(self.source, FilesSource) and set(self.source.files) != set(SPLITS):
            raise ValueError("split: native needs source.files with the keys train, dev and test")
        if self.split != "native" and simulated and not self.folds:
            raise ValueError("split: a simulated source has its own splits; write `split: native`")
        return self

    @property
    def folds(self) -> int:
        """The number of folds in which probes predict every text; 0 without ``split: {folds: k}``."""
        return self.split.get("folds", 0) if isinstance(self.split, dict) else 0

    @property
    def compared(self) -> list[str]:
        """The two groups that are compared; none where the kind compares none."""
        return []

    @property
    def named_terms(self) -> str | list[str] | None:
        """The terms that texts mention, or their file; None where the kind has none."""
        return None

    @property
    def mention_settings(self) -> dict[str, Any]:
        """How mentions of terms are found; nothing where the kind has none."""
        return {}

    @property
    def headline_decision(self) -> str:
        """How probabilities become decisions in the headline numbers."""
        return "argmax"

    @property
    def scrubbed(self) -> str | None:
        """What preparation removes from every text."""
        return None

    @property
    def has_phrases(self) -> bool:
        """Whether the task has a second test set of constructed phrases."""
        return False

    @property
    def testsets(self) -> list[str]:
        """Names of the held-out sets on which downstream bias is measured; the first is the headline one."""
        return ["test"]

    @property
    def split_testset(self) -> str | None:
        """Name of the held-out set that is the test split; None where bias is measured on phrases alone."""
        return next((name for name in self.testsets if name != PHRASES), None)

    def source_settings(self) -> dict[str, Any]:
        """What decides the task's rows, as plain values."""
        source = self.source.model_dump(mode="json", exclude={"expected"})
        split = self.split if isinstance(self.split, str) else dict(self.split)
        return {
            "kind": self.kind,
            "source": source,
            "terms": self.named_terms,
            "scrub": self.scrubbed,
            "split": split,
            "duplicates": self.duplicates,
            "mentions": self.mention_settings,
        }
