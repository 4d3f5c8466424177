"""Opening a checkpoint's tokenizer, and whether it fits the model and the texts."""

import json
from pathlib import Path

import transformers
from transformers import AutoConfig, AutoTokenizer
from transformers.tokenization_utils_base import VERY_LARGE_INTEGER

from biastransfer.checkpoints import projected  # noqa: F401  (makes its model type known to the Auto classes)
from biastransfer.common.problems import Problem

FRESH_HEAD = "fresh_language_model_head"
"""Says in a model's configuration that its language-model head did not come with the checkpoint."""
MASKS = ("[MASK]", "<mask>", "<special1>")
CAPITALS = 0.05
"""Share of tokens with capitals above which a vocabulary is cased."""
FROM_PADDING = {"camembert", "data2vec-text", "esm", "ibert", "longformer", "luke", "mpnet", "xmod"}
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def load_tokenizer(folder: str | Path):
    """Open a checkpoint's tokenizer; its ``model_max_length`` is at most what the model has positions for."""
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    if (Path(folder) / "config.json").is_file():
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer.model_max_length = min(tokenizer.model_max_length, _positions(config))
    return tokenizer


def _positions(config: transformers.PretrainedConfig) -> int:
    """The longest sequence of a model; RoBERTa and its kin count positions from the padding token's id on."""
    kind = getattr(config, "base", {}).get("model_type", config.model_type)
    longest = getattr(config.get_text_config(), "max_position_embeddings", None) or int(VERY_LARGE_INTEGER)
    return longest - config.pad_token_id - 1 if "roberta" in kind or kind in FROM_PADDING else longest


def check_tokenizer(folder: str | Path, model: transformers.PreTrainedModel, key: str = "base.path") -> None:
    """Refuse a checkpoint whose tokenizer is missing or does not fit its vocabulary.

    Without files, transformers makes a tokenizer of special tokens alone, and every score would be of unknown tokens.

    Raises
    ------
    Problem : no tokenizer file; one that runs in Python, has fewer than nine tenths of the model's tokens or more than it has; no
        mask token for a model with a language-model head of its own; or capitals that no setting mentions.
    """
    files = ("tokenizer.json", "vocab.json", "vocab.txt", "tokenizer.model", "sentencepiece.bpe.model")
    if not any((Path(folder) / name).is_file() for name in files):
        raise Problem(f"{key}: {folder} has no tokenizer; one of these files is needed: {', '.join(files)}.")
    try:
        tokenizer = load_tokenizer(folder)
    except Exception as error:  # the library has no narrower one for files that it cannot read
        reason = " ".join(str(error).split())[:200]
        raise Problem(f"{key}: the tokenizer in {folder} cannot be opened: {reason}.") from None
    if not tokenizer.is_fast:
        raise Problem(
            f"{key}: the tokenizer in {folder} ({type(tokenizer).__name__}) runs in Python and does not say which letters a token has; "
            "tokenizer.json is needed."
        )
    known, size = len(tokenizer), model.config.get_text_config().vocab_size
    if not 0.9 * size <= known <= size:
        raise Problem(f"{key}: the tokenizer in {folder} has {known} tokens, the model {size}: they do not fit.")
    if tokenizer.mask_token is None and not getattr(model.config, FRESH_HEAD, False):
        likely = next((token for token in MASKS if token in tokenizer.get_vocab()), None)
        advice = (
            f'its vocabulary has {likely}, so write "mask_token": "{likely}" to tokenizer_config.json'
            if likely
            else "name it"
        )
        raise Problem(f"{key}: the tokenizer in {folder} has no mask token; {advice}.")
    lost, stated = lost_capitals(tokenizer), _states_case(Path(folder))
    if lost > CAPITALS * known and not stated:
        raise Problem(
            f"{key}: {folder} has {lost:,} tokens with capitals ({lost / known:.0%}), but its tokenizer turns every text into lower case, "
            'since no file says otherwise; write {"do_lower_case": false} (or true) to tokenizer_config.json.'
        )


def lost_capitals(tokenizer) -> int:
    """How many tokens with capitals a tokenizer can never make, since it turns texts into lower case first."""
    special = set(tokenizer.all_special_tokens)
    capitals = [token for token in tokenizer.get_vocab() if token not in special and token != token.lower()]
    if not capitals or tokenizer.backend_tokenizer.normalizer is None:
        return 0
    normalised = tokenizer.backend_tokenizer.normalizer.normalize_str("ABC")
    return len(capitals) if normalised == normalised.lower() else 0


def _states_case(folder: Path) -> bool:
    """Whether a checkpoint says itself how its tokenizer treats capitals."""
    if (folder / "tokenizer.json").is_file():
        return True
    settings = folder / "tokenizer_config.json"
    return settings.is_file() and "do_lower_case" in json.loads(settings.read_text(encoding="utf-8"))


def check_length(folder: str | Path, max_length: int) -> None:
    """Refuse texts that may have more tokens than a model has positions for.

    Raises
    ------
    Problem : ``max_length`` is greater.
    """
    longest = _positions(AutoConfig.from_pretrained(folder, local_files_only=True))
    if max_length > longest:
        raise Problem(f"fine_tuning.max_length: found {max_length}; the base model takes at most {longest} tokens.")
