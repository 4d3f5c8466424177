"""Mentions of terms: in whatever way Unicode and keyboards write them, and where in the text they are."""

import unicodedata

import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from biastransfer.interventions.data.scrubbed import delete_mentions
from biastransfer.tasks.counterfactuals import with_swapped_terms
from biastransfer.tasks.folding import Places, fold
from biastransfer.tasks.mentions import Finder, find_mentions
from biastransfer.tasks.unseen_mentions import unseen_mentions
from biastransfer.tasks.word_pairs import WordPairs

WORDS = st.text(st.characters(categories=["L", "Mn", "Mc", "Nd"]), min_size=1, max_size=8).filter(
    lambda word: unicodedata.category(word[0])[0] == "L" and fold(word).strip()
)


@pytest.mark.parametrize(
    ("text", "term", "found"),
    [
        ("un cafe\u0301 noir", "café", True),
        ("un café noir", "cafe\u0301", True),
        ("un cafe\u0301 noir", "cafe", False),
        ("x\u0331y", "x", False),
        ("दलितों की बात", "दलित", False),
        ("वह दलित है", "दलित", True),
        ("trans people’s rights", "people's rights", True),
        ("a non\u2011binary person", "non-binary", True),
        ("a non\u00adbi\u00adnary one, a non-binary", "non-binary", True),
        ("a non binary person", "non-binary", True),
        ("an African\u2013American church", "african american", True),
        ("an African — American", "african american", False),
        ("deaf\u00a0mute", "deaf mute", True),
        ("ＤＥＡＦ people", "deaf", True),
        ("GROẞE Leute", "grosse", True),
        ("gays, ungay", "gay", False),
        ("gay™, (gay)", "gay", True),
        ("男同性恋者", "同性恋", True),
        ("คนมุสลิมไทย", "มุสลิม", True),
        ("무슬림은", "무슬림", False),
        ("c++ and lgbtq+.", "lgbtq+", True),
        ("zero\u200bwidth", "zerowidth", True),
    ],
)
def test_a_term_is_found_however_it_is_written(text: str, term: str, found: bool) -> None:
    assert find_mentions(pd.Series([text]), [term])[0] == [term] * found
    assert bool(Finder([term]).find(text)) == found


@pytest.mark.parametrize(
    ("word_boundaries", "found"),
    [("auto", ["同性恋"]), ("always", []), ("never", ["gay", "同性恋"])],
)
def test_whether_terms_count_within_words(word_boundaries: str, found: list[str]) -> None:
    assert find_mentions(pd.Series(["gayest 男同性恋者"]), ["gay", "同性恋"], word_boundaries)[0] == found


@given(word=WORDS, before=WORDS, after=WORDS, form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
@example(word="ﬁn", before="a", after="b", form="NFKD")
@settings(max_examples=200, deadline=None)
def test_any_form_of_a_word_is_a_mention_and_its_place_is_known(word: str, before: str, after: str, form: str) -> None:
    assume(fold(word) not in (fold(before), fold(after)))
    written = unicodedata.normalize(form, word)
    text = f"{before}, {written} ({after})"
    mentions = Finder([word], "always").find(text)
    assert [text[mention.start : mention.end] for mention in mentions] == [written]
    assert find_mentions(pd.Series([text]), [word], "always")[0] == [word]
    assert delete_mentions(pd.Series([text]), [word], "always")[0] == f"{before}, ({after})"


@given(text=st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_every_folded_character_has_a_place(text: str) -> None:
    folded, places = fold(text), Places(text)
    for position in range(len(folded)):
        start, end = places.span(position, position + 1)
        assert 0 <= start < end <= len(text)
        assert folded[position] in fold(text[start:end]) or folded[position] in unicodedata.normalize(
            "NFKD", fold(text)
        )


def test_twins_keep_the_rest_of_the_text_as_it_is() -> None:
    rows = pd.DataFrame(
        {"id": ["a"], "text": ["“Cafe\u0301” – a non\u2011binary cafe\u0301"], "label": "x", "terms": [["café"]]}
    )
    twins = with_swapped_terms(rows, ["café", "bar"], most=5, seed=0)
    assert twins["text"].tolist() == ["“café” – a non\u2011binary café", "“bar” – a non\u2011binary bar"]


def test_word_pairs_are_found_however_they_are_written() -> None:
    pairs = WordPairs([("mother-in-law", "father-in-law"), ("sœur", "frère")])
    assert (
        pairs.swap("My Mother\u2011in\u2011law, ma S\u0153ur, mon FRE\u0300RE")
        == "My Father-in-law, ma Frère, mon SŒUR"
    )
    assert pairs.sides("fre\u0300re") == {1}


def test_mentions_behind_the_cut_are_counted(tmp_path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "gay": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    texts = ["gay a b c", "a b c gay", "a gay b gay", "a b deaf gay", "none"]
    rows = pd.DataFrame({"text": texts, "terms": find_mentions(pd.Series(texts), ["gay", "deaf"])})
    assert unseen_mentions(rows, tmp_path / "tokenizer.json", 3) == (2, 5)
    assert unseen_mentions(rows, tmp_path / "tokenizer.json", 4) == (0, 5)
