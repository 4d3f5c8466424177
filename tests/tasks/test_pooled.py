"""A downloaded source gives the splits that the study pools; native splits need all of them."""

from pathlib import Path

import pandas as pd
import pytest

from biastransfer.common import registry
from biastransfer.tasks.prepare import load

KIND = registry.load(registry.task_kinds()["flag_by_mention"].module)


@pytest.fixture
def downloads(tmp_path: Path) -> dict[str, str]:
    """Comments of three splits, by number: 0 to 59, 100 to 159, 200 to 259."""
    files = {}
    for place, split in enumerate(("train", "dev", "test")):
        numbers = range(100 * place, 100 * place + 60)
        rows = pd.DataFrame(
            {"id": map(str, numbers), "text": [f"gay comment {n}" for n in numbers], "label": [n % 2 for n in numbers]}
        )
        files[split] = str(tmp_path / f"{split}.parquet")
        rows.assign(source="talk").to_parquet(files[split])
    return files


def hundreds(downloads: dict[str, str], split: str, pooled: list[str]) -> set[int]:
    source = {"type": "wikipedia_talk", "pooled": pooled}
    task = {"terms": ["gay"], "source": source, "scrub": None, "split": split, "duplicates": "group", "mentions": {}}
    found = load(task, KIND, None, seed=0, key="tasks.wiki", locate=str, downloads=downloads)
    ids = [row.rpartition("/")[2] for table in found.splits.values() for row in table["id"]]
    return {int(row) // 100 for row in ids}


def test_only_the_named_splits_are_pooled(downloads) -> None:
    assert hundreds(downloads, "nested", ["train", "dev"]) == {0, 1}
    assert hundreds(downloads, "nested", ["train", "dev", "test"]) == {0, 1, 2}


def test_native_splits_are_all_taken(downloads) -> None:
    assert hundreds(downloads, "native", ["train", "dev"]) == {0, 1, 2}
