"""Which words mean a class at a prompt's mask, and their tokens (Schick and Schütze 2021; Ding et al. 2022)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.language_model.slots import fill_slots, tokens_in

ClassTokens = dict[str, list[list[int]]]
"""Class -> the tokens of each of its words."""


def class_words(
    classes: Sequence[str], names: Mapping[str, str], labels: Mapping[str, Sequence[str]], key: str
) -> dict[str, list[str]]:
    """Class -> its words: those given, or its name.

    Parameters
    ----------
    classes : in their order.
    names : how classes are written, where they have names.
    labels : class -> words, as in the study file.
    key : of the study file, for messages.

    Raises
    ------
    Problem : words are given for what is no class, or a class has none.
    """
    for name in labels:
        if name not in classes:
            raise Problem(f"{key}.labels: no class {name!r}; allowed: {listing(classes)}.{nearest(name, classes)}")
    words = {}
    for name in classes:
        words[name] = list(labels.get(name) or filter(None, [names.get(name)]))
        if not words[name]:
            raise Problem(f"{key}.labels: no word for the class {name!r}; each of {listing(classes)} needs one.")
    return words


def class_tokens(words: Mapping[str, Sequence[str]], tokenizer, template: str, key: str) -> ClassTokens:
    """Class -> the tokens of each of its words, as they are at the place of the prompt's label.

    Parameters
    ----------
    words : class -> words.
    tokenizer : of transformers.
    template, key : of the study file, ``key`` for messages.

    Raises
    ------
    Problem : a word is no token or an unknown one, or two classes have the same tokens.
    """
    found = {
        name: [_tokens(word, tokenizer, template, f"{key}.labels.{name}") for word in of] for name, of in words.items()
    }
    seen: dict[tuple, str] = {}
    for name, tokens in found.items():
        other = seen.setdefault(tuple(sorted(weights(tokens).items())), name)
        if other != name:
            raise Problem(
                f"{key}.labels: {other!r} ({listing(words[other])}) and {name!r} ({listing(words[name])}) have the same "
                "tokens; each class needs words of its own."
            )
    return found


def weights(tokens: Sequence[Sequence[int]]) -> dict[int, float]:
    """Token -> its weight in a class's logit: the mean over words of the mean over each word's tokens."""
    found: Counter[int] = Counter()
    for word in tokens:
        for token in word:
            found[token] += 1 / (len(tokens) * len(word))
    return {token: round(weight, 12) for token, weight in found.items()}


def _tokens(word: str, tokenizer, template: str, key: str) -> list[int]:
    sentence, spans = fill_slots(template, {"label": word, "mask": tokenizer.mask_token, "text": ""})
    encoded = tokenizer(sentence, return_offsets_mapping=True)
    places = tokens_in(spans["label"], sentence, encoded["offset_mapping"], encoded.word_ids())
    tokens = [encoded["input_ids"][place] for place in places]
    if not tokens or tokenizer.unk_token_id in tokens:
        raise Problem(f"{key}: {word!r} is {'an unknown token' if tokens else 'no token'} for this tokenizer.")
    return tokens
