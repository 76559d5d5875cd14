"""Files by their hash, outside the web root, never run: kept once, served through a checked view only."""

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from pool import clock
from pool.errors import Refused
from pool.models import StoredFile, User

CHUNK = 1 << 20
MAX_BYTES = 100 << 20


SHOWN_INLINE = frozenset({"application/pdf", "image/png", "image/jpeg"})
"""What a browser shows by itself."""
DOCUMENTS = SHOWN_INLINE | {"image/tiff", "application/ofd"}
"""Papers and scans: what proves something."""


class Chunked(Protocol):
    def chunks(self) -> Iterator[bytes]: ...


def keep(
    upload: Chunked | bytes | IO[bytes],
    *,
    name: str,
    purpose: str,
    by: User | None,
    bank: UUID | None = None,
    max_bytes: int = MAX_BYTES,
) -> StoredFile:
    """Write the bytes under their hash and return the row. The type is told from the bytes, not from the name."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    handle, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in _chunks(upload):
                size += len(chunk)
                if size > max_bytes:
                    raise Refused("file_too_large", _("文件超过 %(limit)s MB。") % {"limit": max_bytes >> 20})
                digest.update(chunk)
                head = head or chunk[:4096]
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if not size:
            raise Refused("file_empty", _("文件是空的。"))
        path = _place(Path(temporary), root, digest.hexdigest())
    finally:
        Path(temporary).unlink(missing_ok=True)
    return StoredFile.objects.create(
        sha256=digest.hexdigest(),
        size=size,
        name=clean_name(name),
        content_type=sniff(head, name),
        path=path,
        bank=bank,
        purpose=purpose,
        by=by,
        kept_on=clock.today(),
    )


def keep_document(
    upload: Any, *, name: str, nameless: str, purpose: str, by: User | None, bank: UUID | None = None,
    max_bytes: int = MAX_BYTES, field: str = "file",
) -> StoredFile:  # fmt: skip
    """The same for a document, named as given, else as the upload is, else as `nameless` says; `field` is its field."""
    own = name or getattr(upload, "name", "") or nameless
    file = keep(upload, name=own, purpose=purpose, by=by, bank=bank, max_bytes=max_bytes)
    if file.content_type not in DOCUMENTS:
        raise Refused("file_kind", _("请上传 PDF、OFD 或图片（PNG、JPEG、TIFF）文件。"), field=field)
    return file


def share(file: StoredFile, *, bank: UUID) -> StoredFile:
    """A row of the bank's own over the same bytes, from the day on which it may read what was the public bodies'."""
    return StoredFile.objects.create(
        sha256=file.sha256, size=file.size, name=file.name, content_type=file.content_type, path=file.path, bank=bank,
        purpose=file.purpose, by=file.by, kept_on=clock.today(),
    )  # fmt: skip


def _place(temporary: Path, root: Path, sha256: str) -> str:
    relative = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    final = root / relative
    if not final.exists():
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(0o440)
        temporary.replace(final)
    return relative


def _chunks(upload: Any) -> Iterator[bytes]:
    if isinstance(upload, bytes):
        yield upload
    elif hasattr(upload, "chunks"):
        yield from upload.chunks()
    else:
        while chunk := upload.read(CHUNK):
            yield chunk


def clean_name(name: str) -> str:
    """The last part of the name, without control characters; never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C").strip()
    return shown[-200:] or "file"


_MAGIC = [
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0", "application/vnd.ms-office"),
]
_ZIPPED = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".ofd": "application/ofd",
}


def sniff(head: bytes, name: str) -> str:
    """Told by the first bytes; a name only chooses among the kinds of one container."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    suffix = Path(name).suffix.lower()
    if head.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(suffix, "application/zip")
    if suffix in {".csv", ".txt"} and b"\x00" not in head:
        return "text/csv" if suffix == ".csv" else "text/plain"
    return "application/octet-stream"


def open_file(file: StoredFile) -> IO[bytes]:
    return (Path(settings.MEDIA_ROOT) / file.path).open("rb")


def intact(file: StoredFile) -> bool:
    """Whether the bytes on disk still have the recorded hash."""
    path = Path(settings.MEDIA_ROOT) / file.path
    if not path.is_file():
        return False
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest() == file.sha256
