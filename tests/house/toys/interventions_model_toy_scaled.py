"""A toy intervention on the model: longer word embeddings."""

import torch


def intervene(model, level, seed):
    """Multiply the word embeddings by 1 + level."""
    with torch.no_grad():
        model.get_input_embeddings().weight.mul_(1 + level)
    return model, {"toy": True}
