"""The simulated worlds hold what was planted in them."""

import numpy as np
import pytest

from biastransfer.simulate import biographies, comments, lexicon, worlds
from biastransfer.tasks.flag_by_mention_record import SimulatedComments
from biastransfer.tasks.label_by_group_record import SimulatedBiographies
from biastransfer.tasks.mentions import find_mentions
from biastransfer.tasks.scrub import scrub_pronouns, texts_with_pronouns

SETTINGS = {
    **SimulatedComments(type="simulated").model_dump(),
    **SimulatedBiographies(type="simulated").model_dump(),
}
WIKI = {**SETTINGS, "prevalence": (0.08, 0.75)}


@pytest.mark.parametrize(("world", "settings"), [(biographies, SETTINGS), (comments, WIKI)])
def test_upstream_and_prevalence_are_orthogonal_and_have_the_asked_spread(world, settings) -> None:
    planted = world.planted(settings, 7)
    assert planted["upstream"].corr(planted["prevalence"]) == pytest.approx(0, abs=1e-12)
    assert planted["upstream"].std(ddof=0) == pytest.approx(1.5)
    assert (planted["prevalence"].min(), planted["prevalence"].max()) == pytest.approx(settings["prevalence"])
    assert planted["frequency"].sum() == pytest.approx(1)


def test_even_clusters_leave_contrasts_alone() -> None:
    planted = biographies.planted({**SETTINGS, "even_clusters": True}, 7)
    clusters = [name for name, (members, _) in lexicon.CLUSTERS.items() for _ in members]
    np.testing.assert_allclose(planted["upstream"].groupby(clusters).mean(), 0, atol=1e-12)
    assert planted["upstream"].corr(planted["prevalence"]) == pytest.approx(0, abs=1e-12)
    assert planted["upstream"].std(ddof=0) == pytest.approx(1.5)
    uneven = biographies.planted(SETTINGS, 7)["upstream"].groupby(clusters).mean()
    assert uneven.abs().max() > 0.3


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
    assert texts_with_pronouns(train["text"]) == 500
    scrubbed = scrub_pronouns(train["text"])
    assert texts_with_pronouns(scrubbed) == 0
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


def dialled(settings: dict, examples: dict | None = None, **changed) -> dict:
    strengths = {**settings["strengths"], **changed.pop("strengths", {})}
    return {**settings, **changed, "strengths": strengths, "examples": {**settings["examples"], **(examples or {})}}


OCCUPATIONS = {
    "clinic": ["nurse", "physician", "surgeon", "dentist"], "stage": ["comedian", "rapper", "dj", "composer"],
    "studio": ["painter", "photographer", "filmmaker", "model"],
}  # fmt: skip
TERMS = {"religion": ["christian", "muslim", "jewish", "buddhist"], "age": ["old", "older", "young", "younger"]}
WORLDS = [(biographies, SETTINGS), (comments, WIKI)]
SMALL = {"train": 600, "dev": 10, "test": 560, "phrases": 3}


@pytest.mark.parametrize(("world", "settings"), WORLDS)
def test_the_dials_of_the_data_leave_the_corpus_as_it_is(world, settings) -> None:
    for changed in (
        {"strengths": {"dataset": 0.0}},
        {"strengths": {"transfer": 0.0}},
        {"correlation": 0.45},
        {"exact_prevalence": True, "proxies_in_training": 0.0, "mention_share": 0.1},
        {"families": OCCUPATIONS if world is biographies else TERMS, "family_texts": 1.0},
    ):
        other = dialled(settings, **changed)
        assert world.planted(other, 7)["upstream"].equals(world.planted(settings, 7)["upstream"])
        assert world.corpus(other, 60, 7) == world.corpus(settings, 60, 7)
    assert world.corpus(dialled(settings, strengths={"upstream": 0.5}), 60, 7) != world.corpus(settings, 60, 7)


