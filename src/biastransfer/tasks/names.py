"""Labels, groups, ids, terms and codes as text: one rule for every file type, and names that look alike."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from numbers import Integral, Real

INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060\u00ad\u200e\u200f"))
"""Marks that nobody sees: byte-order mark, zero-width space, word joiner, soft hyphen, marks of direction."""


def as_text(value: object) -> str:
    """A value of a typed file as the text that a CSV file would have for it.

    Whole numbers are written without a point (13.0 is 13), truth values as ``true`` and ``false``. Text stays as it is: the labels 1.1
    and 1.10, or 0110 and 110, are two.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else str(value.normalize())
    if isinstance(value, Real):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)


def clean(name: str) -> str:
    """A name in Unicode's composed form (NFC), without what nobody sees: invisible marks, and blanks of any kind at its ends. Blanks inside
    are single spaces.
    """
    return " ".join(unicodedata.normalize("NFC", name).translate(INVISIBLE).split())


def look_alike(names: Iterable[str]) -> list[list[str]]:
    """Groups of names that differ in case, dots, hyphens or blanks alone, or in characters that are printed alike (NFKC)."""
    alike: dict[str, set[str]] = defaultdict(set)
    for name in names:
        alike[re.sub(r"[\s.\-_‐‑]+", "", unicodedata.normalize("NFKC", name)).casefold()].add(name)
    return [sorted(group) for group in alike.values() if len(group) > 1]
