"""Reading the project's small YAML files: word pairs, template sets, studies."""

from pathlib import Path

import yaml

from biastransfer.common.problems import Problem


def read_yaml(path: str | Path, what: str) -> tuple[dict, dict[tuple, int]]:
    """Read a YAML file whose top is a mapping.

    Parameters
    ----------
    path : of the file.
    what : it should be, for the message ("template file").

    Returns
    -------
    The content, and the line of every key at its top, as ``(key,)``, and of every entry of a list there, as ``(key, i)``.

    Raises
    ------
    Problem : there is no such file, it is not valid YAML, a key occurs twice, or its top is no mapping.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        content, root = yaml.safe_load(text), yaml.compose(text)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise Problem(f"{path}: no such {what}.") from None
        raise Problem(f"{path}: cannot be read as a {what}: {str(error.strerror).lower()}.") from None
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else f"{path}"
        raise Problem(f"{where}: not valid YAML: {getattr(error, 'problem', None) or error}.") from None
    if not isinstance(content, dict):
        raise Problem(f"{path}: holds no keys.")
    _refuse_repeated_keys(root, str(path))
    lines: dict[tuple, int] = {}
    for key, value in root.value:
        lines[key.value,] = key.start_mark.line + 1
        if isinstance(value, yaml.SequenceNode):
            lines |= {(key.value, place): item.start_mark.line + 1 for place, item in enumerate(value.value)}
    return content, lines


def _refuse_repeated_keys(node: yaml.Node, path: str) -> None:
    """YAML's own reader would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise Problem(f"{path}:{key.start_mark.line + 1}: {key.value}: occurs twice.")
            seen.add(str(key.value))
            _refuse_repeated_keys(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, path)
