"""The house: every module in the room of its idea, no circle among imports, and names that carry no facts."""

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

from biastransfer.common import registry
from biastransfer.engine import fingerprints

from support.workflow import REPOSITORY

PACKAGE = REPOSITORY / "src/biastransfer"
WITHOUT_A_ROOM = {"evidence", "fixtures", "house", "simulate", "slurm", "studies", "support", "workflow"}
"""Folders of tests/ that mirror no room."""


def rooms() -> set[str]:
    """The names of the rooms."""
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def python_files(*folders: str) -> list[Path]:
    """All modules of some folders of the repository."""
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def circle_of(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One circle of a graph in the order of its imports, the first name again at the end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """What each module of the package imports from it, also within functions and for types alone.

    A module that runs as a program may import itself: the program is another copy of it.
    """
    graph = grimp.build_graph("biastransfer", cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) - {module} for module in graph.modules}


def test_every_module_lives_in_a_room() -> None:
    loose = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert not loose, f"Move {sorted(loose)} from {PACKAGE} into the folder of their idea."


def test_no_import_of_the_package_closes_a_circle(imports: dict[str, set[str]]) -> None:
    circle = circle_of(imports)
    assert not circle, f"Move what both sides need into a module below them: {' → '.join(circle)}"


@pytest.mark.parametrize("folder", ["bench", "evidence"])
def test_no_import_of_a_folder_of_programs_closes_a_circle(folder: str) -> None:
    graph = imports_of_programs(REPOSITORY / folder)
    assert graph, f"There is no module in {folder}/."
    circle = circle_of(graph)
    assert not circle, f"Move what both sides need into a module below them: {' → '.join(circle)}"


def imports_of_programs(folder: Path) -> dict[str, set[str]]:
    """What each module of a folder imports from it, whether or not the folder's name stands before the module's."""
    files = {".".join(path.relative_to(folder).with_suffix("").parts): path for path in folder.rglob("*.py")}
    return {
        module: {name for name in imported_names(path, folder) if name in files and name != module}
        for module, path in files.items()
    }


def imported_names(path: Path, folder: Path) -> Iterator[str]:
    """Every module that a file may import, as seen from the folder."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(folder).parts[: -node.level] if node.level else ()
            module = ".".join(filter(None, [*above, node.module]))
            modules = [module, *(f"{module}.{name.name}".strip(".") for name in node.names)]
        else:
            continue
        yield from (module.removeprefix(f"{folder.name}.") for module in modules)


def room_of(module: str) -> str | None:
    """A module's room; records are a room of their own, and the package itself is none."""
    parts = module.split(".")
    if len(parts) < 2 or parts[1] == "__main__":
        return None
    return "records" if parts[-1].endswith("_record") else parts[1]


def test_no_two_rooms_need_each_other(imports: dict[str, set[str]]) -> None:
    examples: dict[tuple[str, str], str] = {}
    for module in sorted(imports):
        for other in sorted(imports[module]):
            one, two = room_of(module), room_of(other)
            if one and two and one != two:
                examples.setdefault((one, two), f"{module} imports {other}")
    graph: dict[str, set[str]] = {}
    for one, two in examples:
        graph.setdefault(one, set()).add(two)
    circle = circle_of(graph)
    found = "\n".join(examples[step] for step in pairwise(circle))
    assert not circle, f"Move one of these modules, or what it imports, to another room:\n{found}"


def test_every_room_enters_only_the_rooms_that_the_contracts_allow(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])  # lint_imports adds a folder
    code = lint_imports(config_filename=str(fingerprints.ROOMS), no_cache=True, no_logo=True)
    assert code == 0, f"Move the import, or change rooms.toml for a reason:\n{capsys.readouterr().out}"


