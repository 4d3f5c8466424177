"""Downloads are checked, locked and whole; each failure is one sentence. The servers run on this machine."""

import contextlib
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import huggingface_hub.constants
import pandas as pd
import pytest
import torch
import yaml
from safetensors.torch import load_file
from transformers import RobertaConfig, RobertaForSequenceClassification

from biastransfer.common.problems import Problem
from biastransfer.engine.downloads import web
from biastransfer.engine.downloads.hub import Repository, checkpoint, snapshot
from biastransfer.engine.downloads.lock import Lock
from biastransfer.engine.downloads.locked import get_checkpoint, get_dataset, get_file
from biastransfer.tasks import downloads

from support.checkpoints import make_checkpoint
from support.servers import COMMIT, Files, Hub, serving
from support.workflow import REPOSITORY, TINY, copy_workflow, snakemake

OTHER = "fedcba9876543210fedcba9876543210fedcba98"
TALK = bytes(range(256)) * 40
COMMENTS = "rev_id\tcomment\tyear\tlogged_in\tns\tsample\tsplit\n" + "".join(
    f"{number}.0\tYouNEWLINE_TOKENare {word}\t2015\tTrue\tarticle\trandom\t{split}\n"
    for number, (word, split) in enumerate([("kind", "train"), ("stupid", "train"), ("gay", "dev"), ("old", "test")])
)
VOTES = "rev_id\tworker_id\ttoxicity\ttoxicity_score\n" + "".join(
    f"{row}.0\t{worker}\t{vote}\t-1\n"
    for row, votes in enumerate([(0, 0, 1), (1, 1, 0), (1, 0), (0, 0)])
    for worker, vote in enumerate(votes)
)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- a file of an address ------------------------------------------------------------------------------------------


