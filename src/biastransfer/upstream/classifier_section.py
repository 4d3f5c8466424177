"""The sentiment classifier in a study file: a lexicon, a local checkpoint, or one of the hub."""

from typing import Literal

from pydantic import StrictInt, model_validator

from biastransfer.common.section import Section


class Lexicon(Section):
    """The VADER lexicon, which comes with the workflow."""

    type: Literal["vader"]


class ClassifierFromPath(Section):
    """A sentiment classifier from a local checkpoint directory; ``negative`` is its class, by name or number."""

    type: Literal["path"]
    path: str
    negative: StrictInt | str = 0


class ClassifierFromHub(Section):
    """A sentiment classifier of the Hugging Face hub, at a pinned revision; the default is that of Steed et al. 2022."""

    type: Literal["hub"]
    model: str = "cardiffnlp/twitter-roberta-base-sentiment"
    revision: str = "daefdd1f6ae931839bce4d0f3db0a1a4265cd50f"
    negative: StrictInt | str = 0

    @model_validator(mode="after")
    def _is_pinned(self) -> "ClassifierFromHub":
        if "model" in self.model_fields_set and "revision" not in self.model_fields_set:
            raise ValueError("revision: is missing; a model of your own needs one, a commit at best")
        return self
