"""Tables as files: CSV with all digits, LaTeX as a paper prints it."""

from collections.abc import Mapping

import pandas as pd

from biastransfer.report.cells import MISSING, cell

_ESCAPED = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "−": r"$-$", "²": r"$^2$", "ρ": r"$\rho$", "τ": r"$\tau$", "γ": r"$\gamma$", "±": r"$\pm$", "×": r"$\times$",
    MISSING: "--", "’": "'",
}  # fmt: skip


def csv(frame: pd.DataFrame) -> str:
    """The table as CSV; lists are joined by semicolons."""
    lists = [
        name
        for name in frame
        if frame[name].map(lambda value: hasattr(value, "__len__") and not isinstance(value, str)).any()
    ]
    joined = {name: frame[name].map(lambda values: ";".join(map(str, values))) for name in lists}
    return frame.assign(**joined).to_csv(index=False, lineterminator="\n")


def latex(frame: pd.DataFrame, columns: Mapping[str, str], caption: str, label: str) -> str:
    """The table as a LaTeX table with booktabs rules, rounded as on the page; special characters are escaped.

    Parameters
    ----------
    columns : column -> head; the others are left out.
    """
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in columns]
    text = pd.DataFrame(
        [[escape(cell(value)) for value in row] for row in frame[list(columns)].itertuples(index=False, name=None)],
        columns=[escape(head.strip()) for head in columns.values()],
    )
    styled = text.style.hide(axis="index")
    return styled.to_latex(
        hrules=True,
        caption=escape(caption),
        label=label,
        column_format="".join("r" if each else "l" for each in numeric),
    )


def escape(text: str) -> str:
    """Text for LaTeX."""
    return "".join(_ESCAPED.get(letter, letter) for letter in text)
