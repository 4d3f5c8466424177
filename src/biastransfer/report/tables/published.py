"""Tables 2-8 in the paper's own form, with the study's numbers above the printed ones."""

import numpy as np
import pandas as pd

from biastransfer.analysis.paper_tables import MEASURES
from biastransfer.analysis.published import TITLES, beside_published, correlations_beside_published
from biastransfer.report.page.parts import Table
from biastransfer.report.text.labels import GROUP_LABELS, SPECIFICATION_LABELS, TERM_LABELS, listed, measure_label

STARS = "* p < 0.1, ** p < 0.05, *** p < 0.01, from HC3 errors as printed; they are too small (see “Standard errors, side by side”)."
BY_GROUP = ("table3", "table4", "table8")
OWN, PAPER = "this study", "Steed et al. 2022"


def stars(p: float) -> str:
    """The paper's stars of a p value."""
    return "*" * int(np.sum(p < np.array([0.1, 0.05, 0.01])))


def tables(found: dict[str, pd.DataFrame]) -> list[Table]:
    """Every table of the paper whose upstream measure the study has.

    Parameters
    ----------
    found : the tables of the analysis.
    """
    beside = beside_published(found["coefficients"], found["regressions"])
    measured = set(found["verdicts"]["upstream_measure"])
    wanted = [name for name, measure in MEASURES.items() if measure in measured]
    made = [_correlations(found["correlations"])]
    for name in wanted:
        part = beside[beside["table"] == name]
        tasks = sorted(set(part["task"])) or [""]
        several = len(tasks) > 1  # in a table that is no study's
        made += [_regressions(name, part[part["task"] == task], f"-{task}" if several else "") for task in tasks]
    return made


def agreement(part: pd.DataFrame) -> str:
    """How the study's slopes differ from those printed, in a sentence."""
    slopes = part[part["term"].ne("const") & part["estimate"].notna()]
    signs = int((np.sign(slopes["estimate"]) == np.sign(slopes["published_estimate"])).sum())
    same = int(sum(len(stars(p)) == count for p, count in zip(slopes["p"], slopes["published_stars"], strict=True)))
    larger = part[part["term"].isin(["upstream", "prevalence"])].pivot_table(
        index="column", columns="term", values=["estimate", "published_estimate"]
    )
    sentence = f"Of {len(slopes)} slopes, {signs} have the printed sign and {same} the printed number of stars."
    columns = part.drop_duplicates("column")
    other = columns[columns["n_obs"] != columns["published_n_obs"]]
    if len(other):
        sentence += f" {len(other)} of {len(columns)} columns have other numbers of rows than the paper's."
    if {("estimate", "upstream"), ("estimate", "prevalence")} <= set(larger.columns):
        own, paper = (
            int((larger[name, "prevalence"].abs() > larger[name, "upstream"].abs()).sum())
            for name in ("estimate", "published_estimate")
        )
        sentence += f" The slope of prevalence is the larger in {own} of {len(larger)} columns here, in {paper} in the paper (their units differ)."
    return sentence


