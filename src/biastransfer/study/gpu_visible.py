"""Whether the jobs of a study may count on a GPU, as far as the process that plans them can see."""

import shutil
from collections.abc import Mapping


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
    return shutil.which("nvidia-smi") is not None and shown != ""
