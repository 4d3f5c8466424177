"""``biastransfer analyze``: the analysis and the report of a tidy table from any source."""

from pathlib import Path

import pandas as pd

from biastransfer.analysis.analyze import Settings, analyze
from biastransfer.commands.input_table import complete, read, unread
from biastransfer.commands.replicates import renumbered
from biastransfer.common.problems import Problem
from biastransfer.engine import parquet_files
from biastransfer.engine.written_files import delete_earlier

FOLDERS = ("analysis", "tables", "figures")


def analyze_file(path: Path, out: Path, settings: Settings) -> pd.DataFrame:
    """Analyse a table and write ``report.html``, ``analysis/``, ``tables/`` and ``figures/`` into a folder.

    Parameters
    ----------
    path : with the columns of ``bias.parquet`` (docs/analyze.md lists the optional ones, and the kinds of files).
    out : the folder; files of an earlier analysis that this one does not write are deleted.

    Returns
    -------
    The verdicts.

    Raises
    ------
    Problem : the table cannot be read, or a column is missing or has values that are not allowed; nothing is written then.
    """
    from biastransfer.report import catalogue
    from biastransfer.report.figures.draw import draw
    from biastransfer.report.figures.style import save
    from biastransfer.report.sections import drawn
    from biastransfer.report.text.methods import analysis
    from biastransfer.report.text.prose import Paragraph
    from biastransfer.report.text.study_facts import replicate_facts, table_facts, table_file
    from biastransfer.report.write import write_report

    given = read(path)
    bias = complete(given, str(path))
    results = {name: parquet_files.conform(table, name) for name, table in analyze(bias, settings).items()}
    for folder in FOLDERS:
        _make(out / folder)
    facts = catalogue.of_table(bias)
    figures = catalogue.figures(facts)
    for figure in figures:
        save(draw(figure, bias=bias, tables=results, planted={}, dataset={}), out / "figures" / figure.name)
    report = write_report(
        path.stem,
        bias,
        results,
        measures={task: task_facts.measures for task, task_facts in facts.items()},
        figures=[drawn(out / "figures", figure, bias) for figure in figures],
        facts=[
            table_file(path.name, len(bias), unread(given)),
            *table_facts(bias),
            *replicate_facts(renumbered(given, bias)),
        ],
        methods=[Paragraph("Analysis", analysis(vars(settings), settings.smallest_effect))],
        smallest_effect=settings.smallest_effect,
    )
    for name, table in results.items():
        parquet_files.write(table, name, out / "analysis" / f"{name}.parquet")
    for name, text in report.table_files.items():
        (out / "tables" / name).write_text(text, encoding="utf-8")
    (out / "report.html").write_text(report.page, encoding="utf-8")
    drawings = [f"figures/{figure.name}.{kind}" for figure in figures for kind in ("svg", "png")]
    tables = [f"tables/{name}" for name in report.table_files]
    delete_earlier(out, [*drawings, *tables, *(f"analysis/{name}.parquet" for name in results)])
    return results["verdicts"]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"--out: the folder {folder} cannot be created: {error.strerror.lower()}.") from None
