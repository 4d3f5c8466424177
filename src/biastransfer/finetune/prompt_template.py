"""Prompts: sentences with a slot for the text, one for the class and any number of other masks; needs no torch."""

from biastransfer.language_model.slots import check_slots, slots_of

SLOTS = ("label", "mask", "text")
"""``label`` is the mask whose prediction is read, ``mask`` a further mask, ``text`` the text to classify."""


def check(template: str) -> None:
    """Refuse a template that is no prompt.

    Raises
    ------
    ValueError : it cannot be read, has an unknown slot, or has ``{label}`` or ``{text}`` not once; one sentence.
    """
    check_slots(template, allowed=SLOTS, once=("label", "text"))


def label_number(template: str) -> int:
    """Which of a filled prompt's masks is the label's: 0 is the first, −1 the last.

    Masks are counted from the end that the text is not at: a text may hold a mask of its own.
    """
    slots = slots_of(template)
    before, after = slots[: slots.index("label")], slots[slots.index("label") + 1 :]
    return -1 - after.count("mask") if "text" in before else before.count("mask")
