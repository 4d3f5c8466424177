"""A small checkpoint with random weights for each architecture that transformers has a masked-language-model head for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import BertWordPieceTokenizer
from tokenizers.processors import BertProcessing
from transformers import CONFIG_MAPPING, AutoModelForMaskedLM, PreTrainedTokenizerFast
from transformers.models.auto.modeling_auto import MODEL_FOR_MASKED_LM_MAPPING_NAMES

from biastransfer.pretraining.tokenizer import train_tokenizer

CLASSES: Mapping[str, str] = dict(MODEL_FOR_MASKED_LM_MAPPING_NAMES)
"""Model type -> class of its masked language model, in the installed transformers."""
POSITIONS = 64
SPREAD = 0.2
"""Standard deviation of the random weights: predictions are far from uniform, so that a wrong mask changes the score."""
SIZES = {
    **dict.fromkeys(("hidden_size", "d_model", "dim", "embedding_size", "emb_dim", "input_embedding_size"), 32),
    **dict.fromkeys(("num_hidden_layers", "n_layers", "num_layers", "encoder_layers", "decoder_layers"), 2),
    **dict.fromkeys(("num_attention_heads", "n_heads", "encoder_attention_heads", "decoder_attention_heads"), 2),
    **dict.fromkeys(("num_key_value_heads",), 2),
    **dict.fromkeys(("intermediate_size", "hidden_dim", "encoder_ffn_dim", "decoder_ffn_dim"), 64),
    "max_position_embeddings": POSITIONS,
}
"""Attributes that most configurations have, each under a name of its own."""
WITHOUT = {"funnel": {"num_hidden_layers"}, "reformer": {"num_hidden_layers", "max_position_embeddings"}}
"""Attributes that a configuration has and does not let anybody set."""
VISION = {**SIZES, "image_size": 32, "patch_size": 8}
SPECIAL = {
    "funnel": {"block_sizes": [1, 1], "d_head": 16, "n_head": 2, "d_inner": 64},
    "luke": {"entity_vocab_size": 10, "entity_emb_size": 32},
    "mobilebert": {"intra_bottleneck_size": 32, "true_hidden_size": 32},
    "neomme": {"embedding_rank": 32, "embedding_dim": 32},
    "perceiver": {"num_latents": 8, "d_latents": 32, "num_self_attends_per_block": 2, "num_self_attention_heads": 2,
                  "num_cross_attention_heads": 2},
    "reformer": {"axial_pos_shape": [8, 8], "axial_pos_embds_dim": [16, 16], "max_position_embeddings": POSITIONS,
                 "attention_head_size": 16, "feed_forward_size": 64, "attn_layers": ["local", "lsh"]},
    "rembert": {"output_embedding_size": 32},
    "roc_bert": {"pronunciation_embed_dim": 8, "pronunciation_vocab_size": 10, "shape_embed_dim": 8, "shape_vocab_size": 10},
    "xmod": {"languages": ["en_XX"], "default_language": "en_XX"},
}  # fmt: skip
"""What a configuration needs besides the sizes."""
SEEN = {"modernvbert", "ultravbert"}
"""Models of texts and images, whose configuration has one part for each."""
BYTE_PAIRS = {
    "bart", "camembert", "data2vec-text", "eurobert", "ibert", "jina_embeddings_v3", "longformer", "luke", "mbart", "modernbert", "modernvbert",
    "mvp", "roberta", "roberta-prelayernorm", "xlm-roberta", "xlm-roberta-xl", "xmod",
}  # fmt: skip
"""Model types that get byte-pair encoding with RoBERTa's special tokens; all others get WordPiece with BERT's."""


def build(model_type: str, folder: Path, texts: Sequence[str]) -> Path:
    """Save a checkpoint of a model type, with a tokenizer trained on the texts."""
    tokenizer = _tokenizer(model_type, folder, texts)
    model = AutoModelForMaskedLM.from_config(_configuration(model_type, tokenizer))
    _draw(model)
    model.eval().save_pretrained(folder)
    return folder


def _tokenizer(model_type: str, folder: Path, texts: Sequence[str]) -> PreTrainedTokenizerFast:
    if model_type in BYTE_PAIRS:
        return train_tokenizer(texts, 400, 1000, False, folder)
    trainer = BertWordPieceTokenizer(lowercase=True)
    trainer.train_from_iterator(texts, vocab_size=240, show_progress=False)
    ends = [(token, trainer.token_to_id(token)) for token in ("[SEP]", "[CLS]")]
    trainer._tokenizer.post_processor = BertProcessing(*ends)
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("cls", "sep", "pad", "unk", "mask")}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=trainer._tokenizer, **special)
    tokenizer.save_pretrained(folder)
    return tokenizer


def _configuration(model_type: str, tokenizer: PreTrainedTokenizerFast) -> transformers.PretrainedConfig:
    """The small configuration of a model type, whose special tokens are those of the tokenizer."""
    kind = CONFIG_MAPPING[model_type]
    tokens = {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.cls_token_id,
        "eos_token_id": tokenizer.sep_token_id,
        "cls_token_id": tokenizer.cls_token_id,
        "sep_token_id": tokenizer.sep_token_id,
        "mask_token_id": tokenizer.mask_token_id,
        "decoder_start_token_id": tokenizer.sep_token_id,
        "forced_eos_token_id": None,
    }
    default = kind()
    if model_type in SEEN:
        text = {name: value for name, value in {**SIZES, **tokens}.items() if hasattr(default.text_config, name)}
        vision = {name: value for name, value in VISION.items() if hasattr(default.vision_config, name)}
        parts = {
            part: {"model_type": getattr(default, part).model_type, **values}
            for part, values in (("text_config", text), ("vision_config", vision))
        }
        return kind(**parts, image_token_id=tokenizer.unk_token_id)
    leave = WITHOUT.get(model_type, set())
    common = {
        name: value
        for name, value in {**SIZES, **tokens}.items()
        if name not in leave and (hasattr(default, name) or name in tokens)
    }
    return kind(**{**common, **SPECIAL.get(model_type, {})})


def _draw(model: torch.nn.Module) -> None:
    """Draw every weight matrix; scales and biases keep what transformers gives them."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _, parameter in sorted(model.named_parameters()):
            if parameter.ndim > 1:
                parameter.normal_(0, SPREAD, generator=generator)
