"""Heads beside the sequence classifier: linear probes on a frozen encoder, and prompts of the masked language model."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from safetensors.torch import load_file
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

from biastransfer.checkpoints.fine_tuned_encoder import load_intermediate
from biastransfer.checkpoints.load import load_masked_lm, save_checkpoint
from biastransfer.checkpoints.projected import project
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.finetune import linear_probe, prompt
from biastransfer.finetune.plain_texts import tokenize
from biastransfer.finetune.predict import predict
from biastransfer.finetune.prompt_template import label_number
from biastransfer.finetune.prompted_texts import tokenize as tokenize_prompt
from biastransfer.finetune.steps import epochs_with
from biastransfer.finetune.train import fine_tune
from biastransfer.finetune.verbalizer import class_tokens, class_words
from biastransfer.interventions.model.weight_changes import weight_hash
from biastransfer.study.read import parse_study
from biastransfer.upstream import pronoun_ranking

from support.checkpoints import make_checkpoint
from support.measures import COMPARE, OCCUPATIONS, read
from support.settings import measure_switches, recipe
from support.studies import edited
from support.workflow import TINY, snakemake

CPU = torch.device("cpu")
CLASSES = ["attorney", "nurse", "software_engineer"]
TEMPLATE = "{mask} is a {label}. {text}"
TEXTS = [
    "She is kind.",
    "He works as a brave friend, she said; they say so.",
    "The yoga teacher had a good day at work.",
] * 20
LABELS = np.array([1, 2, 0] * 20)


@pytest.fixture(params=["plain", "projected"])
def model(request: pytest.FixtureRequest, checkpoint: Path, tmp_path: Path) -> Path:
    """A model of a study: as it is, or with projected hidden states."""
    if request.param == "plain":
        return checkpoint
    random = np.random.default_rng(0)
    parts = [random.normal(size=shape).astype(np.float32) / 6 for shape in ((32, 1), (1, 32), (32,))]
    save_checkpoint(project(load_masked_lm(checkpoint, CPU), *parts), checkpoint, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint("roberta-bpe", tmp_path_factory.mktemp("roberta"))


def plain_tokens(folder: Path, texts: list[str] = TEXTS) -> list[list[int]]:
    return tokenize(texts, folder / "tokenizer.json", 32)


# --- linear probe --------------------------------------------------------------------------------------------------


@torch.no_grad()
def test_a_mean_state_is_that_of_the_texts_own_tokens(model: Path) -> None:
    """Text by text and token by token, without a batch."""
    encoder, tokenizer = load_masked_lm(model, CPU).base_model, load_tokenizer(model)
    expected = []
    for text in [*TEXTS[:3], ""]:
        encoded = tokenizer(text, return_special_tokens_mask=True)
        states = encoder(input_ids=torch.tensor([encoded["input_ids"]]))[0][0]
        kept = [state for state, special in zip(states, encoded["special_tokens_mask"], strict=True) if not special]
        expected.append(torch.stack(kept).mean(0) if kept else torch.zeros(states.shape[1]))
    probe = linear_probe.load(model, CLASSES, 0, CPU)
    found = linear_probe.mean_states(probe, plain_tokens(model, [*TEXTS[:3], ""]))
    torch.testing.assert_close(found, torch.stack(expected), rtol=1e-4, atol=1e-5)


def test_a_probe_trained_on_stored_states_is_the_one_trained_through_the_encoder(model: Path) -> None:
    tokens, how = plain_tokens(model), recipe(2, 1e-2, warmup_share=0.1, weight_decay=0.01, seed=4)
    fast, slow = (linear_probe.load(model, CLASSES, 0, CPU) for _ in range(2))
    history = linear_probe.fine_tune(fast, tokens, LABELS, how)
    reference = fine_tune(slow, tokens, LABELS, how)
    assert fast.head.weight.abs().max() > 0.01
    torch.testing.assert_close(fast.head.weight, slow.head.weight, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(fast.head.bias, slow.head.bias, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(history, reference, rtol=1e-3)


def test_training_a_probe_changes_its_classifier_alone(model: Path, tmp_path: Path) -> None:
    tokens = plain_tokens(model)
    hashes = []
    for seed in (1, 1, 2):
        probe = linear_probe.load(model, CLASSES, seed, CPU)
        linear_probe.fine_tune(probe, tokens, LABELS, recipe(3, 1e-2, seed=seed))
        hashes.append(weight_hash(probe))
    assert hashes[0] == hashes[1] != hashes[2]
    probability = linear_probe.predict(probe, tokens, batch_size=7)
    save_checkpoint(probe, model, tmp_path / "run")
    before, after = (load_file(folder / "model.safetensors") for folder in (model, tmp_path / "run"))
    assert {name for name in after if not name.startswith("inner.")} == {"head.weight", "head.bias"}
    assert set(before) == {name.removeprefix("inner.") for name in after if name.startswith("inner.")}
    for name, tensor in before.items():
        assert torch.equal(tensor, after[f"inner.{name}"]), name
    opened = AutoModelForSequenceClassification.from_pretrained(tmp_path / "run")
    assert opened.config.id2label == dict(enumerate(CLASSES))
    np.testing.assert_allclose(predict(opened, tokens, batch_size=7), probability, atol=1e-5)
    assert not opened.train().inner.training


def test_a_probe_reaches_the_optimum_of_logistic_regression(roberta: Path) -> None:
    """On labels that are not separable, so that there is an optimum."""
    texts = [
        f"{text} {other}" for text in TEXTS[:3] for other in ("Friend.", "Day.", "He wants.", "Jugs, DJ.", "A box.")
    ]
    texts, labels = texts * 8, np.random.default_rng(0).integers(0, 3, 15 * 8)
    labels[:45] = np.arange(45) % 15 // 5
    probe, tokens = linear_probe.load(roberta, CLASSES, 0, CPU), plain_tokens(roberta, texts)
    start = log_loss(labels, linear_probe.predict(probe, tokens, batch_size=64))
    linear_probe.fine_tune(probe, tokens, labels, recipe(800, 1e-1, batch_size=60, seed=0))
    found = log_loss(labels, linear_probe.predict(probe, tokens, batch_size=64))
    states = linear_probe.mean_states(probe, tokens).double().numpy()
    regression = LogisticRegression(C=np.inf, max_iter=20_000, tol=1e-8).fit(states, labels)
    best = log_loss(labels, regression.predict_proba(states))
    assert start == pytest.approx(np.log(3))
    assert best < start - 0.05
    assert best - 1e-6 <= found < best + 0.02 * (start - best)


def test_programs_that_do_not_know_the_probe_cannot_open_it(roberta: Path, tmp_path: Path) -> None:
    save_checkpoint(linear_probe.load(roberta, CLASSES, 0, CPU), roberta, tmp_path)
    with pytest.raises(ValueError, match="LinearProbeConfig"):
        AutoModelForMaskedLM.from_pretrained(tmp_path)
    code = f"""
