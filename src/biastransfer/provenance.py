"""What a result was computed with: fingerprints of code, and side-cars with versions.

A rule's ``params.code`` is the hash of everything it computes with: its script, and all library modules that the script
and its registry entries import, directly or not. Snakemake does not see a change in an imported module, and a touched
script would re-run for nothing; the hash over the syntax trees, without docstrings and comments, sees exactly what counts.
"""

import ast
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import grimp

from biastransfer import tables
from biastransfer.problems import Problem

PACKAGE = Path(__file__).parent
APART = {
    f"biastransfer.{name}"
    for name in (
        "bases",
        "checkpoints",
        "cli",
        "downloads",
        "downloads.hub",
        "downloads.lock",
        "downloads.locked",
        "downloads.web",
        "gpu_pool",
        "grid",
        "headless",
        "interventions",
        "job",
        "mistakes",
        "own_templates",
        "paths",
        "plan",
        "preload",
        "problems",
        "provenance",
        "recipes",
        "recovering",
        "registry",
        "scoring",
        "sections",
        "study",
        "tables",
        "validating",
    )
}
"""Modules that decide what is computed, not how: their effect on a rule is in its params and inputs."""


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("biastransfer", cache_dir=None)


@cache
def _tree_hash(path: Path) -> str:
    """Hash of a file's syntax tree without docstrings; for other files (templates of the report) of their bytes."""
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [
                statement
                for statement in node.body
                if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
            ]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _imports(script: Path) -> set[str]:
    """Library modules that a script imports itself."""
    found = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("biastransfer"):
            for name in node.names:
                full = f"{node.module}.{name.name}"
                found.add(full if full in _graph().modules else node.module)
        elif isinstance(node, ast.Import):
            found.update(name.name for name in node.names if name.name.startswith("biastransfer"))
    return found


@cache
def code_fingerprint(script: Path, entries: tuple[str, ...] = (), writes: tuple[str, ...] = ()) -> str:
    """Hash of what a rule computes with.

    Parameters
    ----------
    script : the rule's script.
    entries : modules of the registry entries that the job uses, so that another entry's change does not matter.
    writes : tables that the rule writes; a change of their schemas counts.
    """
    modules = (_imports(script) | set(entries)) - APART - {"biastransfer"}
    closure = set(modules)
    for module in modules:
        closure |= _graph().find_upstream_modules(module)
    closure -= APART | {"biastransfer"}
    digest = hashlib.sha256(_tree_hash(script).encode())
    for module in sorted(closure):
        digest.update(module.encode())
        digest.update(_tree_hash(_source(module)).encode())
    digest.update(tables.fingerprint(*writes).encode())
    return digest.hexdigest()[:16]


def _source(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def files_fingerprint(paths: tuple[Path, ...]) -> str:
    """Hash of data files that belong to the code, such as the report's page template."""
    return hashlib.sha256("".join(_tree_hash(path) for path in paths).encode()).hexdigest()[:16]


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
