"""Studies whose base is an encoder without language-model head: the measures that read one are left out, and told."""

from biastransfer.checkpoints.language_model_head import has_language_model_head
from biastransfer.common.problems import Problem, listing
from biastransfer.study.base import BaseFromPath
from biastransfer.study.registry import UPSTREAM_MEASURES
from biastransfer.study.study import Study


def without_head(study: Study, origin: str = "study file") -> tuple[Study, list[str]]:
    """Leave out what a base from a folder cannot do, if it has no language-model head.

    Returns
    -------
    The study, and a sentence per measure that is left out. A base of the hub is not looked at: its check does that.

    Raises
    ------
    Problem : nothing is left to measure in a task before fine-tuning, or the head that is fine-tuned is the missing one.
    """
    if not isinstance(study.base, BaseFromPath) or has_language_model_head(study.locate(study.base.path)):
        return study, []
    where = f"{origin}: base.path: {study.base.path} has no masked-language-model head"
    if study.fine_tuning.head == "prompt":
        raise Problem(f"{where}, and fine_tuning.head: prompt trains one; allowed: classification, linear_probe.")
    tasks, notices, bare = {}, [], {}
    for name, task in study.tasks.items():
        left_out = [measure for measure in task.upstream if UPSTREAM_MEASURES[measure].head == "own"]
        kept = {measure: section for measure, section in task.upstream.items() if measure not in left_out}
        if not kept:
            bare[name] = offer(task.kind)
        notices += [f"{where}: tasks.{name}.upstream.{measure} is left out." for measure in left_out]
        tasks[name] = task.model_copy(update={"upstream": kept})
    if bare:
        offered = listing(f"tasks.{name}.upstream: {{{measure}: {{templates: …}}}}" for name, measure in bare.items())
        raise Problem(
            f"{where}, which all measures of {listing(f'tasks.{name}' for name in bare)} read; there are some that read none, with "
            f"templates in workflow/templates/: {offered}."
        )
    return study.model_copy(update={"tasks": tasks}), notices


def offer(kind: str) -> str:
    """The measure of a kind of task that reads the encoder alone."""
    return next(name for name, measure in UPSTREAM_MEASURES.items() if measure.kind == kind and measure.head == "any")
