"""Upstream measures against references written sentence by sentence from the formula."""

from functools import partial
from itertools import pairwise
from pathlib import Path
from string import Formatter

import numpy as np
import pandas as pd
import pytest
import torch

from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.english import article
from biastransfer.common.problems import Problem
from biastransfer.language_model import masked_lm
from biastransfer.language_model.encoding import Encoded, Filled, encode
from biastransfer.upstream import identity_ranking, negative_sentiment, pronoun_ranking
from biastransfer.upstream.sentiment import in_lexicon, vader
from biastransfer.upstream.templates import Template, TemplateSet, fill

from support.measures import COMPARE, OCCUPATIONS, TERMS, opened, read
from support.settings import measure_switches

RANKING = measure_switches("pronoun_ranking")
PSEUDO_LOG_LIKELIHOOD = measure_switches("pronoun_ranking", probability="pseudo_log_likelihood")


@torch.no_grad()
def log_probability(model, ids: list[int], position: int, token: int) -> float:
    """One sentence, one forward, full softmax in double precision."""
    logits = model(input_ids=torch.tensor([ids])).logits[0, position].double()
    return float(logits.log_softmax(-1)[token])


class Pieces:
    """A sentence tokenised piece by piece, without offsets: a space goes with the piece that follows it."""

    def __init__(self, tokenizer, text: str, values: dict[str, str]) -> None:
        values = {**values, "article": article(values["target"])}
        parts = [("", "")]
        for literal, slot, _, _ in Formatter().parse(text):
            parts.append(("", literal))
            if slot is not None:
                before = parts.pop()[1]
                space = " " if before.endswith(" ") else ""
                parts += [("", before.removesuffix(" ")), (slot, space + values[slot])]
        first = next(number for number, (_, part) in enumerate(parts) if part)
        parts[first] = (parts[first][0], parts[first][1][:1].upper() + parts[first][1][1:])
        self.hole = tokenizer.mask_token_id
        self.tokens = [
            (slot, tokenizer(part, add_special_tokens=False)["input_ids"] if part else []) for slot, part in parts
        ]
        whole = tokenizer("".join(part for _, part in parts), add_special_tokens=False)["input_ids"]
        assert [token for _, tokens in self.tokens for token in tokens] == whole
        self.ends = tokenizer.cls_token_id, tokenizer.sep_token_id

    def of(self, slot: str) -> list[int]:
        return next(tokens for name, tokens in self.tokens if name == slot)

    def place(self, slot: str) -> int:
        """Position of the slot's first token."""
        at = 1
        for name, tokens in self.tokens:
            if name == slot:
                return at
            at += len(tokens)
        raise AssertionError(slot)

    def ids(self, *hidden: str) -> list[int]:
        """The sentence with the tokens of some slots masked."""
        body = [self.hole if name in hidden and name else token for name, tokens in self.tokens for token in tokens]
        return [self.ends[0], *body, self.ends[1]]


def reference_pronoun(model, tokenizer, text: str, pronoun: str, target: str) -> tuple[float, float]:
    """log P(pronoun | x_y) and log P(pronoun | x_mask)."""
    pieces = Pieces(tokenizer, text, {"pronoun": pronoun, "target": target})
    (token,) = pieces.of("pronoun")
    place = pieces.place("pronoun")
    return (
        log_probability(model, pieces.ids("pronoun"), place, token),
        log_probability(model, pieces.ids("pronoun", "target"), place, token),
    )


def reference_pseudo(
    model, tokenizer, text: str, pronoun: str, target: str, within_word: bool = False
) -> tuple[float, float]:
    """Sum of log P(token | others) over the sentence, and over what is left of it with the target masked.

    With ``within_word`` later tokens of the word are no others; words are those that the tokenizer's pieces spell.
    """
    pieces = Pieces(tokenizer, text, {"pronoun": pronoun, "target": target})
    totals = []
    for hidden in ((), ("target",)):
        ids, total = pieces.ids(*hidden), 0.0
        for place in range(1, len(ids) - 1):
            if ids[place] == pieces.hole:
                continue
            masked = [*ids[:place], pieces.hole, *ids[place + 1 :]]
            after = place + 1
            while within_word and after < len(ids) - 1 and continues(tokenizer, ids[after]):
                masked[after] = pieces.hole
                after += 1
            total += log_probability(model, masked, place, ids[place])
        totals.append(total)
    return totals[0], totals[1]


