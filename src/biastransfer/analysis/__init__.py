"""From the tables of all runs to regressions and correlations."""
