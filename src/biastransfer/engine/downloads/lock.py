"""The lock of a study: what each of its downloads asked for at first, and what came. It outlives the results."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from biastransfer.common.problems import Problem
from biastransfer.engine.side_cars import read_json, write_json

KEYS = ("url", "name", "revision")
"""What an entry is named by in messages, in this order."""


class Lock:
    """``locks/{study}.json``: for each place in the study file ``asked`` (address, or name and revision) and ``came``.

    ``came`` is ``{"sha256": hash}`` of a file, ``{"commit": commit, "sha256": {file: hash}}`` of a repository of the hub. Jobs that
    download side by side may write it at once.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def came(self, place: str, asked: Mapping[str, str]) -> dict | None:
        """What came when the same was asked for; None if it never was.

        Raises
        ------
        Problem : the file is broken, as after a merge.
        """
        entry = self._read().get(place)
        return entry["came"] if entry and entry["asked"] == dict(asked) else None

    def check(self, place: str, asked: Mapping[str, str], came: Mapping[str, object]) -> None:
        """Refuse something else than came when the same was asked for.

        Raises
        ------
        Problem : it differs; both hashes are told.
        """
        locked = self.came(place, asked)
        if locked is None:
            return
        found, first = _flat(came), _flat(locked)
        for name in sorted(found | first):
            if found.get(name) != first.get(name):
                raise Problem(
                    f"{place}: {' at revision '.join(asked[key] for key in KEYS if key in asked)} is not what it was: its "
                    f"{name} is {found.get(name, 'missing')}, {self.path} says {first.get(name, 'nothing of it')}; to "
                    f'accept the new one, delete the entry "{place}" of {self.path} and run again.'
                )

    def note(self, place: str, asked: Mapping[str, str], came: Mapping[str, object]) -> None:
        """Check, and write down what came; another thing asked for replaces the entry.

        Raises
        ------
        Problem : see :meth:`check`.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name(f".{self.path.name}.lock")):
            self.check(place, asked, came)
            entries, entry = self._read(), {"asked": dict(asked), "came": dict(came)}
            if entries.get(place) != entry:
                write_json(entries | {place: entry}, self.path)

    def _read(self) -> dict:
        if not self.path.exists():
            return {}
        with contextlib.suppress(ValueError):
            entries = read_json(self.path)
            if isinstance(entries, dict) and all(
                isinstance(entry, dict) and isinstance(entry.get("asked"), dict) and isinstance(entry.get("came"), dict)
                for entry in entries.values()
            ):
                return entries
        raise Problem(
            f"{os.fspath(self.path)}: cannot be read as the lock of a study (JSON, with asked and came for every place); "
            "restore it from version control, or delete it to lock what comes next."
        )


def _flat(came: Mapping[str, object]) -> dict[str, object]:
    """What came as one level of names: the SHA-256 of every file, and the commit."""
    hashes = came.get("sha256")
    files = {f"SHA-256 of {name}": value for name, value in hashes.items()} if isinstance(hashes, dict) else {}
    return {**came, **files} if not files else {"commit": came.get("commit"), **files}
