"""Any tidy table: what may lack is filled in, and a wrong table is refused with the column named."""

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from biastransfer.commands.analyze import analyze_file
from biastransfer.commands.input_table import REQUIRED, complete, read, unread
from biastransfer.commands.replicates import renumbered
from biastransfer.common.problems import Problem
from biastransfer.engine import table_schemas
from biastransfer.report.text.study_facts import table_file

from support.panels import study_table


def smallest() -> pd.DataFrame:
    """The fewest columns that a table needs."""
    table = study_table(templates=1)
    return table[[*REQUIRED, "tpr_ratio"]]


def test_the_fewest_columns_are_filled_in() -> None:
    found = complete(smallest().replace({"model": {"random_init-t0": "random_init"}}), "mine.csv")
    assert list(found) == table_schemas.SCHEMAS["bias_transfer"].names
    control = found[found["model"] == "pretrained"].iloc[0]
    assert control["groups"] == ["pretrained", "all_pretrained"]
    assert control["intervention"] == "pretrained"
    random = found[found["model"] == "random_init"].iloc[0]
    assert (random["groups"], random["intervention"]) == (["random"], "random_init")
    assert not found["small_cell"].any()
    assert found["tpr_log_ratio"].to_numpy() == pytest.approx(np.log(found["tpr_ratio"].to_numpy()))


def test_levels_that_differ_in_a_late_digit_are_two_conditions() -> None:
    table = smallest().assign(
        intervention=lambda each: each["model"].where(each["model"] == "pretrained", "noise"),
        level=lambda each: each["model"].map(
            {"gaussian_noise-s1-t0": 10_000_001.0, "gaussian_noise-s1-t1": 10_000_002.0}
        ),
    )
    found = complete(table, "mine.csv").drop_duplicates("model").set_index("model")["condition"]
    assert found["gaussian_noise-s1-t0"] == "noise 10000001"
    assert found["gaussian_noise-s1-t1"] == "noise 10000002"


def test_templates_of_one_run_agree_on_all_but_upstream_bias() -> None:
    table = study_table(templates=2)[[*REQUIRED, "template", "tpr_ratio"]]
    assert len(complete(table, "mine.csv")) == len(table)
    row = table.index[(table["model"] == "pretrained") & (table["template"] == table["template"].iloc[0])][3]
    table.loc[row, "tpr_ratio"] *= 2
    with pytest.raises(Problem) as problem:
        complete(table, "mine.csv")
    assert str(problem.value).startswith(f"mine.csv: column tpr_ratio: target {table.loc[row, 'target']!r} has ")
    assert len(str(problem.value).splitlines()) == 1


def test_groups_may_be_written_with_semicolons() -> None:
    table = smallest()
    table["groups"] = np.where(table["model"] == "pretrained", "pretrained;mine", "mine")
    assert complete(table, "mine.csv")["groups"].iloc[0] == ["pretrained", "mine"]


def test_replicates_of_the_control_are_a_group() -> None:
    again = smallest().query("model == 'pretrained'").assign(replicate=1)
    found = complete(pd.concat([smallest().assign(replicate=0), again]), "mine.csv")
    groups = found[found["model"] == "pretrained"].groupby("replicate")["groups"].first()
    assert list(groups) == [["pretrained", "all_pretrained", "control_replicates"], ["control_replicates"]]


def test_an_index_is_no_obstacle() -> None:
    table = smallest()
    plain = complete(table, "mine.parquet")
    for index in (table.set_index("target"), table.set_index(table["target"]), table.convert_dtypes()):
        pd.testing.assert_frame_equal(complete(index, "mine.parquet"), plain)


