"""Replacing the word-embedding matrix of a masked language model, with or without its decoder."""

import torch


def word_embeddings(model: torch.nn.Module) -> torch.Tensor:
    """The word-embedding matrix in float64, shape (vocabulary, width); a copy."""
    return model.get_input_embeddings().weight.detach().double().clone()


def replace_word_embeddings(model: torch.nn.Module, matrix: torch.Tensor, *, tie_decoder: bool) -> dict:
    """Write a new word-embedding matrix into the model.

    Parameters
    ----------
    model : a masked language model; changed in place.
    matrix : shape (vocabulary, width).
    tie_decoder : whether a decoder that shares its weights with the matrix goes on sharing them; if not, it keeps the
        weights it had, as a tensor of its own, and ``tie_word_embeddings`` becomes false in the configuration.

    Returns
    -------
    dict with ``decoder``: ``tied``, ``untied`` (here) or ``own`` (the checkpoint's decoder never shared the matrix).
    """
    weight, decoder = model.get_input_embeddings().weight, model.get_output_embeddings()
    state = "own"
    if decoder.weight is weight:
        state = "tied" if tie_decoder else "untied"
    if state == "untied":
        for name, parameter in list(decoder.named_parameters()):
            setattr(decoder, name, torch.nn.Parameter(parameter.detach().clone()))
        model.config.tie_word_embeddings = False
    with torch.no_grad():
        weight.copy_(matrix)
    return {"decoder": state}
