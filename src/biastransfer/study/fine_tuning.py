"""The fine-tuning recipe of a study file: its head, the prompts of a head that needs them, and the optimisation."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from biastransfer.common.section import Count, Positive, Section, Share
from biastransfer.finetune import prompt_template


class Prompt(Section):
    """A task's prompt, and the words that stand for its classes at the prompt's ``{label}``.

    A class without words is called by its name, where it has one.
    """

    template: str = "{mask} is a {label}. {text}"
    labels: dict[str, str | list[str]] = Field(default={})

    @field_validator("template")
    @classmethod
    def _has_its_slots(cls, template: str) -> str:
        prompt_template.check(template)
        return template

    @field_validator("labels")
    @classmethod
    def _are_lists_of_words(cls, labels: dict[str, str | list[str]]) -> dict[str, list[str]]:
        words = {name: [given] if isinstance(given, str) else given for name, given in labels.items()}
        for name, given in words.items():
            if not given or not all(word.strip() for word in given):
                raise ValueError(f"{name}: found {labels[name]!r}; it must be a word or a list of words")
        return words


class FineTuning(Section):
    """The fine-tuning recipe, one for all runs of a study (Steed et al. 2022, section 3.1 and appendix D).

    The learning rate, if not given, is the paper's; a linear probe, of which nothing but a linear layer is trained, has 1e-2.
    """

    head: Literal["classification", "linear_probe", "prompt"] = "classification"
    prompt: dict[str, Prompt] = Field(default={})
    epochs: Annotated[float, Field(ge=0)] = 5
    min_steps: Annotated[int, Field(ge=0)] = 0
    batch_size: Count = 16
    evaluation_batch_size: Count = 64
    learning_rate: Positive = 5e-6
    warmup_share: Share = 0.0
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    max_gradient_norm: Positive = 1.0
    max_length: Count = 128

    @model_validator(mode="before")
    @classmethod
    def _a_probe_learns_faster(cls, values: object) -> object:
        probe = isinstance(values, dict) and values.get("head") == "linear_probe"
        return {"learning_rate": 1e-2, **values} if probe else values

    @model_validator(mode="after")
    def _fits_its_head(self) -> "FineTuning":
        if self.prompt and self.head != "prompt":
            raise ValueError(f"prompt: belongs to head prompt, and this one is {self.head}")
        if self.epochs == 0 and self.head != "prompt":
            raise ValueError(f"epochs: 0 trains nothing; found head {self.head}, allowed with prompt alone")
        if self.epochs == 0 and self.min_steps:
            raise ValueError(f"min_steps: {self.min_steps} steps are asked for, and epochs 0 has none")
        return self

    def prompt_of(self, task: str) -> Prompt | None:
        """A task's prompt, or None where the head needs none."""
        return self.prompt.get(task, Prompt()) if self.head == "prompt" else None
