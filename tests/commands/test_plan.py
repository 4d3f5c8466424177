"""The plan: the runs that Snakemake will make, and what they cost."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from biastransfer.commands.app import app
from biastransfer.commands.plan import PAPER_TFLOPS, Plan
from biastransfer.commands.plan_tables import notes
from biastransfer.study.read import parse_study, read_study

from support.studies import EMBEDDED, edited
from support.workflow import REPOSITORY, copy_workflow, snakemake

STEED = REPOSITORY / "studies" / "steed2022.yaml"


@pytest.fixture(scope="module")
def steed() -> Plan:
    return Plan(read_study(STEED), REPOSITORY)


def test_the_grid_of_steed_2022_has_the_papers_groups(steed: Plan) -> None:
    counts = steed.as_dict()["groups"]
    assert counts["bios"] == {
        "pretrained": 1, "mitigated": 13, "noise": 21, "random": 10, "balanced": 10, "all_pretrained": 43,
    }  # fmt: skip
    assert counts["wiki"] == {
        "pretrained": 1, "noise": 21, "random": 10, "scrubbed": 20, "scrubbed_random": 20, "all_pretrained": 41,
    }  # fmt: skip
    assert steed.as_dict()["totals"] == {"bios": 53, "wiki": 71}


def test_the_simulated_grid_is_the_grid_of_the_paper(steed: Plan) -> None:
    simulated = Plan(read_study(REPOSITORY / "studies" / "simulated_full.yaml"), REPOSITORY)
    keys = ("task", "model", "trainset", "replicate", "groups")
    runs, others = ([[getattr(run, key) for key in keys] for run in plan.runs] for plan in (steed, simulated))
    assert runs == others


@pytest.mark.parametrize("name", ["steed2022", "baksi2024", "simulated_full"])
def test_the_plan_lists_the_fine_tunings_of_snakemake(name: str, real_data: Path, tmp_path: Path) -> None:
    file = REPOSITORY / "studies" / f"{name}.yaml"
    copy_workflow(tmp_path)
    done = snakemake(tmp_path, "-n", "--cores", "1", "--configfile", str(file), "--config", f"data={real_data}")
    jobs = re.findall(r"Job \d+: Fine-tune (\S+) on (\S+?)/(\S+), replicate (\d+)", done.stdout + done.stderr)
    planned = {(run.model, run.task, run.trainset, str(run.replicate)) for run in Plan(read_study(file)).runs}
    assert len(jobs) == len(set(jobs))
    assert set(jobs) == planned


def test_costs_are_those_of_the_paper(steed: Plan) -> None:
    """4-6 hours a model on a V100, 240-360 for about 60 models (appendix D); half a gigabyte a model."""
    control = next(run for run in steed.runs if run.task == "bios")
    assert 4 < control.gpu_hours < 6
    assert control.disk_bytes == pytest.approx(0.5e9, rel=0.05)
    assert control.trainset_rows == 285_256
    assert control.tokens == 285_256 * 80 * 5


def test_re_balanced_trainsets_are_estimated_from_the_counts(steed: Plan) -> None:
    rows = {run.trainset: run.trainset_rows for run in steed.runs if run.trainset.startswith("rebalanced")}
    assert rows["rebalanced-over1"] - 285_256 == 285_256 - rows["rebalanced-under1"]
    assert rows["rebalanced-over0.5-under0.5"] == 285_256
    assert {run.size for run in steed.runs if run.trainset.startswith("scrubbed")} == {"at most"}


def test_subsets_have_the_rows_that_the_study_says() -> None:
    plan = Plan(parse_study(edited(interventions={"subsampled": {"rows": [140, 2800]}})), "nowhere")
    runs = {run.trainset: run for run in plan.runs if run.task == "wiki" and run.replicate == 0}
    assert [runs[f"subsampled-{rows}"].trainset_rows for rows in (140, 2800)] == [140, 2800]
    assert runs["subsampled-2800"].size == "estimated"
    assert runs["subsampled-2800"].tokens == pytest.approx(20 * runs["subsampled-140"].tokens, rel=1e-4)


def test_the_head_decides_what_a_run_costs() -> None:
    def control(**recipe: object):
        study = parse_study(edited(fine_tuning={"epochs": 4, "batch_size": 32, **recipe}))
        return Plan(study, "nowhere").runs[0]

    usual, probe, longer = control(), control(head="linear_probe"), control(min_steps=2000)
    assert usual.tokens == 4 * probe.tokens
    assert usual.gpu_hours > 3 * probe.gpu_hours
    assert usual.disk_bytes == probe.disk_bytes
    assert longer.tokens == pytest.approx(usual.tokens * 2000 / (4 * 250))
    wiki = {"template": "{text} {label}", "labels": {"flagged": "bad", "not_flagged": "good"}}
    trained, untrained = (control(head="prompt", prompt={"wiki": wiki}, epochs=epochs) for epochs in (4, 0))
    assert usual.tokens < trained.tokens
    assert untrained.tokens == 0 < untrained.gpu_hours < usual.gpu_hours


def test_the_number_of_weights_is_that_of_the_model() -> None:
    from transformers import RobertaConfig, RobertaForMaskedLM

    study = parse_study(EMBEDDED)
    shape = study.base.architecture.model_dump(exclude={"dropout"})
    model = RobertaForMaskedLM(RobertaConfig(vocab_size=study.base.vocabulary, type_vocab_size=1, **shape))
    layers = sum(weight.numel() for name, weight in model.named_parameters() if "encoder.layer" in name)
    total, outside_embeddings = Plan(study).weights
    assert outside_embeddings == layers
    assert total == pytest.approx(sum(weight.numel() for weight in model.parameters()), rel=0.005)


def test_a_finished_studys_sizes_are_measured(tiny_study: Path) -> None:
    study = read_study(tiny_study / "tests/studies/tiny.yaml")
    before, after = Plan(study, tiny_study / "nowhere"), Plan(study, tiny_study)
    assert {run.size for run in after.runs} == {"measured"}
    assert [run.trainset_rows for run in after.runs] == [run.trainset_rows for run in before.runs] == [600, 600, 600]
    assert [run.on_disk for run in after.runs] == [True] * 3
    assert not any(run.on_disk for run in before.runs)


def test_probes_of_a_crossed_design_are_counted() -> None:
    plan = Plan(read_study("tests/studies/crossed.yaml"))
    assert plan.as_dict()["crossed"] == {
        "probes": 3 * 2 * 3 * 3 + 3 * 2 * 3,  # bios has three folds
        "hidden_states": 2 * 3 * 3,
    }
    assert any("adds 72 probes" in note for note in notes(plan))


def test_the_command_prints_a_table_and_json(tmp_path: Path) -> None:
    table = CliRunner().invoke(app, ["plan", "--configfile", str(STEED), "--config", f"data={tmp_path}"])
    assert table.exit_code == 0
    for words in (
        "steed2022: 124 fine-tunings of 43 models",
        "scrubbed_random",
        f"assume {PAPER_TFLOPS:g} sustained TFLOP/s",
        " GB",
        "models before fine-tuning take more disk: ",
    ):
        assert words in table.stdout
    found = CliRunner().invoke(app, ["plan", "--configfile", str(STEED), "--json", "--tflops", "32"])
    plan = json.loads(found.stdout)
    assert len(plan["runs"]) == 124
    assert set(plan["runs"][0]) == {
        "task", "model", "trainset", "replicate", "groups", "trainset_rows", "size", "tokens", "disk_bytes", "gpu_hours",
        "on_disk",
    }  # fmt: skip
    assert plan["runs"][0]["gpu_hours"] == pytest.approx(0.54, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--configfile", "nowhere.yaml"], "nowhere.yaml: no such study file."),
        (["--configfile", str(STEED), "--config", "data"], "KEY=VALUE"),
        (["--configfile", str(STEED), "--config", "tasks={bios: {min_cell: few}}"], "tasks.bios.min_cell"),
        (["--configfile", str(STEED), "--config", "dta=x"], "Did you mean 'data'?"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["plan", *arguments])
    assert done.exit_code == 1
    assert words in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_sizes_that_cannot_be_known_are_unknown() -> None:
    values = edited()
    values["base"] = {"type": "path", "path": "nowhere"}
    plan = Plan(parse_study(values), "nowhere")
    assert plan.weights is None
    assert all(run.gpu_hours is None and run.tokens for run in plan.runs)


@pytest.mark.parametrize("name", [None, *(command.callback.__name__ for command in app.registered_commands)])
def test_help_is_one_sentence_and_an_example(name: str | None) -> None:
    done = CliRunner().invoke(app, [*([name] if name else []), "--help"], env={"COLUMNS": "300"})
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    assert lines[1].endswith(".")
    assert lines[1].count(".") == 1
    assert lines[-1].startswith(f"Example: biastransfer {name or ''}")
