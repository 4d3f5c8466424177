"""Downloads: what comes is checked and written down; what does not come is one sentence."""

import functools
import hashlib
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from conftest import REPOSITORY, copy_workflow, make_checkpoint, snakemake
from safetensors.torch import load_file
from transformers import RobertaConfig, RobertaForSequenceClassification

from biastransfer.problems import Problem
from biastransfer.tasks import downloads
from biastransfer.training.load import download_checkpoint

REVISION = "0123456789abcdef0123456789abcdef01234567"
COMMENTS = "rev_id\tcomment\tyear\tlogged_in\tns\tsample\tsplit\n" + "".join(
    f"{number}.0\tYouNEWLINE_TOKENare {word}\t2015\tTrue\tarticle\trandom\t{split}\n"
    for number, (word, split) in enumerate([("kind", "train"), ("stupid", "train"), ("gay", "dev"), ("old", "test")])
)
VOTES = "rev_id\tworker_id\ttoxicity\ttoxicity_score\n" + "".join(
    f"{row}.0\t{worker}\t{vote}\t-1\n"
    for row, votes in enumerate([(0, 0, 1), (1, 1, 0), (1, 0), (0, 0)])
    for worker, vote in enumerate(votes)
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server of the two files of the figshare record, on this machine."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "comments.tsv").write_text(COMMENTS)
    (folder / "annotations.tsv").write_text(VOTES)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *arguments: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


def test_a_file_is_fetched_and_its_checksum_told(server: str, tmp_path: Path) -> None:
    found = downloads.fetch(f"{server}/comments.tsv", tmp_path / "x.tsv", "unverified", "key")
    assert found == hashlib.sha256(COMMENTS.encode()).hexdigest()
    assert (tmp_path / "x.tsv").read_text() == COMMENTS
    assert downloads.fetch(f"{server}/comments.tsv", tmp_path / "x.tsv", found, "key") == found


def test_a_wrong_checksum_or_no_file_is_a_sentence(server: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"has SHA-256 [0-9a-f]{64}, the study file says abc"):
        downloads.fetch(f"{server}/comments.tsv", tmp_path / "x.tsv", "abc", "key")
    with pytest.raises(Problem, match=r"key: .*nowhere.tsv cannot be downloaded: .*404"):
        downloads.fetch(f"{server}/nowhere.tsv", tmp_path / "x.tsv", "unverified", "key")
    assert not (tmp_path / "x.tsv").exists()


def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    class Short(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"rev_id")

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Short) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        with pytest.raises(Problem, match="broke off after 6 of 1000 bytes"):
            downloads.fetch(f"http://127.0.0.1:{running.server_address[1]}/x", tmp_path / "x", "unverified", "key")
        running.shutdown()
    assert not list(tmp_path.iterdir())


def test_comments_without_annotation_are_refused(tmp_path: Path) -> None:
    (tmp_path / "c.tsv").write_text(COMMENTS)
    (tmp_path / "a.tsv").write_text("\n".join(VOTES.splitlines()[:-2]) + "\n")
    with pytest.raises(Problem, match=r"key.annotations: 1 of 4 comments have no annotation"):
        downloads.wikipedia_talk(tmp_path / "c.tsv", tmp_path / "a.tsv", "key")


def test_a_comment_is_toxic_if_more_than_half_say_so(tmp_path: Path) -> None:
    (tmp_path / "c.tsv").write_text(COMMENTS)
    (tmp_path / "a.tsv").write_text(VOTES)
    splits = downloads.wikipedia_talk(tmp_path / "c.tsv", tmp_path / "a.tsv", "key")
    assert {name: rows[["id", "label"]].to_numpy().tolist() for name, rows in splits.items()} == {
        "train": [["0", 0], ["1", 1]], "dev": [["2", 0]], "test": [["3", 0]],
    }  # fmt: skip
    assert "NEWLINE_TOKEN" in splits["train"]["text"].iloc[0]  # preparation turns it into a space


def test_a_dataset_of_a_folder_has_the_splits_of_the_hub(tmp_path: Path) -> None:
    for split in ("train", "validation", "test"):
        pd.DataFrame({"hard_text": [split] * 3, "profession": [0, 1, 2]}).to_parquet(tmp_path / f"{split}.parquet")
    splits = downloads.hub_dataset(str(tmp_path), "main", "key")
    assert {name: rows["hard_text"].tolist() for name, rows in splits.items()} == {
        "train": ["train"] * 3, "dev": ["validation"] * 3, "test": ["test"] * 3,
    }  # fmt: skip


def test_a_dataset_that_cannot_be_had_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    with pytest.raises(Problem, match="key: nobody/nothing at revision main can be had neither from the hub nor"):
        downloads.hub_dataset("nobody/nothing", "main", "key")


