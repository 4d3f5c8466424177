"""``biastransfer validate``: the errors of a study, its data and its checkpoints, before anything runs.

It calls the functions of the workflow's own checks, and writes nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from biastransfer.common.problems import Problem, listing
from biastransfer.study import grid
from biastransfer.study.base import BaseFromHub, PretrainedHere
from biastransfer.study.paths import wrong_folder
from biastransfer.study.registry import (
    DATASET_BIAS,
    HEADS,
    PROJECTIONS,
    SIMULATED_TASKS,
    TASK_KINDS,
    UPSTREAM_MEASURES,
    entry,
)
from biastransfer.study.study import Study
from biastransfer.study.task import ClassifierFromHub, ClassifierFromPath, HubSource, TalkSource, Task
from biastransfer.study.without_language_model_head import without_head
from biastransfer.tasks.flags import FLAGGED


class Mistake(NamedTuple):
    """An error's sentence, and the place where the workflow reports it: ``study``, ``device``, or a rule."""

    rule: str
    sentence: str


@dataclass
class Findings:
    """Errors, warnings, reasons why something was not checked, and facts, each in the order of the study."""

    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @contextmanager
    def collect(self, rule: str) -> Iterator[None]:
        """Record the sentences of a Problem, and continue."""
        try:
            yield
        except Problem as problem:
            known = {mistake.sentence for mistake in self.mistakes}
            self.mistakes += [Mistake(rule, line) for line in str(problem).splitlines() if line not in known]


