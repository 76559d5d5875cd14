"""The loader refuses an edition that contradicts itself, and names file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from pool.rulebook import RulebookError, load
from pool.rulebook.loader import FOLDER, parse

TEXT = (Path(FOLDER) / "shenzhen" / "2024.yaml").read_text(encoding="utf-8")


def refused(old: str, new: str, text: str = TEXT) -> RulebookError:
    assert old in text, old
    with pytest.raises(RulebookError) as caught:
        parse(text.replace(old, new, 1), "town/1999.yaml")
    assert caught.value.source == "town/1999.yaml"
    assert str(caught.value).startswith("town/1999.yaml: ")
    return caught.value


def test_the_edition_as_it_stands_is_accepted_and_always_hashes_alike() -> None:
    assert parse(TEXT, "a").hash == parse(TEXT, "b").hash == load("shenzhen/2024").hash


def test_a_changed_figure_changes_the_hash() -> None:
    assert parse(TEXT.replace('ratio: "0.40"', 'ratio: "0.41"', 1), "a").hash != load("shenzhen/2024").hash


def test_a_duplicate_slug_is_refused() -> None:
    error = refused("  shenzhen_business:\n", "  sme_size:\n")
    assert error.key == "sme_size" and "duplicate" in error.problem


def test_a_duplicate_key_within_a_block_is_refused() -> None:
    assert refused("scheme: shenzhen\n", "scheme: shenzhen\nscheme: other\n").key == "scheme"


def test_a_float_is_refused() -> None:
    assert "float" in refused('ratio: "0.40"', "ratio: 0.40").problem


def test_overlapping_tiers_are_refused() -> None:
    error = refused('up_to: "15000000.00"', 'up_to: "5000000.00"')
    assert error.key == "provisions.compensation_tiers.value" and "overlap" in error.problem


def test_overlapping_stages_are_refused() -> None:
    assert refused("to: 2023-08-09, outcome", "to: 2023-08-10, outcome").key == "provisions.transition.value"


def test_a_gap_between_stages_is_refused() -> None:
    assert "between" in refused("to: 2023-08-09, outcome", "to: 2023-08-08, outcome").problem


def test_overlapping_ranges_of_what_an_edition_governs_are_refused() -> None:
    ranges = "[{from: 2023-08-10, to: 2028-08-10}, {from: 2028-08-10, to: 2029-01-01}]"
    error = refused("[{from: 2023-08-10, to: 2028-08-10}]", ranges)
    assert error.key == "governs.claim.ranges"


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    assert refused("in_force: {from: 2024-04-01, to: 2028", "in_force: {from: 2024-04-01, to: 2022").key == "in_force"


def test_a_missing_gist_is_refused() -> None:
    error = refused("gist: 由制定部门负责解释。, ", "")
    assert error.key == "articles.33.gist"


def test_a_missing_article_is_refused() -> None:
    line = next(line for line in TEXT.splitlines(keepends=True) if line.startswith("  33: {title"))
    assert refused(line, "").key == "articles.33"


def test_a_narrative_article_with_provisions_is_refused() -> None:
    line = next(line for line in TEXT.splitlines() if line.startswith("  34: {title"))
    assert refused(line, line[:-1] + ", narrative: true}").key == "articles.34"


def test_an_article_neither_narrative_nor_executed_is_refused() -> None:
    line = next(line for line in TEXT.splitlines() if line.startswith("  33: {title"))
    assert refused(line, line.replace(", narrative: true", "")).key == "articles.33"


def test_an_unknown_key_is_refused() -> None:
    assert refused("  pool_size:\n    {article", "  pool_size:\n    {colour: red, article").key.endswith("colour")
    assert refused("scheme: shenzhen\n", "scheme: shenzhen\nmood: good\n").key == "mood"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('value: "5000000000.00", unit: yuan', 'value: "5000000000.00", unit: gold', "provisions.pool_size.unit"),
        ("title_en: Size of the pool, method: amount", "title_en: S, method: guess", "provisions.pool_size.method"),
        ('{article: "2", title: 资金池规模', '{article: "35", title: 资金池规模', "provisions.pool_size.article"),
        ('{article: "2", title: 资金池规模', "{article: 2, title: 资金池规模", "provisions.pool_size.article"),
        ("{industry_code: text", "{industry_code: song", "provisions.excluded_sections.facts.industry_code"),
        ('size: "word:size"', 'size: "word:colour"', "provisions.sme_size.facts.size"),
        ("outcome: hold", "outcome: maybe", "provisions.transition.value"),
        ("readings: [16]", "readings: [99]", "provisions.re_examination_window.readings"),
        ("value: 15, unit: working_day, readings: [1, 3]", "value: 0, unit: year", "provisions.entry_window.value"),
    ],
)  # fmt: skip
def test_what_no_table_knows_is_refused(old: str, new: str, key: str) -> None:
    assert refused(old, new).key == key


def test_an_unknown_placeholder_is_refused() -> None:
    error = refused("按划型标准为{size}企业。", "按划型标准为{weight}企业。")
    assert error.key == "provisions.sme_size.codes.size_accepted.zh" and "{weight}" in error.problem


def test_a_code_used_by_two_provisions_is_refused() -> None:
    assert refused("in_shenzhen: {outcome", "size_accepted: {outcome").key.endswith("codes.size_accepted")


def test_an_edition_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RulebookError):
        load("shenzhen/1999")
    with pytest.raises(RulebookError):
        load("../../etc/passwd")
