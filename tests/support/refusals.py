"""Every kind of wrong input that the project knows of: how a good study is spoilt, and what its refusal must name.

The tests go over this list, and ``python tests/support/refusals.py`` writes docs/refusals.md from it: the page holds what is said, word for
word.
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
import yaml

from biastransfer.commands.validate import Mistake, validate
from biastransfer.engine.job import not_written
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
    """A small study in the current folder in which nothing is wrong, to be spoilt and written."""

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
            {"comment": ["My gay friend likes c++.", "My deaf friend is kind."] * 20, "rude": [1, 0, 0, 1] * 10}
        )
        self.checkpoint = checkpoint
        self.files: dict[str, bytes | str] = {"ranking.yaml": RANKING, "sentiment.yaml": SENTIMENT}
        self.then: list[Callable[[], object]] = []

    def copy_base(self) -> Path:
        """A base of the study's own, in place of the link to the shared one."""
        Path("base").unlink()
        return Path(shutil.copytree(self.checkpoint, "base"))

    def write(self) -> None:
        """Write the files, then do what is to be done to them."""
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
    """A kind of wrong input: its name, what it spoils, and words that its sentence must have."""

    name: str
    spoil: Callable[[Own], object]
    words: tuple[str, ...]


def key(path: str, value: object) -> Callable[[Own], None]:
    """Give a key of the study file another value; None takes it away."""

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
    """Several keys at once; two underscores stand for a dot."""
    return lambda own: [key(path.replace("__", "."), value)(own) for path, value in values.items()]


def file(name: str, content: str | bytes) -> Callable[[Own], None]:
    """Another content of a file."""
    return lambda own: own.files.update({name: content})


def people(**columns: object) -> Callable[[Own], None]:
    """Other columns of the biographies."""
    return lambda own: setattr(own, "people", own.people.assign(**columns))


def comments(**columns: object) -> Callable[[Own], None]:
    """Other columns of the comments."""
    return lambda own: setattr(own, "comments", own.comments.assign(**columns))


def after(step: Callable[[], object]) -> Callable[[Own], None]:
    """Something done when the files are written."""
    return lambda own: own.then.append(step)


def base(step: Callable[[Path], object]) -> Callable[[Own], None]:
    """Something done to a copy of the checkpoint."""
    return lambda own: own.then.append(lambda: step(own.copy_base()))


def both(*spoils: Callable[[Own], None]) -> Callable[[Own], None]:
    """Several at once."""
    return lambda own: [spoil(own) for spoil in spoils]


def sources(**source: object) -> Callable[[Own], None]:
    """Other keys of the biographies' source."""
    return lambda own: own.study["tasks"]["people"]["source"].update(source)


def in_place_of(name: str, make: Callable[[Path], object]) -> Callable[[Own], None]:
    """Something else where a file was."""

    def replace() -> None:
        path = Path(name)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return after(replace)


def append(name: str, text: str) -> None:
    """More text at a file's end."""
    path = Path(name)
    path.write_text(path.read_text() + text)


def edit_json(name: str, **values: object) -> Callable[[Path], None]:
    """Other values in a JSON file of a checkpoint."""

    def edit(folder: Path) -> None:
        path = folder / name
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return edit


def _parquet(**columns: object) -> bytes:
    stream = io.BytesIO()
    pd.DataFrame(columns).to_parquet(stream)
    return stream.getvalue()


def _native(own: Own) -> None:
    """Files per split, the test split with a label of its own."""
    split = {name: [f"{name}.csv"] for name in ("train", "dev", "test")}
    own.study["tasks"]["people"] |= {"split": "native"}
    sources(files=split)(own)
    for name, job in (("train", "nurse"), ("dev", "nurse"), ("test", "dentist")):
        rows = own.people.assign(id=name + own.people["id"])
        rows["job"] = rows["job"].where(rows["job"] == "attorney", job)
        own.files[f"{name}.csv"] = rows.to_csv(index=False)


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

