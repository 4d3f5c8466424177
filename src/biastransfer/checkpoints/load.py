"""Opening and saving checkpoints, and the one place where architectures differ."""

import json
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForMaskedLM, AutoModelForSequenceClassification

from biastransfer.checkpoints import projected  # noqa: F401  (makes its model type known to the Auto classes)
from biastransfer.checkpoints.convert import pickled_names
from biastransfer.checkpoints.files import check_files
from biastransfer.checkpoints.tensors import tensor_names
from biastransfer.checkpoints.tokenizer import FRESH_HEAD, TOKENIZER_FILES, check_tokenizer
from biastransfer.common.problems import Problem, listing


def load_masked_lm(
    folder: str | Path, device: torch.device, key: str = "base.path", *, head: Literal["own", "any"] = "own"
) -> transformers.PreTrainedModel:
    """Open a checkpoint with its masked-language-model head, in float32 and evaluation mode.

    Parameters
    ----------
    key : of the study file, for messages.
    head : ``own`` is the one that came with the checkpoint. With ``any``, an encoder without one gets a fresh head, the same at
        all times, and its configuration says so: every intervention on the encoder can be made on it, and no measure may read
        the head.

    Raises
    ------
    Problem : its files cannot be opened; the checkpoint has no head of its own, and scores would be noise; or the encoder itself lacks weights.
    """
    check_files(folder, key)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Initializing zero-element tensors")  # MobileBERT has some
            model, report = AutoModelForMaskedLM.from_pretrained(
                folder,
                dtype=torch.float32,
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, in a sentence
            )
    except (OSError, ValueError, SafetensorError) as error:
        reason = " ".join(str(error).split())[:200]
        raise Problem(
            f"{key}: {folder} cannot be opened as a masked language model with safetensors weights: {reason}."
        ) from None
    if report["mismatched_keys"]:
        name, found, wanted = min(report["mismatched_keys"])
        raise Problem(
            f"{key}: {folder} has weights of other sizes than its config.json says: {name} is {tuple(found)}, "
            f"{tuple(wanted)} is expected."
        )
    missing = sorted(report["missing_keys"])
    encoder = next(f"{name}." for name, module in model.named_modules() if module is model.base_model)
    if lost := [name for name in missing if name.startswith(encoder)]:
        raise Problem(f"{key}: {folder} has no weights for {listing(lost, 3)}, which its config.json asks for.")
    if sick := sorted(name for name, tensor in model.named_parameters() if not tensor.isfinite().all()):
        raise Problem(f"{key}: {folder} has infinite or missing numbers (NaN) among its weights: {listing(sick, 3)}.")
    if head == "own" and (missing or has_fresh_head(model)):
        raise Problem(
            f"{key}: {folder} has no masked-language-model head{f' (missing: {listing(missing, 3)})' if missing else ''}; upstream "
            "bias can be measured on it by group_association and term_association alone."
        )
    if missing:
        _draw(model, missing, seed=0)
        setattr(model.config, FRESH_HEAD, True)
    return model.to(device).eval()


def has_fresh_head(model: transformers.PreTrainedModel) -> bool:
    """Whether a model's language-model head was drawn here."""
    return getattr(model.config, FRESH_HEAD, False)


def has_own_head(folder: str | Path) -> bool:
    """Whether the language-model head of a model in a study came with its checkpoint."""
    config = Path(folder) / "config.json"
    return not (config.is_file() and json.loads(config.read_text(encoding="utf-8")).get(FRESH_HEAD, False))


def _draw(model: transformers.PreTrainedModel, names: Sequence[str], seed: int) -> None:
    """Draw parameters in the order of their names: weights from the model's ``initializer_range``, scales of layer
    norms one, biases zero."""
    generator = torch.Generator().manual_seed(seed)
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name in sorted(set(names) & set(parameters)):
            if name.endswith("bias"):
                parameters[name].zero_()
            elif parameters[name].ndim == 1:
                parameters[name].fill_(1)
            else:
                parameters[name].normal_(0, _initial_spread(model.config), generator=generator)


