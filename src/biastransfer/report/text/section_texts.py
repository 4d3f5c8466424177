"""Sections of the report with their titles and texts (``section_texts.toml``)."""

from collections.abc import Sequence

from biastransfer.report.page.parts import Figure, Section, Table
from biastransfer.report.text.prose import Prose

PROSE = Prose.beside(__file__)


def section_title(name: str) -> str:
    """The title of a section, for sentences that refer to it."""
    return PROSE.text(name, "title")


def section_of(name: str, figures: Sequence[Figure] = (), tables: Sequence[Table] = ()) -> Section:
    """A section with its title and text."""
    return Section(section_title(name), PROSE.text(name, "text"), figures, tables)
