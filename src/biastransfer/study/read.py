"""Reading a study: from the keys of a study file to a checked :class:`~biastransfer.study.study.Study`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from biastransfer.common.problems import BARE_WORDS, Problem
from biastransfer.common.yaml_files import read_yaml
from biastransfer.study import checks
from biastransfer.study.error_messages import ended, sentences
from biastransfer.study.study import Study


def parse_study(values: Mapping[str, Any], origin: str = "study file") -> Study:
    """Build a study from the keys of a study file.

    Parameters
    ----------
    values : the parsed YAML.
    origin : the file's name, for messages.

    Raises
    ------
    Problem : a key is unknown, missing or has a value that is not allowed, or keys contradict each other; one sentence a mistake.
    """
    try:
        study = Study.model_validate(_plain(values, origin))
    except ValidationError as error:
        copied = "bases" in values and "base" not in values  # the reference is validated twice
        errors = [problem for problem in error.errors() if not (copied and problem["loc"][:1] == ("base",))]
        raise Problem("\n".join(sentences(errors, origin, Study))) from None
    if mistakes := list(dict.fromkeys(checks.mistakes(study))):
        raise Problem("\n".join(f"{origin}: {ended(mistake)}" for mistake in mistakes))
    return study


def read_study(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Study:
    """Read a study file (YAML), with other values for some keys at any depth, merged as Snakemake does; see :func:`parse_study`."""
    values, _ = read_yaml(path, "study file")
    if overrides:
        from snakemake.utils import update_config

        update_config(values, overrides)
    return parse_study(values, str(path))


def _plain(values: Any, origin: str, place: tuple[str, ...] = ()) -> Any:
    """Turn Snakemake's nested configuration into plain dicts with string keys.

    Raises
    ------
    Problem : a key is a truth value, as YAML reads a bare yes or no.
    """
    if isinstance(values, Mapping):
        odd = next((key for key in values if isinstance(key, bool)), None)
        if odd is not None:
            where = f"{'.'.join(place)}: " if place else ""
            raise Problem(f"{origin}: {where}has the key {str(odd).lower()}; {BARE_WORDS}.")
        return {str(key): _plain(value, origin, (*place, str(key))) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [_plain(value, origin, place) for value in values]
    return values
