"""Hidden states of texts, each distinct text read once; needs no torch."""

from collections.abc import Mapping, Sequence

import numpy as np


def unknown_texts(texts: Sequence[str], known: Mapping[str, np.ndarray]) -> list[str]:
    """The distinct texts without known states, in their order."""
    return list(dict.fromkeys(text for text in texts if text not in known))


def fill(texts: Sequence[str], known: Mapping[str, np.ndarray], read: Sequence[str], states: np.ndarray) -> np.ndarray:
    """The states of all texts, shape (texts, width), float32.

    Parameters
    ----------
    known : text -> its states, shape (width,).
    read : the other distinct texts.
    states : theirs, shape (read, width).
    """
    all_states = {**known, **dict(zip(read, states, strict=True))}
    return np.stack([all_states[text] for text in texts]).astype(np.float32)
