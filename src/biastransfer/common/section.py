"""The base of every part of a study file: a section that refuses unknown keys, and kinds of numbers."""

from math import isfinite
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator

from biastransfer.common.problems import BARE_WORDS

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.]*$")]


class Section(BaseModel):
    """A part of the study file; unknown keys are errors, and so are truth values and infinite numbers in place of numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_numbers(cls, values: Any) -> Any:
        for name, value in values.items() if isinstance(values, dict) else ():
            kinds = _kinds(cls.model_fields[name].annotation) if name in cls.model_fields else set()
            if isinstance(value, bool) and kinds & {int, float} and not kinds & {bool, object, Any}:
                raise ValueError(f"{name}: found {str(value).lower()}; a number is needed ({BARE_WORDS})")
            if isinstance(value, float) and not isfinite(value) and kinds & {int, float}:
                raise ValueError(f"{name}: found {value}; a finite number is needed")
        return values


def _kinds(annotation: object) -> set[object]:
    """The plain types that a field may have, without what they are annotated with."""
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _kinds(parts[0])
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*map(_kinds, parts))
    return {annotation}


class MeasureSection(Section):
    """How an upstream measure is taken: its template file; subclasses add the measure's switches."""

    templates: str


class TextFiles(Section):
    """Unlabelled texts from files."""

    files: list[str] = Field(min_length=1)
    column: str = "text"
