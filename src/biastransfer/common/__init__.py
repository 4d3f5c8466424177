"""What every room may use: problems, YAML files, sections of a study file, a little English."""
