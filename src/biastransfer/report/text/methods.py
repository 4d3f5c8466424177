"""The methods section of a report, written from the study file."""

from collections.abc import Mapping

from biastransfer.report.text.labels import listed, measure_label

_DOWNSTREAM = {
    "label_by_group": "TPR ratio: true positive rate of the first compared group over that of the second, per label "
    "(De-Arteaga et al. 2019; Steed et al. 2022, Eq. 1), explained in logs",
    "flag_by_mention": "false positive rate among texts that mention a term and are not flagged (Dixon et al. 2018), explained in levels",
}
_UPSTREAM = {
    "pronoun_ranking": "log probability of one group's pronoun less that of the other's, each against its prior, over templates "
    "(Kurita et al. 2019; Steed et al. 2022, Eq. 2)",
    "negative_sentiment": "mean negative sentiment of the most probable fillers of a mask (after Hutchinson et al. 2020)",
    "identity_ranking": "log probability of a term, against its prior, with toxic less with other attributes (Steed et al. 2022, "
    "appendix C.2)",
    "group_association": "cosine of sentence embeddings with one group's words less that with the other's "
    "(Caliskan et al. 2017; May et al. 2019)",
    "term_association": "cosine of sentence embeddings with one side's words less that with the other's "
    "(Caliskan et al. 2017; May et al. 2019)",
}
_INTERVENTIONS = {
    "random_init": "fresh weights in the same architecture",
    "uniform_noise": "uniform noise on the word embeddings, relative to their standard deviation, clipped to their range",
    "gaussian_noise": "Gaussian noise on the word embeddings, relative to their standard deviation, clipped to their range",
    "sentdebias": "γ times the projection on a bias subspace taken out (SentDebias, Liang et al. 2020)",
    "leace": "least-squares concept erasure (Belrose et al. 2023)",
    "rebalanced": "over- and under-sampling within labels that closes a share of the gap between groups",
    "scrubbed": "comments that mention each term removed, a share of toxic or of all",
    "proxies_scrubbed": "words most associated with a bias direction replaced (Baksi et al. 2024)",
    "swapped": "counterfactual copies with pairs of words swapped",
    "subsampled": "a random part of the training texts, smaller ones within larger ones",
}

_HEADS = {
    "classification": "Sequence classification, all weights trained:",
    "linear_probe": "A linear probe on the mean of the last hidden states, the encoder frozen:",
    "prompt": "Prompts: the language-model head's logits at a mask, averaged over the tokens of each class's words (Schick and "
    "Schütze 2021; Ding et al. 2022), all weights trained.{prompts}",
}


def paragraphs(study: Mapping, described: Mapping[str, Mapping], smallest: float) -> list[tuple[str, str]]:
    """What was done, in the order of the workflow.

    Parameters
    ----------
    study : the study file with all defaults, as plain values.
    described : task -> what preparation found: ``kind``, ``rows``, ``targets``.
    smallest : smallest effect of interest.

    Returns
    -------
    Pairs of title and text.
    """
    return [
        ("Data", " ".join(_data(name, study["tasks"][name], facts) for name, facts in described.items())),
        ("Base model", _base(study["base"])),
        ("Interventions", _interventions(study)),
        ("Fine-tuning", _fine_tuning(study)),
        ("Bias before fine-tuning", " ".join(_upstream(name, task) for name, task in study["tasks"].items())),
        ("Bias after fine-tuning", _downstream(study)),
        ("Analysis", analysis(study["analysis"], smallest)),
    ]


def analysis(settings: Mapping, smallest: float) -> str:
    """The analysis, which a stand-alone table gets too."""
    return (
        "Bias of each run and target is regressed on upstream bias and on statistics of the training data, by least squares with "
        "fixed effects of runs, per treatment group (Steed et al. 2022, Eq. 4). As printed: within R², classical F, HC3 errors of "
        "the dummy-variable regression. Beside them: HC3 on demeaned data, errors clustered by model (Arellano, HC3 weights), "
        "by target (CRV1; CRV3, the cluster jackknife) and p values of the wild cluster bootstrap (restricted, Rademacher, "
        f"{settings['resamples']} draws, all sign vectors for few clusters). Specifications: rows copied over templates as in the paper; "
        "one row per run and target; the same with target effects; one row per target. Correlations over targets have bootstrap "
        f"intervals (BCa, {settings['resamples']} samples), permutation tests, Holm's correction, and tests of equivalence with a margin "
        f"of {settings['equivalence_margin']:g} standard deviations of the control. The smallest effect of interest is {smallest:g} "
        "standard deviations of bias per standard deviation of the cause. Rates over too few texts and runs that did not learn are left out."
    )


