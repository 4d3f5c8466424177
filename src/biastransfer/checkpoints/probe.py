"""A frozen masked language model with a linear classifier on the mean of its last hidden states.

The checkpoint holds the whole masked language model, as it was, and the classifier. Its ``model_type`` is its own: a
program that does not know it cannot open it as something else. ``import biastransfer.checkpoints.probe`` makes it known to
transformers' Auto classes. Source: Alain and Bengio 2017, "Understanding intermediate layers using linear classifier
probes".
"""

from collections.abc import Sequence

import torch
from transformers import AutoConfig, AutoModelForMaskedLM, AutoModelForSequenceClassification, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from biastransfer.checkpoints.pooling import mean_over_tokens
from biastransfer.checkpoints.projected import WrappedConfig

PREFIX = "inner"
"""What the names of the masked language model's weights begin with in a probe's checkpoint."""


class LinearProbeConfig(WrappedConfig):
    """The masked language model's configuration under ``base``, and ``special_ids``, the tokens that no mean counts."""

    model_type = "biastransfer_linear_probe"

    def __init__(self, base: dict | None = None, special_ids: Sequence[int] = (), **values):
        self.special_ids = list(special_ids)
        super().__init__(base, **values)


class LinearProbe(PreTrainedModel):
    """A linear classifier on mean hidden states; the masked language model below it is never trained nor in training mode.

    The classifier starts at zero. It is computed in float32 everywhere.
    """

    config_class = LinearProbeConfig
    base_model_prefix = PREFIX

    def __init__(self, config: LinearProbeConfig):
        super().__init__(config)
        self.inner = AutoModelForMaskedLM.from_config(AutoConfig.for_model(**config.base)).requires_grad_(False)
        self.head = torch.nn.Linear(config.hidden_size, config.num_labels)
        torch.nn.init.zeros_(self.head.weight)
        torch.nn.init.zeros_(self.head.bias)
        self.post_init()

    @property
    def base_model(self) -> torch.nn.Module:
        """The encoder."""
        return self.inner.base_model

    def train(self, mode: bool = True) -> "LinearProbe":
        """Set the classifier's mode; the masked language model stays in evaluation mode, without dropout."""
        super().train(mode)
        self.inner.eval()
        return self

    def _init_weights(self, module: torch.nn.Module) -> None:
        """Everything has initialised itself."""

    def get_input_embeddings(self) -> torch.nn.Module:
        """The word embeddings."""
        return self.inner.get_input_embeddings()

    def get_output_embeddings(self) -> torch.nn.Module | None:
        """The decoder of the masked language model."""
        return self.inner.get_output_embeddings()

    @torch.no_grad()
    def mean_states(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """Mean last hidden state over a text's tokens, special tokens and padding left out, shape (batch, width).

        A text without tokens has zeros.
        """
        hidden = self.base_model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        return mean_over_tokens(hidden, input_ids, attention_mask, self.config.special_ids)

    def classify(self, means: torch.Tensor) -> torch.Tensor:
        """Class logits of mean states, shape (batch, classes)."""
        with torch.autocast(means.device.type, enabled=False):
            return self.head(means)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> SequenceClassifierOutput:
        """Classify texts; only the classifier has gradients."""
        return SequenceClassifierOutput(logits=self.classify(self.mean_states(input_ids, attention_mask)))


AutoConfig.register(LinearProbeConfig.model_type, LinearProbeConfig)
AutoModelForSequenceClassification.register(LinearProbeConfig, LinearProbe)
