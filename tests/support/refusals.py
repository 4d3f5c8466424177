"""Every known kind of wrong input: an edit of a valid study, and words of its error message.

The tests run this list, and ``PYTHONPATH=tests python -m support.refusals`` writes docs/refusals.md from it, with the exact messages.
"""

import errno
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
import yaml
from safetensors.torch import load_file, save_file

from biastransfer.commands.input_table import complete, read
from biastransfer.commands.validate import Mistake, validate
from biastransfer.common.problems import Problem
from biastransfer.engine.job import disk_error
from biastransfer.pretraining.tokenizer import train_tokenizer

from support.checkpoints import make_checkpoint
from support.workflow import REPOSITORY

PAGE = REPOSITORY / "docs" / "refusals.md"
RANKING = (
    "measure: pronoun_ranking\npronouns: {she/her: she, he/him: he}\n"
    "templates:\n- {name: is, text: '{pronoun} is {article} {target}.'}\n"
)
SENTIMENT = "measure: negative_sentiment\ntemplates:\n- {name: are, text: '{target} people are {mask}.'}\n"
STUDY = {
    "study": "own",
    "tasks": {
        "people": {
            "kind": "label_by_group",
            "source": {
                "type": "files",
                "files": ["people.csv"],
                "columns": {"id": "id", "text": "bio", "label": "job", "group": "who"},
            },
            "compare": ["she/her", "he/him"],
            "min_cell": 2,
            "upstream": {"pronoun_ranking": {"templates": "ranking.yaml"}},
        },
        "comments": {
            "kind": "flag_by_mention",
            "source": {
                "type": "files",
                "files": ["comments.csv"],
                "columns": {"text": "comment", "label": "rude"},
            },
            "terms": ["gay", "deaf", "c++"],
            "min_cell": 2,
            "upstream": {"negative_sentiment": {"templates": "sentiment.yaml"}},
        },
    },
    "base": {"type": "path", "path": "base"},
    "fine_tuning": {"max_length": 32},
}
SIMULATED = {"kind": "label_by_group", "source": {"type": "simulated"}, "split": "native"}


class Own:
    """A small valid study in the current folder, for edits before it is written."""

    def __init__(self, checkpoint: Path) -> None:
        self.study = json.loads(json.dumps(STUDY))
        self.people = pd.DataFrame(
            [
                (f"{i}-{group}", f"Works with {i} others, daily.", "nurse" if i % 2 else "attorney", group)
                for i in range(30)
                for group in ("she/her", "he/him")
            ],
            columns=["id", "bio", "job", "who"],
        )
        self.comments = pd.DataFrame(
            {
                "comment": [
                    f"My {('gay', 'deaf')[n % 2]} friend {('likes c++', 'is kind')[n % 2]}, day {n}." for n in range(40)
                ],
                "rude": [1, 0, 0, 1] * 10,
            }
        )
        self.checkpoint = checkpoint
        self.files: dict[str, bytes | str] = {"ranking.yaml": RANKING, "sentiment.yaml": SENTIMENT}
        self.then: list[Callable[[], object]] = []

    def copy_base(self) -> Path:
        """Replace the link to the shared base by a copy."""
        Path("base").unlink()
        return Path(shutil.copytree(self.checkpoint, "base"))

    def write(self) -> None:
        """Write the files, then run the later steps."""
        Path("workflow").symlink_to(REPOSITORY / "workflow")
        Path("base").symlink_to(self.checkpoint)
        Path("results/own").mkdir(parents=True)
        Path("results/own/earlier.txt").write_text("an earlier result")
        self.people.to_csv("people.csv", index=False)
        self.comments.to_csv("comments.csv", index=False)
        Path("study.yaml").write_text(yaml.safe_dump(self.study, sort_keys=False))
        for name, content in self.files.items():
            Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        for step in self.then:
            step()


@dataclass(frozen=True)
class Case:
    """A kind of wrong input: its name, its edit, and words of its message."""

    name: str
    spoil: Callable[[Own], object]
    words: tuple[str, ...]


