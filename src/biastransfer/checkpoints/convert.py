"""Pickled weights as safetensors: the same tensors under the same names, and no others."""

import json
import pickle
from pathlib import Path

import torch
from safetensors.torch import save_file

from biastransfer.checkpoints.files import PICKLES
from biastransfer.common.problems import Problem

OUTPUT = "model.safetensors"


def convert(folder: Path) -> int:
    """Write model.safetensors beside the pickled weights of a checkpoint; how many tensors it has.

    Only tensors are read (``weights_only``), so no code of the pickle runs. No part of a model is added: opening and saving it with a
    class that has a language-model head would add a head with random weights, which later looks like one that was trained.

    Raises
    ------
    Problem : there is nothing to convert, the pickle holds more than tensors, or model.safetensors is there already.
    """
    if (folder / OUTPUT).exists():
        raise Problem(f"{folder}: has {OUTPUT} already.")
    found = next((folder / name for name in PICKLES if (folder / name).is_file()), None)
    if found is None:
        raise Problem(f"{folder}: has no pickled weights; it may have {', '.join(PICKLES)}.")
    files = [found]
    if found.suffix == ".json":
        names = sorted(set(json.loads(found.read_text(encoding="utf-8"))["weight_map"].values()))
        files = [folder / name for name in names]
    tensors: dict[str, torch.Tensor] = {}
    for file in files:
        try:
            content = torch.load(file, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
            reason = str(error).splitlines()[0].rstrip(".")[:200]
            raise Problem(f"{file}: cannot be read as tensors alone: {reason}.") from None
        tensors |= {
            name: value.contiguous().clone() for name, value in content.items() if isinstance(value, torch.Tensor)
        }
    if not tensors:
        raise Problem(f"{found}: holds no tensors.")
    part = folder / f"{OUTPUT}.part"
    save_file(tensors, part, metadata={"format": "pt"})
    part.rename(folder / OUTPUT)
    return len(tensors)
