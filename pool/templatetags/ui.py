"""The components of every page: `{% load ui %}`. Each is shown with an example in `docs/screens.md`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.apps import apps
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from pool import charts, citations, clock, formats, storage, tones
from pool.models import Transition
from pool.rulebook.edition import CHINESE, ENGLISH, Edition
from pool.rulebook.findings import Finding
from pool.tables import Cell, Page, Table

register = template.Library()

for _filter in (
    formats.yuan,
    formats.wan,
    formats.yi,
    formats.summary,
    formats.whole,
    formats.percent,
    formats.ratio,
    formats.points,
    formats.day,
    formats.official_day,
    formats.month_day,
    formats.weekday,
    formats.moment,
    formats.show,
):
    register.filter(_filter.__name__, _filter)
register.filter("tone", tones.tone)


@register.filter
def tone_of_message(level: str) -> str:
    """The tone of one of Django's messages."""
    return {"success": "good", "warning": "wait", "error": "bad"}.get(level, "info")


# ---- small things -------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing of the sprite; decoration unless it has a label."""
    href = f"{static('img/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.simple_tag
def first_url(*names: str) -> str:
    """The address of the first of these names that the portal knows; empty if it knows none."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@register.simple_tag
def article(short: str | None) -> SafeString | str:
    """第十九条第(六)项, linked to its place in the rulebook; words that are no citation stand as they are."""
    if not short:
        return ""
    try:
        words, place = citations.cite(short, get_language() or ""), citations.anchor(short)
    except ValueError:
        return format_html('<span class="article">{}</span>', short)
    page = first_url("rulebook", "pool:rulebook")
    if not page:
        return format_html('<span class="article">{}</span>', words)
    return format_html('<a class="article" href="{}#{}">{}</a>', page, place, words)


@register.filter
def cite(short: str) -> str:
    """The words of a citation without a link (for PDFs and messages)."""
    try:
        return citations.cite(short, get_language() or "")
    except ValueError:
        return str(short)


@register.simple_tag
def badge(word: object, tone: str = "neutral") -> SafeString:
    return format_html('<span class="badge {}">{}</span>', tone if tone in tones.TONES else "neutral", word)


@register.simple_tag
def status(thing: Any, name: str = "state", tone: str = "") -> SafeString | str:
    """The state of an object, or a pair (value, word), as a word on its colour."""
    if thing is None or thing == "":
        return formats.NOTHING
    if isinstance(thing, tuple | list):
        value, word = thing
    elif isinstance(thing, str):
        value, word = thing, tones.OUTCOME_WORDS.get(thing, thing)
    else:
        value = getattr(thing, name)
        display = getattr(thing, f"get_{name}_display", None)
        word = display() if display else value
    return badge(word, tone or tones.tone(value))


@register.simple_tag
def crumb(label: str, href: str = "") -> SafeString:
    if href:
        return format_html('<li><a href="{}">{}</a></li>', href, label)
    return format_html('<li aria-current="page">{}</li>', label)


@register.simple_tag
def cell(item: Cell) -> SafeString | str:
    """The value of a data table's cell as its column's kind is written."""
    kind, value = item.column.kind, item.value
    if kind == "status":
        words: SafeString | str = status(value)
    elif kind == "article":
        words = articles(value) if isinstance(value, list) else article(value)
    else:
        words = _WRITTEN.get(kind, formats.show)(value)
    return format_html('<a href="{}">{}</a>', item.href, words) if item.href else words


_WRITTEN: dict[str, Any] = {
    "money": formats.yuan,
    "percent": formats.percent,
    "points": formats.points,
    "int": formats.whole,
    "date": formats.day,
    "moment": formats.moment,
}


# ---- {% capture as name %} … {% endcapture %} ---------------------------------------------------------------------


class CaptureNode(template.Node):
    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> str:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """Keep what a block renders, so that it can be shown twice (`<title>` and `<h1>`)."""
    words = token.split_contents()
    if len(words) != 3 or words[1] != "as":
        raise template.TemplateSyntaxError("{% capture as name %}")
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(nodelist, words[2])


def articles(shorts: list[str]) -> SafeString:
    """Several, each linked."""
    return (
        format_html_join(" ", "{}", ((article(short),) for short in shorts)) if shorts else mark_safe(formats.NOTHING)
    )


# ---- who waits, until when, by which article ----------------------------------------------------------------------


def days_words(left: int | None) -> str:
    if left is None:
        return ""
    if left < 0:
        return ngettext("已过期 %(days)d 个工作日", "已过期 %(days)d 个工作日", -left) % {"days": -left}
    if left == 0:
        return gettext("今天是最后一天")
    return ngettext("还剩 %(days)d 个工作日", "还剩 %(days)d 个工作日", left) % {"days": left}


def urgency(left: int | None) -> str:
    if left is None or left > 5:
        return "calm"
    return "late" if left < 0 else "soon"


@register.simple_tag(takes_context=True)
def until(context: Context, due: Any) -> str:
    """还剩 4 个工作日，1月22日止: a last day in one breath; over the turn of the year with its year."""
    if not due:
        return gettext("没有期限")
    today = context.get("business_date")
    written = formats.month_day(due) if today is None or due.year == today.year else formats.official_day(due)
    count_days = context.get("workdays_left")
    days = days_words(count_days(due)) if count_days else ""
    return gettext("%(days)s，%(day)s止") % {"days": days, "day": written} if days else written


@register.inclusion_tag("components/waits.html", takes_context=True)
def waits(
    context: Context,
    todo: Any = None,
    *,
    title: str = "",
    detail: str = "",
    who: str = "",
    due: Any = None,
    left: int | None = None,
    article: str = "",
    url: str = "",
    count: int | None = None,
    provisional: bool = False,
) -> dict[str, Any]:
    """等待谁 / 到哪天(还剩几个工作日) / 依据哪条; takes a Todo or the words one by one.

    Without `left`, the page's `workdays_left(due)` counts the working days; below zero they are over.
    """
    given = {"title": title, "detail": detail, "who": who, "due": due, "left": left, "article": article}
    given |= {"url": url, "count": count, "provisional": provisional}
    if todo is not None:
        names = {"who": "waiting_for", "left": "days_left"}
        for key in given:
            if given[key] is None or given[key] is False or given[key] == "":
                given[key] = getattr(todo, names.get(key, key), None)
    count_days = context.get("workdays_left")
    if given["left"] is None and given["due"] and count_days:
        given["left"] = count_days(given["due"])
    return given | {"days": days_words(given["left"]), "urgency": urgency(given["left"])}


# ---- tables -------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/data_table.html")
def data_table(table: Table) -> dict[str, Any]:
    return {"table": table, "body": list(table.body())}


@register.inclusion_tag("components/listing.html")
def listing(shown: Any) -> dict[str, Any]:
    """A whole list: saved filters, filter, columns, export, table, pager (`pool.lists.show`)."""
    return {"shown": shown}


@register.inclusion_tag("components/listing_tools.html")
def listing_tools(shown: Any) -> dict[str, Any]:
    """What stands above a list, for a page whose table stands in a form of its own."""
    return {"shown": shown}


@register.inclusion_tag("components/pager.html")
def pager(page: Page | None) -> dict[str, Any]:
    return {"page": page}


@register.inclusion_tag("components/filter_bar.html")
def filter_bar(form: Any, action: str = "", count: int | None = None) -> dict[str, Any]:
    return {"form": form, "action": action, "count": count}


# ---- forms --------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/field.html")
def field(bound: Any, why: str = "", article: str = "", unit: str = "", wide: bool = False) -> dict[str, Any]:
    """A field with its label, its help, why it is asked and its errors."""
    kind = getattr(bound.field.widget, "input_type", "textarea")
    return {"field": bound, "why": why, "article": article, "unit": unit, "wide": wide, "kind": kind}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    return {"form": form, "fields": [item for item in form if item.errors] if form.is_bound else []}


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: Any) -> dict[str, Any]:
    return {"form": form}


@register.inclusion_tag("components/file_drop.html")
def file_drop(bound: Any, hint: str = "", accept: str = "") -> dict[str, Any]:
    return {"field": bound, "hint": hint, "accept": accept or bound.field.widget.attrs.get("accept", "")}


@register.inclusion_tag("components/confirm.html")
def confirm(
    action: str,
    label: str,
    question: str = "",
    *,
    tone: str = "",
    version: int | None = None,
    reason: str = "",
    article: str = "",
    yes: str = "",
    seen: str = "",
) -> dict[str, Any]:
    """A button that first says what it will do; `reason` is the label of a required explanation.

    `seen` is the digest of what was looked at, where more than the row's version must still be so.
    """
    names = {"action": action, "label": label, "question": question, "tone": tone, "version": version, "seen": seen}
    names |= {"reason": reason, "article": article, "yes": yes or label}
    return names


# ---- what was found, what happened, what is going on --------------------------------------------------------------


def pairs(facts: Any) -> list[tuple[Any, Any]]:
    """Facts come as a mapping or as pairs."""
    return list(facts.items() if isinstance(facts, Mapping) else facts or ())


def _finding(item: Any, book: Edition | None) -> dict[str, Any]:
    names = ("outcome", "message", "article", "facts", "mend", "provisional", "where", "readings", "title")
    read = item.get if isinstance(item, Mapping) else lambda name: getattr(item, name, None)
    found = {name: read(name) for name in names}
    if book is not None:
        found |= _by_the_book(item if isinstance(item, Finding) else Finding.from_json(item), book)
    outcome = str(found["outcome"])
    named = [(name, value) for name, value in pairs(found["facts"]) if not _is_slug(str(name))]
    return found | {"outcome": outcome, "facts": named, "tone": tones.tone(outcome)}


def _is_slug(name: str) -> bool:
    """A name that programs read; the message has said its value in words."""
    return name.isascii() and name.isidentifier()


def _by_the_book(finding: Finding, book: Edition) -> dict[str, Any]:
    """The words of a finding; the record keeps only its code, its facts and the edition."""
    language = ENGLISH if (get_language() or "").startswith("en") else CHINESE
    return {
        "title": book[finding.provision].title.said(language),
        "message": book.message(finding, language),
        "mend": book.mend(finding, language),
        "readings": [reading.number for reading in book.readings_of(finding)],
        "facts": (),
    }


@register.inclusion_tag("components/findings.html")
def findings(
    items: Iterable[Any], book: Edition | None = None, empty: str = "", *, as_given: bool = False
) -> dict[str, Any]:
    """All findings of all rules, those that fail first: findings with their edition, or mappings with words.

    `as_given`: in their own order, where each is a step of a calculation.
    """
    order = {"fail": 0, "error": 0, "hold": 1, "warn": 2, "warning": 2, "info": 3, "pass": 4}
    found = [_finding(item, book) for item in items]
    if not as_given:
        found.sort(key=lambda item: order.get(item["outcome"], 3))
    return {"items": found, "empty": empty}


def _event(item: Any) -> Any:
    """A row of the transition log as an event, at its business day; anything else is one already."""
    if not isinstance(item, Transition):
        return item
    choices = dict(apps.get_model(item.subject_kind)._meta.get_field(item.field).flatchoices)
    who = f"{item.by.display_name} · {item.by.get_role_display()}" if item.by else gettext("系统按规则自动办理")
    what = choices.get(item.target, item.target)
    at = clock.at_instant(item.on, timezone.localtime(item.at).time())
    event = {"at": at, "what": what, "who": who, "why": item.reason, "article": item.article, "on": item.on}
    return event | {"tone": tones.tone(item.target), "source": choices.get(item.source, "")}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Any]) -> dict[str, Any]:
    """Who, when, why, by which article: rows of `pool.moves.history`, or mappings with at, who, what, why, article.

    They come in the order in which they happened; every page shows the newest first.
    """
    return {"events": [_event(item) for item in events][::-1]}


@register.inclusion_tag("components/progress.html")
def progress(job: Any) -> dict[str, Any]:
    """A running job that looks for news every two seconds until it ends."""
    return {"job": job}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: Iterable[Any], label: str = "") -> dict[str, Any]:
    """The life of a loan: each step has label, state (done, current, todo, stopped), on, note."""
    return {"steps": list(steps), "label": label}


# ---- figures ------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/facts.html")
def facts(items: Any, columns: int = 2) -> dict[str, Any]:
    """A definition list; an item is (label, value) or (label, value, article)."""
    rows = [(*item, "")[:3] for item in pairs(items)]
    return {"rows": rows, "columns": columns}


@register.inclusion_tag("components/tile.html")
def tile(label: str, value: Any, note: str = "", url: str = "", tone: str = "", article: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url, "tone": tone, "article": article}


@register.inclusion_tag("components/meter.html")
def meter(
    ratio: Any, limit: Any, label: str = "", *, after: Any = None, after_label: str = "", article: str = ""
) -> dict[str, Any]:
    """A share against its limit, in words and as a bar that ends at twice the limit."""
    now, bound, later = formats.exact(ratio), formats.exact(limit), formats.exact(after)

    def place(value: Any) -> str:
        return f"{min(max(value / bound * 50, 0), 100):.2f}" if value is not None and bound else "0"

    over = now is not None and bound is not None and now > bound
    return {
        "label": label,
        "over": over,
        "article": article,
        "after_label": after_label,
        "now_words": formats.percent_beside(now, bound),
        "limit_words": formats.percent(bound, 0 if bound is not None and bound * 100 % 1 == 0 else 2),
        "after_words": formats.percent_beside(later, bound) if later is not None else "",
        "after_over": later is not None and bound is not None and later > bound,
        "now_place": place(now),
        "after_place": place(later) if later is not None else "",
    }


@register.inclusion_tag("components/chart.html")
def chart(option: Mapping[str, Any], title: str = "", width: int = 720, height: int = 320) -> dict[str, Any]:
    """The picture is in the page at once, its figures beside it; with script it answers the pointer."""
    names, rows = charts.figures(option)
    still = mark_safe(charts.svg(option, width, height))
    return {"title": title, "still": still, "option": charts.as_json(option), "names": names, "rows": rows}


@register.inclusion_tag("components/document.html")
def document(
    url: str, name: str, *, sha256: str = "", size: int | None = None, on: Any = None, preview: str = ""
) -> dict[str, Any]:
    """A file to download with its fingerprint and the business day on which it was kept.

    `preview` is its type, when it may be looked at in place: a PDF in a frame, a picture as it is.
    """
    kind = name.rsplit(".", 1)[-1].upper() if "." in name else ""
    look = "" if preview not in storage.SHOWN_INLINE else "pdf" if preview == "application/pdf" else "picture"
    return {"url": url, "name": name, "sha256": sha256, "size": size, "on": on, "kind": kind, "look": look}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "", icon: str = "tray") -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.inclusion_tag("components/alert.html")
def alert(text: str, tone: str = "info", title: str = "", article: str = "") -> dict[str, Any]:
    return {"text": text, "tone": tone, "title": title, "article": article}


@register.inclusion_tag("components/stale.html")
def stale(url: str = "", who: str = "", at: Any = None) -> dict[str, Any]:
    return {"url": url, "who": who, "at": at}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Any], label: str = "") -> dict[str, Any]:
    """Each tab has label, url, active and perhaps a count."""
    return {"items": items, "label": label}