def validate(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Findings:
    """Check a study file, the files that it names, its data, templates, word pairs and checkpoints.

    Parameters
    ----------
    path : of the study file.
    overrides : values of top-level keys, as in ``--config``.

    Returns
    -------
    The findings; a valid study has no mistakes.
    """
    findings = Findings()
    study = None
    with findings.collect("study"):
        study = Study.from_file(path, overrides)
    if study is None:
        return findings
    wrong = study.wrong_files()
    findings.mistakes += [Mistake("study", f"{path}: {key}: {why}") for key, why in wrong]
    if not any(key.startswith("base") for key, _ in wrong):
        with findings.collect("study"):
            study, left_out = without_head(study, str(path))
            findings.not_checked += left_out
    if why := wrong_folder(f"results/{study.study}"):
        findings.mistakes.append(Mistake("study", why))
    _check(study, [key for key, _ in wrong], findings)
    return findings


def _check(study: Study, wrong: list[str], findings: Findings) -> None:
    """Check what files contain; ``wrong`` keys have files that cannot be opened, and are skipped."""
    from biastransfer.training.device import check_device, quiet

    quiet()
    with findings.collect("device"):
        check_device(study.device)
    base = None if any(key.startswith("base") for key in wrong) else _base(study, findings)
    for name, task in study.tasks.items():
        keys = [key.removeprefix(f"tasks.{name}.") for key in wrong if key.startswith(f"tasks.{name}.")]
        readable = not any(key.startswith(("source", "terms")) for key in keys)
        prepared = _task(study, name, findings) if readable else None
        for measure in task.upstream:
            if not any(key.startswith(f"upstream.{measure}") for key in keys):
                _measure(task, measure, prepared, base, findings)
                _classifier(study, name, measure, findings)
        if prepared is not None and base is not None and HEADS[study.fine_tuning.head].texts == "prompted":
            _prompt(study, name, prepared.classes, base, findings)
    _words(study, wrong, findings)


def _task(study: Study, name: str, findings: Findings):
    """A task's prepared data, or None if it has errors or is not downloaded yet."""
    from biastransfer.tasks.prepare import load

    task, key = study.tasks[name], f"tasks.{name}"
    downloads = None
    if isinstance(task.source, HubSource | TalkSource):
        folder = Path("results", study.study, "downloads", name)
        downloads = {split: str(folder / f"{split}.parquet") for split in ("train", "dev", "test")}
        if not all(Path(path).is_file() for path in downloads.values()):
            findings.not_checked.append(f"{key}.source: not downloaded yet.")
            return None
    prepared = None
    with findings.collect("check_task"):
        prepared = load(
            task.source_settings(),
            entry(TASK_KINDS, task.kind),
            entry(SIMULATED_TASKS, task.kind),
            seed=grid.derive_seed(study.seed, name, "data"),
            key=key,
            locate=study.locate,
            downloads=downloads,
        )
    if prepared is None:
        return None
    train, test = prepared.splits["train"], prepared.splits["test"]
    compared = entry(DATASET_BIAS, task.kind).check_comparison(train, test, list(task.compare or []), task.min_cell)
    findings.mistakes += [Mistake("check_comparison", f"{key}.{why}") for why in compared]
    findings.facts.append(f"{key}: {_facts(task, prepared)}")
    if task.kind == "flag_by_mention":
        findings.warnings += [f"{key}.{why}" for why in _term_warnings(task, prepared)]
    return prepared


def _facts(task: Task, prepared) -> str:
    """A prepared task in a sentence."""
    import pandas as pd

    rows = ", ".join(f"{name} {len(table):,}" for name, table in prepared.splits.items())
    facts = f"rows: {rows}; {len(prepared.classes)} classes: {listing(prepared.classes, 5)}"
    everything = pd.concat([prepared.splits[name] for name in ("train", "dev", "test")])
    if task.kind == "label_by_group":
        groups = everything["group"].value_counts().sort_index()
        return f"{facts}; groups: {listing(f'{group} {rows:,}' for group, rows in groups.items())}."
    flagged = everything["label"] == FLAGGED
    facts += f"; flagged: {flagged.sum():,} of {len(flagged):,} ({flagged.mean():.0%})"
    return f"{facts}; {len(prepared.targets)} targets: {listing(prepared.targets, 5)}."


def _term_warnings(task: Task, prepared) -> Iterator[str]:
    """Warnings on terms that no text mentions, and on terms with too few test texts for a false positive rate."""
    mentioned = {term for table in prepared.splits.values() for terms in table["terms"] for term in terms}
    if never := [term for term in prepared.targets if term not in mentioned]:
        yield f"terms: no text mentions {listing(never, 5)}."
    test = prepared.splits["phrases" if task.testsets[0] == "madlibs" else "test"]
    texts = test.loc[test["label"] != FLAGGED, "terms"].explode().value_counts()
    counts = {term: int(texts.get(term, 0)) for term in prepared.targets}
    if few := {term: count for term, count in counts.items() if count < task.min_cell}:
        yield (
            f"min_cell: {len(few)} of {len(counts)} terms have fewer than {task.min_cell} unflagged test texts "
            f"({listing((f'{term} {count}' for term, count in few.items()), 5)}), so their rates do not count; use more texts, a "
            "larger test split or a smaller min_cell."
        )


def _base(study: Study, findings: Findings) -> str | None:
    """The folder of the base model, or None if it has errors or does not exist yet."""
    from biastransfer.checkpoints.load import open_base
    from biastransfer.checkpoints.tokenizer import check_length
    from biastransfer.tasks.sources import read_sentences

    base = study.base
    if isinstance(base, PretrainedHere):
        if base.corpus.type == "files":
            with findings.collect("make_corpus"):
                read_sentences([study.locate(path) for path in base.corpus.files], base.corpus.column, "base.corpus")
        findings.not_checked.append("base: not pre-trained yet, so templates cannot be filled with its tokens.")
        return None
    if isinstance(base, BaseFromHub):
        from biastransfer.engine.downloads import hub

        try:
            folder = str(
                hub.checkpoint(hub.Repository(base.model, base.revision, "base.model", ""), cached=True).parent
            )
        except Problem:
            findings.not_checked.append(f"base: {base.model} is not downloaded to the local cache yet.")
            return None
    else:
        folder = study.locate(base.path)
    model = None
    with findings.collect("check_base"):
        model = open_base(folder)
    if model is None:
        return None
    with findings.collect("tokenize_trainset"):
        check_length(folder, study.fine_tuning.max_length)
    findings.facts.append(
        f"base: {folder}: {model.config.model_type}, {model.num_parameters():,} parameters, "
        f"{model.config.vocab_size:,} tokens."
    )
    return folder


def _measure(task: Task, measure: str, prepared, base: str | None, findings: Findings) -> None:
    """Check a measure's templates, filled with the data's targets if there is a tokenizer."""
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.upstream.templates import read_templates, surfaces

    settings, templates = task.measure_settings(measure, ""), None
    with findings.collect("check_templates"):
        templates = read_templates(task.upstream[measure].templates, measure, settings.get("compare", ()))
    if templates is None or prepared is None:
        return
    with findings.collect("check_sentences"):
        targets = surfaces(prepared.targets, task.surface_forms)
        if base is not None:
            queries = entry(UPSTREAM_MEASURES, measure).queries(load_tokenizer(base), templates, targets, **settings)
            findings.facts.append(
                f"{measure}: templates: {len(templates.templates)}, queries: {sum(1 for _ in queries):,}."
            )


def _classifier(study: Study, name: str, measure: str, findings: Findings) -> None:
    """Check the sentiment classifier of a measure."""
    from biastransfer.checkpoints.load import torch
    from biastransfer.upstream.sentiment import Classifier

    section = study.tasks[name].upstream[measure].classifier
    if isinstance(section, ClassifierFromHub):
        findings.not_checked.append(f"classifier: the workflow downloads {section.model} from the hub.")
    elif isinstance(section, ClassifierFromPath):
        with findings.collect("import_classifier"):
            Classifier(study.locate(section.path), section.negative, torch.device("cpu"))


def _prompt(study: Study, name: str, classes: list[str], base: str, findings: Findings) -> None:
    """Check a task's prompt and the words of its classes."""
    from biastransfer.finetune.prompt_check import check_prompt
    from biastransfer.upstream.templates import surfaces

    task = study.tasks[name]
    with findings.collect("check_prompt"):
        check_prompt(
            name,
            study.fine_tuning.prompt_of(name).model_dump(mode="json"),
            classes,
            base,
            names=surfaces(classes, task.surface_forms) if task.kind == "label_by_group" else {},
            max_length=study.fine_tuning.max_length,
        )


def _words(study: Study, wrong: list[str], findings: Findings) -> None:
    """Check the files of word pairs of interventions, and the sentences with these words."""
    from biastransfer.interventions.model.counterparts import sentence_pairs
    from biastransfer.tasks.sources import read_sentences
    from biastransfer.tasks.word_pairs import read_pairs

    projected = any(study.intervention(name) for name in PROJECTIONS)
    subspace, pairs = study.bias_subspace, None
    if (projected or study.interventions.proxies_scrubbed) and "bias_subspace.pairs" not in wrong:
        with findings.collect("fit_projection" if projected else "score_proxy_words"):
            pairs = read_pairs(subspace.pairs)
    key = "bias_subspace.sentences"
    if projected and subspace.sentences and pairs and f"{key}.files" not in wrong:
        files = [study.locate(path) for path in subspace.sentences.files]
        with findings.collect("fit_projection"):
            texts = read_sentences(files, subspace.sentences.column, key)
            sentence_pairs(texts, pairs, limit=subspace.max_sentences, seed=0)
    if study.interventions.swapped and "interventions.swapped.pairs" not in wrong:
        with findings.collect("make_trainset"):
            read_pairs(study.interventions.swapped.pairs)
