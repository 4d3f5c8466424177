"""The files that a study names, and what is wrong with them before any is opened."""

import os
from collections.abc import Iterator

from biastransfer.common.problems import Problem
from biastransfer.study.base import BaseFromPath, PretrainedHere, TextCorpus
from biastransfer.study.grid import bases
from biastransfer.study.paths import wrong_file, wrong_folder
from biastransfer.study.study import Study
from biastransfer.tasks.sections import FilesSource


def wrong_files(study: Study) -> list[tuple[str, str]]:
    """What is wrong with the files that the study names: key and the rest of a sentence.

    A relative path of data must stay within the folder ``data``: one that leaves it by ``..`` is more likely a slip. An
    absolute path is taken as meant, and so is a symbolic link.
    """
    wrong = []
    for key, written in _data_files(study):
        if os.path.normpath(written).split(os.sep)[0] == os.pardir:
            why = f"{written} leaves the folder data ({study.data}); write an absolute path if that is meant."
        else:
            why = wrong_file(study.locate(written))
        wrong.append((key, why))
    for key, path in _project_files(study):
        why = wrong_file(path)
        if why and key.endswith(".templates") and why.startswith("no file"):
            why = f"{why} `biastransfer templates` drafts one."
        wrong.append((key, why))
    return [(key, why) for key, why in dict.fromkeys(wrong) if why]


def check_files(study: Study, origin: str = "study file") -> None:
    """Refuse the study if a file that it names is missing, or its results cannot be written.

    Raises
    ------
    Problem : one sentence a file.
    """
    sentences = [f"{origin}: {key}: {why}" for key, why in wrong_files(study)]
    if why := wrong_folder(f"results/{study.study}"):
        sentences.append(why)
    if sentences:
        raise Problem("\n".join(sentences))


def _data_files(study: Study) -> Iterator[tuple[str, str]]:
    """Key and path of every file whose path starts from the folder ``data``."""
    for name, task in study.tasks.items():
        for measure, section in task.upstream.items():
            classifier = getattr(section, "classifier", None)
            if classifier is not None and classifier.type == "path":
                yield f"tasks.{name}.upstream.{measure}.classifier.path", f"{classifier.path}/config.json"
        key, source = f"tasks.{name}.source", task.source
        if isinstance(source, FilesSource):
            yield from ((f"{key}.files", path) for path in source.paths)
        if isinstance(getattr(source, "label_names", None), str):
            yield f"{key}.label_names", source.label_names
        if getattr(source, "phrases", None):
            yield from ((f"{key}.phrases.files", path) for path in source.phrases.files)
        if isinstance(task.named_terms, str):
            yield f"tasks.{name}.terms", task.named_terms
    for base in bases(study):
        if isinstance(base.section, BaseFromPath):
            yield f"{base.key}.path", f"{base.section.path}/config.json"
        elif isinstance(base.section, PretrainedHere) and isinstance(base.section.corpus, TextCorpus):
            yield from ((f"{base.key}.corpus.files", path) for path in base.section.corpus.files)
    if study.bias_subspace.sentences:
        yield from (("bias_subspace.sentences.files", path) for path in study.bias_subspace.sentences.files)
    for name, section in study.interventions_used().items():
        if vectors := getattr(section, "vectors", None):
            yield f"interventions.{name}.vectors", vectors


def _project_files(study: Study) -> Iterator[tuple[str, str]]:
    """Key and path of every file whose path starts from the folder that the workflow runs in."""
    for name, task in study.tasks.items():
        for measure, section in task.upstream.items():
            yield f"tasks.{name}.upstream.{measure}.templates", section.templates
        if isinstance(task.families, str):
            yield f"tasks.{name}.families", task.families
        expected = getattr(task.source, "expected", None)
        if expected and expected.cells:
            yield f"tasks.{name}.source.expected.cells", expected.cells
    yield "bias_subspace.pairs", study.bias_subspace.pairs
    if study.crossed and study.crossed.counterfactuals:
        yield "crossed.pairs", study.crossed.pairs
    for name, section in study.interventions_used().items():
        if pairs := getattr(section, "pairs", None):
            yield f"interventions.{name}.pairs", pairs
