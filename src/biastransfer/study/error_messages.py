"""One sentence for each thing that is wrong with a study file: file, key, what was found, what is allowed, the nearest match."""

import json
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from biastransfer.common.problems import BARE_WORDS, listing, nearest
from biastransfer.study.task import SECTIONS

TAGGED_BY_TYPE = ("source", "corpus", "base", "classifier")
"""Keys whose section is chosen by ``type``; pydantic adds the type to the place of an error below them."""
MOST_KEYS = 30


def sentences(problems: Sequence[Mapping[str, Any]], origin: str, root: type[BaseModel]) -> list[str]:
    """One sentence for each of ``ValidationError.errors()``, without repetitions."""
    places = [problem["loc"] for problem in problems]
    telling = [problem for problem in problems if not _has_closer(problem["loc"], places)]
    return list(dict.fromkeys(sentence(problem, origin, root) for problem in telling))


def sentence(problem: Mapping[str, Any], origin: str, root: type[BaseModel]) -> str:
    """Write one pydantic error as a sentence.

    Parameters
    ----------
    problem : one of ``ValidationError.errors()``.
    origin : the file's name.
    root : the model that was validated.
    """
    place, kind, context = tuple(problem["loc"]), problem["type"], problem.get("ctx", {})
    key, value = ".".join(_path(place)), _shown(problem.get("input"))
    if kind == "extra_forbidden":
        return f"{origin}: {key}: {_unknown_key(place, root)}"
    if kind == "missing":
        section = section_at(root, place[:-1])
        hint = section.model_fields[place[-1]].description if section and place[-1] in section.model_fields else None
        return f"{origin}: {key}: is missing{f'; {hint}' if hint else ''}."
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        tag = str(context.get("discriminator", "type")).strip("'")
        if other := _kind_with_source(place, context.get("tag")):
            return f"{origin}: {key}.{tag}: {context['tag']} belongs to {other} tasks, and this one is {place[2]}."
        if kind == "union_tag_not_found":
            kinds = f"; allowed: {listing(SECTIONS)}" if len(place) == 2 and place[0] == "tasks" else ""
            return f"{origin}: {key}.{tag}: is missing{kinds}."
        options = [word.strip().strip("'") for word in context["expected_tags"].split(",")]
        found = _shown(context["tag"])
        return f"{origin}: {key}.{tag}: found {found}; allowed: {listing(options)}.{nearest(context['tag'], options)}"
    if kind == "literal_error":
        options = [word.strip().strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
        return f"{origin}: {key}: found {value}; allowed: {listing(options)}.{nearest(problem.get('input'), options)}"
    if kind == "value_error":
        text = str(context["error"])
        begins_with_key = ":" in text.split(" ")[0]
        return f"{origin}: {key}{'.' if key and begins_with_key else ': ' if key else ''}{ended(text)}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        if problem.get("input") is None:
            return f"{origin}: {key}: is empty; give it keys or delete it."
        return f"{origin}: {key}: found {value}; keys are needed, as in `key: value`."
    if kind == "string_type" and isinstance(problem.get("input"), bool):
        return f"{origin}: {key}: found {value}; {BARE_WORDS}."
    reason = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{origin}: {key}: found {value}; {reason.replace('input should', 'it should')}."


def ended(text: str) -> str:
    """A sentence with its full stop, or its question mark."""
    return f"{text.rstrip('.?')}{'?' if text.endswith('?') else '.'}"


def section_at(root: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The class of the section that a place in a study file lies in; None where it is ambiguous."""
    here: list[type[BaseModel]] = [root]
    for step in place:
        below = [
            section
            for owner in here
            if step in owner.model_fields
            for section in _sections(owner.model_fields[step].annotation)
        ]
        tagged = [section for section in here if step in _tags(section)]
        here = below or tagged or here
    return here[0] if len(here) == 1 else None


def _unknown_key(place: tuple[int | str, ...], root: type[BaseModel]) -> str:
    """Why a key is unknown: it belongs to another kind of task, or to none."""
    name = place[-1]
    if place[0] == "tasks" and len(place) > 3 and place[2] in SECTIONS:
        for kind in SECTIONS:
            section = section_at(SECTIONS[kind], place[3:-1])
            if kind != place[2] and section and name in section.model_fields:
                return f"belongs to {kind} tasks, and this one is {place[2]}."
    section = section_at(root, place[:-1])
    allowed = list(section.model_fields) if section else []
    hint = f"allowed: {listing(allowed, MOST_KEYS)}." if allowed else "it is not a key of the study file."
    return f"unknown key; {hint}{nearest(name, allowed)}"


def _kind_with_source(place: tuple[int | str, ...], tag: object) -> str | None:
    """The other kind of task that has a source of this type."""
    if place[:1] != ("tasks",) or place[3:] != ("source",):
        return None
    sources = {kind: _sections(section.model_fields["source"].annotation) for kind, section in SECTIONS.items()}
    return next((kind for kind, of in sources.items() if any(tag in _tags(source) for source in of)), None)


def _path(place: tuple[int | str, ...]) -> list[str]:
    """The keys of a place, without what pydantic adds for unions."""
    steps = [str(step) for step in place]
    return [
        step
        for number, step in enumerate(steps)
        if "[" not in step
        and step not in ("str", "tuple")
        and not (number and steps[number - 1] in TAGGED_BY_TYPE and step in _types())
        and not (number == 2 and steps[0] == "tasks" and step in SECTIONS)
        and not (number == 2 and steps[0] == "bases" and step in _types())
    ]


def _types() -> set[str]:
    return {"files", "simulated", "pretrain", "path", "hub", "wikipedia_talk", "vader", "seed_twin"}


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _sections(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [section for part in typing.get_args(annotation) for section in _sections(part)]


def _tags(section: type[BaseModel]) -> tuple[Any, ...]:
    """The values of ``type`` or ``kind`` that choose a section."""
    fields = (section.model_fields.get(name) for name in ("type", "kind"))
    return tuple(tag for field in fields if field for tag in typing.get_args(field.annotation))


def _has_closer(place: tuple, places: Sequence[tuple]) -> bool:
    """Whether a value that is "no string" is a list, and another error names the entry."""
    return place[-1:] == ("str",) and any(
        other[: len(place) - 1] == place[:-1] and len(other) > len(place) for other in places
    )
