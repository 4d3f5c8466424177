"""The rooms that compute with language models need torch, transformers and numpy alone."""

import json
import pkgutil
import re
import subprocess
import sys
from importlib import import_module, metadata

from packaging.requirements import Requirement

ROOMS = ("training", "checkpoints", "language_model", "finetune")
OURS = {"biastransfer", "torch", "transformers", "tokenizers", "safetensors", "huggingface_hub", "numpy"}
"""What modules of the rooms may import beside the standard library."""

PROGRAM = """
import builtins, json, sys
from importlib import import_module
from importlib.machinery import PathFinder

modules, ours, absent = json.loads(sys.argv[1])
found = []


class Few(PathFinder):
    # As if nothing else were installed: what is asked for by name is not there.
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        top = name.partition(".")[0]
        return None if top in absent else PathFinder.find_spec(name, path, target)


def importing(name, globals=None, locals=None, fromlist=(), level=0, plain=builtins.__import__):
    importer = (globals or {}).get("__name__", "")
    top = name.partition(".")[0]
    if importer.startswith("biastransfer") and not level and top not in sys.stdlib_module_names and top not in ours:
        raise ImportError(f"{importer} imports {name}")
    return plain(name, globals, locals, fromlist, level)


sys.meta_path[sys.meta_path.index(PathFinder)] = Few
builtins.__import__ = importing
for module in modules:
    try:
        import_module(module)
    except ImportError as error:
        found.append(f"{module}: {error}")
print(json.dumps([found, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def modules() -> list[str]:
    """All modules of the rooms."""
    rooms = [import_module(f"biastransfer.{room}") for room in ROOMS]
    return [found.name for room in rooms for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")]


def not_needed_by(*distributions: str) -> set[str]:
    """Top-level packages that are installed here, and are not of these distributions or of what they require."""
    wanted, seen = list(distributions), set()
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in seen:
            continue
        try:
            requirements = [Requirement(line) for line in metadata.requires(name) or []]
        except metadata.PackageNotFoundError:
            continue
        seen.add(name)
        wanted += [one.name for one in requirements if not one.marker or one.marker.evaluate({"extra": ""})]
    owners = metadata.packages_distributions()
    return {top for top, names in owners.items() if not {re.sub(r"[-_.]+", "-", name).lower() for name in names} & seen}


def test_the_rooms_run_where_nothing_but_torch_and_transformers_is_installed() -> None:
    names, absent = modules(), not_needed_by("torch", "transformers", "numpy") - {"biastransfer"}
    assert len(names) > 20
    assert {"pandas", "pyarrow", "sklearn", "scipy", "snakemake"} <= absent
    given = json.dumps([names, sorted(OURS), sorted(absent)])
    done = subprocess.run([sys.executable, "-c", PROGRAM, given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    refused, loaded = json.loads(done.stdout.splitlines()[-1])
    assert refused == []
    assert "torch" in loaded
    assert "pandas" not in loaded
