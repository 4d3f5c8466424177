"""Whether the jobs of a study may count on a GPU, as far as the process that plans them can see."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Mapping

ANSWER = "BIASTRANSFER_NVIDIA_SMI"


def gpu_visible(device: str, environment: Mapping[str, str]) -> bool:
    """Whether this machine shows a GPU.

    Parameters
    ----------
    device : of the study. With ``cuda`` the machines that run the jobs have a GPU, with ``cpu`` none is used.
    environment : variables of the process; ``GPU_POOL`` or ``CUDA_VISIBLE_DEVICES`` may hide every GPU.
    """
    if device != "auto":
        return device == "cuda"
    shown = environment.get("GPU_POOL", environment.get("CUDA_VISIBLE_DEVICES", "all"))
    return shown != "" and _driver_answers()


def _driver_answers() -> bool:
    """Whether nvidia-smi is there and lists a GPU; asked once a run, whose jobs find the answer in the environment."""
    if ANSWER not in os.environ:
        found = False
        if shutil.which("nvidia-smi"):
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                done = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=60, check=False)
                found = done.returncode == 0 and "GPU" in done.stdout
        os.environ[ANSWER] = str(int(found))
    return os.environ[ANSWER] == "1"