def _initial_spread(config: transformers.PretrainedConfig) -> float:
    """The standard deviation of fresh weights, which some architectures call otherwise."""
    names = ("initializer_range", "init_std", "embed_init_std", "initializer_std")
    return next((getattr(config, name) for name in names if getattr(config, name, None) is not None), 0.02)


def open_base(folder: str | Path, key: str = "base.path") -> transformers.PreTrainedModel:
    """Open a base model on the CPU, with everything about it checked; ``key`` is its place in the study file.

    Raises
    ------
    Problem : see :func:`load_masked_lm` and :func:`check_tokenizer`; or its head was added when pickled weights were converted.
    """
    model = load_masked_lm(folder, torch.device("cpu"), key, head="any")
    _check_conversion(Path(folder), model, key)
    check_tokenizer(folder, model, key)
    return model


def _check_conversion(folder: Path, model: transformers.PreTrainedModel, key: str) -> None:
    """Refuse a language-model head that the pickled weights beside the safetensors file do not have: its weights are random."""
    pickled = pickled_names(folder)
    prefix = next(f"{name}." for name, module in model.named_modules() if module is model.base_model)
    head = {name for name in tensor_names(folder) if not name.startswith(prefix)}
    if pickled and head and not has_fresh_head(model) and head.isdisjoint(pickled):
        raise Problem(
            f"{key}: {folder} has a language-model head in model.safetensors alone ({listing(sorted(head), 3)}), not in its pickled "
            f"weights, so its weights are random; delete model.safetensors and run `biastransfer convert {folder}`."
        )


def check_classifier(folder: str | Path, key: str = "base.path") -> None:
    """Refuse an architecture whose sequence classifier cannot take the whole encoder of its masked language model.

    Raises
    ------
    Problem : transformers has no such classifier, it leaves out parts of the encoder, or it takes texts of one length alone.
    """
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    why = None
    if type(config) not in AutoModelForSequenceClassification._model_mapping:
        why = "transformers has no sequence classifier for it"
    elif getattr(config, "axial_pos_embds", False):
        why = "its axial positions take texts of one length alone"
    else:
        with torch.device("meta"), warnings.catch_warnings(action="ignore"):
            encoders = [
                auto.from_config(config).base_model.state_dict()
                for auto in (AutoModelForMaskedLM, AutoModelForSequenceClassification)
            ]
        if lost := sorted(set(encoders[0]) - set(encoders[1])):
            why = f"its sequence classifier lacks {listing(lost, 2)} of the encoder"
    if why:
        raise Problem(
            f"{key}: {folder} is of the model type {config.model_type}, which cannot be fine-tuned with fine_tuning.head: classification, "
            f"for {why}; head: linear_probe reads its states as they are."
        )


def load_classifier(
    folder: str | Path, classes: list[str], seed: int, device: torch.device
) -> transformers.PreTrainedModel:
    """Open a checkpoint's encoder with a fresh sequence-classification head.

    The head is drawn here, tensor by tensor in the order of their names, from the model's ``initializer_range``: it
    depends on ``seed`` and the shapes alone, so that all models of a study start from the same head.

    Raises
    ------
    Problem : see :func:`check_classifier`.
    """
    check_classifier(folder)
    model, report = AutoModelForSequenceClassification.from_pretrained(
        folder,
        num_labels=len(classes),
        id2label=dict(enumerate(classes)),
        label2id={name: code for code, name in enumerate(classes)},
        dtype=torch.float32,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    _draw(model, report["missing_keys"], seed)
    return model.to(device).eval()


def save_checkpoint(model: transformers.PreTrainedModel, tokenizer_folder: str | Path, folder: str | Path) -> None:
    """Write an ordinary Hugging Face directory: config.json, model.safetensors and the tokenizer of another folder."""
    model.cpu().save_pretrained(folder)
    for name in TOKENIZER_FILES:
        source, copy = Path(tokenizer_folder) / name, Path(folder) / name
        if source.resolve() != copy.resolve():
            shutil.copyfile(source, copy)
