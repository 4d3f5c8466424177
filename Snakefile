# Does a classifier's bias come from the pre-trained model or from the fine-tuning data? See README.md.
import os
import sys

from snakemake.utils import min_version

from biastransfer.common.problems import Problem
from biastransfer.common.yaml_files import read_yaml
from biastransfer.engine import preload
from biastransfer.study import grid
from biastransfer.study.study import Study
from biastransfer.study.without_language_model_head import without_head

min_version("9.0")


report: "workflow/report/workflow.rst"


# Snakemake merges configuration files deeply, so the embedded study must not be loaded below another one.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


try:
    files = [os.path.relpath(file) for file in workflow.configfiles]
    for file in files:
        read_yaml(file, "study file")
    origin = (files or ["config.yaml"])[-1]
    study = Study.from_mapping(config, origin)
    study.check_files(origin)
    study, left_out = without_head(study, origin)
except Problem as problem:
    sys.exit(str(problem))


if workflow.is_main_process:
    print(*left_out, sep="\n", end="\n" if left_out else "", file=sys.stderr)


include: "workflow/rules/common.smk"
include: "workflow/rules/needs.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/upstream.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/downstream.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/report.smk"


onstart:
    if workflow.is_main_process and workflow.local_exec and not workflow.touch:
        preload.start()


onsuccess:
    tell_report()


onerror:
    tell_problems()


rule all:
    default_target: True
    input:
        checks(),
        checkpoints(),
        scores(),
        analysis_tables(),
        figures(),
        f"results/{study.study}/report.html",


localrules:
    fetch,


rule fetch:
    input:
        fetched_files(),
    log:
        f"results/{study.study}/logs/fetch.log",
    run:
        told = (
            f"{study.study} needs nothing more from the network; what came is in {LOCK}."
            if input
            else f"{study.study} downloads nothing: there is nothing to fetch."
        )
        Path(log[0]).write_text(f"{told}\n", encoding="utf-8")
        print(told)
