"""Converting pickled weights adds no head, runs no code and overwrites nothing."""

import json
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file

from biastransfer.checkpoints.convert import convert
from biastransfer.checkpoints.language_model_head import has_language_model_head
from biastransfer.common.problems import Problem

CONFIG = transformers.BertConfig(
    vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
)


def pickled(folder: Path, model: transformers.PreTrainedModel) -> Path:
    folder.mkdir()
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


@pytest.mark.parametrize(("kind", "head"), [(transformers.BertModel, False), (transformers.BertForMaskedLM, True)])
def test_the_tensors_are_the_same_and_a_head_is_only_there_if_it_was(tmp_path: Path, kind: type, head: bool) -> None:
    model = kind(CONFIG)
    folder = pickled(tmp_path / "base", model)
    assert convert(folder) == len(model.state_dict())
    written = load_file(folder / "model.safetensors")
    assert all(torch.equal(written[name], value) for name, value in model.state_dict().items())
    assert has_language_model_head(folder) is head
    again = kind.from_pretrained(folder)
    assert all(torch.equal(again.state_dict()[name], value) for name, value in model.state_dict().items())
    with pytest.raises(Problem, match=r"has model\.safetensors already"):
        convert(folder)


def test_weights_in_several_files(tmp_path: Path) -> None:
    tmp_path.joinpath("pytorch_model.bin.index.json").write_text(
        json.dumps({"weight_map": {"a": "one.bin", "b": "two.bin"}})
    )
    torch.save({"a": torch.ones(2)}, tmp_path / "one.bin")
    torch.save({"b": torch.zeros(3)}, tmp_path / "two.bin")
    assert convert(tmp_path) == 2


class Runs:
    """What a stranger may put into a pickle."""

    def __reduce__(self):
        return (Path.touch, (Path("ran"),))


def test_code_in_a_pickle_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(Runs(), tmp_path / "pytorch_model.bin")
    with pytest.raises(Problem, match="cannot be read as tensors alone"):
        convert(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_nothing_to_convert(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="has no pickled weights"):
        convert(tmp_path)
