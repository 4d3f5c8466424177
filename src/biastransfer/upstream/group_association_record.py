"""Record of the association of groups in sentence embeddings."""

from collections.abc import Sequence

from biastransfer.common.records import SecondSentence, TemplateDraft, TemplateForm, UpstreamMeasure
from biastransfer.upstream import drafts
from biastransfer.upstream.association_section import Association


def draft(groups: Sequence[str]) -> TemplateDraft:
    """The words of every group's name, and sentences about a target or a word."""
    return TemplateDraft({"attributes": drafts.words_of_groups(groups)}, drafts.templates_with_attribute(drafts.ABOUT))


RECORD = UpstreamMeasure(
    name="group_association",
    kind="label_by_group",
    module="biastransfer.upstream.association",
    label="association of embeddings",
    description="mean cosine of sentence embeddings with one group's words minus that with the other group's words "
    "(Caliskan et al. 2017; May et al. 2019)",
    unit="difference of mean cosines",
    section=Association,
    form=TemplateForm(slots=("target",), second=SecondSentence("text_attribute", True, ("attribute",)), words="groups"),
    columns=dict.fromkeys(("first", "second"), "double"),
    draft=draft,
    needs=("compare",),
    head="any",
    order=40,
)
