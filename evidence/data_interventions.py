"""What does every intervention on the training data do to real biographies and comments, before any fine-tuning?

    python bench/data_interventions.py --data FOLDER --base CHECKPOINT [--vectors FILE] > docs/data_interventions.md

FOLDER is what studies/local_files.yaml reads, CHECKPOINT the model that this study pre-trains (or any with a
tokenizer.json). FILE holds word vectors as text, a line per word: the word, then its numbers. Rows are prepared, and
trainsets and their seeds made, as the workflow does it. The page shows counts and single words, never a text.
"""

import argparse
import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from proxy_words import (
    Proxies,
    comparison,
    load_base,
    measure_proxies,
    pair_words,
    proxies_section,
    vectors_section,
)
from real_texts import LINE, ROOT, STUDY, Task, load_study, load_task, markdown
from threadpoolctl import threadpool_limits

from biastransfer.interventions.data import rebalanced, scrubbed, swapped
from biastransfer.interventions.data.proxy_words import count_words
from biastransfer.tasks import group_prevalence, mention_prevalence
from biastransfer.tasks.flags import FLAGGED
from biastransfer.tasks.mentions import find_mentions
from biastransfer.tasks.word_pairs import WordPairs, read_pairs
from biastransfer.tasks.word_vectors import of_file


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
    found = (
        task.train["text"].map(WordPairs(pairs).sides).astype(bool).groupby(task.train["group"]).agg(["sum", "mean"])
    )
    by_group = " and ".join(f"{found['sum'][group]:,} {group} ({found['mean'][group]:.1%})" for group in task.compare)
    with_a_word, of = facts["rows_with_a_pair_word"], facts["rows_before"]
    return f"""## 3. Biographies: `swapped`

The words of the {len(pairs)} pairs of `{file}` are exchanged (counterfactual data augmentation). {with_a_word:,} of
{of:,} biographies ({with_a_word / of:.1%}) have such a word: {by_group}. Pronouns are scrubbed before, so it is other
words that are found. `both` adds the swapped copies with the other pronoun; `swapped` puts them in the place of their
originals. The first row is the training split before.

{markdown(rows)}"""


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
pre-training, a vocabulary of {config["vocab_size"]:,} tokens). Baksi et al. use bert-base, which was not at hand:
section 4 is about this base only.

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
    found = [measure_proxies(bios, "Base", load_base(base))]
    sections = [
        rebalanced_section(bios),
        scrubbed_section(wiki),
        swapped_section(bios),
        proxies_section(bios, found[0]),
    ]
    if vectors is not None:
        wanted = pair_words(bios).union(*count_words(bios.train["text"]))
        found.append(measure_proxies(bios, "Word vectors", of_file(vectors, wanted, "--vectors")))
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
