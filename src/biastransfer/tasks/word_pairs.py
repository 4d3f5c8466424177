"""Lists of word pairs, such as (she, he): reading them, and finding and swapping their words in texts."""

from collections.abc import Sequence
from pathlib import Path

from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.common.yaml_files import read_yaml
from biastransfer.tasks.mentions import Finder, matching_form

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
                self._counterparts.setdefault(matching_form(word), words[1 - side])
                self._sides.setdefault(matching_form(word), side)
        self._finder = Finder(list(self._counterparts))

    def sides(self, text: str) -> set[int]:
        """The sides of the pairs with words in a text: 0 the first, 1 the second."""
        return {self._sides[mention.term] for mention in self._finder.find(text)}

    def swap(self, text: str) -> str:
        """Swap every word for its counterpart; lower, Capitalised and UPPER case stay, others become lower."""
        swapped, end = [], 0
        for mention in self._finder.find(text):
            counterpart = _in_case_of(text[mention.start : mention.end], self._counterparts[mention.term])
            swapped += [text[end : mention.start], counterpart]
            end = mention.end
        return "".join([*swapped, text[end:]])


def _in_case_of(word: str, other: str) -> str:
    if word.isupper():
        return other.upper()
    if word.istitle() and " " in other:
        return " ".join(part.capitalize() for part in other.split())
    return other.capitalize() if word[0].isupper() else other
