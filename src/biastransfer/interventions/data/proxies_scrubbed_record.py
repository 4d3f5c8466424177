"""Record of scrubbing proxy words, with its random-word control."""

from typing import Literal

from biastransfer.common.records import DataIntervention, Level
from biastransfer.common.section import Count, Positive
from biastransfer.interventions.sections import OnData


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
        chosen = [("n", f"{count}", float(count), {"count": count, "threshold": None}) for count in self.words]
        chosen += [("c", f"{edge:g}", edge, {"count": None, "threshold": edge}) for edge in self.thresholds]
        ways = (False, True) if self.random_control else (False,)
        return [
            Level(
                f"-{letter}{text}{'-random' if random else ''}",
                number,
                {**settings, "random": random},
                family=f"{letter} random" if random else letter,
                parts=((letter, number), *((("random", None),) if random else ())),
                group="proxies_control" if random else None,
            )
            for letter, text, number, settings in chosen
            for random in ways
        ]


RECORD = DataIntervention(
    name="proxies_scrubbed",
    module="biastransfer.interventions.data.proxies_scrubbed",
    label="proxies scrubbed",
    description="replaces the words that lie farthest along a bias direction of the embeddings by _ (Baksi et al. 2024, section 4.4)",
    groups={"proxies_scrubbed": "proxies scrubbed", "proxies_control": "random words scrubbed"},
    section=ProxiesScrubbed,
    level_name="proxy words a side, or threshold",
    kind="label_by_group",
    needs=("compare", "scored"),
    families={
        "n": "most gendered words",
        "c": "words past threshold",
        "n random": "random words, as many",
        "c random": "random words, as many as past threshold",
    },
    order=30,
)
