"""The association of embeddings against a reference written sentence by sentence, and encoders without language-model head."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import AutoModel

from biastransfer.checkpoints.language_model_head import has_language_model_head
from biastransfer.checkpoints.load import load_classifier, load_masked_lm, save_checkpoint
from biastransfer.checkpoints.tensors import tensor_names
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.interventions.model.weight_changes import weight_hash
from biastransfer.study.read import parse_study
from biastransfer.study.study import Study
from biastransfer.study.without_language_model_head import without_head
from biastransfer.upstream import association, pronoun_ranking
from biastransfer.upstream.templates import TemplateSet, read_templates, sides

from support.checkpoints import make_checkpoint
from support.settings import measure_switches

CPU = torch.device("cpu")
RANKING = measure_switches("pronoun_ranking")
TARGETS = {"nurse": "nurse", "software_engineer": "software engineer", "attorney": "attorney"}
GROUPS = """
measure: group_association
attributes:
  she/her: [she, my friend, yoga]
  he/him: [he, kind]
  they/them: [they, brave, works]
templates:
  - {name: is, text: "She is {article} {target}.", text_attribute: "This is {attribute}."}
  - {name: day, text: "The {target} had a good day.", text_attribute: "{attribute} is here."}
"""
SIDES = {"she/her": ["she", "my friend", "yoga"], "he/him": ["he", "kind"], "they/them": ["they", "brave", "works"]}
SENTENCES = {
    "is": ({"nurse": "She is a nurse.", "software_engineer": "She is a software engineer.", "attorney": "She is an attorney."}, "This is {}."),
    "day": ({name: f"The {word} had a good day." for name, word in TARGETS.items()}, "{} is here."),
}  # fmt: skip


def templates(folder: Path, text: str = GROUPS) -> TemplateSet:
    file = folder / "templates.yaml"
    file.write_text(text)
    return read_templates(file)


def reference(checkpoint: Path, first: list[str], second: list[str], pooling: str) -> dict[tuple[str, str], float]:
    """One sentence, one forward of the encoder alone, in double precision; scipy-free cosines."""
    encoder, tokenizer = AutoModel.from_pretrained(checkpoint).double().eval(), load_tokenizer(checkpoint)

    def vector(sentence: str) -> torch.Tensor:
        sentence = sentence[0].upper() + sentence[1:]
        with torch.no_grad():
            hidden = encoder(input_ids=torch.tensor([tokenizer(sentence)["input_ids"]])).last_hidden_state[0]
        return hidden.mean(0) if pooling == "mean" else hidden[0]

    found = {}
    for name, (targets, attribute) in SENTENCES.items():
        for target, sentence in targets.items():
            one, other = (
                [
                    float(torch.cosine_similarity(vector(sentence), vector(attribute.format(word)), dim=0))
                    for word in side
                ]
                for side in (first, second)
            )
            found[target, name] = (np.mean(one) - np.mean(other)) / np.std(one + other, ddof=1)
    return found


@pytest.mark.parametrize("pooling", ["mean", "first"])
@pytest.mark.parametrize("compare", [("she/her", "he/him"), ("he/him", "rest")])
def test_scores_equal_the_formula(checkpoint: Path, tmp_path: Path, pooling: str, compare: tuple[str, str]) -> None:
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    settings = {"compare": compare, "pooling": pooling}
    found = association.score(model, tokenizer, templates(tmp_path), TARGETS, **settings, standardise=True)
    others = [words for group, words in SIDES.items() if group != "he/him"]
    second = SIDES["he/him"] if compare[1] == "he/him" else [word for words in others for word in words]
    wanted = reference(checkpoint, SIDES[compare[0]], second, pooling)
    assert list(found.columns) == list(association.COLUMNS)
    assert len(found) == len(wanted) == 6
    for row in found.itertuples():
        assert row.score == pytest.approx(wanted[row.target, row.template], rel=2e-4, abs=2e-5)
    plain = association.score(model, tokenizer, templates(tmp_path), TARGETS, **settings, standardise=False)
    assert np.allclose(plain["score"], plain["first"] - plain["second"], atol=1e-12)
    asked = list(association.queries(tokenizer, templates(tmp_path), TARGETS, **settings, standardise=False))
    assert len(asked) == 2 * (3 + len(SIDES[compare[0]]) + len(second))


def test_one_word_a_side_cannot_be_standardised(checkpoint: Path, tmp_path: Path) -> None:
    """Of two cosines the standardised difference is always ±√2."""
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    single = templates(tmp_path, GROUPS.replace("[he, kind]", "[he]"))
    compare = ("she/her", "he/him")
    standardised, plain = ({"compare": compare, "pooling": "mean", "standardise": value} for value in (True, False))
    with pytest.raises(
        Problem, match=r"templates.yaml:8: attributes: a side has a single word; standardise: true needs"
    ):
        association.score(model, tokenizer, single, TARGETS, **standardised)
    with pytest.raises(Problem, match="a side has a single word"):
        list(association.queries(tokenizer, single, TARGETS, **standardised))
    assert association.score(model, tokenizer, single, TARGETS, **plain)["score"].notna().all()


def test_rest_is_the_mean_over_all_other_groups(checkpoint: Path) -> None:
    file = Path(__file__).parents[2] / "workflow/templates/pronoun_ranking.yaml"
    model, tokenizer = load_masked_lm(checkpoint, CPU), load_tokenizer(checkpoint)
    shipped = read_templates(file)
    three = TemplateSet("pronoun_ranking", shipped.templates, shipped.pronouns, shipped.plural)
    rest, he, they = (
        pronoun_ranking.score(model, tokenizer, three, TARGETS, compare=["she/her", other], **RANKING)
        for other in ("rest", "he/him", "they/them")
    )
    assert np.allclose(rest["score"], (he["score"] + they["score"]) / 2, atol=1e-5)
    assert not np.allclose(he["score"], they["score"], atol=1e-3)
    neutral = pronoun_ranking.score(model, tokenizer, shipped, TARGETS, compare=["she/her", "rest"], **RANKING)
    assert np.allclose(neutral["score"], he["score"], atol=1e-5)
    assert np.allclose(neutral["neutral"], they["second"], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("  he/him: [he, kind]\n  they/them: [they, brave, works]\n", ""),
            "must name a list of words for every group",
        ),
        ((', text_attribute: "This is {attribute}."', ""), "must have the keys name, text, text_attribute"),
        (("This is {attribute}.", "This is {target}."), r"unknown slot \{target\}; allowed: attribute"),
        (("She is {article} {target}.", "She is."), r"needs the slot \{target\} once, found it 0 times"),
        (("[he, kind]", "[he, she]"), "'she' occurs twice"),
    ],
)
def test_a_bad_template_set_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in GROUPS
    with pytest.raises(Problem, match=message):
        templates(tmp_path, GROUPS.replace(*change))


def test_a_group_without_words_is_told(tmp_path: Path) -> None:
    assert sides(templates(tmp_path), ("they/them", "rest"))[1] == ("she", "my friend", "yoga", "he", "kind")
    with pytest.raises(Problem, match=r"attributes: none for 'she'; it has she/her, he/him, they/them"):
        read_templates(tmp_path / "templates.yaml", "group_association", ("she", "rest"))


@pytest.fixture(scope="module", params=["roberta-bpe", "bert-wordpiece", "distilbert-wordpiece"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A checkpoint, and its encoder alone."""
    whole = make_checkpoint(request.param, tmp_path_factory.mktemp("whole"))
    alone = tmp_path_factory.mktemp("alone")
    save_checkpoint(load_masked_lm(whole, CPU).base_model, whole, alone)
    return whole, alone