@pytest.mark.parametrize(("world", "settings"), WORLDS)
def test_the_dials_shrink_what_is_planted(world, settings) -> None:
    full = world.planted(settings, 7)
    half = world.planted(dialled(settings, strengths={"upstream": 0.5, "dataset": 0.5}), 7)
    assert half["upstream"].to_numpy() == pytest.approx(full["upstream"].to_numpy() / 2)
    assert half["prevalence"].std() == pytest.approx(full["prevalence"].std() / 2)
    none = world.planted(dialled(settings, strengths={"upstream": 0.0, "dataset": 0.0}), 7)
    assert (none["upstream"] == 0).all()
    assert none["prevalence"].to_numpy() == pytest.approx(np.mean(settings["prevalence"]))


@pytest.mark.parametrize(("world", "settings"), WORLDS)
@pytest.mark.parametrize("asked", [-0.45, 0.45, 0.9])
def test_the_causes_correlate_about_as_asked(world, settings, asked: float) -> None:
    found = [world.planted(dialled(settings, correlation=asked), seed) for seed in range(20)]
    assert np.mean([each["upstream"].corr(each["prevalence"]) for each in found]) == pytest.approx(asked, abs=0.06)
    assert found[0]["prevalence"].min() == pytest.approx(settings["prevalence"][0])


def test_exact_prevalence_leaves_nothing_to_chance() -> None:
    flat = {"strengths": {"dataset": 0.0}, "exact_prevalence": True}
    train = biographies.splits(dialled(SETTINGS, {"train": 8000, "dev": 1, "test": 56}, **flat), 5)["train"]
    counts = (train["group"] == "she/her").groupby(train["label"]).agg(["sum", "size"])
    assert ((counts["sum"] - counts["size"] / 2).abs() <= 0.5).all()
    train = comments.splits(dialled(WIKI, {"train": 8000, "dev": 1, "test": 1, "phrases": 1}, **flat), 5)["train"]
    terms = find_mentions(train["text"], ["lesbian", "deaf", "muslim"])
    flagged = (train["label"] == "flagged").groupby(terms.str[0]).agg(["sum", "size"])
    assert len(flagged) == 3
    assert ((flagged["sum"] - flagged["size"] * 0.415).abs() <= 0.5 + 1e-9).all()


def share_of(words, texts) -> float:
    """Share of all words of the texts."""
    found = texts.str.lower().str.findall(r"[\w-]+").explode()
    return found.isin(set(words)).mean()


def test_without_transfer_the_words_that_tell_are_others() -> None:
    hobbies = [word for side in lexicon.HOBBIES.values() for word in side]
    for familiar, expected in ((1.0, 0.4), (0.5, 0.2), (0.0, 0.0)):
        drawn = biographies.splits(dialled(SETTINGS, SMALL, strengths={"transfer": familiar}), 5)
        assert share_of(hobbies, drawn["train"]["text"]) == pytest.approx(8 / 11 * expected, abs=0.02)
    tones = [*lexicon.POSITIVE, *lexicon.NEGATIVE]
    drawn = comments.splits(dialled(WIKI, SMALL, strengths={"transfer": 0.0}), 5)
    assert share_of(tones, drawn["train"]["text"]) == share_of(tones, drawn["phrases"]["text"]) == 0
    side = worlds.unfamiliar(lexicon.TALK, 16, 5)[0]
    toxic, others = (
        share_of(side[1], drawn["train"].loc[drawn["train"]["label"] == label, "text"])
        for label in comments.CLASSES[::-1]
    )
    assert toxic > 2 * others > 0


def test_proxies_can_be_kept_from_the_training_texts_alone() -> None:
    hobbies = [word for side in lexicon.HOBBIES.values() for word in side]
    drawn = biographies.splits(dialled(SETTINGS, SMALL, proxies_in_training=0.0), 5)
    assert share_of(hobbies, drawn["train"]["text"]) == 0
    assert share_of(hobbies, drawn["test"]["text"]) > 0.25
    few = biographies.splits(dialled(SETTINGS, SMALL, proxies_in_training=0.3), 5)["train"]["text"]
    assert few.str.contains("|".join(hobbies)).mean() == pytest.approx(0.3, abs=0.06)


