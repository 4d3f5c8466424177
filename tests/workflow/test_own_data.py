"""Somebody's own texts and checkpoint: three classes and three groups, and ten terms, from CSV through to the report."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from typer.testing import CliRunner

from biastransfer.checkpoints.load import load_masked_lm, save_checkpoint
from biastransfer.commands.app import app
from biastransfer.commands.templates import generate
from biastransfer.commands.validate import validate
from biastransfer.common import registry
from biastransfer.common.problems import Problem
from biastransfer.downstream.group_gaps import COLUMNS, comparisons, group_gaps
from biastransfer.study.read import parse_study
from biastransfer.tasks.flags import flags
from biastransfer.tasks.group_prevalence import check_comparison, dataset_bias
from biastransfer.upstream.templates import read_templates

from support.checkpoints import make_checkpoint
from support.workflow import copy_workflow, snakemake

GROUPS = ["island", "north", "south"]


def predictions(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Random predictions of three labels for texts of three groups; one label and group has no text."""
    random = np.random.default_rng(seed)
    data = pd.DataFrame(
        {"id": [str(number) for number in range(600)], "testset": "test", "group": random.choice(GROUPS, 600)}
    )
    label = random.choice(["a", "b", "c"], 600)
    label[(label == "c") & (data["group"] == "island")] = "a"
    found = data[["id", "testset"]].assign(label=label, predicted=np.where(random.random(600) < 0.6, label, "b"))
    return found, data


def test_every_pair_and_each_group_against_the_rest() -> None:
    found, data = predictions(0)
    gaps = group_gaps(found, data, ["a", "b", "c"])
    assert list(gaps.columns) == list(COLUMNS)
    assert gaps[["first", "second"]].drop_duplicates().apply(tuple, axis=1).tolist() == [
        ("island", "north"), ("island", "south"), ("north", "south"), ("island", "rest"), ("north", "rest"), ("south", "rest"),
    ]  # fmt: skip
    joined = found.merge(data)
    for row in gaps.itertuples():
        of_label = joined[joined["label"] == row.target]
        first = of_label[of_label["group"] == row.first]
        second = of_label[of_label["group"].ne(row.first) if row.second == "rest" else of_label["group"].eq(row.second)]
        assert (row.n_first, row.n_second) == (len(first), len(second))
        wanted = (first["predicted"] == row.target).mean() - (second["predicted"] == row.target).mean()
        assert row.gap == pytest.approx(wanted, nan_ok=True)
        assert np.isnan(row.gap) or row.low < row.gap < row.high
    assert gaps["gap"].isna().sum() == 3, "the empty cell: two pairs and island against the rest"
    assert comparisons(["a", "b"]) == [("a", "b")]


def test_the_share_of_one_group_against_the_rest() -> None:
    found, data = predictions(1)
    train = found.merge(data)
    bias = dataset_bias(train, ["a", "b", "c"], ["north", "rest"]).set_index("target")
    for target, rows in train.groupby("label"):
        assert bias.loc[target, "prevalence"] == pytest.approx((rows["group"] == "north").mean())
        assert bias.loc[target, "n"] == len(rows)
    assert check_comparison(train, train, ["north", "rest"], 10) == []
    assert "found 'nrth'; the data has the groups" in check_comparison(train, train, ["nrth", "rest"], 10)[0]
    named = train.assign(group=train["group"].replace("south", "rest"))
    assert "the data has a group 'rest'" in check_comparison(named, named, ["north", "rest"], 10)[0]


@pytest.mark.parametrize("measure", registry.upstream_measures())
def test_drafts_of_template_sets_are_template_sets(measure: str, tmp_path: Path) -> None:
    groups = ["north/northern", "it's: odd", "ça #1", "no"]
    file = tmp_path / "draft.yaml"
    file.write_text(generate(measure, groups), encoding="utf-8")
    found = read_templates(
        file, measure, groups[:2] if "compare" in registry.upstream_measures()[measure].needs else ()
    )
    assert len(found.templates) == 3
    if measure == "group_association":
        assert found.attributes == {
            "north/northern": ("north", "northern"),
            **{group: (group,) for group in groups[1:]},
        }
    if measure == "pronoun_ranking":
        assert found.pronouns == {"north/northern": "north", **{group: group for group in groups[1:]}}


def own_study(folder: Path, kind: str, *, whole: bool) -> None:
    """A copy of studies/own_data.yaml with a checkpoint in place of the model that it pre-trains, and one replicate."""
    texts = [
        text
        for name in ("feedback", "posts")
        for text in pd.read_csv(folder / f"studies/own_data/{name}.csv")["message"]
    ]
    words = "wrote about said that subject has to do with think people say billing delivery quality north south island agony "
    words += "terrible horrible nasty evil war awful failure joy love peace wonderful pleasure friend laughter happy this the it of as I"
    checkpoint = folder / "studies" / "own_data" / "model"
    checkpoint.mkdir()
    make_checkpoint(kind, checkpoint, [*texts[::4], *[words, words.upper(), words.capitalize()] * 40])
    if not whole:
        model = load_masked_lm(checkpoint, torch.device("cpu")).base_model
        (checkpoint / "model.safetensors").unlink()
        save_checkpoint(model, checkpoint, checkpoint)
    study = yaml.safe_load((folder / "studies" / "own_data.yaml").read_text())
    study["base"] = {"type": "path", "path": "model"}
    study["control_replicates"] = 1
    study["interventions"] = {"random_init": {"trials": 1}} if whole else {}
    study["fine_tuning"] |= {"epochs": 1, "max_length": 40}
    study["tasks"]["feedback"]["compare"] = ["north", "rest"]
    for task in study["tasks"].values():
        task["bootstrap"] = 50
        for section in task["upstream"].values():
            section["templates"] = section["templates"].replace("own_data/", "mine/")
    (folder / "mine.yaml").write_text(yaml.safe_dump(study))


