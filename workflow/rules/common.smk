# Shared by all stages: what needs Snakemake itself. The study's nodes, files and settings are in biastransfer.study.wiring.
import re
from pathlib import Path

from biastransfer.engine.fingerprints import (
    PACKAGE,
    code_fingerprint,
    files_fingerprint,
)
from biastransfer.study.gpu_visible import gpu_visible
from biastransfer.study.wiring import ANALYSIS_TABLES, DOWNSTREAM_TABLES
from biastransfer.report.catalogue import CORNERS, CROSSED_TABLES
from biastransfer.study.wiring_crossed import COUNTERFACTUAL, TESTSETS
from biastransfer.study.wiring_models import CHECKPOINT, TOKENIZER

SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
REPORT_TEXTS = tuple(
    file
    for file in sorted((PACKAGE / "report").rglob("*.*"))
    if not file.suffix.startswith(".py")
)
PRINTED_NUMBERS = tuple(sorted((PACKAGE / "analysis").glob("**/*.csv")))

GPU = int(gpu_visible(study.device, os.environ))
CPU_ENVIRONMENT = "../../envs/cpu.yaml"
GPU_ENVIRONMENT = "../../envs/gpu.yaml" if GPU else CPU_ENVIRONMENT

if not GPU and study.device == "auto" and workflow.is_main_process:
    print(
        "device: auto, and no GPU is visible here: models are trained and scored on the CPU.",
        file=sys.stderr,
    )


pathvars:
    results=wiring.results,
    logs=f"{wiring.results}/logs",


def one_of(names):
    """A regular expression for some names."""
    return "|".join(map(re.escape, names))


wildcard_constraints:
    task=one_of(study.tasks),
    model=one_of(wiring.models.nodes),
    measure=one_of(wiring.measures.task_of),
    trainset=one_of(sorted({trainset for _, trainset in wiring.data.trainsets})),
    projection=one_of(wiring.models.fitted),
    replicate=r"\d+",
    part=one_of(
        sorted({TESTSETS, *(trainset for _, trainset in wiring.data.trainsets)})
    ),


def code(script, *entries, writes=()):
    """Fingerprint of everything that a script computes with (biastransfer.engine.fingerprints)."""
    return code_fingerprint(SCRIPTS / script, tuple(entries), tuple(writes))


def measure_codes(script, measures):
    """Fingerprint per upstream measure, so that each table's side-car names the code of its own measure."""
    return {
        measure: code(script, wiring.measures.module(measure), writes=[measure])
        for measure in measures
    }