def key(path: str, value: object) -> Callable[[Own], None]:
    """Set a key of the study file; None removes it."""

    def spoil(own: Own) -> None:
        *steps, last = path.split(".")
        place = own.study
        for step in steps:
            place = place.setdefault(step, {})
        place.pop(last, None)
        if value is not None:
            place[last] = value

    return spoil


def keys(**values: object) -> Callable[[Own], None]:
    """Set several keys; two underscores mean a dot."""
    return lambda own: [key(path.replace("__", "."), value)(own) for path, value in values.items()]


def file(name: str, content: str | bytes) -> Callable[[Own], None]:
    """Set the content of a file."""
    return lambda own: own.files.update({name: content})


def people(**columns: object) -> Callable[[Own], None]:
    """Set columns of the biographies."""
    return lambda own: setattr(own, "people", own.people.assign(**columns))


def comments(**columns: object) -> Callable[[Own], None]:
    """Set columns of the comments."""
    return lambda own: setattr(own, "comments", own.comments.assign(**columns))


def after(step: Callable[[], object]) -> Callable[[Own], None]:
    """Run a step after the files are written."""
    return lambda own: own.then.append(step)


def base(step: Callable[[Path], object]) -> Callable[[Own], None]:
    """Run a step on a copy of the checkpoint."""
    return lambda own: own.then.append(lambda: step(own.copy_base()))


def both(*spoils: Callable[[Own], None]) -> Callable[[Own], None]:
    """Make several edits."""
    return lambda own: [spoil(own) for spoil in spoils]


def sources(**source: object) -> Callable[[Own], None]:
    """Set keys of the biographies' source."""
    return lambda own: own.study["tasks"]["people"]["source"].update(source)


