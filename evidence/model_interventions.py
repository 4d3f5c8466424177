"""What does every intervention on the model do to the language model and to its upstream bias, by level?

    python evidence/model_interventions.py --data FOLDER --base CHECKPOINT

FOLDER is the data folder of studies/local_files.yaml, and CHECKPOINT a masked language model. The papers print no levels of noise. The
command shows what a level does before any fine-tuning. The texts for the masked loss are biographies that the base has not read. The
command prints the table of docs/model_interventions.md.
"""

import argparse
import contextlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from real_texts import ROOT, Task, load_study, load_task

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common import registry
from biastransfer.interventions.model.counterparts import sentence_pairs
from biastransfer.interventions.model.weight_changes import apply
from biastransfer.language_model.hidden_states import text_means
from biastransfer.report.markdown import table
from biastransfer.study import grid
from biastransfer.study.interventions import Interventions
from biastransfer.tasks.word_pairs import read_pairs
from biastransfer.training.batches import pad, pad_id, sorted_batches
from biastransfer.training.device import start_torch
from biastransfer.upstream.templates import read_templates

TEXTS, MASKED, TRIALS, SENTENCES = 1000, 0.15, 3, 20000
LEVELS: dict[str, list[float | None]] = {
    "random_init": [None],
    "uniform_noise": [0.25, 0.5, 1, 2, 4],
    "gaussian_noise": [0.25, 0.5, 1, 2, 4],
    "sentdebias": [-50, -10, -2, -1, 1, 2, 5, 10, 50],
    "leace": [1],
}
SITES = ("word_embeddings", "encoder_output")


@torch.no_grad()
def masked_loss(model: torch.nn.Module, tokens: list[list[int]], mask: int, special: set[int]) -> float:
    """Mean cross-entropy, in nats per token, of the same random 15 % of the tokens, all of them masked."""
    random, total, count = np.random.default_rng(0), 0.0, 0
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), 64):
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), torch.device("cpu"))
        ordinary = ~torch.isin(ids, torch.tensor(sorted(special)))
        chosen = torch.from_numpy(random.random(tuple(ids.shape)) < MASKED) & ordinary
        logits = model(input_ids=ids.masked_fill(chosen, mask), attention_mask=attention).logits[chosen]
        total += float(torch.nn.functional.cross_entropy(logits, ids[chosen], reduction="sum"))
        count += int(chosen.sum())
    return total / count


class Measures:
    """The masked loss and the upstream scores of a model, on fixed texts and templates."""

    def __init__(self, base: Path, bios: Task, wiki: Task) -> None:
        self.tokenizer = load_tokenizer(base)
        texts = bios.data.splits["test"]["text"].head(TEXTS).tolist()
        self.tokens = self.tokenizer(texts, truncation=True, max_length=128).input_ids
        self.tasks = {"pronoun_ranking": bios, "negative_sentiment": wiki}

    def take(self, model: torch.nn.Module) -> dict:
        """Measure a model: ``loss``, and measure -> mean score of every target."""
        special = set(self.tokenizer.all_special_ids)
        found = {"loss": masked_loss(model, self.tokens, self.tokenizer.mask_token_id, special)}
        for measure, task in self.tasks.items():
            section = task.study.tasks[task.name]
            options = section.measure_settings(measure, classifier_folder="")
            templates = read_templates(ROOT / section.upstream[measure].templates, measure, task.compare)
            targets = {name: section.surface_forms.get(name, name.replace("_", " ")) for name in task.data.targets}
            scores = registry.load(registry.upstream_measures()[measure].module).score(
                model, self.tokenizer, templates, targets, **options
            )
            found[measure] = scores.groupby("target")["score"].mean()
        return found


def row(name: str, level: float | None, trials: list[dict], control: dict) -> list[str]:
    """One line of the table: means over trials."""

    def mean(of) -> float:
        return float(np.mean([of(trial) for trial in trials]))

    cells = [name, "–" if level is None else f"{level:g}", f"{mean(lambda t: t['loss']):.2f}"]
    for measure in ("pronoun_ranking", "negative_sentiment"):
        cells.append(f"{mean(lambda t, m=measure: t[m].std()):.3f}")
        r = mean(lambda t, m=measure: t[m].corr(control[m]) if t[m].std() > 0 else np.nan)
        cells.append("–" if np.isnan(r) else f"{r:.2f}")
    return cells


def main(data: str, base: Path) -> None:
    """Measure everything and print the table."""
    study = load_study(data)
    bios, wiki = load_task(study, "bios"), load_task(study, "wiki")
    with contextlib.redirect_stdout(sys.stderr):
        cpu = start_torch("cpu")
    measures = Measures(base, bios, wiki)
    control = measures.take(load_masked_lm(base, cpu))
    sentences = pd.read_parquet(Path(data) / "corpus" / "sentdebias.parquet")["text"].tolist()
    versions = sentence_pairs(sentences, read_pairs(ROOT / study.bias_subspace.pairs), limit=SENTENCES, seed=0)
    pairs = {
        site: [text_means(load_masked_lm(base, cpu), measures.tokenizer, version, site=site) for version in versions]
        for site in SITES
    }
    rows = [row("control", None, [control], control)]
    for name, levels in LEVELS.items():
        module = registry.load(registry.model_interventions()[name].module)
        for site in SITES if hasattr(module, "fit") else (None,):
            switches = getattr(Interventions.model_validate({name: None}), name).switches()
            if site is not None:
                fitted = {"components": switches.pop("components")} if "components" in switches else {}
                switches |= {"site": site, "projection": module.fit(*pairs[site], **fitted)[0]}
            for level in levels:
                trials = []
                for trial in range(TRIALS if site is None else 1):
                    seed = grid.derive_seed("bench", name, level, trial)
                    model = load_masked_lm(base, cpu)
                    model, _ = apply(model, module.intervene, level, seed, must_change=True, **switches)
                    trials.append(measures.take(model.eval()))
                rows.append(row(f"{name}{', ' + site if site else ''}", level, trials, control))
    header = ["intervention", "level", "masked loss", "pronoun ranking: sd", "pronoun ranking: r with control", "negative sentiment: sd",
              "negative sentiment: r with control"]  # fmt: skip
    print(f"{len(versions[0]):,} sentences have a counterpart; {TRIALS} trials where something is drawn.\n")
    print(table(pd.DataFrame(rows, columns=header)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--base", required=True, type=Path)
    given = parser.parse_args()
    main(given.data, given.base)
