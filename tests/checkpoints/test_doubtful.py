"""Checkpoints that open and are not what they seem: capitals that are lost, and heads that predict nothing."""

import json
import math
import shutil
from pathlib import Path

import pytest
import torch

from biastransfer.checkpoints.load import load_masked_lm, open_base
from biastransfer.checkpoints.tokenizer import load_tokenizer, lost_capitals
from biastransfer.common.problems import Problem
from biastransfer.language_model.head_loss import HeadLoss, head_loss

from support.checkpoints import make_checkpoint


@pytest.fixture(scope="module")
def cased(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cased BERT as it was published in 2019: a vocabulary and no settings of its tokenizer."""
    folder = make_checkpoint("bert-wordpiece-cased", tmp_path_factory.mktemp("cased"))
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)) + "\n")
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    return folder


@pytest.mark.parametrize(("setting", "lost"), [(None, True), (False, False), (True, True)])
def test_a_cased_vocabulary_needs_a_setting(cased: Path, tmp_path: Path, setting: bool | None, lost: bool) -> None:
    folder = shutil.copytree(cased, tmp_path / "model")
    if setting is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": setting}))
        open_base(folder)
    else:
        with pytest.raises(Problem, match=r"tokens with capitals .* write \{\"do_lower_case\": false\}"):
            open_base(folder)
    assert bool(lost_capitals(load_tokenizer(folder))) is lost


def test_the_loss_of_a_head_that_knows_the_texts_is_small(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, torch.device("cpu")), load_tokenizer(checkpoint)
    sentences = tokenizer(["She works as a nurse.", "He works as a nurse."] * 40)["input_ids"]
    some = sorted({token for ids in sentences for token in ids})
    with torch.no_grad():
        model.get_output_embeddings().weight.zero_()
        model.get_output_embeddings().bias.fill_(-50.0)
        model.get_output_embeddings().bias[some] = 50.0
    known = head_loss(model, tokenizer, {"works as": sentences})
    assert known.loss == pytest.approx(math.log(len(some)))
    assert known.chance == pytest.approx(known.loss), "common tokens are no gain"
    assert HeadLoss(2.0, 4.0, 0.5).predicts
    assert not HeadLoss(2.0, 2.5, 0.5).predicts
    assert not HeadLoss(10.3, 10.4, 0.01).predicts


def test_texts_without_tokens_show_nothing(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, torch.device("cpu")), load_tokenizer(checkpoint)
    assert math.isnan(head_loss(model, tokenizer, {"none": [tokenizer("")["input_ids"]]}).loss)