def in_place_of(name: str, make: Callable[[Path], object]) -> Callable[[Own], None]:
    """Replace a file."""

    def replace() -> None:
        path = Path(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return after(replace)


def append(name: str, text: str) -> None:
    """Append text to a file."""
    path = Path(name)
    path.write_text(path.read_text() + text)


def edit_json(name: str, **values: object) -> Callable[[Path], None]:
    """Set values in a JSON file of a checkpoint."""

    def edit(folder: Path) -> None:
        path = folder / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return edit


def _parquet(**columns: object) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(columns).to_parquet(stream)
    return stream.getvalue()


def _native(own: Own) -> None:
    """Write files per split, with a label that only the test split has."""
    split = {name: [f"{name}.csv"] for name in ("train", "dev", "test")}
    own.study["tasks"]["people"] |= {"split": "native"}
    sources(files=split)(own)
    for name, job in (("train", "nurse"), ("dev", "nurse"), ("test", "dentist")):
        rows = own.people.assign(id=name + own.people["id"])
        rows["job"] = rows["job"].where(rows["job"] == "attorney", job)
        own.files[f"{name}.csv"] = rows.to_csv(index=False)


def _not_a_number(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.dense.weight"][0, 0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _head_of_a_conversion(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    encoder = {name.removeprefix("roberta."): tensor for name, tensor in weights.items() if name.startswith("roberta.")}
    torch.save(encoder, folder / "pytorch_model.bin")


def _python_tokenizer(folder: Path) -> None:
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "CTRLTokenizer"}')


def _no_mask(folder: Path) -> None:
    edit_json("tokenizer_config.json", mask_token=None, tokenizer_class="PreTrainedTokenizerFast", backend=None)(folder)


def _headless(folder: Path) -> None:
    from biastransfer.checkpoints.load import load_masked_lm, torch

    load_masked_lm(folder, torch.device("cpu")).base_model.save_pretrained(folder)


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _other_size(folder: Path) -> None:
    edit_json("config.json", hidden_size=64)(folder)


COLUMNS = {"id": "id", "text": "bio", "label": "job", "group": "who"}
P, C = "tasks.people", "tasks.comments"
PROMPT = {"comments": {"template": "{text} This was {label}.", "labels": {"flagged": "bad", "not_flagged": "good"}}}
ROWS = "id,bio,job,who\n"
QUOTED = {5: '"Cares', 30: 'Cares"'}
SURVEY = ",".join(['"{""ImportId"":""QID1""}"'] * 4) + "\n"

CASES: dict[str, list[Case]] = {
    "The study file": [
        Case("A missing file", in_place_of("study.yaml", lambda path: None), ("study.yaml: no such study file",)),
        Case("A folder", in_place_of("study.yaml", Path.mkdir), ("study.yaml: cannot be read as a study file: is a directory",)),
        Case("A tab in YAML", file("study.yaml", "study: own\n\tseed: 1\n"), ("study.yaml:2: not valid YAML", r"'\t'")),
        Case("No keys", file("study.yaml", "- own\n"), ("study.yaml: has no keys",)),
        Case("Not UTF-8", file("study.yaml", b"study: caf\xe9\n"), ("study.yaml: is not UTF-8 text",)),
        Case("A repeated key", after(lambda: append("study.yaml", "study: twice\n")), ("study: occurs twice",)),
        Case("An unknown key", key("fine_tuning.learning_rat", 1), ("unknown key", "'learning_rate'")),
        Case("A missing key", key("study", None), ("study: is missing",)),
        Case("A word in place of a number", key("fine_tuning.epochs", "many"), ("fine_tuning.epochs", '"many"', "number")),
        Case("A number in place of a name", key("study", 5), ("study: found 5", "string")),
        Case("A number among the terms", key(f"{C}.terms", ["gay", 7]), (f"{C}.terms", "7", "string")),
        Case("A name that cannot name a folder", key("study", "a/b"), ("study", '"a/b"', "pattern")),
        Case("A negative count", key(f"{P}.min_cell", -1), (f"{P}.min_cell", "-1", "greater than or equal to 1")),
        Case("A negative learning rate", key("fine_tuning.learning_rate", -1), ("learning_rate: found -1", "greater than 0")),
        Case(
            "A prevalence out of range",
            key(P, {**STUDY["tasks"]["people"], **SIMULATED, "source": {"type": "simulated", "prevalence": [0.1, 1.5]}}),
            (f"{P}.source.prevalence.1", "1.5", "less than or equal to 1"),
        ),
        Case("Shares that do not add up", key(f"{P}.split", {"train": 0.8, "dev": 0.1, "test": 0.2}), ("add up to 1", "0.8")),
        Case("A bare no as a group", key(f"{P}.compare", [False, "she/her"]), (f"{P}.compare.0: found false", "a bare yes, no, on or off", "in quotes")),
        Case("A bare yes as a label", key(f"{P}.surface_forms", {True: "ill"}), (f"{P}.surface_forms: has the key true", "in quotes")),
        Case("A truth value for a number", key("fine_tuning.epochs", True), ("fine_tuning.epochs: found true; a number is needed",)),
        Case("An infinite number", key("fine_tuning.learning_rate", float("inf")), ("fine_tuning.learning_rate: found inf; a finite number is needed",)),
        Case("An empty section", lambda own: own.study.update(interventions=None), ("interventions: is empty; give it keys or delete it",)),
        Case("A list in place of keys", key("interventions", ["random_init"]), ('interventions: found ["random_init"]; keys are needed',)),
        Case("An unknown split", key(f"{P}.split", "nestd"), (f"{P}.split: found 'nestd'", "{folds: k}", "Did you mean 'nested'?")),
        Case("Folds without a crossed design", key(f"{P}.split", {"folds": 5}), (f"{P}.split: folds are for probes",)),
        Case("An unknown kind of task", key(f"{P}.kind", "label_by_grup"), (f"{P}.kind", "Did you mean 'label_by_group'?")),
        Case("A key of another kind of task", key(f"{C}.scrub", "none"), (f"{C}.scrub: belongs to label_by_group",)),
        Case("An unknown measure", key(f"{C}.upstream.sentimnt", {"templates": "x"}), (f"{C}.upstream.sentimnt: unknown key", "Did you mean 'negative_sentiment'?",)),
        Case("No groups to compare", key(f"{P}.compare", None), (f"{P}.compare: is missing",)),
        Case("A number for a group", key(f"{P}.compare", ["she/her", 0]), (f"{P}.compare.1: found 0",)),
        Case("An unknown device", key("device", "gpu"), ("device", "auto, cpu, cuda")),
        Case("`device: cuda` without a GPU", key("device", "cuda"), ("device: cuda was asked for", "auto, cpu")),
        Case("A level out of range", key("interventions.gaussian_noise", {"levels": [-1]}), ("levels: -1",)),
        Case("Native splits, but one file", key(f"{P}.split", "native"), (f"{P}.split: native needs source.files",)),
        Case("A prompt without words for its classes", key("fine_tuning.head", "prompt"), ("fine_tuning.prompt.comments", "missing")),
        Case("Words for an unknown class", key("fine_tuning", {"head": "prompt", "max_length": 32, "prompt":
             {**PROMPT, "people": {"labels": {"nurs": "nurse"}}}}), ("prompt.people.labels: no class 'nurs'", "'nurse'")),
        Case("A prompt that is too long", key("fine_tuning", {"head": "prompt", "max_length": 10, "prompt": PROMPT}),
             ("max_length: 10 tokens leave no room", )),
    ],
    "Files and folders": [
        Case("A missing data file", sources(files=["peple.csv"]), ("no file peple.csv", "'people.csv'")),
        Case("A folder given as a file", sources(files=["results"]), ("results is a folder",)),
        Case("A link to itself", in_place_of("people.csv", lambda path: path.symlink_to("people.csv")), ("leads back to itself",)),
        Case("A broken link", in_place_of("people.csv", lambda path: path.symlink_to("gone.csv")), ("to what is not there",)),
        Case("A pipe given as a file", in_place_of("people.csv", os.mkfifo), ("no ordinary file",)),
        Case("A path that leaves `data`", sources(files=["../people.csv"]), ("../people.csv leaves the folder data", "absolute")),
        Case("A base without a checkpoint", key("base.path", "results"), ("base.path: no file results/config.json",)),
        Case("A file in place of the results folder", in_place_of("results", lambda path: path.write_text("x")), ("results is not a folder",)),
    ],
    "Tables": [
        Case("A missing column", sources(columns={**COLUMNS, "label": "jbo"}), ("has no column 'jbo'", "Did you mean 'job'?")),
        Case("Numbers in the text column", people(bio=range(60)), ("column 'bio' holds numbers alone, not text",)),
        Case("Bytes in the text column", both(file("people.parquet", _parquet(id=[1], bio=[b"x"], job=["a"], who=["b"])),
             sources(files=["people.parquet"])), ("column 'bio' holds bytes, not text",)),
        Case("Missing texts", people(bio=["", "x"] * 30), ("column 'bio' has 30 missing values",)),
        Case("Missing labels", people(job=["nurse", None, "attorney"] * 20), ("column 'job' has 20 missing values",)),
        Case("Blank labels", people(job=["nurse", "\u200b", "attorney"] * 20), ("column 'job' has 20 blank values",)),
        Case("Repeated ids", people(id="1"), ("59 ids repeat earlier ones", "'1'")),
        Case("An empty file", file("people.csv", ""), ("people.csv is empty",)),
        Case("A header without rows", file("people.csv", ROWS), ("people.csv has no rows",)),
        Case("Another encoding than UTF-8", file("people.csv", f"{ROWS}1,café,nurse,she/her\n".encode("latin-1")),
             ("people.csv is not UTF-8 text", "0xe9")),
        Case("An unclosed quote", file("people.csv", f'{ROWS}1,"Cares.,nurse,she/her\n'), ("cannot be read", "line 2 opens a quote that is never closed")),
        Case("A quote that swallows rows", file("people.csv", ROWS + "".join(
                 f"{n},{QUOTED.get(n, 'Cares.')},{('nurse', 'poet')[n % 2]},{('she/her', 'he/him')[n // 2 % 2]}\n" for n in range(40))),
             ("line 7 opens a quote that swallows the next rows",)),
        Case("A quote in an odd place", file("people.csv", f'{ROWS}1,"Cares" daily.,nurse,she/her\n'), ("line 2 has a quote in an odd place",)),
        Case("A column named twice", file("people.csv", "id,bio,job,who,job\n1,x,nurse,she/her,poet\n"), ("has the column 'job' 2 times",)),
        Case("Further headers of a survey tool", file("people.csv", f'{ROWS}Response,Your work,Title,Pronouns\n' + SURVEY + "1,x,nurse,she/her\n"),
             ("line 3 is a further header of a survey tool",)),
        Case("A picture called CSV", file("people.csv", b"\x89PNG\r\n\0\0\0"), ("is no text file",)),
        Case("UTF-16 text", file("people.csv", ROWS.encode("utf-16")), ("is UTF-16 text; save it as UTF-8",)),
        Case("Texts of invisible characters", people(bio=["\u200b", "x"] * 30), ("30 texts hold nothing visible",)),
        Case("A comma outside of quotes, in one row", file("people.csv", f"{ROWS}1,Cares.,nurse,she/her\n2,Cares, daily.,nurse,she/her\n"),
             ("line 3 has 5 fields and the header has 4", "in quotes")),
        Case("A comma outside of quotes, in every row", file("people.csv", f"{ROWS}2,Cares, daily.,nurse,she/her\n"),
             ("line 2 has 5 fields and the header has 4", "in quotes")),
        Case("An old Excel file", both(file("people.xls", b"PK"), sources(files=["people.xls"])), ("ends in '.xls'", ".parquet, .csv", ".xlsx")),
        Case("An invalid Excel file", both(file("people.xlsx", b"PK"), sources(files=["people.xlsx"])), ("people.xlsx cannot be read", "not a zip file")),
        Case("An invalid Parquet file", both(file("people.parquet", ROWS * 9), sources(files=["people.parquet"])),
             ("people.parquet cannot be read", "Parquet magic bytes not found")),
        Case("An empty Parquet file", both(file("people.parquet", ""), sources(files=["people.parquet"])), ("people.parquet is empty",)),
        Case("Names of labels in invalid JSON", both(file("names.json", "[nurse"), sources(label_names="names.json")), ("not valid JSON",)),
        Case("Names of labels that are no list", both(file("names.json", "7"), sources(label_names="names.json")), ("neither a list of names",)),
        Case("A label without a name", sources(label_names={"nurse": "Nurse"}), ("found attorney in the data", "names for nurse")),
    ],
    "Labels, groups and splits": [
        Case("A label in the test split alone", _native, ("train split lacks labels of the test split: dentist",)),
        Case("One group only", people(who="she/her"), ("found only she/her; a task needs two groups",)),
        Case("One label only", people(job="nurse"), ("found only nurse; a task needs two labels",)),
        Case("A compared group that is not in the data", both(
             key(f"{P}.compare", ["she/her", "he/his"]), file("ranking.yaml", RANKING.replace("he/him: he", "he/his: he"))), ("found 'he/his'; the data has the groups", "'he/him'")),
        Case("A misspelt target in a family", key(f"{P}.families", {"law": ["atorney"], "care": ["nurse"]}),
             (f"{P}.families: 'atorney' is no target.", "attorney")),
        Case("A target in two families", key(f"{P}.families", {"law": ["attorney"], "care": ["nurse", "attorney"]}),
             (f"{P}.families: 'attorney' is in the families", "one family")),
        Case("A group with too few rows", key(f"{P}.min_cell", 50), (f"{P}.min_cell: found 50; no label has that many",)),
        Case("Too few rows to split", file("people.csv", f"{ROWS}1,x,a,she/her\n2,y,b,he/him\n"), (f"{P}.split: 2 rows are too few",)),
        Case("A flag with three values", comments(rude=[0, 1, 2, 1] * 10), ("found 3 values, 0, 1, 2; a flag has two",)),
        Case("A flag that is not in the column", comments(rude=["yes", "no"] * 20),
             (f"{C}.source.flagged: found 1", "the values no, yes", 'write e.g. `flagged: "yes"`')),
        Case("A flag that is never set", comments(rude=0), ("every row of the train split is not_flagged",)),
    ],
    "Terms": [
        Case("A blank term", key(f"{C}.terms", ["gay", " "]), (f"{C}.terms: a term is blank",)),
        Case("A repeated term", key(f"{C}.terms", ["gay", "Gay"]), ("'Gay' occurs twice",)),
        Case("No terms", key(f"{C}.terms", []), ("the list has no terms",)),
        Case("A file without terms", both(file("terms.txt", "\n \n"), key(f"{C}.terms", "terms.txt")), ("terms.txt has no terms",)),
        Case("A file of terms that is not UTF-8", both(file("terms.txt", b"caf\xe9"), key(f"{C}.terms", "terms.txt")), ("terms.txt is not UTF-8",)),
        Case("A regular expression, which matches literally", key(f"{C}.terms", ["frie.*"]), ("no text mentions any of the 1 terms (frie.*)",)),
    ],
    "Templates": [
        Case("Not YAML", file("ranking.yaml", "measure: ["), ("ranking.yaml:1: not valid YAML",)),
        Case("No file", key(f"{P}.upstream.pronoun_ranking.templates", "rankin.yaml"), ("no file rankin.yaml", "'ranking.yaml'")),
        Case("Of another measure", file("ranking.yaml", SENTIMENT), ("ranking.yaml:1", "negative_sentiment", "pronoun_ranking")),
        Case("No mask", file("sentiment.yaml", SENTIMENT.replace("{mask}", "kind")), ("needs the slot {mask} once",)),
        Case("No slot for the target", file("sentiment.yaml", SENTIMENT.replace("{target}", "They")), ("needs the slot {target} once",)),
        Case("An unknown slot", file("ranking.yaml", RANKING.replace("{pronoun}", "{pronuon}")), ("unknown slot {pronuon}", "'pronoun'")),
        Case("No word for a group", file("ranking.yaml", RANKING.replace("he/him: he", "they/them: they")), ("pronouns: none for 'he/him'",)),
        Case("Two sentences of one name", file("ranking.yaml", RANKING + "- {name: is, text: '{pronoun}: {target}'}\n"), ("occurs twice",)),
        Case("A form for an unknown target", key(f"{P}.surface_forms", {"Nurse": "nurse"}), ("'Nurse' is not a target", "'nurse'")),
        Case("A word of several tokens", file("ranking.yaml", RANKING.replace(" she,", " shegbnvx,")), ("'Shegbnvx' is ", "tokens")),
        Case("A sentence that is too long", key(f"{P}.surface_forms", {"nurse": "very " * 60 + "kind"}), (" tokens, and the model takes 60",)),
    ],
    "Checkpoints": [
        Case("No tokenizer", base(lambda folder: [(folder / name).unlink() for name in ("tokenizer.json", "tokenizer_config.json")]),
             ("base has no tokenizer", "tokenizer.json")),
        Case("Another model's tokenizer", base(lambda folder: train_tokenizer(["She is."] * 9, 300, 60, False, folder)),
             ("the tokenizer in base has 265 tokens, the model 461: they do not fit",)),
        Case("A vocabulary of another size", base(edit_json("config.json", vocab_size=99)), ("weights of other sizes", "99")),
        Case("A broken tokenizer", base(lambda folder: (folder / "tokenizer.json").write_text("{")), ("tokenizer",)),
        Case("No masked-language-model head", base(_headless), ("base has no masked-language-model head", "group_association", "term_association")),
        Case("Pickled weights alone", base(_pickled), ("pytorch_model.bin alone", "`biastransfer convert ")),
        Case("No weights", base(lambda folder: (folder / "model.safetensors").unlink()), ("base has no weights",)),
        Case("Broken weights", base(lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 99)), ("base cannot be opened",)),
        Case("Weights of another size", base(_other_size), ("weights of other sizes", "(32,), (64,) is expected")),
        Case("A weight that is no number", base(_not_a_number), ("infinite or missing numbers (NaN)", "lm_head.dense.weight")),
        Case("An adapter beside the weights", base(lambda folder: (folder / "adapter_config.json").write_text("{}")),
             ("base holds an adapter", "merge_and_unload")),
        Case("A language-model head that a conversion added", base(_head_of_a_conversion), ("its weights are random", "`biastransfer convert base`")),
        Case("A tokenizer that runs in Python", base(_python_tokenizer), ("(CTRLTokenizer) runs in Python", "tokenizer.json is needed")),
        Case("A tokenizer without a mask token", base(_no_mask), ("has no mask token", 'write "mask_token": "<mask>" to tokenizer_config.json')),
        Case("A model with its own code", base(edit_json("config.json", auto_map={"AutoModel": "m.Mine"})), ("code of its own", "auto_map in config.json")),
        Case("A tokenizer with its own code", base(edit_json("tokenizer_config.json", auto_map={"AutoTokenizer": ["t.Mine", None]})),
             ("auto_map in tokenizer_config.json",)),
        Case("An unknown type of model", base(edit_json("config.json", model_type="roberto")), ("'roberto'", "Did you mean 'roberta'?")),
        Case("A configuration in invalid JSON", base(lambda folder: (folder / "config.json").write_text("{")), ("config.json is not valid JSON",)),
        Case("Longer texts than the model takes", key("fine_tuning.max_length", 512), ("max_length: found 512", "at most 62 tokens")),
    ],
    "Word pairs and other texts": [
        Case("An entry that is no pair", both(file("pairs.yaml", "pairs: [[she, he], [she]]\n"), key("interventions.swapped.pairs", "pairs.yaml")),
             ("pairs.yaml:1", "two different words")),
        Case("Sentences without any word of the pairs", both(file("texts.csv", "text\nHello.\n"), keys(
             interventions={"leace": {"levels": [1]}}, bias_subspace={"sentences": {"files": ["texts.csv"]}})), ("none of the 1 sentences",)),
        Case("A missing column of sentences", both(file("texts.csv", "txt\nHello.\n"), keys(
             interventions={"leace": {"levels": [1]}}, bias_subspace={"sentences": {"files": ["texts.csv"]}})), ("no column 'text'", "'txt'")),
        Case("A corpus with empty rows", both(file("texts.csv", "text,n\nHello.,1\n,2\n"), key("base", {"type": "pretrain", "corpus":
             {"type": "files", "files": ["texts.csv"]}})), ("1 of 2 rows of 'text' have no text",)),
    ],
}  # fmt: skip
TABLE = "task,model,target,upstream,prevalence,fpr\n"
ROW = "hate,pretrained,{},{},{},0.2\n"
TABLES: dict[str, tuple[str, str]] = {
    "A column named twice": ("own.csv", TABLE.replace("fpr", "fpr,fpr") + "hate,pretrained,gay,1,0.5,0.2,0.3\n"),
    "A file of another kind": ("own.sav", "x"),
    "A number with a decimal comma beside comma delimiters": ("own.csv", TABLE + ROW.format("gay", '"1,5"', 0.5)),
    "A number that cannot be read": ("own.csv", TABLE + ROW.format("gay", 1, "40%")),
    "A number that is not whole": (
        "own.csv", TABLE.replace("fpr", "fpr,training_texts") + ROW.format("gay", 1, 0.5).replace("0.2", "0.2,1.234")),
    "A flag with another value": (
        "own.csv", TABLE.replace("fpr", "fpr,small_cell") + ROW.format("gay", 1, 0.5).replace("0.2", "0.2,maybe")),
    "A blank name": ("own.csv", TABLE + ROW.format("\u200b", 1, 0.5)),
    "A missing name": ("own.csv", TABLE + ROW.format("", 1, 0.5)),
    "An unknown kind of task": ("own.csv", TABLE.replace("fpr", "fpr,kind") + ROW.format("gay", 1, 0.5).replace("0.2", "0.2,rates")),
    "No rows of the control": ("own.csv", TABLE + ROW.format("gay", 1, 0.5).replace("pretrained", "bert")),
}  # fmt: skip
"""Errors of a table for ``biastransfer analyze``: the file's name and content."""
DISK = {
    "A full disk": OSError(errno.ENOSPC, ""),
    "An exceeded quota": OSError(errno.EDQUOT, ""),
    "A limit on the size of files": OSError(errno.EFBIG, ""),
    "A read-only disk": OSError(errno.EROFS, "", "results/own/logs"),
    "No write permission": OSError(errno.EACCES, "", "results/own/data"),
}
"""Errors of the system while a job runs; no check of a study can predict them."""


