"""Prompts: sentences with a slot for the text, one for the class and any number of other masks; needs no torch."""

from string import Formatter

from biastransfer.common.problems import listing, nearest

SLOTS = ("label", "mask", "text")
"""``label`` is the mask whose prediction is read, ``mask`` a further mask, ``text`` the text to classify."""


def check(template: str) -> None:
    """Refuse a template that is no prompt.

    Raises
    ------
    ValueError : it cannot be read, has an unknown slot, or has ``{label}`` or ``{text}`` not once; one sentence.
    """
    try:
        parsed = [found for found in Formatter().parse(template) if found[1] is not None]
    except ValueError as error:
        raise ValueError(f"{template!r} cannot be read: {error}") from None
    slots = [slot for _, slot, _, _ in parsed]
    for _, slot, form, conversion in parsed:
        if slot not in SLOTS:
            raise ValueError(f"unknown slot {{{slot}}}; allowed: {listing(SLOTS)}.{nearest(slot, SLOTS)}")
        if form or conversion:
            raise ValueError(f"a slot is a name and nothing else; found more after {{{slot}")
    for slot in ("label", "text"):
        if slots.count(slot) != 1:
            raise ValueError(f"needs the slot {{{slot}}} once, found it {slots.count(slot)} times")


def fill(template: str, **values: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Fill all slots; returns the sentence and each slot's (start, end), of ``mask`` the last."""
    sentence, spans = "", {}
    for literal, slot, _, _ in Formatter().parse(template):
        sentence += literal
        if slot is not None:
            spans[slot] = (len(sentence), len(sentence) + len(values[slot]))
            sentence += values[slot]
    return sentence, spans


def label_number(template: str) -> int:
    """Which of a filled prompt's masks is the label's: 0 is the first, −1 the last.

    Masks are counted from the end on which the text does not stand: a text may hold a mask of its own.
    """
    slots = [slot for _, slot, _, _ in Formatter().parse(template) if slot]
    before, after = slots[: slots.index("label")], slots[slots.index("label") + 1 :]
    return -1 - after.count("mask") if "text" in before else before.count("mask")