import transformers
for name in ("AutoModel", "AutoModelForMaskedLM", "AutoModelForSequenceClassification"):
    try:
        getattr(transformers, name).from_pretrained({str(tmp_path)!r})
    except ValueError as error:
        print("refused" if "biastransfer_linear_probe" in str(error) else error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"] * 3


# --- prompt --------------------------------------------------------------------------------------------------------


WORDS = {"attorney": ["attorney"], "nurse": ["nurse", "yoga teacher"], "software_engineer": ["software engineer"]}


def resolved(folder: Path, template: str = TEMPLATE, words: dict[str, list[str]] = WORDS) -> tuple[dict, dict]:
    """What tokenising and what the model need to know of a prompt, as ``check_prompt`` finds it."""
    tokenizer = load_tokenizer(folder)
    model = {
        "template": template,
        "mask_id": tokenizer.mask_token_id,
        "label": label_number(template),
        "words": class_tokens(words, tokenizer, template, "k"),
    }
    return {"template": template, "mask": tokenizer.mask_token}, model


def prompted(folder: Path, template: str = TEMPLATE, max_length: int = 48) -> tuple[torch.nn.Module, list[list[int]]]:
    texts, model = resolved(folder, template)
    tokens = tokenize_prompt(TEXTS, folder / "tokenizer.json", max_length, **texts)
    return prompt.load(folder, CLASSES, 0, CPU, **model), tokens


@torch.no_grad()
@pytest.mark.parametrize("template", [TEMPLATE, "{text} That {mask} was a {label}, {mask} said."])
def test_class_logits_are_those_of_the_formula(model: Path, template: str) -> None:
    """A sentence at a time with transformers' own tokenizer; the mask is the one that a word takes the place of."""
    lm, tokenizer = load_masked_lm(model, CPU), load_tokenizer(model)
    mask = tokenizer.mask_token
    expected = []
    for text in TEXTS[:3]:
        hidden = template.format(mask=mask, label=mask, text=text)
        ids = tokenizer(hidden)["input_ids"]
        masks = [place for place, token in enumerate(ids) if token == tokenizer.mask_token_id]
        place = masks[1] if template.startswith("{mask}") else masks[-2]
        logits = lm(input_ids=torch.tensor([ids])).logits[0, place]
        row = []
        for name in CLASSES:
            of_words = []
            for word in WORDS[name]:
                pieces = tokenizer(f"a {word}", add_special_tokens=False)["input_ids"][1:]
                of_words.append(np.mean([float(logits[piece]) for piece in pieces]))
            row.append(np.mean(of_words))
        expected.append(row)
    ours, tokens = prompted(model, template)
    found = prompt.prompt_logits(ours, tokens[:3])
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=1e-4)
    assert found.std(0).min() > 0