def edited(edit: Callable[[pd.DataFrame], pd.DataFrame]) -> str:
    with pytest.raises(Problem) as problem:
        complete(edit(smallest()), "mine.parquet")
    return str(problem.value)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda t: t.drop(columns="target"), "mine.parquet: column target: is missing."),
        (
            lambda t: t.rename(columns={"prevalence": "prevalance"}),
            "column prevalence: is missing. Did you mean 'prevalance'?",
        ),
        (lambda t: t.drop(columns="tpr_ratio"), "column tpr_ratio or fpr: is missing; one of tpr_ratio, fpr must have"),
        (lambda t: t.assign(smal_cell=True), "column smal_cell: is unknown. Did you mean 'small_cell'?"),
        (lambda t: t.assign(upstream="high"), "column upstream: holds 'high'; it must hold numbers."),
        (lambda t: t.assign(small_cell="maybe"), "column small_cell: holds 'maybe'; it must hold true or false."),
        (lambda t: t.assign(upstream=np.inf), "column upstream: holds an infinite value."),
        (lambda t: t.assign(prevalence=40.0), "column prevalence: holds 40; it must be from 0 to 1."),
        (lambda t: t.assign(tpr_ratio=0.0), "column tpr_ratio: holds 0; it must be greater than 0."),
        (lambda t: t.assign(target=None), "column target: 140 rows have no value."),
        (lambda t: t.head(0), "mine.parquet: has no rows."),
        (lambda t: pd.concat([t, t.head(2)]), "2 rows repeat the keys of another row"),
        (lambda t: t.assign(model=t["model"].replace("pretrained", "pre-trained")), "Did you mean 'pre-trained'?"),
        (lambda t: t.assign(fpr=0.5), "task 'bios' has values in both; it needs exactly one of them."),
        (lambda t: t.assign(tpr_ratio=np.nan), "task 'bios' has no values in either"),
        (lambda t: t.assign(trainset=[None] + ["original"] * 139), "column trainset: 1 row has no value."),
        (lambda t: t.assign(groups=None), "column groups: 140 rows have no value."),
        (
            lambda t: t.assign(groups="pretrained"),
            "'gaussian_noise-s1-t0' on trainset 'original' in pretrained; only the unchanged model",
        ),
        (lambda t: t.assign(groups="mine"), "has no rows in pretrained"),
        (
            lambda t: t.assign(target=["\u200b", "  ", *list(t["target"][2:])]),
            "column target: 2 rows have a blank name.",
        ),
        (lambda t: t.assign(model=["\ufeff", *list(t["model"][1:])]), "column model: 1 row has a blank name."),
        (lambda t: t.assign(trainset=["NA"] + ["original"] * 139), "column trainset: 1 row has no value."),
        (lambda t: t.assign(prevalence="40%"), "column prevalence: holds '40%'; it must hold numbers."),
        (
            lambda t: t.assign(upstream="0,5"),
            "column upstream: holds '0,5'; it must hold numbers, with a decimal point.",
        ),
        (lambda t: t.assign(upstream=1j), "column upstream: holds 1j; it must hold numbers."),
        (lambda t: t.assign(target=b"\xff"), "column target: holds bytes that are not UTF-8 text."),
        (lambda t: t.assign(groups=7), "has no rows in pretrained"),
        (lambda t: t.assign(upstream=True), "column upstream: holds True; it must hold numbers."),
        (lambda t: t.assign(upstream="-Inf"), "column upstream: holds an infinite value."),
        (lambda t: t.assign(replicate=0.5), "column replicate: holds 0.5; it must hold whole numbers."),
        (lambda t: t.assign(training_texts="1.234"), "column training_texts: holds 1.234; it must hold whole numbers."),
        (lambda t: t.assign(failed_to_learn=2), "column failed_to_learn: holds 2; it must hold true or false."),
        (lambda t: t.assign(level_parts="[low]"), "column level_parts: holds 'low'; it must hold numbers."),
        (lambda t: t.assign(kind="rates"), "column kind: holds 'rates'; allowed: label_by_group, flag_by_mention."),
        (lambda t: t.assign(task="a/b"), "column task: holds 'a/b'; file names contain it"),
    ],
)
def test_a_wrong_table_is_refused_with_the_column_named(edit: Callable, words: str) -> None:
    assert words in edited(edit)


