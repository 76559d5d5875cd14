"""What must be true of an uploaded file before anything unpacks it."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from .problems import SheetRefused

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read. Bytes, rows, and the memory a workbook may take while it is unpacked."""

    workbook_bytes: int = 100 * _MB
    csv_bytes: int = 512 * _MB
    rows: int = 1_000_000
    unpacked_bytes: int = 1024 * _MB
    free_unpacked_bytes: int = 16 * _MB
    ratio: int = 100
    entries: int = 2_000
    memory_floor: int = 400 * _MB
    memory_ceiling: int = 3 * 1024 * _MB
    memory_per_unpacked_byte: int = 3
    seconds: int = 120


DEFAULT_LIMITS = Limits()

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"PK\x05\x06",
    b"BZh",
)
_MACRO_PARTS = ("vbaproject.bin", "macrosheets/", "dialogsheets/")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be read: xlsx, xls, csv or jsonl, and the memory its reading may take."""

    kind: str
    memory: int = 0


def check(path: Path, limits: Limits = DEFAULT_LIMITS) -> Checked:
    """Look at the outside of the file only; raises `SheetRefused` with the reason and the mend."""
    size = path.stat().st_size
    if size == 0:
        raise SheetRefused("file_empty")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_ZIP):
        _within(size, limits.workbook_bytes)
        return Checked("xlsx", _check_zip(path, size, limits))
    if start.startswith(_OLE):
        _within(size, limits.workbook_bytes)
        _check_ole(path)
        return Checked("xls", min(limits.memory_floor + 20 * size, limits.memory_ceiling))
    _within(size, limits.csv_bytes)
    _check_text(start)
    return Checked("jsonl" if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv")


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise SheetRefused("file_too_large", size=f"{size / _MB:.1f}", limit=f"{limit / _MB:.0f}")


def _check_text(start: bytes) -> None:
    if start.startswith(_OTHER_BINARY):
        raise SheetRefused("file_type")
    begin = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:256].lower()
    if begin.startswith(
        (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div")
    ):
        raise SheetRefused("file_html")
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SheetRefused("file_empty")
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetRefused("file_type")


def _check_zip(path: Path, size: int, limits: Limits) -> int:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [entry.filename.lower().replace("\\", "/") for entry in entries]
            _check_names(names)
            _check_sizes(entries, size, limits)
            if any(entry.flag_bits & 1 for entry in entries):
                raise SheetRefused("file_encrypted")
            kinds = archive.read("[Content_Types].xml") if "[content_types].xml" in names else b""
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, OSError, ValueError):
        raise SheetRefused("file_damaged") from None
    if b"macroenabled" in kinds.lower() or b"vbaproject" in kinds.lower():
        raise SheetRefused("file_macros")
    unpacked = sum(entry.file_size for entry in entries)
    return min(limits.memory_floor + limits.memory_per_unpacked_byte * unpacked, limits.memory_ceiling)


def _check_names(names: list[str]) -> None:
    if any(part in name for name in names for part in _MACRO_PARTS):
        raise SheetRefused("file_macros")
    if "xl/workbook.bin" in names:
        raise SheetRefused("file_binary_workbook", format=".xlsb")
    if "content.xml" in names:
        raise SheetRefused("file_binary_workbook", format=".ods")
    if "xl/workbook.xml" not in names:
        raise SheetRefused("file_type")


def _check_sizes(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    """Declared sizes against what a workbook can honestly hold; overlapping entries pack more than the file."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > limits.entries or unpacked > limits.unpacked_bytes or packed > size:
        raise SheetRefused("file_bomb")
    for entry in entries:
        if entry.file_size > limits.free_unpacked_bytes and entry.file_size > limits.ratio * max(
            entry.compress_size, 1
        ):
            raise SheetRefused("file_bomb")
    if unpacked > limits.free_unpacked_bytes and unpacked > limits.ratio * size:
        raise SheetRefused("file_bomb")


def _check_ole(path: Path) -> None:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise SheetRefused("file_encrypted")
    if any(name.encode("utf-16-le") in content for name in ("_VBA_PROJECT", "VBA_PROJECT_CUR")):
        raise SheetRefused("file_macros")
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise SheetRefused("file_type")
