"""The rulebook as people read it: the law's listing put into words, with the official wording where it is loaded."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from pool.models import OfficialText
from pool.rulebook import Edition, editions
from pool.rulebook.edition import Range
from pool.rulebook.listing import ArticleLine, ProvisionLine, read_examples, rulebook_listing
from pool.rulebook.values import Stage, Tier

SCHEME = "shenzhen"
RULE_MODULES = ("rules", "periods")
UNITS = {
    "working_day": _("个工作日"),
    "calendar_day": _("日"),
    "month": _("个月"),
    "year": _("年"),
    "quarter": _("个季度"),
    "yuan": _("元"),
    "percent": "%",
    "percentage_point": _("个百分点"),
    "ratio": "",
    "bank": _("家银行"),
    "days_per_year": _("天／年"),
}
OUTCOMES = {"pass": _("适用"), "fail": _("不适用"), "hold": _("暂缓"), "info": _("提示")}


def edition() -> Edition:
    """The newest edition of the scheme."""
    return editions(SCHEME)[-1]


def language_of(code: str) -> str:
    return "en" if code.startswith("en") else "zh"


@lru_cache(maxsize=2)
def _listing(key: str) -> list[ArticleLine]:
    """The rules say what they execute once they are imported; the examples are there where the tests are."""
    for app in apps.get_app_configs():
        for name in RULE_MODULES:
            if find_spec(f"{app.name}.{name}") is not None:
                import_module(f"{app.name}.{name}")
    book = edition()
    folder = Path(settings.BASE_DIR) / "tests" / "articles" / key.replace("/", "_")
    return list(rulebook_listing(book, read_examples(folder) if folder.is_dir() else ()))


def official_wording(book: Edition) -> dict[int, str]:
    return dict(OfficialText.objects.filter(edition=book.key).values_list("article", "text"))


def lines(book: Edition, language_code: str, official: Mapping[int, str]) -> list[dict[str, Any]]:
    """One mapping per article, ready for a page or a terminal."""
    language = language_of(language_code)
    return [_line(book, line, language, official.get(line.article.number, "")) for line in _listing(book.key)]


def _line(book: Edition, line: ArticleLine, language: str, official: str) -> dict[str, Any]:
    article = line.article
    return {
        "number": article.number,
        "citation": str(article.number),
        "title": article.title.said(language),
        "gist": article.gist.said(language),
        "narrative": article.narrative,
        "official": official,
        "provisions": [_provision(book, item, language) for item in line.provisions],
    }


def _provision(book: Edition, item: ProvisionLine, language: str) -> dict[str, Any]:
    provision = item.provision
    by_name = provision.method == "formula"
    return {
        "slug": provision.slug,
        "citation": provision.article,
        "title": provision.title.said(language),
        "method": provision.method,
        "value": "" if by_name else value_words(book, provision.value, provision.unit, language),
        "formula": provision.value if by_name else "",
        "readings": [
            {"number": number, "text": book.readings[number].text.said(language)} for number in provision.readings
        ],
        "rules": [{"path": rule.path, "summary": rule.summary} for rule in item.rules],
        "examples": [{"title": example.title, "where": example.where} for example in item.examples],
    }


def readings(book: Edition, language_code: str) -> list[dict[str, Any]]:
    language = language_of(language_code)
    return [{"number": number, "text": reading.text.said(language)} for number, reading in book.readings.items()]


def value_words(book: Edition, value: Any, unit: str, language: str) -> str:
    """A provision's value as a reader expects it."""
    if value is None:
        return ""
    if isinstance(value, Tier):
        return f"≤ {value.up_to:,} {UNITS['yuan']} → {percent(value.ratio)}"
    if isinstance(value, Stage):
        return f"{value_words(book, value.period, '', language)} {OUTCOMES[value.outcome]}"
    if isinstance(value, Range):
        return f"{value.first or ''} – {value.last or ''}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        said = {name: value_words(book, getattr(value, name), "", language) for name in value._fields}
        return ", ".join(f"{name} {words}" for name, words in said.items() if words)
    if isinstance(value, tuple | list | frozenset | set):
        return str(_("；")).join(value_words(book, item, "", language) for item in value)
    if hasattr(value, "items"):
        return str(_("；")).join(
            f"{word(book, name, language)} {value_words(book, item, unit, language)}" for name, item in value.items()
        )
    if isinstance(value, Decimal):
        return percent(value) if unit == "ratio" else f"{value:,f} {UNITS.get(unit, '')}".strip()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return word(book, value, language)
    return f"{value} {UNITS.get(unit, '')}".strip()


def percent(ratio: Decimal) -> str:
    return f"{(ratio * 100).normalize():f} %"


def word(book: Edition, name: str, language: str) -> str:
    """The label of a word in whichever vocabulary knows it."""
    known = next((words[name] for words in book.words.values() if name in words), None)
    return known.said(language) if known else name


def holds(line: dict[str, Any], words: str) -> bool:
    """Whether each word stands somewhere in the article."""
    text = " ".join(
        [f"第{line['number']}条", line["title"], line["gist"], line["official"]]
        + [f"{item['title']} {item['slug']} {item['value']} {item['citation']}" for item in line["provisions"]]
        + [reading["text"] for item in line["provisions"] for reading in item["readings"]]
    ).lower()
    return all(word in text for word in words.lower().split())