@pytest.fixture
def files() -> Iterator[Files]:
    """A server of one file, scripted by the test; ``files.url`` is the file's address."""
    owner = Files(talk=TALK)
    with serving(Files.Handler, owner) as address:
        owner.url = f"{address}/talk"
        yield owner


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three attempts at a file, without waits."""
    monkeypatch.setattr(web, "ATTEMPTS", 3)
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)


def fetched(files: Files, path: Path) -> str:
    return web.fetch(files.url, path, "tasks.wiki.source.comments", lambda sha256: None)


@pytest.mark.parametrize(
    ("script", "requests"),
    [
        ([], 1),
        ([503, 503], 3),
        ([429], 2),
        ([-5000], 2),
        ([-5000, -3000], 3),
        ([-5000, 503], 3),
        ([-1], 2),
        (["redirect"], 2),
        ([-5000, "redirect"], 3),
    ],
)
def test_a_file_comes_whole_whatever_the_server_does(files: Files, tmp_path: Path, script: list, requests: int) -> None:
    files.script = script
    assert fetched(files, tmp_path / "talk.tsv") == sha256(TALK)
    assert (tmp_path / "talk.tsv").read_bytes() == TALK
    assert [file.name for file in tmp_path.iterdir()] == ["talk.tsv"]
    assert len(files.seen) == requests


def test_a_truncated_file_is_never_accepted(files: Files, tmp_path: Path) -> None:
    files.script = [-5000, -10239, -1]
    with pytest.raises(
        Problem,
        match=r"/talk cannot be downloaded: the connection fails \(after 3 attempts\): Connection .*1 more expected.*; run",
    ):
        fetched(files, tmp_path / "talk.tsv")
    assert not list(tmp_path.iterdir())


def test_a_broken_download_starts_over_with_the_file_as_it_is_then(files: Files, tmp_path: Path) -> None:
    files.script = [-5000, 404]
    with pytest.raises(Problem, match="the server answers 404;"):
        fetched(files, tmp_path / "talk.tsv")
    (tmp_path / "talk.tsv.part").write_bytes(b"left by a killed process")
    files.files["/talk"] = changed = TALK[::-1]
    assert fetched(files, tmp_path / "talk.tsv") == sha256(changed)
    assert (tmp_path / "talk.tsv").read_bytes() == changed


def test_attempts_end(files: Files, tmp_path: Path) -> None:
    files.script = [503] * 9
    with pytest.raises(Problem, match=r"/talk cannot be downloaded: the server answers 503 \(after 3 attempts\)"):
        fetched(files, tmp_path / "talk.tsv")
    files.script, files.seen = [], []
    files.url += "/nowhere"
    with pytest.raises(
        Problem, match=r"^tasks.wiki.source.comments: .*nowhere cannot be downloaded: the server answers 404;"
    ):
        fetched(files, tmp_path / "talk.tsv")
    assert len(files.seen) == 1  # nobody waits for a file that is not there
    assert not list(tmp_path.iterdir())


def test_a_server_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    owner = Files(talk=TALK)
    with serving(Files.Handler, owner) as address:
        owner.url = f"{address}/talk"
    with pytest.raises(
        Problem,
        match=r"connection fails \(after 3 attempts\): .*refused.*; run `snakemake --cores 1 fetch .*`comments: file:///",
    ):
        fetched(owner, tmp_path / "talk.tsv")


def test_a_file_of_this_machine_has_an_address_too(tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(TALK)
    assert web.fetch((tmp_path / "copy").as_uri(), tmp_path / "x", "key", lambda sha256: None) == sha256(TALK)
    with pytest.raises(Problem, match="No such file"):
        web.fetch((tmp_path / "none").as_uri(), tmp_path / "x", "key", lambda sha256: None)


# --- the lock ------------------------------------------------------------------------------------------------------

PLACE = "tasks.wiki.source.comments"


def test_a_file_is_locked_at_first_and_not_fetched_again(files: Files, tmp_path: Path) -> None:
    lock = Lock(tmp_path / "locks" / "study.json")
    get_file(lock, PLACE, files.url, tmp_path / "talk.tsv")
    written = lock.path.read_bytes()
    assert json.loads(written) == {PLACE: {"asked": {"url": files.url}, "came": {"sha256": sha256(TALK)}}}
    get_file(lock, PLACE, files.url, tmp_path / "talk.tsv")
    assert len(files.seen) == 1
    (tmp_path / "talk.tsv").write_bytes(b"edited")
    get_file(lock, PLACE, files.url, tmp_path / "talk.tsv")
    assert (len(files.seen), (tmp_path / "talk.tsv").read_bytes()) == (2, TALK)
    assert lock.path.read_bytes() == written


def test_a_changed_file_is_refused_until_its_entry_is_deleted(files: Files, tmp_path: Path) -> None:
    lock, path = Lock(tmp_path / "study.json"), tmp_path / "results" / "talk.tsv"
    path.parent.mkdir()
    get_file(lock, PLACE, files.url, path)
    shutil.rmtree(path.parent)
    path.parent.mkdir()
    files.files["/talk"] = changed = TALK + b"more"
    with pytest.raises(Problem) as refused:
        get_file(lock, PLACE, files.url, path)
    for words in (PLACE, sha256(TALK), sha256(changed), str(lock.path), f'delete the entry "{PLACE}"'):
        assert words in str(refused.value)
    assert not list(path.parent.iterdir())
    lock.path.write_text("{}")
    get_file(lock, PLACE, files.url, path)
    assert json.loads(lock.path.read_text())[PLACE]["came"] == {"sha256": sha256(changed)}


def test_another_address_replaces_the_entry(files: Files, tmp_path: Path) -> None:
    lock = Lock(tmp_path / "study.json")
    get_file(lock, PLACE, files.url, tmp_path / "talk.tsv")
    get_file(lock, "elsewhere", files.url, tmp_path / "other.tsv")
    files.files["/talk2"] = TALK * 2
    get_file(lock, PLACE, f"{files.url}2", tmp_path / "talk.tsv")
    entries = json.loads(lock.path.read_text())
    assert entries[PLACE] == {"asked": {"url": f"{files.url}2"}, "came": {"sha256": sha256(TALK * 2)}}
    assert entries["elsewhere"]["came"] == {"sha256": sha256(TALK)}


def test_a_checksum_of_the_study_file_is_held_to(files: Files, tmp_path: Path) -> None:
    lock = Lock(tmp_path / "study.json")
    with pytest.raises(Problem, match=f"has SHA-256 {sha256(TALK)}, the study file says abc"):
        get_file(lock, PLACE, files.url, tmp_path / "talk.tsv", "abc")
    assert not list(tmp_path.iterdir())
    (tmp_path / "talk.tsv").write_bytes(TALK)
    get_file(lock, PLACE, files.url, tmp_path / "talk.tsv", sha256(TALK))
    assert len(files.seen) == 1  # a file that is there and right is not fetched
    assert json.loads(lock.path.read_text())[PLACE]["asked"] == {"url": files.url, "sha256": sha256(TALK)}


@pytest.mark.parametrize("content", ["<<<<<<< ours\n{}", "[]", '{"base.model": {"asked": "x"}}'])
def test_a_broken_lock_is_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "study.json").write_text(content)
    with pytest.raises(Problem, match=r"study\.json: cannot be read as the lock of a study"):
        Lock(tmp_path / "study.json").note("base.model", {}, {})


def test_downloads_side_by_side_all_get_into_the_lock(tmp_path: Path) -> None:
    path, start = tmp_path / "study.json", threading.Barrier(8)

    def note(number: int) -> None:
        start.wait()
        for part in range(5):
            Lock(path).note(f"{number}.{part}", {"url": "u"}, {"sha256": "s"})

    threads = [threading.Thread(target=note, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(path.read_text())) == 40


# --- the hub -------------------------------------------------------------------------------------------------------

BERT = Repository("someone/bert", "main", "base.model", "name a local folder: `base: {type: path, path: FOLDER}`")
BIOS = Repository("LabHC/bios", "main", "tasks.bios.source.dataset", "name local files", kind="dataset")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


@contextlib.contextmanager
def online(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the hub's client ask a server on this machine."""
    constants = huggingface_hub.constants
    with serving(Hub.Handler, hub) as address, monkeypatch.context() as patch:
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "ENDPOINT", address)
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
        yield


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint("bert-wordpiece", tmp_path_factory.mktemp("bert"))


