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
    files = pickled_files(folder)
    if not files:
        raise Problem(f"{folder}: has no pickled weights; it may have {', '.join(PICKLES)}.")
    tensors: dict[str, torch.Tensor] = {}
    for file in files:
        tensors |= {name: value.contiguous().clone() for name, value in _tensors(file).items()}
    if not tensors:
        raise Problem(f"{files[0]}: holds no tensors.")
    part = folder / f"{OUTPUT}.part"
    save_file(tensors, part, metadata={"format": "pt"})
    part.rename(folder / OUTPUT)
    return len(tensors)


def pickled_files(folder: Path) -> list[Path]:
    """The files of a checkpoint's pickled weights; none if there are none."""
    found = next((folder / name for name in PICKLES if (folder / name).is_file()), None)
    if found is None or found.suffix != ".json":
        return [found] if found else []
    names = sorted(set(json.loads(found.read_text(encoding="utf-8"))["weight_map"].values()))
    return [folder / name for name in names]


def pickled_names(folder: Path) -> set[str]:
    """Names of the tensors in pickled weights; empty if there are none, or none that can be read as tensors alone."""
    try:
        return {name for file in pickled_files(folder) for name in _tensors(file, "meta")}
    except Problem:
        return set()


def _tensors(file: Path, device: str = "cpu") -> dict[str, torch.Tensor]:
    """The tensors of one pickled file, on ``meta`` without their values; nothing else in it is opened."""
    try:
        content = torch.load(file, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")[:200]
        raise Problem(f"{file}: cannot be read as tensors alone: {reason}.") from None
    return {name: value for name, value in content.items() if isinstance(value, torch.Tensor)}
