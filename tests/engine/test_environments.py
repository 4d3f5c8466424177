"""The conda environments have the pins of pyproject.toml."""

import tomllib

import pytest
import yaml

from support.workflow import REPOSITORY

PINNED = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_conda_environments_have_the_pins_of_the_project(name: str) -> None:
    content = yaml.safe_load((REPOSITORY / "envs" / f"{name}.yaml").read_text())
    pip = next(entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict))
    assert [line for line in pip if not line.startswith("--")] == PINNED, (
        f"envs/{name}.yaml differs from pyproject.toml: copy the dependencies over"
    )


def test_every_direct_dependency_is_pinned() -> None:
    assert all("==" in line for line in PINNED)
