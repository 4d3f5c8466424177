"""The interventions of a study file: a section for each record, and what bias directions are found from."""

from typing import Any

from pydantic import create_model, model_validator

from biastransfer.common import registry
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.common.section import Count, Section, TextFiles


class _Named(Section):
    @model_validator(mode="before")
    @classmethod
    def _a_name_alone_means_its_defaults(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {key: {} if value is None else value for key, value in values.items()}


Interventions = create_model(
    "Interventions",
    __base__=_Named,
    __doc__="The interventions of a study; one that is not named is not run.",
    **{
        name: (record.section | None, None)
        for records in (registry.model_interventions(), registry.data_interventions())
        for name, record in records.items()
        if name not in (CONTROL, ORIGINAL)  # every study has them
    },
)


class BiasSubspace(Section):
    """What bias directions are found from: word pairs, and sentences in which they are swapped.

    Without ``sentences`` it is the corpus that this study pre-trains on.
    """

    pairs: str = "workflow/words/definitional_pairs.yaml"
    sentences: TextFiles | None = None
    max_sentences: Count = 20000
