"""The base models of a study file: where they come from, or how they are pre-trained."""

from typing import Annotated, Literal

from pydantic import Field

from biastransfer.common.section import Count, Positive, Section, Share, TextFiles


class TextCorpus(TextFiles):
    """Unlabelled text for pre-training."""

    type: Literal["files"]


class SimulatedCorpus(Section):
    """Sentences drawn from the worlds of the simulated tasks."""

    type: Literal["simulated"]
    sentences: Count = 48000
    association: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    """Factor of the planted upstream associations: 0 plants none, -1 reverses them."""


class Architecture(Section):
    """Size of the RoBERTa that is pre-trained."""

    hidden_size: Count = 64
    num_hidden_layers: Count = 2
    num_attention_heads: Count = 2
    intermediate_size: Count = 256
    max_position_embeddings: Count = 132
    initializer_range: Positive = 0.1
    dropout: Share = 0.0


class PretrainingRecipe(Section):
    """Masked-language-model training."""

    epochs: Positive = 3
    batch_tokens: Count = 1024
    learning_rate: Positive = 2e-3
    warmup_share: Share = 0.1
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    mask_probability: Annotated[float, Field(gt=0, lt=1)] = 0.25
    sentence_weight: Annotated[float, Field(ge=0)] = 0.0
    max_length: Count = 64
    pack: bool = False


class PretrainedHere(Section):
    """A base model pre-trained as a step of the study."""

    type: Literal["pretrain"]
    corpus: Annotated[TextCorpus | SimulatedCorpus, Field(discriminator="type")]
    vocabulary: Annotated[int, Field(ge=262)] = 4000
    lowercase: bool = False
    architecture: Architecture = Architecture()
    training: PretrainingRecipe = PretrainingRecipe()


class BaseFromPath(Section):
    """A base model from a local checkpoint directory with a masked-language-model head."""

    type: Literal["path"]
    path: str


class BaseFromHub(Section):
    """A base model of the Hugging Face hub, at a pinned revision."""

    type: Literal["hub"]
    model: str
    revision: str
    parameters: Count | None = None


class SeedTwin(Section):
    """Another base pre-trained here, pre-trained again with another seed: what a change of the model is compared with."""

    type: Literal["seed_twin"]
    of: str


OneBase = Annotated[PretrainedHere | BaseFromPath | BaseFromHub, Field(discriminator="type")]
"""A base that needs no other."""

AnyBase = Annotated[PretrainedHere | BaseFromPath | BaseFromHub | SeedTwin, Field(discriminator="type")]
"""A base among several."""
