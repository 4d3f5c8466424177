"""Prose of the report: texts in TOML files, each a Jinja template with named values."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import jinja2


class Paragraph(NamedTuple):
    """A paragraph with a title of a few words."""

    title: str
    text: str


class Prose:
    """The texts of one TOML file, which lies beside the module that uses them."""

    def __init__(self, file: Path) -> None:
        self._entries = _entries(file)

    @classmethod
    def beside(cls, module: str) -> Self:
        """The texts of ``NAME.toml`` beside ``NAME.py``; give ``__file__``."""
        return cls(Path(module).with_suffix(".toml"))

    def entry(self, *keys: str) -> Any:
        """An entry as the file has it: a text, a list or a table."""
        entry: Any = self._entries
        for key in keys:
            entry = entry[key]
        return entry

    def text(self, *keys: str, **values: object) -> str:
        """A text with its values; see :func:`fill`."""
        return fill(self.entry(*keys), **values)

    def texts(self, *keys: str, **values: object) -> list[str]:
        """A list of texts, each with the same values; a text that is empty with them is left out."""
        return [text for template in self.entry(*keys) if (text := fill(template, **values))]

    def paragraph(self, *keys: str, **values: object) -> Paragraph:
        """A table with ``title`` and ``text``, both with the same values."""
        return Paragraph(self.text(*keys, "title", **values), self.text(*keys, "text", **values))


def fill(template: str, /, **values: object) -> str:
    """Fill a Jinja template, and put its white space in order: a blank line separates paragraphs, lines are joined.

    Raises
    ------
    jinja2.UndefinedError : the template names a value that is not given.
    """
    paragraphs = re.split(r"\n\s*\n", _template(template).render(**values))
    return "\n\n".join(filter(None, (re.sub(r"[ \n]+", " ", paragraph).strip(" ") for paragraph in paragraphs)))


@cache
def _entries(file: Path) -> Mapping[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _template(template: str) -> jinja2.Template:
    return _environment().from_string(template)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["signed"] = lambda number, digits=2: f"{number:+z.{digits}f}"
    environment.filters["counted"] = lambda count, noun: f"{count:,} {noun}{'' if count == 1 else 's'}"
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment
