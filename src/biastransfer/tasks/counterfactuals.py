"""Counterfactual twins of held-out texts: one text with the words of either group, or with every term in the place of its own.

Source: Garg et al. 2019, counterfactual token fairness. Differences within a text do not vary with what else it says.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.tasks.mentions import Finder, WordBoundaries
from biastransfer.tasks.word_pairs import WordPairs

COLUMNS = ["id", "of", "text", "label", "version"]


def with_swapped_words(
    rows: pd.DataFrame, pairs: Sequence[tuple[str, str]], compare: Sequence[str], most: int, seed: int
) -> pd.DataFrame:
    """Texts of the compared groups that have a word of the pairs: as they are, and with these words swapped.

    Parameters
    ----------
    rows : ``id, text, label, group``.
    pairs : words to exchange, see :class:`~biastransfer.tasks.word_pairs.WordPairs`.
    compare : the two groups; the second may stand for all but the first.
    most : texts at most, chosen at random.

    Returns
    -------
    Columns :data:`COLUMNS`, two rows a text: ``of`` is the text's id, ``version`` the group whose words it has.
    """
    words = WordPairs(pairs)
    rows = rows[rows["group"].isin(compare)]
    rows = rows.assign(other=rows["text"].map(words.swap))
    chosen = _chosen(rows[rows["other"] != rows["text"]], most, seed)
    own = chosen["group"].eq(compare[0])
    first = chosen["text"].where(own, chosen["other"])
    second = chosen["other"].where(own, chosen["text"])
    return _twins(chosen, list(compare), [first, second])


def with_swapped_terms(
    rows: pd.DataFrame, terms: Sequence[str], most: int, seed: int, word_boundaries: WordBoundaries = "auto"
) -> pd.DataFrame:
    """Texts that mention a single term, with every term in its place.

    Parameters
    ----------
    rows : ``id, text, label, terms``.
    most : texts at most, chosen at random.
    word_boundaries : of the task.

    Returns
    -------
    Columns :data:`COLUMNS`, as many rows a text as there are terms: ``of`` is the text's id, ``version`` its term.
    """
    single = rows[rows["terms"].map(len) == 1]
    chosen = _chosen(single, most, seed)
    own = {term: Finder([term], word_boundaries) for term in {mentioned[0] for mentioned in chosen["terms"]}}
    pieces = [_around(text, own[mentioned[0]]) for text, mentioned in zip(chosen["text"], chosen["terms"], strict=True)]
    texts = [[term.join(parts) for parts in pieces] for term in terms]
    return _twins(chosen, list(terms), texts)


def _around(text: str, finder: Finder) -> list[str]:
    """What a text has before, between and after its mentions."""
    mentions = finder.find(text)
    starts = [0, *(mention.end for mention in mentions)]
    ends = [*(mention.start for mention in mentions), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _chosen(rows: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    """A random part of the rows, in their order."""
    return rows.iloc[np.sort(np.random.default_rng(seed).permutation(len(rows))[:most])].reset_index(drop=True)


def _twins(chosen: pd.DataFrame, versions: Sequence[str], texts: Sequence[Sequence[str]]) -> pd.DataFrame:
    """The twins of each text, one after the other."""
    parts = [
        chosen[["label"]].assign(
            id=chosen["id"].astype(str) + f"/{number}",
            of=chosen["id"].astype(str),
            text=list(of_version),
            version=version,
        )
        for number, (version, of_version) in enumerate(zip(versions, texts, strict=True))
    ]
    return pd.concat(parts)[COLUMNS].sort_index(kind="stable").reset_index(drop=True)


def compared_twins(twins: pd.DataFrame, targets: Sequence[str], compare: Sequence[str]) -> dict[str, np.ndarray]:
    """The twins whose scores a target's counterfactual gap compares, within each text.

    Parameters
    ----------
    twins : rows of the functions above.
    targets : labels or terms.
    compare : the two groups; none where terms are compared.

    Returns
    -------
    target -> row numbers, shape (texts, 1 + k): the twin that counts, and the k twins whose mean score is taken off. A label's texts
    compare the two groups' words. A term is compared with all terms.
    """
    numbers = pd.Series(np.arange(len(twins)))
    wide = (
        numbers.groupby([twins["of"].to_numpy(), twins["version"].to_numpy()], sort=False).first().unstack(sort=False)
    )
    if compare:
        label = twins.drop_duplicates("of").set_index("of")["label"].reindex(wide.index)
        versions = wide.reindex(columns=list(compare)).to_numpy()
        return {target: versions[(label == target).to_numpy()].astype(int) for target in targets}
    versions = wide.reindex(columns=list(targets)).to_numpy().astype(int)
    return {target: np.column_stack([versions[:, place], versions]) for place, target in enumerate(targets)}
