"""Studies with a base that is an encoder without language-model head: they skip the measures that read one, and say so."""

from biastransfer.checkpoints.language_model_head import has_language_model_head
from biastransfer.common import registry
from biastransfer.common.problems import Problem, listing
from biastransfer.study.base import BaseFromPath
from biastransfer.study.grid import bases
from biastransfer.study.study import Study


def without_head(study: Study, origin: str = "study file") -> tuple[Study, list[str]]:
    """Skip what a base from a folder cannot do, if it has no language-model head.

    Returns
    -------
    The study, and a sentence for each skipped measure. The check of a base of the hub does the same later.

    Raises
    ------
    Problem : nothing is left to measure in a task before fine-tuning, or the head that is fine-tuned is the missing one.
    """
    headless = [
        base
        for base in bases(study)
        if isinstance(base.section, BaseFromPath) and not has_language_model_head(study.locate(base.section.path))
    ]
    if not headless:
        return study, []
    where = f"{origin}: {headless[0].key}.path: {headless[0].section.path} has no masked-language-model head"
    heads, measures = registry.heads(), registry.upstream_measures()
    if heads[study.fine_tuning.head].trains_language_model_head:
        others = listing(name for name, head in heads.items() if not head.trains_language_model_head)
        raise Problem(f"{where}, and fine_tuning.head: {study.fine_tuning.head} trains one; allowed: {others}.")
    tasks, notices, bare = {}, [], {}
    for name, task in study.tasks.items():
        skipped = {measure for measure in task.upstream if measures[measure].head == "own"}
        kept = task.upstream.without(skipped)
        if not len(kept):
            bare[name] = offer(task.kind)
        notices += [
            f"{where}: tasks.{name}.upstream.{measure} is skipped." for measure in task.upstream if measure in skipped
        ]
        tasks[name] = task.model_copy(update={"upstream": kept})
    if bare:
        offered = listing(f"tasks.{name}.upstream: {{{measure}: {{templates: …}}}}" for name, measure in bare.items())
        raise Problem(
            f"{where}, which all measures of {listing(f'tasks.{name}' for name in bare)} read; these measures read none, with "
            f"templates in workflow/templates/: {offered}."
        )
    return study.model_copy(update={"tasks": tasks}), notices


def offer(kind: str) -> str:
    """The measure of a kind of task that reads the encoder alone."""
    measures = registry.upstream_measures().items()
    return next(name for name, measure in measures if measure.kind == kind and measure.head == "any")
