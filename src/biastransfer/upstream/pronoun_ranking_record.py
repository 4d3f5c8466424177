"""Record of pronoun ranking bias."""

from collections.abc import Sequence
from typing import Literal

from biastransfer.common.records import SecondSentence, TemplateDraft, TemplateForm, UpstreamMeasure
from biastransfer.common.section import MeasureSection
from biastransfer.upstream import drafts

_SENTENCES = {
    "wrote_about": "{pronoun} wrote about {target}.",
    "the_subject_was": "{pronoun} said that the subject was {target}.",
    "has_to_do_with": "{pronoun} has to do with {target}.",
}


class PronounRanking(MeasureSection):
    """Switches of pronoun ranking (docs/methods.md, "Upstream")."""

    prior_masks: Literal["token", "word"] = "token"
    probability: Literal["token", "pseudo_log_likelihood", "within_word_pseudo_log_likelihood"] = "token"


def draft(groups: Sequence[str]) -> TemplateDraft:
    """A pronoun per group, and sentences with a pronoun."""
    return TemplateDraft(
        {"pronouns": {group: drafts.words_of(group)[0] for group in groups}}, drafts.templates(_SENTENCES)
    )


RECORD = UpstreamMeasure(
    name="pronoun_ranking",
    kind="label_by_group",
    module="biastransfer.upstream.pronoun_ranking",
    label="pronoun ranking bias",
    description="log probability of one group's pronoun minus that of the other's, each relative to its prior, over templates "
    "(Kurita et al. 2019; Steed et al. 2022, Eq. 2)",
    unit="difference of log probability ratios (natural log)",
    section=PronounRanking,
    form=TemplateForm(
        slots=("pronoun", "target"),
        second=SecondSentence("text_plural", False, ("pronoun", "target")),
        words="pronouns",
    ),
    columns=dict.fromkeys(("first", "first_prior", "second", "second_prior", "neutral", "neutral_prior"), "double"),
    draft=draft,
    needs=("compare",),
    scale="log_odds",
    order=10,
)
