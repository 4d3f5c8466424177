"""The report's texts: filled with named values, and in plain English."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from house.test_english import phrases_in, sentences, words

from biastransfer.report.text import prose

REPORT = Path(prose.__file__).parents[1]
LONGEST_SENTENCE = 25  # words, without those of a list in brackets
FILES = sorted(REPORT.glob("**/*.toml"))


def texts(entry: object) -> Iterator[str]:
    """All texts of a file."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from texts(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from texts(value)


def plain(text: str) -> str:
    """A text with a word for each value, and without Jinja's own words and what is in brackets."""
    text = re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "value", text, flags=re.DOTALL))
    return re.sub(r" ?\([^()]*\)", "", text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_sentences_are_short_and_need_no_second_reading(file: Path) -> None:
    for text in texts(tomllib.loads(file.read_text(encoding="utf-8"))):
        assert phrases_in(text) == [], text
        long = [sentence for _, sentence in sentences(plain(text)) if words(sentence) > LONGEST_SENTENCE]
        assert long == []


def test_the_page_needs_no_second_reading() -> None:
    for file in (REPORT / "page").glob("page.*"):
        assert phrases_in(file.read_text(encoding="utf-8")) == []


def test_a_text_is_filled_and_its_white_space_put_in_order() -> None:
    template = (
        "\n{{ one }} is\n{% if two %}\n  not {{ two | signed }}.\n{% endif %}\n\n\nNext: {{ 1 | counted('row') }}."
    )
    assert prose.fill(template, one="This", two=-0.001) == "This is not +0.00.\n\nNext: 1 row."
    assert prose.fill("{{ 1234 | counted('row') }}, {{ 'a B' | sentence }}") == "1,234 rows, A B"


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="'targets' is undefined"):
        prose.fill("{{ targets }}")


def test_values_are_no_templates() -> None:
    assert prose.fill("{{ name }}", name="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


def test_a_text_that_is_empty_is_left_out_of_a_list(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_text('list = ["{% if more %}More.{% endif %}", "Always."]\n')
    assert prose.Prose.beside(tmp_path / "some.py").texts("list", more=False) == ["Always."]
