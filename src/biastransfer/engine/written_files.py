"""Lists of the files that a step has written into folders it shares with the user, so that it can delete its own old ones."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

LIST = "files.json"


def delete_earlier(folder: Path, names: Iterable[str]) -> None:
    """Delete what the folder's list names, the step writes no longer and nobody has changed; then list the files of today.

    Parameters
    ----------
    folder : where the list is. Its name is :data:`LIST`; it has the SHA-256 of every file.
    names : files relative to the folder, at most one folder down, that the step has written.
    """
    listed, names = folder / LIST, sorted(names)
    try:
        earlier = dict(json.loads(listed.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        earlier = {}
    for name in set(earlier) - set(names):
        file = folder / name
        if len(Path(name).parts) <= 2 and ".." not in Path(name).parts and _hash(file) == earlier[name]:
            file.unlink()
    listed.write_text(json.dumps({name: _hash(folder / name) for name in names}, indent=1), encoding="utf-8")


def _hash(file: Path) -> str | None:
    """SHA-256 of a file; None without one."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
