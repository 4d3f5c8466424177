"""Lists of word pairs, such as (she, he): YAML files with their source, read and checked."""

from pathlib import Path

import yaml

from biastransfer.problems import Problem, listing, nearest

KEYS = {"source", "notes", "pairs"}


def read_pairs(path: str | Path) -> list[tuple[str, str]]:
    """Read the pairs of a list.

    Raises
    ------
    Problem : the file is missing, is no valid YAML, has an unknown key, or an entry is not a pair of two different words.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError:
        raise Problem(f"{path}: no such file of word pairs.") from None
    except yaml.YAMLError as error:
        raise Problem(f"{path}: not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(content, dict) or not isinstance(content.get("pairs"), list) or not content["pairs"]:
        raise Problem(f"{path}: pairs: is missing or empty; it lists pairs such as [she, he].")
    for key in content:
        if key not in KEYS:
            raise Problem(f"{path}: {key}: unknown key; allowed: {listing(sorted(KEYS))}.{nearest(key, KEYS)}")
    for pair in content["pairs"]:
        words = isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) and word for word in pair)
        if not words or pair[0].lower() == pair[1].lower():
            raise Problem(f"{path}: pairs: an entry must be two different words, found {pair!r}.")
    return [(first, second) for first, second in content["pairs"]]
