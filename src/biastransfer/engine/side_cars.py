"""Side-cars: JSON files with a result's versions, hashes and facts, which never enter a table."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from biastransfer.common.problems import Problem

PACKAGE = Path(__file__).parents[1]


def facts(packages: Iterable[str] = ("torch", "transformers", "numpy", "pandas", "snakemake")) -> dict:
    """Volatile facts about a run: versions, platform and commit."""
    commit = subprocess.run(
        ["git", "-C", str(PACKAGE), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "machine": platform.machine(),
        "system": platform.system(),
        "commit": commit or None,
    }


def scored_with(device: str, code: str, files: Iterable[str | os.PathLike]) -> dict:
    """The side-car of scores: :func:`facts`, the code's fingerprint, and the SHA-256 of the input files."""
    return facts() | {"device": device, "code": code, "sha256": {str(path): file_hash(path) for path in files}}


def file_hash(path: str | os.PathLike) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def recipe_hash(params: Mapping, files: Iterable[str | os.PathLike], device: str) -> str:
    """Hash of a training's inputs: a rule's params with the code's fingerprint, files and device."""
    inputs = [dict(params.items()), [file_hash(path) for path in files], device]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def write_json(content: object, path: str | os.PathLike) -> None:
    """Write a JSON file whole or not at all."""
    temporary = Path(f"{os.fspath(path)}.part")
    temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def read_json(path: str | os.PathLike) -> dict:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def check_weights(intervention: str | os.PathLike) -> None:
    """Compare a model's weights with their hash at the intervention.

    Parameters
    ----------
    intervention : ``intervention.json`` with the hash, in the folder of ``model.safetensors``.

    Raises
    ------
    Problem : the weights have changed.
    """
    weights = Path(intervention).with_name("model.safetensors")
    expected, sha256 = read_json(intervention).get("sha256_file", "nothing"), file_hash(weights)
    if sha256 != expected:
        raise Problem(
            f"{weights}: has SHA-256 {sha256[:12]}, but its intervention.json has {expected[:12]}; delete the file, and the "
            "workflow writes it again."
        )
