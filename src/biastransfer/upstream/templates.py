"""Template sets: YAML files whose sentences have slots, read and checked, filled and tokenised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import yaml

from biastransfer.problems import Problem, listing, nearest

KEYS = {"measure", "source", "notes", "pronouns", "templates"}
NEEDED_SLOTS = {"pronoun_ranking": ("pronoun", "target"), "negative_sentiment": ("target", "mask")}
"""Measure -> the slots that each of its sentences needs."""


@dataclass(frozen=True)
class TemplateSet:
    """Sentences by name, and the pronoun of each group where the measure compares pronouns."""

    sentences: dict[str, str]
    pronouns: dict[str, str]


def read_templates(path: str | Path, measure: str, compare: Sequence[str] = ()) -> TemplateSet:
    """Read a template set.

    Parameters
    ----------
    path : of the YAML file.
    measure : that will use it; must be the one the file names.
    compare : groups that need a pronoun.

    Raises
    ------
    Problem : the file is missing, is no valid YAML, or has an unknown key, an unknown slot, a missing slot or a
        repeated name.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError:
        raise Problem(f"{path}: no such template file.") from None
    except yaml.YAMLError as error:
        raise Problem(f"{path}: not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(content, dict) or not content.get("templates"):
        raise Problem(f"{path}: templates: is missing or empty.")
    for key in content:
        if key not in KEYS:
            raise Problem(f"{path}: {key}: unknown key; allowed: {listing(sorted(KEYS))}.{nearest(key, KEYS)}")
    if content.get("measure") != measure:
        raise Problem(f"{path}: measure: is {content.get('measure')!r}, but the study uses the file for {measure!r}.")
    sentences: dict[str, str] = {}
    for entry in content["templates"]:
        if not isinstance(entry, dict) or set(entry) != {"name", "text"}:
            raise Problem(f"{path}: templates: an entry must have the keys name and text, found {entry!r}.")
        name, text = str(entry["name"]), str(entry["text"])
        try:
            found = [slot for _, slot, _, _ in Formatter().parse(text) if slot is not None]
        except ValueError as error:
            raise Problem(f"{path}: {name}: {text!r} cannot be read: {error}.") from None
        allowed = (*NEEDED_SLOTS[measure], "article", "Article")
        for slot in found:
            if slot not in allowed:
                raise Problem(
                    f"{path}: {name}: unknown slot {{{slot}}}; allowed: {listing(allowed)}.{nearest(slot, allowed)}"
                )
        for slot in NEEDED_SLOTS[measure]:
            if found.count(slot) != 1:
                raise Problem(f"{path}: {name}: needs the slot {{{slot}}} once, found it {found.count(slot)} times.")
        if name in sentences:
            raise Problem(f"{path}: {name}: the name occurs twice.")
        sentences[name] = text
    pronouns = content.get("pronouns") or {}
    if not isinstance(pronouns, dict):
        raise Problem(
            f"{path}: pronouns: must name a pronoun for each group, as in `she/her: she`; found {pronouns!r}."
        )
    for group in compare:
        if group not in pronouns:
            raise Problem(
                f"{path}: pronouns: none for {group!r}; it has {listing(pronouns)}.{nearest(group, pronouns)}"
            )
    return TemplateSet(sentences, {str(group): str(word) for group, word in pronouns.items()})


def article(word: str) -> str:
    """The indefinite article before a word, by its first letter ("an accountant", "a DJ")."""
    return "an" if word[:1].lower() in "aeiou" else "a"


def fill(text: str, values: Mapping[str, str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Fill a template's slots and capitalise the sentence.

    ``article`` and ``Article`` are chosen by the target. Returns the sentence and each slot's (start, end).
    """
    values = {**values, "article": article(values["target"]), "Article": article(values["target"]).capitalize()}
    sentence, spans = "", {}
    for literal, slot, _, _ in Formatter().parse(text):
        sentence += literal
        if slot is not None:
            spans[slot] = (len(sentence), len(sentence) + len(values[slot]))
            sentence += values[slot]
    return sentence[:1].upper() + sentence[1:], spans


@dataclass(frozen=True)
class Encoded:
    """A tokenised sentence: token ids, the positions of each slot's tokens, and the word that each token is part of."""

    ids: list[int]
    places: dict[str, list[int]]
    words: list[int | None]


def encode(tokenizer, sentence: str, spans: Mapping[str, tuple[int, int]]) -> Encoded:
    """Tokenise a filled sentence and find its slots.

    Slots are found in the *filled* sentence and masked afterwards, token by token, so that no convention about the
    white space before a mask token can shift anything. A token that is nothing but the space before a slot belongs to it.
    """
    encoding = tokenizer(sentence, return_offsets_mapping=True, return_special_tokens_mask=True)
    tokens = [
        (place, left, right)
        for place, ((left, right), special) in enumerate(
            zip(encoding["offset_mapping"], encoding["special_tokens_mask"], strict=True)
        )
        if not special
    ]
    places = {
        slot: [
            place
            for place, left, right in tokens
            if (left < end and right > start)
            or (start - 1 <= left and right <= start and not sentence[left:right].strip())
        ]
        for slot, (start, end) in spans.items()
    }
    return Encoded(list(encoding["input_ids"]), places, encoding.word_ids())


def mask(ids: Sequence[int], positions: Sequence[int], mask_id: int, *, single: bool = False) -> list[int]:
    """Replace the tokens at ``positions`` by one mask each, or all of them by a ``single`` one."""
    chosen = set(positions)
    dropped = set(sorted(chosen)[1:]) if single else set()
    return [mask_id if place in chosen else token for place, token in enumerate(ids) if place not in dropped]
