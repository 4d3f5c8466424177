"""The records of all things that a study file can name, found beside their modules.

A record is ``RECORD`` in a module ``NAME_record.py`` of its room; a new one is found by being there. Records are light: no record
imports torch. A compute module never reads the registry, so that a new record changes no fingerprint but its own.
"""

import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from biastransfer.common import records

PACKAGE = Path(__file__).parents[1]
SUFFIX = "_record"


@cache
def _of(room: str) -> Mapping[str, Any]:
    """Name -> record, in their order."""
    package = ".".join(["biastransfer", *room.split("/")])
    files = sorted((PACKAGE / room).glob(f"*{SUFFIX}.py"))
    found = [import_module(f"{package}.{file.stem}").RECORD for file in files]
    return MappingProxyType({record.name: record for record in sorted(found, key=lambda each: (each.order, each.name))})


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
