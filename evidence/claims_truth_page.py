"""docs/claims_truth.md, from the table of evidence/claims_truth.py."""

from pathlib import Path

import pandas as pd

from biastransfer.analysis.claims.claims import CLAIMS
from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEMPLATE = Path(__file__).with_name("pages") / "claims_truth.md.jinja"
ALLOWED = 0.05


def shares(found: pd.DataFrame) -> pd.DataFrame:
    """A row per claim and condition: shares of draws by outcome where the claim is true and where it is false."""
    rates = found.assign(**{name: found[name] / found["draws"] for name in ("holds", "fails", "cannot_tell")})
    wide = rates.pivot(index=["claim", "condition"], columns="true", values=["holds", "fails", "power"])
    return wide.reindex([claim.name for claim in CLAIMS], level="claim").reset_index()


def write(found: pd.DataFrame) -> None:
    """Write the page."""
    each = shares(found)
    shown = pd.DataFrame(
        {
            "claim": each["claim"].str.replace("_", " "),
            "condition": each["condition"],
            "true: holds": each["holds", True],
            "power stated": each["power", True],
            "true: fails": each["fails", True],
            "false: holds": each["holds", False],
            "false: fails": each["fails", False],
        }
    ).map(lambda value: value if isinstance(value, str) else f"{value:.3f}")
    text = filled(
        TEMPLATE,
        shares=table(shown),
        worst=f"{100 * each['holds', False].max():.1f} %",
        above=int((each["holds", False] > ALLOWED).sum()),
        rows=len(each),
        draws=f"{int(found['draws'].min()):,}",
    )
    (DOCS / "claims_truth.md").write_text(text, encoding="utf-8")
