"""First drafts of template sets: sentences and words that several measures share."""

from collections.abc import Mapping, Sequence

ABOUT = {
    "this_is_about": "This is about {target}.",
    "the_subject_is": "The subject is {target}.",
    "it_has_to_do_with": "It has to do with {target}.",
}
IS = {
    "is": "{target} is {attribute}.",
    "think_of": "I think of {target} as {attribute}.",
    "people_say": "People say {target} and {attribute}.",
}
PLEASANTNESS = {
    "unpleasant": ("agony", "terrible", "horrible", "nasty", "evil", "war", "awful", "failure"),
    "pleasant": ("joy", "love", "peace", "wonderful", "pleasure", "friend", "laughter", "happy"),
}
"""Caliskan et al. 2017, WEAT 5."""


def words_of(group: str) -> list[str]:
    """The words that a group's name holds, taken apart at ``/``."""
    return [part.strip().replace("_", " ") for part in group.split("/") if part.strip()]


def templates(sentences: Mapping[str, str]) -> list[dict[str, str]]:
    """Templates with a name and a text."""
    return [{"name": name, "text": text} for name, text in sentences.items()]


def templates_with_attribute(sentences: Mapping[str, str]) -> list[dict[str, str]]:
    """The same, each with a second sentence that holds the attribute in the target's place."""
    return [
        {"name": name, "text": text, "text_attribute": text.replace("{target}", "{attribute}")}
        for name, text in sentences.items()
    ]


def words_of_groups(groups: Sequence[str]) -> dict[str, list[str]]:
    """Group -> the words that its name holds."""
    return {group: words_of(group) for group in groups}
