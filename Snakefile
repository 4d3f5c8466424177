# Does a classifier's bias come from the pre-trained model or from the fine-tuning data? See README.md.
import os
import sys
import time

from snakemake.utils import min_version

from biastransfer.common.problems import Problem
from biastransfer.common.yaml_files import read_yaml
from biastransfer.engine import preload
from biastransfer.study.end_of_run import problem_sentences, report_sentence
from biastransfer.study.named_files import check_files
from biastransfer.study.read import parse_study
from biastransfer.study.wiring import Wiring
from biastransfer.study.without_language_model_head import without_head

min_version("9.27")
STARTED = time.time() - 1


report: "workflow/report/workflow.rst"


# Snakemake merges configuration files deeply, so the embedded study must not be loaded below another one.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


try:
    files = [os.path.relpath(file) for file in workflow.configfiles]
    for file in files:
        read_yaml(file, "study file")
    origin = (files or ["config.yaml"])[-1]
    study = parse_study(config, origin)
    check_files(study, origin)
    study, left_out = without_head(study, origin)
except Problem as problem:
    sys.exit(str(problem))

wiring = Wiring(study, tuple(left_out))
# The scripts read these keys here and find every default filled in; no rule has them in its params.
config.update(wiring.machine())

if workflow.is_main_process:
    for sentence in left_out:
        print(sentence, file=sys.stderr)


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/upstream.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/downstream.smk"
include: "workflow/rules/crossed.smk"
include: "workflow/rules/analysis.smk"
include: "workflow/rules/report.smk"


onstart:
    if workflow.is_main_process and workflow.local_exec and not workflow.touch:
        preload.start()


onsuccess:
    if sentence := report_sentence(wiring.results, STARTED):
        print(f"\n{sentence}", file=sys.stderr)


onerror:
    for sentence in problem_sentences(wiring.results, STARTED):
        print(f"\n{sentence}", file=sys.stderr)


rule all:
    default_target: True
    input:
        wiring.checks(),
        wiring.checkpoints(),
        wiring.scores(),
        wiring.analysis_tables(),
        wiring.crossed_files(),
        wiring.figure_files(),
        "<results>/report.html",


localrules:
    fetch,


rule fetch:
    input:
        wiring.downloads(),
    log:
        "<logs>/fetch.log",
    run:
        sentence = wiring.downloads_sentence()
        Path(log[0]).write_text(f"{sentence}\n", encoding="utf-8")
        print(sentence)
