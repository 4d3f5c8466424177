"""Which tables of Steed et al. 2022 rest on which upstream measure; imports nothing, since the graph of jobs asks."""

MEASURES = {
    "table3": "pronoun_ranking",
    "table4": "negative_sentiment",
    "table5": "pronoun_ranking",
    "table6": "negative_sentiment",
    "table7": "identity_ranking",
    "table8": "identity_ranking",
}
