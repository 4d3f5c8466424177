"""Interventions on the training data: rebalanced, scrubbed, swapped, proxies scrubbed."""

import json
import math
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.contingency import odds_ratio

from biastransfer.common.problems import Problem
from biastransfer.interventions.data import proxies_scrubbed, proxy_words, rebalanced, scrubbed, subsampled, swapped
from biastransfer.tasks.flags import FLAGGED, NOT_FLAGGED
from biastransfer.tasks.mentions import find_mentions
from biastransfer.tasks.scrub import scrub_pronouns
from biastransfer.tasks.word_pairs import WordPairs
from biastransfer.tasks.word_vectors import of_file, read_vectors

SHE_HE = ("she", "he")
SHARES = st.sampled_from([0, 0.1, 0.25, 0.3, 0.5, 0.7, 0.75, 0.9, 1.0])
SEEDS = st.integers(0, 2**64)


def biographies(cells: dict[str, tuple[int, int, int]], seed: int = 0) -> pd.DataFrame:
    """Rows of she, he and they per label, shuffled."""
    keys = [
        (label, group)
        for label, sizes in cells.items()
        for group, size in zip(("she", "he", "they"), sizes, strict=True)
        for _ in range(size)
    ]
    table = pd.DataFrame(keys, columns=["label", "group"]).sample(frac=1, random_state=seed % 2**32)
    table.insert(0, "id", [f"i{number}" for number in range(len(table))])
    table.insert(1, "text", table["id"] + " text")
    return table.reset_index(drop=True)


CELLS = st.dictionaries(
    st.sampled_from("abcde"), st.tuples(st.integers(0, 25), st.integers(0, 25), st.integers(0, 3)), min_size=1
).filter(lambda cells: any(map(sum, cells.values())))


@given(cells=CELLS, over=SHARES, under=SHARES, seed=SEEDS)
@settings(max_examples=80, deadline=None)
def test_over_and_under_sampling_close_exactly_the_asked_shares(
    cells: dict[str, tuple[int, int, int]], over: float, under: float, seed: int
) -> None:
    under = min(under, 1 - over)
    train = biographies(cells, seed)
    after, facts = rebalanced.intervene(train, over=over, under=under, compare=SHE_HE, seed=seed)
    sizes = Counter(zip(after["label"], after["group"], strict=True))
    gaps, unmet, added, removed = [], [], 0, 0
    for label, (she, he, they) in cells.items():
        gap, rarer = abs(she - he), "she" if she < he else "he"
        add = round(over * gap)
        remove = round((over + under) * gap) - add
        if gap and not min(she, he):
            unmet.append(label)
            add = 0
        assert sizes[label, rarer] == min(she, he) + add
        assert sizes[label, "she"] + sizes[label, "he"] == she + he + add - remove
        assert sizes[label, "they"] == they
        gaps.append(gap)
        added, removed = added + add, removed + remove
    assert facts == {
        "rows_before": len(train),
        "rows_after": len(after),
        "added": added,
        "removed": removed,
        "gap_before": sum(gaps),
        "gap_after": sum(gaps) - added - removed,
        "labels_without_rarer_group": sorted(unmet),
    }
    assert json.loads(json.dumps(facts)) == facts


