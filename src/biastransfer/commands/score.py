"""``biastransfer score``: scores of any checkpoint by a template set, without a study."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from biastransfer.common import registry
from biastransfer.common.problems import Problem, listing, nearest
from biastransfer.engine import parquet_files
from biastransfer.engine.fingerprints import code_fingerprint
from biastransfer.engine.side_cars import scored_with, write_json
from biastransfer.study.error_messages import sentences
from biastransfer.upstream.classifier_section import ClassifierFromHub, ClassifierFromPath, Lexicon

FROM_FOLDER = "name a local folder: `--switch 'classifier={type: path, path: FOLDER}'`"

WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
"""Files with a checkpoint's weights."""


def score_checkpoint(
    model: str,
    template_file: Path,
    targets: str,
    *,
    revision: str = "main",
    compare: Sequence[str] = (),
    switches: Mapping[str, object],
    device: str = "auto",
    out: Path | None = None,
) -> tuple[str, pd.DataFrame]:
    """Score a checkpoint by a template set.

    Parameters
    ----------
    model : a folder, or a model of the Hugging Face hub at ``revision``.
    template_file : YAML, with the name of the measure.
    targets : a file with one per line, or names separated by commas; ``NAME=FORM`` has the form in a sentence.
    compare : the two groups of a measure that compares groups; by default the first two that are not neutral.
    switches : of the measure, as in a study file (docs/methods.md).
    device : auto, cpu or cuda.
    out : .parquet or .csv file for the scores; ``OUT.provenance.json`` has their origin.

    Returns
    -------
    The measure's name and its table of scores.

    Raises
    ------
    Problem : an argument is wrong.
    """
    from biastransfer.checkpoints.load import load_masked_lm
    from biastransfer.checkpoints.tokenizer import check_tokenizer, load_tokenizer
    from biastransfer.training.device import start_torch
    from biastransfer.upstream.templates import read_templates, surfaces

    templates = read_templates(template_file)
    measure = registry.upstream_measures()[templates.measure]
    settings = _settings(templates.measure, switches)
    needs = measure.needs
    if "compare" in needs:
        known = templates.pronouns or templates.attributes
        groups = list(compare) or [group for group in known if group != templates.neutral][:2]
        if len(groups) != 2:
            raise Problem(
                f"--compare: found {listing(groups) or 'none'}; the measure needs two groups, e.g. she/her,he/him."
            )
        read_templates(template_file, compare=groups)
        settings["compare"] = groups
    elif compare:
        raise Problem(f"--compare: {templates.measure} compares no groups; remove the option.")
    names, forms = _targets(targets)
    if device not in ("auto", "cpu", "cuda"):
        raise Problem(f"--device: found {device!r}; allowed: auto, cpu, cuda.")
    if out and (out.is_dir() or not out.parent.is_dir()):
        raise Problem(
            f"--out: {out} is a folder." if out.is_dir() else f"--out: the folder {out.parent} does not exist."
        )
    if out and out.suffix not in (".parquet", ".csv"):
        raise Problem(f"--out: {out} ends in {out.suffix or 'nothing'!r}; allowed: .parquet, .csv.")
    folder = model if Path(model).is_dir() else _download(model, revision, "MODEL", "give a folder as MODEL")
    opened = load_masked_lm(folder, start_torch(device), "MODEL", head=measure.head)
    check_tokenizer(folder, opened, "MODEL")
    scores = registry.load(measure.module).score(
        opened, load_tokenizer(folder), templates, surfaces(names, forms), **settings
    )
    if out:
        if out.suffix == ".csv":
            scores.to_csv(out, index=False, lineterminator="\n")
        else:
            parquet_files.write(scores, templates.measure, out)
        code = code_fingerprint(Path(__file__), (measure.module,), (templates.measure,))
        places = [folder, *([settings["classifier"]["folder"]] if settings.get("classifier") else [])]
        weights = [file for place in places for name in WEIGHTS for file in sorted(Path(place).glob(name))]
        read = (template_file, *weights)
        write_json(
            scored_with(opened.device.type, code, read) | {"model": model, "settings": settings},
            out.with_suffix(".provenance.json"),
        )
    return templates.measure, scores


def _targets(given: str) -> tuple[list[str], dict[str, str]]:
    """Targets and their surface forms, from a file or from a list."""
    from biastransfer.tasks.sources import read_terms

    try:
        is_file = Path(given).is_file()
    except OSError:  # a long list is no file name
        is_file = False
    pairs = [line.partition("=") for line in read_terms(given if is_file else given.split(","), "--targets")]
    return [name.strip() for name, _, _ in pairs], {name.strip(): form.strip() for name, sign, form in pairs if sign}


def _settings(measure: str, switches: Mapping[str, object]) -> dict:
    """The measure's switches, checked like those of a study file."""
    from pydantic import ValidationError

    kind = registry.upstream_measures()[measure].section
    known = [name for name in kind.model_fields if name != "templates"]
    for switch in switches:
        if switch not in known:
            raise Problem(
                f"--switch: {switch}: {measure} has no such switch; allowed: {listing(known)}.{nearest(switch, known)}"
            )
    try:
        section = kind.model_validate({"templates": "", **switches})
    except ValidationError as error:
        raise Problem("\n".join(sentences(error.errors(), "--switch", kind))) from None
    settings = {switch: getattr(section, switch) for switch in known}
    if "classifier" in settings:
        settings["classifier"] = _classifier(section.classifier)
    return settings


def _classifier(section: Lexicon | ClassifierFromPath | ClassifierFromHub) -> dict | None:
    """The sentiment classifier's folder, downloaded if needed; None is the lexicon."""
    from biastransfer.upstream import sentiment

    if isinstance(section, Lexicon):
        return None
    if isinstance(section, ClassifierFromPath):
        folder = section.path
    else:
        folder = _download(section.model, section.revision, "classifier.model", FROM_FOLDER, sentiment.WEIGHTS)
    return {"folder": folder, "negative": section.negative}


def _download(
    model: str, revision: str, key: str, instead: str, weights: Sequence[str] = ("model.safetensors",)
) -> Path:
    """The folder of a model of the hub in the local cache."""
    from biastransfer.engine.downloads import hub

    fetch = f"run `hf download {model} --revision {revision}` on a machine with a network"
    return hub.checkpoint(hub.Repository(model, revision, key, instead, fetch=fetch), weights).parent
