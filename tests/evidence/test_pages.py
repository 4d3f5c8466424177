"""Numbers that pages quote are those of the tables that they come from."""

import re

import pandas as pd

from support.workflow import REPOSITORY

WORLDS = REPOSITORY / "evidence" / "results" / "worlds_verdicts.csv"


def test_the_numbers_of_worlds_in_the_page_of_evidence_are_those_of_their_table() -> None:
    table = pd.read_csv(WORLDS, keep_default_na=False)
    text = (REPOSITORY / "docs" / "evidence.md").read_text()
    quoted = {name: counts for name, *counts in re.findall(r"\(`(\w+)`\) \| (\d+) of (\d+) \| ([\d.]+) \|", text)}
    assert set(quoted) == set(table["world"])
    for world, part in table.groupby("world"):
        right = part.loc[part["verdict"] == part["right_verdict"], "studies"].sum()
        assert quoted[world] == [str(right), str(part["studies"].sum()), f"{part['expected'].iloc[0]:g}"], world


def test_the_package_has_the_table_of_the_experiment() -> None:
    published = REPOSITORY / "src" / "biastransfer" / "analysis" / "worlds.csv"
    assert published.read_text() == WORLDS.read_text()
