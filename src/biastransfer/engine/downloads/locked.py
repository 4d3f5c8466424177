"""Downloads of a study, each held to its entry in the lock."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from biastransfer.common.problems import Problem
from biastransfer.engine.downloads import hub, web
from biastransfer.engine.downloads.lock import Lock
from biastransfer.engine.side_cars import file_hash

UNVERIFIED = "unverified"


def get_file(lock: Lock, key: str, url: str, path: str | Path, sha256: str = UNVERIFIED) -> None:
    """Download a file of an address to ``path``, unless the locked file is there.

    Parameters
    ----------
    key : of the study file.
    sha256 : of the study file; ``unverified`` takes what comes first.

    Raises
    ------
    Problem : the file cannot be downloaded, or differs from the study file or the lock.
    """
    pinned = {} if sha256 == UNVERIFIED else {"sha256": sha256}
    request = {"url": url, **pinned}

    def accept(came: str) -> None:
        if pinned and came != sha256:
            raise Problem(f"{key}: {url} has SHA-256 {came}, the study file says {sha256}.")
        lock.note(key, request, {"sha256": came})

    expected = (lock.locked(key, request) or pinned).get("sha256")
    if expected and Path(path).is_file() and file_hash(path) == expected:
        accept(expected)
    else:
        web.fetch(url, path, key, accept)


def get_checkpoint(lock: Lock, repository: hub.Repository, weights: Sequence[str] = ("model.safetensors",)) -> Path:
    """Bring a model of the hub into the local cache; returns its folder, named by the commit.

    Raises
    ------
    Problem : it cannot be downloaded, or differs from the lock.
    """
    file = hub.checkpoint(_at_commit(lock, repository), weights)
    return _noted(lock, repository, file.parent, [file])


def get_dataset(lock: Lock, repository: hub.Repository) -> Path:
    """Bring a dataset of the hub into the local cache; returns its folder, named by the commit.

    Raises
    ------
    Problem : it cannot be downloaded, or differs from the lock.
    """
    folder = hub.snapshot(_at_commit(lock, repository))
    files = [file for file in folder.rglob("[!.]*") if file.is_file() and file.suffix != ".md"]
    return _noted(lock, repository, folder, files)


def _request(repository: hub.Repository) -> dict[str, str]:
    return {"name": repository.name, "revision": repository.revision}


def _at_commit(lock: Lock, repository: hub.Repository) -> hub.Repository:
    """The repository at the commit that its revision meant first."""
    locked = lock.locked(repository.key, _request(repository))
    return replace(repository, commit=locked["commit"]) if locked else repository


def _noted(lock: Lock, repository: hub.Repository, folder: Path, files: Sequence[Path]) -> Path:
    hashes = {file.relative_to(folder).as_posix(): file_hash(file) for file in files}
    lock.note(repository.key, _request(repository), {"commit": folder.name, "sha256": hashes})
    return folder
