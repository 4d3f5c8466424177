"""Record of identity ranking bias."""

from collections.abc import Sequence
from typing import Literal

from biastransfer.common.records import TemplateDraft, TemplateForm, UpstreamMeasure
from biastransfer.common.section import MeasureSection
from biastransfer.upstream import drafts


class IdentityRanking(MeasureSection):
    """Switches of identity ranking (docs/methods.md, "Upstream")."""

    prior_masks: Literal["token", "word"] = "token"


def draft(groups: Sequence[str]) -> TemplateDraft:
    """Pleasant and unpleasant attributes, and sentences that give a target one of them."""
    return TemplateDraft({"attributes": drafts.PLEASANTNESS}, drafts.templates(drafts.IS))


RECORD = UpstreamMeasure(
    name="identity_ranking",
    kind="flag_by_mention",
    module="biastransfer.upstream.identity_ranking",
    label="identity ranking bias",
    description="log probability of a term relative to its prior, mean with toxic attributes minus mean with other attributes "
    "(Steed et al. 2022, appendix C.2)",
    unit="difference of log probability ratios (natural log)",
    section=IdentityRanking,
    form=TemplateForm(slots=("target", "attribute"), words="two_sides"),
    columns=dict.fromkeys(("first", "first_prior", "second", "second_prior"), "double"),
    draft=draft,
    scale="log_odds",
    order=30,
)