@given(cells=CELLS, over=SHARES, under=SHARES, seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_rebalancing_keeps_rows_and_their_order_and_copies_evenly(
    cells: dict[str, tuple[int, int, int]], over: float, under: float, seed: int
) -> None:
    train = biographies(cells, seed)
    after, facts = rebalanced.intervene(train, over=over, under=min(under, 1 - over), compare=SHE_HE, seed=seed)
    known = train.set_index("id")
    pd.testing.assert_frame_equal(after.set_index("id"), known.loc[after["id"]])
    kept = after["id"].head(len(after) - facts["added"])
    assert kept.is_unique
    assert kept.str[1:].astype(int).is_monotonic_increasing
    copies = after["id"].tail(facts["added"]).value_counts().reindex(train["id"], fill_value=0).to_numpy()
    for _, rows in train.groupby(["label", "group"]).indices.items():
        assert copies[rows].max() - copies[rows].min() <= 1


@given(cells=CELLS, shares=st.tuples(SHARES, SHARES), seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_smaller_rebalancing_is_part_of_the_larger(
    cells: dict[str, tuple[int, int, int]], shares: tuple[float, float], seed: int
) -> None:
    train = biographies(cells, seed)
    for key in ("over", "under"):
        less, more = (
            Counter(
                rebalanced.intervene(train, **{"over": 0, "under": 0, key: share}, compare=SHE_HE, seed=seed)[0]["id"]
            )
            for share in sorted(shares)
        )
        assert less <= more if key == "over" else more <= less


def test_rebalancing_a_label_does_not_depend_on_the_other_labels() -> None:
    train = biographies({"a": (3, 20, 2), "b": (15, 4, 0), "c": (0, 6, 0)})
    together = rebalanced.intervene(train, over=0.3, under=0.4, compare=SHE_HE, seed=5)[0]
    for label in "abc":
        alone = rebalanced.intervene(train[train["label"] == label], over=0.3, under=0.4, compare=SHE_HE, seed=5)[0]
        assert alone["id"].tolist() == together.loc[together["label"] == label, "id"].tolist()


def test_closing_more_than_the_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="add up to more than 1"):
        rebalanced.intervene(biographies({"a": (1, 2, 0)}), over=0.75, under=0.5, compare=SHE_HE, seed=1)


@given(cells=CELLS, rows=st.tuples(st.integers(1, 60), st.integers(1, 60)), seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_a_smaller_subset_is_part_of_a_larger_one(
    cells: dict[str, tuple[int, int, int]], rows: tuple[int, int], seed: int
) -> None:
    train = biographies(cells, seed)
    few, many = sorted(min(count, len(train)) for count in rows)
    kept = {}
    for count in (few, many):
        after, facts = subsampled.intervene(train, rows=count, seed=seed)
        assert facts == {"rows_before": len(train), "rows_after": count}
        pd.testing.assert_frame_equal(after.set_index("id"), train.set_index("id").loc[after["id"]])
        assert after["id"].str[1:].astype(int).is_monotonic_increasing
        assert after["id"].is_unique
        assert len(after) == count
        kept[count] = set(after["id"])
    assert kept[few] <= kept[many]


def test_every_row_is_as_likely_to_be_in_a_subset() -> None:
    train = biographies({"a": (30, 5, 0), "b": (1, 4, 0)})
    drawn = Counter(id for seed in range(2000) for id in subsampled.intervene(train, rows=10, seed=seed)[0]["id"])
    assert max(abs(drawn[id] - 500) for id in train["id"]) < 5 * np.sqrt(2000 * 0.25 * 0.75)


def test_more_rows_than_there_are_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        Problem, match=r"subsampled.rows: 41 texts are asked for, and the training split has 40; .* 1 to 40"
    ):
        subsampled.intervene(biographies({"a": (20, 20, 0)}), rows=41, seed=1)


TERMS = ("african", "african american", "american", "gay", "deaf", "middle aged")


def comments(mentioned: list[list[str]], flagged: list[bool]) -> pd.DataFrame:
    """Comments that mention the given terms and those within them."""
    text = pd.Series([f"It  is {' and '.join(terms)} talk." for terms in mentioned], dtype=object)
    return pd.DataFrame(
        {
            "id": [f"c{number}" for number in range(len(text))],
            "text": text,
            "label": np.where(flagged, FLAGGED, NOT_FLAGGED),
            "terms": find_mentions(text, TERMS),
            "source": "talk",
        }
    )


COMMENTS = st.lists(
    st.tuples(st.lists(st.sampled_from(TERMS), max_size=3, unique=True), st.booleans()), min_size=1, max_size=60
).map(lambda rows: comments(*map(list, zip(*rows, strict=True))))


@given(train=COMMENTS, which=st.sampled_from(["toxic", "all"]), share=SHARES, seed=SEEDS)
@settings(max_examples=50, deadline=None)
def test_scrubbing_drops_eligible_comments_only_and_says_how_many(
    train: pd.DataFrame, which: str, share: float, seed: int
) -> None:
    after, facts = scrubbed.intervene(train, comments=which, share=share, unit="comment", terms=TERMS, seed=seed)
    eligible = train["terms"].map(len).gt(0) & (train["label"].eq(FLAGGED) | (which == "all"))
    chosen = ~train["id"].isin(after["id"])
    assert not (chosen & ~eligible).any()
    pd.testing.assert_frame_equal(after, train[~chosen].reset_index(drop=True))
    sets = train["terms"].map(tuple)
    sizes, dropped = Counter(sets[eligible]), Counter(sets[chosen])
    for terms, size in sizes.items():
        gone = dropped[terms]
        assert len(terms) == 1 or math.floor(share * size + 1e-9) <= gone <= math.ceil(share * size - 1e-9)
    counts = {
        term: {"mentions": int((eligible & has).sum()), "chosen": int((chosen & has).sum())}
        for term in TERMS
        for has in [train["terms"].map(lambda terms, term=term: term in terms)]
    }
    assert facts["terms"] == counts
    assert (facts["rows_before"], facts["rows_after"], facts["rows_chosen"]) == (len(train), len(after), chosen.sum())
    deviation = max(abs(n["chosen"] - share * n["mentions"]) for n in counts.values())
    assert facts["largest_deviation"] == pytest.approx(deviation)
    assert json.loads(json.dumps(facts)) == facts
    if share == 1:
        assert (chosen == eligible).all()
    if share == 0:
        assert not chosen.any()


@given(train=COMMENTS, which=st.sampled_from(["toxic", "all"]), share=SHARES, seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_scrubbing_terms_changes_the_very_comments_that_scrubbing_comments_drops(
    train: pd.DataFrame, which: str, share: float, seed: int
) -> None:
    options = {"comments": which, "share": share, "terms": TERMS, "seed": seed}
    dropped = scrubbed.intervene(train, unit="comment", **options)[0]
    after, facts = scrubbed.intervene(train, unit="term", **options)
    assert facts["rows_after"] == len(train)
    pd.testing.assert_frame_equal(after[["id", "label", "source"]], train[["id", "label", "source"]])
    changed = after["text"] != train["text"]
    assert set(train["id"][changed]) == set(train["id"]) - set(dropped["id"])
    assert after["terms"].tolist() == find_mentions(after["text"], TERMS).tolist()
    assert not after["terms"][changed].map(len).any()


@given(
    singles=st.lists(st.integers(25, 60), min_size=4, max_size=4),
    several=st.dictionaries(
        st.lists(st.sampled_from("abcd"), min_size=2, max_size=4, unique=True).map(sorted).map(tuple), st.integers(1, 5)
    ),
    share=st.sampled_from([0.1, 0.2, 0.4, 0.5, 0.75, 0.9]),
    seed=SEEDS,
)
@settings(max_examples=50, deadline=None)
def test_with_plenty_of_single_term_comments_every_term_loses_the_rounded_share(
    singles: list[int], several: dict[tuple[str, ...], int], share: float, seed: int
) -> None:
    sizes = {(term,): size for term, size in zip("abcd", singles, strict=True)} | several
    counts = scrubbed.rows_per_set(sizes, share, seed)
    assert counts == scrubbed.rows_per_set(dict(reversed(sizes.items())), share, seed)
    for term in "abcd":
        asked = share * sum(size for terms, size in sizes.items() if term in terms)
        assert abs(sum(count for terms, count in counts.items() if term in terms) - asked) <= 0.5 + 1e-9


@given(
    sizes=st.dictionaries(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True).map(sorted).map(tuple),
        st.integers(1, 4),
        min_size=1,
        max_size=6,
    ),
    share=st.one_of(SHARES, st.floats(0, 1).map(lambda share: round(share, 3))),
    seed=SEEDS,
)
@settings(max_examples=50, deadline=None)
def test_no_counts_deviate_less_than_the_chosen_ones(
    sizes: dict[tuple[str, ...], int], share: float, seed: int
) -> None:
    sets = list(sizes)
    size = np.array(list(sizes.values()))
    mentions = np.array([[term in terms for term in "abcd"] for terms in sets], int)

    def deviation(counts: object) -> float:
        return float(np.abs(np.asarray(counts) @ mentions - share * (size @ mentions)).sum())

    ranges = [
        range(n + 1) if len(terms) == 1 else range(math.floor(share * n + 1e-9), math.ceil(share * n - 1e-9) + 1)
        for terms, n in sizes.items()
    ]
    counts = scrubbed.rows_per_set(sizes, share, seed)
    chosen = [counts[terms] for terms in sets]
    assert all(count in allowed for count, allowed in zip(chosen, ranges, strict=True))
    assert deviation(chosen) == pytest.approx(min(map(deviation, product(*ranges))), abs=1e-5)


def test_scrubbing_levels_are_nested_where_no_terms_overlap() -> None:
    train = comments([["gay"], ["deaf"], ["american"], []] * 50, [True, False] * 100)
    gone: set[str] = set()
    for share in np.arange(1, 11) / 10:
        after = scrubbed.intervene(train, comments="all", share=share, unit="comment", terms=TERMS, seed=3)[0]
        before, gone = gone, set(train["id"]) - set(after["id"])
        assert before < gone


def test_which_comments_of_a_set_go_does_not_depend_on_other_sets() -> None:
    train = comments([["gay"], ["deaf"], ["gay", "deaf"]] * 20, [True] * 60)
    alone = train[train["terms"].map(len) == 2]
    options = {"comments": "toxic", "share": 0.5, "unit": "comment", "terms": TERMS, "seed": 9}
    together = scrubbed.intervene(train, **options)[0]
    assert set(scrubbed.intervene(alone, **options)[0]["id"]) == set(together["id"]) & set(alone["id"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a gay man", "a man"),
        ("Gay, deaf\nGAY gay  deaf men", ", men"),
        ("african american", ""),
        ("middle gay aged woman  twice  spaced", "woman  twice  spaced"),
        ("gays (gay) un-deaf", "gays () un-"),
        ("so gay.", "so ."),
    ],
)
def test_mentions_are_deleted_until_none_is_left(text: str, left: str) -> None:
    assert scrubbed.delete_mentions(pd.Series([text]), TERMS)[0] == left


def test_scrubbed_real_comments_lose_half_the_mentions_of_every_term(real_data: Path) -> None:
    terms = [term for term in (real_data / "wiki" / "identity_terms.txt").read_text().split("\n") if term]
    real = pd.read_parquet(real_data / "wiki" / "comments.parquet").rename(columns={"comment": "text"})
    real["label"] = np.where(real["toxic"].astype(bool), FLAGGED, NOT_FLAGGED)
    real["terms"] = find_mentions(real["text"], terms)
    options = {"comments": "all", "share": 0.5, "terms": terms, "seed": 1}
    dropped, facts = scrubbed.intervene(real, unit="comment", **options)
    assert facts["largest_deviation"] < 1
    for term, counts in facts["terms"].items():
        left = dropped["terms"].map(lambda found, term=term: term in found).sum()
        assert left == counts["mentions"] - counts["chosen"]
    cut, same = scrubbed.intervene(real, unit="term", **options)
    assert same["terms"] == facts["terms"]
    changed = ~cut["id"].isin(dropped["id"])
    assert not find_mentions(cut["text"][changed], terms).map(len).any()


PAIRS = [("she", "he"), ("her", "his"), ("her", "him"), ("Mary", "John"), ("nun", "Catholic_priest")]


@pytest.mark.parametrize(
    ("text", "swapped_text"),
    [
        ("She told him; HE told the theatre.", "He told her; SHE told the theatre."),
        ("her, Her, his and him", "his, His, her and her"),
        ("Mary and john", "John and mary"),
        ("a catholic  priest, Catholic priest, CATHOLIC PRIEST", "a nun, Nun, NUN"),
        ("a nun, Nun, NUN", "a catholic priest, Catholic Priest, CATHOLIC PRIEST"),
        ("hE", "she"),
    ],
)
def test_words_are_swapped_in_their_case(text: str, swapped_text: str) -> None:
    assert WordPairs(PAIRS).swap(text) == swapped_text


@given(
    words=st.lists(st.sampled_from(["she", "He", "MARY", "john", "theatre", "hers", "1he", "-", "é"]), max_size=8),
    separator=st.sampled_from([" ", ", ", "\n", "-"]),
)
@settings(max_examples=50, deadline=None)
def test_swapping_twice_gives_the_text_back(words: list[str], separator: str) -> None:
    pairs = WordPairs([("she", "he"), ("Mary", "John")])
    text = separator.join(words)
    assert pairs.swap(pairs.swap(text)) == text
    assert bool(pairs.sides(text)) == (pairs.swap(text) != text)
    assert pairs.sides(pairs.swap(text)) == {1 - side for side in pairs.sides(text)}


PEOPLE = st.lists(
    st.tuples(st.sampled_from(["my aunt", "Uncle Bob", "an ant"]), st.sampled_from(["she", "he", "they"])),
    min_size=1,
    max_size=40,
).map(
    lambda rows: pd.DataFrame(
        {
            "id": [f"i{number}" for number in range(len(rows))],
            "text": [text for text, _ in rows],
            "label": "x",
            "group": [group for _, group in rows],
        }
    )
)


@given(train=PEOPLE, share=SHARES, keep=st.sampled_from(["both", "swapped"]), seed=SEEDS)
@settings(max_examples=60, deadline=None)
def test_exactly_the_share_of_rows_with_a_pair_word_is_swapped(
    train: pd.DataFrame, share: float, keep: str, seed: int
) -> None:
    options = {"keep": keep, "pairs": [("aunt", "uncle")], "compare": SHE_HE, "seed": seed}
    after, facts = swapped.intervene(train, share=share, **options)
    eligible = train["group"].isin(SHE_HE) & (train["text"] != "an ant")
    n = round(share * eligible.sum())
    assert facts == {
        "rows_before": len(train),
        "rows_after": len(after),
        "rows_with_a_pair_word": eligible.sum(),
        "swapped": n,
    }
    assert json.loads(json.dumps(facts)) == facts
    if keep == "both":
        pd.testing.assert_frame_equal(after.head(len(train)), train)
        new = after.iloc[len(train) :]
        assert new["id"].str.endswith("/swapped").all()
        old = train.set_index("id").loc[new["id"].str.removesuffix("/swapped")]
    else:
        assert after["id"].tolist() == train["id"].tolist()
        changed = (after != train).any(axis=1)
        assert not (changed & ~eligible).any()
        new, old = after[changed], train[changed]
    assert len(new) == n
    assert new["text"].tolist() == old["text"].map({"my aunt": "my uncle", "Uncle Bob": "Aunt Bob"}).tolist()
    assert new["group"].tolist() == old["group"].map({"she": "he", "he": "she"}).tolist()
    less = swapped.intervene(train, share=share / 2, **options)[0]
    before = set(zip(less["id"], less["text"], strict=True)) - set(zip(train["id"], train["text"], strict=True))
    assert before <= set(zip(after["id"], after["text"], strict=True))


def test_the_direction_is_the_top_eigenvector_of_the_second_moments() -> None:
    random = np.random.default_rng(1)
    first, second = random.normal(size=(2, 9, 5)) + random.normal(size=5) * [[[1]], [[-1]]]
    first[3] = second[3]
    direction = proxy_words.gender_direction(first, second)
    values, vectors = np.linalg.eigh((first - second).T @ (first - second))
    assert values[-1] > values[-2]
    assert abs(direction @ vectors[:, -1]) == pytest.approx(1)
    assert (first - second).mean(axis=0) @ direction > 0
    assert proxy_words.gender_direction(second, first) == pytest.approx(-direction)
    with pytest.raises(ValueError, match="no direction"):
        proxy_words.gender_direction(first, first)


def test_a_planted_direction_is_found_again() -> None:
    random = np.random.default_rng(2)
    planted = np.array([0.6, 0, -0.8, 0, 0, 0])
    middle = random.normal(size=(10, 6))
    lean = random.uniform(1, 2, size=(10, 1))
    first, second = (middle + sign * lean * planted + random.normal(0, 0.01, (10, 6)) for sign in (1, -1))
    assert proxy_words.gender_direction(first, second) == pytest.approx(planted, abs=0.02)


def test_femaleness_scores_agree_with_their_definitions() -> None:
    vectors = np.array([[3.0, 4.0], [-3.0, 4.0], [0.0, 0.0]])
    direction = np.array([1.0, 0.0])
    scores = [
        proxy_words.femaleness(vectors, direction, name).tolist() for name in ("cosine", "projection", "absolute")
    ]
    np.testing.assert_allclose(scores, [[0.6, -0.6, 0], [3, -3, 0], [3, 3, 0]], atol=1e-12)


def test_word_vectors_are_means_over_tokens() -> None:
    matrix = np.arange(8).reshape(4, 2)
    tokens = {"a": [0], "bc": [1, 2], "d": []}
    vectors = proxy_words.word_vectors(["bc", "a"], lambda words: [tokens[word] for word in words], matrix)
    assert vectors.tolist() == [[3, 4], [0, 1]]
    with pytest.raises(ValueError, match="'d'"):
        proxy_words.word_vectors(["a", "d"], lambda words: [tokens[word] for word in words], matrix)


def test_words_are_two_letters_or_more_of_any_alphabet() -> None:
    found = proxy_words.count_words(["A Doctor, doctor; I'm été_ 3rd Élan x2 _ Ян", ""])
    assert found == [{"doctor", "élan", "ян"}, set()]


def test_log_odds_are_those_of_the_table_with_a_half_in_every_cell() -> None:
    texts = ["nurse nurse", "Nurse", "law", "nurse law", "law", "law", "engine"]
    first = np.array([1, 1, 1, 0, 0, 0, 0], bool)
    found = proxy_words.log_odds(texts, first).set_index("word")
    assert found.index.tolist() == ["engine", "law", "nurse"]
    assert found.loc["nurse", ["n_first", "n_second"]].tolist() == [2, 1]
    assert found.loc["nurse", "log_odds"] == pytest.approx(math.log((2.5 / 1.5) / (1.5 / 3.5)))
    doubled = 2 * np.array([[1.5, 2.5], [3.5, 1.5]])  # scipy takes whole numbers; the ratio is the same
    sample = odds_ratio(doubled.astype(int), kind="sample").statistic
    assert found.loc["law", "log_odds"] == pytest.approx(math.log(sample))


def test_candidates_are_frequent_and_no_stop_words_nor_excluded() -> None:
    counts = pd.DataFrame(
        {"word": ["the", "nurse", "mother", "rare"], "n_first": [9, 9, 2, 1], "n_second": [9, 9, 3, 0]}
    )
    assert proxy_words.candidates(counts, min_count=5, not_words=["Nurse"])["word"].tolist() == ["mother"]


SCORED = pd.DataFrame(
    {
        "word": ["b", "a", "c", "d", "e", "f"],
        "femaleness": [0.2, 0.2, 0.5, -0.1, -0.4, 0.0],
        "n_first": 1,
        "n_second": 2,
    }
)


def test_the_most_extreme_words_of_either_side_are_chosen() -> None:
    def chosen(words: pd.DataFrame, **how: float | None) -> str:
        rows = proxy_words.choose(words, **{"count": None, "threshold": None, **how})
        return " ".join(rows["word"] + rows["side"].str[0])

    assert chosen(SCORED, count=2) == "cf af es ds"
    assert chosen(SCORED, count=9) == "cf af bf es ds"
    assert chosen(SCORED, threshold=0.2) == "cf af bf es"
    absolute = SCORED.assign(femaleness=SCORED["femaleness"].abs())
    assert chosen(absolute, count=1) == "cf ef"
    for how in ({}, {"count": 1, "threshold": 0.1}):
        with pytest.raises(ValueError, match="either count or threshold"):
            chosen(SCORED, **how)


@given(
    counts=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=60),
    n=st.integers(0, 20),
    seed=SEEDS,
)
@settings(max_examples=60, deadline=None)
def test_random_words_occur_as_often_as_the_chosen_within_the_stated_tolerance(
    counts: list[tuple[int, int]], n: int, seed: int
) -> None:
    words = pd.DataFrame(counts, columns=["n_first", "n_second"])
    words.insert(0, "word", [f"w{number}" for number in range(len(words))])
    total = (words["n_first"] + words["n_second"]).set_axis(words["word"])
    chosen = words["word"].head(n).tolist()
    drawn = proxy_words.random_words(words, chosen, seed=seed)
    assert len(set(drawn)) == len(drawn)
    assert not set(drawn) & set(chosen)
    assert drawn == proxy_words.random_words(words.iloc[::-1], chosen, seed=seed)
    left = total.drop([*chosen, *drawn])
    missing = total[chosen].sum() - total[drawn].sum()
    if missing < 0:
        assert -missing <= total[drawn[-1]] / 2
    else:
        assert left.empty or missing <= left.min() / 2