def test_fingerprints_leave_out_exactly_the_rooms_that_the_contract_sets_apart() -> None:
    contracts = tomllib.loads((PACKAGE / "engine/rooms.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (apart,) = (found["forbidden_modules"] for found in contracts["contracts"] if found["name"] == "apart")
    assert sorted(fingerprints.APART) == sorted(apart), "Let fingerprints.py read its list from rooms.toml."


def test_no_module_takes_the_name_of_a_standard_module() -> None:
    modules = python_files("src", "workflow/scripts")
    named = [*modules, *(path.parent for path in modules if path.name == "__init__.py")]
    wrong = sorted(str(path.relative_to(REPOSITORY)) for path in named if path.stem in sys.stdlib_module_names)
    assert not wrong, f"Rename {wrong}: Python's own modules have these names."


def test_each_folder_of_tests_mirrors_a_room() -> None:
    folders = {path.name for path in (REPOSITORY / "tests").iterdir() if path.is_dir() and path.name[0] not in "._"}
    strange = folders - rooms() - WITHOUT_A_ROOM
    assert not strange, f"Rename {sorted(strange)} after the room that they test, or list them in WITHOUT_A_ROOM."


# --- facts are in columns, never in names --------------------------------------------------------------------------


INTERVENTIONS = {*registry.model_interventions(), *registry.data_interventions()}


def constants(node: ast.AST) -> list[str]:
    """All texts within a piece of code."""
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def reads_a_slug(node: ast.AST) -> bool:
    """Whether a call takes a slug apart: at hyphens, by a set of letters, by a pattern of levels or trials, by a prefix."""
    if not isinstance(node, ast.Call):
        return False
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    texts = [text for argument in arguments for text in constants(argument)]
    if any(r"-t\d" in text or r"-?\d" in text for text in texts):
        return True
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in {"split", "rsplit", "partition", "rpartition"}:
        return "-" in texts
    if node.func.attr in {"strip", "lstrip", "rstrip"}:
        return any(len(text) > 1 and any(letter.isalnum() or letter == "-" for letter in text) for text in texts)
    if node.func.attr in {"startswith", "removeprefix"}:
        return any(text == name or text.startswith(f"{name}-") for text in texts for name in INTERVENTIONS)
    return False


def slugs_read(path: Path) -> list[str]:
    """Where a file takes slugs apart; a call within another such call counts once."""
    place = path.relative_to(REPOSITORY).as_posix() if path.is_relative_to(REPOSITORY) else path.name
    found, inner = [], set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if node in inner or not reads_a_slug(node):
            continue
        inner |= set(ast.walk(node))
        found.append((node.lineno, ast.unparse(node)))
    return [f"{place}:{line}: {code}" for line, code in sorted(found)]


def test_no_module_reads_facts_from_a_slug() -> None:
    found = [line for path in python_files("src", "workflow", "evidence", "bench") for line in slugs_read(path)]
    lines = "\n".join(found)
    assert not found, f"Read the intervention, the level or the trial from their own columns or records:\n{lines}"


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("model.split('-')[0]", True),
        ("table['model'].str.rpartition('-')", True),
        ("word.lstrip('overund')", True),
        ("model.rstrip('0123456789')", True),
        ("table['model'].str.replace(r'-t\\d+$', '', regex=True)", True),
        ("re.sub(r'-?\\d+(\\.\\d+)?$', '', word)", True),
        ("model.startswith('random_init')", True),
        ("table['model'].str.startswith(('gaussian_noise-', 'x'))", True),
        ("name.startswith(intervention_name('subsampled'))", True),
        ("line.split(',')", False),
        ("line.rstrip('.?')", False),
        ("line.rstrip()", False),
        ("key.startswith('base')", False),
        ("model == 'random_init'", False),
    ],
)
def test_the_reading_of_a_slug_is_recognised(tmp_path: Path, code: str, reads: bool) -> None:
    (tmp_path / "module.py").write_text(code)
    assert bool(slugs_read(tmp_path / "module.py")) == reads


def test_a_circle_among_programs_is_recognised(tmp_path: Path) -> None:
    for name, code in {"a": "import b", "b": "def f():\n    from programs.c import g", "c": "import a.x, json"}.items():
        (tmp_path / "programs").mkdir(exist_ok=True)
        (tmp_path / f"programs/{name}.py").write_text(code)
    graph = imports_of_programs(tmp_path / "programs")
    assert graph == {"a": {"b"}, "b": {"c"}, "c": set()}
    (tmp_path / "programs/c.py").write_text("from . import a")
    graph = imports_of_programs(tmp_path / "programs")
    circle = circle_of(graph)
    assert len(circle) == 4
    assert all(other in graph[one] for one, other in pairwise(circle)), "the names follow the imports"
