"""What the sections of a study must agree on, beyond what each of them checks itself."""

from collections.abc import Iterator
from typing import Any

from biastransfer.common import registry
from biastransfer.common.control import CONTROL
from biastransfer.common.problems import listing, nearest
from biastransfer.study import grid
from biastransfer.study.base import OneBase, PretrainedHere, SeedTwin, SimulatedCorpus
from biastransfer.study.study import Study
from biastransfer.tasks.sections import SimulatedSource


def mistakes(study: Study) -> Iterator[str]:
    """Every mistake, as the rest of a sentence that the file's name begins."""
    yield from _measures(study)
    twins = list(_seed_twins(study))
    yield from twins
    if twins:
        return
    for base in grid.bases(study):
        if study.original_of(base.name) == base.name:
            yield from _base(study, base.key, base.section)
    yield from _head(study)
    interventions = [mistake for name in study.interventions_used() for mistake in _intervention(study, name)]
    yield from interventions
    if not interventions:
        yield from _models_of_data_interventions(study)
        crossed = list(_crossed(study))
        yield from crossed or _corners(study)
        yield from _folds(study)
    here = all(isinstance(base.section, PretrainedHere) for base in grid.bases(study))
    if study.fitted_interventions() and not study.bias_subspace.sentences and not here:
        yield "bias_subspace.sentences: is missing; only a base that is pre-trained here has a corpus of its own"


def _measures(study: Study) -> Iterator[str]:
    owner: dict[str, str] = {}
    for name, task in study.tasks.items():
        for measure in task.upstream:
            if owner.setdefault(measure, name) != name:
                yield f"tasks.{name}.upstream.{measure}: already measured for {owner[measure]}"


def _seed_twins(study: Study) -> Iterator[str]:
    for name, base in study.bases.items():
        if not isinstance(base, SeedTwin):
            continue
        able = [other for other, section in study.bases.items() if isinstance(section, PretrainedHere)]
        if base.of not in able:
            yield (
                f"bases.{name}.of: found {base.of!r}; allowed: {listing(able) or 'bases of type pretrain, and there are none'}."
                f"{nearest(base.of, able)}"
            )


def _base(study: Study, key: str, base: OneBase) -> Iterator[str]:
    if not isinstance(base, PretrainedHere):
        return
    size, longest = base.architecture, base.architecture.max_position_embeddings - 2
    if size.hidden_size % size.num_attention_heads:
        yield (
            f"{key}.architecture.hidden_size: {size.hidden_size} is not a multiple of num_attention_heads "
            f"({size.num_attention_heads})"
        )
    lengths = {
        f"{key}.training.max_length": base.training.max_length,
        "fine_tuning.max_length": study.fine_tuning.max_length,
    }
    for name, value in lengths.items():
        if value > longest:
            yield f"{name}: {value} tokens do not fit max_position_embeddings − 2 = {longest}"
    simulated = any(isinstance(task.source, SimulatedSource) for task in study.tasks.values())
    if isinstance(base.corpus, SimulatedCorpus) and not simulated:
        yield f"{key}.corpus.type: simulated needs at least one task with a simulated source"


def _folds(study: Study) -> Iterator[str]:
    for name, task in study.tasks.items():
        if task.folds and study.crossed is None:
            yield f"tasks.{name}.split: folds are for probes, and the study has no `crossed`; allowed: nested, native or shares"
        elif task.folds and task.split_testset is None:
            yield f"tasks.{name}.split: folds predict the texts of the task, and its bias is measured on phrases alone"


def _crossed(study: Study) -> Iterator[str]:
    if study.crossed is None:
        return
    known = {CONTROL, *grid.models(study), study.reference}
    for name in study.crossed.models:
        if name not in known:
            yield f"crossed.models: no model {name!r}; allowed: {listing(sorted(known))}.{nearest(name, known)}"
    slugs = list(grid.crossed_models(study).values())
    if len(set(slugs)) < len(study.crossed.models):
        yield f"crossed.models: {listing(study.crossed.models)}: one occurs twice"
    trainsets = {slug for task in study.tasks for slug in grid.trainsets(study, task)}
    for name in study.crossed.trainsets:
        if name not in trainsets:
            yield f"crossed.trainsets: no trainset {name!r}; allowed: {listing(sorted(trainsets))}.{nearest(name, trainsets)}"
    if len(set(study.crossed.trainsets)) < len(study.crossed.trainsets):
        yield f"crossed.trainsets: {listing(study.crossed.trainsets)}: one occurs twice"