def test_fewer_tone_words_are_the_first_of_either_side() -> None:
    drawn = comments.splits(dialled(WIKI, SMALL, tone_words=6), 5)["train"]["text"]
    assert share_of([*lexicon.POSITIVE[6:], *lexicon.NEGATIVE[6:]], drawn) == 0
    assert share_of([*lexicon.POSITIVE[:6], *lexicon.NEGATIVE[:6]], drawn) > 0.2


@pytest.mark.parametrize(("world", "settings"), WORLDS)
def test_associations_of_a_family_are_alike(world, settings) -> None:
    families = OCCUPATIONS if world is biographies else TERMS
    settings = {**settings, "families": families, "intraclass": 0.8}
    family = {target: name for name, members in families.items() for target in members}

    def shares(column: str) -> np.ndarray:
        """The variance of family means over that of the targets of families, by seed."""
        found = []
        for seed in range(40):
            planted = world.planted(settings, seed)
            planted = planted[planted["target"].isin(family)]
            values = planted[column]
            found.append(values.groupby(planted["target"].map(family)).mean().var() / values.var())
        return np.array(found)

    for column in ("upstream", "prevalence"):
        assert shares(column).mean() > 0.6
        settings = settings | {"intraclass": 0.0}
        assert shares(column).mean() < 0.5
        settings = settings | {"intraclass": 0.8}


def test_test_texts_of_a_family_have_something_of_their_own() -> None:
    changed = dialled(SETTINGS, SMALL | {"test": 5600}, families=OCCUPATIONS, family_texts=1.5)
    drawn, plain = biographies.splits(changed, 5), biographies.splits(changed | {"family_texts": 0.0}, 5)
    assert drawn["train"].equals(plain["train"])
    topics = {word for name, (_, words) in lexicon.CLUSTERS.items() if name in OCCUPATIONS for word in words}

    def more_topical(rows) -> np.ndarray:
        """By how many topical words a text with "she" has more than one with "he", in each family."""
        count = rows["text"].str.rstrip(".").str.split().map(lambda words: sum(word in topics for word in words))
        means = count.groupby([rows["label"], rows["group"]]).mean().unstack()
        gaps = means["she/her"] - means["he/him"]
        return np.array([gaps[members].mean() for members in OCCUPATIONS.values()])

    assert np.abs(more_topical(drawn["test"])).max() > 0.8
    assert np.abs(more_topical(plain["test"])).max() < 0.4
    shift = dict(zip(biographies.OCCUPATIONS, worlds.of_family_texts(biographies.OCCUPATIONS, changed, 5), strict=True))
    assert (
        np.corrcoef(more_topical(drawn["test"]), [shift[name] for name in ("nurse", "comedian", "painter")])[0, 1] > 0.9
    )


def test_phrases_of_a_family_have_a_tone_of_their_own() -> None:
    changed = dialled(WIKI, SMALL | {"phrases": 200}, families=TERMS, family_texts=1.0)
    drawn, plain = comments.splits(changed, 5), comments.splits(changed | {"family_texts": 0.0}, 5)
    assert drawn["train"].equals(plain["train"])
    shift = dict(zip(comments.TERMS, worlds.of_family_texts(comments.TERMS, changed, 5), strict=True))
    assert shift["christian"] == shift["muslim"] != shift["old"]

    def negative(phrases) -> np.ndarray:
        """Negative words in the phrases of each term."""
        count = phrases["text"].str.rstrip(".").str.split().map(lambda words: sum(w in lexicon.NEGATIVE for w in words))
        return count.groupby(phrases["id"].str.split("-").str[1].astype(int)).mean().to_numpy()

    assert np.corrcoef(negative(drawn["phrases"]), list(shift.values()))[0, 1] > 0.9
    assert np.ptp(negative(plain["phrases"])) == 0