def refusal(case: Case, checkpoint: Path) -> list[Mistake]:
    """Write a case into the current folder, and return its errors."""
    own = Own(checkpoint)
    case.spoil(own)
    own.write()
    return validate("study.yaml").mistakes


def table_refusal(name: str, content: str) -> str:
    """Write a table into the current folder, and return its error."""
    Path(name).write_text(content, encoding="utf-8")
    try:
        complete(read(Path(name)), name)
    except Problem as problem:
        return str(problem)
    raise AssertionError(f"{name} is not refused")


def row(name: str, mistake: Mistake) -> str:
    """A line of the page's tables."""
    places = {
        "study": "on reading the study",
        "device": "in a job with a GPU",
        "disk": "in any job",
        "analyze": "by `biastransfer analyze`",
    }
    where = places.get(mistake.rule, f"`{mistake.rule}`")
    sentence = mistake.sentence.replace("|", r"\|").replace("<", "&lt;")
    return f"| {name} | {sentence} | 1 | {where} |"


HEAD = """# Error messages

    biastransfer validate --configfile STUDY

checks a study, its data, templates and checkpoints before anything runs. It writes nothing and reports all errors at once. The workflow
reports the same sentences at the place in the last column: on reading the study, or in the job of that rule. Results of other jobs stay.
Snakemake removes the outputs of the failed job, since its inputs have changed. Snakemake also reports a missing or invalid study file
itself, in its own words.

Relative paths of data start from the folder `data` and must stay in it. Absolute paths and symbolic links may leave it. Paths of templates
and word pairs start from the working directory. Terms match literally: `c++` is no pattern. Texts, labels, groups and terms never act as
HTML, LaTeX or a formula. A text may be megabytes long; `fine_tuning.max_length` limits its tokens.

`PYTHONPATH=tests python -m support.refusals` writes this page from the list of the tests.
"""
COLUMN_HEADS = "| error | message | exit code | reported |\n|---|---|---|---|"


