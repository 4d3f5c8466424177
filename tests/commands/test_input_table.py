"""Any tidy table: what may lack is filled in, and a wrong table is refused with the column named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biastransfer.commands.analyze import analyze_file
from biastransfer.commands.input_table import REQUIRED, complete, read
from biastransfer.common.problems import Problem
from biastransfer.engine import table_schemas

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
        (lambda t: t.assign(trainset=[None] + ["original"] * 139), "column trainset: 1 rows have no value."),
        (lambda t: t.assign(groups=None), "column groups: 140 rows have no value."),
        (
            lambda t: t.assign(groups="pretrained"),
            "'gaussian_noise-s1-t0' on trainset 'original' in pretrained; only the unchanged model",
        ),
        (lambda t: t.assign(groups="mine"), "has no rows in pretrained"),
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
