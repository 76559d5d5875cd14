import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders as static_finders
from django.template import Context, Template
from django.utils import translation

from pool import charts, finders
from pool.finders import PackageFile

ROOT = Path(__file__).resolve().parents[2]
QUARTERS = ("2024 Q1", "2024 Q2", "2024 Q3")


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def bars() -> dict:
    return charts.bar(QUARTERS, {"补偿金额": (Decimal("320.00"), Decimal("415.50"), None)}, unit="万元")


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]


def test_a_chart_is_drawn_with_its_words_and_its_figures() -> None:
    words = texts(charts.svg(bars(), 640, 320))
    assert "2024 Q1" in words and "万元" in words
    assert "320.00" in words and "415.50" in words


def test_the_same_option_gives_the_same_picture_again_in_a_fresh_engine() -> None:
    first = charts.svg(bars())
    charts._svg.cache_clear()
    charts.svg(charts.line(("甲",), {"乙": ("1",)}))
    assert charts.svg(bars()) == first
    charts._svg.cache_clear()
    charts._forget()
    assert charts.svg(bars()) == first


def test_two_charts_of_one_page_share_no_id() -> None:
    def ids(picture: str) -> set[str]:
        return set(re.findall(r'\sid="([^"]+)"', picture))

    one = ids(charts.svg(charts.line(QUARTERS, {"甲": ("1", "2", "3")})))
    other = ids(charts.svg(charts.line(QUARTERS, {"乙": ("1", "2", "4")})))
    assert one and other and not one & other


def test_a_picture_needs_no_style_sheet_and_no_halo_covers_its_letters() -> None:
    picture = charts.svg(bars())
    assert "style" not in picture and "class=" not in picture
    assert not re.search(r"<text[^>]*\sstroke=", picture)
    assert all("fill" in element.attrib for element in ElementTree.fromstring(picture).iter("{*}text"))


def test_series_differ_by_more_than_their_colour() -> None:
    option = charts.line(QUARTERS, {"甲": ("1", "2", "3"), "乙": ("2", "2", "2"), "丙": ("3", "2", "1")})
    assert len({(series["lineStyle"]["type"], series["symbol"]) for series in option["series"]}) == 3

    def grey(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [grey(colour) for colour in charts.PALETTE[:3]]
    assert all(abs(one - other) > 40 for place, one in enumerate(shades) for other in shades[:place])


def test_many_threads_may_draw_at_once() -> None:
    def draw(number: int) -> str:
        return charts.svg(charts.bar(("甲",), {"乙": (str(number),)}))

    with ThreadPoolExecutor(8) as threads:
        pictures = list(threads.map(draw, range(24)))
    assert [str(number) in texts(picture) for number, picture in enumerate(pictures)] == [True] * 24


def test_a_forked_worker_draws_too() -> None:
    code = (
        "import os; from pool import charts; option = charts.bar(('a',), {'b': ('1',)}); first = charts.svg(option);"
        "charts._svg.cache_clear(); child = os.fork();"
        "os._exit(0 if charts.svg(option) == first else 3) if child == 0 else None;"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False).returncode == 0


def test_an_option_that_cannot_be_drawn_says_so() -> None:
    with pytest.raises(charts.ChartError):
        charts.svg({"series": [{"type": "bar", "data": ["1"], "xAxisIndex": 7}], "xAxis": {}, "yAxis": {}})
    assert "320.00" in texts(charts.svg(bars()))


def test_an_engine_file_that_was_changed_is_refused() -> None:
    pinned = finders.ECHARTS
    assert pinned.path().name == "echarts.esm.min.js"
    with pytest.raises(ValueError, match="not the file"):
        PackageFile(pinned.package, pinned.inside, "0" * 64).path()
    with pytest.raises(FileNotFoundError):
        PackageFile("no_such_package_here", "x.js", pinned.sha256).path()


def test_the_page_gets_the_same_engine_and_nothing_else_of_that_package() -> None:
    assert static_finders.find("vendor/echarts.esm.min.js") == str(finders.ECHARTS.path())
    for path in ("vendor/other.js", "vendor/../settings.py", "vendor/", "echarts.esm.min.js"):
        assert not static_finders.find(path)
    listed = list(finders.PackageFinder().list(None))
    assert [(name, storage.prefix) for name, storage in listed] == [("echarts.esm.min.js", "vendor")]
    assert listed[0][1].exists("echarts.esm.min.js")


def test_a_chart_of_a_page_shows_its_picture_its_option_and_its_figures() -> None:
    html = Template("{% load ui %}{% chart option title %}").render(Context({"option": bars(), "title": "补偿 <b>"}))
    html = re.sub(r">\s+<", "><", html)
    assert "<svg" in html and "补偿 &lt;b&gt;" in html
    assert 'data-option="{&quot;' in html
    assert '<th scope="row">2024 Q2</th><td class="figure">415.50</td>' in html
    assert html.count('<td class="figure">—</td>') == 1
