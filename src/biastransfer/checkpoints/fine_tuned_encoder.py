"""The fine-tuned encoder with a language-model head: what upstream measures see after fine-tuning (Steed et al. 2022,
appendix C.1, "intermediate bias")."""

import json
from pathlib import Path
from typing import Literal

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForSequenceClassification

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.probe import PREFIX, LinearProbeConfig


def load_intermediate(
    model_folder: str | Path,
    run_folder: str | Path,
    decoder: Literal["original", "tied", "fine_tuned"],
    device: torch.device,
    *,
    head: Literal["own", "any"] = "own",
) -> transformers.PreTrainedModel:
    """Open a model's masked language model and put the encoder of a fine-tuned run into it.

    A linear probe's encoder is the model's own, so that with the ``original`` decoder nothing changes.

    Parameters
    ----------
    model_folder : the checkpoint that the run started from; its language-model head is kept.
    run_folder : the fine-tuned classifier, of any head.
    decoder : the matrix that turns hidden states into tokens: the ``original`` one, as it was before fine-tuning, or
        ``tied`` to the fine-tuned word embeddings; ``fine_tuned`` takes the whole language-model head that the run has
        trained (head ``prompt``).
    device : to run on.
    head : the language-model head that the measure needs, see ``load_masked_lm``.

    Raises
    ------
    ValueError : the run has no weights for a part of the encoder.
    Problem : ``fine_tuned``, and the run has no language-model head.
    """
    if decoder == "fine_tuned":
        return load_masked_lm(run_folder, device, "intermediate_decoder: fine_tuned")
    model = load_masked_lm(model_folder, torch.device("cpu"), head=head)
    output = model.get_output_embeddings()
    if decoder == "original" and output is not None:
        for name, parameter in list(output.named_parameters(recurse=False)):
            setattr(output, name, torch.nn.Parameter(parameter.detach().clone(), requires_grad=False))
    encoder = model.base_model
    prefix = next(f"{name}." for name, module in model.named_modules() if module is encoder)
    config = json.loads((Path(run_folder) / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] == LinearProbeConfig.model_type:
        prefix = f"{PREFIX}.{prefix}"
    weights = load_file(Path(run_folder) / "model.safetensors")
    if any(prefix + name not in weights for name in encoder.state_dict()):  # some architectures save other names
        run, report = AutoModelForSequenceClassification.from_pretrained(
            run_folder, dtype=torch.float32, local_files_only=True, output_loading_info=True
        )
        place = next(f"{name}." for name, module in run.named_modules() if module is run.base_model)
        fresh = {name.removeprefix(place) for name in report["missing_keys"] if name.startswith(place)}
        weights = {prefix + name: tensor for name, tensor in run.base_model.state_dict().items() if name not in fresh}
    missing = [name for name in encoder.state_dict() if prefix + name not in weights]
    if missing:
        raise ValueError(f"{run_folder} has no {missing[0]} ({len(missing)} tensors of the encoder are missing)")
    encoder.load_state_dict({name: weights[prefix + name] for name in encoder.state_dict()})
    if decoder == "tied" and output is not None:
        output.weight = model.get_input_embeddings().weight
    return model.to(device).eval()
