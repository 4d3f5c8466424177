"""The facts of a study, in words."""

from collections.abc import Mapping

import pandas as pd


def run_facts(
    bias: pd.DataFrame,
    tasks: Mapping[str, Mapping],
    sources: Mapping[str, str],
    base: Mapping,
    recipe: Mapping,
    seed: int,
) -> list[tuple[str, str]]:
    """What was run, on what, as pairs of word and value."""
    facts = []
    for name, task in tasks.items():
        counts = {split: task["rows"].get(split, 0) for split in ("train", "dev", "test", "phrases")}
        rows = ", ".join(f"{count:,} {split}" for split, count in counts.items() if count)
        kind = {
            "label_by_group": "label to predict, groups compared",
            "flag_by_mention": "flag to predict, terms mentioned",
        }
        facts.append(
            (f"task {name}", f"{kind[task['kind']]}; {sources[name]} data; {len(task['targets'])} targets; {rows}")
        )
    if base["type"] == "pretrain":
        size = base["architecture"]
        facts.append(
            ("base model", f"RoBERTa, {size['num_hidden_layers']} × {size['hidden_size']}, pre-trained here on "
             f"{base['corpus']['type']} text")
        )  # fmt: skip
    else:
        facts.append(
            ("base model", f"{base['model']} at {base['revision']}" if base["type"] == "hub" else str(base["path"]))
        )
    runs = bias[["task", "model", "trainset", "replicate", "intervention", "level"]].drop_duplicates()
    for task, members in runs.groupby("task", sort=True):
        parts = []
        for intervention, part in members.groupby("intervention", sort=True):
            levels = sorted(part["level"].dropna().unique())
            shown = f" (levels {', '.join(f'{level:g}' for level in levels)})" if levels else ""
            parts.append(f"{len(part)} {intervention.replace('_', ' ')}{shown}")
        facts.append((f"runs of {task}", ", ".join(parts)))
    for task, decision in bias[["task", "decision"]].drop_duplicates().itertuples(index=False, name=None):
        if decision != "argmax":
            facts.append((f"decision of {task}", f"at the {decision.replace('_', ' ')}, per run and test set"))
    words = {"epochs": "epochs", "batch_size": "batch", "learning_rate": "learning rate", "max_length": "max. tokens"}
    facts.append(("fine-tuning", ", ".join(f"{word} {recipe[key]:g}" for key, word in words.items())))
    facts.append(("seed", str(seed)))
    return facts