def test_several_mistakes_are_reported_at_once() -> None:
    message = edited(lambda t: t.drop(columns=["target", "upstream"]))
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("there.parquet", b"no parquet", "there.parquet cannot be read: Parquet magic bytes"),
        ("there.csv", b"", "there.csv is empty"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Problem, match=words):
        read(tmp_path / name)


def test_a_missing_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "bias.parquet").write_bytes(b"")
    with pytest.raises(Problem, match=r"no file .*bais\.parquet\. Did you mean 'bias\.parquet'\?"):
        read(tmp_path / "bais.parquet")


def test_a_refused_table_leaves_earlier_results_untouched(tmp_path: Path) -> None:
    from support.settings import analysis_settings

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("earlier")
    smallest().assign(upstream="high").to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(Problem, match="must hold numbers"):
        analyze_file(tmp_path / "mine.csv", tmp_path / "out", analysis_settings())
    assert (tmp_path / "out" / "report.html").read_text() == "earlier"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.html"]


def test_csv_and_parquet_are_the_same_table(tmp_path: Path) -> None:
    table = study_table()
    table.to_parquet(tmp_path / "bias.parquet")
    table.assign(groups=table["groups"].map(";".join)).to_csv(tmp_path / "bias.csv", index=False)
    one, other = (complete(read(tmp_path / f"bias.{kind}"), kind) for kind in ("parquet", "csv"))
    columns = [name for name in one if one[name].notna().any()]
    pd.testing.assert_frame_equal(one[columns], other[columns], check_dtype=False)


NAMES = [f"{number}.{part}" for number in range(14) for part in (1, 10)]
"""Names that are numbers: 0.1 and 0.10 are two."""


def named() -> pd.DataFrame:
    """A table whose targets are called 0.1, 0.10, 1.1 and so on, with some flags."""
    table = smallest()
    names = dict(zip(table["target"].unique(), NAMES, strict=True))
    return table.assign(target=table["target"].map(names), small_cell=np.arange(len(table)) % 35 == 3)


def commas(table: pd.DataFrame, file: Path) -> None:
    """Write with semicolons and decimal commas."""
    table.to_csv(file, sep=";", decimal=",", index=False)


WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "plain.csv": lambda t, file: t.to_csv(file, index=False),
    "semicolons.csv": lambda t, file: t.to_csv(file, sep=";", index=False),
    "commas.csv": commas,
    "tabs.tsv": lambda t, file: t.to_csv(file, sep="\t", decimal=",", index=False),
    "bars.csv": lambda t, file: t.to_csv(file, sep="|", index=False),
    "mark.csv": lambda t, file: t.to_csv(file, index=False, encoding="utf-8-sig"),
    "sep.csv": lambda t, file: file.write_text("sep=;\r\n" + t.to_csv(sep=";", index=False, lineterminator="\r\n")),
    "quotes.csv": lambda t, file: t.to_csv(file, index=False, quoting=1),
    "rows.csv": lambda t, file: t.to_csv(file, index=True),
    "blanks.csv": lambda t, file: file.write_text(t.to_csv(index=False).replace(",", ", ")),
    "packed.csv.gz": lambda t, file: file.write_bytes(gzip.compress(t.to_csv(index=False).encode())),
    "sheet.xlsx": lambda t, file: t.to_excel(file, index=False),
    "lines.jsonl": lambda t, file: t.to_json(file, orient="records", lines=True, double_precision=15),
    "r.csv": lambda t, file: t.replace({"small_cell": {True: "TRUE", False: "NA"}}).to_csv(file, index=False),
    "yes.csv": lambda t, file: t.replace({"small_cell": {True: "Yes", False: ""}}).to_csv(file, index=False),
    "ones.csv": lambda t, file: t.assign(small_cell=t["small_cell"].astype(int)).to_csv(file, index=False),
    "decimals.parquet": lambda t, file: t.assign(upstream=t["upstream"].map(Decimal)).to_parquet(file),
    "objects.parquet": lambda t, file: t.assign(
        small_cell=[True if flag else None for flag in t["small_cell"]]
    ).to_parquet(file),
    "categories.parquet": lambda t, file: t.astype(dict.fromkeys(["task", "model", "target"], "category")).to_parquet(
        file
    ),
    "dictionaries.parquet": lambda t, file: parquet.write_table(
        pa.table(
            {name: pa.array(t[name]).dictionary_encode() if name in REQUIRED[:3] else pa.array(t[name]) for name in t}
        ),
        file,
    ),
    "nullable.parquet": lambda t, file: t.convert_dtypes().to_parquet(file),
}
"""File -> how it is written."""


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.filterwarnings("ignore:Downcasting")
def test_a_table_is_the_same_in_every_kind_of_file(tmp_path: Path, name: str) -> None:
    if name.endswith("xlsx"):
        pytest.importorskip("openpyxl")
    WRITERS[name](named().astype({"small_cell": object}) if name[0] in "ry" else named(), tmp_path / name)
    found, expected = complete(read(tmp_path / name), name), complete(named(), "mine")
    assert found["target"].tolist() == expected["target"].tolist() == NAMES * 5
    assert found["small_cell"].tolist() == expected["small_cell"].tolist()
    assert found["small_cell"].sum() == 4
    numbers = ["upstream", "prevalence", "tpr_ratio", "tpr_log_ratio"]
    np.testing.assert_allclose(found[numbers], expected[numbers], rtol=1e-12)
    pd.testing.assert_frame_equal(found.drop(columns=numbers), expected.drop(columns=numbers))


