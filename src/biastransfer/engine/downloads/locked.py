"""Downloads of a study: each is held to what came when the same was asked for first (:mod:`biastransfer.engine.downloads.lock`)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from biastransfer.common.problems import Problem
from biastransfer.engine.downloads import hub, web
from biastransfer.engine.downloads.lock import Lock
from biastransfer.engine.side_cars import file_hash

UNVERIFIED = "unverified"


def get_file(
    lock: Lock, place: str, url: str, path: str | Path, sha256: str = UNVERIFIED, *, waits: Sequence[float] = web.WAITS
) -> None:
    """Have a file of an address at ``path``; one that is there and is the locked one is not downloaded again.

    Parameters
    ----------
    place : key of the study file.
    sha256 : what the study file says; ``unverified`` takes what comes first.
    waits : see :func:`web.fetch`.

    Raises
    ------
    Problem : it cannot be had, or is another than the study file or the lock says.
    """
    pinned = {} if sha256 == UNVERIFIED else {"sha256": sha256}
    asked = {"url": url, **pinned}

    def check(found: str) -> None:
        if pinned and found != sha256:
            raise Problem(f"{place}: {url} has SHA-256 {found}, the study file says {sha256}.")
        lock.check(place, asked, {"sha256": found})

    wanted = lock.came(place, asked) or pinned
    if not (wanted and Path(path).is_file() and file_hash(path) == wanted["sha256"]):
        wanted = {"sha256": web.fetch(url, path, place, check, waits=waits)}
    lock.note(place, asked, wanted)


def get_checkpoint(lock: Lock, asked: hub.Repository, weights: Sequence[str] = ("model.safetensors",)) -> Path:
    """Have a model of the hub in the local cache; returns its folder, named by the commit.

    Raises
    ------
    Problem : it cannot be had, or is another than the lock says.
    """
    file = hub.checkpoint(_first(lock, asked), weights)
    _note(lock, asked, file.parent, [file])
    return file.parent


def get_dataset(lock: Lock, asked: hub.Repository) -> Path:
    """Have a dataset of the hub in the local cache; returns its folder, named by the commit.

    Raises
    ------
    Problem : it cannot be had, or is another than the lock says.
    """
    folder = hub.snapshot(_first(lock, asked))
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    _note(lock, asked, folder, [file for file in files if file.suffix != ".md" and not file.name.startswith(".")])
    return folder


def _first(lock: Lock, asked: hub.Repository) -> hub.Repository:
    """The repository at the commit that its revision stood for at first."""
    came = lock.came(asked.key, _of(asked))
    return replace(asked, commit=came["commit"]) if came else asked


def _of(asked: hub.Repository) -> dict[str, str]:
    return {"name": asked.name, "revision": asked.revision}


def _note(lock: Lock, asked: hub.Repository, folder: Path, files: Sequence[Path]) -> None:
    hashes = {file.relative_to(folder).as_posix(): file_hash(file) for file in files}
    lock.note(asked.key, _of(asked), {"commit": folder.name, "sha256": hashes})
