"""The records of all things that a study file can name, found beside their modules.

A record is ``RECORD`` in a module ``NAME_record.py`` of its room; a new one is found by being there. Records are light: no record
imports torch. A compute module never reads the registry, so that a new record changes no fingerprint but its own.
"""

import sys
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from biastransfer.common import records

PACKAGE = Path(__file__).parents[1]
SUFFIX = "_record"


class Records(Mapping[str, Any]):
    """Name -> record of one room, in their order. A lookup by name imports this record alone: jobs start faster.

    Parameters
    ----------
    room : folder below the package, such as ``interventions/model``.
    """

    def __init__(self, room: str):
        self._package = ".".join(["biastransfer", *room.split("/")])
        self._names = frozenset(file.stem.removesuffix(SUFFIX) for file in (PACKAGE / room).glob(f"*{SUFFIX}.py"))

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        record = import_module(f"{self._package}.{name}{SUFFIX}").RECORD
        if record.name != name:
            raise ValueError(f"{name}{SUFFIX}.py holds the record of {record.name!r}; a record's file has its name.")
        return record

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_order)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _in_order(self) -> tuple[str, ...]:
        return tuple(sorted(self._names, key=lambda name: (self[name].order, name)))


@cache
def _of(room: str) -> Records:
    return Records(room)


def upstream_measures() -> Mapping[str, records.UpstreamMeasure]:
    """Upstream measures by name."""
    return _of("upstream")


def model_interventions() -> Mapping[str, records.ModelIntervention]:
    """Interventions on the pre-trained model by name, the control first."""
    return _of("interventions/model")


def data_interventions() -> Mapping[str, records.DataIntervention]:
    """Interventions on the training data by name, the unchanged data first."""
    return _of("interventions/data")


def heads() -> Mapping[str, records.Head]:
    """Ways to fine-tune by name."""
    return _of("finetune")


def task_kinds() -> Mapping[str, records.TaskKind]:
    """Kinds of task by name."""
    return _of("tasks")


def load(module: str) -> ModuleType:
    """Import the module that a record names."""
    return import_module(module)


def record_module(record: object) -> str:
    """The module that holds a record, for fingerprints of what reads it."""
    for name, module in sys.modules.items():
        if name.endswith(SUFFIX) and name.startswith("biastransfer.") and getattr(module, "RECORD", None) is record:
            return name
    raise LookupError(f"no module holds the record {record}")
