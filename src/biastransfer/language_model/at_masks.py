"""The vocabulary's logits at chosen positions alone: the decoder, by far the largest layer, runs nowhere else."""

import torch
import transformers


def logits_at(
    model: transformers.PreTrainedModel,
    ids: torch.Tensor,
    attention: torch.Tensor | None,
    rows: torch.Tensor,
    places: torch.Tensor,
) -> torch.Tensor:
    """Run a masked language model and its decoder at chosen positions only; architectures without a decoder layer run it everywhere.

    Parameters
    ----------
    ids : tokens of the sentences, shape (sentences, length).
    attention : mask of the same shape, or None where nothing is padded.
    rows, places : the sentence and the position in it of each of n logits, both of shape (n,).

    Returns
    -------
    Logits of shape (n, vocabulary).

    """
    decoder = model.get_output_embeddings()
    masks = {} if attention is None else {"attention_mask": attention}
    if decoder is None:
        return model(input_ids=ids, **masks).logits[rows, places]
    hook = decoder.register_forward_pre_hook(lambda module, arguments: (arguments[0][rows, places], *arguments[1:]))
    try:
        logits = model(input_ids=ids, **masks).logits
    finally:
        hook.remove()
    return logits if logits.ndim == 2 else logits[rows, places]  # MobileBERT multiplies by its decoder's weights itself
