"""A new measure, intervention, head or task kind is one module and one record: nothing else changes, and everything shows it."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from support.checkpoints import make_checkpoint
from support.workflow import REPOSITORY, copy_workflow, run_command, snakemake

TOYS = Path(__file__).with_name("toys")
ROOMS = {
    "upstream_": "upstream",
    "interventions_model_": "interventions/model",
    "interventions_data_": "interventions/data",
    "finetune_": "finetune",
    "tasks_": "tasks",
}
"""What a toy's file name begins with -> the room that it goes to."""
LABELS = ("red", "green", "blue", "grey", "brown", "black", "white")


def toy_package(folder: Path) -> Path:
    """A copy of the package with every toy in its room; returns the folder to import it from."""
    package = folder / "src" / "biastransfer"
    shutil.copytree(REPOSITORY / "src" / "biastransfer", package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in TOYS.glob("*.py"):
        prefix = next(prefix for prefix in ROOMS if file.name.startswith(prefix))
        shutil.copyfile(file, package / ROOMS[prefix] / file.name.removeprefix(prefix))
    return folder / "src"


def toy_study(folder: Path) -> dict:
    """A study that uses every toy, and the files that it names; a third of the texts does not tell its label."""
    rows = [
        {"text": f"My {label if number % 3 else 'new'} friend number {number} is kind at work.", "label": label}
        for number in range(60)
        for label in LABELS
    ]
    pd.DataFrame(rows).to_csv(folder / "toys.csv", index=False)
    make_checkpoint("bert-wordpiece", folder / "base", [row["text"] for row in rows])
    return {
        "study": "toys",
        "device": "cpu",
        "tasks": {
            "colours": {
                "kind": "toy_kind",
                "source": {"type": "files", "files": ["toys.csv"], "columns": {"text": "text", "label": "label"}},
                "duplicates": "keep",
                "min_cell": 1,
                "upstream": {"toy_norm": {"templates": "toy_templates.yaml", "doubled": True}},
            }
        },
        "base": {"type": "path", "path": "base"},
        "interventions": {"toy_scaled": {"levels": [0.5, 1e-05]}, "toy_doubled": {"shares": [0.5]}},
        "fine_tuning": {"head": "toy_head", "learning_rate": 2e-3, "epochs": 20, "batch_size": 16, "max_length": 32},
        "analysis": {"resamples": 99},
    }


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the study of the toys has run, with the package that holds them."""
    folder = copy_workflow(tmp_path_factory.mktemp("toys"))
    library = toy_package(folder)
    (folder / "toys.yaml").write_text(yaml.safe_dump(toy_study(folder), sort_keys=False))
    run_command(folder, "templates", "--configfile", "toys.yaml", PYTHONPATH=str(library))
    snakemake(folder, "--cores", "2", "--configfile", "toys.yaml", PYTHONPATH=str(library))
    return folder


def printed(folder: Path, *arguments: str) -> str:
    """What a command prints."""
    return run_command(folder, *arguments, PYTHONPATH=str(folder / "src")).stdout


@pytest.mark.end_to_end
def test_the_draft_of_a_template_set_is_the_measures_own(toys: Path) -> None:
    draft = yaml.safe_load((toys / "toy_templates.yaml").read_text())
    assert draft["measure"] == "toy_norm"
    assert [template["text"] for template in draft["templates"]] == ["A toy about {target}."]


@pytest.mark.end_to_end
def test_plan_and_validation_know_the_toys(toys: Path) -> None:
    planned = printed(toys, "plan", "--configfile", "toys.yaml")
    for group in ("toy_models", "toy_data"):
        assert group in planned
    validated = printed(toys, "validate", "--configfile", "toys.yaml")
    assert "toy rows: " in validated
    assert "tasks.colours.toy: is a toy." in validated
    assert "toy_norm: templates: 1, queries: 7." in validated


@pytest.mark.end_to_end
def test_a_switch_of_the_toy_is_checked(toys: Path) -> None:
    study = yaml.safe_load((toys / "toys.yaml").read_text())
    study["tasks"]["colours"]["upstream"]["toy_norm"]["doubeld"] = True
    (toys / "misspelt.yaml").write_text(yaml.safe_dump(study))
    done = run_command(toys, "validate", "--configfile", "misspelt.yaml", check=False, PYTHONPATH=str(toys / "src"))
    assert "upstream.toy_norm.doubeld: unknown key" in done.stderr
    assert "'doubled'" in done.stderr


@pytest.mark.end_to_end
def test_the_graph_made_the_toys_tables(toys: Path) -> None:
    results = toys / "results" / "toys"
    scores = pd.read_parquet(results / "upstream/toy_norm/toy_scaled-x0.5.parquet")
    assert list(scores) == ["target", "template", "score", "squared"]
    bias = pd.read_parquet(results / "bias.parquet")
    assert bias["toy_gap"].notna().any()
    assert set(bias["kind"]) == {"toy_kind"}
    assert set(bias["model_intervention"]) == {"pretrained", "toy_scaled"}
    assert set(bias["data_intervention"]) == {"original", "toy_doubled"}
    assert {"toy_models", "toy_data"} <= {group for groups in bias["groups"] for group in groups}
    assert set(bias.loc[bias["model_intervention"] == "toy_scaled", "level"]) == {0.5, 1e-05}


@pytest.mark.end_to_end
def test_the_report_calls_the_toys_by_their_labels(toys: Path) -> None:
    results = toys / "results" / "toys"
    report = (results / "report.html").read_text()
    for label in ("toy norm of embeddings", "toy models", "toy data"):
        assert label in report, "tables"
    for sentence in ("length of the embedding of a target's first token (Toy et al. 1999)", "A toy head (Toy et al. 1999)",
                     "word embeddings made longer (Toy et al. 1999)", "a share of the rows twice (Toy et al. 1999)",
                     "toy gap: recall on even rows less that on odd ones (Toy et al. 1999)"):  # fmt: skip
        assert sentence.replace("'", "&#39;") in report or sentence in report, "the methods section"
    drawn = " ".join(file.read_text() for file in (results / "figures").glob("*.svg"))
    for label in ("toy gap", "toy norm of embeddings", "toy scaling", "toy factor", "toy texts", "share of even rows"):
        assert label in drawn, "figures"
