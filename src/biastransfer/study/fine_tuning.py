"""The fine-tuning recipe of a study file: its head, the prompts of a head that needs them, and the optimisation."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from biastransfer.common import registry
from biastransfer.common.section import Count, Positive, Section, Share
from biastransfer.finetune import prompt_template


class Prompt(Section):
    """A task's prompt, and the words of its classes at the prompt's ``{label}``.

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

    The default learning rate is the paper's, or the head's own where its record names one.
    """

    head: Literal[tuple(registry.heads())] = "classification"
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
    def _takes_the_heads_learning_rate(cls, values: Any) -> Any:
        head = registry.heads().get(values.get("head")) if isinstance(values, dict) else None
        own = head.learning_rate if head else None
        return values if own is None else {"learning_rate": own, **values}

    @model_validator(mode="after")
    def _fits_its_head(self) -> "FineTuning":
        head = registry.heads()[self.head]
        may_rest = ", ".join(name for name, record in registry.heads().items() if record.may_train_nothing)
        if self.prompt and not head.prompted:
            raise ValueError(f"prompt: belongs to head prompt, and this one is {self.head}")
        if self.epochs == 0 and not head.may_train_nothing:
            raise ValueError(f"epochs: 0 trains nothing; found head {self.head}, allowed with {may_rest} alone")
        if self.epochs == 0 and self.min_steps:
            raise ValueError(f"min_steps: {self.min_steps} steps are impossible with epochs 0, which trains nothing")
        return self

    def prompt_of(self, task: str) -> Prompt | None:
        """A task's prompt, or None where the head needs none."""
        return self.prompt.get(task, Prompt()) if registry.heads()[self.head].prompted else None