def test_the_probe_reads_what_is_planted_and_nothing_else() -> None:
    random = np.random.default_rng(4)
    first = np.arange(600) % 2 == 0
    words = random.choice(["ant", "bee", "cow", "dog", "emu"], size=(600, 6))
    plain = [" ".join(row) for row in words]
    assert proxy_words.pronoun_probe(plain, first, seed=1) == pytest.approx(0.5, abs=0.08)
    planted = [f"{text} {'fox' if hit else 'gnu'}" for text, hit in zip(plain, first, strict=True)]
    assert proxy_words.pronoun_probe(planted, first, seed=1) == pytest.approx(1)
    assert math.isnan(proxy_words.pronoun_probe(plain[:6], first[:6], seed=1))


def test_proxies_become_underscores_and_the_probe_no_longer_reads_them() -> None:
    groups = ["she", "he"] * 30 + ["they"]
    text = ["Her Sorority, SORORITY-sister" if group == "she" else "the fraternity sororitys" for group in groups]
    train = pd.DataFrame({"id": [str(n) for n in range(61)], "text": text, "label": "x", "group": groups})
    after, facts = proxies_scrubbed.replace_words(
        train, words=["sorority", "Fraternity", "unseen"], compare=SHE_HE, seed=1
    )
    assert set(after["text"]) == {"Her _, _-sister", "the _ sororitys"}
    pd.testing.assert_frame_equal(after.drop(columns="text"), train.drop(columns="text"))
    assert [facts[key] for key in ("words", "rows_changed", "words_replaced")] == [3, 61, 91]
    everything = ["her", "sister", "the", "sororitys", "sorority", "fraternity"]
    after, facts = proxies_scrubbed.replace_words(train[:60], words=everything, compare=SHE_HE, seed=1)
    assert facts["probe_auc_before"] == pytest.approx(1)
    assert set(after["text"]) == {"_ _, _-_", "_ _ _"}
    nothing = proxies_scrubbed.replace_words(train[:4], words=[], compare=SHE_HE, seed=1)[1]
    assert json.loads(json.dumps(nothing))["probe_auc_after"] is None
    with pytest.raises(ValueError, match="two words"):
        proxies_scrubbed.replace_words(train, words=["two words"], compare=SHE_HE, seed=1)


