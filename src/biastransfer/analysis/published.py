"""The numbers that Steed et al. (2022) print in Tables 2-8, beside those of a study."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biastransfer.analysis.comparisons import FACTS, OTHER_SEEDS
from biastransfer.analysis.table_names import MEASURES

FOLDER = Path(__file__).with_name("steed2022")
TERMS = {
    "upstream_bias": "upstream",
    "prevalence": "prevalence",
    "identity_prevalence": "mention_share",
    "toxic_mention_length": "toxic_length",
    "they_log_likelihood_change": "they_change",
    "constant": "const",
}
TITLES = {
    "table3": "Effect of upstream on downstream bias, by treatment group (labels compared between groups)",
    "table4": "Effect of upstream on downstream bias, by treatment group (flags of mentioned terms)",
    "table5": "Further specifications on the control (labels compared between groups)",
    "table6": "Further specifications on the control (flags of mentioned terms)",
    "table7": "Identity ranking in place of negative sentiment, on the control",
    "table8": "Identity ranking in place of negative sentiment, by treatment group",
}
SPECIFICATIONS = {
    "table5": ("upstream_only", "eq4", "upstream_only_within", "eq4_within", "intermediate"),
    "table6": (
        "upstream_only", "with_prevalence", "all_controls", "upstream_only_within", "eq4_within", "intermediate",
    ),
    "table7": ("upstream_only", "eq4", "all_controls"),
}  # fmt: skip
"""Specifications of the columns of a table, in order; of the other tables every column is Eq. 4 in another group."""


class PrintedCondition(NamedTuple):
    """What a row of Table 2 differs in from the control; a ``level`` that the paper does not print is None."""

    model_intervention: str = "pretrained"
    data_intervention: str = "original"
    family: str = ""
    level: float | None = None

    def is_of(self, row: Mapping[str, object]) -> bool:
        """Whether a condition of a study is this one."""
        same = all(row[name] == getattr(self, name) for name in ("model_intervention", "data_intervention", "family"))
        return same and self.level in (None, row["level"])


CONDITIONS = {
    "not_pretrained": PrintedCondition("random_init"),
    "uniform_noise": PrintedCondition("uniform_noise"),
    "gaussian_noise": PrintedCondition("gaussian_noise"),
    "sentdebias_gamma50": PrintedCondition("sentdebias", level=50),
    "rebalanced_beta1": PrintedCondition(data_intervention="rebalanced", family="under", level=1),
    "scrubbed_toxic": PrintedCondition(data_intervention="scrubbed", family="toxic", level=1),
    "scrubbed_all": PrintedCondition(data_intervention="scrubbed", family="all", level=1),
    "scrubbed_toxic_not_pretrained": PrintedCondition("random_init", "scrubbed", "toxic", 1),
    "scrubbed_all_not_pretrained": PrintedCondition("random_init", "scrubbed", "all", 1),
}
"""Rows of Table 2 -> the condition of a study."""


def printed_regressions() -> pd.DataFrame:
    """One row per printed coefficient, with the keys of this analysis: ``upstream_measure, group, specification, term``."""
    table = pd.read_csv(FOLDER / "regressions.csv")
    number = table["printed_column"].str.extract(r"^(\d+)", expand=False).astype(int)
    return table.assign(
        upstream_measure=table["table"].map(MEASURES),
        column=number,
        specification=[
            SPECIFICATIONS[name][place - 1] if name in SPECIFICATIONS else "eq4"
            for name, place in zip(table["table"], number, strict=True)
        ],
        term=table["term"].map(TERMS),
    )


def beside_published(coefficients: pd.DataFrame, regressions: pd.DataFrame) -> pd.DataFrame:
    """Every printed coefficient beside the study's own, with LSDV HC3 errors as printed.

    Returns
    -------
    DataFrame with ``table, column, task, group, specification, term``; ``estimate, se, p, n_obs, r2_within, r2_adjusted, f, df1,
    df2`` of the study; and the printed ``published_estimate, published_se, published_stars, published_n_obs, published_r2,
    published_adj_r2, published_f, published_df1, published_df2``. Tables whose upstream measure the study does not have are
    left out; so are columns whose treatment group or specification it does not have.
    """
    printed = printed_regressions().drop(columns=["task", "dependent", "estimator", "printed_term", "printed_column"])
    names = {"n_obs": "n_obs", "r2": "r2", "adj_r2": "adj_r2", "f_stat": "f", "df1": "df1", "df2": "df2"}
    names |= {"estimate": "estimate", "se": "se", "stars": "stars"}
    printed = printed.rename(columns={old: f"published_{new}" for old, new in names.items()})
    keys = ["task", "upstream_measure", "group", "specification"]
    own = coefficients[coefficients["errors"] == "lsdv_hc3"][[*keys, "term", "estimate", "se", "p"]]
    below = regressions[[*keys, "n_obs", "r2_within", "r2_adjusted", "residual_se", "f", "f_p", "df1", "df2"]]
    joined = printed.merge(below, on=keys[1:], how="inner").merge(own, on=[*keys, "term"], how="left")
    return joined.sort_values(["table", "task", "column"], kind="stable", ignore_index=True)


def printed_correlations() -> pd.DataFrame:
    """Table 2, one row per intervention: ``upstream_measure, intervention``, and the printed ρ and τ with their stars."""
    return pd.read_csv(FOLDER / "correlations.csv")


def correlations_beside_published(correlations: pd.DataFrame) -> pd.DataFrame:
    """Table 2 of a study: one row per condition, upstream and downstream, with the printed numbers where there are any.

    Returns
    -------
    DataFrame with ``task, upstream_measure, condition, runs, intervention`` (as printed; missing for others); for each
    of ``upstream`` and ``downstream``: ``pearson, low, high, kendall, p`` (permutation, Holm's), ``kendall_p`` (Holm's), ``lin``,
    ``shift, equivalence_p``; and ``published_…``. A printed row without a level is repeated for every level.
    """
    mean = correlations[correlations["unit"] == "mean"]
    keys = ["task", "upstream_measure", "condition", *FACTS, "runs"]
    columns = {
        "pearson": "pearson", "pearson_boot_low": "low", "pearson_boot_high": "high", "kendall": "kendall",
        "permutation_holm_p": "p", "kendall_holm_p": "kendall_p", "lin": "lin", "mean_shift": "shift",
        "equivalence_p": "equivalence_p", "pearson_of_runs": "pearson_of_runs",
    }  # fmt: skip
    sides = [
        mean[mean["comparison"] == comparison]
        .rename(columns={old: f"{side}_{new}" for old, new in columns.items()})
        .set_index(keys)[[f"{side}_{new}" for new in columns.values()]]
        for side, comparison in (("downstream", "control, ratio"), ("upstream", "control, upstream"))
    ]
    table = sides[0].join(sides[1], how="left").reset_index()
    printed = printed_correlations()
    place = [_printed_row(printed, row) for row in table.to_dict("records")]
    for name in ("upstream_pearson", "upstream_kendall", "downstream_pearson", "downstream_kendall"):
        for column in (name, f"{name}_stars"):
            table[f"published_{column}"] = [None if row is None else printed.loc[row, column] for row in place]
    table["intervention"] = [None if row is None else printed.loc[row, "intervention"] for row in place]
    return table.astype({name: float for name in table if name.startswith("published_")})


def _printed_row(printed: pd.DataFrame, row: Mapping[str, object]) -> int | None:
    """The printed row of a study's condition; the control's other seeds have none."""
    for other in printed.itertuples():
        same_measure = other.upstream_measure == row["upstream_measure"] and row["condition"] != OTHER_SEEDS
        if same_measure and CONDITIONS[other.intervention].is_of(row):
            return other.Index
    return None
