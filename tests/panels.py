"""The panel that R was run on, and the specifications of the analysis on it."""

from pathlib import Path

import pandas as pd

from biastransfer.analysis.design import Design, design

FOLDER = Path(__file__).parent / "fixtures" / "panel"


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
