"""The tables of the report, and their files."""
