"""Shared fixtures: the folder of real data, a copy of the workflow, and small checkpoints."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parent.parent
WORKFLOW = ("Snakefile", "config.yaml", "workflow", "profiles", "envs", "studies", "tests/studies")

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; set and missing is a failure, unset a skip."""
    folder = os.environ.get("BIASTRANSFER_TEST_DATA")
    if not folder:
        pytest.skip("BIASTRANSFER_TEST_DATA is not set: no real data to test on")
    path = Path(folder).resolve()
    assert (path / "bios" / "train.parquet").is_file(), f"BIASTRANSFER_TEST_DATA={folder} holds no bios/train.parquet"
    return path


def copy_workflow(folder: Path) -> Path:
    """Copy what Snakemake needs into an empty folder."""
    for name in WORKFLOW:
        source, target = REPOSITORY / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return folder


def snakemake(
    folder: Path, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in a copy of the workflow."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **environment},
    )
    assert not check or done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return done


def run_once(factory: pytest.TempPathFactory, name: str, *options: str) -> Path:
    """A copy of the workflow in which a study has run, on two cores; processes that test side by side share it."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    with FileLock(f"{folder}.lock"):
        if not (folder / "finished").exists():
            copy_workflow(folder)
            snakemake(folder, "--cores", "2", *options)
            (folder / "finished").touch()
    return folder


TINY = ("--configfile", "tests/studies/tiny.yaml")


@pytest.fixture(scope="session")
def tiny_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow in which the tiny study has run; tests must not change it."""
    return run_once(tmp_path_factory, "tiny", *TINY)


INTERVENTIONS = ("--configfile", "tests/studies/interventions.yaml")


@pytest.fixture(scope="session")
def interventions_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the workflow in which the study of all interventions has run; tests must not change it."""
    return run_once(tmp_path_factory, "interventions", *INTERVENTIONS)


REPORT = {"collect", "analyze", "draw_figures", "write_report", "all"}
"""Rules that follow from every score."""


def job_counts(text: str) -> Counter[str]:
    """Jobs that Snakemake lists, by rule."""
    if "Nothing to be done" in text:
        return Counter()
    table = text.split("Job stats:")[-1].split("total")[0]
    return Counter({rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", table, re.M)})


def planned(folder: Path, *arguments: str, study: tuple[str, ...] = TINY, **environment: str) -> Counter[str]:
    """Jobs of a dry run, by rule."""
    return job_counts(snakemake(folder, "-n", "--cores", "1", *study, *arguments, **environment).stdout)


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def contents(folder: Path, study: str = "tiny") -> dict[str, str]:
    """Hash of every result that must repeat: tables, weights, figures and the report."""
    root = folder / "results" / study
    wanted = {".parquet", ".safetensors", ".svg", ".csv", ".html"}
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(root.rglob("*"))
        if file.suffix in wanted
    }


SENTENCES = [
    "She is a nurse.",
    "He works as a software engineer.",
    "They say the attorney and the yoga teacher had a good day at work.",
    "My gay friend is kind and my muslim neighbour is brave.",
    "An african american person wants to become a chiropractor, she said; he applied for the position of dietitian.",
    "Pack my box with five dozen liquor jugs. PACK MY BOX WITH FIVE DOZEN LIQUOR JUGS, DJ.",
] * 40


def _bpe(folder: Path, sentences: list[str]) -> None:
    from biastransfer.models.pretrain import train_tokenizer

    train_tokenizer(sentences, 600, 60, False, folder)


def _wordpiece(folder: Path, sentences: list[str], *, lowercase: bool) -> None:
    from tokenizers import BertWordPieceTokenizer
    from transformers import PreTrainedTokenizerFast

    trainer = BertWordPieceTokenizer(lowercase=lowercase)
    trainer.train_from_iterator(sentences, vocab_size=240, show_progress=False)
    vocabulary = trainer.get_vocab()
    from tokenizers.processors import BertProcessing

    trainer._tokenizer.post_processor = BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    PreTrainedTokenizerFast(
        tokenizer_object=trainer._tokenizer,
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
        mask_token="[MASK]",
    ).save_pretrained(folder)


@pytest.fixture(
    scope="session", params=["roberta-bpe", "bert-wordpiece", "distilbert-wordpiece", "bert-wordpiece-cased"]
)
def checkpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A masked language model with random weights and its tokenizer, saved as an ordinary checkpoint."""
    return make_checkpoint(request.param, tmp_path_factory.mktemp(request.param))


def make_checkpoint(kind: str, folder: Path, sentences: list[str] = SENTENCES) -> Path:
    """Save a small checkpoint of one architecture; its weights are random but far from uniform in their predictions."""
    import torch
    import transformers

    if kind.endswith("bpe"):
        _bpe(folder, sentences)
    else:
        _wordpiece(folder, sentences, lowercase=not kind.endswith("-cased"))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    torch.manual_seed(0)
    shape = {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id, "max_position_embeddings": 64}
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    if kind.startswith("roberta"):
        config = transformers.RobertaConfig(**shape, **size, initializer_range=0.3, type_vocab_size=1)
        model = transformers.RobertaForMaskedLM(config)
    elif kind.startswith("bert"):
        model = transformers.BertForMaskedLM(transformers.BertConfig(**shape, **size, initializer_range=0.3))
    else:
        config = transformers.DistilBertConfig(
            **shape, dim=32, n_layers=2, n_heads=2, hidden_dim=64, initializer_range=0.3
        )
        model = transformers.DistilBertForMaskedLM(config)
    model.eval().save_pretrained(folder)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first: at the end, one process would be left alone with them."""
    items.sort(key=lambda item: item.path.name not in ("test_slurm.py", "test_worlds.py"))
