"""Every folder of small inputs that failed elsewhere: its command reads it, warns of it, or refuses it in one sentence."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from biastransfer.commands.app import app

from support.workflow import REPOSITORY

READ, DATASET = "no errors found", "dataset"
"""What the commands print at the end of a good study, and of a table whose data explain the bias."""
WORDS = {
    "01e_study_yaml_bom": READ,
    "02_leading_zero_labels": "2 classes: attorney, nurse",
    "02c_leading_zero_ids": READ,
    "03_norway_compare": "compare.0: found false; YAML reads a bare yes, no",
    "03b_norway_template_key": "pronouns: must name a word for each group",
    "03d_surface_forms_yes_no": "surface_forms: has the key false",
    "04_parquet_id_is_index": READ,
    "05_trailing_space_label": "2 classes: attorney, nurse",
    "05b_trailing_space_group": "groups: he/him 30, she/her 30",
    "05c_case_of_labels": "'Attorney', 'attorney' look alike",
    "05e_case_of_groups": "10 of 60 rows are of neither compared group",
    "06_space_after_comma": READ,
    "07_semicolon_with_commas": READ,
    "07c_tab_csv": READ,
    "08_backslash_quotes": READ,
    "09b_quoted_newlines_huge": READ,
    "10_blank_texts": "column 'bio' has 15 missing values",
    "14b_native_same_file_thrice": "60 of 60 test texts are also in the train split",
    "14c_half_duplicated": READ,
    "16_duplicate_header": "has the column 'job' 2 times",
    "17_qualtrics_three_headers": "line 3 is a further header",
    "17b_sep_line": READ,
    "19c_labels_1.10_and_1.1": "3 classes: 1.1, 1.10, 2.3",
    "20d_epochs_yes": "fine_tuning.epochs: found true; a number is needed",
    "20l_empty_section": "interventions: is empty",
    "20x_interventions_list": "interventions: found",
    "23_bias_in_bios_codes": "targets are written as numbers (13, 2)",
    "26e_comment_line_first": READ,
    "26l_quote_opens_and_swallows_rows": "line 12 has a quote in an odd place",
    "29_terms_beyond_the_cut": "74 of 74 mentions begin after the 16 tokens",
    "A_mobilebert": READ,
    "A_modernbert": READ,
    "A_modernbert_both": READ,
    "B11_bertweet_slow": "runs in Python",
    "B2_vocab_txt_only_cased": "77 tokens with capitals",
    "B7_no_mask_token_in_config": 'write "mask_token": "[MASK]"',
    "D2_pickled_encoder_without_head": "`biastransfer convert base`",
    "D3_pickled_encoder_after_the_advice": "its weights are random",
    "D6_nan_weight": "infinite or missing numbers (NaN)",
    "D7_lora_adapter": "holds an adapter",
    "K2_config_merge": READ,
    "M13_terms_bom_crlf": READ,
    "M19_literal_special_tokens": READ,
    "M1_nfd_texts_nfc_terms": READ,
    "M1c_half_nfd": READ,
    "M2b_chinese_some_spaced": READ,
    "M6_curly_apostrophe": READ,
    "M7_nonbreaking_hyphen": READ,
    "T10d_seeds_as_replicates": "bios",
    "T14c_upstream_far_from_zero": "bios",
    "T15_categoricals": "bios",
    "T1b_semicolon": "bios",
    "T21_rare_flags": DATASET,
    "T24_fpr_required_columns_only": DATASET,
    "T2b_intervention_None": "bios",
    "T3_decimal_type": "bios",
    "T4_r_logical_with_NA": "bios",
}  # fmt: skip
NEVER_MISSED = ("M1_", "M1c", "M2b", "M6", "M7")
"""Cases in which every term is mentioned, however it is written."""


def inputs() -> Path:
    if "BIASTRANSFER_TEST_CASES" not in os.environ:
        pytest.skip("BIASTRANSFER_TEST_CASES names no folder of cases")
    return Path(os.environ["BIASTRANSFER_TEST_CASES"]) / "inputs"


def test_every_folder_has_an_expected_outcome() -> None:
    assert {folder.name for folder in inputs().iterdir() if not folder.name.startswith("_")} == set(WORDS)


@pytest.mark.parametrize("case", WORDS)
def test_a_case_is_read_or_refused_in_one_sentence(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = inputs() / case
    given = source if case != "K2_config_merge" else inputs() / "02c_leading_zero_ids"
    for file in given.rglob("*"):
        if file.is_file():
            copy = tmp_path / file.relative_to(given)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    base = tmp_path / "base"
    if base.is_file():
        kind = base.read_text().strip().removeprefix("../")
        base.unlink()
        base.symlink_to(inputs() / kind)
    (tmp_path / "workflow").symlink_to(REPOSITORY / "workflow")
    monkeypatch.chdir(tmp_path)
    command = re.search(r"biastransfer (.*?)(?:;|$)", (source / "README").read_text(), re.MULTILINE)
    arguments = shlex.split(command[1])
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    output = done.stdout + done.stderr
    assert WORDS[case] in " ".join(output.split()), output
    assert "no text mentions" not in output or not case.startswith(NEVER_MISSED)
    refused = WORDS[case] in " ".join(done.stderr.split())
    assert done.exit_code == int(refused)
    if refused:
        (line,) = done.stderr.strip().splitlines()
        assert len(re.findall(r"[.!?] [A-Z]", line)) == 0, "one sentence"
    if arguments[0] == "analyze":
        assert (tmp_path / "out" / "report.html").is_file()
