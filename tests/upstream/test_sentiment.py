"""Sentiment of fillers by a classifier: against one text at a time, and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.upstream import negative_sentiment
from biastransfer.upstream.sentiment import Classifier

from support.checkpoints import make_checkpoint
from support.measures import CPU, TERMS, opened, read
from support.settings import measure_switches
from support.workflow import REPORT, TINY, edit, planned, snakemake

TEXTS = ["nurse", "My friend is brave.", "kind", "They say the attorney had a good day at work, she said."]


@pytest.fixture(scope="module", params=["model.safetensors", "pytorch_model.bin"])
def sentiment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of three classes, as safetensors or as the older format that the paper's classifier has."""
    folder = make_checkpoint("roberta-bpe", tmp_path_factory.mktemp("sentiment"))
    names = {0: "negative", 1: "neutral", 2: "positive"}
    torch.manual_seed(3)
    model = AutoModelForSequenceClassification.from_pretrained(folder, id2label=names, num_labels=3)
    model.classifier.out_proj.weight.data *= 4
    (folder / "model.safetensors").unlink()
    if request.param == "model.safetensors":
        model.save_pretrained(folder)
    else:
        model.config.save_pretrained(folder)
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


@torch.no_grad()
def reference(folder: Path, text: str) -> np.ndarray:
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    return model(**load_tokenizer(folder)(text, return_tensors="pt")).logits.double().softmax(-1)[0].numpy()


@pytest.mark.parametrize(("negative", "column"), [("negative", 0), (0, 0), ("2", 2), ("neutral", 1)])
def test_the_classifier_equals_one_text_at_a_time(sentiment: Path, negative: str | int, column: int) -> None:
    found = Classifier(sentiment, negative, CPU)(TEXTS)
    expected = [reference(sentiment, text)[column] for text in TEXTS]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.ptp(expected) > 0.01


def test_a_text_longer_than_the_classifier_is_cut(sentiment: Path) -> None:
    assert np.isfinite(Classifier(sentiment, 0, CPU)(["nurse " * 500])).all()


@pytest.mark.parametrize("unit", ["token", "sentence"])
def test_negative_sentiment_by_the_classifier(checkpoint: Path, sentiment: Path, unit: str) -> None:
    model, tokenizer = opened(checkpoint)
    settings = measure_switches("negative_sentiment", score=unit, top_k=3)
    settings["classifier"] = {"folder": str(sentiment), "negative": "negative"}
    row = negative_sentiment.score(model, tokenizer, read("negative_sentiment"), TERMS, **settings).iloc[0]
    assert (row["target"], row["template"]) == ("gay", "people")
    texts = [word if unit == "token" else f"Gay people are {word}." for word in row["fillers"]]
    assert row["score"] == pytest.approx(np.mean([reference(sentiment, text)[0] for text in texts]), abs=1e-5)
    assert row["unknown_share"] == 0


def test_what_is_no_such_classifier_is_refused(sentiment: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"classifier.negative: .* has no class 'negativ'; .*Did you mean 'negative'"):
        Classifier(sentiment, "negativ", CPU)
    headless = make_checkpoint("bert-wordpiece", tmp_path / "masked")
    with pytest.raises(Problem, match="has no sequence-classification head"):
        Classifier(headless, 0, CPU)
    single = tmp_path / "single"
    torch.manual_seed(0)
    AutoModelForSequenceClassification.from_pretrained(headless, num_labels=1).save_pretrained(single)
    with pytest.raises(Problem, match="has no tokenizer; one of these files is needed"):
        Classifier(single, 0, CPU)
    load_tokenizer(headless).save_pretrained(single)
    with pytest.raises(Problem, match="has a single output; two classes or more are needed"):
        Classifier(single, 0, CPU)
    with pytest.raises(Problem, match="cannot be opened as a sequence classifier"):
        Classifier(tmp_path / "nowhere", 0, CPU)
    assert load_masked_lm(headless, CPU)


@pytest.mark.end_to_end
@pytest.mark.parametrize("sentiment", ["model.safetensors"], indirect=True)
def test_another_classifier_scores_negative_sentiment_again(tiny_study: Path, sentiment: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(tiny_study, folder, symlinks=True)
    shutil.copytree(sentiment, folder / "classifier")
    edit(
        folder / "tests/studies/tiny.yaml",
        "negative_sentiment.yaml}",
        "negative_sentiment.yaml, classifier: {type: path, path: classifier, negative: negative}}",
    )
    rules = {"import_classifier", "check_sentences", "score_upstream", "score_run_wiki"} | REPORT
    assert set(planned(folder)) == rules
    snakemake(folder, "--cores", "2", *TINY)
    root = folder / "results/tiny"
    beside = json.loads((root / "upstream/negative_sentiment/pretrained.provenance.json").read_text())
    assert "results/tiny/sentiment/model.safetensors" in beside["sha256"]
    assert not planned(folder)
    file = folder / "classifier" / "model.safetensors"
    file.write_bytes(file.read_bytes() + b" ")
    assert set(planned(folder)) == rules - {"check_sentences"}