def test_an_encoder_alone_is_known_by_its_tensors(encoder: tuple[Path, Path], tmp_path: Path) -> None:
    whole, alone = encoder
    assert has_language_model_head(whole)
    assert not has_language_model_head(alone)
    classifier = load_classifier(whole, ["a", "b"], 0, CPU)
    save_checkpoint(classifier, whole, tmp_path)
    assert tensor_names(tmp_path)
    assert not has_language_model_head(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 40)
    assert tensor_names(tmp_path) == []
    assert has_language_model_head(tmp_path), "the step that opens it says what is wrong"


def test_an_encoder_alone_gets_a_head_that_nothing_may_read(encoder: tuple[Path, Path], tmp_path: Path) -> None:
    whole, alone = encoder
    with pytest.raises(Problem, match=r"has no masked-language-model head .missing: .*group_association"):
        load_masked_lm(alone, CPU)
    torch.manual_seed(1)
    first = load_masked_lm(alone, CPU, head="any")
    torch.manual_seed(2)
    assert weight_hash(first) == weight_hash(load_masked_lm(alone, CPU, head="any")), (
        "the head is the same at all times"
    )
    save_checkpoint(first, alone, tmp_path)
    with pytest.raises(Problem, match="has no masked-language-model head; upstream"):
        load_masked_lm(tmp_path, CPU)
    again = load_masked_lm(tmp_path, CPU, head="any")
    assert weight_hash(again) == weight_hash(first)
    own, tokenizer = load_masked_lm(whole, CPU), load_tokenizer(whole)
    scored = [
        association.score(
            model,
            tokenizer,
            templates(tmp_path),
            TARGETS,
            compare=("she/her", "he/him"),
            **measure_switches("group_association"),
        )
        for model in (own, again)
    ]
    pd.testing.assert_frame_equal(*scored, rtol=0, atol=1e-5)


def study(folder: Path, **upstream: dict) -> Study:
    return parse_study({
        "study": "own", "data": str(folder.parent), "base": {"type": "path", "path": folder.name},
        "tasks": {"people": {
            "kind": "label_by_group", "compare": ["she/her", "he/him"],
            "source": {"type": "files", "files": ["x.csv"], "columns": {"text": "t", "label": "l", "group": "g"}},
            "upstream": upstream,
        }},
    })  # fmt: skip


def test_measures_that_need_a_head_are_left_out_with_a_notice(encoder: tuple[Path, Path]) -> None:
    ranking, own = {"templates": "a.yaml"}, {"templates": "b.yaml"}
    whole, alone = encoder
    both = study(alone, pronoun_ranking=ranking, group_association=own)
    kept, notices = without_head(both, "mine.yaml")
    assert list(kept.tasks["people"].upstream) == ["group_association"]
    assert notices == [
        f"mine.yaml: base.path: {alone.name} has no masked-language-model head: tasks.people.upstream.pronoun_ranking is skipped."
    ]
    unchanged = study(whole, pronoun_ranking=ranking, group_association=own)
    assert without_head(unchanged) == (unchanged, [])
    with pytest.raises(Problem, match=r"which all measures of tasks.people read; .*upstream: \{group_association: "):
        without_head(study(alone, pronoun_ranking=ranking))


def test_weights_of_the_encoder_itself_must_be_there(encoder: tuple[Path, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(encoder[1] / "model.safetensors")
    lost = next(name for name in weights if "layer" in name)
    save_checkpoint(load_masked_lm(encoder[0], CPU), encoder[0], tmp_path)
    save_file({name: value for name, value in weights.items() if name != lost}, tmp_path / "model.safetensors", {"format": "pt"})  # fmt: skip
    with pytest.raises(Problem, match=f"has no weights for .*{lost}"):
        load_masked_lm(tmp_path, CPU, head="any")
