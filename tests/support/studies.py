"""The embedded study, and studies that differ from it in a few keys."""

import copy

import yaml

from support.workflow import REPOSITORY

EMBEDDED = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
"""The embedded study without its crossed design, and without the training data that only this design uses."""
del EMBEDDED["crossed"]
EMBEDDED["interventions"] = {
    name: section for name, section in EMBEDDED["interventions"].items() if section.get("models") != []
}


def edited(**changes: object) -> dict:
    """The embedded study with values at dotted keys; None deletes."""
    values = copy.deepcopy(EMBEDDED)
    for key, value in changes.items():
        *path, last = key.split("__")
        place = values
        for step in path:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return values
