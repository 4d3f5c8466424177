"""Slots of sentences: filled, found among the tokens, and refused in one sentence."""

import pytest

from biastransfer.language_model.slots import check_slots, fill_slots, slots_of, tokens_in

TEXT = "{mask} is a {label}. {text}"


def test_slots_are_filled_and_each_span_holds_its_value() -> None:
    values = {"mask": "<mask>", "label": "nurse", "text": "x y"}
    sentence, spans = fill_slots(TEXT, values)
    assert sentence == "<mask> is a nurse. x y"
    assert {slot: sentence[start:end] for slot, (start, end) in spans.items()} == values
    assert slots_of(TEXT) == ["mask", "label", "text"]


def test_a_slot_has_its_tokens_and_the_space_before_it() -> None:
    sentence, spans = fill_slots("a {label}!", {"label": "yoga teacher"})
    offsets = [(0, 0), (0, 1), (1, 2), (2, 6), (6, 10), (10, 14), (14, 15), (0, 0)]
    words = [None, 0, 1, 1, 2, 2, 3, None]
    assert tokens_in(spans["label"], sentence, offsets, words) == (2, 3, 4, 5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{text} {label", "'{text} {label' cannot be read: expected '}' before end of string."),
        ("{labl} {text}", "unknown slot {labl}; allowed: label, text. Did you mean 'label'?"),
        ("{label!r} {text}", "a slot is a name and nothing else; found more after {label}."),
        ("{label} {label} {text}", "needs the slot {label} once, found it 2 times."),
        ("{label}", "needs the slot {text} once, found it 0 times."),
    ],
)
def test_other_slots_are_refused_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        check_slots(text, allowed=("label", "text"), once=("label", "text"))
    assert str(caught.value) == sentence