def test_without_epochs_the_pretrained_model_predicts(model: Path, tmp_path: Path) -> None:
    ours, tokens = prompted(model)
    expected = prompt.prompt_logits(ours, tokens).softmax(-1).detach().numpy()
    assert prompt.fine_tune(ours, tokens, LABELS, recipe(0, 1e-3)) == []
    np.testing.assert_allclose(prompt.predict(ours, tokens, batch_size=7), expected, atol=1e-5)
    save_checkpoint(ours, model, tmp_path / "run")
    before, after = (load_file(folder / "model.safetensors") for folder in (model, tmp_path / "run"))
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_prompted_model_learns_repeats_and_is_an_ordinary_checkpoint(model: Path, tmp_path: Path) -> None:
    hashes = []
    for seed in (1, 1, 2):
        ours, tokens = prompted(model)
        history = prompt.fine_tune(ours, tokens, LABELS, recipe(8, 5e-3, warmup_share=0.1, seed=seed))
        hashes.append(weight_hash(ours))
    assert hashes[0] == hashes[1] != hashes[2]
    assert history[-1].loss < 0.5 * history[0].loss
    probability = prompt.predict(ours, tokens, batch_size=7)
    save_checkpoint(ours, model, tmp_path / "run")
    opened = AutoModelForMaskedLM.from_pretrained(tmp_path / "run", dtype=torch.float32)
    assert opened.config.id2label == dict(enumerate(CLASSES))
    assert opened.config.prompt["template"] == TEMPLATE
    np.testing.assert_allclose(prompt.predict(opened, tokens, batch_size=20), probability, atol=1e-5)


