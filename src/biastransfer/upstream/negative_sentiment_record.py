"""Record of negative sentiment."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from biastransfer.common.records import TemplateDraft, TemplateForm, UpstreamMeasure
from biastransfer.common.section import Count, MeasureSection
from biastransfer.upstream import drafts
from biastransfer.upstream.classifier_section import ClassifierFromHub, ClassifierFromPath, Lexicon


class NegativeSentiment(MeasureSection):
    """Switches of negative sentiment (docs/methods.md, "Upstream")."""

    top_k: Count = 20
    weight: Literal["uniform", "probability"] = "uniform"
    score: Literal["token", "sentence"] = "token"
    refill: bool = False
    classifier: Annotated[Lexicon | ClassifierFromPath | ClassifierFromHub, Field(discriminator="type")] = Lexicon(
        type="vader"
    )


def draft(groups: Sequence[str]) -> TemplateDraft:
    """Sentences that a mask completes."""
    sentences = {name: text.replace("{attribute}", "{mask}") for name, text in drafts.IS.items()}
    return TemplateDraft({}, drafts.templates(sentences))


RECORD = UpstreamMeasure(
    name="negative_sentiment",
    kind="flag_by_mention",
    module="biastransfer.upstream.negative_sentiment",
    label="negative sentiment",
    description="mean negative sentiment of the most probable fillers of a mask (after Hutchinson et al. 2020)",
    unit="share of negative sentiment, 0 to 1",
    section=NegativeSentiment,
    form=TemplateForm(slots=("target", "mask")),
    columns={"fillers_used": "int64", "unknown_share": "double", "fillers": "list<string>"},
    draft=draft,
    needs=("classifier",),
    scale="share",
    order=20,
)
