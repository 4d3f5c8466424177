"""The panel that R was run on, the specifications of the analysis on it, and whole tables of made-up studies."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biastransfer.analysis.design import Design, design
from biastransfer.commands.input_table import complete

FOLDER = Path(__file__).parents[1] / "fixtures" / "panel"


def samples() -> dict[str, pd.DataFrame]:
    """The samples that ``reference.R`` takes of the panel of 13 models, 28 targets and 5 templates."""
    panel = pd.read_csv(FOLDER / "panel.csv").rename(columns={"model": "run"})
    missing = panel["target"].isin(["y03", "y17"]) & panel["run"].isin(["m06", "m09", "m12"])
    means = panel.groupby(["run", "target"], as_index=False)[["upstream", "prevalence", "outcome"]].mean()
    return {"all": panel, "gaps": panel[~missing], "control": panel[panel["run"] == "m00"], "means": means}


def designs() -> dict[tuple[str, str], Design]:
    """Sample and specification -> design."""
    tables, terms = samples(), ["upstream", "prevalence"]
    return {
        ("all", "eq4"): design(tables["all"], terms, dummies="template", absorbed=["run"]),
        ("gaps", "eq4"): design(tables["gaps"], terms, dummies="template", absorbed=["run"]),
        ("control", "eq4"): design(tables["control"], terms, dummies="template"),
        ("control", "within_templates"): design(tables["control"], terms, absorbed=["template"]),
        ("control", "intermediate"): design(
            tables["control"], [*terms, "they_change"], absorbed=["template"], outcome="intermediate"
        ),
        ("means", "model_target"): design(tables["means"], terms, absorbed=["run"]),
        ("means", "target_effects"): design(tables["means"], terms, absorbed=["run", "target"]),
    }


def reference() -> pd.DataFrame:
    """What R found: ``sample, specification, quantity, term, value``, with the terms named as here."""
    table = pd.read_csv(FOLDER / "reference.csv", keep_default_na=False)
    renamed = {"(Intercept)": "const", **{f"templatet{number}": f"template_t{number}" for number in range(5)}}
    return table.assign(term=table["term"].replace(renamed))


def study_table(
    seed: int = 0,
    *,
    kind: str = "label_by_group",
    targets: int = 28,
    templates: int = 5,
    runs: Mapping[str, Sequence[str]] | None = None,
    upstream: float = 0.2,
    prevalence: float = 0.8,
) -> pd.DataFrame:
    """A bias.parquet with known effects: ``model`` or ``model/trainset`` or ``model/trainset/replicate`` -> treatment groups.

    Bias is ``upstream`` × upstream bias + ``prevalence`` × (prevalence − 0.5) plus noise of the target and of the run; a TPR ratio is its
    exponential, an FPR .3 more.
    """
    random = np.random.default_rng(seed)
    runs = runs or {
        "pretrained": ["pretrained", "noise", "all_pretrained"],
        "gaussian_noise-s1-t0": ["noise", "all_pretrained"],
        "gaussian_noise-s1-t1": ["noise", "all_pretrained"],
        "random_init-t0": ["random"],
        "random_init-t1": ["random"],
    }
    shares = random.uniform(0.1, 0.9, targets)
    association, own = random.normal(size=targets), 0.05 * random.normal(size=targets)
    rows = []
    for run, groups in runs.items():
        parts = run.split("/")
        model, trainset, replicate = (*parts, *("original", "0")[len(parts) - 1 :])
        scores = (association if "random" not in model else 0) + 0.3 * random.normal(size=targets)
        bias = upstream * scores + prevalence * (shares - 0.5) + own + 0.05 * random.normal(size=targets)
        rows += [
            {
                "task": "bios" if kind == "label_by_group" else "wiki",
                "model": model, "trainset": trainset, "replicate": int(replicate), "target": f"y{y:02}", "template": f"t{t}",
                "upstream_measure": "pronoun_ranking" if kind == "label_by_group" else "negative_sentiment",
                "groups": list(groups), "intervention": model.split("-")[0], "level": 1.0 if "noise" in model else np.nan,
                "upstream": scores[y] + 0.2 * random.normal(), "intermediate": scores[y] + shares[y], "they_change": 0.1 * random.normal(),
                "prevalence": shares[y], "bias_low": np.exp(bias[y] - 0.1), "bias_high": np.exp(bias[y] + 0.1),
                "probability_gap": bias[y] / 3, "accuracy": 0.8, "mention_share": np.nan if kind == "label_by_group" else 0.01 + 0.02 * ((7 * y) % 11),
                **({"tpr_ratio": np.exp(bias[y])} if kind == "label_by_group" else {"fpr": np.clip(bias[y] / 4 + 0.3, 0, 1),
                   "fpr_ratio": np.clip(bias[y] / 4 + 0.3, 0, 1) / 0.3, "toxic_length": 50.0 + (3 * y) % 17}),
            }
            for y in range(targets)
            for t in range(templates)
        ]  # fmt: skip
    return complete(pd.DataFrame(rows), "made up")
