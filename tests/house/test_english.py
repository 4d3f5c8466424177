"""Plain English in what a user reads: short sentences in the README, and none of the phrases below anywhere.

Another file's text is added in :func:`texts`; strings of source code can be checked with :func:`phrases_in` alike.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

LONGEST_SENTENCE = 29  # words, in the README

# Regular expressions, whole words, upper or lower case; a space may also be the end of a line, with a comment's `#` on the next.
FORBIDDEN = (
    r"told",
    r"said",
    r"stands",
    r"stand(s|ing)? (beside|there)",
    r"hang(s|ing)? (on|together)",
    r"(is|are) seen to",
    r"anew",
    r"afresh",
    r"of (it|these|those|which|whom) no",
    r"of (the|a|an) [\w-]+( [\w-]+)? no [\w-]+ (is|are)",
    r", and so (do|does|is|are)",
    r"of use",
    r"(came|comes) of (it|them)",
    r"(is|are) not known",
    r"hardly any",
    r"is to be found",
)

# Exact quotations in which a forbidden phrase may occur.
ALLOWED = ("{pronoun} said that the subject was {target}.",)  # a sentence that models score

PATTERNS = [
    re.compile(rf"(?<!\w){phrase}(?!\w)".replace(" ", r"(?:[ \t]+|[ \t]*\n[ \t#>]*)"), re.IGNORECASE)
    for phrase in FORBIDDEN
]

# Keys whose values are prose, in YAML files whose other values are data.
PROSE_KEYS = {"notes"}

# The ends of abbreviations are no ends of sentences.
ABBREVIATIONS = re.compile(r"\b(et al|e\.g|i\.e|vs|Eq|cf|sec|Fig)\.")


def phrases_in(text: str) -> list[tuple[int, str]]:
    """The line (from 1) and the words of every forbidden phrase in a text."""
    for quotation in ALLOWED:
        text = text.replace(quotation, re.sub(r"\S", "·", quotation))
    found = [(match.start(), match.group()) for pattern in PATTERNS for match in pattern.finditer(text)]
    return [(text.count("\n", 0, start) + 1, " ".join(words.split())) for start, words in sorted(found)]


def yaml_prose(text: str) -> str:
    """The comments and the notes of a YAML file, each on its own line; other lines are empty."""
    lines = text.splitlines()
    kept = [match.group() if (match := re.search(r"(?<!\S)#.*", line)) else "" for line in lines]
    root = yaml.compose(text)
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value in PROSE_KEYS:
                last = value.end_mark.line + (value.end_mark.column > 0)
                kept[value.start_mark.line : last] = lines[value.start_mark.line : last]
    return "\n".join(kept)


def texts() -> Iterator[tuple[str, str]]:
    """Name and prose of every file that a user reads."""
    pages = ["README.md", "CONTRIBUTING.md", "results/README.md"]
    for pattern in ("docs/*.md", "workflow/report/*.rst"):
        pages += sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
    for page in pages:
        yield page, (ROOT / page).read_text(encoding="utf-8")
    settings = ["config.yaml"]
    for pattern in ("studies/**/*.yaml", "profiles/**/*.yaml", "workflow/templates/*.yaml", "workflow/words/*.yaml"):
        settings += sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
    for file in settings:
        yield file, yaml_prose((ROOT / file).read_text(encoding="utf-8"))


def blocks(markdown: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, list items and table cells of a page, each with its first line; code and headings are left out."""
    started, block, fenced = 0, "", False
    for number, line in enumerate([*markdown.splitlines(), ""], start=1):
        fence = line.lstrip().startswith("```")
        code = fenced or fence or (line.startswith("    ") and not block)
        fenced ^= fence
        stripped = line.strip()
        new = re.match(r"([-*+]|\d+\.) ", stripped)
        if block and (code or not stripped or new or stripped.startswith(("#", "|"))):
            yield started, block
            block = ""
        if code or stripped.startswith("#"):
            continue
        if stripped.startswith("|"):
            yield from ((number, cell) for cell in re.split(r"(?<!\\)\|", stripped))
        elif stripped:
            started = started if block else number
            block = f"{block} {stripped[new.end() :] if new else stripped}"


def sentences(markdown: str) -> Iterator[tuple[int, str]]:
    """Line (of its block) and words of every sentence of a page."""
    for line, block in blocks(markdown):
        prose = re.sub(r"(!?)\[([^\]]*)\]\([^)]*\)", r"\2", block)
        prose = ABBREVIATIONS.sub(r"\1", prose)
        for sentence in re.split(r"(?<=[.!?])[*_)\"”]*\s+", prose):
            yield line, sentence.strip()


def words(sentence: str) -> int:
    """How many words a sentence has; marks alone are none."""
    return sum(bool(re.search(r"\w", word)) for word in sentence.split())


def source_strings() -> Iterator[tuple[str, str]]:
    """Place and text of every string of the code, docstrings included, and of the text files beside it."""
    for folder in ("src", "workflow", "bench", "evidence"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
        for pattern in ("**/*.toml", "**/*.html", "**/*.smk", "pages/*"):
            for path in sorted((ROOT / folder).glob(pattern)):
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_strings_of_the_code_have_no_forbidden_phrase() -> None:
    found = [f"{place}+{line}: {phrase}" for place, text in source_strings() for line, phrase in phrases_in(text)]
    assert not found, "Write it plainly:\n" + "\n".join(found)


def test_sentences_of_the_readme_are_short() -> None:
    long = [
        f"README.md:{line}: {words(sentence)} words: {sentence}"
        for line, sentence in sentences((ROOT / "README.md").read_text(encoding="utf-8"))
        if words(sentence) > LONGEST_SENTENCE
    ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize(("file", "text"), [pytest.param(*pair, id=pair[0]) for pair in texts()])
def test_no_phrase_that_needs_a_second_reading(file: str, text: str) -> None:
    found = [f"{file}:{line}: {phrase!r}" for line, phrase in phrases_in(text)]
    assert not found, "\n".join(found)


def test_phrases_are_found_over_lines_and_in_comments() -> None:
    told, stands, beside = (2, "Told"), (2, "stands"), (2, "stand # beside")
    assert phrases_in("# A mistake is\n# Told, and it stands.") == [told, stands]
    assert phrases_in("# Both\n# stand\n#   beside the table.") == [beside]
    assert phrases_in("Bold, unsaid, bystands.") == []
    assert phrases_in(yaml_prose("key: he said  # a word\nnotes: he said\n")) == [(2, "said")]
    assert phrases_in(yaml_prose("notes: >\n  One, and\n  he said.\nkey: told\n")) == [(3, "said")]


def test_sentences_end_at_stops_items_and_cells() -> None:
    page = "# One two\n\nOf Steed et al. (2022), [a b](c d).\nNext one.\n\n- Item\n  two\n- three\n\n| x y | z |\n\n```\ncode\n```\n"
    assert [sentence for _, sentence in sentences(page) if sentence] == [
        "Of Steed et al (2022), a b.",
        "Next one.",
        "Item two",
        "three",
        "x y",
        "z",
    ]