CASES: dict[str, list[Case]] = {
    "The study file": [
        Case("The file is not there", in_place_of("study.yaml", lambda path: None), ("study.yaml: no such study file",)),
        Case("A folder", in_place_of("study.yaml", Path.mkdir), ("study.yaml: cannot be read as a study file: is a directory",)),
        Case("A tab in YAML", file("study.yaml", "study: own\n\tseed: 1\n"), ("study.yaml:2: not valid YAML", r"'\t'")),
        Case("No keys", file("study.yaml", "- own\n"), ("study.yaml: holds no keys",)),
        Case("Not UTF-8", file("study.yaml", b"study: caf\xe9\n"), ("study.yaml: is not UTF-8 text",)),
        Case("A repeated key", after(lambda: append("study.yaml", "study: twice\n")), ("study: occurs twice",)),
        Case("An unknown key", key("fine_tuning.learning_rat", 1), ("unknown key", "'learning_rate'")),
        Case("A missing key", key("study", None), ("study: is missing",)),
        Case("A word where a number is due", key("fine_tuning.epochs", "many"), ("fine_tuning.epochs", '"many"', "number")),
        Case("A number where a name is due", key("study", 5), ("study: found 5", "string")),
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
        Case("An unknown kind of task", key(f"{P}.kind", "label_by_grup"), (f"{P}.kind", "Did you mean 'label_by_group'?")),
        Case("A key of another kind of task", key(f"{C}.scrub", "none"), (f"{C}.scrub: belongs to label_by_group",)),
        Case("An unknown measure", key(f"{C}.upstream.sentimnt", {"templates": "x"}), (f"{C}.upstream.sentimnt: no such measure",)),
        Case("No groups to compare", key(f"{P}.compare", None), (f"{P}.compare: is missing",)),
        Case("A number for a group", key(f"{P}.compare", ["she/her", 0]), (f"{P}.compare.1: found 0",)),
        Case("An unknown device", key("device", "gpu"), ("device", "auto, cpu, cuda")),
        Case("`device: cuda` without a GPU", key("device", "cuda"), ("device: cuda was asked for", "auto, cpu")),
        Case("A level that means nothing", key("interventions.gaussian_noise", {"levels": [-1]}), ("levels: -1",)),
        Case("A split of their own, in one file", key(f"{P}.split", "native"), (f"{P}.split: native needs source.files",)),
        Case("A prompt without words for its classes", key("fine_tuning.head", "prompt"), ("fine_tuning.prompt.comments", "missing")),
        Case("Words for a class that there is not", key("fine_tuning", {"head": "prompt", "max_length": 32, "prompt":
             {**PROMPT, "people": {"labels": {"nurs": "nurse"}}}}), ("prompt.people.labels: no class 'nurs'", "'nurse'")),
        Case("A prompt that leaves no room", key("fine_tuning", {"head": "prompt", "max_length": 10, "prompt": PROMPT}),
             ("max_length: 10 tokens leave no room", )),
    ],
    "Files and folders": [
        Case("A file that is not there", sources(files=["peple.csv"]), ("no file peple.csv", "'people.csv'")),
        Case("A folder given as a file", sources(files=["results"]), ("results is a folder",)),
        Case("A link to itself", in_place_of("people.csv", lambda path: path.symlink_to("people.csv")), ("leads back to itself",)),
        Case("A link to nothing", in_place_of("people.csv", lambda path: path.symlink_to("gone.csv")), ("to what is not there",)),
        Case("A pipe given as a file", in_place_of("people.csv", os.mkfifo), ("no ordinary file",)),
        Case("A path that leaves `data`", sources(files=["../people.csv"]), ("../people.csv leaves the folder data", "absolute")),
        Case("A base that is no checkpoint", key("base.path", "results"), ("base.path: no file results/config.json",)),
        Case("A file where results go", in_place_of("results", lambda path: path.write_text("x")), ("results is not a folder",)),
    ],
    "Tables": [
        Case("A column that is not there", sources(columns={**COLUMNS, "label": "jbo"}), ("has no column 'jbo'", "Did you mean 'job'?")),
        Case("Numbers in the text column", people(bio=range(60)), ("column 'bio' holds int64, not text",)),
        Case("Bytes in the text column", both(file("people.parquet", _parquet(id=[1], bio=[b"x"], job=["a"], who=["b"])),
             sources(files=["people.parquet"])), ("column 'bio' holds object, not text",)),
        Case("Texts that are missing", people(bio=["", "x"] * 30), ("column 'bio' has 30 missing values",)),
        Case("Labels that are missing", people(job=["nurse", None, "attorney"] * 20), ("column 'job' has 20 missing values",)),
        Case("Labels of white space", people(job=["nurse", " ", "attorney"] * 20), ("column 'job' has 20 values of white space",)),
        Case("Ids that repeat", people(id="1"), ("59 ids occur more than once", "'1'")),
        Case("An empty file", file("people.csv", ""), ("people.csv is empty",)),
        Case("A header and nothing else", file("people.csv", ROWS), ("people.csv has no rows",)),
        Case("Another encoding than UTF-8", file("people.csv", f"{ROWS}1,café,nurse,she/her\n".encode("latin-1")),
             ("people.csv is not UTF-8 text", "0xe9")),
        Case("A quote that is never closed", file("people.csv", f'{ROWS}1,"Cares.,nurse,she/her\n'), ("cannot be read", "EOF inside string")),
        Case("A comma outside of quotes, in one row", file("people.csv", f"{ROWS}1,Cares.,nurse,she/her\n2,Cares, daily.,nurse,she/her\n"),
             ("cannot be read", "Expected 4 fields in line 3, saw 5")),
        Case("A comma outside of quotes, in every row", file("people.csv", f"{ROWS}2,Cares, daily.,nurse,she/her\n"),
             ("more fields than its header", "quotes")),
        Case("Semicolons for commas", file("people.csv", ROWS.replace(",", ";") + "1;x;nurse;she/her\n"), ("has no column 'bio'", "id;bio;job;who")),
        Case("An Excel file", both(file("people.xlsx", b"PK"), sources(files=["people.xlsx"])), ("ends in '.xlsx'", ".parquet, .csv")),
        Case("A Parquet file that is none", both(file("people.parquet", ROWS * 9), sources(files=["people.parquet"])),
             ("people.parquet cannot be read", "Parquet magic bytes not found")),
        Case("An empty Parquet file", both(file("people.parquet", ""), sources(files=["people.parquet"])), ("people.parquet is empty",)),
        Case("Names of labels that are no JSON", both(file("names.json", "[nurse"), sources(label_names="names.json")), ("not valid JSON",)),
        Case("Names of labels that name nothing", both(file("names.json", "7"), sources(label_names="names.json")), ("neither a list of names",)),
        Case("A label without a name", sources(label_names={"nurse": "Nurse"}), ("the data holds attorney", "names nurse")),
    ],
    "Labels, groups and splits": [
        Case("A label in the test split alone", _native, ("test split has labels that the train split has not: dentist",)),
        Case("One group only", people(who="she/her"), ("two groups or more are needed, found only she/her",)),
        Case("One label only", people(job="nurse"), ("two labels or more are needed, found only nurse",)),
        Case("A compared group that the data does not have", both(
             key(f"{P}.compare", ["she/her", "he/his"]), file("ranking.yaml", RANKING.replace("he/him: he", "he/his: he"))), ("'he/his' does not occur", "'he/him'")),
        Case("A group with too few rows", key(f"{P}.min_cell", 50), (f"{P}.min_cell: no label has 50 test rows of both",)),
        Case("Too few rows to split", file("people.csv", f"{ROWS}1,x,a,she/her\n2,y,b,he/him\n"), (f"{P}.split: 2 rows leave none for",)),
        Case("A flag with three values", comments(rude=[0, 1, 2, 1] * 10), ("a flag has two values, found 3: 0, 1, 2",)),
        Case("A flag that the column does not hold", comments(rude=["yes", "no"] * 20),
             (f"{C}.source.flagged: found 1", "it has no, yes", 'write e.g. `flagged: "yes"`')),
        Case("A flag that is never set", comments(rude=0), ("every row of the train split is not_flagged",)),
    ],
    "Terms": [
        Case("A blank term", key(f"{C}.terms", ["gay", " "]), (f"{C}.terms: a term is blank",)),
        Case("A repeated term", key(f"{C}.terms", ["gay", "Gay"]), ("'Gay' occurs twice",)),
        Case("No terms", key(f"{C}.terms", []), ("there are no terms",)),
        Case("A file without terms", both(file("terms.txt", "\n \n"), key(f"{C}.terms", "terms.txt")), ("there are no terms in terms.txt",)),
        Case("A file of terms that is not UTF-8", both(file("terms.txt", b"caf\xe9"), key(f"{C}.terms", "terms.txt")), ("terms.txt is not UTF-8",)),
        Case("A regular expression, taken as it is written", key(f"{C}.terms", ["frie.*"]), ("no text mentions any of the 1 terms (frie.*)",)),
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
        Case("A form for what is almost a target", key(f"{P}.surface_forms", {"Nurse": "nurse"}), ("'Nurse' is not a target", "'nurse'")),
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
        Case("Pickled weights alone", base(_pickled), ("pytorch_model.bin alone", "convert it", "save_pretrained")),
        Case("No weights", base(lambda folder: (folder / "model.safetensors").unlink()), ("base has no weights",)),
        Case("Broken weights", base(lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 99)), ("base cannot be opened",)),
        Case("Weights of another size", base(_other_size), ("weights of other sizes", "(32,), (64,) is expected")),
        Case("Code of its own", base(edit_json("config.json", auto_map={"AutoModel": "m.Mine"})), ("code of its own", "auto_map in config.json")),
        Case("A tokenizer with code of its own", base(edit_json("tokenizer_config.json", auto_map={"AutoTokenizer": ["t.Mine", None]})),
             ("auto_map in tokenizer_config.json",)),
        Case("An unknown type of model", base(edit_json("config.json", model_type="roberto")), ("'roberto'", "Did you mean 'roberta'?")),
        Case("A configuration that is no JSON", base(lambda folder: (folder / "config.json").write_text("{")), ("config.json is not valid JSON",)),
        Case("Longer texts than the model takes", key("fine_tuning.max_length", 512), ("max_length: found 512", "at most 62 tokens")),
    ],
    "Word pairs and other texts": [
        Case("Something else than pairs", both(file("pairs.yaml", "pairs: [[she, he], [she]]\n"), key("interventions.swapped.pairs", "pairs.yaml")),
             ("pairs.yaml:1", "two different words")),
        Case("Sentences without any word of the pairs", both(file("texts.csv", "text\nHello.\n"), keys(
             interventions={"leace": {"levels": [1]}}, bias_subspace={"sentences": {"files": ["texts.csv"]}})), ("none of the 1 sentences",)),
        Case("A column of sentences that is not there", both(file("texts.csv", "txt\nHello.\n"), keys(
             interventions={"leace": {"levels": [1]}}, bias_subspace={"sentences": {"files": ["texts.csv"]}})), ("no column 'text'", "'txt'")),
        Case("A corpus with empty rows", both(file("texts.csv", "text,n\nHello.,1\n,2\n"), key("base", {"type": "pretrain", "corpus":
             {"type": "files", "files": ["texts.csv"]}})), ("1 of 2 rows of 'text' are empty or no text",)),
    ],
}  # fmt: skip
DISK = {
    "No space left": OSError(errno.ENOSPC, ""),
    "A quota that is used up": OSError(errno.EDQUOT, ""),
    "A limit on the size of files": OSError(errno.EFBIG, ""),
    "A read-only disk": OSError(errno.EROFS, "", "results/own/logs"),
    "A folder of somebody else": OSError(errno.EACCES, "", "results/own/data"),
}
"""What the system says while a job runs; no check of a study can see it."""


