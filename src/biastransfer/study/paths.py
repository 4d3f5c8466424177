"""What is wrong with a file to read or a folder to write to, seen before it is opened."""

import errno
import os
import stat
from pathlib import Path

from biastransfer.common.problems import nearest


def wrong_file(path: str) -> str | None:
    """Why a file cannot be read, as the end of a sentence that its key begins; None if it can."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ELOOP:
            return f"{path} is a symbolic link that leads back to itself."
        if os.path.lexists(path):
            return f"{path} is a symbolic link to what is not there."
        folder = Path(path).parent
        known = [file.name for file in folder.iterdir()] if folder.is_dir() else []
        return f"no file {path}.{nearest(Path(path).name, known)}"
    if not stat.S_ISREG(mode):
        return f"{path} is {'a folder' if stat.S_ISDIR(mode) else 'no ordinary file'}; a file is needed."
    if not os.access(path, os.R_OK):
        return f"{path} cannot be read: permission denied."
    return None


def wrong_folder(path: str) -> str | None:
    """Why nothing can be written to a folder, which may be yet to be made, in a sentence; None if it can."""
    place = Path(path)
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        return f"{path}: results cannot be written there: {place} is not a folder."
    if not os.access(place, os.W_OK | os.X_OK):
        return f"{path}: results cannot be written there: {place} is read-only or belongs to somebody else."
    return None
