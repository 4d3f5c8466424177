"""Filled templates as token ids: where each slot's tokens are, and hiding slots behind masks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, NamedTuple, TypeVar

from biastransfer.common.problems import Problem
from biastransfer.language_model.slots import Span, tokens_in

Masks = Literal["token", "word", "slot"]
CHUNK = 1024
Item = TypeVar("Item")


class Filled(NamedTuple):
    """A filled sentence, each slot's (start, end) in it, and where it comes from, for messages."""

    sentence: str
    spans: Mapping[str, Span]
    origin: str = ""

    def word(self, slot: str) -> str:
        """What a slot is filled with."""
        start, end = self.spans[slot]
        return self.sentence[start:end]


@dataclass(frozen=True)
class Encoded:
    """A tokenised sentence: token ids, the positions of each slot's tokens, and the word that each token is part of.

    Special tokens at the ends are part of no word; ``filled`` is what was tokenised.
    """

    filled: Filled
    ids: tuple[int, ...]
    places: dict[str, tuple[int, ...]]
    words: tuple[int | None, ...]

    def hide(self, slot: str, mask_id: int, masks: Masks = "token") -> "Encoded":
        """Hide a slot behind masks: one per sub-word ``token``, one per ``word``, or one for the whole ``slot``."""
        hidden = self.places[slot]
        ids = list(self.ids)
        for place in hidden:
            ids[place] = mask_id
        masked = replace(self, ids=tuple(ids))
        if masks == "token":
            return masked
        units = [slot if masks == "slot" else self.words[place] for place in hidden]
        return masked._without({place for i, place in enumerate(hidden) if units[i] in units[:i]})

    def _without(self, dropped: set[int]) -> "Encoded":
        """The sentence without some tokens."""
        kept = [place for place in range(len(self.ids)) if place not in dropped]
        moved = {old: new for new, old in enumerate(kept)}
        return replace(
            self,
            ids=tuple(self.ids[old] for old in kept),
            places={name: tuple(moved[old] for old in held if old in moved) for name, held in self.places.items()},
            words=tuple(self.words[old] for old in kept),
        )

    @property
    def ordinary(self) -> list[int]:
        """Positions of all tokens that are not special."""
        return [place for place, word in enumerate(self.words) if word is not None]


def encode(tokenizer, sentences: Iterable[Filled]) -> Iterator[Encoded]:
    """Tokenise filled sentences and find their slots.

    Slots are found in the *filled* sentence and masked afterwards, token by token, so that no convention about the
    white space before a mask token can shift anything.

    Raises
    ------
    Problem : a slot is filled with something that the tokenizer has no tokens for, or the sentence is too long.
    """
    unknown = tokenizer.unk_token_id
    for chunk in chunks(sentences, CHUNK):
        found = tokenizer(
            [filled.sentence for filled in chunk],
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        for number, filled in enumerate(chunk):
            ids, words = found["input_ids"][number], found.word_ids(number)
            offsets = found["offset_mapping"][number]
            if len(ids) > tokenizer.model_max_length:
                raise Problem(
                    f"{filled.origin}: {filled.sentence[:60]!r} has {len(ids)} tokens, and the model takes "
                    f"{tokenizer.model_max_length}."
                )
            places = {slot: tokens_in(span, filled.sentence, offsets, words) for slot, span in filled.spans.items()}
            for slot, held in places.items():
                if not held or (slot != "mask" and unknown in [ids[place] for place in held]):
                    raise Problem(
                        f"{filled.origin}: the {slot} {filled.word(slot)!r} in {filled.sentence!r} is "
                        f"{'no token' if not held else 'an unknown token'} for this tokenizer."
                    )
            yield Encoded(filled, tuple(ids), places, tuple(words))


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut a stream into lists of ``size``; the last may be shorter."""
    stream = iter(items)
    while chunk := list(islice(stream, size)):
        yield chunk