def refusal(case: Case, checkpoint: Path) -> list[Mistake]:
    """What is said of a case, which is written into the current folder."""
    own = Own(checkpoint)
    case.spoil(own)
    own.write()
    return validate("study.yaml").mistakes


def row(name: str, mistake: Mistake) -> str:
    """A line of the page's tables."""
    places = {"study": "the study is read", "device": "a job needs the GPU", "disk": "any job writes"}
    where = places.get(mistake.rule, f"`{mistake.rule}`")
    said = mistake.sentence.replace("|", r"\|").replace("<", "&lt;")
    return f"| {name} | {said} | 1 | {where} |"


HEAD = """# What is refused, and what is said

    biastransfer validate --configfile STUDY

checks a study, its data, templates and checkpoints before anything runs, writes nothing, and tells all mistakes at once. The workflow
refuses the same mistakes with the same sentences, at the place of the last column: when the study is read, or in the job of that
rule. What other jobs made stays as it is; what the failed job itself made before is removed by Snakemake, since its inputs are other
ones now. (A study file that is not there or no YAML is refused by Snakemake itself, in its own words.)

Relative paths of data start from the folder `data` and must stay in it; an absolute path, or a symbolic link, is taken as meant. Paths of
templates and word pairs start from the folder that the workflow runs in. Terms are found as they are written: `c++` is no pattern. Nothing
in texts, labels, groups or terms is taken as HTML, LaTeX or a formula; a text may be megabytes long, and is cut at `fine_tuning.max_length`
tokens.

Made by `python tests/support/refusals.py` from the list that the tests go over.
"""
COLUMN_HEADS = "| what is wrong | what is said | exit code | found when |\n|---|---|---|---|"


def page(rows: dict[str, list[str]]) -> str:
    """The page, from the lines of each section."""
    sections = [f"## {section}\n\n{COLUMN_HEADS}\n" + "\n".join(lines) + "\n" for section, lines in rows.items()]
    return HEAD + "\n" + "\n".join(sections)


def disk_rows() -> list[str]:
    """What is said of a disk that cannot be written to."""
    outputs = ["results/own/base/model.safetensors"]
    return [row(name, Mistake("disk", str(not_written(error, outputs)))) for name, error in DISK.items()]


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
                    found = refusal(case, checkpoint)
                    os.chdir(start)
                if len(found) != 1:
                    print(f"{case.name}: {len(found)} sentences: {found}", file=sys.stderr)
                rows[section] += [row(case.name, mistake) for mistake in found]
    PAGE.write_text(page({**rows, "Disks": disk_rows()}), encoding="utf-8")


if __name__ == "__main__":
    main()
