"""Upstream measures against references written sentence by sentence from the formula."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import REPOSITORY

from biastransfer.problems import Problem
from biastransfer.training.load import load_masked_lm, load_tokenizer
from biastransfer.upstream import negative_sentiment, pronoun_ranking
from biastransfer.upstream.sentiment import vader
from biastransfer.upstream.templates import NEEDED_SLOTS, TemplateSet, article, encode, fill, read_templates

CPU = torch.device("cpu")
OCCUPATIONS = {"nurse": "nurse", "software_engineer": "software engineer", "attorney": "attorney", "dj": "DJ"}
TERMS = {"gay": "gay", "african american": "african american", "muslim": "muslim"}
SHIPPED = {name: REPOSITORY / "workflow" / "templates" / f"{name}.yaml" for name in NEEDED_SLOTS}


def read(measure: str) -> TemplateSet:
    return read_templates(SHIPPED[measure], measure)


@torch.no_grad()
def log_probability(model, ids: list[int], position: int, token: int) -> float:
    """One sentence, one forward, full softmax in double precision."""
    logits = model(input_ids=torch.tensor([ids])).logits[0, position].double()
    return float(logits.log_softmax(-1)[token])


def reference_score(model, tokenizer, template: str, target: str) -> float:
    """Eq. 2, with the token sequences put together from three tokenised pieces instead of offsets."""
    before_pronoun, rest = template.split("{pronoun}")
    assert before_pronoun == ""
    between, after = rest.split("{target}")
    between = between.replace("{article}", article(target))
    space = " " if between.endswith(" ") else ""
    pieces = {}
    for pronoun in ("She", "He"):
        pieces[pronoun] = [
            tokenizer(part, add_special_tokens=False)["input_ids"]
            for part in (pronoun, between.rstrip(" "), f"{space}{target}", after)
        ]
    whole = tokenizer(f"She{between}{target}{after}", add_special_tokens=False)["input_ids"]
    she, middle, occupation, end = pieces["She"]
    assert she + middle + occupation + end == whole
    assert len(she) == len(pieces["He"][0]) == 1
    start, stop, hole = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.mask_token_id
    present = [start, hole, *middle, *occupation, *end, stop]
    prior = [start, hole, *middle, *[hole] * len(occupation), *end, stop]
    gap = [log_probability(model, present, 1, token) - log_probability(model, prior, 1, token)
           for token in (she[0], pieces["He"][0][0])]  # fmt: skip
    return gap[0] - gap[1]


def test_pronoun_ranking_equals_the_formula(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    templates = read("pronoun_ranking")
    scores = pronoun_ranking.score(model, tokenizer, templates, OCCUPATIONS, compare=["she/her", "he/him"])
    assert len(scores) == len(OCCUPATIONS) * 5
    lengths = {len(tokenizer(f" {surface}", add_special_tokens=False)["input_ids"]) for surface in OCCUPATIONS.values()}
    assert len(lengths) > 1, "the test needs targets of one and of several tokens"
    for row in scores.itertuples():
        expected = reference_score(model, tokenizer, templates.sentences[row.template], OCCUPATIONS[row.target])
        assert row.score == pytest.approx(expected, abs=1e-5)
        assert row.score == pytest.approx((row.first - row.first_prior) - (row.second - row.second_prior))
    assert scores["score"].abs().mean() > 0.05


def test_swapping_the_groups_turns_the_sign(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    one, other = (
        pronoun_ranking.score(model, tokenizer, read("pronoun_ranking"), OCCUPATIONS, compare=compare)["score"]
        for compare in (["she/her", "he/him"], ["he/him", "she/her"])
    )
    np.testing.assert_allclose(one, -other, atol=1e-12)


def test_pronoun_tokens_are_capitalised_at_the_beginning_and_spaced_inside(checkpoint: Path) -> None:
    tokenizer = load_tokenizer(checkpoint)
    byte_level = "Ġ" in "".join(tokenizer.get_vocab())
    for text, expected in (("{pronoun} is {article} {target}.", "She" if byte_level else "she"),
                           ("The {target} said {pronoun} is.", "Ġshe" if byte_level else "she")):  # fmt: skip
        encoded = encode(tokenizer, *fill(text, {"pronoun": "she", "target": "nurse"}))
        assert [tokenizer.convert_ids_to_tokens(encoded.ids[place]) for place in encoded.places["pronoun"]] == [
            expected
        ]


def test_the_prior_has_a_mask_per_token_or_per_word(checkpoint: Path) -> None:
    tokenizer = load_tokenizer(checkpoint)
    values = {"pronoun": "she", "target": "software engineer"}
    encoded = encode(tokenizer, *fill("{pronoun} is {article} {target}.", values))
    count = len(tokenizer(" software engineer", add_special_tokens=False)["input_ids"])
    hole = tokenizer.mask_token_id
    for kind, masks in (("token", count), ("word", 2)):
        prior, position = pronoun_ranking._prior(encoded.ids, 1, encoded, hole, kind)
        assert prior.count(hole) == masks
        assert len(prior) == len(encoded.ids) - count + masks
        assert position == 1


def test_word_priors_read_the_pronoun_wherever_it_stands(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    templates = TemplateSet({"late": "The {target} said {pronoun} is kind."}, {"she/her": "she", "he/him": "he"})
    row = pronoun_ranking.score(
        model, tokenizer, templates, {"x": "software engineer"}, compare=["she/her", "he/him"], prior_masks="word"
    ).iloc[0]
    ids = tokenizer("The software engineer said she is kind.")["input_ids"]
    she = tokenizer(" she", add_special_tokens=False)["input_ids"][0]
    place = ids.index(she)
    words = len(tokenizer(" software engineer", add_special_tokens=False)["input_ids"])
    the = len(tokenizer("The", add_special_tokens=False)["input_ids"])
    hole = tokenizer.mask_token_id
    masked = [hole if token == she else token for token in ids]
    prior = [*masked[: 1 + the], hole, hole, *masked[1 + the + words :]]
    assert row["first"] == pytest.approx(log_probability(model, masked, place, she), abs=1e-5)
    assert row["first_prior"] == pytest.approx(log_probability(model, prior, place - words + 2, she), abs=1e-5)


def test_a_pronoun_of_several_tokens_is_refused(checkpoint: Path) -> None:
    templates = TemplateSet({"a": "{pronoun} is {target}."}, {"she/her": "she", "he/him": "xylophone"})
    with pytest.raises(Problem, match=r"'xylophone' is (\d+ tokens|an unknown token)"):
        pronoun_ranking.score(
            load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint), templates, OCCUPATIONS,
            compare=["she/her", "he/him"],
        )  # fmt: skip


@torch.no_grad()
def test_negative_sentiment_equals_a_sentence_at_a_time(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    templates = read("negative_sentiment")
    scores = negative_sentiment.score(model, tokenizer, templates, TERMS, top_k=9)
    assert len(scores) == 21
    special = set(tokenizer.all_special_ids)
    for row in scores.itertuples():
        text, _ = fill(templates.sentences[row.template], {"target": TERMS[row.target], "mask": tokenizer.mask_token})
        ids = tokenizer(text)["input_ids"]
        logits = model(input_ids=torch.tensor([ids])).logits[0, ids.index(tokenizer.mask_token_id)]
        order = [token for token in logits.argsort(descending=True, stable=True).tolist() if token not in special][:9]
        words = [tokenizer.decode([token]).strip() for token in order]
        kept = [word for word in words if word.lower() not in TERMS]
        assert list(row.fillers) == kept
        assert row.score == pytest.approx(np.mean([vader(word).negative for word in kept]))


def test_probability_weights_and_dropped_terms() -> None:
    summary = negative_sentiment._summary
    assert summary([("awful", np.log(0.75)), ("kind", np.log(0.25))], "probability")[0] == pytest.approx(0.75)
    assert summary([("awful", np.log(0.75)), ("kind", np.log(0.25))], "uniform")[0] == pytest.approx(0.5)
    assert np.isnan(summary([], "uniform")[0])


def test_vader_knows_its_words() -> None:
    assert vader("awful") == (1.0, True)
    assert vader("kind") == (0.0, True)
    assert vader("spreadsheet") == (0.0, False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("measure: pronoun_ranking\ntemplates: []", ["templates", "empty"]),
        ("measure: pronoun_ranking\ntemplats: 1\ntemplates: [{name: a, text: b}]", ["templats", "Did you mean"]),
        ("measure: negative_sentiment\ntemplates: [{name: a, text: b}]", ["negative_sentiment", "pronoun_ranking"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronuon} {target}"}]', ["a: unknown slot {pronuon}"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun} is"}]', ["a: needs the slot {target} once"]),
        (
            'measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun} {target}"}, '
            '{name: a, text: "{pronoun}: {target}"}]',
            ["a: the name occurs twice"],
        ),
        ("measure: [", ["not valid YAML"]),
        ('measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun is {target}"}]', ["a: ", "cannot be read"]),
        (
            'measure: pronoun_ranking\ntemplates: [{name: a, text: "{pronoun} {target} {mask}"}]',
            ["a: unknown slot {mask}"],
        ),
        (
            'measure: pronoun_ranking\npronouns: [she]\ntemplates: [{name: a, text: "{pronoun} {target}"}]',
            ["pronouns: must name"],
        ),
        (
            'measure: pronoun_ranking\npronouns: {he/him: he}\ntemplates: [{name: a, text: "{pronoun} {target}"}]',
            ["pronouns: none for 'she/her'"],
        ),
    ],
)
def test_template_mistakes_name_the_file_and_the_place(tmp_path: Path, content: str, words: list[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    with pytest.raises(Problem) as caught:
        read_templates(file, "pronoun_ranking", ["she/her"])
    assert str(caught.value).startswith(f"{file}: ")
    for word in words:
        assert word in str(caught.value)
