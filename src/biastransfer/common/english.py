"""English articles for simulated texts and templates."""

import re

_SPELT_AN = "aefhilmnorsx"
_SOUNDS_LIKE_A_CONSONANT = re.compile(r"eu|uni(?!n|m)|us[aeiu]|ut[ei]|one\b|ubiq", re.IGNORECASE)


def article(word: str) -> str:
    """The indefinite article before a word: "an accountant", "a European", "a DJ", "an LGBT person".

    Words without a vowel count as spelt out, letter by letter.
    """
    first = re.split(r"[\s-]", word.strip())[0].lower()
    if not re.search("[aeiouy]", first):
        return "an" if first[:1] in _SPELT_AN and first else "a"
    if first.startswith(("hour", "heir", "honest", "honor", "honour")):
        return "an"
    return "an" if first[0] in "aeiou" and not _SOUNDS_LIKE_A_CONSONANT.match(first) else "a"