def page(rows: dict[str, list[str]]) -> str:
    """The page, from the lines of each section."""
    sections = [f"## {section}\n\n{COLUMN_HEADS}\n" + "\n".join(lines) + "\n" for section, lines in rows.items()]
    return HEAD + "\n" + "\n".join(sections)


def disk_rows() -> list[str]:
    """The lines on errors of the disk."""
    outputs = ["results/own/base/model.safetensors"]
    return [row(name, Mistake("disk", str(disk_error(error, outputs)))) for name, error in DISK.items()]


def table_rows() -> list[str]:
    """The lines on tables of ``biastransfer analyze``, which are written into the current folder."""
    return [row(name, Mistake("analyze", table_refusal(*file))) for name, file in TABLES.items()]


def main() -> None:
    """Write the page."""
    start = Path.cwd()
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint"
        checkpoint.mkdir()
        make_checkpoint("roberta-bpe", checkpoint)
        for section, cases in CASES.items():
            rows[section] = []
            for case in cases:
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    os.chdir(place)
                    mistakes = refusal(case, checkpoint)
                    os.chdir(start)
                if len(mistakes) != 1:
                    print(f"{case.name}: {len(mistakes)} messages: {mistakes}", file=sys.stderr)
                rows[section] += [row(case.name, mistake) for mistake in mistakes]
        os.chdir(folder)
        rows["Tables of `biastransfer analyze`"] = table_rows()
        os.chdir(start)
    PAGE.write_text(page({**rows, "Disks": disk_rows()}), encoding="utf-8")


if __name__ == "__main__":
    main()