@pytest.mark.parametrize("template", [TEMPLATE, "{text} {mask} was a {label}!"])
def test_a_long_text_is_cut_and_the_prompt_is_whole(checkpoint: Path, template: str) -> None:
    tokenizer = load_tokenizer(checkpoint)
    texts = ["Pack my box with five dozen liquor jugs. " * 20, "She is kind.", ""]
    settings, _ = resolved(checkpoint, template)
    short, long = (tokenize_prompt(texts, checkpoint / "tokenizer.json", size, **settings) for size in (24, 10**6))
    assert [len(ids) for ids in short] == [24, *map(len, long[1:])]
    assert (
        short[1:]
        == long[1:]
        == [
            tokenizer(template.format(mask=tokenizer.mask_token, label=tokenizer.mask_token, text=text))["input_ids"]
            for text in texts[1:]
        ]
    )
    head, tail = template.split("{text}")
    before, after = (tokenizer(part.format(mask=tokenizer.mask_token, label=tokenizer.mask_token).strip())["input_ids"][1:-1]
                     for part in (head, tail))  # fmt: skip
    body = short[0][1 + len(before) : 23 - len(after)]
    assert short[0][1 : 1 + len(before)] == before
    assert short[0][23 - len(after) : 23] == after
    assert body == long[0][1 + len(before) :][: len(body)]
    assert len(body) > 3


def test_a_mask_that_a_text_holds_is_text(checkpoint: Path) -> None:
    mask = load_tokenizer(checkpoint).mask_token
    for template, place in (("{label}: {text} {mask}", 0), ("{text} {mask} {label} {mask}", -2)):
        settings, model = resolved(checkpoint, template)
        (ids,) = tokenize_prompt([f"a {mask} b"], checkpoint / "tokenizer.json", 48, **settings)
        masks = np.flatnonzero(np.array(ids) == model["mask_id"])
        assert masks[model["label"]] == masks[place]
        assert len(masks) == template.count("{") - 1, "the text has none"


def test_tokens_of_words_are_those_within_the_prompt(checkpoint: Path) -> None:
    tokenizer = load_tokenizer(checkpoint)
    inside = class_tokens(WORDS, tokenizer, TEMPLATE, "k")
    assert tokenizer.decode(inside["nurse"][1]).strip() == "yoga teacher"
    at_start = class_tokens(WORDS, tokenizer, "{label}: {text}", "k")
    space_counts = tokenizer("a nurse")["input_ids"] != tokenizer("anurse")["input_ids"] and "Ġ" in "".join(
        tokenizer.convert_ids_to_tokens(tokenizer(" nurse")["input_ids"])
    )
    assert (inside != at_start) == space_counts