def continues(tokenizer, token: int) -> bool:
    """Whether a token continues the word before it: no space mark of byte-level BPE, or WordPiece's ##; signs are words of their own."""
    piece = tokenizer.convert_ids_to_tokens(token)
    if piece == tokenizer.mask_token or not any(sign.isalnum() for sign in piece):
        return False
    return piece.startswith("##") if any(each.startswith("##") for each in tokenizer.get_vocab()) else piece[0] != "Ġ"


@pytest.mark.parametrize("probability", ["token", "pseudo_log_likelihood", "within_word_pseudo_log_likelihood"])
def test_pronoun_ranking_equals_the_formula(checkpoint: Path, probability: str) -> None:
    model, tokenizer = opened(checkpoint)
    templates = read("pronoun_ranking")
    scores = pronoun_ranking.score(
        model,
        tokenizer,
        templates,
        OCCUPATIONS,
        compare=COMPARE,
        **measure_switches("pronoun_ranking", probability=probability),
    )
    assert len(scores) == len(OCCUPATIONS) * 5
    lengths = {len(tokenizer(f" {surface}", add_special_tokens=False)["input_ids"]) for surface in OCCUPATIONS.values()}
    assert len(lengths) > 1, "the test needs targets of one and of several tokens"
    within_word = probability.startswith("within_word")
    reference = reference_pronoun if probability == "token" else partial(reference_pseudo, within_word=within_word)
    texts = {template.name: template for template in templates.templates}
    for row in scores.itertuples():
        text, target = texts[row.template], OCCUPATIONS[row.target]
        she, he = (reference(model, tokenizer, text.text, word, target) for word in ("she", "he"))
        they = reference(model, tokenizer, text.text_plural, "they", target)
        assert row.score == pytest.approx((she[0] - she[1]) - (he[0] - he[1]), abs=1e-5)
        parts = (row.first, row.first_prior, row.second, row.second_prior, row.neutral, row.neutral_prior)
        assert parts == pytest.approx((*she, *he, *they), abs=1e-5)
    assert scores["score"].abs().mean() > 0.05
    if within_word and any(
        continues(tokenizer, token) for token in tokenizer("She wants to become an attorney")["input_ids"][2:]
    ):
        other = pronoun_ranking.score(
            model, tokenizer, templates, OCCUPATIONS, compare=COMPARE, **PSEUDO_LOG_LIKELIHOOD
        )
        assert (np.abs(scores["first"] - other["first"]) > 1e-6).any()


def test_within_a_word_later_tokens_are_masked_and_earlier_ones_are_seen() -> None:
    encoded = Encoded(Filled("a bcd e", {}), (0, 11, 12, 13, 14, 15, 1), {}, (None, 0, 1, 1, 1, 2, None))
    within = pronoun_ranking._each_token(encoded, [1, 2, 3, 5], 9, within_word=True)
    assert [read.hole.ids for read in within] == [
        (0, 9, 12, 13, 14, 15, 1), (0, 11, 9, 9, 9, 15, 1), (0, 11, 12, 9, 9, 15, 1), (0, 11, 12, 13, 14, 9, 1)
    ]  # fmt: skip
    alone = pronoun_ranking._each_token(encoded, [2], 9, within_word=False)
    assert alone[0].hole.ids == (0, 11, 9, 13, 14, 15, 1)


def test_swapping_the_groups_turns_the_sign(checkpoint: Path) -> None:
    model, tokenizer = opened(checkpoint)
    one, other = (
        pronoun_ranking.score(model, tokenizer, read("pronoun_ranking"), OCCUPATIONS, compare=compare, **RANKING)[
            "score"
        ]
        for compare in (COMPARE, COMPARE[::-1])
    )
    np.testing.assert_allclose(one, -other, rtol=0, atol=1e-5)  # the sentences lie in other places of a batch


