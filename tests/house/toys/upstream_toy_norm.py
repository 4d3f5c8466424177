"""A toy measure: how long the embedding of a target's first token is."""

import numpy as np
import pandas as pd


def score(model, tokenizer, templates, targets, *, doubled):
    """``target, template, score, squared``."""
    matrix = model.get_input_embeddings().weight.detach().double().numpy()
    records = []
    for template in templates.templates:
        for target, (token,) in zip(targets, queries(tokenizer, templates, targets), strict=False):
            length = float(np.linalg.norm(matrix[token])) * (2 if doubled else 1)
            records.append((target, template.name, length, length**2))
    return pd.DataFrame(records, columns=["target", "template", "score", "squared"])


def queries(tokenizer, templates, targets, **switches):
    """The first token of every target."""
    for surface in targets.values():
        yield (tokenizer(f" {surface}", add_special_tokens=False)["input_ids"][0],)
