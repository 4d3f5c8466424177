"""Downloading one file: a broken download goes on where it stopped, and only a whole one gets the file's name."""

import contextlib
import http.client
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from biastransfer.common.problems import Problem
from biastransfer.engine.side_cars import file_hash, read_json, write_json

WAITS = (2.0, 10.0, 30.0, 60.0)
"""Seconds before another attempt; there is one attempt more than waits."""
SILENCE = 60
"""Seconds without a byte after which a connection counts as broken."""
BROKEN = (urllib.error.URLError, ConnectionError, TimeoutError, ssl.SSLError, http.client.HTTPException)
PASSING = (408, 416, 425, 429)
"""Answers below 500 after which another attempt may succeed: those of a server in haste, and that a part is longer than the file."""


class _BrokeOff(Exception):
    """A connection ended before the file did."""


def fetch(url: str, path: str | Path, key: str, check: Callable[[str], None], *, waits: Sequence[float] = WAITS) -> str:
    """Download a file and return its SHA-256.

    What came before a connection broke is kept in ``PATH.part``, with its ``ETag`` or ``Last-Modified`` beside it, and asked for no
    second time (RFC 9110, Range and If-Range) unless the server has another file by then or sends no ranges. Redirects are followed;
    ``file:`` addresses are read.

    Parameters
    ----------
    url, path : what to get, and the name that the whole file gets.
    key : of the study file, for messages.
    check : is given the SHA-256 and raises a Problem if the file is another than it should be; the part is removed then.
    waits : seconds before each further attempt after a broken connection, a short file, or an answer that may pass (5xx).

    Raises
    ------
    Problem : the server does not give the file, or ``check`` refuses it.
    """
    part = Path(f"{path}.part")
    for wait in (*waits, None):
        try:
            _receive(url, part)
            break
        except urllib.error.HTTPError as error:
            if error.code == 416:
                _discard(part)
            passing, reason = error.code >= 500 or error.code in PASSING, f"the server answers {error.code}"
        except (_BrokeOff, *BROKEN) as error:
            cause = getattr(error, "reason", error)
            passing, reason = not isinstance(cause, FileNotFoundError), " ".join(str(cause).split()) or repr(cause)
        except (OSError, ValueError) as error:
            passing, reason = False, str(error)
        if not passing or wait is None:
            raise Problem(_cannot(url, key, reason, part, len(waits) + 1 if passing else 1))
        print(f"{key}: {url}: {reason}; another attempt in {wait:g} s", flush=True)
        time.sleep(wait)
    found = file_hash(part)
    try:
        check(found)
    except Problem:
        _discard(part)
        raise
    part.replace(path)
    _discard(part)
    return found


def _receive(url: str, part: Path) -> None:
    """One attempt: append to the part, or start it again."""
    held, version = _held(url, part)
    headers = {"Range": f"bytes={held}-", "If-Range": version} if held else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=SILENCE) as answer:
        goes_on = answer.status == 206
        if goes_on:
            first, total = _span(answer.headers.get("Content-Range", ""))
            if first != held:
                _discard(part)
                raise _BrokeOff(f"the server went on at byte {first} in place of {held}")
        else:
            length = answer.headers.get("Content-Length")
            total = None if length is None else int(length)
            _discard(part)
            write_json({"url": url, "version": _version(answer.headers)}, _note(part))
        with part.open("ab") as file:
            shutil.copyfileobj(answer, file)
    size = part.stat().st_size
    if total is not None and size < total:
        raise _BrokeOff(f"it broke off after {size} of {total} bytes")
    if total is not None and size > total:
        _discard(part)
        raise _BrokeOff(f"{size} bytes came of a file of {total}")


def _held(url: str, part: Path) -> tuple[int, str]:
    """Bytes at hand of the same address, and the version they are of; nothing without a version to ask for."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        noted = read_json(_note(part))
        if noted["url"] == url and noted["version"]:
            return part.stat().st_size, noted["version"]
    return 0, ""


def _version(headers: http.client.HTTPMessage) -> str | None:
    """What ``If-Range`` may hold: a strong ETag, or else the date."""
    tag = headers.get("ETag", "")
    return tag if tag.startswith('"') else headers.get("Last-Modified")


def _span(content_range: str) -> tuple[int, int | None]:
    """First byte and length of the whole file, of ``bytes 5-9/10``."""
    try:
        span, total = content_range.removeprefix("bytes ").split("/")
        return int(span.split("-")[0]), None if total == "*" else int(total)
    except ValueError:
        return -1, None


def _note(part: Path) -> Path:
    return Path(f"{part}.json")


def _discard(part: Path) -> None:
    """Remove a part and what is noted of it."""
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _cannot(url: str, key: str, reason: str, part: Path, attempts: int) -> str:
    kept = part.stat().st_size if part.is_file() else 0
    return (
        f"{key}: {url} cannot be downloaded: {reason}"
        + (f" (after {attempts} attempts)" if attempts > 1 else "")
        + (f"; {kept} bytes are kept in {part}, and the next run goes on from there" if kept else "")
        + "; run `snakemake --cores 1 fetch --configfile …` where there is a network, or get the file by other means and write "
        f"`{key.rpartition('.')[2]}: file:///FOLDER/FILE`."
    )
