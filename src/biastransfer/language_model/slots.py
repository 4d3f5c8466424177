"""Sentences with slots, such as "{pronoun} is {article} {target}.": read, checked and filled; needs no torch.

Also which of a filled sentence's tokens belong to a slot.
"""

from collections.abc import Mapping, Sequence
from string import Formatter

from biastransfer.common.problems import listing, nearest

Span = tuple[int, int]
"""The (start, end) of a slot in a filled sentence, in characters."""


def slots_of(text: str) -> list[str]:
    """The slots of a sentence, in their order."""
    return [slot for _, slot, _, _ in Formatter().parse(text) if slot is not None]


def check_slots(text: str, *, allowed: Sequence[str], once: Sequence[str]) -> None:
    """Refuse a sentence whose slots are not those that are asked for.

    Parameters
    ----------
    allowed : slots that the sentence may have.
    once : slots of these that it must have exactly once.

    Raises
    ------
    ValueError : the message is one sentence.
    """
    try:
        parsed = [found for found in Formatter().parse(text) if found[1] is not None]
    except ValueError as error:
        raise ValueError(f"{text!r} cannot be read: {error}.") from None
    for _, slot, form, conversion in parsed:
        if slot not in allowed:
            raise ValueError(f"unknown slot {{{slot}}}; allowed: {listing(allowed)}.{nearest(slot, allowed)}")
        if form or conversion:
            raise ValueError(f"a slot is a name and nothing else; found more after {{{slot}}}.")
    slots = [slot for _, slot, _, _ in parsed]
    for slot in once:
        if slots.count(slot) != 1:
            raise ValueError(f"needs the slot {{{slot}}} once, found it {slots.count(slot)} times.")


def fill_slots(text: str, values: Mapping[str, str]) -> tuple[str, dict[str, Span]]:
    """Fill all slots; returns the sentence and each slot's span, the last one where a slot occurs several times."""
    sentence, spans = "", {}
    for literal, slot, _, _ in Formatter().parse(text):
        sentence += literal
        if slot is not None:
            spans[slot] = (len(sentence), len(sentence) + len(values[slot]))
            sentence += values[slot]
    return sentence, spans


def tokens_in(span: Span, sentence: str, offsets: Sequence[Span], words: Sequence[int | None]) -> tuple[int, ...]:
    """Positions of the tokens that belong to a slot.

    A token that is nothing but the space before a slot belongs to it; a special token belongs to none.

    Parameters
    ----------
    span : of the slot.
    sentence : as it was tokenised.
    offsets : the (start, end) of each token in the sentence.
    words : the word that each token is part of; None for special tokens.
    """
    start, end = span
    return tuple(
        place
        for place, (left, right) in enumerate(offsets)
        if words[place] is not None
        and (
            (left < end and right > start)
            or (start - 1 <= left and right <= start and not sentence[left:right].strip())
        )
    )