CANDIDATES = pd.DataFrame(
    {
        "word": ["choir", "golf", "city", "year"], "femaleness": [0.5, -0.4, 0.01, -0.02], "n_first": [40, 10, 30, 20],
        "n_second": [10, 40, 30, 20], "log_odds": [1.0, -1.0, 0.0, 0.0],
    }
)  # fmt: skip


def test_proxies_are_chosen_from_the_scored_words_and_so_is_their_control() -> None:
    train = biographies({"a": (20, 20, 0)}).assign(text="Choir golf in the city this year")
    options = {"scored": CANDIDATES, "compare": SHE_HE, "seed": 1, "count": None}
    after, facts = proxies_scrubbed.intervene(train, threshold=0.3, random=False, **options)
    assert set(after["text"]) == {"_ _ in the city this year"}
    assert facts["replaced"] == ["choir", "golf"]
    assert facts["log_odds_correlation"] == pytest.approx(
        np.corrcoef(CANDIDATES["femaleness"], CANDIDATES["log_odds"])[0, 1]
    )
    after, facts = proxies_scrubbed.intervene(train, threshold=0.3, random=True, **options)
    assert set(after["text"]) == {"Choir golf in the _ this _"}
    with pytest.raises(Problem, match=r"no word is chosen; of 4 candidates the most extreme scores 0.500"):
        proxies_scrubbed.intervene(train, threshold=0.6, random=False, **options)
    with pytest.raises(Problem, match="too few of 4 candidates are left beside the 3 proxy words"):
        proxies_scrubbed.intervene(train, threshold=0.015, random=True, **options)


