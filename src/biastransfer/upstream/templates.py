"""Template sets: YAML files whose sentences have slots, read and checked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from biastransfer.common import registry
from biastransfer.common.english import article
from biastransfer.common.problems import BARE_WORDS, Problem, listing, nearest
from biastransfer.common.records import TemplateForm
from biastransfer.common.yaml_files import read_yaml
from biastransfer.language_model.slots import Span, check_slots, fill_slots
from biastransfer.tasks.groups import compares_rest

ARTICLES = ("article", "Article")
"""Slots that any sentence may have: the target's indefinite article."""
PLACEHOLDER = "good"
"""What fills the slot of a mask until the sentence is tokenised."""

_KEYS = {
    "pronouns": ("pronouns", "plural", "neutral"),
    "two_sides": ("attributes",),
    "groups": ("attributes",),
    "none": (),
}
"""What a form has as lists of words -> the keys that hold them."""


@dataclass(frozen=True)
class Template:
    """A sentence with slots, and its place ("FILE:LINE: NAME").

    Some have a second sentence: its version for plural words, or the one that holds the attribute alone.
    """

    name: str
    text: str
    text_plural: str | None = None
    text_attribute: str | None = None
    place: str = ""

    def fill(self, values: Mapping[str, str], *, plural: bool = False) -> tuple[str, dict[str, Span]]:
        """Fill the slots and capitalise the sentence; returns it and each slot's (start, end)."""
        return fill(self.text_plural if plural and self.text_plural else self.text, values)

    def fill_attribute(self, word: str) -> tuple[str, dict[str, Span]]:
        """Fill the sentence of the attribute."""
        return fill(self.text_attribute or "", {"attribute": word})


@dataclass(frozen=True)
class TemplateSet:
    """The sentences of a measure and the words that it compares.

    ``pronouns`` has a word per group, which may be any word; groups in ``plural`` take the plural sentences; the word of
    the group ``neutral`` is scored beside those that are compared. ``attributes`` has the words of two sides, or of every group.
    """

    measure: str
    templates: tuple[Template, ...]
    pronouns: dict[str, str] = field(default_factory=dict)
    plural: tuple[str, ...] = ()
    neutral: str | None = None
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def read_templates(path: str | Path, measure: str | None = None, compare: Sequence[str] = ()) -> TemplateSet:
    """Read a template set of the form that the measure's record gives (rules have it in their params).

    Parameters
    ----------
    path : of the YAML file.
    measure : that will use it; must be the one the file names (None: any).
    compare : groups that need a pronoun.

    Raises
    ------
    Problem : the file is missing, is no valid YAML, or has an unknown key or slot, a missing slot, or a repeated name,
        sentence or attribute; the message names the line.
    """
    content, lines = read_yaml(path, "template file")
    named = content.get("measure")
    measures = registry.upstream_measures()
    if not isinstance(named, str) or named not in measures:
        raise Problem(f"{path}: measure: found {named!r}; allowed: {listing(measures)}.{nearest(named, measures)}")
    form = measures[named].form
    if measure not in (None, named):
        raise Problem(
            f"{path}:{lines['measure',]}: measure: is {named!r}, but the study uses the file for {measure!r}."
        )
    allowed = ("measure", "source", "notes", "templates", *_KEYS[form.words])
    for key in content:
        if key not in allowed:
            raise Problem(
                f"{path}:{lines.get((key,), 1)}: {key}: unknown key; allowed: {listing(allowed)}.{nearest(key, allowed)}"
            )
    found = TemplateSet(
        named,
        _templates(path, content.get("templates"), form, lines),
        *_pronouns(path, content, lines),
        attributes=_attributes(path, content.get("attributes"), lines, form)
        if "attributes" in _KEYS[form.words]
        else {},
    )
    key = "attributes" if "attributes" in _KEYS[form.words] else "pronouns"
    words = found.attributes or found.pronouns
    for group in compare[:1] if compares_rest(compare) else compare:
        if group not in words:
            where = f"{path}:{lines.get((key,), 1)}"
            raise Problem(
                f"{where}: {key}: none for {group!r}; it has {listing(words) or 'none'}.{nearest(group, words)}"
            )
    if compares_rest(compare) and not others(words, compare, found.neutral):
        raise Problem(
            f"{path}:{lines.get((key,), 1)}: {key}: has no other group that {compare[0]!r} can be compared with."
        )
    if set(found.plural) & {*compare[:1], *others(found.pronouns, compare, found.neutral), found.neutral}:
        for template in found.templates:
            if template.text_plural is None:
                raise Problem(f"{template.place}: text_plural: is missing; {listing(found.plural)} needs it.")
    return found


def _templates(
    path: str | Path, entries: object, form: TemplateForm, lines: Mapping[tuple, int]
) -> tuple[Template, ...]:
    if not isinstance(entries, list) or not entries:
        raise Problem(f"{path}:{lines.get(('templates',), 1)}: templates: is missing or empty.")
    second = form.second
    keys = ["name", "text", *([second.key] if second else [])]
    needed = set(keys if second and second.required else keys[:2])
    found: dict[str, Template] = {}
    texts: dict[str, str] = {}
    for number, entry in enumerate(entries):
        line = f"{path}:{lines['templates', number]}"
        if not isinstance(entry, dict) or not needed <= set(entry) <= set(keys):
            raise Problem(f"{line}: templates: an entry must have the keys {listing(keys)}, found {entry!r}.")
        for key, text in entry.items():
            if not isinstance(text, str) or not text.strip():
                raise Problem(f"{line}: {key}: found {text!r}; it must be a text (in quotes, if need be).")
        name = entry["name"]
        template = Template(**entry, place=f"{line}: {name}")
        _check_slots(template.text, template.place, form.slots)
        if second and second.key in entry:
            _check_slots(entry[second.key], template.place, second.slots)
        for text in dict.fromkeys(filter(None, (template.text, template.text_plural))):
            if texts.setdefault(text, name) != name:
                raise Problem(f"{template.place}: the same sentence as {texts[text]}.")
        if name in found:
            raise Problem(f"{template.place}: the name occurs twice.")
        found[name] = template
    return tuple(found.values())


