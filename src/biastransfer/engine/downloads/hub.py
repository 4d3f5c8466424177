"""Checkpoints and datasets of the Hugging Face hub, or of its local cache; what cannot be had is told in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import huggingface_hub
from huggingface_hub import constants, errors

from biastransfer.common.problems import Problem, listing

FETCH = "run `snakemake --cores 1 fetch --configfile …` where there is a network"


@dataclass(frozen=True)
class Repository:
    """What is asked of the hub: a repository at a revision (commit, branch or tag).

    ``key`` is that of the study file; ``instead`` and ``fetch`` are how else the user can have it, without the hub and with a network.
    ``commit`` is the one that ``revision`` stood for at first, if that is known.
    """

    name: str
    revision: str
    key: str
    instead: str
    kind: Literal["model", "dataset"] = "model"
    commit: str | None = None
    fetch: str = FETCH

    def __str__(self) -> str:
        first = "" if self.commit in (None, self.revision) else f" (commit {self.commit} by the lock)"
        return f"{self.name} at revision {self.revision}{first}"


def snapshot(asked: Repository, patterns: Sequence[str] | None = None, *, cached: bool = False) -> Path:
    """Get the files of a repository and return their folder in the local cache, which is named by the commit.

    What the cache has of a commit is not asked for again. Where the hub cannot be asked, the cache alone answers.

    Parameters
    ----------
    asked : the repository.
    patterns : names of files to get, with ``*``; all if None.
    cached : ask the local cache alone.

    Raises
    ------
    Problem : it cannot be had: no network and not in the cache, unknown, closed to this user.
    """
    try:
        return Path(
            huggingface_hub.snapshot_download(
                asked.name,
                revision=asked.commit or asked.revision,
                repo_type=asked.kind,
                allow_patterns=patterns,
                local_files_only=cached,
                cache_dir=constants.HF_HUB_CACHE,
            )
        )
    except (OSError, ValueError) as error:
        reason, away = _reason(error, asked, cached)
        ways = [asked.fetch, "set HF_HOME to a folder whose hub/ has it"] if away else []
        raise Problem(
            f"{asked.key}: {asked} cannot be had: {reason}; {_cache(asked)}; {', or '.join([*ways, asked.instead])}."
        ) from None


def checkpoint(asked: Repository, weights: Sequence[str] = ("model.safetensors",), *, cached: bool = False) -> Path:
    """Get configuration, tokenizer and weights of a model, and return the file of weights in its folder.

    Parameters
    ----------
    asked, cached : see :func:`snapshot`.
    weights : names of files of weights; the first that there is is taken.

    Raises
    ------
    Problem : it cannot be had, or has no such weights.
    """
    for name in weights:
        file = snapshot(asked, ["*.json", "*.txt", "*.model", name], cached=cached) / name
        if file.is_file():
            return file
    raise Problem(
        f"{asked.key}: {asked} has no weights in {file.parent}; one of these files is needed: {', '.join(weights)}."
    )


def _reason(error: Exception, asked: Repository, cached: bool) -> tuple[str, bool]:
    """Why neither the hub nor its cache gave something, in a few words, and whether they may elsewhere."""
    if isinstance(error, errors.GatedRepoError):
        page = f"{constants.ENDPOINT}/{'datasets/' if asked.kind == 'dataset' else ''}{asked.name}"
        terms = f"the hub gives it only to users who accepted its terms: do so at {page}"
        return f"{terms}, then log in with `hf auth login` or set HF_TOKEN", False
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"the hub knows no such {asked.kind}, or it is private and needs `hf auth login` or HF_TOKEN", False
    if isinstance(error, errors.RevisionNotFoundError):
        gone = "; to take what the revision is now, delete the entry in the lock" if asked.commit else ""
        return f"the hub has the {asked.kind}, but no such revision{gone}", False
    if isinstance(error, errors.HFValidationError):
        return "that is no name of a repository, which reads OWNER/NAME", False
    cause = error.__cause__ if isinstance(error, errors.LocalEntryNotFoundError) else error
    told = " ".join(str(cause).split())[:150]
    if getattr(cause, "errno", None):  # of this machine: a full disk, a folder that may not be written
        return told, False
    if cause is None or isinstance(cause, errors.OfflineModeIsEnabled):
        why = f"the hub is not asked ({'this step takes what is in the cache' if cached else 'HF_HUB_OFFLINE is 1'})"
    else:
        why = f"the hub cannot be reached or does not answer ({type(cause).__name__}: {told})"
    part = isinstance(error, errors.IncompleteSnapshotError)
    return ("the cache has only a part of it, and " if part else "") + why, True


def _cache(asked: Repository) -> str:
    """Where the cache lies, and the commits that it has of a repository with the branches and tags that stand for them."""
    folder = Path(constants.HF_HUB_CACHE) / f"{asked.kind}s--{asked.name.replace('/', '--')}"
    names: dict[str, list[str]] = {entry.name: [] for entry in sorted((folder / "snapshots").glob("*"))}
    for ref in sorted((folder / "refs").rglob("*")):
        if ref.is_file():
            names.get(ref.read_text().strip(), []).append(ref.relative_to(folder / "refs").as_posix())
    told = [commit + (f" ({', '.join(refs)})" if refs else "") for commit, refs in names.items()]
    return f"the cache {constants.HF_HUB_CACHE} has " + (
        f"these revisions of it: {listing(told)}" if told else "nothing of it"
    )
