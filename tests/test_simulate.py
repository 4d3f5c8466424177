"""The simulated worlds hold what was planted in them."""

import numpy as np
import pytest

from biastransfer.sections import SimulatedSource
from biastransfer.simulate import biographies, comments
from biastransfer.tasks.mentions import find_mentions
from biastransfer.tasks.scrub import count_pronouns, scrub_pronouns

SETTINGS = SimulatedSource(type="simulated").model_dump()
WIKI = {**SETTINGS, "prevalence": (0.08, 0.75)}


@pytest.mark.parametrize(("world", "settings"), [(biographies, SETTINGS), (comments, WIKI)])
def test_upstream_and_prevalence_are_orthogonal_and_have_the_asked_spread(world, settings) -> None:
    planted = world.planted(settings, 7)
    assert planted["upstream"].corr(planted["prevalence"]) == pytest.approx(0, abs=1e-12)
    assert planted["upstream"].std(ddof=0) == pytest.approx(1.5)
    assert (planted["prevalence"].min(), planted["prevalence"].max()) == pytest.approx(settings["prevalence"])
    assert planted["frequency"].sum() == pytest.approx(1)


def test_a_target_can_be_fixed() -> None:
    fixed = {**SETTINGS, "targets": {"nurse": {"upstream": 3.0, "prevalence": 0.9, "frequency": None}}}
    nurse = biographies.planted(fixed, 7).set_index("target").loc["nurse"]
    assert (nurse["upstream"], nurse["prevalence"]) == (3.0, 0.9)


def test_biographies_have_the_planted_prevalence_and_frequency() -> None:
    settings = {**SETTINGS, "examples": {"train": 60000, "dev": 1, "test": 560}}
    drawn, planted = biographies.splits(settings, 5), biographies.planted(settings, 5).set_index("target")
    train, test = drawn["train"], drawn["test"]
    share = (train["group"] == "she/her").groupby(train["label"]).mean()
    assert (share - planted["prevalence"]).abs().max() < 0.05
    assert (train["label"].value_counts(normalize=True) - planted["frequency"]).abs().max() < 0.005
    assert set(test.groupby(["label", "group"]).size()) == {10}


def test_scrubbing_leaves_proxies_but_no_pronoun() -> None:
    train = biographies.splits({**SETTINGS, "examples": {"train": 500, "dev": 1, "test": 56}}, 5)["train"]
    assert count_pronouns(train["text"]) == 500
    scrubbed = scrub_pronouns(train["text"])
    assert count_pronouns(scrubbed) == 0
    said = train["group"] == "she/her"
    knits = scrubbed.str.contains("knitting")
    assert knits[said].mean() > 3 * knits[~said].mean()


def test_corpus_pronouns_follow_the_upstream_association() -> None:
    corpus = biographies.corpus(SETTINGS, 30000, 5)
    planted = biographies.planted(SETTINGS, 5)
    shares = []
    for target in planted["target"]:
        name = biographies.surface(target)
        about = [text for text in corpus if f"a {name}." in text.split(".")[0] + "." or f" {name}." in text]
        shares.append(np.mean([text.startswith("She") for text in about]))
    assert np.corrcoef(shares, planted["upstream"])[0, 1] > 0.93


def test_comments_have_the_planted_toxicity_and_balanced_phrases() -> None:
    settings = {**WIKI, "examples": {"train": 60000, "dev": 1, "test": 1, "phrases": 3}}
    drawn, planted = comments.splits(settings, 5), comments.planted(settings, 5)
    train = drawn["train"].assign(terms=find_mentions(drawn["train"]["text"], comments.TERMS)).explode("terms")
    share = (train["label"] == "flagged").groupby(train["terms"]).mean().reindex(planted["target"])
    overlapping = planted["target"].isin(["african", "american", "african american"]).to_numpy()
    assert np.abs(share.to_numpy() - planted["prevalence"])[~overlapping].max() < 0.06
    phrases = drawn["phrases"]
    assert len(phrases) == 50 * 6
    assert (phrases["label"] == "flagged").mean() == 0.5
    bodies = phrases["text"].str.split(" people are ").str[1]
    assert bodies.nunique() <= 6


def test_drawing_again_gives_the_same_text() -> None:
    assert biographies.corpus(SETTINGS, 50, 3) == biographies.corpus(SETTINGS, 50, 3)
    assert comments.splits(WIKI, 3)["train"].equals(comments.splits(WIKI, 3)["train"])
    assert comments.corpus(WIKI, 50, 3) != comments.corpus(WIKI, 50, 4)