def test_word_vectors_are_read_for_the_wanted_words(tmp_path: Path) -> None:
    file = tmp_path / "vectors.txt"
    file.write_text("3 2\nshe 1.0 2.0\nhe -1 .5\nthe 0 0\n")
    words, matrix = read_vectors(file, {"he", "she", "martian"}, "key")
    assert words == ["she", "he"]
    assert matrix.tolist() == [[1.0, 2.0], [-1.0, 0.5]]
    for content, said in (
        ("she 1 x\n", "cannot be read as word vectors"),
        ("the 1 2\n", "has none of the 2 required words"),
    ):
        file.write_text(content)
        with pytest.raises(Problem, match=f"key: .*vectors.txt {said}"):
            read_vectors(file, {"he", "she"}, "key")
    file.write_text("she 1 2\nhe 1\n")
    with pytest.raises(Problem, match="vectors of 1 and of 2 numbers"):
        read_vectors(file, {"he", "she"}, "key")


def test_words_are_scored_with_the_vectors_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_text("she 1 1\nhe -1 1\nwoman 1 0\nchoir 1 1\ngolf -1 1\n")
    train = biographies({"a": (20, 20, 0)}).assign(text="choir golf martian nurse")
    options = {"compare": SHE_HE, "not_words": ["nurse"], "score": "cosine", "min_count": 1}
    embeddings = of_file(
        tmp_path / "vectors.txt", {"she", "he", "woman", "man", "choir", "golf", "martian", "nurse"}, "key"
    )
    assert embeddings.missing == {"man", "martian", "nurse"}
    words = proxy_words.score_words(train, embeddings, pairs=[("She", "he"), ("woman", "man")], **options)
    assert words["word"].tolist() == ["choir", "golf"]
    assert words["femaleness"].to_numpy() == pytest.approx([0.5**0.5, -(0.5**0.5)])
    with pytest.raises(Problem, match="the word vectors have both words of no pair"):
        proxy_words.score_words(train, embeddings, pairs=[("woman", "man")], **options)


