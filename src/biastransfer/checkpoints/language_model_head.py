"""What can be known of a checkpoint's folder without opening the model."""

from pathlib import Path

from safetensors import SafetensorError, safe_open

HEADS = {"lm_head", "cls", "vocab_transform", "vocab_projector", "predictions", "generator_lm_head"}
"""How the parts of a masked-language-model head are called in the architectures that have one."""


def has_language_model_head(folder: str | Path) -> bool:
    """Whether a checkpoint's weights have a masked-language-model head; True where they cannot be read, so that the step that
    opens the model says why."""
    names = tensor_names(folder)
    return not names or any(part in HEADS for name in names for part in name.split("."))


def tensor_names(folder: str | Path) -> list[str]:
    """Names of the tensors in a folder's safetensors files; empty if there are none, or not readable ones."""
    names: list[str] = []
    for file in sorted(Path(folder).glob("*.safetensors")):
        try:
            with safe_open(file, framework="numpy") as tensors:
                names += tensors.keys()
        except (OSError, SafetensorError):
            return []
    return names
