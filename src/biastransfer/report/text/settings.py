"""Settings of a study file as text."""

from collections.abc import Mapping


def settings_text(settings: Mapping) -> str:
    """Keys and values in a row, such as ``levels: 0.5, 1; trials: 2``; keys without a value are left out."""
    given = {key.replace("_", " "): _text(value) for key, value in settings.items() if value not in (None, [], {})}
    return "; ".join(f"{key}: {value}" for key, value in given.items())


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_text(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(
            " + ".join(map(_text, part)) if isinstance(part, list | tuple) else _text(part) for part in value
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
