"""The conda environments have the pins of pyproject.toml, and every rule has one of the two."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from support.workflow import REPOSITORY

PINNED = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]
ON_GPU = {
    "pretrain_base", "fit_projection", "fine_tune", "hidden_states", "score_run_bios", "score_run_wiki",
    "score_upstream", "score_upstream_of_bios", "score_upstream_of_wiki",
}  # fmt: skip
READ_RULES = """
import json, sys
from pathlib import Path
from snakemake.api import ConfigSettings, OutputSettings, ResourceSettings, SnakemakeApi

study = ConfigSettings(config={"device": sys.argv[1]}, configfiles=[Path("tests/studies/interventions.yaml")])
with SnakemakeApi(OutputSettings()) as api:
    rules = api.workflow(ResourceSettings(), config_settings=study, snakefile=Path("Snakefile"))._workflow.rules
    print(json.dumps({
        rule.name: [str(rule.conda_env), rule.resources["gpu"].value if "gpu" in rule.resources else 0]
        for rule in rules if not rule.norun and not rule.is_run
    }))
"""


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_conda_environments_have_the_pins_of_the_project(name: str) -> None:
    content = yaml.safe_load((REPOSITORY / "envs" / f"{name}.yaml").read_text())
    pip = next(entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))
    assert [line for line in pip if not line.startswith("--")] == PINNED, (
        f"envs/{name}.yaml differs from pyproject.toml: copy the dependencies over"
    )


def test_every_direct_dependency_is_pinned() -> None:
    assert all("==" in line for line in PINNED)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_rules_that_ask_for_a_gpu_have_its_environment_where_one_is_used(device: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_RULES, device], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    rules = {name: (Path(file).name, bool(gpu)) for name, (file, gpu) in json.loads(done.stdout).items()}
    used = ON_GPU if device == "cuda" else set()
    assert {name for name, (_, gpu) in rules.items() if gpu} == used
    assert {name for name, (file, _) in rules.items() if file == "gpu.yaml"} == used
    assert {file for file, _ in rules.values()} <= {"cpu.yaml", "gpu.yaml"}
    assert len(rules) > 20
