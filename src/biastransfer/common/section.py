"""The base of every part of a study file: a section that refuses unknown keys, and kinds of numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.]*$")]


class Section(BaseModel):
    """A part of the study file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MeasureSection(Section):
    """How an upstream measure is taken: its template file; subclasses add the measure's switches."""

    templates: str


class TextFiles(Section):
    """Unlabelled texts from files."""

    files: list[str] = Field(min_length=1)
    column: str = "text"
