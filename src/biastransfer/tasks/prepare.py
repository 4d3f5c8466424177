"""From a source to annotated and split data, or to the list of its errors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType, ModuleType

import pandas as pd

from biastransfer.common.problems import Problem
from biastransfer.tasks import sources
from biastransfer.tasks.splits import copies_in_training, same_text, shares, split_texts, without_copies


@dataclass(frozen=True)
class Prepared:
    """A task's data: split -> rows, the classes to predict and the targets of bias."""

    splits: dict[str, pd.DataFrame]
    classes: list[str]
    targets: list[str]

    @cached_property
    def copies(self) -> dict[str, int]:
        """Split -> held-out texts that also train the model."""
        return copies_in_training(self.splits)

    def doubts(self) -> Iterator[str]:
        """Held-out texts that also train the model, a sentence for each split."""
        for name, count in self.copies.items():
            if count:
                yield (
                    f"split: {count:,} of {len(self.splits[name]):,} {name} texts are also in the train split (but for case and "
                    "punctuation), so the model has seen them; `duplicates: drop` leaves them out."
                )


def read_files(source: Mapping, kind: ModuleType, key: str, locate: Callable[[str], str]) -> dict[str, pd.DataFrame]:
    """Read the user's files; returns ``{"all": rows}``, or split -> rows where the files are given per split.

    Parameters
    ----------
    source : the ``source`` section of the study file.
    kind : the module of the task's kind.
    key : of the section, for messages.
    locate : resolves a path of the study file.
    """
    files = source["files"] if isinstance(source["files"], Mapping) else {"all": source["files"]}
    tables = {}
    for split, paths in files.items():
        table = sources.read_texts([locate(path) for path in paths], source["columns"], key)
        tables[split] = kind.labelled(table, source, key, locate)
    if phrases := source.get("phrases"):
        table = sources.read_texts([locate(path) for path in phrases["files"]], phrases["columns"], f"{key}.phrases")
        tables["phrases"] = kind.labelled(table, phrases, f"{key}.phrases", locate)
    return tables


def load(
    task: Mapping,
    kind: ModuleType,
    simulated: ModuleType | None,
    *,
    seed: int,
    key: str,
    locate: Callable[[str], str],
    downloads: Mapping[str, str] | None = None,
) -> Prepared:
    """Read or draw a task's data, then :func:`prepare` it.

    Parameters
    ----------
    task : of the study file: ``kind, source, terms, scrub, split, duplicates, mentions``.
    kind, simulated : the modules of the task's kind, and of its simulation, where it has one.
    seed : of the split and of simulated data.
    key : of the task in the study file, for messages.
    locate : resolves a path of the study file.
    downloads : split -> file, for a downloaded source.

    Raises
    ------
    Problem : the data cannot be read or has errors.
    """
    terms, source = task["terms"], task["source"]
    if terms is not None:
        terms = sources.read_terms(locate(terms) if isinstance(terms, str) else terms, f"{key}.terms")
    if source["type"] == "simulated":
        data, terms = simulated.splits(source, seed), terms or simulated.TERMS
    else:
        if downloads is not None:
            taken = list(downloads) if task["split"] == "native" else source.get("pooled", list(downloads))
            files = {split: [str(Path(downloads[split]).resolve())] for split in taken}
            source = {**sources.TALK_COLUMNS, **source, "files": files}
        data = read_files(source, kind, f"{key}.source", locate)
    settings = {name: task[name] for name in ("scrub", "split", "duplicates", "mentions")}
    return prepare(data, kind, terms=terms or [], seed=seed, key=key, **settings)


def _pooled(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All rows but the phrases; repeated ids get the split's name as prefix."""
    parts = {name: table for name, table in tables.items() if name != "phrases"}
    pooled = pd.concat(parts.values(), ignore_index=True)
    if pooled["id"].duplicated().any():
        pooled["id"] = [f"{name}/{row}" for name, table in parts.items() for row in table["id"]]
    return pooled


def prepare(
    tables: Mapping[str, pd.DataFrame],
    kind: ModuleType,
    *,
    terms: Sequence[str],
    scrub: str | None,
    split: Mapping[str, float] | str,
    seed: int,
    key: str,
    duplicates: str = "group",
    mentions: Mapping[str, str] = MappingProxyType({}),
) -> Prepared:
    """Annotate, split and check a task's data.

    Parameters
    ----------
    tables : ``all`` or ``train, dev, test``, and perhaps ``phrases``; pooled unless ``split`` is native.
    kind : the module of the task's kind.
    terms, scrub, split : of the study file; ``split`` is ``nested``, ``native``, split -> share, or ``{folds: k}``.
    seed : of the split.
    key : of the task in the study file, for messages.
    duplicates : what becomes of copies of a text, see :func:`~biastransfer.tasks.splits.split_texts`. ``native`` splits stay as they are
        unless copies are dropped.
    mentions : how the kind finds them.

    Raises
    ------
    Problem : the data has errors; one sentence each.
    """
    if split != "native":
        annotated = kind.annotate(_pooled(tables), terms, scrub, **mentions)
        strata = [column for column in kind.STRATA if column in annotated]
        splits = split_texts(annotated, strata, shares(split), seed, duplicates)
    else:
        splits = {name: kind.annotate(tables[name], terms, scrub, **mentions) for name in ("train", "dev", "test")}
        splits = without_copies(splits) if duplicates == "drop" else splits
    if empty := [name for name in ("train", "test") if splits[name].empty]:
        rows = pd.concat(splits.values())
        distinct = same_text(rows["text"]).nunique()
        of = f" ({distinct} distinct texts)" if distinct < len(rows) else ""
        raise Problem(f"{key}.split: {len(rows)} rows{of} are too few, and the {empty[0]} split has none.")
    everything = dict(splits)
    if "phrases" in tables:
        everything["phrases"] = kind.annotate(tables["phrases"], terms, scrub, **mentions)
    problems = kind.check(everything, terms, scrub)
    if problems:
        raise Problem("\n".join(f"{key}.{problem}" for problem in problems))
    return Prepared(everything, kind.classes(splits["train"]), kind.targets(splits["train"], terms))