def test_any_two_words_can_be_compared_and_a_plural_one_takes_the_plural_sentence(checkpoint: Path) -> None:
    model, tokenizer = opened(checkpoint)
    text, plural = "The {pronoun} is {article} {target}.", "The {pronoun} are {article} {target}."
    words = TemplateSet(
        "pronoun_ranking", (Template("a", text, plural),), {"one": "friend", "many": "yoga"}, plural=("many",)
    )
    row = pronoun_ranking.score(
        model, tokenizer, words, {"nurse": "nurse"}, compare=["one", "many"], **PSEUDO_LOG_LIKELIHOOD
    ).iloc[0]
    one = reference_pseudo(model, tokenizer, text, "friend", "nurse")
    many = reference_pseudo(model, tokenizer, plural, "yoga", "nurse")
    assert row["score"] == pytest.approx((one[0] - one[1]) - (many[0] - many[1]), abs=1e-5)
    assert np.isnan(row["neutral"])


@pytest.mark.parametrize(
    ("text", "bpe", "lower", "cased"),
    [
        ("{pronoun} is {article} {target}.", "She", "she", "She"),
        ("The {target} said {pronoun} is.", "Ġshe", "she", "she"),
        ("They say, {pronoun}, the {target}, is.", "Ġshe", "she", "she"),
    ],
)
def test_pronoun_tokens_are_capitalised_at_the_beginning_and_spaced_inside(
    checkpoint: Path, text: str, bpe: str, lower: str, cased: str
) -> None:
    tokenizer = load_tokenizer(checkpoint)
    expected = {"roberta-bpe": bpe, "bert-wordpiece-cased": cased}.get(checkpoint.name.rstrip("0123456789"), lower)
    token = tokenizer.get_vocab()[expected]
    (encoded,) = encode(tokenizer, [Filled(*fill(text, {"pronoun": "she", "target": "nurse"}))])
    (place,) = encoded.places["pronoun"]
    assert encoded.ids[place] == token != tokenizer.unk_token_id
    reads = next(pronoun_ranking.queries(
        tokenizer, TemplateSet("pronoun_ranking", (Template("a", text),), {"she/her": "she"}), {"nurse": "nurse"},
        compare=["she/her"], **RANKING,
    ))  # fmt: skip
    assert [read.token for read in reads] == [token]
    assert reads[0].hole.ids[reads[0].hole.position] == tokenizer.mask_token_id


@pytest.mark.parametrize("text", ["{pronoun} is {article} {target}.", "The {target} said {pronoun} is."])
def test_prior_with_one_mask_a_word(checkpoint: Path, text: str) -> None:
    model, tokenizer = opened(checkpoint)
    templates = TemplateSet("pronoun_ranking", (Template("a", text),), {"she/her": "she", "he/him": "he"})
    row = pronoun_ranking.score(
        model, tokenizer, templates, {"x": "chirodietit nurse"}, compare=COMPARE, **(RANKING | {"prior_masks": "word"})
    ).iloc[0]
    pieces = Pieces(tokenizer, text, {"pronoun": "she", "target": "chirodietit nurse"})
    surplus = len(pieces.of("target")) - 2
    assert surplus > 0, "the test needs words of several tokens"
    (she,), place, start = pieces.of("pronoun"), pieces.place("pronoun"), pieces.place("target")
    prior = pieces.ids("pronoun", "target")
    prior = prior[: start + 2] + prior[start + 2 + surplus :]
    assert row["first"] == pytest.approx(log_probability(model, pieces.ids("pronoun"), place, she), abs=1e-5)
    moved = place - surplus * (start < place)
    assert row["first_prior"] == pytest.approx(log_probability(model, prior, moved, she), abs=1e-5)


def test_a_pronoun_of_several_tokens_is_refused_unless_the_sentence_is_scored(checkpoint: Path) -> None:
    model, tokenizer = opened(checkpoint)
    templates = TemplateSet(
        "pronoun_ranking", (Template("a", "{pronoun} is {target}.", place="f.yaml:3: a"),),
        {"she/her": "she", "he/him": "chirodietit"},
    )  # fmt: skip
    with pytest.raises(Problem, match=r"^f.yaml:3: a: pronouns: 'Chirodietit' is \d+ tokens"):
        pronoun_ranking.score(model, tokenizer, templates, OCCUPATIONS, compare=COMPARE, **RANKING)
    scores = pronoun_ranking.score(model, tokenizer, templates, OCCUPATIONS, compare=COMPARE, **PSEUDO_LOG_LIKELIHOOD)
    assert scores["score"].notna().all()


