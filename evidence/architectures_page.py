"""docs/architectures.md, from the rows of evidence/architectures.py."""

from pathlib import Path

import pandas as pd

from biastransfer.report.markdown import filled, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architectures.md"
TEMPLATE = Path(__file__).with_name("pages") / "architectures.md.jinja"
STEPS = ["validate", "score", "study"]


def read(file: Path) -> pd.DataFrame:
    """The rows; a cell is a text, which may be empty."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns of the page."""
    cells = rows[["model_type", "class", "validate", "score", "difference", "study"]]
    cells = cells.replace({"difference": {"": "–"}})
    cells = cells.assign(class_=cells["class"].map("`{}`".format), model_type=cells["model_type"].map("`{}`".format))
    named = {"model_type": "model type", "class_": "class", "difference": "difference, nats"}
    return cells.drop(columns="class").rename(columns=named)[
        ["model type", "class", "validate", "score", "difference, nats", "study"]
    ]


def reasons(rows: pd.DataFrame) -> str:
    """An item for every reason, with the model types that it holds for."""
    named = rows[rows["reason"] != ""].groupby("reason", sort=False)["model_type"].agg(list)
    items = (f"- {', '.join(f'`{name}`' for name in names)}: {quoted(reason)}" for reason, names in named.items())
    return "\n".join(items)


def quoted(reason: str) -> str:
    """A reason as code, so that Markdown leaves its marks alone."""
    return f"`{reason.replace('`', chr(39))}`"


def page(rows: pd.DataFrame) -> str:
    """The text of the page."""
    whole = (rows[STEPS] == "works").all(axis=1)
    apart = (rows[STEPS] == "apart").all(axis=1)
    fails = (rows[STEPS] == "fails").any(axis=1)
    return filled(
        TEMPLATE,
        version=rows["transformers"].max(),
        count=len(rows),
        works=int(whole.sum()),
        apart=int(apart.sum()),
        fails=int(fails.sum()),
        refused=int((~whole & ~apart & ~fails).sum()),
        table=table(shown(rows)),
        reasons=reasons(rows),
    )


def write(file: Path) -> None:
    """Write the page."""
    PAGE.write_text(page(read(file)), encoding="utf-8")
