"""Templates filled with targets, one word of every list in turn: sentences to try a model on."""

from collections.abc import Mapping
from itertools import cycle

from biastransfer.language_model.encoding import Filled, encode
from biastransfer.upstream.templates import PLACEHOLDER, TemplateSet


def example_sentences(
    tokenizer, templates: TemplateSet, targets: Mapping[str, str]
) -> dict[str, list[tuple[int, ...]]]:
    """Token ids of every template filled with every target; the slot of a mask has one.

    Raises
    ------
    Problem : see :func:`~biastransfer.language_model.encoding.encode`.
    """
    pronouns = cycle(templates.pronouns.items() or [("", "")])
    attributes = cycle([word for words in templates.attributes.values() for word in words] or [""])
    found = {}
    for template in templates.templates:
        filled = []
        for surface in targets.values():
            group, pronoun = next(pronouns)
            words = {"pronoun": pronoun, "attribute": next(attributes), "mask": PLACEHOLDER, "target": surface}
            filled.append(Filled(*template.fill(words, plural=group in templates.plural), template.place))
        found[template.name] = [
            (sentence.hide("mask", tokenizer.mask_token_id, "slot") if "mask" in sentence.places else sentence).ids
            for sentence in encode(tokenizer, filled)
        ]
    return found