def test_a_target_without_tokens_is_refused(checkpoint: Path) -> None:
    tokenizer, templates = load_tokenizer(checkpoint), read("identity_ranking")
    if "Ġ" in "".join(tokenizer.get_vocab()):  # bytes: there are tokens for everything
        reads = next(identity_ranking.queries(tokenizer, templates, {"x": "龘"}, prior_masks="token"))
        assert len(reads) == len("龘".encode()) + 1
        return
    with pytest.raises(Problem, match=r"identity_ranking.yaml:\d+: being: the target '龘' .* is an unknown token"):
        list(identity_ranking.queries(tokenizer, templates, {"x": "龘"}, prior_masks="token"))


@pytest.mark.parametrize("prior_masks", ["token", "word"])
def test_identity_ranking_equals_the_formula(checkpoint: Path, prior_masks: str) -> None:
    model, tokenizer = opened(checkpoint)
    sides = {"toxic": ("awful", "kind of software"), "non_toxic": ("brave", "good", "wants")}
    text = "Being {target} is {attribute}."
    templates = TemplateSet("identity_ranking", (Template("being", text),), attributes=sides)
    scores = identity_ranking.score(model, tokenizer, templates, TERMS, prior_masks=prior_masks)
    lengths = set()
    for row in scores.itertuples():
        means = []
        for words in sides.values():
            gaps = []
            for word in words:
                pieces = Pieces(tokenizer, text, {"target": TERMS[row.target], "attribute": word})
                term, place = pieces.of("target"), pieces.place("target")
                lengths.add(len(term))
                prior = pieces.ids("target", "attribute")
                if prior_masks == "word":
                    start, masks = pieces.place("attribute"), len(word.split())
                    prior = prior[: start + masks] + prior[start + len(pieces.of("attribute")) :]
                gaps.append(
                    sum(
                        log_probability(model, pieces.ids("target"), place + i, token)
                        - log_probability(model, prior, place + i, token)
                        for i, token in enumerate(term)
                    )
                )
            means.append(np.mean(gaps))
        assert row.score == pytest.approx(means[0] - means[1], abs=1e-5)
        assert row.score == pytest.approx((row.first - row.first_prior) - (row.second - row.second_prior))
    assert len(lengths) > 1, "the test needs terms of one and of several tokens"
    assert scores["score"].abs().mean() > 0.05


@torch.no_grad()
def reference_fillers(model, tokenizer, text: str, count: int) -> list[tuple[str, float]]:
    """The most probable fillers of a sentence's mask, from one sorted vocabulary."""
    ids = tokenizer(text)["input_ids"]
    logs = model(input_ids=torch.tensor([ids])).logits[0, ids.index(tokenizer.mask_token_id)].log_softmax(-1)
    special = set(tokenizer.all_special_ids)
    order = [token for token in logs.argsort(descending=True, stable=True).tolist() if token not in special]
    return [(tokenizer.decode([token]).strip(), float(logs[token])) for token in order[:count]]


@pytest.mark.parametrize("refill", [False, True])
@pytest.mark.parametrize("weight", ["uniform", "probability"])
@pytest.mark.parametrize("unit", ["token", "sentence"])
def test_negative_sentiment_equals_a_sentence_at_a_time(checkpoint: Path, unit: str, weight: str, refill: bool) -> None:
    model, tokenizer = opened(checkpoint)
    templates = read("negative_sentiment")
    texts = {template.name: template.text for template in templates.templates}
    likely = reference_fillers(model, tokenizer, f"Gay people are {tokenizer.mask_token}.", len(tokenizer))
    terms = TERMS | {word: word for word in [word for word, _ in likely if word.isalpha()][:2]}
    scores = negative_sentiment.score(
        model, tokenizer, templates, terms, top_k=9, score=unit, weight=weight, refill=refill
    )
    assert len(scores) == 7 * len(terms)
    own = {word.lower() for word in terms}
    for row in scores.itertuples():
        if row.target not in TERMS:
            continue
        values = {"target": terms[row.target], "mask": tokenizer.mask_token}
        text, spans = fill(texts[row.template], values)
        found = reference_fillers(model, tokenizer, text, len(tokenizer) if refill else 9)
        kept = [(word, log) for word, log in found if word.lower() not in own][:9]
        assert list(row.fillers) == [word for word, _ in kept]
        start, end = spans["mask"]
        scored = [word if unit == "token" else text[:start] + word + text[end:] for word, _ in kept]
        weights = [np.exp(log) if weight == "probability" else 1.0 for _, log in kept]
        assert row.score == pytest.approx(np.average(vader(scored), weights=weights), abs=1e-5)
        assert row.unknown_share == pytest.approx(1 - in_lexicon([word for word, _ in kept]).mean())
    assert (scores["fillers_used"] == 9).all() == refill


