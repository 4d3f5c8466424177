"""Modules for every room: problems, YAML files, sections of a study file, English articles."""
