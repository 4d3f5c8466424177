"""Fingerprints of the code that computes a result.

A rule's ``params.code`` is the hash of its script and of all library modules that the script and its registry entries import,
directly or not. Snakemake misses a change in an imported module, and repeats a job for a new date alone. The hash covers syntax
trees without docstrings and comments.
"""

import ast
import hashlib
import tomllib
from functools import cache
from pathlib import Path

import grimp

from biastransfer.engine import table_schemas

PACKAGE = Path(__file__).parents[1]
ROOMS = Path(__file__).with_name("rooms.toml")


def _apart() -> frozenset[str]:
    """Rooms that choose the result to compute, but not its values; the import contract ``apart`` lists them."""
    contracts = tomllib.loads(ROOMS.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return frozenset(next(entry for entry in contracts if entry["name"] == "apart")["forbidden_modules"])


APART = _apart()
SILENT = frozenset(
    f"biastransfer.common.{name}" for name in ("problems", "protocols", "records", "registry", "section")
)
"""Modules that every room may use and that change no result: wordings, the keys of a study file, and how records are found.

What a record changes in a result is in the params of the rules, or the record's module is an entry of their fingerprint."""


def counts(module: str) -> bool:
    """Whether a module's code can change a result."""
    room = ".".join(module.split(".")[:2])
    return room not in APART and module not in SILENT and module != "biastransfer"


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
    modules = set()
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("biastransfer"):
            for name in node.names:
                full = f"{node.module}.{name.name}"
                modules.add(full if full in _graph().modules else node.module)
        elif isinstance(node, ast.Import):
            modules.update(name.name for name in node.names if name.name.startswith("biastransfer"))
    return modules


@cache
def code_fingerprint(script: Path, entries: tuple[str, ...] = (), writes: tuple[str, ...] = ()) -> str:
    """Hash of the code of a rule.

    Parameters
    ----------
    script : the rule's script.
    entries : modules of the registry entries of the job; changes of other entries do not count.
    writes : tables of the rule; changes of their schemas count.
    """
    modules = {module for module in _imports(script) | set(entries) if counts(module)}
    closure = set(modules)
    for module in modules:
        closure |= _graph().find_upstream_modules(module)
    closure = {module for module in closure if counts(module)}
    digest = hashlib.sha256(_tree_hash(script).encode())
    for module in sorted(closure):
        digest.update(module.encode())
        digest.update(_tree_hash(_source(module)).encode())
    digest.update(table_schemas.fingerprint(*writes).encode())
    return digest.hexdigest()[:16]


def _source(module: str) -> Path:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def files_fingerprint(paths: tuple[Path, ...]) -> str:
    """Hash of data files that belong to the code, such as the report's page template."""
    return hashlib.sha256("".join(_tree_hash(path) for path in paths).encode()).hexdigest()[:16]
