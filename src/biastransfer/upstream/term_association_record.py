"""Record of the association of terms in sentence embeddings."""

from collections.abc import Sequence

from biastransfer.common.records import SecondSentence, TemplateDraft, TemplateForm, UpstreamMeasure
from biastransfer.upstream import drafts
from biastransfer.upstream.association_section import Association


def draft(groups: Sequence[str]) -> TemplateDraft:
    """Pleasant and unpleasant words, and sentences about a target or a word."""
    return TemplateDraft({"attributes": drafts.PLEASANTNESS}, drafts.templates_with_attribute(drafts.ABOUT))


RECORD = UpstreamMeasure(
    name="term_association",
    kind="flag_by_mention",
    module="biastransfer.upstream.association",
    label="association of embeddings",
    description="mean cosine of sentence embeddings with one side's words minus that with the other side's words "
    "(Caliskan et al. 2017; May et al. 2019)",
    unit="difference of mean cosines",
    section=Association,
    form=TemplateForm(
        slots=("target",), second=SecondSentence("text_attribute", True, ("attribute",)), words="two_sides"
    ),
    columns=dict.fromkeys(("first", "second"), "double"),
    draft=draft,
    head="any",
    order=50,
)
