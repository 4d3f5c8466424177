"""The device that a job computes on, and torch made quiet and repeatable."""

import os

import torch
import transformers

from biastransfer.common.problems import Problem


def quiet() -> None:
    """Let transformers print errors alone."""
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def check_device(device: str) -> None:
    """Refuse ``cuda`` where there is none.

    Raises
    ------
    Problem : torch sees no GPU.
    """
    if device == "cuda" and not torch.cuda.is_available():
        raise Problem("device: cuda was asked for, but torch sees no GPU here; allowed without one: auto, cpu.")


def start_torch(device: str) -> torch.device:
    """Choose the device and make torch quiet and repeatable.

    ``auto`` takes a GPU where there is one. On the CPU one thread is used: several jobs run side by side, and two threads
    on one core are many times slower than one.

    Raises
    ------
    Problem : ``cuda`` was asked for and there is none.
    """
    quiet()
    check_device(device)
    chosen = torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")
    if chosen.type == "cpu":
        torch.set_num_threads(1)
    else:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # On a GPU some attention kernels have no repeatable version: there it is a warning, on the CPU a promise.
    torch.use_deterministic_algorithms(True, warn_only=chosen.type == "cuda")
    print(f"device: {chosen.type}" + ("" if chosen.type == "cuda" else " (no GPU is used)"))
    return chosen
