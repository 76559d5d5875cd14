"""Small real PDF files for whatever a bank must prove, marked as samples; made by hand, each its own.

The Chinese font is named and not embedded: every reader brings one, and a file stays under two kilobytes.
"""

from __future__ import annotations

from collections.abc import Sequence

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
    b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
)
_TOP, _LEFT, _LINE = 760, 72, 30


def sample(title: str, *lines: str) -> bytes:
    """One page that says what it stands for; the same words give the same bytes."""
    content = _content([title, "", *lines, "", "本页为演示样张，代替原件扫描件；所涉机构、企业和个人均属虚构。"])
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *_FONT,
    ]
    return _file(objects)


def _content(lines: Sequence[str]) -> bytes:
    parts = [b"BT", b"/F1 20 Tf", b"%d %d Td" % (_LEFT, _TOP)]
    for number, line in enumerate(lines):
        if number == 1:
            parts.append(b"/F1 12 Tf")
        if line:
            parts.append(b"<%s> Tj" % line.encode("utf-16-be").hex().encode())
        parts.append(b"0 -%d Td" % _LINE)
    return b"\n".join([*parts, b"ET"])


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects with their table of places, as the format wants it."""
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer
