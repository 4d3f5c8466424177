"""Lists of word pairs, such as (she, he): reading them, and finding and swapping their words in texts."""

import re
from collections.abc import Sequence
from pathlib import Path

from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.common.yaml_files import read_yaml

KEYS = {"source", "notes", "pairs"}


def read_pairs(path: str | Path) -> list[tuple[str, str]]:
    """Read the pairs of a list.

    Raises
    ------
    Problem : the file is missing or not valid YAML, has an unknown key, or an entry that is no pair of different words.
    """
    content, lines = read_yaml(path, "file of word pairs")
    if not isinstance(content.get("pairs"), list) or not content["pairs"]:
        raise Problem(f"{path}: pairs: is missing or empty; it must list pairs such as [she, he].")
    for key in content:
        if key not in KEYS:
            raise Problem(
                f"{path}:{lines.get((key,), 1)}: {key}: unknown key; allowed: {listing(sorted(KEYS))}.{nearest(key, KEYS)}"
            )
    for place, pair in enumerate(content["pairs"]):
        words = isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) and word for word in pair)
        if not words or pair[0].lower() == pair[1].lower():
            where = f"{path}:{lines['pairs', place]}"
            raise Problem(f"{where}: pairs: found {pair!r}; an entry must be two different words.")
    return [(first, second) for first, second in content["pairs"]]


class WordPairs:
    """Finds and swaps the words of pairs in texts, as whole words and in any case.

    Underscores in the pairs mean spaces. A word of several pairs follows the first of them.
    """

    def __init__(self, pairs: Sequence[Sequence[str]]) -> None:
        self._counterparts: dict[str, str] = {}
        self._sides: dict[str, int] = {}
        for pair in pairs:
            words = [word.replace("_", " ").lower() for word in pair]
            for side, word in enumerate(words):
                self._counterparts.setdefault(word, words[1 - side])
                self._sides.setdefault(word, side)
        longest_first = sorted(self._counterparts, key=len, reverse=True)
        words = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    def sides(self, text: str) -> set[int]:
        """The sides of the pairs with words in a text: 0 the first, 1 the second."""
        return {self._sides[_plain(word)] for word in self._pattern.findall(text)}

    def swap(self, text: str) -> str:
        """Swap every word for its counterpart; lower, Capitalised and UPPER case stay, others become lower."""
        return self._pattern.sub(self._counterpart, text)

    def _counterpart(self, match: re.Match[str]) -> str:
        word = match[0]
        other = self._counterparts[_plain(word)]
        if word.isupper():
            return other.upper()
        if word.istitle() and " " in other:
            return " ".join(part.capitalize() for part in other.split())
        return other.capitalize() if word[0].isupper() else other


def _plain(word: str) -> str:
    return " ".join(word.lower().split())
