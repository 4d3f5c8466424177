"""The vocabulary's logits at chosen positions alone: the decoder, by far the largest layer, runs nowhere else."""

import torch
import transformers

from biastransfer.common.problems import Problem


def logits_at(
    model: transformers.PreTrainedModel,
    ids: torch.Tensor,
    attention: torch.Tensor | None,
    rows: torch.Tensor,
    places: torch.Tensor,
) -> torch.Tensor:
    """Run a masked language model and its decoder at chosen positions only.

    Parameters
    ----------
    ids : tokens of the sentences, shape (sentences, length).
    attention : mask of the same shape, or None where nothing is padded.
    rows, places : the sentence and the position in it of each of n logits, both of shape (n,).

    Returns
    -------
    Logits of shape (n, vocabulary).

    Raises
    ------
    Problem : the architecture has no decoder of its own, or does not call it.
    """
    decoder = model.get_output_embeddings()
    if decoder is None:
        raise Problem(f"{model.config.model_type}: models of this architecture have no decoder that can be found.")
    hook = decoder.register_forward_pre_hook(lambda module, arguments: (arguments[0][rows, places], *arguments[1:]))
    try:
        logits = model(input_ids=ids, attention_mask=attention).logits
    finally:
        hook.remove()
    if logits.shape[:-1] != (len(rows),):
        raise Problem(
            f"{model.config.model_type}: models of this architecture compute their predictions in an unknown way."
        )
    return logits
