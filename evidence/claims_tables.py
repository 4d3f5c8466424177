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
    """The claims of one task as a table."""
    several = len(set(claims["upstream_measure"])) > 1

    def number(value: float, text: str) -> str:
        return "–" if pd.isna(value) else text

    rows = []
    for row in claims.itertuples():
        rows.append(
            {
                "claim": row.statement.rstrip("."),
                **({"measure": row.upstream_measure.replace("_", " ")} if several else {}),
                "of": row.condition,
                "outcome": row.outcome,
                "number (90 %)": number(row.low, f"{row.estimate:.2f} [{row.low:.2f}, {row.high:.2f}]")
                if pd.notna(row.low)
                else f"{row.estimate:.2f}",
                "printed": number(row.printed, f"{row.printed:.3g}"),
                "power": number(row.power, f"{row.power:.2f}"),
            }
        )
    return table(pd.DataFrame(rows))


def counted(claims: pd.DataFrame) -> str:
    """How many rows have each outcome, in words."""
    counts = claims["outcome"].value_counts()
    return ", ".join(f"{counts.get(outcome, 0)} {outcome}" for outcome in OUTCOMES)


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
