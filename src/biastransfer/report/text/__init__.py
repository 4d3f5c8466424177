"""The prose of the report: the answer, cautions, methods."""
