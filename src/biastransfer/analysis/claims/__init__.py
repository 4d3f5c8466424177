"""The sentences of both papers as tests: each holds, fails, or cannot be told, with its power."""