@pytest.mark.end_to_end
@pytest.mark.parametrize(("kind", "whole"), [("bert-wordpiece", True), ("distilbert-wordpiece", False)])
def test_from_csv_to_the_report(kind: str, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a newcomer would: drafts of templates, validate, run. The second checkpoint is an encoder alone."""
    folder = copy_workflow(tmp_path / "copy")
    monkeypatch.chdir(folder)
    own_study(folder, kind, whole=whole)
    drafted = CliRunner().invoke(app, ["templates", "--configfile", "mine.yaml"])
    assert drafted.exit_code == 0
    assert drafted.output.count("studies/mine/") == 4
    assert "wrote nothing" in CliRunner().invoke(app, ["templates", "--configfile", "mine.yaml"]).output
    found = validate("mine.yaml")
    assert found.mistakes == []
    assert any("3 classes: billing, delivery, quality; groups: island" in fact for fact in found.facts)
    done = snakemake(folder, "--cores", "1", "--configfile", "mine.yaml")
    root = folder / "results" / "own_data"
    bias = pd.read_parquet(root / "bias.parquet")
    measures = {"group_association", "term_association"} | ({"pronoun_ranking", "identity_ranking"} if whole else set())
    assert set(bias["upstream_measure"]) == measures
    assert bias[["upstream", "intermediate"]].notna().all().all()
    assert bias.groupby("task")["target"].nunique().to_dict() == {"feedback": 3, "posts": 10}
    gaps = pd.read_parquet(root / "group_gaps" / "feedback.parquet")
    assert len(gaps) == 6 * 3
    headline = (
        bias[bias["model"].eq("pretrained") & bias["trainset"].eq("original")].groupby("target")["tpr_gap"].first()
    )
    against_rest = gaps[gaps["first"].eq("north") & gaps["second"].eq("rest")].set_index("target")["gap"]
    pd.testing.assert_series_equal(headline.dropna(), against_rest, check_names=False)
    page = (root / "report.html").read_text()
    assert "Gaps between all groups" in page
    left_out = [
        f"tasks.{name} is skipped" for name in ("feedback.upstream.pronoun_ranking", "posts.upstream.identity_ranking")
    ]
    for sentence in left_out:
        assert (sentence in page, sentence in done.stderr) == ((False, False) if whole else (True, True))
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", page.split("</head>")[1].split("<h2")[1]))


def test_rest_comes_second_and_two_groups_differ() -> None:
    study = yaml.safe_load((Path(__file__).parents[2] / "studies" / "own_data.yaml").read_text())
    for compare in (["rest", "north"], ["north", "north"]):
        study["tasks"]["feedback"]["compare"] = compare
        with pytest.raises(Problem, match=r"compare: found .*; two groups are needed, the second may be rest"):
            parse_study(study)


def test_what_a_study_can_be_run_with_but_may_not_mean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms that are too rare for a rate are told before anything runs, the share of flagged texts beside."""
    folder = copy_workflow(tmp_path / "copy")
    monkeypatch.chdir(folder)
    study = yaml.safe_load((folder / "studies" / "own_data.yaml").read_text())
    study["tasks"]["posts"] |= {"terms": ["cyclist", "student", "helpful cyclist", "martian"], "surface_forms": {}}
    (folder / "mine.yaml").write_text(yaml.safe_dump(study))
    done = CliRunner().invoke(app, ["validate", "--configfile", "mine.yaml"])
    assert done.exit_code == 0, done.output
    posts = pd.read_csv(folder / "studies/own_data/posts.csv")
    rude = (posts["verdict"] == "rude").sum()
    assert f"flagged: {rude:,} of 2,400 ({rude / 2400:.0%})" in done.output
    assert "warning: tasks.posts.terms: no text mentions martian." in done.output
    assert "warning: tasks.posts.min_cell: 2 of 4 terms have fewer than 10 unflagged test texts" in done.output
    assert "martian 0), so their rates do not count" in done.output
    assert done.output.strip().endswith("no errors found; see the warnings above.")


@pytest.mark.parametrize(
    ("labels", "flagged", "wanted"), [(["yes", "no"], "yes", [1, 0]), ([0, 1], 1, [0, 1]), ([0, 0], 1, [0, 0])]
)
def test_flags_are_read_as_they_are_named(labels: list, flagged: object, wanted: list[int]) -> None:
    assert (flags(pd.Series(labels), flagged) == "flagged").astype(int).tolist() == wanted


def test_a_flag_that_the_column_does_not_hold_is_told() -> None:
    with pytest.raises(Problem, match=r'^a\.flagged: found True, .*the values no, yes; write e.g. `flagged: "yes"`'):
        flags(pd.Series(["no", "yes"]), True, "a.columns.label")
