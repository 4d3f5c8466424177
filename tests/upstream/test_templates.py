"""Template sets: what is wrong with one is told with its file and line."""

from pathlib import Path

import pytest

from biastransfer.common.english import article
from biastransfer.common.problems import Problem
from biastransfer.upstream.templates import read_templates, surfaces


@pytest.mark.parametrize(
    ("word", "expected"),
    [("accountant", "an"), ("DJ", "a"), ("european", "a"), ("lgbt", "an"), ("unimportant", "an"), ("university", "a"),
     ("one-armed", "a"), ("honest", "an"), ("old", "an"), ("software engineer", "a")],
)  # fmt: skip
def test_articles(word: str, expected: str) -> None:
    assert article(word) == expected


def test_forms_are_of_targets_and_not_blank() -> None:
    forms = {"dj": "DJ", "yoga_teacher": "yoga teacher"}
    assert surfaces(forms, {"dj": "DJ", "paralegal": "legal assistant"}) == forms
    with pytest.raises(Problem, match=r"surface_forms: 'Dj' is not a target. Did you mean 'dj'\?"):
        surfaces(["dj"], {"Dj": "DJ"})
    with pytest.raises(Problem, match="surface_forms: dj: is blank"):
        surfaces(["dj"], {"dj": " "})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("measure: pronoun_ranking\ntemplates: []", [":2: templates", "empty"]),
        ("measure: pronoun_ranking\n\ntemplats: 1", [":3: templats", "Did you mean 'templates'"]),
        ("measure: negative_sentiment\ntemplates: [{name: a, text: b}]", [":1: ", "negative_sentiment", "for 'pronoun_ranking'"]),
        ("measure: pronoun_rankin\ntemplates: 1", ["measure: found 'pronoun_rankin'", "Did you mean 'pronoun_ranking'"]),
        ('measure: pronoun_ranking\ntemplates:\n- name: a\n  text: "{pronuon} {target}"', [":3: a: unknown slot {pronuon}"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun} is"}]', ["a: needs the slot {target} once"]),
        (
            'measure: pronoun_ranking\ntemplates:\n- {name: a, text: "{pronoun} {target}"}\n'
            '- {name: a, text: "{pronoun}: {target}"}',
            [":4: a: the name occurs twice"],
        ),
        (
            'measure: pronoun_ranking\ntemplates:\n- {name: a, text: "{pronoun} {target}"}\n'
            '- {name: b, text: "{pronoun} {target}"}',
            [":4: b: the same sentence as a"],
        ),
        ("measure: pronoun_ranking\ntemplates: [", [":2: not valid YAML"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun is {target}"}]', ["a: ", "cannot be read"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun} {target} {mask}"}]', ["a: unknown slot {mask}"]),
        (
            'measure: pronoun_ranking\npronouns: [she]\ntemplates: [{name: a, text: "{pronoun} {target}"}]',
            [":2: pronouns: must name"],
        ),
        (
            'measure: pronoun_ranking\npronouns: {he/him: he}\ntemplates: [{name: a, text: "{pronoun} {target}"}]',
            [":2: pronouns: none for 'she/her'"],
        ),
        (
            'measure: pronoun_ranking\npronouns: {she/her: she}\nneutral: they/them\n'
            'templates: [{name: a, text: "{pronoun} {target}"}]',
            [":3: neutral: 'they/them' has no pronoun"],
        ),
        (
            'measure: pronoun_ranking\npronouns: {she/her: she}\nplural: [she/her]\n'
            'templates:\n- {name: a, text: "{pronoun} {target}"}',
            [":5: a: text_plural: is missing"],
        ),
        (
            'measure: pronoun_ranking\npronouns: {she/her: she}\nplural: she/her\n'
            'templates:\n- {name: a, text: "{pronoun} {target}"}',
            [":5: a: text_plural: is missing"],
        ),
        ("measure: pronoun_ranking\ntemplates:\n- {name: a, text: ''}", [":3: text: found ''"]),
        (
            "measure: pronoun_ranking\ntemplates:\n- {name: a, text: '{pronoun} {target}', text_plural: }",
            [":3: text_plural: found None"],
        ),
        ("measure: pronoun_ranking\ntemplates:\n- {name: no, text: '{pronoun} {target}'}", [":3: name: found False"]),
        ("measure: pronoun_ranking\ntemplates:\n- {name: a, text: '{pronoun!r} {target}'}", ["a slot is a name"]),
        ("measure: pronoun_ranking\nyes: 1\ntemplates: 1", ["True: unknown key"]),
        ("measure: [pronoun_ranking]", ["measure: found ['pronoun_ranking']"]),
        ("measure: pronoun_ranking\npronouns: {she/her: she, he/him: she}\ntemplates: [{name: a, text: '{pronoun} {target}'}]", ["'she' is the word of two groups"]),
        (
            "measure: pronoun_ranking\npronouns: {she/her: she,\n  she/her: he}\ntemplates: 1",
            [":3: she/her: occurs twice"],
        ),
        ("measure: pronoun_ranking\npronouns: {she/her: she}\nplural: [[a]]\ntemplates: [{name: a, text: '{pronoun} {target}'}]",
         [":3: plural: ['a'] has no pronoun"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a}]', [":2: templates: an entry must have the keys name, text"]),
    ],
)  # fmt: skip
def test_template_mistakes_name_the_file_and_the_line(tmp_path: Path, content: str, words: list[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(Problem) as caught:
        read_templates(file, "pronoun_ranking", ["she/her"])
    assert str(caught.value).startswith(f"{file}:")
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ("{toxic: [bad]}", ":2: attributes: must name two sides"),
        ("{toxic: [bad], non_toxic: []}", ":2: attributes: must name two sides"),
        ("{toxic: [bad, 3], non_toxic: [good]}", "found 3; it must be a word"),
        ("{toxic: [bad], non_toxic: [good, bad]}", "'bad' occurs twice"),
    ],
)
def test_attribute_mistakes_name_the_file_and_the_line(tmp_path: Path, attributes: str, words: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        f'measure: identity_ranking\nattributes: {attributes}\ntemplates: [{{name: a, text: "{{target}} {{attribute}}"}}]'
    )
    with pytest.raises(Problem, match=f"^{file}:2: attributes: ") as caught:
        read_templates(file)
    assert words in str(caught.value)