def test_a_comma_that_may_separate_thousands_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    smallest().assign(upstream=["1,5", "0.5"] * 70).to_csv(file, sep=";", index=False)
    with pytest.raises(Problem, match=r"column upstream: holds '1,5'; it must hold numbers, with a decimal point\."):
        complete(read(file), "mine.csv")


@pytest.mark.parametrize("word", ["", "NA", "NaN", "nan", "N/A", "None", "null", "<NA>"])
def test_words_for_missing_numbers(tmp_path: Path, word: str) -> None:
    table = smallest().assign(prevalence=lambda t: t["prevalence"].where(t["target"] != "y03").astype(object))
    table.fillna({"prevalence": word}).to_csv(tmp_path / "mine.csv", index=False)
    found = complete(read(tmp_path / "mine.csv"), "mine.csv")
    assert set(found.loc[found["prevalence"].isna(), "target"]) == {"y03"}


@pytest.mark.parametrize("word", ["NA", "None", "null"])
def test_a_target_may_be_called_by_a_word_for_missing(tmp_path: Path, word: str) -> None:
    smallest().replace({"target": {"y03": word}}).to_csv(tmp_path / "mine.csv", index=False)
    assert word in set(complete(read(tmp_path / "mine.csv"), "mine.csv")["target"])


@pytest.mark.parametrize("word", [None, "None", "NA", " ", "baseline"])
def test_the_control_has_no_intervention_of_its_own(word: str | None) -> None:
    names = {"pretrained": word, "random_init-t1": "random_init"}
    table = smallest().assign(intervention=lambda t: [names.get(model) for model in t["model"]])
    found = complete(table, "mine").drop_duplicates("model").set_index("model")
    assert found.loc["pretrained", ["intervention", "condition"]].tolist() == ["pretrained"] * 2
    assert found.loc["random_init-t1", "groups"] == ["random"]
    assert found.loc["gaussian_noise-s1-t0", "intervention"] == "gaussian_noise_s1_t0"


def test_names_of_other_types_are_text() -> None:
    numbers = smallest()["target"].str[1:].astype(int)
    for values in (
        numbers,
        numbers.astype(float),
        numbers.map(Decimal),
        numbers.astype("Int64"),
        numbers.astype("category"),
    ):
        assert complete(smallest().assign(target=values), "mine")["target"].tolist() == list(map(str, range(28))) * 5