def _data(name: str, task: Mapping, facts: Mapping) -> str:
    source = task["source"]
    origin = {
        "simulated": "simulated texts with planted associations",
        "files": "the user's files",
        "hub": f"{source.get('dataset')} at revision {source.get('revision')}",
        "wikipedia_talk": "Wikipedia Talk comments (Wulczyn et al. 2017)",
    }[source["type"]]
    rows = ", ".join(f"{count:,} {split}" for split, count in facts["rows"].items() if count)
    split = task["split"] if isinstance(task["split"], str) else "own shares"
    parts = [f"{name}: {origin}; {len(facts['targets'])} targets; {rows} texts (split {split})."]
    if task.get("scrub"):
        parts.append(f"Scrubbed of {task['scrub']}.")
    if task.get("compare"):
        parts.append(f"Compared: {task['compare'][0]} with {task['compare'][1]}, as recorded.")
    return " ".join(parts)


def _base(base: Mapping) -> str:
    if base["type"] != "pretrain":
        return (
            f"{base['model']} at revision {base['revision']}."
            if base["type"] == "hub"
            else f"The checkpoint {base['path']}."
        )
    size, training = base["architecture"], base["training"]
    return (
        f"A RoBERTa of {size['num_hidden_layers']} layers and width {size['hidden_size']}, pre-trained here on {base['corpus']['type']} "
        f"text: {training['epochs']:g} epochs, {training['batch_tokens']} tokens a step, learning rate {training['learning_rate']:g}, masked share "
        f"{training['mask_probability']:g}."
    )


def _interventions(study: Mapping) -> str:
    told = []
    for name, settings in study["interventions"].items():
        if settings is None:
            continue
        facts = []
        for key in ("levels", "shares", "comments", "over", "under", "both", "words", "thresholds", "rows"):
            if settings.get(key):
                facts.append(
                    f"{key} {listed([_level(value) for value in settings[key]] if isinstance(settings[key], list) else [_level(settings[key])])}"
                )
        if settings.get("trials"):
            facts.append(f"{settings['trials']} trials")
        if settings.get("models") and settings["models"] != ["pretrained"]:
            facts.append(f"on {listed(settings['models'])}")
        told.append(
            f"{name.replace('_', ' ')}: {_INTERVENTIONS.get(name, 'see the study file')}"
            + (f" ({'; '.join(facts)})" if facts else "")
            + "."
        )
    replicates = study["control_replicates"]
    return (
        " ".join(told or ["None."]) + f" The control was fine-tuned {replicates} time{'s' if replicates > 1 else ''}."
    )


def _level(value: object) -> str:
    return (
        " + ".join(_level(part) for part in value)
        if isinstance(value, list | tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _fine_tuning(study: Mapping) -> str:
    recipe = study["fine_tuning"]
    head = _HEADS[recipe["head"]].format(prompts=_prompts(study))
    if not recipe["epochs"]:
        return f"{head} Nothing is trained: the models predict as they are. Seed {study['seed']}."
    least = f" and at least {recipe['min_steps']} steps" if recipe["min_steps"] else ""
    return (
        f"{head} {recipe['epochs']:g} epochs{least}, batches of {recipe['batch_size']}, learning rate {recipe['learning_rate']:g} "
        f"(AdamW, linear decay, warm-up {recipe['warmup_share']:g}), at most {recipe['max_length']} tokens, last checkpoint. Head and batch order "
        f"are the same for all models and trainsets of a replicate. Seed {study['seed']}."
    )


def _prompts(study: Mapping) -> str:
    """The templates and words that the study file gives."""
    found = []
    for name, prompt in study["fine_tuning"]["prompt"].items():
        words = "; ".join(f"{label}: {', '.join(words)}" for label, words in prompt["labels"].items())
        found.append(f"{name}: “{prompt['template']}”" + (f" ({words})" if words else ""))
    return f" {'. '.join(found)}." if found else ""


def _upstream(name: str, task: Mapping) -> str:
    measures = []
    for measure, settings in task["upstream"].items():
        switches = ", ".join(
            f"{key.replace('_', ' ')} {value}"
            for key, value in settings.items()
            if key not in ("templates", "classifier") and value is not None
        )
        classifier = settings.get("classifier") or {}
        scorer = (
            f"; sentiment by {classifier.get('model') or classifier.get('path') or 'the VADER lexicon'}"
            if measure == "negative_sentiment"
            else ""
        )
        measures.append(
            f"{measure_label(measure)}: {_UPSTREAM.get(measure, 'see the template set')} (templates {settings['templates']}"
            + (f"; {switches}" if switches else "")
            + f"{scorer})"
        )
    return f"{name}: " + "; ".join(measures) + "."


def _downstream(study: Mapping) -> str:
    parts = [f"{name}: {_DOWNSTREAM[task['kind']]}; decision by {task['decision'].replace('_', ' ')}; rates over fewer than "
             f"{task['min_cell']} texts left out." for name, task in study["tasks"].items()]  # fmt: skip
    decoder = study["intermediate_decoder"]
    if decoder != "none":
        parts.append(
            f"The upstream measures are taken again on the fine-tuned encoders, with the {decoder.replace('_', '-')} language-model head."
        )
    return " ".join(parts)
