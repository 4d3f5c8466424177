"""Downloading one file of an address with pooch; a broken download starts over, and only a whole file gets its name.

Own code reads ``file:`` addresses, which pooch cannot, and ends the attempts at answers that no retry changes.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pooch
import requests

from biastransfer.common.problems import Problem

ATTEMPTS = 10
"""Pooch waits 1, 2, 3 … seconds between them."""
SILENCE = 60
"""Seconds without a byte after which a connection counts as broken."""
TEMPORARY = (408, 425, 429)
"""Answers below 500 after which a retry may succeed."""


def fetch(url: str, path: str | Path, key: str, check: Callable[[str], None]) -> str:
    """Download a file and return its SHA-256.

    Parameters
    ----------
    url, path : the address, and the name that the whole file gets.
    key : of the study file, for messages.
    check : takes the SHA-256 and raises a Problem for an unexpected file, which is removed then.

    Raises
    ------
    Problem : the file cannot be downloaded, or ``check`` refuses it.
    """
    part = Path(f"{path}.part")
    store = pooch.create(
        part.parent, "", registry={part.name: None}, urls={part.name: url}, retry_if_failed=ATTEMPTS - 1
    )
    part.unlink(missing_ok=True)
    try:
        try:
            store.fetch(part.name, downloader=_download)
        except (OSError, ValueError) as error:
            raise Problem(
                f"{key}: {url} cannot be downloaded: {_reason(error)}; run `snakemake --cores 1 fetch --configfile …` on a machine "
                f"with a network, or get the file by other means and write `{key.rpartition('.')[2]}: file:///FOLDER/FILE`."
            ) from None
        sha256 = pooch.file_hash(part)
        check(sha256)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return sha256


def _download(url: str, path: str, store: pooch.Pooch) -> None:
    """Make one attempt; pooch retries after a ValueError or a RequestException, and after no other OSError."""
    if url.startswith("file:"):
        shutil.copyfile(url2pathname(urlsplit(url).path), path)
        return
    download = pooch.HTTPDownloader(timeout=SILENCE, chunk_size=2**20, headers={"Accept-Encoding": "identity"})
    try:
        download(url, path, store)
    except requests.HTTPError as error:
        code = error.response.status_code
        if code < 500 and code not in TEMPORARY:
            raise OSError(f"the server answers {code}") from None
        raise
    except ValueError as error:
        raise OSError(f"the address is not valid ({error})") from None


def _reason(error: Exception) -> str:
    if isinstance(error, requests.HTTPError):
        return f"the server answers {error.response.status_code} (after {ATTEMPTS} attempts)"
    if isinstance(error, requests.RequestException):
        cause = error.args[0] if error.args else error
        cause = cause.args[0] if getattr(cause, "args", ()) else cause
        return f"the connection fails (after {ATTEMPTS} attempts): {' '.join(str(cause).split())[:300]}"
    return " ".join(str(error).split())
