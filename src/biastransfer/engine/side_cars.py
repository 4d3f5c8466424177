"""Side-cars: JSON files beside a result with versions, hashes and facts that must never enter a table."""

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
    """Volatile facts about a run: versions, platform and commit. They go into side-cars, never into tables."""
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
    """What stands beside a table of scores: :func:`facts`, the code's fingerprint, and the SHA-256 of what was read."""
    return facts() | {"device": device, "code": code, "sha256": {str(path): file_hash(path) for path in files}}


def file_hash(path: str | os.PathLike) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def recipe_hash(params: Mapping, files: Iterable[str | os.PathLike], device: str) -> str:
    """Hash of all that decides what a training does: a rule's params, the code's fingerprint among them, files and device."""
    decided = [dict(params.items()), [file_hash(path) for path in files], device]
    return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()


def write_json(content: object, path: str | os.PathLike) -> None:
    """Write a JSON file whole or not at all."""
    temporary = Path(f"{os.fspath(path)}.part")
    temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def read_json(path: str | os.PathLike) -> dict:
    """Read a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def check_weights(intervention: str | os.PathLike) -> None:
    """Refuse a model whose weights are not those that its intervention wrote.

    Parameters
    ----------
    intervention : ``intervention.json``, which has their hash, beside ``model.safetensors``.

    Raises
    ------
    Problem : another file stands in its place.
    """
    weights = Path(intervention).with_name("model.safetensors")
    wanted, found = read_json(intervention).get("sha256_file", "nothing"), file_hash(weights)
    if found != wanted:
        raise Problem(
            f"{weights}: is not what its intervention wrote (SHA-256 {found[:12]}, in intervention.json {wanted[:12]}); "
            "delete it to have it made again."
        )
