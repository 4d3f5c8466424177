"""Made-up studies and their analysis, for tests of the report."""

from collections.abc import Mapping, Sequence

import pandas as pd

from biastransfer.analysis.analyze import analyze
from biastransfer.engine import parquet_files

from support.panels import study_table
from support.record_columns import with_record_columns
from support.settings import analysis_settings

SETTINGS = analysis_settings(simulated_studies=200)
REPLICATED: Mapping[str, Sequence[str]] = {
    "pretrained": ["pretrained", "noise", "all_pretrained", "control_replicates"],
    "pretrained/original/1": ["control_replicates"],
    "gaussian_noise-s1-t0": ["noise", "all_pretrained"],
    "random_init-t0": ["random"],
}
"""Runs of a study whose control has two replicates."""


def made_up(*arguments, **keywords) -> pd.DataFrame:
    """A made-up ``bias.parquet``; see :func:`support.panels.study_table`."""
    return with_record_columns(study_table(*arguments, **keywords))


def analysed(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables of a table's analysis, as their files have them."""
    return {name: parquet_files.conform(frame, name) for name, frame in analyze(table, SETTINGS).items()}
