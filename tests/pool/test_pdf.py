import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pydyf
import pytest
from django.utils import translation

from pool import charts, paper, pdf, pdf_archive
from tests.archival import faults

HOSTS = ["127.0.0.1:9", "localhost:9", "169.254.169.254", "[::1]:9", "0x7f000001:9", "127.1:9"]
SCHEMES = ["http", "https", "ftp", "HTTP", "hTTps"]
ADDRESSES = [f"{scheme}://{host}/x.png" for scheme in SCHEMES for host in HOSTS] + [
    "file:///etc/passwd",
    "file://localhost/etc/hostname",
    "FILE:///etc/passwd",
    "file:/etc/passwd",
    "//127.0.0.1:9/x.png",
    "/etc/passwd",
    "../../config/settings.py",
    "config/settings.py",
    "pool:../../config/settings.py",
    "pool:css/../css/pdf.css",
    "pool:css/pool.css",
    "pool:/etc/passwd",
    "pool://127.0.0.1:9/css/pdf.css",
    "pool:fonts/sans.otf?x=1",
    "pool:",
    "gopher://127.0.0.1:9/",
    "dict://127.0.0.1:9/",
    "ldap://127.0.0.1:9/",
    "jar:file:///etc/passwd!/",
    "data:text/plain,x",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1:9/'/></svg>",
    "netdoc:///etc/passwd",
    "php://filter/resource=/etc/passwd",
    "javascript:alert(1)",
    "about:blank",
    "blob:null/1",
    "view-source:file:///etc/passwd",
    "unix:///tmp/x.sock",
    "smb://127.0.0.1/x",
    "expect://id",
]
PLACES = (
    '<img src="{0}"><link rel="stylesheet" href="{0}"><link rel="attachment" href="{0}">'
    "<style>@import url({0}); @font-face {{ font-family: x; src: url({0}) }} body {{ background: url({0}) }}"
    " p::before {{ content: url({0}) }} ol {{ list-style-image: url({0}) }}</style>"
    '<p>字</p><ol><li>字</ol><object data="{0}"></object><embed src="{0}">'
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{0}" width="9" height="9"/><use href="{0}#a"/></svg>'
)

pytestmark = pytest.mark.draws


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "sample.pdf"
    with translation.override("zh-hans"):
        path.write_bytes(pdf.render("pdf/sample.html", sample(), attachments={"明细.csv": b"a,b\r\n"}))
    return path


def sample() -> dict:
    amount = Decimal("493827.16")
    rows = [
        {"number": f"SZ2024-{place:07d}", "borrower": "深圳市䶮科技有限公司", "amount": amount, "article": "16.1(1)"}
        for place in range(60)
    ]
    option = charts.bar(("一季度", "二季度"), {"补偿": ("1", "2")}, unit="万元")
    return {
        "issuer": "风险补偿资金池",
        "number": "资金池〔2025〕3号",
        "title": "关于下达资金安排计划的通知",
        "issued_on": date(2025, 1, 16),
        "rows": rows,
        "total": amount * 60,
        "chart": paper.Picture(option, "补偿", (600, 260)).drawn,
        "notes": [{"text": "公示期满无异议。", "article": "20(2)"}],
        "check_code": "AB12-CD34-EF56",
        "inputs_hash": "9f" * 32,
        "made_at": datetime(2025, 1, 16, 10, 22, tzinfo=ZoneInfo("Asia/Shanghai")),
    }


def shell(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} (poppler-utils) is not installed")
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_words_of_a_document_can_be_read_out_of_it(document: Path) -> None:
    text = shell("pdftotext", "-layout", str(document), "-")
    for words in ("关于下达资金安排计划的通知", "资金池〔2025〕3号", "2025年1月16日", "深圳市䶮科技有限公司"):
        assert words in text
    for words in ("493,827.16", "29,629,629.60", "（第二十条第(二)项）", "一季度", "万元"):
        assert words in text


def test_every_page_repeats_the_heads_and_carries_number_page_and_check_code(document: Path) -> None:
    pages = shell("pdftotext", "-layout", str(document), "-").rstrip("\f").split("\f")
    assert len(pages) >= 3
    for place, page in enumerate(pages, start=1):
        assert f"—{place}/{len(pages)}—" in page.replace(" ", "")
        assert "校验码 AB12-CD34-EF56" in page
        assert "资金池〔2025〕3号" in page
        assert ("493,827.16" not in page) or ("借据号" in page)


