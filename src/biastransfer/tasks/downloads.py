"""Reading downloaded labelled data: a dataset of the Hugging Face hub, and the files of Wikipedia Talk comments."""

import tempfile
from pathlib import Path

import pandas as pd

from biastransfer.common.problems import Problem, listing

SPLIT_NAMES = {"train": "train", "validation": "dev", "valid": "dev", "dev": "dev", "test": "test"}


def hub_dataset(folder: str | Path, key: str) -> dict[str, pd.DataFrame]:
    """Read a folder in the layout of the hub's datasets; returns ``train, dev, test`` -> rows.

    Parameters
    ----------
    folder : of the dataset's files.
    key : of the study file, for messages.

    Raises
    ------
    Problem : the folder cannot be read, or has other splits.
    """
    import datasets

    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        try:
            loaded = datasets.load_dataset(str(folder), cache_dir=cache)
            splits = {SPLIT_NAMES.get(name, name): part.to_pandas() for name, part in loaded.items()}
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise Problem(f"{key}: {folder} cannot be read as a dataset: {reason}.") from None
    if set(splits) != {"train", "dev", "test"}:
        raise Problem(
            f"{key}: {folder} has the splits {listing(loaded)}; it needs train, validation (or dev) and test."
        )
    return splits


def wikipedia_talk(comments: str | Path, annotations: str | Path, key: str) -> dict[str, pd.DataFrame]:
    """Join the comments with their annotations (Wulczyn et al. 2017): toxic by a majority of annotators.

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
    unannotated = int((~text["rev_id"].isin(share.index)).sum())
    if unannotated:
        raise Problem(
            f"{key}.annotations: {unannotated} of {len(text)} comments have no annotation; use the two files of one release."
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
