"""The facts of a study, in words."""

from collections.abc import Mapping

import pandas as pd


def run_facts(bias: pd.DataFrame, described: Mapping[str, Mapping], study: Mapping) -> list[tuple[str, str]]:
    """What was run, on what, as pairs of word and value.

    Parameters
    ----------
    bias : ``bias.parquet``.
    described : task -> what preparation found: ``kind``, ``rows``, ``targets``.
    study : the study file with all defaults, as plain values.
    """
    facts = []
    kind = {
        "label_by_group": "label to predict, groups compared",
        "flag_by_mention": "flag to predict, terms mentioned",
    }
    for name, task in described.items():
        counts = {split: task["rows"].get(split, 0) for split in ("train", "dev", "test", "phrases")}
        rows = ", ".join(f"{count:,} {split}" for split, count in counts.items() if count)
        source = study["tasks"][name]["source"]["type"].replace("_", " ")
        facts.append((f"task {name}", f"{kind[task['kind']]}; {source} data; {len(task['targets'])} targets; {rows}"))
    base = study["base"]
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
    facts += table_facts(bias)
    for task, decision in bias[["task", "decision"]].drop_duplicates().itertuples(index=False, name=None):
        if decision != "argmax":
            facts.append((f"decision of {task}", f"at the {decision.replace('_', ' ')}, per run and test set"))
    recipe = study["fine_tuning"]
    words = {"epochs": "epochs", "batch_size": "batch", "learning_rate": "learning rate", "max_length": "max. tokens"}
    if recipe.get("head", "classification") != "classification":
        facts.append(("head", recipe["head"].replace("_", " ")))
    facts.append(("fine-tuning", ", ".join(f"{word} {recipe[key]:g}" for key, word in words.items())))
    facts.append(("seed", str(study["seed"])))
    return facts


def table_facts(bias: pd.DataFrame) -> list[tuple[str, str]]:
    """What the rows of ``bias.parquet`` say about the runs of each task."""
    facts = []
    runs = bias[["task", "model", "trainset", "replicate", "intervention", "level"]].drop_duplicates()
    for task, members in runs.groupby("task", sort=True):
        parts = []
        for intervention, part in members.groupby("intervention", sort=True):
            levels = sorted(part["level"].dropna().unique())
            shown = f" (levels {', '.join(f'{level:g}' for level in levels)})" if levels else ""
            parts.append(f"{len(part)} {intervention.replace('_', ' ')}{shown}")
        facts.append((f"runs of {task}", ", ".join(parts)))
    return facts