def write_dataset(folder: Path, people: int = 3) -> Path:
    """A dataset as the hub has them: one Parquet file a split, and a card."""
    (folder / "data").mkdir(parents=True)
    for split in ("train", "dev", "test"):
        rows = pd.DataFrame({"hard_text": ["She cares.", "He writes."] * people, "profession": [13, 2] * people})
        rows.assign(gender=[1, 0] * people).to_parquet(folder / "data" / f"{split}-00000-of-00001.parquet")
    (folder / "README.md").write_text("---\nlicense: mit\n---\nPeople.\n")
    return folder


def hub_cache(cache: Path, asked: Repository, folder: Path, commit: str = COMMIT) -> None:
    """Lay files out as the hub's cache does: blobs, snapshots of links to them, refs."""
    root = cache / f"{asked.kind}s--{asked.name.replace('/', '--')}"
    for file in (file for file in folder.rglob("*") if file.is_file()):
        blob, link = root / "blobs" / sha256(file.read_bytes()), root / "snapshots" / commit / file.relative_to(folder)
        blob.parent.mkdir(parents=True, exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, blob)
        link.symlink_to(blob)
    (root / "refs").mkdir(exist_ok=True)
    (root / "refs" / asked.revision).write_text(commit)


def test_a_branch_stays_what_it_was_at_first(
    cache: Path, bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, hub = Lock(tmp_path / "study.json"), Hub()
    hub.add("models/someone/bert", bert)
    moved = shutil.copytree(bert, tmp_path / "moved")
    (moved / "model.safetensors").write_bytes(b"others")
    with online(hub, monkeypatch):
        assert get_checkpoint(lock, BERT).name == COMMIT
        came = {"commit": COMMIT, "sha256": {"model.safetensors": sha256((bert / "model.safetensors").read_bytes())}}
        asked = {"name": "someone/bert", "revision": "main"}
        assert json.loads(lock.path.read_text()) == {"base.model": {"asked": asked, "came": came}}
        hub.seen.clear()
        assert get_checkpoint(lock, BERT).name == COMMIT
        assert not hub.seen  # cached files of a commit are not downloaded again
        hub.add("models/someone/bert", moved, OTHER)
        assert get_checkpoint(lock, BERT).name == COMMIT
        shutil.rmtree(cache)
        assert get_checkpoint(lock, BERT).name == COMMIT
        assert get_checkpoint(lock, replace(BERT, revision=OTHER)).name == OTHER
        assert json.loads(lock.path.read_text())["base.model"]["asked"]["revision"] == OTHER
        hub.commits["models/someone/bert"][OTHER]["model.safetensors"] = b"once more"
        shutil.rmtree(cache)
        with pytest.raises(
            Problem, match=rf"someone/bert at revision {OTHER} is not what it was: its SHA-256 of model"
        ):
            get_checkpoint(lock, replace(BERT, revision=OTHER))


def test_a_dataset_is_fetched_locked_and_read(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, hub = Lock(tmp_path / "study.json"), Hub()
    hub.add("datasets/LabHC/bios", write_dataset(tmp_path / "first"))
    with online(hub, monkeypatch):
        folder = get_dataset(lock, BIOS)
        hub.add("datasets/LabHC/bios", write_dataset(tmp_path / "second", people=5), OTHER)
        assert get_dataset(lock, BIOS) == folder
    assert get_dataset(lock, BIOS) == folder
    assert set(json.loads(lock.path.read_text())[BIOS.key]["came"]["sha256"]) == {
        f"data/{split}-00000-of-00001.parquet" for split in ("train", "dev", "test")
    }
    splits = downloads.hub_dataset(folder, "key")
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 6, "dev": 6, "test": 6}
    assert splits["train"]["profession"].tolist() == [13, 2] * 3


def test_a_cache_of_the_hubs_own_layout_is_enough(cache: Path, bert: Path, tmp_path: Path) -> None:
    hub_cache(cache, BERT, bert)
    hub_cache(cache, BIOS, write_dataset(tmp_path / "people"))
    lock = Lock(tmp_path / "study.json")
    assert get_checkpoint(lock, BERT).name == get_dataset(lock, BIOS).name == COMMIT
    assert checkpoint(replace(BERT, commit=COMMIT), cached=True).parent.name == COMMIT


def test_another_cached_revision_is_named(cache: Path, bert: Path) -> None:
    hub_cache(cache, BERT, bert)
    with pytest.raises(Problem) as refused:
        checkpoint(replace(BERT, commit=OTHER))
    assert str(refused.value) == (
        f"base.model: someone/bert at revision main (commit {OTHER} by the lock) cannot be downloaded: the hub is switched "
        f"off (HF_HUB_OFFLINE is 1); the cache {cache} has these revisions of it: {COMMIT} (main); "
        "run `snakemake --cores 1 fetch --configfile …` on a machine with a network, or set HF_HOME to a folder whose hub/ has it, "
        "or name a local folder: `base: {type: path, path: FOLDER}`."
    )


def test_a_failed_download_is_a_sentence(
    cache: Path, bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    hub.add("models/someone/bert", bert)
    hub.add("models/someone/headless", write_dataset(tmp_path / "people"))
    hub.add("models/someone/closed", bert)
    hub.closed.add("models/someone/closed")
    with online(hub, monkeypatch):
        for asked, reason in (
            (
                replace(BERT, name="someone/bret"),
                r"the hub has no such model, or it is private .* has no revision of it; name a",
            ),
            (replace(BERT, name="some one"), r"the name of a repository must read OWNER/NAME"),
            (
                replace(BERT, revision="v9"),
                r"the hub has the model, but no such revision",
            ),
            (replace(BERT, commit=OTHER), r"but no such revision; to take what the revision is now, delete the entry"),
            (replace(BERT, name="someone/closed"), r"accepted its terms: do so at http.*/someone/closed, then log in"),
            (replace(BERT, name="someone/headless"), r"has no weights in .*; it needs one of: model.safetensors"),
        ):
            with pytest.raises(Problem, match=f"^base.model: {asked.name} at revision .*{reason}"):
                checkpoint(asked)
        address = huggingface_hub.constants.ENDPOINT
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", address)
    with pytest.raises(Problem, match=r"the hub does not answer \(ConnectError: .*; run `snakemake"):
        snapshot(BIOS)


def test_a_fault_of_this_machine_is_named(cache: Path, bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    hub.add("models/someone/bert", bert)
    cache.write_text("no folder")
    with (
        online(hub, monkeypatch),
        pytest.raises(
            Problem, match=r"cannot be downloaded: \[Errno \d+\] .*; name a local folder: `base: {type: path"
        ),
    ):
        checkpoint(BERT)


def test_a_snapshot_that_lacks_files_is_not_taken(
    cache: Path, bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    hub.add("models/someone/bert", bert)
    with online(hub, monkeypatch):
        folder = checkpoint(BERT).parent
    (folder / "model.safetensors").unlink()
    with pytest.raises(Problem, match="the cache has only a part of it, and the hub is switched off"):
        checkpoint(BERT)


# --- what came -----------------------------------------------------------------------------------------------------


def test_a_dataset_of_other_splits_is_refused(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "people")
    (folder / "data" / "dev-00000-of-00001.parquet").unlink()
    with pytest.raises(Problem, match=r"key: .* has the splits train, test; it needs train, validation"):
        downloads.hub_dataset(folder, "key")
    with pytest.raises(Problem, match=r"key: .* cannot be read as a dataset"):
        downloads.hub_dataset(tmp_path / "none", "key")


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


@pytest.mark.end_to_end
def test_a_study_of_downloads_is_fetched_and_then_prepared_without_a_network(tmp_path: Path) -> None:
    """A dataset, a BERT and the paper's classifier from a hub, comments from a server; both are gone after `fetch`."""
    folder, hub = copy_workflow(tmp_path / "copy"), Hub()
    hub.add("models/someone/bert", make_checkpoint("bert-wordpiece", tmp_path / "bert"))
    study = yaml.safe_load((REPOSITORY / "studies" / "steed2022.yaml").read_text())
    named = study["tasks"]["wiki"]["upstream"]["negative_sentiment"]["classifier"]
    classifier = make_checkpoint("roberta-bpe", tmp_path / "sentiment")
    model = RobertaForSequenceClassification(RobertaConfig.from_pretrained(classifier, num_labels=3))
    (classifier / "model.safetensors").unlink()
    torch.save(model.state_dict(), classifier / "pytorch_model.bin")
    model.config.save_pretrained(classifier)
    hub.add(f"models/{named['model']}", classifier, named["revision"])
    hub.add(f"datasets/{study['tasks']['bios']['source']['dataset']}", write_dataset(tmp_path / "people", people=60))
    del study["tasks"]["wiki"]["source"]["phrases"], study["tasks"]["wiki"]["fpr_testset"]
    study["tasks"]["wiki"]["split"] = "native"
    study["base"] = {"type": "hub", "model": "someone/bert", "revision": "main"}
    pd.DataFrame({"text": ["She is here."] * 3}).to_parquet(folder / "sentences.parquet")
    study |= {"study": "downloaded", "data": ".", "bias_subspace": {"sentences": {"files": ["sentences.parquet"]}}}
    rows = "".join(
        f"{i}.0\tyou are gay {i}\t1\tT\ta\tr\t{s}\n" for i in range(90) for s in [["train", "dev", "test"][i % 3]]
    )
    votes = "".join(f"{i}.0\t1\t{i // 3 % 2}\t0\n" for i in range(90))
    comments = (COMMENTS.splitlines()[0] + "\n" + rows).encode()
    files = Files(comments=comments, annotations=(VOTES.splitlines()[0] + "\n" + votes).encode())
    here = ("--configfile", "study.yaml")
    cache = {"HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "0"}
    with serving(Hub.Handler, hub) as endpoint, serving(Files.Handler, files) as server:
        talk = {name: f"{server}/{name}" for name in ("comments", "annotations")}
        study["tasks"]["wiki"]["source"] |= talk
        (folder / "study.yaml").write_text(yaml.safe_dump(study))
        done = snakemake(folder, "--cores", "2", "fetch", *here, HF_ENDPOINT=endpoint, **cache)
        assert "downloaded needs nothing more from the network" in done.stdout + done.stderr
    root = folder / "results" / "downloaded"
    assert {path.name for path in root.iterdir()} == {"base", "benchmarks", "checks", "downloads", "logs", "sentiment"}
    entries = json.loads((folder / "locks" / "downloaded.json").read_text())
    assert {place: list(entry["asked"].values()) for place, entry in entries.items()} == {
        "base.model": ["someone/bert", "main"],
        "tasks.bios.source.dataset": ["LabHC/bias_in_bios", "main"],
        "tasks.wiki.source.annotations": [talk["annotations"]],
        "tasks.wiki.source.comments": [talk["comments"]],
        "tasks.wiki.upstream.negative_sentiment.classifier.model": [named["model"], named["revision"]],
    }
    assert entries["tasks.wiki.source.comments"]["came"] == {"sha256": sha256(comments)}
    assert entries["base.model"]["came"]["commit"] == COMMIT
    cache = {"HF_HUB_CACHE": str(tmp_path / "nothing"), "HF_ENDPOINT": endpoint}
    snakemake(folder, "--cores", "2", *here, "--until", "check_sentences", **cache)
    train = pd.read_parquet(root / "data/wiki/train.parquet")
    assert len(train) == 30
    assert set(train["label"]) == {"flagged", "not_flagged"}
    assert all(terms == ["gay"] for terms in train["terms"].map(list))
    people = pd.read_parquet(root / "data/bios/train.parquet")
    assert set(people["label"]) == {"nurse", "attorney"}
    assert set(people["group"]) == {"she/her", "he/him"}
    assert (root / "base/model.safetensors").is_file()
    weights = load_file(root / "sentiment/model.safetensors")
    assert torch.equal(weights["classifier.out_proj.weight"], model.classifier.out_proj.weight)
    asked = {measure: json.loads((root / f"checks/sentences/{measure}.json").read_text())["queries"]
             for measure in ("pronoun_ranking", "negative_sentiment", "identity_ranking")}  # fmt: skip
    assert asked == {"pronoun_ranking": 2 * 3 * 5 * 2, "negative_sentiment": 7 * 50, "identity_ranking": 2 * 32 * 50}


@pytest.mark.end_to_end
def test_a_study_without_downloads_fetches_nothing(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path)
    done = snakemake(folder, "--cores", "1", "fetch", *TINY, BIASTRANSFER_PRELOAD="off")
    assert "tiny downloads nothing" in done.stdout
    assert [path.name for path in (folder / "results").rglob("*") if path.is_file()] == ["fetch.log"]
    assert not (folder / "locks").exists()