def test_vader_knows_its_words() -> None:
    assert vader(["awful", "kind", "spreadsheet"]).tolist() == [1.0, 0.0, 0.0]
    assert in_lexicon(["awful", "Kind", "spreadsheet"]).tolist() == [True, True, False]


def test_scores_do_not_depend_on_windows_and_batches(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, tokenizer = opened(checkpoint)
    whole = identity_ranking.score(model, tokenizer, read("identity_ranking"), TERMS, prior_masks="token")
    monkeypatch.setattr(masked_lm, "WINDOW", 7)
    monkeypatch.setitem(masked_lm.BATCH_TOKENS, "cpu", 30)
    monkeypatch.setitem(masked_lm.BATCH_HOLES, "cpu", 3)
    cut = identity_ranking.score(model, tokenizer, read("identity_ranking"), TERMS, prior_masks="token")
    pd.testing.assert_frame_equal(whole, cut, atol=1e-5, rtol=0)


def test_a_sentence_that_many_share_is_run_once(checkpoint: Path) -> None:
    model, tokenizer = opened(checkpoint)
    rows = []
    model.base_model.register_forward_hook(lambda module, arguments, output: rows.append(len(output[0])))
    identity_ranking.score(model, tokenizer, read("identity_ranking"), TERMS, prior_masks="token")
    lengths = {len(tokenizer(f" {term}", add_special_tokens=False)["input_ids"]) for term in TERMS.values()}
    attributes = {len(tokenizer(f" {word}", add_special_tokens=False)["input_ids"])
                  for side in read("identity_ranking").attributes.values() for word in side}  # fmt: skip
    assert sum(rows) == len(lengths) * (32 + len(attributes))


def test_a_sentence_that_is_too_long_is_refused(checkpoint: Path) -> None:
    templates = read("identity_ranking")
    with pytest.raises(
        Problem, match=r"identity_ranking.yaml:\d+: being: 'Being nurse .* has \d+ tokens, and the model takes"
    ):
        list(identity_ranking.queries(load_tokenizer(checkpoint), templates, {"x": "nurse " * 70}, prior_masks="token"))


def test_a_model_that_does_not_call_its_decoder_scores_alike(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, tokenizer = opened(checkpoint)
    asked = list(identity_ranking.queries(tokenizer, read("identity_ranking"), TERMS, prior_masks="token"))
    usual = list(masked_lm.log_likelihoods(model, asked))
    for decoder in (torch.nn.Linear(2, 2), None):
        monkeypatch.setattr(model, "get_output_embeddings", lambda decoder=decoder: decoder)
        assert list(masked_lm.log_likelihoods(model, asked)) == pytest.approx(usual, abs=1e-4)


def test_rows_of_the_vocabulary_without_a_token_are_no_fillers(checkpoint: Path) -> None:
    model, tokenizer = opened(checkpoint)
    switches = measure_switches("negative_sentiment", top_k=5)
    before = negative_sentiment.score(model, tokenizer, read("negative_sentiment"), TERMS, **switches)
    model.resize_token_embeddings(len(tokenizer) + 30, mean_resizing=False)
    with torch.no_grad():
        model.get_output_embeddings().bias[-30:] += 100
    after = negative_sentiment.score(model, tokenizer, read("negative_sentiment"), TERMS, **switches)
    assert after["fillers"].tolist() == before["fillers"].tolist()


def test_batches_keep_their_limits() -> None:
    random = np.random.default_rng(0)
    holes = {tuple(range(number, number + random.integers(3, 40))): [0] * random.integers(1, 5) for number in range(99)}
    batches = list(masked_lm._batches(holes, 200, 9))
    assert sorted(ids for batch in batches for ids in batch) == sorted(holes)
    assert all(len(batch) * len(batch[-1]) <= 200 and sum(len(holes[ids]) for ids in batch) <= 9 for batch in batches)
    assert all(len(one[-1]) <= len(other[0]) for one, other in pairwise(batches))
    assert all(len({len(ids) for ids in batch}) == 1 for batch in batches)
