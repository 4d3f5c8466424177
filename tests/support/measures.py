"""Targets and shipped template sets that tests of upstream measures share."""

from pathlib import Path

import torch

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common import registry
from biastransfer.upstream.templates import TemplateSet, read_templates

from support.workflow import REPOSITORY

CPU = torch.device("cpu")


OCCUPATIONS = {"nurse": "nurse", "software_engineer": "software engineer", "attorney": "attorney", "dj": "DJ"}


TERMS = {"gay": "gay", "african american": "african american", "muslim": "muslim"}


SHIPPED = {name: REPOSITORY / "workflow" / "templates" / f"{name}.yaml" for name in registry.upstream_measures()}


COMPARE = ["she/her", "he/him"]


def read(measure: str) -> TemplateSet:
    return read_templates(SHIPPED[measure], measure)


def opened(checkpoint: Path) -> tuple:
    return load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