def seeded(*seeds: int, others: int = 7) -> pd.DataFrame:
    """A control with a replicate of each seed, and other models with one."""
    control = smallest().query("model == 'pretrained'")
    rest = smallest().query("model != 'pretrained'").assign(replicate=others)
    return pd.concat([rest, *(control.assign(replicate=seed) for seed in seeds)], ignore_index=True)


@pytest.mark.parametrize(
    ("seeds", "others", "expected"),
    [
        ((1234, 13, 42), 42, {13: 0, 42: 1, 1234: 2}),
        ((13, 42), 7, {13: 0, 42: 1, 7: 2}),
        ((1, 2, 3), 0, {1: 0, 2: 1, 3: 2, 0: 3}),
        ((5,), 5, {5: 0}),
        ((0, 42), 42, {0: 0, 42: 42}),
    ],
)
def test_replicates_may_be_called_by_their_seeds(seeds: tuple[int, ...], others: int, expected: dict[int, int]) -> None:
    table = seeded(*seeds, others=others)
    found = complete(table, "mine")
    assert dict(zip(table["replicate"], found["replicate"], strict=True)) == expected
    first = found[(found["model"] == "pretrained") & (found["replicate"] == 0)]
    assert "pretrained" in first["groups"].iloc[0]
    changed = {str(seed): number for seed, number in expected.items()}
    assert renumbered(table, found) == ({} if 0 in seeds else {"bios": changed})


def test_replicates_may_have_names() -> None:
    table = seeded(0, 1, 2, others=1)
    table["replicate"] = table["replicate"].map({0: "seed10", 1: "seed2", 2: "seed9"})
    found = complete(table, "mine")
    assert renumbered(table, found) == {"bios": {"seed2": 0, "seed9": 1, "seed10": 2}}


def test_columns_of_ones_own_are_ignored_and_listed() -> None:
    mine = smallest().assign(mycol=1, modell="x", notes="a")
    pd.testing.assert_frame_equal(complete(mine, "mine"), complete(smallest(), "mine"))
    assert unread(mine) == ["mycol", "modell", "notes"]
    assert table_file("mine.csv", 140, unread(mine)).text.endswith("does not read the columns mycol, modell and notes")


def test_the_groups_say_which_seed_comes_first() -> None:
    table = seeded(13, 42, others=42)
    table["groups"] = np.where(table["model"] == "pretrained", "control_replicates", "mine")
    table.loc[(table["model"] == "pretrained") & (table["replicate"] == 42), "groups"] += ";pretrained"
    found = complete(table, "mine")
    assert dict(zip(table["replicate"], found["replicate"], strict=True)) == {42: 0, 13: 1}


def test_a_second_analysis_deletes_the_files_of_the_first_alone(tmp_path: Path) -> None:
    from support.settings import analysis_settings

    settings, out = analysis_settings(simulated_studies=0), tmp_path / "out"
    first = study_table(templates=1, kind="flag_by_mention")[[*REQUIRED, "fpr"]]
    second = seeded(13, 42)
    first.to_csv(tmp_path / "first.csv", index=False)
    second.to_csv(tmp_path / "second.csv", index=False, sep=";", decimal=",")
    analyze_file(tmp_path / "first.csv", out, settings)
    assert (out / "figures" / "dataset-wiki.svg").exists()
    own = [out / "figures" / "mine.svg", out / "tables" / "mine.csv", out / "figures" / "dataset-wiki.png"]
    for file in own:
        file.write_text("mine")
    verdicts = analyze_file(tmp_path / "second.csv", out, settings)
    assert verdicts["task"].tolist() == ["bios"]
    assert [file.read_text() for file in own] == ["mine"] * 3
    left = {file.name for file in (out / "figures").iterdir()}
    assert {name for name in left if "wiki" in name} == {"dataset-wiki.png"}
    assert "dataset-bios.svg" in left
    assert "13 is 0, 42 is 1 and 7 is 2" in (out / "report.html").read_text()
