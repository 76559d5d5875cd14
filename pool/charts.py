"""Charts drawn without a browser: ECharts in an embedded engine gives the SVG for a PDF.

The same options are drawn live in the page by `static/js/charts.js`; `bar` and `line` make them in our colours.
Every series also differs by its pattern, so that a chart copied in grey can still be read.
"""

import hashlib
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import lru_cache
from typing import Any

import quickjs

from pool.finders import ECHARTS

FONT = "Pool Sans, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
"""The first is embedded in a PDF, the others are what a screen has."""
INK, SEAL, SLATE, SAND, GREEN = "#14294a", "#b3242a", "#7c8ba3", "#c9bd9f", "#1c6440"
PALETTE = (INK, SLATE, SAND, SEAL, GREEN)
TEXT, MUTED, LINE = "#1d2530", "#566070", "#dfd9cc"
DASHES = ("solid", "dashed", "dotted", "solid", "dashed")
MARKS = ("circle", "rect", "triangle", "diamond", "emptyCircle")
STACK_BYTES = 16 * 1024 * 1024
SECONDS = 20

_SHIM = """
var setTimeout = function () { return 0; }, clearTimeout = function () {};
var console = {log: function () {}, warn: function () {}, error: function () {}};
"""
_DRAW = """
function draw(option, width, height) {
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  chart.setOption(JSON.parse(option));
  var picture = chart.renderToSVGString();
  chart.dispose();
  return picture.split('').join('');
}
;0
"""


class ChartError(ValueError):
    """The option could not be drawn."""


def _as_script(module: str) -> str:
    """The engine runs scripts: the module's list of exports becomes an object."""
    head, _, exports = module.rpartition("export{")
    names = (pair.partition(" as ") for pair in exports.split("}")[0].split(","))
    fields = ",".join(f"{(public or local).strip()}:{local.strip()}" for local, _, public in names)
    return f"var echarts=(function(){{{head}\n;return {{{fields}}}}})();\n;0"


