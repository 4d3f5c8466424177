"""Names of the tables of the analysis, and those of Steed et al. 2022; imports nothing, since the graph of jobs asks."""

MEASURES = {
    "table3": "pronoun_ranking",
    "table4": "negative_sentiment",
    "table5": "pronoun_ranking",
    "table6": "negative_sentiment",
    "table7": "identity_ranking",
    "table8": "identity_ranking",
}
"""Table of Steed et al. 2022 -> the upstream measure that it rests on."""

ANALYSIS_TABLES = (
    "coefficients", "regressions", "diagnostics", "influence", "contributions", "correlations", "verdicts", "estimators", "multiverse",
    "claims",
)  # fmt: skip
"""Tables of ``bias.parquet``'s analysis."""