def test_the_default_words_are_the_names() -> None:
    names = {"dj": "DJ", "yoga_teacher": "yoga teacher"}
    assert class_words(["dj", "yoga_teacher"], names, {"yoga_teacher": ["yogi"]}, "k") == {
        "dj": ["DJ"], "yoga_teacher": ["yogi"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "labels", "words"),
    [
        (
            {},
            {"flagged": ["kind"]},
            "k.labels: no word for the class 'not_flagged'; each of not_flagged, flagged needs",
        ),
        (
            {},
            {"flaged": ["kind"]},
            "k.labels: no class 'flaged'; allowed: not_flagged, flagged. Did you mean 'flagged'?",
        ),
        (
            {},
            {"flagged": ["kind"], "not_flagged": ["kind"]},
            "k.labels: 'not_flagged' (kind) and 'flagged' (kind) have the same tokens; each class needs words of its own",
        ),
        ({}, {"flagged": ["kind"], "not_flagged": ["岡"]}, "k.labels.not_flagged: '岡' is an unknown token"),
    ],
)
def test_words_that_cannot_be_told_apart_are_refused(names: dict, labels: dict, words: str, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(make_checkpoint("bert-wordpiece", tmp_path))
    with pytest.raises(Problem) as caught:
        class_tokens(class_words(["not_flagged", "flagged"], names, labels, "k"), tokenizer, TEMPLATE, "k")
    assert words in str(caught.value)


def test_words_with_the_same_tokens_in_another_order_are_refused(roberta: Path) -> None:
    """Their means are equal, and so would be their probabilities in every text."""
    words = {"a": ["yoga teacher"], "b": ["teacher yoga"], "c": ["nurse"]}
    with pytest.raises(Problem, match=r"'a' \(yoga teacher\) and 'b' \(teacher yoga\) have the same tokens"):
        class_tokens(words, load_tokenizer(roberta), TEMPLATE, "k")


# --- the length of a fine-tuning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("min_steps", "steps"), [(0, 16), (16, 16), (17, 17), (100, 100)])
def test_a_run_has_the_least_number_of_steps(roberta: Path, min_steps: int, steps: int) -> None:
    probe = linear_probe.load(roberta, CLASSES, 0, CPU)
    history = linear_probe.fine_tune(probe, plain_tokens(roberta), LABELS, recipe(2, 1e-2, min_steps=min_steps))
    assert history[-1].step == steps == round(epochs_with(min_steps, 2, 60, 8) * 8), "what the plan reckons with"


# --- bias after fine-tuning ----------------------------------------------------------------------------------------


def scored(model: torch.nn.Module, folder: Path) -> pd.DataFrame:
    templates = read("pronoun_ranking")
    switches = measure_switches("pronoun_ranking")
    return pronoun_ranking.score(model, load_tokenizer(folder), templates, OCCUPATIONS, compare=COMPARE, **switches)


def test_after_a_probe_bias_is_what_it_was(model: Path, tmp_path: Path) -> None:
    probe = linear_probe.load(model, CLASSES, 0, CPU)
    linear_probe.fine_tune(probe, plain_tokens(model), LABELS, recipe(1, 1e-2))
    save_checkpoint(probe, model, tmp_path / "run")
    after = load_intermediate(model, tmp_path / "run", "original", CPU)
    before = scored(load_masked_lm(model, CPU), model)
    pd.testing.assert_frame_equal(before, scored(after, model), rtol=0, atol=1e-5)


def test_after_a_prompt_the_head_is_the_original_or_the_trained_one(model: Path, tmp_path: Path) -> None:
    ours, tokens = prompted(model)
    prompt.fine_tune(ours, tokens, LABELS, recipe(4, 5e-3))
    save_checkpoint(ours, model, tmp_path / "run")
    ids = torch.tensor([[2, 9, 14, 30, 21, 3]])
    original, tied, trained = (
        load_intermediate(model, tmp_path / "run", decoder, CPU) for decoder in ("original", "tied", "fine_tuned")
    )
    torch.testing.assert_close(
        trained(input_ids=ids).logits.detach(), ours(input_ids=ids).logits.detach(), rtol=1e-4, atol=1e-4
    )
    hidden = ours.base_model(input_ids=ids)[0].detach()
    for one in (original, tied):
        torch.testing.assert_close(one.base_model(input_ids=ids)[0].detach(), hidden, rtol=1e-4, atol=1e-5)
    before = load_masked_lm(model, CPU)
    torch.testing.assert_close(original.get_output_embeddings().weight, before.get_output_embeddings().weight)
    for one, other in ((original, tied), (original, trained), (tied, trained), (original, before)):
        assert (one(input_ids=ids).logits.detach() - other(input_ids=ids).logits.detach()).abs().max() > 1e-3


def test_only_prompts_leave_a_trained_language_model_head(roberta: Path, tmp_path: Path) -> None:
    save_checkpoint(linear_probe.load(roberta, CLASSES, 0, CPU), roberta, tmp_path)
    with pytest.raises(Problem, match="intermediate_decoder: fine_tuned"):
        load_intermediate(roberta, tmp_path, "fine_tuned", CPU)


# --- the study file ------------------------------------------------------------------------------------------------


WIKI = {"template": "{text} This was {label}.", "labels": {"flagged": "rude", "not_flagged": ["kind", "good"]}}


def test_each_head_has_its_learning_rate() -> None:
    rates = {head: parse_study(
        edited(fine_tuning={"head": head} | ({"prompt": {"wiki": WIKI}} if head == "prompt" else {}))
    ).fine_tuning.learning_rate for head in ("classification", "linear_probe", "prompt")}  # fmt: skip
    assert rates == {"classification": 5e-6, "linear_probe": 1e-2, "prompt": 5e-6}
    assert parse_study(edited()).fine_tuning.head == "classification"
    given = parse_study(edited(fine_tuning={"head": "linear_probe", "learning_rate": 0.5}))
    assert given.fine_tuning.learning_rate == 0.5


def test_tasks_with_named_classes_need_no_prompt_settings() -> None:
    study = parse_study(edited(fine_tuning={"head": "prompt", "epochs": 0, "prompt": {"wiki": WIKI}}))
    assert study.fine_tuning.prompt_of("bios").template == TEMPLATE
    assert study.fine_tuning.prompt_of("wiki").labels == {"flagged": ["rude"], "not_flagged": ["kind", "good"]}


def prompts(**changes: object) -> dict:
    return {"fine_tuning": {"head": "prompt", "prompt": {"wiki": WIKI | changes}}}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fine_tuning__head": "linear_prob"}, ["fine_tuning.head", "'linear_probe'"]),
        ({"fine_tuning__epochs": 0}, ["fine_tuning.epochs: 0 trains nothing; found head classification"]),
        ({"fine_tuning": {"prompt": {"wiki": WIKI}}}, ["fine_tuning.prompt: belongs to head prompt", "classification"]),
        (
            {"fine_tuning": {"head": "prompt", "epochs": 0, "min_steps": 3, "prompt": {"wiki": WIKI}}},
            ["fine_tuning.min_steps: 3 steps are impossible with epochs 0"],
        ),
        ({"fine_tuning__min_steps": -1}, ["fine_tuning.min_steps", "found -1"]),
        ({"fine_tuning": {"head": "prompt"}}, ["fine_tuning.prompt.wiki.template: is missing; the classes flagged"]),
        (
            {"fine_tuning": {"head": "prompt", "prompt": {"wiki": {"template": "{text} {label}"}}}},
            ["fine_tuning.prompt.wiki.labels: is missing", "flagged and not_flagged have no names"],
        ),
        (
            {"fine_tuning": {"head": "prompt", "prompt": {"wiki": WIKI, "bois": {}}}},
            ["fine_tuning.prompt.bois: no such task; allowed: bios, wiki. Did you mean 'bios'?"],
        ),
        (
            prompts(template="{text} rude?"),
            ["fine_tuning.prompt.wiki.template: needs the slot {label} once, found it 0"],
        ),
        (prompts(template="{label}!"), ["fine_tuning.prompt.wiki.template: needs the slot {text} once, found it 0"]),
        (prompts(template="{text} {label} {labl}"), ["template: unknown slot {labl}", "Did you mean 'label'?"]),
        (
            prompts(template="{text} {label!r}"),
            ["wiki.template: a slot is a name and nothing else; found more after {label"],
        ),
        (prompts(template="{text} {label"), ["fine_tuning.prompt.wiki.template:", "cannot be read"]),
        (prompts(labels={"flagged": " "}), ["fine_tuning.prompt.wiki.labels.flagged: found ' '; it must be a word"]),
        (prompts(labels={"flagged": []}), ["fine_tuning.prompt.wiki.labels.flagged: found []"]),
        (prompts(tempalte="x"), ["fine_tuning.prompt.wiki.tempalte: unknown key", "'template'"]),
        ({"intermediate_decoder": "fine_tuned"}, ["intermediate_decoder: fine_tuned needs the head prompt"]),
    ],
)
def test_a_mistake_is_one_sentence_with_the_key(changes: dict, words: list[str]) -> None:
    with pytest.raises(Problem) as caught:
        parse_study(edited(**changes), "mine.yaml")
    message = str(caught.value)
    assert message.startswith("mine.yaml: ")
    assert "\n" not in message
    for word in words:
        assert word in message


