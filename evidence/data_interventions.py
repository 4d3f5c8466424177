"""What does every intervention on the training data do to real biographies and comments, before any fine-tuning?

    python evidence/data_interventions.py --data FOLDER --base CHECKPOINT [--vectors FILE] > docs/data_interventions.md

FOLDER is the data folder of studies/local_files.yaml. CHECKPOINT is the model that this study pre-trains, or any with a tokenizer.json.
FILE holds word vectors as text, one line per word: the word, then its numbers. The command prepares rows, trainsets and seeds as the
workflow does. The page shows counts and single words, never a text.
"""

import argparse
import json
from pathlib import Path

import pandas as pd
from proxy_words import DRAWS, SHOWN, SWITCH_COUNT, load_base, measure_proxies, pair_words, probe_facts
from real_texts import ROOT, STUDY, Task, load_study, load_task, rows_table
from threadpoolctl import threadpool_limits

from biastransfer.interventions.data import rebalanced, scrubbed, swapped
from biastransfer.interventions.data.proxy_words import count_words
from biastransfer.report.markdown import filled
from biastransfer.tasks import group_prevalence, mention_prevalence
from biastransfer.tasks.flags import FLAGGED
from biastransfer.tasks.mentions import find_mentions
from biastransfer.tasks.word_pairs import WordPairs, read_pairs
from biastransfer.tasks.word_vectors import of_file

TEMPLATE = Path(__file__).with_name("pages") / "data_interventions.md.jinja"


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


def rebalanced_facts(task: Task) -> dict:
    """What re-balancing adds, removes and closes."""
    nodes = task.trainsets("rebalanced")
    levels = [{"over": 0, "under": 0}, *[node.settings for node in nodes]]
    rows = [rebalanced_row(task, settings, nodes[0].seed) for settings in levels]
    cells = pd.crosstab(task.train["label"], task.train["group"])[task.compare]
    rarer, rarest = cells.min(axis=1), cells.min(axis=1).idxmin()
    furthest = max(abs(row["share asked"] - row["share closed"]) for row in rows)
    return {
        "table": rows_table(rows),
        "furthest": f"{furthest:.4f}",
        "empty": (rarer == 0).sum(),
        "fewest": rarer[rarest],
        "rarest": rarest,
        "copies": cells.max(axis=1)[rarest] - rarer[rarest],
    }


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


def scrubbed_facts(task: Task) -> dict:
    """Which comments scrubbing removes, or, with ``unit: term``, the terms of which comments."""
    nodes = task.trainsets("scrubbed")
    levels = [{"comments": "all", "share": 0.0, "unit": "comment"}, *[node.settings for node in nodes]]
    rows = [scrubbed_row(task, settings, nodes[0].seed) for settings in levels]
    everything = {"comments": "all", "share": 1.0, "unit": "term"}
    cleaned, facts = scrubbed.intervene(task.train, terms=task.data.targets, seed=nodes[0].seed, **everything)
    mentioned = task.train["terms"].map(len)
    mentions = task.train["terms"].explode().value_counts().reindex(task.data.targets, fill_value=0)
    return {
        "table": rows_table(rows),
        "terms": len(mentions),
        "mentioning": f"{(mentioned > 0).sum():,}",
        "several": f"{(mentioned > 1).sum():,}",
        "without": (mentions == 0).sum(),
        "few": mentions.between(1, 9).sum(),
        "changed": f"{facts['rows_chosen']:,}",
        "rows_after": f"{facts['rows_after']:,}",
        "rows_before": f"{facts['rows_before']:,}",
        "left": find_mentions(cleaned["text"], task.data.targets).map(len).gt(0).sum(),
    }


def swapped_facts(task: Task) -> dict:
    """How many rows have a word to swap, and what swapping does to prevalence."""
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
    has_a_word = task.train["text"].map(WordPairs(pairs).sides).astype(bool)
    found = has_a_word.groupby(task.train["group"]).agg(["sum", "mean"])
    by_group = [f"{found['sum'][group]:,} {group} ({found['mean'][group]:.1%})" for group in task.compare]
    with_a_word, count = facts["rows_with_a_pair_word"], facts["rows_before"]
    return {
        "table": rows_table(rows),
        "pairs": len(pairs),
        "file": file,
        "with_a_word": f"{with_a_word:,}",
        "rows": f"{count:,}",
        "share": f"{with_a_word / count:.1%}",
        "by_group": " and ".join(by_group),
    }


def bios_facts(task: Task) -> dict:
    """The biographies: rows, occupations and the two groups."""
    groups = task.train["group"].value_counts()
    return {
        "rows": f"{rows_of(task):,}",
        "occupations": len(task.data.targets),
        "train": f"{len(task.train):,}",
        "by_group": " and ".join(f"{groups[group]:,} {group}" for group in task.compare),
        "first": task.compare[0],
        "second": task.compare[1],
    }


def wiki_facts(task: Task) -> dict:
    """The comments: rows, and how many are toxic."""
    toxic = (task.train["label"] == FLAGGED).sum()
    return {"rows": f"{rows_of(task):,}", "train": f"{len(task.train):,}", "toxic": f"{toxic:,}"}


def base_facts(folder: Path) -> dict:
    """The size of the base, and how much text it was trained on."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokens = pd.read_parquet(folder / "pretraining.parquet")["tokens"].max()
    return {
        "layers": config["num_hidden_layers"],
        "width": config["hidden_size"],
        "tokens": f"{tokens / 1e6:.0f}",
        "vocabulary": f"{config['vocab_size']:,}",
    }


def rows_of(task: Task) -> int:
    """Count the rows of all splits."""
    return sum(len(task.data.splits[split]) for split in ("train", "dev", "test"))


def page(data: str, base: Path, vectors: Path | None, command: str) -> str:
    """Measure everything, and return the text of the page."""
    study = load_study(data)
    bios, wiki = load_task(study, "bios"), load_task(study, "wiki")
    found = [measure_proxies(bios, "Base", load_base(base))]
    used = None
    if vectors is not None:
        wanted = pair_words(bios).union(*count_words(bios.train["text"]))
        found.append(measure_proxies(bios, "Word vectors", of_file(vectors, wanted, "--vectors")))
        missing = len(found[0].words) - len(found[1].words)
        used = {"file": vectors.name, "source": vectors.stem, "missing": missing}
    return filled(
        TEMPLATE,
        command=command,
        study=STUDY,
        bios=bios_facts(bios),
        wiki=wiki_facts(wiki),
        base=base_facts(base),
        proxies=[each.facts() for each in found],
        apart=len(found) > 1 and found[0].apart(found[1]),
        rebalanced=rebalanced_facts(bios),
        scrubbed=scrubbed_facts(wiki),
        swapped=swapped_facts(bios),
        probe=probe_facts(bios),
        vectors=used,
        shown=SHOWN,
        draws=DRAWS,
        switch_count=SWITCH_COUNT,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--base", required=True, type=Path)
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    command = f"python evidence/data_interventions.py --data FOLDER --base {given.base}"
    command += f" --vectors {given.vectors.name}" if given.vectors else ""
    with threadpool_limits(1):  # with several threads on busy cores the probe is many times slower
        print(page(given.data, given.base, given.vectors, command), end="")
