"""Checkpoints and datasets of the Hugging Face hub or its local cache, and one sentence for each failure.

The sentences are own code: huggingface_hub's messages have no key, no cached revisions, and no way out for this project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Literal

import huggingface_hub
from huggingface_hub import constants, errors

from biastransfer.common.problems import Problem, listing

FETCH = "run `snakemake --cores 1 fetch --configfile …` on a machine with a network"


@dataclass(frozen=True)
class Repository:
    """A repository of the hub at a revision (commit, branch or tag).

    ``key`` is that of the study file; ``instead`` and ``fetch`` are ways out, without the hub and with a network. ``commit`` is
    the locked one, if any.
    """

    name: str
    revision: str
    key: str
    instead: str
    kind: Literal["model", "dataset"] = "model"
    commit: str | None = None
    fetch: str = FETCH

    def __str__(self) -> str:
        locked = "" if self.commit in (None, self.revision) else f" (commit {self.commit} by the lock)"
        return f"{self.name} at revision {self.revision}{locked}"


def snapshot(repository: Repository, patterns: Sequence[str] | None = None, *, cached: bool = False) -> Path:
    """Download the files of a repository; returns their folder in the local cache, named by the commit.

    Cached files of a commit are not downloaded again. Without the hub, the cache alone answers.

    Parameters
    ----------
    repository : the repository.
    patterns : names of files, with ``*``; None takes all.
    cached : use the local cache alone.

    Raises
    ------
    Problem : no network and no cached copy, an unknown repository, or one closed to this user.
    """
    try:
        return Path(
            huggingface_hub.snapshot_download(
                repository.name,
                revision=repository.commit or repository.revision,
                repo_type=repository.kind,
                allow_patterns=patterns,
                local_files_only=cached,
                cache_dir=constants.HF_HUB_CACHE,
            )
        )
    except (OSError, ValueError) as error:
        reason, elsewhere = _reason(error, repository, cached)
        ways = [repository.fetch, "set HF_HOME to a folder whose hub/ has it"] if elsewhere else []
        raise Problem(
            f"{repository.key}: {repository} cannot be downloaded: {reason}; {_cache(repository)}; {', or '.join([*ways, repository.instead])}."
        ) from None


def checkpoint(
    repository: Repository, weights: Sequence[str] = ("model.safetensors",), *, cached: bool = False
) -> Path:
    """Download a model's configuration, tokenizer and weights; returns the file of weights.

    Parameters
    ----------
    repository, cached : see :func:`snapshot`.
    weights : names of files of weights; the first that exists is taken.

    Raises
    ------
    Problem : the model cannot be downloaded, or has no such weights.
    """
    for name in weights:
        file = snapshot(repository, ["*.json", "*.txt", "*.model", name], cached=cached) / name
        if file.is_file():
            return file
    raise Problem(
        f"{repository.key}: {repository} has no weights in {file.parent}; it needs one of: {', '.join(weights)}."
    )


def _reason(error: Exception, repository: Repository, cached: bool) -> tuple[str, bool]:
    """Why neither the hub nor its cache has the files, and whether another place may have them."""
    if isinstance(error, errors.GatedRepoError):
        page = f"{constants.ENDPOINT}/{'datasets/' if repository.kind == 'dataset' else ''}{repository.name}"
        login = "then log in with `hf auth login` or set HF_TOKEN"
        return f"the hub gives it only to users who accepted its terms: do so at {page}, {login}", False
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"the hub has no such {repository.kind}, or it is private and needs `hf auth login` or HF_TOKEN", False
    if isinstance(error, errors.RevisionNotFoundError):
        moved = "; to take what the revision is now, delete the entry in the lock" if repository.commit else ""
        return f"the hub has the {repository.kind}, but no such revision{moved}", False
    if isinstance(error, errors.HFValidationError):
        return "the name of a repository must read OWNER/NAME", False
    cause = error.__cause__ if isinstance(error, errors.LocalEntryNotFoundError) else error
    message = " ".join(str(cause).split())[:150]
    if getattr(cause, "errno", None):  # of this machine: a full disk, a folder without write permission
        return message, False
    partial = "the cache has only a part of it, and " * isinstance(error, errors.IncompleteSnapshotError)
    if cause is None or isinstance(cause, errors.OfflineModeIsEnabled):
        why = "this step uses the cache alone" if cached else "HF_HUB_OFFLINE is 1"
        return f"{partial}the hub is switched off ({why})", True
    return f"{partial}the hub does not answer ({type(cause).__name__}: {message})", True


def _cache(repository: Repository) -> str:
    """The place of the cache, and the commits of a repository in it, each with its branches and tags."""
    cache = constants.HF_HUB_CACHE
    commits = [
        revision.commit_hash + (f" ({', '.join(sorted(revision.refs))})" if revision.refs else "")
        for entry in (huggingface_hub.scan_cache_dir(cache).repos if Path(cache).is_dir() else ())
        if (entry.repo_type, entry.repo_id) == (repository.kind, repository.name)
        for revision in sorted(entry.revisions, key=attrgetter("commit_hash"))
    ]
    return f"the cache {cache} has " + (
        f"these revisions of it: {listing(commits)}" if commits else "no revision of it"
    )
