"""The claims of both papers in finished studies: docs/claims.md.

snakemake --cores 2 --configfile studies/simulated_full.yaml
snakemake --cores 2
python evidence/claims_tables.py results/simulated_full results/embedded
"""

import argparse
from pathlib import Path

import pandas as pd

from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEMPLATE = Path(__file__).with_name("pages") / "claims.md.jinja"
OUTCOMES = ("holds", "fails", "cannot tell")


def shown(claims: pd.DataFrame) -> str:
    """The claims of one task as a table; the measure is named where a claim depends on it."""
    several = len(set(claims["upstream_measure"])) > 1

    measures = claims.groupby("claim")["upstream_measure"].nunique()
    rows = []
    for row in claims.itertuples():
        interval = f" [{row.low:.3f}, {row.high:.3f}]" if pd.notna(row.low) else ""
        measure = row.upstream_measure.replace("_", " ") if measures[row.claim] > 1 else "–"
        rows.append(
            {
                "claim": row.statement.rstrip("."),
                **({"measure": measure} if several else {}),
                "of": row.condition.replace("_", " "),
                "outcome": row.outcome,
                "number (90 %)": f"{row.estimate:.3f}{interval}",
                "printed": "–" if pd.isna(row.printed) else f"{row.printed:.3f}",
                "power": "–" if pd.isna(row.power) else f"{row.power:.2f}",
            }
        )
    return table(pd.DataFrame(rows))


def counted(claims: pd.DataFrame) -> str:
    """How many rows have each outcome."""
    counts = claims["outcome"].value_counts()
    return ", ".join(f"“{outcome}” {counts.get(outcome, 0)}" for outcome in OUTCOMES)


def section(folder: Path) -> dict[str, object]:
    """The tables of a study, by task."""
    claims = pd.read_parquet(folder / "analysis" / "claims.parquet")
    tasks = [(str(task), counted(part), shown(part)) for task, part in claims.groupby("task", sort=True)]
    return {"study": folder.name, "tasks": tasks}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    given = parser.parse_args()
    text = filled(TEMPLATE, studies=[section(folder) for folder in given.folders])
    (DOCS / "claims.md").write_text(text, encoding="utf-8")
