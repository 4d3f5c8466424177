"""A checkpoint's safetensors files and the names in them, read without torch."""

from pathlib import Path

from safetensors import SafetensorError, safe_open


def tensor_names(folder: str | Path) -> list[str]:
    """Names of the tensors in a folder's safetensors files; empty if there are none, or not readable ones."""
    names: list[str] = []
    for file in weight_files(folder):
        try:
            with safe_open(file, framework="numpy") as tensors:
                names += tensors.keys()
        except (OSError, SafetensorError):
            return []
    return names


def weight_files(folder: str | Path) -> list[Path]:
    """The model's own safetensors files; an adapter's have other names."""
    return sorted(Path(folder).glob("model*.safetensors"))