@pytest.fixture(scope="module")
def real_biographies(real_data: Path) -> pd.DataFrame:
    rows = pd.read_parquet(real_data / "bios" / "train.parquet")
    return pd.DataFrame(
        {
            "id": rows.index.astype(str),
            "text": scrub_pronouns(rows["hard_text"]),
            "label": rows["profession"].astype(str),
            "group": np.where(rows["gender"] == 1, "she", "he"),
        }
    )


def test_rebalanced_real_biographies_have_no_gap_left(real_biographies: pd.DataFrame) -> None:
    after, facts = rebalanced.intervene(real_biographies, over=0.25, under=0.75, compare=SHE_HE, seed=1)
    counts = pd.crosstab(after["label"], after["group"])
    assert facts["gap_before"] > 1000
    assert (counts["she"] == counts["he"]).all()


def test_swapped_real_biographies_differ_in_pair_words_only(real_data: Path, real_biographies: pd.DataFrame) -> None:
    pairs = json.loads((real_data / "words" / "equalize_pairs.json").read_text())
    after, facts = swapped.intervene(real_biographies, share=1, keep="swapped", pairs=pairs, compare=SHE_HE, seed=1)
    changed = after["group"] != real_biographies["group"]
    assert changed.sum() == facts["swapped"] == facts["rows_with_a_pair_word"] > 500
    assert (after["text"][~changed] == real_biographies["text"][~changed]).all()
    assert (after["text"][changed] != real_biographies["text"][changed]).all()


def test_scrubbing_real_proxies_lowers_what_the_probe_reads_more_than_random_words(
    real_biographies: pd.DataFrame,
) -> None:
    rows = real_biographies.head(3000)
    words = proxy_words.log_odds(rows["text"], (rows["group"] == "she").to_numpy())
    words = proxy_words.candidates(words, min_count=15, not_words=[]).rename(columns={"log_odds": "femaleness"})
    chosen = proxy_words.choose(words, count=40, threshold=None)["word"].tolist()
    control = proxy_words.random_words(words, chosen, seed=1)
    proxies, others = (
        proxies_scrubbed.replace_words(rows, words=drawn, compare=SHE_HE, seed=1)[1] for drawn in (chosen, control)
    )
    assert 0.65 < others["probe_auc_before"] < 0.8
    assert others["words_replaced"] == pytest.approx(proxies["words_replaced"], rel=0.35)
    assert proxies["probe_auc_after"] < others["probe_auc_after"] - 0.02