def hub_cache(folder: Path, model: str, checkpoint: Path, revision: str = REVISION) -> None:
    """Lay a checkpoint out as the hub's cache does."""
    root = folder / f"models--{model.replace('/', '--')}"
    shutil.copytree(checkpoint, root / "snapshots" / revision)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(revision)


def test_a_checkpoint_comes_from_the_hubs_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    checkpoint = make_checkpoint("bert-wordpiece", tmp_path / "bert")
    hub_cache(tmp_path / "hub", "someone/bert", checkpoint)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    assert Path(download_checkpoint("someone/bert", "main")).name == REVISION
    with pytest.raises(Problem, match=r"base.model: someone/roberta at revision main can be had neither"):
        download_checkpoint("someone/roberta", "main")


@pytest.mark.end_to_end
def test_a_study_of_downloads_is_prepared(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dataset in the hub's shape, comments from a server, a BERT and the paper's classifier from the hub's cache."""
    folder = copy_workflow(tmp_path / "copy")
    hub_cache(tmp_path / "hub", "someone/bert", make_checkpoint("bert-wordpiece", tmp_path / "bert"))
    study = yaml.safe_load((REPOSITORY / "studies" / "steed2022.yaml").read_text())
    named = study["tasks"]["wiki"]["upstream"]["negative_sentiment"]["classifier"]
    classifier = make_checkpoint("roberta-bpe", tmp_path / "sentiment")
    model = RobertaForSequenceClassification(RobertaConfig.from_pretrained(classifier, num_labels=3))
    (classifier / "model.safetensors").unlink()
    torch.save(model.state_dict(), classifier / "pytorch_model.bin")
    model.config.save_pretrained(classifier)
    hub_cache(tmp_path / "hub", named["model"], classifier, named["revision"])
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    data = folder / "people"
    data.mkdir()
    for split in ("train", "validation", "test"):
        people = pd.DataFrame({"hard_text": ["She cares.", "He writes."] * 60, "profession": [13, 2] * 60})
        people["gender"] = [1, 1, 0] * 40
        people.to_parquet(data / f"{split}.parquet")
    study["tasks"]["bios"]["source"]["dataset"] = str(data)
    wiki = study["tasks"]["wiki"]["source"]
    wiki |= {"comments": f"{server}/comments.tsv", "annotations": f"{server}/annotations.tsv"}
    del wiki["phrases"], study["tasks"]["wiki"]["fpr_testset"]
    study["tasks"]["wiki"]["split"] = "native"
    study["base"] = {"type": "hub", "model": "someone/bert", "revision": "main"}
    pd.DataFrame({"text": ["She is here."] * 3}).to_parquet(folder / "sentences.parquet")
    study |= {"study": "downloaded", "data": ".", "bias_subspace": {"sentences": {"files": ["sentences.parquet"]}}}
    rows = "".join(
        f"{i}.0\tyou are gay {i}\t1\tT\ta\tr\t{s}\n" for i in range(90) for s in [["train", "dev", "test"][i % 3]]
    )
    served = tmp_path / "served"
    (served / "comments.tsv").write_text(COMMENTS.splitlines()[0] + "\n" + rows)
    votes = "".join(f"{i}.0\t1\t{i // 3 % 2}\t0\n" for i in range(90))
    (served / "annotations.tsv").write_text(VOTES.splitlines()[0] + "\n" + votes)
    (folder / "study.yaml").write_text(yaml.safe_dump(study))
    snakemake(folder, "--cores", "2", "--configfile", "study.yaml", "--until", "import_classifier", "check_sentences")
    root = folder / "results" / "downloaded"
    lock = (root / "downloads/wiki/lock.json").read_text()
    assert hashlib.sha256((served / "comments.tsv").read_bytes()).hexdigest() in lock
    train = pd.read_parquet(root / "data/wiki/train.parquet")
    assert len(train) == 30
    assert set(train["label"]) == {"flagged", "not_flagged"}
    assert all(terms == ["gay"] for terms in train["terms"].map(list))
    people = pd.read_parquet(root / "data/bios/train.parquet")
    assert set(people["label"]) == {"nurse", "attorney"}
    assert set(people["group"]) == {"she/her", "he/him"}
    assert (root / "base/model.safetensors").is_file()
    assert json.loads((root / "sentiment/lock.json").read_text())["commit"] == named["revision"]
    weights = load_file(root / "sentiment/model.safetensors")
    assert torch.equal(weights["classifier.out_proj.weight"], model.classifier.out_proj.weight)
    asked = {measure: json.loads((root / f"checks/sentences/{measure}.json").read_text())["queries"]
             for measure in ("pronoun_ranking", "negative_sentiment", "identity_ranking")}  # fmt: skip
    assert asked == {"pronoun_ranking": 2 * 3 * 5 * 2, "negative_sentiment": 7 * 50, "identity_ranking": 2 * 32 * 50}