def _corners(study: Study) -> Iterator[str]:
    """Mistakes of ``crossed.fine_tuned``, where the crossed design itself has none."""
    if study.crossed is None or study.crossed.fine_tuned is None:
        return
    for key in ("models", "trainsets"):
        named, crossed = (getattr(section, key) for section in (study.crossed.fine_tuned, study.crossed))
        for name in named:
            if name not in crossed:
                yield f"crossed.fine_tuned.{key}: {name!r} is not crossed; allowed: {listing(crossed)}.{nearest(name, crossed)}"
        if len(set(named)) < len(named):
            yield f"crossed.fine_tuned.{key}: {listing(named)}: one occurs twice"
    for task in study.tasks:
        able = grid.crossed_trainsets(study, task)
        if able and not set(able) & set(study.crossed.fine_tuned.trainsets):
            yield f"crossed.fine_tuned.trainsets: the task {task} has none of them; allowed: {listing(able)}"


def _head(study: Study) -> Iterator[str]:
    recipe = study.fine_tuning
    head = registry.heads()[recipe.head]
    if study.intermediate_decoder == "fine_tuned" and not head.trains_language_model_head:
        able = listing(name for name, record in registry.heads().items() if record.trains_language_model_head)
        yield (
            f"intermediate_decoder: fine_tuned needs the head {able}, which trains the language-model head; "
            f"fine_tuning.head is {recipe.head}"
        )
    for name in recipe.prompt:
        if name not in study.tasks:
            yield f"fine_tuning.prompt.{name}: no such task; allowed: {listing(study.tasks)}.{nearest(name, study.tasks)}"
    for name, task in study.tasks.items():
        if not head.prompted or registry.task_kinds()[task.kind].compares_groups:
            continue
        given = recipe.prompt[name].model_fields_set if name in recipe.prompt else set()
        missing = [key for key in ("template", "labels") if key not in given]
        if missing:
            yield (
                f"fine_tuning.prompt.{name}.{missing[0]}: is missing; the classes flagged and not_flagged have no "
                'names, so write e.g. {template: "{text} This was {label}.", labels: {flagged: rude, not_flagged: kind}}'
            )


def _intervention(study: Study, name: str) -> Iterator[str]:
    section, key = study.intervention(name), f"interventions.{name}"
    if name in registry.model_interventions():
        kind, repeated, wrong = None, *_levels_of_model(key, name, section)
    else:
        kind, repeated, wrong = registry.data_interventions()[name].kind, *_levels_of_data(key, section)
    yield from wrong
    if repeated:
        yield f"{key}: a level occurs twice"
    for field in ("tasks", "models", "bases"):
        names = getattr(section, field, None) or []
        if len(set(names)) < len(names):
            yield f"{key}.{field}: {listing(names)}: one occurs twice"
    for base in getattr(section, "bases", None) or []:
        names = list(study.bases) or [CONTROL]
        if base not in names:
            yield f"{key}.bases: no base {base!r}; allowed: {listing(names)}.{nearest(base, names)}"
    for task in section.tasks or []:
        if task not in study.tasks:
            yield f"{key}.tasks: no task {task!r}; allowed: {listing(study.tasks)}.{nearest(task, study.tasks)}"
        elif kind not in (None, study.tasks[task].kind):
            yield f"{key}.tasks: {name} is for {kind} tasks, and {task} is {study.tasks[task].kind}"
    if kind is not None and kind not in {task.kind for task in study.tasks.values()}:
        yield f"{key}: is for {kind} tasks, and this study has none"


def _levels_of_model(key: str, name: str, section: Any) -> tuple[bool, list[str]]:
    """Whether a level of an intervention on the model occurs twice, and what is wrong with its levels."""
    record = registry.model_interventions()[name]
    if (record.letter is None) == bool(section.levels):
        return False, [f"{key}.levels: {name} {'has no levels' if record.letter is None else 'needs a list of levels'}"]
    wrong = [
        f"{key}.levels: {level} is not greater than 0" for level in section.levels if level <= 0 and not record.signed
    ]
    return len({f"{level:g}" for level in section.levels}) < len(section.levels), wrong[:1]


def _levels_of_data(key: str, section: Any) -> tuple[bool, list[str]]:
    """The same of an intervention on the training data."""
    suffixes = [level.suffix for level in section.levels()]
    if not suffixes:
        keys = [field for field in type(section).model_fields if field not in ("models", "tasks")]
        return False, [f"{key}: has no level; set one of {listing(keys)}"]
    return len(set(suffixes)) < len(suffixes), []


def _models_of_data_interventions(study: Study) -> Iterator[str]:
    known = grid.models(study)
    for name, section in study.interventions_used().items():
        for model in section.models if name in registry.data_interventions() else ():
            if model not in known:
                yield f"interventions.{name}.models: no model {model!r}; allowed: {listing(known)}.{nearest(model, known)}"
