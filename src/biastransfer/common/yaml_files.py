"""Reading the project's small YAML files: word pairs, template sets, studies.

Ruamel.yaml finds lines and repeated keys. PyYAML reads the values, since Snakemake reads the same file with it: ruamel.yaml takes ``yes``
for a text, or with YAML 1.1 ``1e-5`` for a number.
"""

import re
from pathlib import Path

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError

from biastransfer.common.problems import Problem


def read_yaml(path: str | Path, kind: str) -> tuple[dict, dict[tuple, int]]:
    """Read a YAML file whose top is a mapping.

    Parameters
    ----------
    path : of the file.
    kind : of file, for the message ("template file").

    Returns
    -------
    The values, and the line of every key at the top, as ``(key,)``, and of every entry of a list there, as ``(key, i)``.

    Raises
    ------
    Problem : the file is missing, is not valid YAML, repeats a key, or has no keys.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        values, marked = yaml.safe_load(text), YAML().load(text)
    except FileNotFoundError:
        raise Problem(f"{path}: no such {kind}.") from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read as a {kind}: {str(error.strerror).lower()}.") from None
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    except DuplicateKeyError as error:
        key = re.match(r'found duplicate key "(.*?)" with value', error.problem)
        raise Problem(f"{path}:{error.problem_mark.line + 1}: {key[1] if key else 'a key'}: occurs twice.") from None
    except (yaml.MarkedYAMLError, MarkedYAMLError) as error:
        mark = error.problem_mark or error.context_mark
        raise Problem(f"{path}{f':{mark.line + 1}' if mark else ''}: not valid YAML: {error.problem}.") from None
    except yaml.YAMLError as error:
        raise Problem(f"{path}: not valid YAML: {error}.") from None
    if not isinstance(values, dict):
        raise Problem(f"{path}: has no keys.")
    lines: dict[tuple, int] = {}
    for key, value in marked.items():
        lines[key,] = marked.lc.key(key)[0] + 1
        if isinstance(value, list):
            lines |= {(key, place): value.lc.item(place)[0] + 1 for place in range(len(value))}
    return values, lines
