"""The claims of Steed et al. (2022) and Baksi et al. (2024), each a number with a region where it is true.

``CLAIMS`` has one record per claim. Numbers are of one task and upstream measure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from biastransfer.analysis.claims.changes import same
from biastransfer.analysis.claims.findings import NOT_PRINTED, Finding, Margins
from biastransfer.analysis.claims.runs import Runs
from biastransfer.analysis.claims.scrubbing import few_mentions_suffice, scrubbed_is_unrelated, scrubbing_reduces
from biastransfer.analysis.claims.sizes import named_ratio, slope_in_group
from biastransfer.analysis.claims.within_control import (
    acts_through_intermediate,
    data_explain,
    data_outweigh,
    upstream_correlates,
)


@dataclass(frozen=True)
class Claim:
    """A sentence of the papers and the number that tests it.

    Attributes
    ----------
    name, statement, source : in tables.
    find : the findings in a study's runs; none where the study has not what the claim is about.
    """

    name: str
    statement: str
    source: str
    find: Callable[[Runs, Margins], Iterator[Finding]]


CLAIMS = (
    Claim(
        "upstream_correlates",
        "Upstream and downstream bias correlate, before the data are controlled for.",
        "Steed et al., 4.2",
        upstream_correlates,
    ),
    Claim(
        "data_explain",
        "Their association weakens or changes sign when prevalence enters.",
        "Steed et al., 4.2 and Table 5",
        data_explain,
    ),
    Claim(
        "data_outweigh",
        "Prevalence has a larger effect than upstream bias.",
        "Steed et al., 4.2; Baksi et al., 4.2",
        data_outweigh,
    ),
    Claim(
        "data_explain_intermediate",
        "The same holds for bias after fine-tuning: its association with upstream bias weakens when prevalence enters.",
        "Steed et al., 4.2 and C.1",
        partial(data_explain, outcome="intermediate", printed=(NOT_PRINTED, NOT_PRINTED)),
    ),
    Claim(
        "acts_through_intermediate",
        "Upstream bias acts on downstream bias through bias after fine-tuning.",
        "Steed et al., C.1",
        acts_through_intermediate,
    ),
    Claim(
        "models_same_level",
        "Changing the model leaves the level of bias as it was.",
        "Steed et al., 4.1; Baksi et al.",
        partial(same, part="level", which="models"),
    ),
    Claim(
        "models_same_scale",
        "Changing the model leaves the spread of bias as it was.",
        "Steed et al., 4.1; Baksi et al.",
        partial(same, part="scale", which="models"),
    ),
    Claim(
        "models_same_order",
        "Changing the model leaves the order of biases as it was.",
        "Steed et al., 4.1 and Table 2",
        partial(same, part="order", which="models"),
    ),
    Claim(
        "most_harmed_stay",
        "Changing the model does not reduce the largest biases.",
        "Steed et al., 4.1",
        partial(same, part="most_harmed", which="models"),
    ),
    Claim(
        "most_harmed_stay_more",
        "Changing the model reduces typical biases more than the largest.",
        "Steed et al., 4.1",
        partial(same, part="most_harmed_less", which="models"),
    ),
    Claim(
        "rebalancing_same_level",
        "Re-balancing leaves the level of bias as it was.",
        "Steed et al., 4.3",
        partial(same, part="level", which="rebalanced"),
    ),
    Claim(
        "rebalancing_same_order",
        "Re-balancing leaves the order of biases as it was.",
        "Steed et al., 4.3 and B.1",
        partial(same, part="order", which="rebalanced"),
    ),
    Claim(
        "scrubbing_same_level",
        "Scrubbing leaves the pre-trained model's level of bias as it was.",
        "Steed et al., 4.3; Baksi et al., 4.3",
        partial(same, part="level", which="scrubbed"),
    ),
    Claim(
        "scrubbing_reduces_without_pretraining",
        "Scrubbing reduces bias without pre-training.",
        "Steed et al., 4.3; Baksi et al., 4.3",
        partial(scrubbing_reduces, model="random"),
    ),
    Claim(
        "scrubbing_only_without_pretraining",
        "Scrubbing reduces bias more without pre-training than with it.",
        "Steed et al., 4.3; Baksi et al., 4.3",
        partial(scrubbing_reduces, model="difference"),
    ),
    Claim(
        "scrubbed_is_unrelated",
        "Without pre-training and mentions, biases have nothing to do with the control's.",
        "Steed et al., 4.3",
        scrubbed_is_unrelated,
    ),
    Claim(
        "few_mentions_suffice",
        "A few mentions give a model without pre-training the biases of the pre-trained one.",
        "Steed et al., 4.3",
        few_mentions_suffice,
    ),
    Claim(
        "upstream_effect",
        "A step of upstream bias (occupations: -0.3, terms: +0.1) goes with a small increase of the outcome.",
        "Steed et al., 4.2",
        partial(slope_in_group, cause="upstream", group="all_pretrained", steps=(-0.3, 0.1), printed=(0.5, 3.7)),
    ),
    Claim(
        "prevalence_effect",
        "A prevalence that is 0.1 higher goes with an increase of the outcome.",
        "Steed et al., 4.2",
        partial(slope_in_group, cause="prevalence", group="all_pretrained", steps=(0.1, 0.1), printed=(6.5, 6.3)),
    ),
    Claim(
        "mentions_effect",
        "On scrubbed data, fewer mentions (by 0.01 of the texts) go with fewer false flags.",
        "Steed et al., 4.3",
        partial(
            slope_in_group,
            cause="mention_share",
            group="scrubbed",
            steps=(0.01, 0.01),
            printed=(7.2, 7.2),
            within_targets=True,
        ),
    ),
    Claim(
        "surgeons",
        "Surgeons' biographies with he/him are likelier to be classified right, whatever the mitigation.",
        "Steed et al., 4.1",
        partial(named_ratio, target="surgeon", printed=1.3),
    ),
)
"""All claims, in the order of tables."""
