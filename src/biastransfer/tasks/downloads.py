"""Getting labelled data from the Hugging Face hub and from figshare: the only place that reads the network."""

import hashlib
import shutil
import urllib.request
from pathlib import Path

import pandas as pd

from biastransfer.problems import Problem, listing

SPLIT_NAMES = {"train": "train", "validation": "dev", "valid": "dev", "dev": "dev", "test": "test"}


def resolve(dataset: str, revision: str) -> str:
    """The commit that a revision of a dataset of the hub stands for; the revision itself if the hub cannot be asked."""
    import huggingface_hub

    if Path(dataset).is_dir():
        return revision
    try:
        return huggingface_hub.HfApi().dataset_info(dataset, revision=revision, timeout=20).sha or revision
    except Exception:
        return revision


def hub_dataset(dataset: str, revision: str, key: str) -> dict[str, pd.DataFrame]:
    """Load a dataset of the hub, or of a folder; returns ``train, dev, test`` -> rows.

    Parameters
    ----------
    dataset, revision : its name, and the commit, tag or branch.
    key : of the study file, for messages.

    Raises
    ------
    Problem : it cannot be had, or has other splits.
    """
    import datasets

    datasets.disable_progress_bars()
    try:
        loaded = datasets.load_dataset(dataset, revision=None if Path(dataset).is_dir() else revision)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise Problem(
            f"{key}: {dataset} at revision {revision} can be had neither from the hub nor from the local cache: {reason}."
        ) from None
    splits = {SPLIT_NAMES.get(name, name): part.to_pandas() for name, part in loaded.items()}
    if set(splits) != {"train", "dev", "test"}:
        raise Problem(
            f"{key}: {dataset} has the splits {listing(loaded)}; train, validation (or dev) and test are needed."
        )
    return splits


def fetch(url: str, path: str | Path, sha256: str, key: str) -> str:
    """Download a file and return its SHA-256; ``unverified`` takes whatever comes.

    Raises
    ------
    Problem : the server does not give it, or its checksum is another.
    """
    partial = Path(f"{path}.part")
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, partial.open("wb") as file:
            shutil.copyfileobj(answer, file)
            announced = answer.headers.get("Content-Length")
    except (OSError, ValueError) as error:
        raise Problem(f"{key}: {url} cannot be downloaded: {error}.") from None
    size = partial.stat().st_size
    if announced is not None and size != int(announced):
        partial.unlink()
        raise Problem(f"{key}: {url} broke off after {size} of {announced} bytes.")
    found = hashlib.sha256(partial.read_bytes()).hexdigest()
    if sha256 not in ("unverified", found):
        partial.unlink()
        raise Problem(f"{key}: {url} has SHA-256 {found}, the study file says {sha256}.")
    partial.rename(path)
    return found


def wikipedia_talk(comments: str | Path, annotations: str | Path, key: str) -> dict[str, pd.DataFrame]:
    """Join the comments with their annotations (Wulczyn et al. 2017): toxic if more than half of the annotators say so.

    Returns
    -------
    ``train, dev, test`` -> ``id, text, label`` (1 toxic), ``source``.

    Raises
    ------
    Problem : a comment has no annotation.
    """
    text = pd.read_csv(comments, sep="\t", dtype={"rev_id": "str", "comment": "str", "split": "str"})
    votes = pd.read_csv(annotations, sep="\t", usecols=["rev_id", "toxicity"], dtype={"rev_id": "str"})
    share = votes.groupby("rev_id")["toxicity"].mean()
    alone = int((~text["rev_id"].isin(share.index)).sum())
    if alone:
        raise Problem(
            f"{key}.annotations: {alone} of {len(text)} comments have no annotation; the files do not belong together."
        )
    table = pd.DataFrame(
        {
            "id": text["rev_id"].str.removesuffix(".0"),
            "text": text["comment"].fillna(""),
            "label": (text["rev_id"].map(share) > 0.5).astype("int64"),
            "source": "wikipedia_talk",
            "split": text["split"],
        }
    )
    return {split: table[table["split"] == split].drop(columns="split") for split in ("train", "dev", "test")}
