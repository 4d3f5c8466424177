"""The sentences of both papers as tests: each holds or fails, or the study cannot tell. Each has its power."""
