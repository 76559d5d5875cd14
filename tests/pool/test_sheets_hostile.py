"""Files that are not what they say, or that mean harm, are refused quickly and with a clear reason."""

from __future__ import annotations

import resource
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pool.sheets import Limits, SheetRefused, read

from .sheet_files import GOOD, HEADERS, SCHEMA, built, csv_file, repacked, workbook

MB = 1 << 20
SHEET = "xl/worksheets/sheet1.xml"


def refusal(path: Path, **limits: int) -> str:
    """The code with which a file is refused; within two seconds and without its weight in this process."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(SheetRefused) as caught, read(path, SCHEMA, limits=Limits(**limits)) as reader:
        list(reader)
    assert time.perf_counter() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert str(caught.value) and str(caught.value.mend)
    assert "%(" not in f"{caught.value}{caught.value.mend}"
    return caught.value.code


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return workbook(tmp_path / "good.xlsx", [HEADERS, GOOD])


def test_an_empty_file(tmp_path: Path) -> None:
    assert refusal(csv_file(tmp_path / "a.xlsx", "")) == "file_empty"
    assert refusal(csv_file(tmp_path / "b.csv", "\ufeff \r\n")) == "file_empty"


def test_a_file_over_the_limit(good: Path, tmp_path: Path) -> None:
    assert refusal(good, workbook_bytes=1000) == "file_too_large"
    assert refusal(csv_file(tmp_path / "a.csv", "编号" * 1000), csv_bytes=1000) == "file_too_large"


@pytest.mark.parametrize(
    "text",
    [
        "<html><table><tr><td>编号</td></tr></table></html>",
        "\ufeff\r\n<!DOCTYPE html>",
        '<?xml version="1.0"?><Workbook/>',
    ],
)
def test_a_web_page_called_a_workbook(tmp_path: Path, text: str) -> None:
    assert refusal(csv_file(tmp_path / "a.xlsx", text)) == "file_html"


@pytest.mark.parametrize(
    "start", [b"%PDF-1.7 ...", b"\x89PNG\r\n\x1a\n....", b"PK\x05\x06" + b"\0" * 18, b"\x01\x00\x02"]
)
def test_another_kind_of_file(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(start)
    assert refusal(path) == "file_type"


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path) == "file_type"


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml", "XL\\VBAPROJECT.BIN"])
def test_a_workbook_with_macros(good: Path, tmp_path: Path, part: str) -> None:
    assert refusal(repacked(good, tmp_path / "a.xlsx", lambda parts: parts.update({part: b"x"}))) == "file_macros"


def test_a_workbook_that_declares_macros(good: Path, tmp_path: Path) -> None:
    def change(parts: dict[str, bytes]) -> None:
        name = "[Content_Types].xml"
        parts[name] = parts[name].replace(
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )

    assert refusal(repacked(good, tmp_path / "a.xlsm", change)) == "file_macros"


@pytest.mark.parametrize(
    ("part", "code"), [("xl/workbook.bin", "file_binary_workbook"), ("content.xml", "file_binary_workbook")]
)
def test_a_workbook_of_another_family(good: Path, tmp_path: Path, part: str, code: str) -> None:
    assert refusal(repacked(good, tmp_path / "a.xlsx", lambda parts: parts.update({part: b"x"}))) == code


def test_a_zip_bomb_is_known_by_its_declared_sizes(good: Path, tmp_path: Path) -> None:
    bomb = repacked(good, tmp_path / "a.xlsx", lambda parts: parts.update({"xl/sharedStrings.xml": b"\0" * (64 * MB)}))
    assert bomb.stat().st_size < MB
    assert refusal(bomb) == "file_bomb"
    assert refusal(good, unpacked_bytes=1000) == "file_bomb"
    assert refusal(good, entries=3) == "file_bomb"


def test_a_bomb_that_lies_about_its_size_is_stopped_by_the_limits_of_the_child(good: Path, tmp_path: Path) -> None:
    filler = b'<c t="inlineStr"><is><t>' + b"A" * 1000 + b"</t></is></c>"

    def change(parts: dict[str, bytes]) -> None:
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b"<row>" + filler * 60_000 + b"</row></sheetData>")

    path = repacked(good, tmp_path / "a.xlsx", change)
    content = bytearray(path.read_bytes())
    real = zipfile.ZipFile(path).getinfo(SHEET).file_size
    lie = content.replace(struct.pack("<I", real), struct.pack("<I", 5000))
    path.write_bytes(lie)
    assert refusal(path) in {"file_too_heavy", "file_damaged", "no_header", "file_bomb"}


def test_overlapping_entries_pack_more_than_the_file_holds(good: Path, tmp_path: Path) -> None:
    content = bytearray(good.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 20 : at + 24] = struct.pack("<I", len(content) * 2)
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(content))
    assert refusal(path) in {"file_bomb", "file_damaged"}


def test_two_cells_at_the_far_corners_do_not_take_the_memory_of_all_between(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write(0, 0, "编号")
        page.write(1_048_575, 16_383, "末")

    assert refusal(built(tmp_path / "a.xlsx", fill)) == "file_too_heavy"


def test_an_entity_that_grows_is_not_expanded(good: Path, tmp_path: Path) -> None:
    laugh = (
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    )

    def change(parts: dict[str, bytes]) -> None:
        name = "xl/sharedStrings.xml"
        parts[name] = parts[name].replace(b"?>", b"?>" + laugh, 1).replace("甲公司".encode(), b"&b;&c;")

    path = repacked(good, tmp_path / "a.xlsx", change)
    try:
        with read(path, SCHEMA) as reader:
            text = str([row.values for row in reader])
    except SheetRefused as refused:
        assert refused.code == "file_damaged"
    else:
        assert "root:" not in text and "haha" not in text


def test_a_truncated_or_garbled_workbook(good: Path, tmp_path: Path) -> None:
    content = good.read_bytes()
    path = tmp_path / "a.xlsx"
    path.write_bytes(content[: len(content) // 2])
    assert refusal(path) == "file_damaged"
    broken = repacked(good, tmp_path / "b.xlsx", lambda parts: parts.update({SHEET: b"<worksheet><sheetData><row"}))
    assert refusal(broken) in {"file_damaged", "no_header"}
    nothing = repacked(good, tmp_path / "c.xlsx", lambda parts: parts.update({"xl/workbook.xml": b"\xff\xfe\x00"}))
    assert refusal(nothing) in {"file_damaged", "no_sheet"}


def _ole(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + b"".join(name.encode("utf-16-le") for name in names)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("EncryptedPackage", "EncryptionInfo"), "file_encrypted"),
        (("Workbook", "_VBA_PROJECT_CUR", "_VBA_PROJECT"), "file_macros"),
        (("WordDocument",), "file_type"),
        (("Workbook",), "file_damaged"),
    ],
)
def test_an_old_office_container_is_looked_into(tmp_path: Path, names: tuple[str, ...], code: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(_ole(*names))
    assert refusal(path) == code


def test_text_in_no_known_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x81\xff\xff\xfe" * 100)
    assert refusal(path) == "file_encoding"


def test_a_csv_with_a_zero_byte_far_inside(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号,名称,金额\n".encode() + b"A,B,1\n" * 2000 + b"\0")
    assert refusal(path) == "file_encoding"


def test_a_csv_with_a_cell_without_end(tmp_path: Path) -> None:
    text = '编号,名称,金额\nA,甲,1\nB,"' + "乙" * (2 * MB) + ",2\n"
    assert refusal(csv_file(tmp_path / "a.csv", text)) == "file_csv_shape"


def test_a_formula_in_a_csv_is_only_text(tmp_path: Path) -> None:
    with read(csv_file(tmp_path / "a.csv", "编号,名称,金额\nA,=cmd|' /C calc'!A0,1\n"), SCHEMA) as reader:
        (row,) = reader
    assert row.values["name"] == "=cmd|' /C calc'!A0"


def test_the_child_ends_with_its_reader(good: Path) -> None:
    with read(good, SCHEMA) as reader:
        child = reader._source._child  # type: ignore[attr-defined]
        assert child.poll() is None
    assert child.returncode is not None
