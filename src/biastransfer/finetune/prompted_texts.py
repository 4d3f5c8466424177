"""Tokenising texts within a prompt, once per trainset; needs no torch."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from biastransfer.common.problems import Problem
from biastransfer.language_model.slots import fill_slots

CHUNK = 10_000


def tokenize(
    texts: Sequence[str], tokenizer_file: str | Path, max_length: int, *, template: str, mask: str
) -> list[list[int]]:
    """Return token ids of each text in its prompt, special tokens included, at most ``max_length``.

    What is too long loses the last tokens of the *text*: the prompt is always whole. White space at a text's ends is left
    out, since the prompt has its own. What a text has in common with a special token, such as ``</s>``, gets a blank inside and is text.

    Parameters
    ----------
    template : with the slots ``{label}``, ``{text}`` and ``{mask}``.
    mask : the tokenizer's mask token, which fills the slots of the label and of masks.

    Raises
    ------
    Problem : the prompt alone is longer than ``max_length``.
    """
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    special = {token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special}
    found = []
    for start in range(0, len(texts), CHUNK):
        filled = [
            fill_slots(template, {"label": mask, "mask": mask, "text": _as_text(text.strip(), special)})
            for text in texts[start : start + CHUNK]
        ]
        encodings = tokenizer.encode_batch([sentence for sentence, _ in filled])
        found += [
            _shortened(encoding, spans["text"], max_length, template)
            for encoding, (_, spans) in zip(encodings, filled, strict=True)
        ]
    return found


def _as_text(text: str, special: Iterable[str]) -> str:
    for token in special:
        text = text.replace(token, f"{token[0]} {token[1:]}")
    return text


def _shortened(encoding: Encoding, text: tuple[int, int], max_length: int, template: str) -> list[int]:
    """Token ids without as many of the text's last ones as are too many."""
    excess = len(encoding.ids) - max_length
    if excess <= 0:
        return encoding.ids
    start, end = text
    places = [place for place, (left, right) in enumerate(encoding.offsets) if left < end and right > start]
    if len(places) < excess:
        raise Problem(
            f"fine_tuning.max_length: {max_length} tokens do not hold the prompt {template!r}, which alone has "
            f"{len(encoding.ids) - len(places)}."
        )
    cut = set(places[-excess:])
    return [token for place, token in enumerate(encoding.ids) if place not in cut]
