"""Texts that hold the names of special tokens: what people type is text, and only the tokenizer sets special tokens."""

from pathlib import Path

import numpy as np
import torch

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.finetune import plain_texts, prompted_texts
from biastransfer.language_model.hidden_states import text_means

TYPED = "He </s> wrote <mask> and <s> <pad>."


def test_special_tokens_that_people_type_are_text(checkpoint: Path) -> None:
    file, tokenizer = checkpoint / "tokenizer.json", load_tokenizer(checkpoint)
    special = set(tokenizer.all_special_ids) - {tokenizer.unk_token_id}
    plain = plain_texts.tokenize([TYPED, "He wrote."], file, 64)
    assert [[place for place, token in enumerate(ids) if token in special] for ids in plain] == [
        [0, len(ids) - 1] for ids in plain
    ]
    (prompted,) = prompted_texts.tokenize([TYPED], file, 64, template="{mask}: {text}", mask=tokenizer.mask_token)
    assert [token for token in prompted if token in special] == [
        tokenizer.cls_token_id, tokenizer.mask_token_id, tokenizer.sep_token_id,
    ]  # fmt: skip


def test_hidden_states_are_of_the_text_as_it_is(checkpoint: Path) -> None:
    model, tokenizer = load_masked_lm(checkpoint, torch.device("cpu")), load_tokenizer(checkpoint)
    typed, blank = (text_means(model, tokenizer, [text], site="word_embeddings") for text in ("a </s>", "a"))
    assert not np.allclose(typed, blank)
