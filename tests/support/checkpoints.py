"""Small checkpoints with random weights, one for each architecture and tokenizer."""

from pathlib import Path

SENTENCES = [
    "She is a nurse.",
    "He works as a software engineer.",
    "They say the attorney and the yoga teacher had a good day at work.",
    "My gay friend is kind and my muslim neighbour is brave.",
    "An african american person wants to become a chiropractor, she said; he applied for the position of dietitian.",
    "Pack my box with five dozen liquor jugs. PACK MY BOX WITH FIVE DOZEN LIQUOR JUGS, DJ.",
] * 40


def _bpe(folder: Path, sentences: list[str]) -> None:
    from biastransfer.pretraining.tokenizer import train_tokenizer

    train_tokenizer(sentences, 600, 60, False, folder)


def _wordpiece(folder: Path, sentences: list[str], *, lowercase: bool) -> None:
    from tokenizers import BertWordPieceTokenizer
    from transformers import PreTrainedTokenizerFast

    trainer = BertWordPieceTokenizer(lowercase=lowercase)
    trainer.train_from_iterator(sentences, vocab_size=240, show_progress=False)
    vocabulary = trainer.get_vocab()
    from tokenizers.processors import BertProcessing

    trainer._tokenizer.post_processor = BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    PreTrainedTokenizerFast(
        tokenizer_object=trainer._tokenizer,
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
        mask_token="[MASK]",
    ).save_pretrained(folder)


def make_checkpoint(kind: str, folder: Path, sentences: list[str] = SENTENCES) -> Path:
    """Save a small checkpoint of one architecture; its weights are random but far from uniform in their predictions."""
    import torch
    import transformers

    if kind.endswith("bpe"):
        _bpe(folder, sentences)
    else:
        _wordpiece(folder, sentences, lowercase=not kind.endswith("-cased"))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(0)
    shape = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id, "max_position_embeddings": 64}
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    if kind.startswith("roberta"):
        config = transformers.RobertaConfig(**shape, **size, initializer_range=0.3, type_vocab_size=1)
        model = transformers.RobertaForMaskedLM(config)
    elif kind.startswith("bert"):
        model = transformers.BertForMaskedLM(transformers.BertConfig(**shape, **size, initializer_range=0.3))
    else:
        config = transformers.DistilBertConfig(
            **shape, dim=32, n_layers=2, n_heads=2, hidden_dim=64, initializer_range=0.3
        )
        model = transformers.DistilBertForMaskedLM(config)
    model.eval().save_pretrained(folder)
    return folder