# --- the workflow --------------------------------------------------------------------------------------------------


def run(tiny_study: Path, folder: Path, changes: dict, *wanted: str, check: bool = True):
    """Some results of the tiny study with another head, from those that it has; returns what Snakemake said and where."""
    shutil.copytree(tiny_study, folder, symlinks=True)
    values = yaml.safe_load((folder / TINY[1]).read_text())
    values["fine_tuning"] |= changes
    values["interventions"] = {"subsampled": {"rows": [100], "tasks": ["bios"]}}
    (folder / TINY[1]).write_text(yaml.safe_dump(values))
    files = [f"results/tiny/{file}.parquet" for file in wanted]
    return snakemake(folder, *files, "--cores", "2", *TINY, check=check), folder / "results/tiny"


@pytest.mark.end_to_end
def test_a_study_of_probes_finds_the_same_bias_after_fine_tuning(tiny_study: Path, tmp_path: Path) -> None:
    after, rates = (
        "intermediate/pronoun_ranking/bios/pretrained/original/0",
        "downstream/rates/bios/pretrained/subsampled-100/0",
    )
    changes = {"head": "linear_probe", "learning_rate": 1e-2, "min_steps": 30}
    _, root = run(tiny_study, tmp_path / "copy", changes, after, rates)
    before = pd.read_parquet(root / "upstream/pronoun_ranking/pretrained.parquet")
    pd.testing.assert_frame_equal(before, pd.read_parquet(root / f"{after}.parquet"), rtol=0, atol=1e-5)
    training = pd.read_parquet(root / "runs/bios/pretrained/subsampled-100/0/training.parquet")
    assert training["step"].iloc[-1] == 30
    assert training["loss"].iloc[-1] < training["loss"].iloc[0]
    assert pd.read_parquet(root / f"{rates}.parquet")["n"].gt(0).all()


