"""Whether a checkpoint has a language-model head, by its tensors' names where these are plain and by opening it otherwise."""

import json
import os
from pathlib import Path

from biastransfer.checkpoints.tensors import tensor_names, weight_files

HEADS = {"lm_head", "cls", "vocab_transform", "vocab_projector", "predictions", "generator_lm_head"}
"""How the parts of a masked-language-model head are called in common architectures."""
ENCODER = {"embeddings", "encoder", "pooler"}
"""How the parts of an encoder are called where nothing surrounds it."""
OPENED = "BIASTRANSFER_OPENED_HEADS"
"""Environment variable with what opening checkpoints has shown, so that the jobs of a run do not open them again."""


def has_language_model_head(folder: str | Path) -> bool:
    """Whether a checkpoint's weights have a masked-language-model head; True where they cannot be read, so that the step that
    opens the model says why."""
    names = tensor_names(folder)
    if not names:
        return True
    if _saved_as_language_model(Path(folder)) and any(part in HEADS for name in names for part in name.split(".")):
        return True
    if all(name.split(".")[0] in ENCODER for name in names):
        return False
    return _opened(Path(folder))


def _saved_as_language_model(folder: Path) -> bool:
    try:
        kinds = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("architectures") or []
    except (OSError, ValueError, AttributeError):
        return False
    return any(kind.endswith(("ForMaskedLM", "ForPreTraining", "LMHeadModel")) for kind in kinds)


def _opened(folder: Path) -> bool:
    """What opening the checkpoint shows."""
    known = json.loads(os.environ.get(OPENED, "{}"))
    weights = [f"{file.resolve()} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in weight_files(folder)]
    place = " ".join(weights)
    if place not in known:
        from biastransfer.checkpoints.load import has_fresh_head, load_masked_lm, torch
        from biastransfer.common.problems import Problem
        from biastransfer.training.device import quiet

        quiet()
        try:
            known[place] = not has_fresh_head(load_masked_lm(folder, torch.device("cpu"), head="any"))
        except Problem:
            return True
        os.environ[OPENED] = json.dumps(known)
    return known[place]
