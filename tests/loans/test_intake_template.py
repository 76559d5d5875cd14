"""The loan template, from download to the facts of its examples."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from loans import choices, words
from loans.columns import LOAN_SCHEMA
from loans.intake import parse_row
from loans.template import EXAMPLES, write_template
from pool.sheets import Choice, read, squeeze
from pool.templates_xlsx import fill


def test_the_template_is_read_by_the_reader_it_was_made_for(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    write_template(path)
    with read(path, LOAN_SCHEMA) as reader:
        assert reader.template_version == LOAN_SCHEMA.code
        assert reader.problems == []
        assert list(reader) == []
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["贷款项目", "填写说明", "示例", "_选项", "_模板"]


def test_its_examples_are_good_rows(tmp_path: Path) -> None:
    path = tmp_path / "examples.xlsx"
    fill(LOAN_SCHEMA, path, EXAMPLES)
    with read(path, LOAN_SCHEMA) as reader:
        judged = [parse_row(row) for row in reader]
    assert [problems for _, problems in judged] == [[], [], []]
    assert [facts.borrower_kind for facts, _ in judged if facts] == ["enterprise", "owner", "sole_trader"]


@pytest.mark.parametrize(
    ("columns", "model"),
    [
        (choices.BORROWER_KINDS, words.BorrowerKind),
        (choices.PRODUCTS, words.Product),
        (choices.USES, words.Use),
        (choices.COVERS, words.OtherCover),
        (choices.QUALIFICATIONS, words.Qualification),
        (choices.FEATURES, words.Feature),
    ],
)
def test_the_drop_downs_say_what_the_screens_say(columns: tuple[Choice, ...], model: type) -> None:
    said = {choice.word: squeeze(choice.label) for choice in columns}
    assert said == {word: squeeze(str(label)) for word, label in model.choices}
