"""The methods section of a report, from the study file and the records of what it names (``methods.toml``)."""

from collections.abc import Iterator, Mapping

from biastransfer.common import registry
from biastransfer.report.record_labels import spaced
from biastransfer.report.text.prose import Paragraph, Prose
from biastransfer.report.text.settings import settings_text
from biastransfer.report.text.wording import joined, row_counts

PROSE = Prose.beside(__file__)


def paragraphs(study: Mapping, prepared: Mapping[str, Mapping], smallest_effect: float) -> list[Paragraph]:
    """The methods of a study, in the order of the workflow; blank lines separate the paragraphs of a text.

    Parameters
    ----------
    study : the study file with all defaults, as plain values.
    prepared : task -> facts of its prepared data: ``kind``, ``rows``, ``targets``.
    smallest_effect : of interest.
    """
    tasks = study["tasks"]
    return [
        _section("data", (_data(name, tasks[name], facts) for name, facts in prepared.items())),
        _section("base", _bases(study)),
        _section("interventions", _interventions(study)),
        _section("fine_tuning", [_fine_tuning(study)]),
        _section("upstream", (text for name, task in tasks.items() for text in _upstream(name, task))),
        _section("downstream", _downstream(study)),
        *_crossed(study),
        Paragraph(PROSE.text("analysis", "title"), analysis(study["analysis"], smallest_effect)),
    ]


def analysis(settings: Mapping, smallest_effect: float) -> str:
    """The analysis, which is the same for a study and for a table of its own.

    Parameters
    ----------
    settings : ``resamples, equivalence_margin``.
    """
    return PROSE.text(
        "analysis",
        "text",
        resamples=settings["resamples"],
        margin=f"{settings['equivalence_margin']:g}",
        smallest_effect=f"{smallest_effect:g}",
    )


def _split(split: str | Mapping) -> str:
    if isinstance(split, str):
        return split
    return f"{split['folds']} folds, of which fine-tuned models are tested on one" if "folds" in split else "own shares"


def _section(name: str, texts) -> Paragraph:
    return Paragraph(PROSE.text(name, "title"), "\n\n".join(texts))


def _data(name: str, task: Mapping, facts: Mapping) -> str:
    source, scrubbed = task["source"], task.get("scrub")
    return PROSE.text(
        "data",
        "text",
        task=name,
        source=PROSE.text("sources", source["type"], **source),
        targets=len(facts["targets"]),
        rows=row_counts(facts["rows"]),
        split=_split(task["split"]),
        scrubbed=None if scrubbed == "none" else scrubbed,
        compared=joined(task.get("compare") or []),
    )


def _bases(study: Mapping) -> Iterator[str]:
    """The base, or all of them: the reference first."""
    reference, *further = study.get("bases") or {"": study["base"]}
    text = _base(study["base"])
    yield PROSE.text("base", "several", reference=reference, text=text) if further else text
    for name in further:
        yield PROSE.text("base", "further", name=name, text=_base(study["bases"][name]))


def _crossed(study: Mapping) -> Iterator[Paragraph]:
    design = study.get("crossed")
    if design:
        text = PROSE.text(
            "crossed",
            "text",
            models=joined(design["models"]),
            trainsets=joined(design["trainsets"]),
            replicates=design["replicates"],
            penalty=f"{design['inverse_penalty']:g}",
            resample=design["resample"],
            folds=joined([name for name, task in study["tasks"].items() if "folds" in task["split"]]),
        )
        yield Paragraph(PROSE.text("crossed", "title"), text)


def _base(base: Mapping) -> str:
    if base["type"] != "pretrain":
        return PROSE.text("base", base["type"], **base)
    size, training = base["architecture"], base["training"]
    text = PROSE.text(
        "base",
        "pretrain",
        layers=size["num_hidden_layers"],
        width=size["hidden_size"],
        corpus=base["corpus"]["type"],
        epochs=f"{training['epochs']:g}",
        tokens=training["batch_tokens"],
        learning_rate=f"{training['learning_rate']:g}",
        masked=f"{training['mask_probability']:g}",
    )
    factor = base["corpus"].get("association", 1)
    return text if factor == 1 else f"{text} {PROSE.text('base', 'association', factor=f'{factor:g}')}"


def _interventions(study: Mapping) -> Iterator[str]:
    records = {**registry.model_interventions(), **registry.data_interventions()}
    used = {name: settings for name, settings in study["interventions"].items() if settings is not None}
    for name, settings in used.items():
        record = records[name]
        settings = {key: value for key, value in settings.items() if (key, value) != ("models", ["pretrained"])}
        values = {"label": record.label, "description": record.description, "settings": settings_text(settings)}
        yield PROSE.text("interventions", "intervention", **values)
    if not used:
        yield PROSE.text("interventions", "none")
    yield PROSE.text("interventions", "replicates", replicates=study["control_replicates"])


def _fine_tuning(study: Mapping) -> str:
    recipe = study["fine_tuning"]
    head = registry.heads()[recipe["head"]]
    trained = PROSE.text("fine_tuning", "everything" if head.trains_encoder else "head_alone")
    return PROSE.text(
        "fine_tuning",
        "text",
        head=head.description,
        prompts=" ".join(_prompt(task, prompt) for task, prompt in recipe["prompt"].items()),
        trained=trained if recipe["epochs"] else None,
        epochs=f"{recipe['epochs']:g}",
        steps=recipe["min_steps"],
        batch_size=recipe["batch_size"],
        learning_rate=f"{recipe['learning_rate']:g}",
        warm_up=f"{recipe['warmup_share']:g}",
        tokens=recipe["max_length"],
        solved=head.solved,
        seed=study["seed"],
    )


def _prompt(task: str, prompt: Mapping) -> str:
    words = "; ".join(f"{label}: {', '.join(words)}" for label, words in prompt["labels"].items())
    return PROSE.text("fine_tuning", "prompt", task=task, template=prompt["template"], words=words)


def _upstream(name: str, task: Mapping) -> Iterator[str]:
    for measure, settings in task["upstream"].items():
        record = registry.upstream_measures()[measure]
        yield PROSE.text(
            "upstream",
            "text",
            task=name,
            measure=record.label,
            description=record.description,
            unit=record.unit,
            settings=settings_text(settings),
        )


def _downstream(study: Mapping) -> Iterator[str]:
    for name, task in study["tasks"].items():
        yield PROSE.text(
            "downstream",
            "text",
            task=name,
            description=registry.task_kinds()[task["kind"]].description,
            decision=spaced(task.get("decision", "argmax")),
            min_cell=task["min_cell"],
        )
    decoder = study["intermediate_decoder"]
    if decoder != "none":
        yield PROSE.text("downstream", "intermediate", decoder=decoder.replace("_", "-"))