@pytest.mark.end_to_end
def test_a_study_of_prompts_predicts_without_training(tiny_study: Path, tmp_path: Path) -> None:
    wanted = (
        "intermediate/negative_sentiment/wiki/pretrained/original/0",
        "downstream/rates/bios/pretrained/original/0",
    )
    changes = {"head": "prompt", "epochs": 0, "prompt": {"wiki": WIKI}}
    _, root = run(tiny_study, tmp_path / "copy", changes, *wanted)
    before = pd.read_parquet(root / "upstream/negative_sentiment/pretrained.parquet")
    pd.testing.assert_frame_equal(before, pd.read_parquet(root / f"{wanted[0]}.parquet"), rtol=0, atol=1e-5)
    assert pd.read_parquet(root / "runs/bios/pretrained/original/0/training.parquet").empty
    found = json.loads((root / "checks/prompt/bios.json").read_text())
    assert found["words"]["dj"] == ["DJ"]
    assert found["words"]["software_engineer"] == ["software engineer"]
    predictions = pd.read_parquet(root / "runs/bios/pretrained/original/0/predictions.parquet")
    assert len(predictions) == 1120
    assert len(set(predictions["predicted"])) > 1


@pytest.mark.end_to_end
def test_a_word_for_no_class_is_refused_before_anything_is_replaced(tiny_study: Path, tmp_path: Path) -> None:
    wrong = {"head": "prompt", "prompt": {"wiki": WIKI, "bios": {"labels": {"nures": "nurse"}}}}
    wanted = "downstream/rates/bios/pretrained/original/0"
    done, root = run(tiny_study, tmp_path / "copy", wrong, wanted, check=False)
    assert "fine_tuning.prompt.bios.labels: no class 'nures'; allowed: " in done.stderr
    assert "Did you mean 'nurse'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert (root / f"{wanted}.parquet").is_file()
    assert (root / "runs/bios/pretrained/original/0/model.safetensors").is_file()
