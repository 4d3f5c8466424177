"""A model that projects its last hidden states whenever it runs (SentDebias and LEACE at the encoder's output).

The wrapper has a ``model_type`` of its own: a program that does not know it cannot open the checkpoint. (In public code such
models were saved as their plain base, and their scores were the plain base's.)
"""

import numpy as np
import torch
from transformers import (
    AutoConfig,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    PretrainedConfig,
    PreTrainedModel,
)


class WrappedConfig(PretrainedConfig):
    """The configuration of a model that wraps another, whose own is under ``base``."""

    def __init__(self, base: dict | None = None, **values):
        self.base = base or {}
        inherited = ("hidden_size", "vocab_size", "max_position_embeddings", "initializer_range", "pad_token_id")
        plain = AutoConfig.for_model(**self.base) if self.base else None
        for name in inherited:
            values.setdefault(name, getattr(plain, name, None))
        super().__init__(**values)


class ProjectedConfig(WrappedConfig):
    """The wrapped model's configuration under ``base``, and the projection's ``rank``."""

    model_type = "biastransfer_projected"

    def __init__(self, base: dict | None = None, rank: int = 1, **values):
        self.rank = rank
        super().__init__(base, **values)


class _Projected(PreTrainedModel):
    config_class = ProjectedConfig
    base_model_prefix = "inner"
    auto: type

    def __init__(self, config: ProjectedConfig):
        super().__init__(config)
        plain = AutoConfig.for_model(**config.base)
        plain.num_labels = config.num_labels
        self.inner = self.auto.from_config(plain)
        for name, shape in (
            ("left", (config.hidden_size, config.rank)),
            ("right", (config.rank, config.hidden_size)),
            ("offset", (config.hidden_size,)),
        ):
            self.register_buffer(f"projection_{name}", torch.zeros(shape))
        self.base_model.register_forward_hook(self._project)
        self.post_init()

    @property
    def base_model(self) -> torch.nn.Module:
        """The encoder."""
        return self.inner.base_model

    def _project(self, module, arguments, output):
        """h − L R (h − μ), as in interventions.model.projection; there in float64, here in the model's own precision."""
        hidden = output.last_hidden_state
        part = (hidden - self.projection_offset) @ self.projection_right.T
        output.last_hidden_state = hidden - part @ self.projection_left.T
        if getattr(output, "pooler_output", None) is not None:  # BERT's classifier reads this one
            output.pooler_output = module.pooler(output.last_hidden_state)
        return output

    def _init_weights(self, module: torch.nn.Module) -> None:
        """The wrapped model has initialised itself."""

    def get_input_embeddings(self) -> torch.nn.Module:
        """The wrapped model's word embeddings."""
        return self.inner.get_input_embeddings()

    def get_output_embeddings(self) -> torch.nn.Module | None:
        """The wrapped model's decoder."""
        return self.inner.get_output_embeddings()

    def forward(self, **inputs):
        """Run the wrapped model; its encoder's output is projected before the head reads it."""
        return self.inner(**inputs)


class ProjectedForMaskedLM(_Projected):
    """A masked language model whose last hidden states are projected."""

    auto = AutoModelForMaskedLM


class ProjectedForSequenceClassification(_Projected):
    """A sequence classifier whose last hidden states are projected."""

    auto = AutoModelForSequenceClassification


AutoConfig.register(ProjectedConfig.model_type, ProjectedConfig)
AutoModelForMaskedLM.register(ProjectedConfig, ProjectedForMaskedLM)
AutoModelForSequenceClassification.register(ProjectedConfig, ProjectedForSequenceClassification)


def project(model: PreTrainedModel, left: np.ndarray, right: np.ndarray, offset: np.ndarray) -> ProjectedForMaskedLM:
    """Wrap a masked language model so that h' = h − L R (h − μ) after its encoder.

    Parameters
    ----------
    left, right, offset : L of shape (width, k), R of shape (k, width) and μ of shape (width,).
    """
    base = {key: value for key, value in model.config.to_dict().items() if key != "architectures"}
    wrapped = ProjectedForMaskedLM(ProjectedConfig(base=base, rank=left.shape[1]))
    wrapped.inner.load_state_dict(model.state_dict())
    with torch.no_grad():
        for name, part in (("left", left), ("right", right), ("offset", offset)):
            getattr(wrapped, f"projection_{name}").copy_(torch.from_numpy(np.ascontiguousarray(part)))
    return wrapped.eval()