def _regressions(name: str, part: pd.DataFrame, suffix: str) -> Table:
    title = f"Table {name.removeprefix('table')} of Steed et al. 2022: {TITLES[name]}{suffix.replace('-', ', ')}"
    if part.empty:
        nothing = pd.DataFrame({"term": [], "source": []})
        return Table(
            name + suffix,
            title,
            "No column could be estimated: too few targets can be used.",
            nothing,
            {"term": "row", "source": "from"},
        )
    columns = part.drop_duplicates("column").set_index("column")
    heads = {
        f"c{place}": f"({place}) " + (_group(row.group) if name in BY_GROUP else _specification(row.specification))
        for place, row in columns.iterrows()
    }
    cells = {(row.term, row.column): row for row in part.itertuples()}
    terms = [term for term in TERM_LABELS if (part["term"] == term).any()]
    rows = []
    for term in terms:
        for source, prefix in ((OWN, ""), (PAPER, "published_")):
            line = {"term": TERM_LABELS[term], "source": source}
            for place in columns.index:
                row = cells.get((term, place))
                line[f"c{place}"] = "" if row is None else _coefficient(row, prefix)
            rows.append(line)
    below = {
        "observations": lambda row, p: f"{int(row[p + 'n_obs']):,}",
        "R²": lambda row, p: f"{row[p + 'r2'] if p else row['r2_within']:.3f}",
        "adjusted R²": lambda row, p: f"{row[p + 'adj_r2'] if p else row['r2_adjusted']:.3f}",
        "F (df)": lambda row, p: f"{row[p + 'f']:.2f} ({int(row[p + 'df1'])}; {int(row[p + 'df2'])})",
    }
    for label, text in below.items():
        for source, prefix in ((OWN, ""), (PAPER, "published_")):
            rows.append(
                {"term": label, "source": source}
                | {f"c{place}": text(row, prefix) for place, row in columns.iterrows()}
            )
    dependent = "bias after fine-tuning in the last column" if name in ("table5", "table6") else ""
    return Table(
        name=name + suffix,
        title=title,
        caption=agreement(part) + (f" Explained: downstream bias; {dependent}." if dependent else ""),
        frame=pd.DataFrame(rows),
        columns={"term": "row", "source": "from", **heads},
        notes=[STARS],
    )


def _coefficient(row, prefix: str) -> str:
    estimate, error = getattr(row, f"{prefix}estimate"), getattr(row, f"{prefix}se")
    if not np.isfinite(estimate):
        return "dropped"
    digits = 3 if abs(estimate) >= 0.0005 else 5
    if not np.isfinite(error):
        return f"{estimate:.{digits}f} (–)"
    marks = "*" * int(row.published_stars) if prefix else stars(row.p)
    return f"{estimate:.{digits}f}{marks} ({error:.{digits}f})"


def _group(group: str) -> str:
    return GROUP_LABELS.get(group, group)


def _specification(name: str) -> str:
    return SPECIFICATION_LABELS.get(name, name)


def _correlations(correlations: pd.DataFrame) -> Table:
    frame = correlations_beside_published(correlations)
    first = frame.drop_duplicates(["task", "condition"])  # downstream bias is the same whatever was measured upstream
    measures = listed([measure_label(name) for name in dict.fromkeys(frame["upstream_measure"])])
    columns = {
        "task": "task", "upstream_measure": "upstream measure", "condition": "condition", "runs": "runs",
        "upstream_pearson": "upstream ρ", "upstream_low": "low", "upstream_high": "high", "upstream_kendall": "τ",
        "upstream_p": "p, Holm", "upstream_lin": "Lin", "published_upstream_pearson": "ρ in the paper",
        "downstream_pearson": "downstream ρ", "downstream_low": "low", "downstream_high": "high", "downstream_kendall": "τ",
        "downstream_p": "p, Holm", "downstream_pearson_of_runs": "ρ, mean of runs", "downstream_lin": "Lin",
        "downstream_shift": "shift", "downstream_equivalence_p": "p, no shift",
        "published_downstream_pearson": "ρ in the paper", "published_downstream_kendall": "τ in the paper",
    }  # fmt: skip
    return Table(
        name="table2",
        title="Table 2 of Steed et al. 2022: bias with and without each intervention, correlated over targets",
        caption=(
            f"Each condition against the control, {len(first)} in all; upstream by {measures}, downstream the TPR ratio or FPR ratio, both "
            f"averaged over trials. Intervals: bootstrap over targets (BCa). p: permutation test, Holm's correction over the "
            f"conditions. Lin: concordance with the line of equality. Shift: of the mean, and p of the test that it is smaller than the "
            f"margin (two one-sided tests). A printed row without a level stands beside every level."
        ),
        frame=frame.assign(upstream_measure=frame["upstream_measure"].map(measure_label)),
        columns=columns,
        notes=["ρ does not see a change of level or of spread; Lin's coefficient and the shift do."],
    )
