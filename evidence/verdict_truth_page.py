"""docs/verdict_truth.md, from the rows of evidence/verdict_truth.py."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from biastransfer.analysis.verdict.rule import joint_p
from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEMPLATE = Path(__file__).with_name("pages") / "verdict_truth.md.jinja"
MOST = 0.07
"""Share of false detections that a 5 % test may have here."""
SIZES = {"10+6+2+2+2+1+1+1+1+1+1": "28 occupations", "15+8+8+7+4+3": "45 terms", "28": "28", "50": "50"}
JOINT_DRAWS = 20_000


def shares(rows: pd.DataFrame) -> pd.DataFrame:
    """A row per cell and estimator: the highest share of false detections of either cause, and power where it acts alone."""
    rows = rows.assign(
        false_model=rows["model_detected"].where(rows["truth"].isin(["neither", "dataset"])),
        false_dataset=rows["dataset_detected"].where(rows["truth"].isin(["neither", "model"])),
        power_model=rows["model_detected"].where(rows["truth"] == "model"),
        power_dataset=rows["dataset_detected"].where(rows["truth"] == "dataset"),
        right_both=rows["verdict_both"].where(rows["truth"] == "both"),
        wrong=rows["verdict_model"]
        .where(rows["truth"] == "dataset")
        .fillna(rows["verdict_dataset"].where(rows["truth"] == "model")),
    )
    columns = ["false_model", "false_dataset", "power_model", "power_dataset", "right_both", "wrong"]
    found = rows.groupby(["kind", "cell", "estimator"], sort=False)[columns].max().reset_index()
    last = ~found.duplicated(["kind", "cell"], keep="last")
    return found.assign(which=np.where(last, "now", "before"))


def marked(share: float) -> str:
    """A share of false detections, bold where it is no more than :data:`MOST`."""
    if np.isnan(share):
        return "–"
    return f"**{share:.3f}**" if share <= MOST else f"*{share:.3f}*"


def of_kind(found: pd.DataFrame, kind: str, **labels: int) -> str:
    """The cells of a kind, before and now; ``labels``: column -> the place of its value in a cell's name."""
    part = found[found["kind"] == kind]
    wide = part.pivot(index="cell", columns="which").reindex(dict.fromkeys(part["cell"]))
    rows = []
    for cell, row in wide.iterrows():
        words = str(cell).split()
        values = [SIZES.get(words[place], words[place]) for place in labels.values()]
        for cause in ("model", "dataset"):
            for which in ("before", "now"):
                values.append(marked(row.get((f"false_{cause}", which), np.nan)))
        for cause in ("model", "dataset"):
            before, now = (row.get((f"power_{cause}", which), np.nan) for which in ("before", "now"))
            values += ["–" if np.isnan(before) else f"{before:.2f}", f"{now:.2f}"]
        rows.append(values)
    heads = [
        f"{what}, {cause}, {which}"
        for what in ("false", "power")
        for cause in ("model", "dataset")
        for which in ("raw", "now")
    ]
    return table(pd.DataFrame(rows, columns=[*(label.replace("_", " ") for label in labels), *heads]))


def perfect(rows: pd.DataFrame) -> str:
    """False detections where rates are near 0 or 1 and equal in both groups."""
    part = rows[rows["kind"] == "perfect rates"]
    names = part["cell"].str.extract(r"accuracy (\S+), (\d+) texts")
    shown = pd.DataFrame({"accuracy": names[0], "texts of a target": names[1], "model detected": part["model_detected"].map(marked),
                          "dataset detected": part["dataset_detected"].map(marked)})  # fmt: skip
    return table(shown)


def interventions(rows: pd.DataFrame) -> str:
    """How often interventions are found to move bias, where they do and where they do not."""
    part = rows[rows["kind"] == "interventions"].pivot(
        index="cell", columns=["truth", "estimator"], values="model_detected"
    )
    part = part.reindex(dict.fromkeys(rows.loc[rows["kind"] == "interventions", "cell"]))
    shown = []
    for cell, row in part.iterrows():
        get = lambda truth, name, row=row: row.get((truth, name), np.nan)  # noqa: E731
        power = [
            f"{get('model', name):.2f}" if np.isfinite(get("model", name)) else "–" for name in ("plain", "careful")
        ]
        shown.append([cell, marked(get("neither", "plain")), marked(get("neither", "careful")), *power])
    heads = ["models differ in", "false, by target alone", "false, now", "power, by target alone", "power, now"]
    return table(pd.DataFrame(shown, columns=heads))


def joint_tests() -> str:
    """How often the joint test rejects at 5 % where both slopes are zero, against the Wald test."""
    rows = []
    for targets in (13, 28, 50):
        random = np.random.default_rng(targets)
        values = random.normal(size=(JOINT_DRAWS, targets, 2)) @ np.array([[1, 0.3], [0, 1]])
        slopes = values.mean(1)
        centred = values - slopes[:, None]
        covariance = np.einsum("dgi,dgj->dij", centred, centred) / (targets * (targets - 1))
        wald = np.einsum("di,dij,dj->d", slopes, np.linalg.inv(covariance), slopes) / 2
        hotelling = (joint_p(slopes, covariance, targets) < 0.05).mean()
        rows.append([targets, f"{(wald > stats.f.ppf(0.95, 2, targets - 1)).mean():.3f}", f"{hotelling:.3f}"])
    return table(pd.DataFrame(rows, columns=["targets", "Wald, F(2, G − 1)", "Hotelling, F(2, G − 2)"]))


def write(file: Path) -> None:
    """Write the page."""
    rows = pd.read_csv(file)
    found = shares(rows)
    now = found[(found["which"] == "now") & ~found["kind"].isin(["interventions"])]
    raw = found[
        (found["which"] == "before") & found["kind"].isin(["families", "error in upstream bias", "families and error"])
    ]
    careful = rows[(rows["kind"] == "interventions") & (rows["estimator"] == "careful") & (rows["truth"] == "neither")]
    text = filled(
        TEMPLATE,
        most=f"{100 * now[['false_model', 'false_dataset']].max().max():.1f} %",
        raw=f"{100 * raw[['false_model', 'false_dataset']].max().max():.0f} %",
        wrong=f"{100 * now[~now['cell'].str.endswith('flat')]['wrong'].max():.1f} %",
        careful=f"{100 * careful['model_detected'].max():.1f} %" if len(careful) else "–",
        grids=len(careful),
        families=of_kind(found, "families", targets=0, shared=2, r=4),
        upstream=of_kind(found, "error in upstream bias", targets=0, reliability=6, r=4),
        prevalence=of_kind(found, "error in prevalence", targets=0, reliability=7, r=4),
        together=of_kind(found, "families and error", targets=0, reliability=6, r=4),
        shapes=of_kind(found, "prevalence", targets=0, prevalences=8, r=4),
        perfect=perfect(rows),
        interventions=interventions(rows),
        joint=joint_tests(),
        draws=f"{int(rows.loc[rows['kind'] != 'interventions', 'draws'].min()):,}",
        grid_draws=f"{int(careful['draws'].min()):,}" if len(careful) else "–",
    )
    (DOCS / "verdict_truth.md").write_text(text, encoding="utf-8")
