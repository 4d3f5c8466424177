"""What is wrong with a checkpoint's files, seen before its weights are read."""

import json
from pathlib import Path

from transformers import CONFIG_MAPPING

from biastransfer.checkpoints.tensors import weight_files
from biastransfer.common.problems import Problem, nearest

ADAPTER = "adapter_config.json"
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "model.ckpt")


def check_files(folder: str | Path, key: str) -> None:
    """Refuse a checkpoint that needs code of its own, or whose weights are pickled: both would run what a stranger wrote.

    Parameters
    ----------
    folder : of a checkpoint in Hugging Face format.
    key : of the study file, for messages.

    Raises
    ------
    Problem : config.json is missing or names other code or an unknown kind of model, there are no safetensors weights, or an adapter is
        beside them.
    """
    folder = Path(folder)
    if (folder / ADAPTER).is_file():
        raise Problem(
            f"{key}: {folder} holds an adapter ({ADAPTER}), which belongs to the weights of another model; merge them with peft "
            "(`merge_and_unload`, then `save_pretrained`) and give that folder."
        )
    config = _read(folder / "config.json", key)
    tokenizer = _read(folder / "tokenizer_config.json", key) if (folder / "tokenizer_config.json").is_file() else {}
    for name, content in (("config.json", config), ("tokenizer_config.json", tokenizer)):
        if "auto_map" in content:
            raise Problem(
                f"{key}: {folder} comes with code of its own (auto_map in {name}), which is never run; a model that "
                "transformers itself knows is needed."
            )
    kind = config.get("model_type")
    if kind not in CONFIG_MAPPING:
        raise Problem(
            f"{key}: {folder} is of the model type {kind!r} (config.json), which transformers does not know without code "
            f"from elsewhere; that is never run.{nearest(kind, CONFIG_MAPPING)}"
        )
    if not weight_files(folder):
        pickled = next((name for name in PICKLES if (folder / name).is_file()), None)
        raise Problem(
            f"{key}: {folder} has its weights in {pickled} alone, a pickle, which can run any code when it is opened; "
            f"`biastransfer convert {folder}` writes its tensors, and nothing else, to model.safetensors."
            if pickled
            else f"{key}: {folder} has no weights; model.safetensors is needed."
        )


def _read(file: Path, key: str) -> dict:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"{key}: {file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Problem(f"{key}: {file} is not valid JSON: {error}.") from None
    if not isinstance(content, dict):
        raise Problem(f"{key}: {file} holds no keys.")
    return content
