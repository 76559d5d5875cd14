"""Sixty files that are no spreadsheet or mean harm: each refused within two seconds, with a reason and what to do."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pool.sheets import SheetRefused, read

from .sheet_files import GOOD, HEADERS, SCHEMA, workbook

MB = 1 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STARTS = {
    "pdf": b"%PDF-1.7\n1 0 obj",
    "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 40,
    "gif": b"GIF89a" + b"\0" * 40,
    "tiff": b"II*\0" + b"\0" * 40,
    "bmp": b"BM" + b"\0" * 60,
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "windows-program": b"MZ\x90\0" + b"\0" * 60,
    "java-class": b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 40,
    "wasm": b"\0asm\x01\0\0\0",
    "seven-zip": b"7z\xbc\xaf\x27\x1c" + b"\0" * 40,
    "rar": b"Rar!\x1a\x07\x01\0" + b"\0" * 40,
    "xz": b"\xfd7zXZ\0" + b"\0" * 40,
    "bzip2": b"BZh91AY&SY" + b"\0" * 40,
    "gzip": gzip.compress(b"x" * 1000),
    "sqlite": b"SQLite format 3\0" + b"\0" * 80,
    "mp4": b"\0\0\0\x18ftypmp42" + b"\0" * 40,
    "ogg": b"OggS" + b"\0" * 40,
    "rtf": b"{\\rtf1\\ansi {\\object}}",
    "postscript": b"%!PS-Adobe-3.0\n(%pipe%id) (r) file",
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "pickle": b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x05posix\x94",
    "zeros": b"\0" * 4096,
    "random": bytes((place * 97 + 13) % 251 for place in range(4096)),
    "ole-empty": OLE + b"\0" * 600,
    "empty": b"",
}
TEXTS = {
    "html": "<!DOCTYPE html><html><body><table><tr><td>编号</td></tr></table></body></html>",
    "html-upper": "<HTML><SCRIPT>alert(1)</SCRIPT></HTML>",
    "svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "xml-2003": '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "xxe": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "json": '{"编号": "A-1", "金额": 100}',
    "mail": "MIME-Version: 1.0\nContent-Type: multipart/related\n\n--x\n",
    "sylk": "ID;PWXL;N;E\nC;Y1;X1;K\"x\"\nE\n",
    "dif": "TABLE\n0,1\n\"EXCEL\"\nVECTORS\n0,5\n",
    "link": "[InternetShortcut]\nURL=http://127.0.0.1:9/\n",
    "no-header": "甲,乙,丙\n1,2,3\n",
}  # fmt: skip


def zipped(**parts: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return body.getvalue()


def tarred() -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../etc/cron.d/x"), io.BytesIO(b""))
    return body.getvalue()


def changed(path: Path, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """A good workbook with one thing wrong."""
    good = workbook(path / "good.xlsx", [HEADERS, GOOD])
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return body.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
CHANGES: dict[str, Callable[[dict[str, bytes]], object]] = {
    "vba": lambda parts: parts.update({"xl/vbaProject.bin": b"x"}),
    "vba-upper": lambda parts: parts.update({"XL/VBAPROJECT.BIN": b"x"}),
    "macro-sheet": lambda parts: parts.update({"xl/macrosheets/sheet1.xml": b"x"}),
    "binary-workbook": lambda parts: parts.update({"xl/workbook.bin": b"x"}),
    "open-document": lambda parts: parts.update({"content.xml": b"x"}),
    "bomb-strings": lambda parts: parts.update({"xl/sharedStrings.xml": b"\0" * (64 * MB)}),
    "bomb-sheet": lambda parts: parts.update({SHEET: b" " * (64 * MB)}),
    "bomb-media": lambda parts: parts.update({"xl/media/image1.png": b"\0" * (64 * MB)}),
    "no-workbook": lambda parts: parts.pop("xl/workbook.xml"),
    "no-sheet": lambda parts: parts.pop(SHEET),
    "broken-workbook": lambda parts: parts.update({"xl/workbook.xml": b"<workbook><sheets>"}),
    "broken-sheet": lambda parts: parts.update({SHEET: b"<worksheet><sheetData><row"}),
    "empty-sheet": lambda parts: parts.update({SHEET: b""}),
}
ZIPS = {
    "docx": zipped(word__document=b"<w/>"),
    "jar": zipped(META_INF=b"x", Main=b"\xca\xfe\xba\xbe"),
    "nothing-in-it": zipped(),
    "text-in-it": zipped(readme=b"hello"),
    "climbing": zipped(**{"..__..__etc__passwd": b"x"}),
    "nested": zipped(inner=zipped(innermost=b"x" * 1000)),
    "tar": tarred(),
}
FILES: list[tuple[str, bytes | str]] = [
    *((f"{name}.xlsx", body) for name, body in STARTS.items()),
    *((f"{name}.xlsx", text.encode()) for name, text in TEXTS.items()),
    *((f"{name}.xlsx", body) for name, body in ZIPS.items()),
    *((f"{name}.xlsx", name) for name in CHANGES),
    *((f"{name}.csv", TEXTS[name].encode()) for name in ("json", "no-header", "mail")),
    *((f"{name}.csv", STARTS[name]) for name in ("zeros", "random", "empty")),
]


def test_there_are_sixty_different_files() -> None:
    assert len({name for name, _body in FILES}) >= 60


@pytest.mark.parametrize(("name", "body"), FILES, ids=[name for name, _body in FILES])
def test_it_is_refused_quickly_and_with_words(name: str, body: bytes | str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(changed(tmp_path, CHANGES[body]) if isinstance(body, str) else body)
    began = time.perf_counter()
    with pytest.raises(SheetRefused) as caught, read(path, SCHEMA) as reader:
        list(reader)
    assert time.perf_counter() - began < 2
    assert str(caught.value) and str(caught.value.mend)
    assert "%(" not in f"{caught.value}{caught.value.mend}"
