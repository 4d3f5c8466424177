"""Cautions say what the rows and the analysis show."""

import numpy as np
import pandas as pd

from biastransfer.report.text.cautions import cautions, lexicon_sentence, pretraining_sentence

from support.reports import analysed, made_up


def cautioned(edit) -> str:
    table = edit(made_up(4))
    return " ".join(cautions(table, analysed(table)))


def test_cautions_of_a_plain_study() -> None:
    text = cautioned(lambda table: table)
    assert "the control was fine-tuned only once, so seed noise is unknown" in text
    assert "Set control_replicates: 3" in text
    assert "times as large here" in text
    assert "mean nothing with two or three models" in text
    assert "did not learn" not in text
    assert "too few test texts" not in text


def test_the_ratio_of_the_errors_is_that_of_the_table() -> None:
    table = made_up(4)
    results = analysed(table)
    eq4 = results["coefficients"].query("specification == 'eq4' and term in ['upstream', 'prevalence']")
    wide = eq4.pivot_table(index=["group", "term"], columns="errors", values="se")
    ratio = (wide["crv3_target"] / wide["lsdv_hc3"]).median()
    assert f"the errors of Eq. 4 are {ratio:.1f} times as large" in " ".join(cautions(table, results))


def test_small_cells_failed_runs_and_unknown_prevalence() -> None:
    def edit(table: pd.DataFrame) -> pd.DataFrame:
        table.loc[table["target"].isin([f"y{number:02}" for number in range(15)]), "small_cell"] = True
        table.loc[table["model"] == "random_init-t1", "failed_to_learn"] = True
        table.loc[table["target"] == "y20", "prevalence"] = np.nan
        return table

    text = cautioned(edit)
    assert "1 of 5 runs did not learn the task (random init-t1 on original)" in text
    assert (
        "15 of 28 targets have too few test texts, so they are excluded (y00, y01, y02, y03, y04, y05 and 9 more)"
        in text
    )
    assert "prevalence is unknown for y20. Regressions that use prevalence exclude it." in text
    assert "uses only 12 targets" in text


def test_several_verdicts_are_corrected_for() -> None:
    first = made_up(2, kind="flag_by_mention", targets=40)
    weak = first.assign(upstream_measure="identity_ranking")
    table = pd.concat([first, weak], ignore_index=True)
    results = analysed(table)
    verdicts = results["verdicts"]
    assert verdicts["joint_holm_p"].min() >= 2 * verdicts["joint_p"].min() * (1 - 1e-12)
    assert "In such" not in " ".join(cautions(table, results))
    text = " ".join(cautions(table, results))
    assert "at least one of 2 independent verdicts would detect one in 10 % of such reports" in text
    assert "every joint test that rejects still does" in text
    lost = verdicts.assign(joint_p=[0.03, 0.04], joint_holm_p=[0.06, 0.06])
    text = " ".join(cautions(table, {**results, "verdicts": lost}))
    assert "the joint test no longer rejects for wiki (identity ranking bias), wiki (negative sentiment)" in text


def test_dropped_and_collinear_terms() -> None:
    text = cautioned(
        lambda table: table.assign(upstream=table["upstream"].where(~table["model"].str.startswith("random"), 0.0))
    )
    assert "group randomly initialised, pronoun ranking bias: Eq. 4 drops upstream bias. It does not vary" in text
    text = cautioned(lambda table: table.assign(upstream=table["prevalence"] + 0.01 * table["upstream"]))
    assert "other terms nearly determine upstream bias" in text


def test_templates_that_disagree() -> None:
    random = np.random.default_rng(0)
    assert "templates hardly agree" in cautioned(lambda table: table.assign(upstream=random.normal(size=len(table))))
    assert "templates hardly agree" not in cautioned(lambda table: table)


def test_errors_that_are_not_too_small_raise_no_caution() -> None:
    table = made_up(1, runs={"pretrained": ["pretrained", "all_pretrained"]}, templates=1)
    assert "times as large here" not in " ".join(cautions(table, analysed(table)))


def test_a_lexicon_that_knows_few_words_and_a_model_that_has_not_learnt() -> None:
    assert lexicon_sentence(pd.DataFrame({"unknown_share": [0.2, 0.4]})) is None
    assert "does not know 70% of the words" in lexicon_sentence(pd.DataFrame({"unknown_share": [0.6, 0.8]}))
    history = pd.DataFrame([{"tokens": 1000, "held_out_loss": 6.0, "unigram_loss": 6.05}])
    assert "has hardly learnt from context, so upstream bias means little" in pretraining_sentence(history)
    assert "The model has learnt from context." in pretraining_sentence(history.assign(held_out_loss=3.0))
    assert "The comparison is not defined." in pretraining_sentence(history.assign(held_out_loss=np.nan))