def test_the_fonts_are_embedded_and_nothing_is_squares(document: Path) -> None:
    lines = shell("pdffonts", str(document)).splitlines()[2:]
    assert {line.split()[0].split("+")[-1] for line in lines} == {"Pool-Serif", "Pool-Sans"}
    assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in lines)


def test_the_file_is_for_the_archive_and_for_who_hears_it_and_carries_its_source(document: Path) -> None:
    assert faults(document.read_bytes()) == []
    assert "明细.csv" in shell("pdfdetach", "-list", str(document))
    heads = re.findall(r"TH.*?/Column", shell("pdfinfo", "-struct", str(document)), flags=re.DOTALL)
    assert heads and "Figure" in shell("pdfinfo", "-struct", str(document))


def test_the_validator_sees_a_picture_without_words_and_a_page_without_tongue() -> None:
    picture = charts.svg(charts.bar(("一季度",), {"补偿": ("1",)}, unit="万元"), 600, 260)
    mute = pdf.from_html(f"<html lang=zh-CN><title>字</title><figure>{picture}</figure></html>")
    assert any("FIGURE-ALTERNATIVE-TEXT" in fault for fault in faults(mute))
    assert faults(pdf.from_html("<title>字</title><p>字</p>"))


def test_no_stream_s_length_can_be_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream whose last byte is a carriage return, which packed bytes are by chance."""
    drawn = pdf_archive.finish

    def with_a_bad_end(document: object, drawing: pydyf.PDF) -> None:
        drawing.add_object(pydyf.Stream([b"x\r"]))
        drawn(document, drawing)

    monkeypatch.setattr(pdf_archive, "finish", with_a_bad_end)
    assert faults(pdf.from_html("<html lang=zh-CN><title>字</title><p>字</p></html>")) == []
    monkeypatch.setattr(pdf_archive, "_END", b"never")
    assert any("STREAM-LENGTH" in fault for fault in faults(pdf.from_html("<html lang=zh-CN><title>字</title></html>")))


def test_the_same_text_gives_the_same_bytes(document: Path) -> None:
    again = pdf.render("pdf/sample.html", sample(), attachments={"明细.csv": b"a,b\r\n"})
    assert again == document.read_bytes()


def test_there_are_sixty_addresses() -> None:
    assert len(set(ADDRESSES)) == 60


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_document_can_reach_nothing_outside_its_list(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[object] = []
    opened: list[str] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, target: reached.append(target))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *target, **_more: reached.append(target))
    asked = pdf.NamedFiles.fetch

    def watched(self: pdf.NamedFiles, url: str, headers: object = None) -> object:
        opened.append(url)
        with pytest.raises(pdf.RefusedAddress):
            asked(self, url, headers)
        raise pdf.RefusedAddress(url)

    monkeypatch.setattr(pdf.NamedFiles, "fetch", watched)
    content = pdf.from_html(PLACES.format(address))
    assert content.startswith(b"%PDF")
    assert reached == []
    assert opened or "http" not in address.lower()
    assert b"root:" not in content


def test_the_test_above_would_see_a_fetch_that_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *target, **_more: reached.append(target) or [])
    monkeypatch.delattr(pdf.NamedFiles, "fetch")
    pdf.from_html(PLACES.format("http://127.0.0.1:9/x.png"))
    assert reached


def test_every_named_file_is_there_and_is_served() -> None:
    for name in pdf.NAMED_FILES:
        assert pdf.NamedFiles().fetch(f"pool:{name}").read()


def test_a_check_code_is_short_and_follows_what_it_is_made_of() -> None:
    code = pdf.check_code("2025-003", Decimal("493827.16"))
    assert len(code) == 14 and code == code.upper()
    assert pdf.check_code("2025-003", Decimal("493827.17")) != code
    assert pdf.check_code("ab", "c") != pdf.check_code("a", "bc")


def test_markup_in_a_name_is_printed_and_not_obeyed(tmp_path: Path) -> None:
    context = sample() | {"issuer": '<img src="http://127.0.0.1:9/x">&资金池'}
    path = tmp_path / "x.pdf"
    path.write_bytes(pdf.render("pdf/sample.html", context | {"rows": [], "chart": ""}))
    assert "127.0.0.1:9" in shell("pdftotext", str(path), "-")
