"""The fine-tuned encoder with a language-model head: what upstream measures see after fine-tuning (Steed et al. 2022,
appendix C.1, "intermediate bias")."""

from pathlib import Path
from typing import Literal

import torch
import transformers
from safetensors.torch import load_file

from biastransfer.training.load import load_masked_lm


def load_intermediate(
    model_folder: str | Path,
    run_folder: str | Path,
    decoder: Literal["original", "tied"],
    device: torch.device,
) -> transformers.PreTrainedModel:
    """Open a model's masked language model and put the encoder of a fine-tuned run into it.

    Parameters
    ----------
    model_folder : the checkpoint that the run started from; its language-model head is kept.
    run_folder : the fine-tuned classifier.
    decoder : the matrix that turns hidden states into tokens: the ``original`` one, as it was before fine-tuning, or
        ``tied`` to the fine-tuned word embeddings.
    device : to run on.

    Raises
    ------
    ValueError : the run has no weights for a part of the encoder.
    """
    model = load_masked_lm(model_folder, torch.device("cpu"))
    output = model.get_output_embeddings()
    if decoder == "original":
        for name, parameter in list(output.named_parameters(recurse=False)):
            setattr(output, name, torch.nn.Parameter(parameter.detach().clone(), requires_grad=False))
    encoder = model.base_model
    prefix = next(f"{name}." for name, module in model.named_modules() if module is encoder)
    weights = load_file(Path(run_folder) / "model.safetensors")
    missing = [name for name in encoder.state_dict() if prefix + name not in weights]
    if missing:
        raise ValueError(f"{run_folder} has no {missing[0]} ({len(missing)} tensors of the encoder are missing)")
    encoder.load_state_dict({name: weights[prefix + name] for name in encoder.state_dict()})
    if decoder == "tied":
        output.weight = model.get_input_embeddings().weight
    return model.to(device).eval()
