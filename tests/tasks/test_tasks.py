"""Sources, splits, scrubbing and mentions."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biastransfer.common.problems import Problem
from biastransfer.tasks import flag_by_mention, group_prevalence, label_by_group, mention_prevalence
from biastransfer.tasks.flags import flags, likely_flag
from biastransfer.tasks.mentions import Finder, find_mentions
from biastransfer.tasks.prepare import prepare
from biastransfer.tasks.scrub import scrub_pronouns, texts_with_pronouns
from biastransfer.tasks.sources import read_table, read_terms, read_texts
from biastransfer.tasks.splits import NESTED, stratified_split


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=8),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_every_stratum_gets_its_shares_within_a_row(sizes: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    table = pd.DataFrame({"id": range(len(labels)), "label": labels})
    splits = stratified_split(table, ["label"], NESTED, seed)
    assert sorted(pd.concat(splits.values())["id"]) == list(table["id"])
    for name, share in NESTED.items():
        for label, size in enumerate(sizes):
            assert abs((splits[name]["label"] == label).sum() - share * size) <= 2
        assert abs(len(splits[name]) - share * len(table)) <= 1 + 1e-9


def test_the_split_depends_on_the_seed_alone() -> None:
    table = pd.DataFrame({"id": range(500), "label": np.arange(500) % 7})
    first, again, other = (stratified_split(table, ["label"], NESTED, seed)["test"] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert set(first["id"]) != set(other["id"])


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("She said he met Mrs. Hers.", "_ said _ met _. _."),
        ("The theatre; her sheet, himself!", "The theatre; _ sheet, _!"),
        ("HE and SHE, MR and MRS; an MS in nursing, sHe", "_ and _, _ and _; an MS in nursing, sHe"),
        ("her's he/him", "_'s _/_"),
    ],
)
def test_pronouns_are_scrubbed_as_whole_words(text: str, scrubbed: str | None) -> None:
    assert scrub_pronouns(pd.Series([text]))[0] == (scrubbed or text)


def test_terms_match_whole_words_with_any_white_space() -> None:
    text = pd.Series(["An African\n American", "blacksmith", "Black and BLIND", "deaf-blind", "middle  aged"])
    found = find_mentions(text, ["african", "african american", "american", "black", "blind", "deaf", "middle aged"])
    assert found.tolist() == [
        ["african", "african american", "american"], [], ["black", "blind"], ["blind", "deaf"], ["middle aged"],
    ]  # fmt: skip


def test_the_quick_search_finds_what_the_plain_one_does(real_data: Path) -> None:
    terms = (real_data / "wiki" / "identity_terms.txt").read_text().split("\n")
    terms = [term for term in terms if term]
    text = pd.read_parquet(real_data / "wiki" / "comments.parquet")["comment"].head(3000)
    finders = [(term, Finder([term])) for term in terms]
    plain = [[term for term, finder in finders if finder.find(comment)] for comment in text]
    assert find_mentions(text, terms).tolist() == plain
    assert sum(map(len, plain)) > 200


def test_dataset_bias_of_labels_is_the_share_of_the_first_group() -> None:
    train = pd.DataFrame({"label": ["a", "a", "a", "b", "b"], "group": ["she", "he", "she", "he", "they"]})
    bias = group_prevalence.dataset_bias(train, ["a", "b", "c"], ["she", "he"]).set_index("target")
    assert bias["prevalence"].tolist()[:2] == pytest.approx([2 / 3, 0.0])
    assert np.isnan(bias.loc["c", "prevalence"])
    assert bias["n"].tolist() == [3, 1, 0]


def test_dataset_bias_of_terms_counts_mentions() -> None:
    train = pd.DataFrame(
        {
            "text": ["gay x", "gay", "deaf", "none", "gay deaf"],
            "label": ["flagged", "not_flagged", "not_flagged", "flagged", "flagged"],
            "terms": [["gay"], ["gay"], ["deaf"], [], ["gay", "deaf"]],
        }
    )
    bias = mention_prevalence.dataset_bias(train, ["gay", "deaf", "blind"], None).set_index("target")
    assert bias.loc["gay"].tolist() == pytest.approx([2 / 3, 3 / 5, 6.5, 3])
    assert bias.loc["deaf", "prevalence"] == 0.5
    assert np.isnan(bias.loc["blind", "prevalence"])


def test_prepared_wiki_keeps_tokens_out_and_sources_in() -> None:
    table = pd.DataFrame({"id": ["1"], "text": ["aNEWLINE_TOKENbTAB_TOKENc "], "label": ["flagged"], "source": [3]})
    prepared = flag_by_mention.annotate(table, ["a"], None)
    assert prepared.iloc[0].tolist() == ["1", "a b c", "flagged", ["a"], "3"]


@pytest.mark.parametrize(
    ("values", "flagged", "expected"),
    [([0, 1], 1, "nf"), ([False, True], 1, "nf"), (["BAD", "NOT_BAD"], "BAD", "fn"), ([0.0, 1.0], 1, "nf")],
)
def test_flags_are_read_from_any_type(values: list, flagged: object, expected: str) -> None:
    assert "".join(flag[0] for flag in flags(pd.Series(values), flagged)) == expected


@pytest.mark.parametrize(
    ("values", "flag"),
    [(["BAD", "NOT_BAD"], "BAD"), (["non-toxic", "toxic"], "toxic"), (["Toxic", "nontoxic"], "Toxic"), (["no", "yes"], "yes"),
     (["hate", "neutral"], "hate"), (["safe", "unsafe"], "unsafe"), (["ham", "spam"], "spam"), (["a", "b"], "b")],
)  # fmt: skip
def test_the_value_that_more_likely_means_the_flag_is_suggested(values: list[str], flag: str) -> None:
    assert likely_flag(values) == flag
    with pytest.raises(Problem, match=f'write e.g. `flagged: "{flag}"`'):
        flags(pd.Series(values * 3), "another")


def test_a_share_is_no_flag() -> None:
    with pytest.raises(Problem, match=r"found 3 values, 0\.0, 0\.5, 1\.0; a flag has two"):
        flags(pd.Series([0, 0.5, 1.0]), 1)


def test_terms_may_end_in_a_sign() -> None:
    assert find_mentions(pd.Series(["LGBTQ+ people", "lgbtq people"]), ["lgbtq+"]).tolist() == [["lgbtq+"], []]


@pytest.mark.parametrize(
    ("terms", "words"), [(["gay", "Gay"], "'Gay' occurs twice"), (["gay", " "], "a term is blank")]
)
def test_odd_terms_are_refused(terms: list[str], words: str) -> None:
    with pytest.raises(Problem, match=words):
        read_terms(terms, "terms")


def test_nested_pools_files_that_are_given_per_split() -> None:
    rows = pd.DataFrame(
        {
            "id": range(40),
            "text": [f"text {n}" for n in range(40)],
            "label": ["a", "b"] * 20,
            "group": (["he"] * 2 + ["she"] * 2) * 10,
        }
    )
    parts = {"train": rows.iloc[:10], "dev": rows.iloc[:10], "test": rows.iloc[20:]}
    found = prepare(parts, label_by_group, terms=[], scrub=None, split="nested", seed=1, key="k").splits
    assert {name: len(split) for name, split in found.items()} == {"train": 29, "dev": 3, "test": 8}
    assert pd.concat(found.values())["id"].is_unique
    native = prepare(parts, label_by_group, terms=[], scrub=None, split="native", seed=1, key="k").splits
    assert {name: len(split) for name, split in native.items()} == {"train": 10, "dev": 10, "test": 20}


def test_reading_names_what_is_wrong(tmp_path: Path) -> None:
    good = tmp_path / "bios.csv"
    good.write_text("id,text,occupation\n1,hello,nurse\n1,hello,nurse\n")
    with pytest.raises(Problem, match=r"no file .*biso.csv. Did you mean 'bios.csv'"):
        read_table(str(tmp_path / "biso.csv"), "key")
    with pytest.raises(Problem, match=r"no column 'ocupation'; it has id, text, occupation. Did you mean 'occupation'"):
        read_table(str(good), "key", ["text", "ocupation"])
    with pytest.raises(Problem, match=r"1 ids repeat earlier ones"):
        read_texts([str(good)], {"text": "text", "label": "occupation", "id": "id"}, "key")
    empty = tmp_path / "empty.csv"
    empty.write_text("text,label\n")
    with pytest.raises(Problem, match="has no rows"):
        read_table(str(empty), "key", ["text"])
    missing = tmp_path / "missing.csv"
    missing.write_text("text,label\na,\nb,x\n")
    with pytest.raises(Problem, match="'label' has 1 missing values"):
        read_texts([str(missing)], {"text": "text", "label": "label"}, "key")


def test_real_biographies_are_already_scrubbed(real_data: Path) -> None:
    bios = pd.read_parquet(real_data / "bios" / "dev.parquet")
    assert texts_with_pronouns(bios["hard_text"]) < 0.01 * len(bios)


def test_real_splits_have_the_asked_shares(real_data: Path) -> None:
    comments = pd.read_parquet(real_data / "wiki" / "comments.parquet")
    splits = stratified_split(comments, ["toxic", "source"], NESTED, 1)
    assert {name: round(len(rows) / len(comments), 3) for name, rows in splits.items()} == NESTED
    for rows in splits.values():
        assert abs(rows["toxic"].mean() - comments["toxic"].mean()) < 0.002
