"""``biastransfer validate``: the errors of a study, its data and its checkpoints, before anything runs.

It calls the functions of the workflow's own checks, and writes nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from biastransfer.common import registry
from biastransfer.common.problems import Problem
from biastransfer.study import grid
from biastransfer.study.base import BaseFromHub, PretrainedHere
from biastransfer.study.named_files import wrong_files
from biastransfer.study.paths import wrong_folder
from biastransfer.study.read import read_study
from biastransfer.study.study import Study
from biastransfer.study.task import Task, measure_settings
from biastransfer.study.without_language_model_head import without_head

CLASSIFICATION = "classification"


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
        study = read_study(path, overrides)
    if study is None:
        return findings
    wrong, heads_known = wrong_files(study), False
    findings.mistakes += [Mistake("study", f"{path}: {key}: {why}") for key, why in wrong]
    if not any(key.startswith("base") for key, _ in wrong):
        with findings.collect("study"):
            study, left_out = without_head(study, str(path))
            heads_known = True
            findings.not_checked += left_out
    if why := wrong_folder(f"results/{study.study}"):
        findings.mistakes.append(Mistake("study", why))
    _check(study, [key for key, _ in wrong], heads_known, findings)
    return findings


def _check(study: Study, wrong: list[str], heads_known: bool, findings: Findings) -> None:
    """Check what files contain; ``wrong`` keys have files that cannot be opened, and are skipped, as heads are that nobody knows."""
    from biastransfer.training.device import check_device, quiet

    quiet()
    with findings.collect("device"):
        check_device(study.device)
    folders = [
        None if any(key.startswith(base.key) for key in wrong) else _base(study, base, findings)
        for base in grid.bases(study)
        if study.original_of(base.name) == base.name
    ]
    base = folders[0]
    for name, task in study.tasks.items():
        keys = [key.removeprefix(f"tasks.{name}.") for key in wrong if key.startswith(f"tasks.{name}.")]
        readable = not any(key.startswith(("source", "terms")) for key in keys)
        prepared = _task(study, name, findings) if readable else None
        for measure in task.upstream:
            if not any(key.startswith(f"upstream.{measure}") for key in keys):
                _measure(task, measure, prepared, base, findings, reads_head=heads_known)
                _classifier(study, name, measure, findings)
        if prepared is not None and base is not None:
            _unseen(study, name, prepared, base, findings)
        if prepared is not None and base is not None and registry.heads()[study.fine_tuning.head].prompted:
            _prompt(study, name, prepared.classes, base, findings)
    _words(study, wrong, findings)


def _task(study: Study, name: str, findings: Findings):
    """A task's prepared data, or None if it has errors or is not downloaded yet."""
    from biastransfer.common.families import family_of
    from biastransfer.common.yaml_files import read_yaml
    from biastransfer.tasks.prepare import load

    task, key = study.tasks[name], f"tasks.{name}"
    kind = registry.task_kinds()[task.kind]
    downloads = None
    if task.source.type not in ("files", "simulated"):
        folder = Path("results", study.study, "downloads", name)
        downloads = {split: str(folder / f"{split}.parquet") for split in ("train", "dev", "test")}
        if not all(Path(path).is_file() for path in downloads.values()):
            findings.not_checked.append(f"{key}.source: not downloaded yet.")
            return None
    prepared = None
    with findings.collect("check_task"):
        prepared = load(
            task.source_settings(),
            registry.load(kind.module),
            registry.load(kind.simulation) if kind.simulation else None,
            seed=grid.derive_seed(study.seed, name, "data"),
            key=key,
            locate=study.locate,
            downloads=downloads,
        )
    if prepared is None:
        return None
    train, test = prepared.splits["train"], prepared.splits["test"]
    module = registry.load(kind.part("dataset_bias"))
    compared = module.check_comparison(train, test, task.compared, task.min_cell)
    findings.mistakes += [Mistake("check_comparison", f"{key}.{why}") for why in compared]
    if task.families:
        with findings.collect("assign_families"):
            where = task.families if isinstance(task.families, str) else f"{key}.families"
            families = read_yaml(where, "file of families")[0] if where == task.families else task.families
            family_of(families, prepared.targets, where)
    described = registry.load(kind.module)
    findings.facts.append(f"{key}: {described.describe(prepared.splits, prepared.classes, prepared.targets)}")
    doubts = described.doubts(prepared.splits, prepared.targets, task.testsets[0], task.min_cell, task.compared)
    findings.warnings += [f"{key}.{why}" for why in (*prepared.doubts(), *doubts)]
    return prepared


