"""The lock of a study: each download's request and its hashes; the file outlives the results.

This is own code: a registry of pooch has hashes of files alone, and neither the request nor commits of the hub.
"""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

from biastransfer.common.problems import Problem
from biastransfer.engine.side_cars import read_json, write_json


class Lock:
    """``locks/{study}.json``: for each key of the study file ``asked`` (address, or name and revision) and ``came``.

    ``came`` is ``{"sha256": hash}`` of a file, or ``{"commit": commit, "sha256": {file: hash}}`` of a repository. Parallel
    downloads may write at once.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def locked(self, key: str, request: Mapping[str, str]) -> dict | None:
        """What came for the same request first; None for a new request.

        Raises
        ------
        Problem : the lock is broken, as after a merge.
        """
        entry = self._read().get(key)
        return entry["came"] if entry and entry["asked"] == dict(request) else None

    def note(self, key: str, request: Mapping[str, str], came: Mapping[str, object]) -> None:
        """Write a download down, or compare it with what came for the same request first; another request replaces the entry.

        Raises
        ------
        Problem : the same request brought something else; the sentence has both hashes.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name(f".{self.path.name}.lock")):
            first, now = _flat(self.locked(key, request) or came), _flat(came)
            for name in sorted(now | first):
                if now.get(name) != first.get(name):
                    download = request.get("url") or f"{request['name']} at revision {request['revision']}"
                    raise Problem(
                        f"{key}: {download} is not what it was: its {name} is {now.get(name, 'missing')}, {self.path} says "
                        f'{first.get(name, "nothing")}; to accept the new one, delete the entry "{key}" of {self.path} and run '
                        "again."
                    )
            entries, entry = self._read(), {"asked": dict(request), "came": dict(came)}
            if entries.get(key) != entry:
                write_json(entries | {key: entry}, self.path)

    def _read(self) -> dict:
        if not self.path.exists():
            return {}
        with contextlib.suppress(ValueError, TypeError, AttributeError, KeyError):
            entries = read_json(self.path)
            if all(isinstance(entry[part], dict) for entry in entries.values() for part in ("asked", "came")):
                return entries
        raise Problem(
            f"{self.path}: cannot be read as the lock of a study (JSON, with asked and came for every key); restore it from "
            "version control, or delete it to lock what comes next."
        )


def _flat(came: Mapping[str, object]) -> dict[str, object]:
    """The commit and the hash of every file, on one level."""
    hashes = came.get("sha256")
    if not isinstance(hashes, dict):
        return {"SHA-256": hashes} if "sha256" in came else {}
    return {"commit": came.get("commit"), **{f"SHA-256 of {name}": value for name, value in hashes.items()}}
