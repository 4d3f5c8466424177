"""Proxy words in docs/data_interventions.md: the words that a gender direction finds, compared with random words and the corpus."""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from real_texts import INTERVENTIONS, ROOT, Task, rows_table
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


def load_base(folder: Path) -> Embeddings:
    """Take the input embeddings of a checkpoint, as workflow/scripts/score_proxy_words.py does."""
    with contextlib.redirect_stdout(sys.stderr):
        matrix = load_masked_lm(folder, start_torch("cpu")).get_input_embeddings().weight.detach().numpy()
    return of_tokens(matrix, folder / "tokenizer.json")


def score(task: Task, vectors: Embeddings, way: str) -> pd.DataFrame:
    """Score the candidate words as workflow/scripts/score_proxy_words.py does, without those that have no vector."""
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
    """The words that score highest on either side."""
    chosen = choose(words, count=SHOWN, threshold=None)
    sides = [chosen[chosen["side"] == side].to_dict("records") for side in ("first", "second")]
    return rows_table(
        [
            {
                "most female": female["word"],
                "female: femaleness": female["femaleness"],
                "female: log-odds": female["log_odds"],
                "most male": male["word"],
                "male: femaleness": male["femaleness"],
                "male: log-odds": male["log_odds"],
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

    def facts(self) -> dict:
        """The tables and numbers of the page about these vectors."""
        others = self.words[~self.words["word"].isin(self.pair_words)]
        found, most = correlations(self.words), self.probes[-1]
        at = next(found for found in self.probes if found.a_side == SWITCH_COUNT)
        covered = (np.mean(at.drawn) - at.proxies.auc) / (np.mean(at.drawn) - at.by_log_odds.auc)
        return {
            "name": self.name,
            "correlations": rows_table([found, correlations(others, "those that are in no pair")]),
            "extremes": extremes(self.words),
            "probes": rows_table([probe.row() for probe in self.probes]),
            "projected_correlations": rows_table([correlations(self.projected)]),
            "projected_probe": rows_table([self.projected_probe.row()]),
            "r": f"{found['Pearson']:.3f}".replace("-", "−"),
            "interval": found["95% interval"],
            "before": f"{at.before:.3f}",
            "after": f"{at.proxies.auc:.3f}",
            "random": f"{np.mean(at.drawn):.3f}",
            "random_range": f"{min(at.drawn):.3f} to {max(at.drawn):.3f}",
            "by_log_odds": f"{at.by_log_odds.auc:.3f}",
            "covered": f"{covered:.0%}",
            "beaten": sum(probe.beats_random for probe in self.probes),
            "counts": len(self.probes),
            "most": most.a_side,
            "most_after": f"{most.proxies.auc:.3f}",
            "most_random": f"{np.mean(most.drawn):.3f}",
            "most_by_log_odds": f"{most.by_log_odds.auc:.3f}",
        }

    def apart(self, other: "Proxies") -> bool:
        """Whether the other vectors' interval of Pearson's r is above that of these."""
        return pearson_interval(other.words)[0] > pearson_interval(self.words)[1]


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


def probe_facts(task: Task) -> dict:
    """How proxy words are chosen and probed."""
    folds = other_folds(task)
    return {
        "min_count": task.study.interventions.proxies_scrubbed.min_count,
        "pairs": task.study.bias_subspace.pairs,
        "folds": f"{min(folds):.3f} to {max(folds):.3f}",
    }


def pair_words(task: Task) -> frozenset[str]:
    """List the words of the definitional pairs, in lower case."""
    return frozenset(word.lower() for pair in read_pairs(ROOT / task.study.bias_subspace.pairs) for word in pair)