def _base(study: Study, base: grid.Base, findings: Findings) -> str | None:
    """The folder of a base model, or None if it has errors or does not exist yet."""
    from biastransfer.checkpoints.load import check_classifier, open_base
    from biastransfer.checkpoints.tokenizer import CAPITALS, check_length, load_tokenizer, lost_capitals
    from biastransfer.tasks.sources import read_sentences

    key, section = base.key, base.section
    if isinstance(section, PretrainedHere):
        if section.corpus.type == "files":
            with findings.collect("make_corpus"):
                files = [study.locate(path) for path in section.corpus.files]
                read_sentences(files, section.corpus.column, f"{key}.corpus")
        findings.not_checked.append(f"{key}: not pre-trained yet, so templates cannot be filled with its tokens.")
        return None
    if isinstance(section, BaseFromHub):
        from biastransfer.engine.downloads import hub

        try:
            folder = str(
                hub.checkpoint(hub.Repository(section.model, section.revision, f"{key}.model", ""), cached=True).parent
            )
        except Problem:
            findings.not_checked.append(f"{key}: {section.model} is not downloaded to the local cache yet.")
            return None
    else:
        folder = study.locate(section.path)
    model = None
    with findings.collect("check_base"):
        model = open_base(folder, f"{key}.path")
    if model is None:
        return None
    if study.fine_tuning.head == CLASSIFICATION:
        with findings.collect("fine_tune"):
            check_classifier(folder, f"{key}.path")
    with findings.collect("tokenize_trainset"):
        check_length(folder, study.fine_tuning.max_length)
    tokenizer = load_tokenizer(folder)
    if (lost := lost_capitals(tokenizer)) > CAPITALS * len(tokenizer):
        findings.warnings.append(
            f"{key}.path: {lost:,} tokens of {folder} have capitals, but its tokenizer turns every text into lower case, so it never makes them."
        )
    findings.facts.append(
        f"{key}: {folder}: {model.config.model_type}, {model.num_parameters():,} parameters, "
        f"{model.config.get_text_config().vocab_size:,} tokens."
    )
    return folder


def _measure(task: Task, measure: str, prepared, base: str | None, findings: Findings, *, reads_head: bool) -> None:
    """Check a measure's templates, filled with the data's targets if there is a tokenizer, and the head that it reads if it may."""
    from biastransfer.checkpoints.load import torch
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.language_model.head_loss import checked_head_loss
    from biastransfer.upstream.example_sentences import example_sentences
    from biastransfer.upstream.templates import numbers_as_words, read_templates, surfaces

    settings, templates = measure_settings(task, measure), None
    with findings.collect("check_templates"):
        templates = read_templates(task.upstream[measure].templates, measure, settings.get("compare", ()))
    if templates is None or prepared is None:
        return
    with findings.collect("check_sentences"):
        targets = surfaces(prepared.targets, task.surface_forms)
        findings.warnings += numbers_as_words(targets)
        if base is None:
            return
        record, tokenizer = registry.upstream_measures()[measure], load_tokenizer(base)
        queries = registry.load(record.module).queries(tokenizer, templates, targets, **settings)
        findings.facts.append(
            f"{measure}: templates: {len(templates.templates)}, queries: {sum(1 for _ in queries):,}."
        )
        if reads_head and record.head == "own":
            sentences = example_sentences(tokenizer, templates, targets)
            found, doubts = checked_head_loss(base, measure, sentences, torch.device("cpu"))
            findings.warnings += doubts
            findings.facts.append(
                f"{measure}: loss at masked tokens {found.loss:.2f} nats, of tokens from elsewhere {found.chance:.2f}."
            )


def _classifier(study: Study, name: str, measure: str, findings: Findings) -> None:
    """Check the sentiment classifier of a measure."""
    from biastransfer.checkpoints.load import torch
    from biastransfer.upstream.sentiment import Classifier

    section = getattr(study.tasks[name].upstream[measure], "classifier", None)
    if section is None:
        return
    if section.type == "hub":
        findings.not_checked.append(f"classifier: the workflow downloads {section.model} from the hub.")
    elif section.type == "path":
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
            names=surfaces(classes, task.surface_forms) if registry.task_kinds()[task.kind].compares_groups else {},
            max_length=study.fine_tuning.max_length,
        )


def _unseen(study: Study, name: str, prepared, base: str, findings: Findings) -> None:
    """Warn of mentions behind the cut of texts."""
    import pandas as pd

    from biastransfer.tasks.unseen_mentions import unseen_mentions

    task, length = study.tasks[name], study.fine_tuning.max_length
    if not task.named_terms:
        return
    texts = pd.concat([prepared.splits["train"], prepared.splits["test"]])
    unseen, mentions = unseen_mentions(texts, Path(base) / "tokenizer.json", length, **task.mention_settings)
    if unseen:
        findings.warnings.append(
            f"tasks.{name}.terms: {unseen:,} of {mentions:,} mentions begin after the {length} tokens of a text that the model sees "
            f"(fine_tuning.max_length), so they cannot act on it."
        )


def _words(study: Study, wrong: list[str], findings: Findings) -> None:
    """Check the files of word pairs of interventions, and the sentences with these words."""
    from biastransfer.interventions.model.counterparts import sentence_pairs
    from biastransfer.tasks.sources import read_sentences
    from biastransfer.tasks.word_pairs import read_pairs

    records, used = registry.data_interventions(), study.interventions_used()
    scores_words = any("scored" in records[name].needs for name in used if name in records)
    projected = bool(study.fitted_interventions())
    subspace, pairs = study.bias_subspace, None
    if (projected or scores_words) and "bias_subspace.pairs" not in wrong:
        with findings.collect("fit_projection" if projected else "score_proxy_words"):
            pairs = read_pairs(subspace.pairs)
    key = "bias_subspace.sentences"
    if projected and subspace.sentences and pairs and f"{key}.files" not in wrong:
        files = [study.locate(path) for path in subspace.sentences.files]
        with findings.collect("fit_projection"):
            texts = read_sentences(files, subspace.sentences.column, key)
            sentence_pairs(texts, pairs, limit=subspace.max_sentences, seed=0)
    for name, section in used.items():
        if name in records and "pairs" in records[name].needs and f"interventions.{name}.pairs" not in wrong:
            with findings.collect("make_trainset"):
                read_pairs(section.pairs)
