"""Saying what is wrong with a study file: one pydantic error becomes one sentence."""

import json
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from biastransfer.common.problems import listing, nearest

TAGS = {"files", "simulated", "pretrain", "path", "hub", "wikipedia_talk", "vader"}


def section_at(root: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the class of the section that a pydantic error location points into."""

    def sections(annotation: Any) -> list[type[BaseModel]]:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return [annotation]
        return [section for part in typing.get_args(annotation) for section in sections(part)]

    here: list[type[BaseModel]] = [root]
    for step in location:
        found = [
            section
            for owner in here
            if step in owner.model_fields
            for section in sections(owner.model_fields[step].annotation)
        ]
        tagged = [section for section in here if step in typing.get_args(_tag_annotation(section))]
        here = found or tagged or here
    return here[0] if len(here) == 1 else None


def _tag_annotation(section: type[BaseModel]) -> Any:
    field = section.model_fields.get("type")
    return field.annotation if field else None


def sentence(problem: Mapping[str, Any], origin: str, root: type[BaseModel]) -> str:
    """Tell one pydantic error as a sentence: file, key, what was found, what is allowed, the nearest match.

    Parameters
    ----------
    problem : one of ``ValidationError.errors()``.
    origin : the file's name.
    root : the model that was validated.
    """
    steps = [str(step) for step in problem["loc"]]
    path = [
        step
        for i, step in enumerate(steps)
        if not (step in TAGS and i and steps[i - 1] in ("source", "corpus", "base", "classifier"))
    ]
    path = [step for step in path if "[" not in step and step not in ("str", "tuple")]
    key, kind, context = ".".join(path), problem["type"], problem.get("ctx", {})
    found = json.dumps(problem.get("input"), default=str)
    found = found if len(found) <= 60 else found[:57] + "..."
    if kind == "extra_forbidden":
        section = section_at(root, tuple(problem["loc"][:-1]))
        allowed = list(section.model_fields) if section else []
        hint = f"allowed: {listing(allowed, 30)}." if allowed else "it is not a key of the study file."
        return f"{origin}: {key}: unknown key; {hint}{nearest(steps[-1], allowed)}"
    if kind == "missing":
        return f"{origin}: {key}: is missing."
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return f"{origin}: {key}.type: must be one of {context.get('expected_tags', 'the known types')}; found {found}."
    if kind == "literal_error":
        options = [word.strip().strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
        return f"{origin}: {key}: found {found}; allowed: {listing(options)}.{nearest(problem.get('input'), options)}"
    if kind == "value_error":
        text = str(context["error"])
        prefix = f"{origin}: {key}." if key and ":" in text.split(" ")[0] else f"{origin}: {key}{': ' if key else ''}"
        return f"{prefix}{text.rstrip('.?')}{'?' if text.endswith('?') else '.'}"
    reason = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{origin}: {key}: found {found}; {reason.replace('input should', 'it should')}."
