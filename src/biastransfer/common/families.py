"""Families of targets that behave alike: religions, orientations, major groups of occupations."""

from collections.abc import Iterable, Mapping, Sequence

from biastransfer.common.problems import Problem, nearest


def family_of(families: Mapping[str, Iterable[str]], targets: Sequence[str], key: str) -> dict[str, str]:
    """The family of each target that has one.

    A name that is no target is passed over, since a file of families may serve studies of fewer targets. It is refused if it looks
    like a target that has no family.

    Parameters
    ----------
    families : family -> its targets.
    key : where they are named, for messages.

    Raises
    ------
    Problem : a target is in two families, a family holds no list of names, or no name is a target.
    """
    found: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for family, names in families.items():
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise Problem(f"{key}: family {family!r} holds {names!r}; it must hold a list of targets.")
        for name in map(str, names):
            if name not in targets:
                unknown[name] = str(family)
            elif found.setdefault(name, str(family)) != str(family):
                raise Problem(
                    f"{key}: {name!r} is in the families {found[name]!r} and {family!r}; a target has one family."
                )
    free = [target for target in targets if target not in found]
    for name in unknown:
        if near := nearest(name, free):
            raise Problem(f"{key}: {name!r} is no target.{near}")
    if not found:
        raise Problem(f"{key}: names no target of this task; its targets are {', '.join(map(repr, targets[:5]))}, ….")
    return found
