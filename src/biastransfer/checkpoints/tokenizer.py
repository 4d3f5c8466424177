"""Opening a checkpoint's tokenizer, and whether it fits the model and the texts."""

from pathlib import Path

import transformers
from transformers import AutoConfig, AutoTokenizer
from transformers.tokenization_utils_base import VERY_LARGE_INTEGER

from biastransfer.checkpoints import projected  # noqa: F401  (makes its model type known to the Auto classes)
from biastransfer.common.problems import Problem

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def load_tokenizer(folder: str | Path):
    """Open a checkpoint's tokenizer; its ``model_max_length`` is at most what the model has positions for."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if (Path(folder) / "config.json").is_file():
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer.model_max_length = min(tokenizer.model_max_length, _positions(config))
    return tokenizer


def _positions(config: transformers.PretrainedConfig) -> int:
    """The longest sequence of a model; RoBERTa counts its positions from the padding token's id on."""
    kind = getattr(config, "base", {}).get("model_type", config.model_type)
    longest = getattr(config, "max_position_embeddings", None) or int(VERY_LARGE_INTEGER)
    return longest - config.pad_token_id - 1 if "roberta" in kind or kind == "camembert" else longest


def check_tokenizer(folder: str | Path, model: transformers.PreTrainedModel, key: str = "base.path") -> None:
    """Refuse a checkpoint whose tokenizer is missing or does not fit its vocabulary.

    Without files, transformers makes a tokenizer of special tokens alone, and every score would be of unknown tokens.

    Raises
    ------
    Problem : no tokenizer file, or fewer than nine tenths of the model's tokens, or more than it has.
    """
    files = ("tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "sentencepiece.bpe.model")
    if not any((Path(folder) / name).is_file() for name in files):
        raise Problem(f"{key}: {folder} has no tokenizer; one of these files is needed: {', '.join(files)}.")
    try:
        known, size = len(load_tokenizer(folder)), model.config.vocab_size
    except Exception as error:  # the library has no narrower one for files that it cannot read
        reason = " ".join(str(error).split())[:200]
        raise Problem(f"{key}: the tokenizer in {folder} cannot be opened: {reason}.") from None
    if not 0.9 * size <= known <= size:
        raise Problem(f"{key}: the tokenizer in {folder} has {known} tokens, the model {size}: they do not fit.")


def check_length(folder: str | Path, max_length: int) -> None:
    """Refuse texts that may have more tokens than a model has positions for.

    Raises
    ------
    Problem : ``max_length`` is greater.
    """
    longest = _positions(AutoConfig.from_pretrained(folder, local_files_only=True))
    if max_length > longest:
        raise Problem(f"fine_tuning.max_length: found {max_length}; the base model takes at most {longest} tokens.")
