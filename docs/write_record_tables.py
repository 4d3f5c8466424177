"""Write the tables of docs/methods.md from the records: ``python docs/write_record_tables.py``.

A table is between the comments ``<!-- NAME -->`` and ``<!-- end -->``; the rest of the page is written by hand.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from biastransfer.common import registry
from biastransfer.common.section import MeasureSection
from biastransfer.finetune.classification_record import RECORD as DEFAULT_HEAD
from biastransfer.interventions.sections import OnData, OnModel

PAGE = Path(__file__).with_name("methods.md")


def task_kinds() -> list[dict[str, str]]:
    """One row per kind of task."""
    return [
        {
            "kind": code([record.name]),
            "predicts": record.label,
            "downstream bias": record.description,
            "columns": code(record.bias_columns),
            "outcome of Eq. 4": record.outcome.label,
        }
        for record in registry.task_kinds().values()
    ]


def upstream_measures() -> list[dict[str, str]]:
    """One row per upstream measure."""
    return [
        {
            "measure": code([record.name]),
            "task kind": code([record.kind]),
            "what it is": record.description,
            "unit": record.unit,
            "switches": code(own_keys(record.section, MeasureSection)),
        }
        for record in registry.upstream_measures().values()
    ]


def model_interventions() -> list[dict[str, str]]:
    """One row per intervention on the model."""
    return [
        {
            "name": code([record.name]),
            "what it does": record.description,
            "levels": record.level_name,
            "trials": "yes" if record.section.model_fields["trials"].default else "",
            "switches": code(own_keys(record.section, OnModel)),
        }
        for record in registry.model_interventions().values()
    ]


def data_interventions() -> list[dict[str, str]]:
    """One row per intervention on the training data."""
    return [
        {
            "name": code([record.name]),
            "task kind": code([record.kind]) if record.kind else "any",
            "what it does to the training split": record.description,
            "levels": record.level_name,
            "switches": code(own_keys(record.section, OnData)),
        }
        for record in registry.data_interventions().values()
    ]


def heads() -> list[dict[str, str]]:
    """One row per head."""
    return [
        {
            "head": code([record.name]) + (" (default)" if record == DEFAULT_HEAD else ""),
            "what predicts": record.description,
            "what is trained": ("everything" if record.trains_encoder else "the head alone")
            + (", or nothing" if record.may_train_nothing else ""),
            "learning rate": f"{record.learning_rate:g}" if record.learning_rate else "that of the study",
        }
        for record in registry.heads().values()
    ]


TABLES: Mapping[str, Callable[[], list[dict[str, str]]]] = {
    "task kinds": task_kinds,
    "upstream measures": upstream_measures,
    "model interventions": model_interventions,
    "data interventions": data_interventions,
    "heads": heads,
}
"""Name of a table on the page -> its rows."""


def code(names: Iterable[str]) -> str:
    """Names as code, separated by commas."""
    return ", ".join(f"`{name}`" for name in names)


def own_keys(section: type, shared: type) -> list[str]:
    """The keys of a section beyond those of its base class."""
    return [name for name in section.model_fields if name not in shared.model_fields]


def with_tables(page: str) -> str:
    """The page with every table as the records have it.

    Raises
    ------
    ValueError : a table's comments are missing.
    """
    for name, rows in TABLES.items():
        table = pd.DataFrame(rows()).to_markdown(index=False, disable_numparse=True)
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, count = place.subn(lambda match, table=table: f"{match[1]}\n{table}\n\n{match[2]}", page)
        if count != 1:
            raise ValueError(f"the page needs <!-- {name} --> and <!-- end --> once, and has them {count} times")
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