class _Engine:
    """One context that lives in one thread: the engine must never be entered from two."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
        self.context: quickjs.Context | None = None

    def draw(self, option: str, width: int, height: int) -> str:
        return self.thread.submit(self._draw, option, width, height).result(timeout=SECONDS * 3)

    def _draw(self, option: str, width: int, height: int) -> str:
        if self.context is None:
            self.context = self._load()
        try:
            return str(self.context.get("draw")(option, width, height))
        except quickjs.JSException as problem:
            raise ChartError(str(problem)) from problem

    @staticmethod
    def _load() -> quickjs.Context:
        context = quickjs.Context()
        context.set_max_stack_size(STACK_BYTES // 4)
        context.eval(_SHIM)
        context.eval(_as_script(ECHARTS.path().read_text(encoding="utf-8")))
        context.eval(_DRAW)
        return context


_lock = threading.Lock()
_engine: _Engine | None = None


def _the_engine() -> _Engine:
    global _engine
    with _lock:
        if _engine is None:
            before = threading.stack_size(STACK_BYTES)
            try:
                _engine = _Engine()
                _engine.thread.submit(lambda: None).result()
            finally:
                threading.stack_size(before)
        return _engine


def _forget() -> None:
    """A forked worker has no engine thread; it makes its own at the first chart."""
    global _engine, _lock
    _engine, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)


def svg(option: Mapping[str, Any], width: int = 640, height: int = 320) -> str:
    """The chart as SVG; the same option always gives the same text, and ids that are its own."""
    return _svg(as_json({**option, "animation": False}), width, height)


@lru_cache(maxsize=64)
def _svg(option: str, width: int, height: int) -> str:
    picture = _the_engine().draw(option, width, height)
    mark = hashlib.sha256(f"{option}{width}x{height}".encode()).hexdigest()[:8]
    return _tidy(picture, f"c{mark}")


def _tidy(picture: str, mark: str) -> str:
    """Attributes instead of style sheets (a strict page drops those), no hover rules, ids that follow the option."""
    picture = re.sub(r"<style.*?</style>", "", picture, flags=re.DOTALL)
    picture = re.sub(r'\s(?:class|ecmeta_\w+)="[^"]*"', "", picture)
    picture = re.sub(r'\sstyle="([^"]*)"', _as_attributes, picture)
    # A white halo would cover the letters where `paint-order` is not understood.
    picture = re.sub(r'(<text\b[^>]*?)\s(?:stroke|stroke-width|paint-order)="[^"]*"', r"\1", picture)
    ids = {
        found: f"{mark}-{place}" for place, found in enumerate(dict.fromkeys(re.findall(r'\sid="([^"]*)"', picture)))
    }
    for old, new in ids.items():
        picture = picture.replace(f'id="{old}"', f'id="{new}"').replace(f"#{old})", f"#{new})")
    return picture


def _as_attributes(style: re.Match[str]) -> str:
    pairs = (declaration.partition(":") for declaration in style[1].split(";") if declaration)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs)


def as_json(option: Mapping[str, Any]) -> str:
    return json.dumps(option, ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    return str(value)


def number(value: Decimal | int | str | None) -> Decimal | int | str | None:
    """A figure for a chart: its text, so that no float stands between the ledger and the picture."""
    return value if value is None else str(value)


# ---- options in our colours ---------------------------------------------------------------------------------------


def _frame(categories: Sequence[str], unit: str, legend: bool) -> dict[str, Any]:
    words = {"fontFamily": FONT, "fontSize": 12, "color": TEXT}
    return {
        "animation": False,
        "textStyle": words,
        "grid": {"left": 16, "right": 24, "top": 44 if legend or unit else 20, "bottom": 12, "containLabel": True},
        "legend": {
            "show": legend,
            "top": 4,
            "right": 8,
            "textStyle": words,
            "itemWidth": 22,
            "itemHeight": 10,
            "itemStyle": {"borderWidth": 0.5},
        },
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "xAxis": {
            "type": "category",
            "data": [str(item) for item in categories],
            "axisLabel": {"color": TEXT, "fontFamily": FONT, "fontSize": 12, "hideOverlap": True},
            "axisLine": {"lineStyle": {"color": MUTED}},
            "axisTick": {"show": False},
        },
        "yAxis": {
            "type": "value",
            "name": str(unit),
            "nameTextStyle": {"color": MUTED, "fontFamily": FONT, "fontSize": 12, "align": "left"},
            "axisLabel": {"color": MUTED, "fontFamily": FONT, "fontSize": 12},
            "splitLine": {"lineStyle": {"color": LINE}},
        },
    }


def _label(show: bool, colour: str = TEXT) -> dict[str, Any]:
    return {"show": show, "position": "top", "color": colour, "fontFamily": FONT, "fontSize": 11}


def bar(
    categories: Sequence[str],
    series: Mapping[str, Sequence[Any]],
    *,
    unit: str = "",
    labels: bool = True,
    stacked: bool = False,
) -> dict[str, Any]:
    """Upright bars; `series` maps a name to its figures, one per category."""
    option = _frame(categories, unit, len(series) > 1)
    option["series"] = [
        {
            "type": "bar",
            "name": str(name),
            "data": [number(value) for value in values],
            "barMaxWidth": 36,
            "stack": "sum" if stacked else None,
            "itemStyle": {"color": PALETTE[place % len(PALETTE)], "borderColor": TEXT, "borderWidth": 0.5},
            "label": _label(labels and not stacked),
        }
        for place, (name, values) in enumerate(series.items())
    ]
    return option


def line(
    categories: Sequence[str],
    series: Mapping[str, Sequence[Any]],
    *,
    unit: str = "",
    labels: bool = False,
    limit: tuple[str, Any] | None = None,
) -> dict[str, Any]:
    """Lines that differ by dash and mark; `limit` draws a named bound across, such as the 3 % of a bank."""
    option = _frame(categories, unit, len(series) > 1)
    option["series"] = [
        {
            "type": "line",
            "name": str(name),
            "data": [number(value) for value in values],
            "symbol": MARKS[place % len(MARKS)],
            "symbolSize": 7,
            "lineStyle": {"width": 2, "type": DASHES[place % len(DASHES)], "color": PALETTE[place % len(PALETTE)]},
            "itemStyle": {"color": PALETTE[place % len(PALETTE)]},
            "label": _label(labels),
        }
        for place, (name, values) in enumerate(series.items())
    ]
    if limit and option["series"]:
        words, bound = limit
        option["series"][0]["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": SEAL, "type": "dashed", "width": 1.5},
            "label": {"formatter": str(words), "color": SEAL, "fontFamily": FONT, "position": "insideEndTop"},
            "data": [{"yAxis": number(bound)}],
        }
    return option


def figures(option: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, list[Any]]]]:
    """The numbers of a bar or line chart as a table: head and rows. Every chart on a page stands beside them."""
    names = [str(series.get("name", "")) for series in option["series"]]
    rows = [
        (str(category), [series["data"][place] for series in option["series"]])
        for place, category in enumerate(option["xAxis"]["data"])
    ]
    return names, rows