def _check_slots(text: str, place: str, needed: Sequence[str]) -> None:
    try:
        check_slots(text, allowed=(*needed, *ARTICLES), once=needed)
    except ValueError as error:
        raise Problem(f"{place}: {error}") from None


def _pronouns(
    path: str | Path, content: Mapping, lines: Mapping[tuple, int]
) -> tuple[dict[str, str], tuple[str, ...], str | None]:
    pronouns, plural, neutral = content.get("pronouns") or {}, content.get("plural") or [], content.get("neutral")
    plural = [plural] if isinstance(plural, str) else plural
    where = f"{path}:{lines.get(('pronouns',), 1)}: pronouns"
    if not isinstance(pronouns, dict) or not all(
        isinstance(part, str) and part == part.strip() != "" for pair in pronouns.items() for part in pair
    ):
        truth = isinstance(pronouns, dict) and any(isinstance(part, bool) for pair in pronouns.items() for part in pair)
        why = f" ({BARE_WORDS})" if truth else ""
        raise Problem(f"{where}: must name a word for each group, as in `she/her: she`; found {pronouns!r}{why}.")
    words = list(pronouns.values())
    for word in words:
        if words.count(word) > 1:
            raise Problem(f"{where}: {word!r} is the word of two groups.")
    for key, groups in (("plural", plural), ("neutral", [] if neutral is None else [neutral])):
        for group in groups if isinstance(groups, list) else [groups]:
            if not isinstance(group, str) or group not in pronouns:
                raise Problem(
                    f"{path}:{lines[key,]}: {key}: {group!r} has no pronoun; allowed: {listing(pronouns)}."
                    f"{nearest(group, pronouns)}"
                )
    return pronouns, tuple(plural), neutral


def _attributes(
    path: str | Path, sides: object, lines: Mapping[tuple, int], form: TemplateForm
) -> dict[str, tuple[str, ...]]:
    where = f"{path}:{lines.get(('attributes',), 1)}: attributes"
    lists = list(sides.values()) if isinstance(sides, dict) else []
    by_group = form.words == "groups"
    if not (len(lists) >= 2 if by_group else len(lists) == 2) or not all(
        isinstance(words, list) and words for words in lists
    ):
        what = (
            "a list of words for every group"
            if by_group
            else "two sides with a list of words each, such as toxic and non_toxic"
        )
        raise Problem(f"{where}: must name {what}.")
    seen: set[str] = set()
    for word in (word for words in lists for word in words):
        if not isinstance(word, str) or not word.strip():
            raise Problem(f"{where}: found {word!r}; it must be a word.")
        if word in seen:
            raise Problem(f"{where}: {word!r} occurs twice.")
        seen.add(word)
    return {str(side): tuple(words) for side, words in sides.items()}


def others(words: Mapping[str, object], compare: Sequence[str], neutral: str | None = None) -> list[str]:
    """Groups that the first one is compared with: the second, or for ``rest`` all others that have words; not the neutral one."""
    if compares_rest(compare):
        return [group for group in words if group not in (compare[0], neutral)]
    return list(compare[1:])


def sides(templates: TemplateSet, compare: Sequence[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The attributes of the two sides that are compared; without ``compare`` the only two there are."""
    compare = compare or tuple(templates.attributes)
    second = (word for group in others(templates.attributes, compare) for word in templates.attributes[group])
    return templates.attributes[compare[0]], tuple(second)


def numbers_as_words(targets: Mapping[str, str]) -> list[str]:
    """A sentence of doubt if targets are written as numbers, which a language model reads as quantities.

    Parameters
    ----------
    targets : target -> how it is written.
    """
    numbers = [form for form in targets.values() if re.fullmatch(r"[\d.,\s]+", form)]
    if not numbers:
        return []
    return [
        f'surface_forms: targets are written as numbers ({listing(numbers, 5)}), so templates read "She is a {numbers[0]}."; give their '
        "names with label_names or surface_forms."
    ]


def surfaces(targets: Iterable[str], surface_forms: Mapping[str, str]) -> dict[str, str]:
    """Target -> how it is written in a sentence: the form given, or its name with spaces for underscores.

    Raises
    ------
    Problem : a form is blank, or given for what is almost the name of a target. (Others are let be: a study may have forms
        for targets that some data does not have.)
    """
    targets = list(targets)
    for name, form in surface_forms.items():
        if name not in targets and nearest(name, targets):
            raise Problem(f"surface_forms: {name!r} is not a target.{nearest(name, targets)}")
        if not form.strip():
            raise Problem(f"surface_forms: {name}: is blank; it must say how the target is written.")
    return {target: surface_forms.get(target, target.replace("_", " ")) for target in targets}


def fill(text: str, values: Mapping[str, str]) -> tuple[str, dict[str, Span]]:
    """Fill a sentence's slots and capitalise it.

    ``article`` and ``Article`` are chosen by the target, or by the attribute where there is none. Returns the sentence and each
    slot's (start, end).
    """
    chosen = article(values.get("target") or values["attribute"])
    sentence, spans = fill_slots(text, {**values, "article": chosen, "Article": chosen.capitalize()})
    first = sentence[:1].upper()
    return (first if len(first) == 1 else sentence[:1]) + sentence[1:], spans
