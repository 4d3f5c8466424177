"""The state of a training, kept on disk: one that was killed goes on from there and ends with the same weights."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch


class SavedTraining:
    """The file in which the state of one training is kept; :func:`biastransfer.training.loop.train` decides when.

    Parameters
    ----------
    file : is replaced whole; its folder is made when first needed.
    key : of everything that decides what the training does. A state with another key is not gone on from.
    every : seconds between two states; 0: only when the process is asked to stop.
    """

    def __init__(self, file: str | Path, key: str, every: float) -> None:
        self.file, self.key, self.every = Path(file), key, every
        self._since = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to keep a state again."""
        return 0 < self.every <= time.monotonic() - self._since

    def write(self, state: dict) -> bool:
        """Keep a state; a disk that cannot hold it costs a line in the log, not the training."""
        part = self.file.with_suffix(".part")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as stream:
                torch.save({"key": self.key, **state}, stream)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self.file)
        except (OSError, RuntimeError) as error:  # torch raises the second where a disk is full
            print(f"the state of the training could not be kept in {self.file}: {error}")
            with suppress(OSError):
                part.unlink()
            return False
        finally:
            self._since = time.monotonic()
        return True

    def read(self) -> dict | None:
        """The state that was kept, or None if there is none, it cannot be read, or it is of another training."""
        if not self.file.is_file():
            return None
        try:
            state = torch.load(self.file, map_location="cpu", weights_only=True)
        except Exception as error:  # torn files fail in many ways, and none of them must fail the training
            print(f"the state in {self.file} cannot be read and is not used: {error}")
            return None
        if state.pop("key", None) != self.key:
            print(f"the state in {self.file} is of another recipe, data or code and is not used")
            return None
        return state

    def remove(self) -> None:
        """Forget the state: the training has ended, and its results are written."""
        self.file.unlink(missing_ok=True)


@contextmanager
def stop_requested() -> Iterator[Callable[[], bool]]:
    """Within it, SIGTERM and SIGINT do not end the process; the function that it gives answers whether one has come.

    Schedulers send SIGTERM some seconds before they kill. Outside a process's main thread nothing changes.
    """
    come = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield come.is_set
        return
    before = {number: signal.signal(number, lambda *_: come.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield come.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
