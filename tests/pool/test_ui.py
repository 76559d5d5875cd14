import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory, override_settings
from django.utils import translation
from django.utils.formats import date_format, localize
from django.utils.html import escape
from django.utils.timezone import localtime

from pool import formats, tones
from pool.models import Transition, User
from pool.rulebook import load
from pool.tables import Column, Table, keyset_page
from pool.views.components import components

ROOT = Path(__file__).resolve().parents[2]
STYLES = ROOT / "pool/static/css"
MARKUP = sorted((ROOT / "templates").rglob("*.html"))


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


def draw(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context)).strip()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Decimal("1234567.89"), "1,234,567.89"),
        (Decimal("0.005"), "0.01"),
        (Decimal("-1234.5"), "-1,234.50"),
        (30000000, "30,000,000.00"),
        ("493827.16", "493,827.16"),
        (None, "—"),
        ("", "—"),
    ],
)
def test_an_amount_is_grouped_and_shown_to_the_fen(value: object, words: str) -> None:
    assert draw("{{ v|yuan }}", v=value) == words


def test_a_float_is_never_shown_as_money() -> None:
    with pytest.raises(TypeError):
        formats.yuan(0.1)  # type: ignore[arg-type]


def test_sums_are_summarised_in_the_unit_that_reads_best() -> None:
    assert formats.summary(Decimal("5000000000")) == "50.00 亿元"
    assert formats.summary(Decimal("12345678.90")) == "1,234.57 万元"
    assert formats.summary(Decimal("9999.99")) == "9,999.99 元"
    with translation.override("en"):
        assert formats.wan(Decimal("12345678.90")) == "CNY 12.35 million"


def test_a_share_just_over_its_limit_never_looks_equal_to_it() -> None:
    limit = Decimal("0.03")
    assert formats.percent_beside(Decimal("0.030000001"), limit) == "3.0000001%"
    assert formats.percent_beside(Decimal("0.0299999"), limit) == "2.99999%"
    assert formats.percent_beside(Decimal("0.03"), limit) == "3.00%"
    assert formats.percent_beside(Decimal("0.0261"), limit) == "2.61%"


def test_an_instant_is_shown_on_its_day_in_shanghai() -> None:
    late = datetime(2024, 4, 21, 17, 30, tzinfo=UTC)
    assert formats.day(late) == "2024-04-22"
    assert formats.moment(late) == "2024-04-22 01:30"
    assert formats.weekday(date(2025, 1, 16)) == "星期四"


def test_a_state_is_a_word_on_its_colour() -> None:
    loan = SimpleNamespace(state="non_performing", get_state_display=lambda: "不良")
    assert draw("{% status loan %}", loan=loan) == '<span class="badge wait">不良</span>'
    assert draw("{% status 'pass' %}") == '<span class="badge good">通过</span>'
    assert draw("{% status pair %}", pair=("never_seen", "新状态")) == '<span class="badge neutral">新状态</span>'


def test_every_tone_has_a_colour_and_no_state_has_a_tone_that_does_not_exist() -> None:
    css = (STYLES / "components.css").read_text()
    assert set(tones.TONE_OF_STATE.values()) <= set(tones.TONES)
    for tone in tones.TONES:
        assert f".badge.{tone} {{" in css


def test_an_article_is_cited_in_words_and_what_is_no_citation_stands_as_it_is() -> None:
    assert "第十六条第一款第(二)项" in draw("{% article '16.1(2)' %}")
    assert draw("{% article '' %}") == ""
    assert draw("{% article words %}", words="<b>") == '<span class="article">&lt;b&gt;</span>'


def test_who_waits_says_who_until_when_and_by_which_article() -> None:
    html = draw("{% waits who='高新投初审' due=due left=4 article='20(1)' %}", due=date(2025, 1, 22))
    assert all(words in html for words in ("等待谁", "高新投初审", "2025-01-22", "还剩 4 个工作日", "第二十条第(一)项"))
    assert 'class="waits soon"' in html
    assert "今天是最后一天" in draw("{% waits due=due left=0 %}", due=date(2025, 1, 22))
    assert 'class="waits late"' in draw("{% waits due=due left=-3 %}", due=date(2025, 1, 22))


def test_the_page_counts_the_working_days_where_the_todo_does_not() -> None:
    html = draw("{% waits due=due %}", due=date(2025, 1, 22), workdays_left=lambda due: due.day - 18)
    assert "还剩 4 个工作日" in html


def test_a_todo_of_the_registry_is_drawn_as_it_comes() -> None:
    todo = SimpleNamespace(
        title="追偿款返还", detail="", url="/r/", due=None, article="19(6)", waiting_for="本行财务", count=2
    )
    html = draw("{% waits todo %}", todo=todo)
    assert '<a href="/r/">追偿款返还</a>' in html and "本行财务" in html and "无期限" in html


def test_findings_that_fail_come_first_and_say_how_to_mend() -> None:
    items = [
        {"outcome": "pass", "message": "规模符合", "article": "3"},
        {
            "outcome": "fail",
            "message": "利率过高",
            "article": "15(3)",
            "mend": "核对借据",
            "facts": {"年利率": "5.46%"},
        },
    ]
    html = draw("{% findings items %}", items=items)
    assert html.index("利率过高") < html.index("规模符合")
    assert "如何处理" in html and "核对借据" in html and "5.46%" in html
    assert "没有发现问题" in draw("{% findings items %}", items=[])


def test_a_finding_of_the_rules_is_put_into_words_by_its_edition() -> None:
    book = load("shenzhen/2024")
    message = next(m for provision in book for m in provision.messages.values() if m.outcome == "fail" and not m.facts)
    slug = next(provision.slug for provision in book if message.code in provision.messages)
    finding = book.finding(slug, message.code)
    for item in (finding, finding.as_json()):
        html = draw("{% findings items book %}", items=[item], book=book)
        assert message.text.zh in html and "不通过" in html and formats_of(finding.article) in html
        with translation.override("en"):
            assert escape(message.text.en) in draw("{% findings items book %}", items=[item], book=book)


def formats_of(short: str) -> str:
    return draw("{{ short|cite }}", short=short)


def test_the_transition_log_is_drawn_with_the_words_of_its_states() -> None:
    person = User(username="u1", display_name="林佳怡", role="bank_checker")
    row = Transition(
        subject_kind="loans.loan",
        field="state",
        source="entered",
        target="non_performing",
        by=person,
        on=date(2024, 8, 20),
        at=datetime(2024, 8, 20, 2, 5, tzinfo=UTC),
        reason="逾期九十日",
        article="2",
    )
    html = draw("{% timeline rows %}", rows=[row])
    states = dict(apps.get_model("loans.loan")._meta.get_field("state").flatchoices)
    for words in ("林佳怡 · 银行复核", "逾期九十日", "2024-08-20 10:05", "第二条", str(states["non_performing"])):
        assert words in html
    row.by = None
    assert "系统按规则自动办理" in draw("{% timeline rows %}", rows=[row])
    assert "还没有经过记录" in draw("{% timeline rows %}", rows=[])


def test_a_story_stands_newest_first_on_every_page():
    told = draw("{% timeline rows %}", rows=[{"what": "先"}, {"what": "后"}])
    assert told.index("后") < told.index("先")


def test_a_file_shows_the_business_day_on_which_it_was_kept():
    told = draw('{% document "#" "a.pdf" size=3 on=day %}', day=date(2024, 7, 26))
    assert "2024-07-26" in told and ":" not in re.sub(r"<[^>]*>", "", told)


def test_a_running_job_asks_for_news_and_a_finished_one_stops() -> None:
    job = {"label": "核对", "state": "running", "done": 10, "total": 40, "url": "/progress/"}
    assert 'hx-get="/progress/" hx-trigger="every 2s"' in draw("{% progress job %}", job=job)
    for state in ("finished", "failed"):
        assert "hx-get" not in draw("{% progress job %}", job=job | {"state": state})


def table(**more: object) -> Table:
    columns = (
        Column("编号", "number", "code", link=lambda row: f"/{row['number']}/", sort="number"),
        Column("金额", "amount", "money", unit="元", sort="amount"),
    )
    rows = [{"number": "A<1>", "amount": Decimal("1000")}]
    return Table(columns, rows, **more)  # type: ignore[arg-type]


def test_a_table_escapes_its_cells_and_sets_figures_right() -> None:
    html = draw("{% data_table table %}", table=table(caption="贷款", totals={"金额": Decimal("1000")}))
    assert "<caption>贷款</caption>" in html
    assert '<a href="/A&lt;1&gt;/">A&lt;1&gt;</a>' in html
    assert '<td class="figure">1,000.00</td>' in html
    assert "合计" in html


def test_a_sorted_head_says_so_and_turns_round() -> None:
    html = draw("{% data_table table %}", table=table(sort="amount", query="state=entered"))
    assert 'aria-sort="ascending"' in html
    assert 'href="?state=entered&amp;sort=-amount"' in html
    assert 'href="?state=entered&amp;sort=number"' in html


def test_a_table_without_rows_says_what_to_do_instead() -> None:
    html = draw("{% data_table table %}", table=Table((), [], empty_text="清除全部条件再试"))
    assert "<table" not in html and "没有符合条件的记录" in html and "清除全部条件再试" in html


def _walk(size: int) -> list[list[str]]:
    order, pages, query = ("-display_name", "username"), [], ""
    while True:
        request = RequestFactory().get("/", QueryDict(query))
        page = keyset_page(User.objects.all(), request, order=order, size=size)
        pages.append([user.username for user in page])
        if not page.next_query:
            return pages
        query = page.next_query


@pytest.mark.django_db
def test_pages_by_key_show_every_row_once_in_order_and_lead_back() -> None:
    names = ["甲", "乙", "乙", "丙", "丁", "丁", "丁"]
    for number, name in enumerate(names):
        User.objects.create(username=f"u{number}", display_name=name, role="authority")
    every = [user.username for user in User.objects.order_by("-display_name", "username")]
    assert [name for page in _walk(3) for name in page] == every
    assert [len(page) for page in _walk(3)] == [3, 3, 1]

    order = ("-display_name", "username")
    second = keyset_page(User.objects.all(), _request(_query_after(every[2], order)), order=order, size=3)
    back = keyset_page(User.objects.all(), _request(second.previous_query), order=order, size=3)
    assert [user.username for user in back] == every[:3]
    assert back.previous_query == ""


def _request(query: str):
    return RequestFactory().get("/", QueryDict(query))


def _query_after(username: str, order: tuple[str, ...]) -> str:
    first = keyset_page(User.objects.all(), _request(""), order=order, size=3)
    assert first.rows[-1].username == username
    return first.next_query


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "WzFd", "e30", "W251bGwsIG51bGxd", "%00"])
def test_a_bent_cursor_shows_the_first_page(cursor: str) -> None:
    User.objects.create(username="u1", display_name="甲", role="authority")
    page = keyset_page(User.objects.all(), _request(f"after={cursor}"), order=("created_at", "id"), size=5)
    assert len(page) == 1


# ---- the house rules of the screens --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MARKUP, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_carries_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"\son\w+\s*=\s*[\"']", text), "inline handler"


@pytest.mark.parametrize("path", MARKUP, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_chinese_word_of_a_template_can_be_translated(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", "", path.read_text(), flags=re.S)
    text = re.sub(r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}", "", text, flags=re.S)
    text = re.sub(r"\{[%{].*?[%}]\}", "", text, flags=re.S).replace(">中文<", "><")
    assert not re.findall(r"[\u4e00-\u9fff]+", text)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_pair_of_text_and_ground_keeps_the_contrast_of_wcag_aa() -> None:
    token = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (STYLES / "components.css").read_text()))
    pairs = [(tone, f"{tone}-ground") for tone in tones.TONES]
    for text in ("text", "muted", "link", "ink"):
        pairs += [(text, ground) for ground in ("paper", "sheet", "shade")]
    pairs += [
        ("on-ink", "ink"),
        ("on-ink-muted", "ink"),
        ("on-ink", "seal"),
        ("on-ink", "bad"),
        ("focus-on-ink", "ink"),
    ]
    pairs += [("bad", "paper"), ("bad", "sheet"), ("wait", "sheet"), ("good", "sheet"), ("seal", "sheet")]
    pairs += [("text", "wait-ground"), ("text", "bad-ground"), ("link", "wait-ground"), ("link", "bad-ground")]
    weak = {pair: round(_contrast(token[pair[0]], token[pair[1]]), 2) for pair in pairs}
    assert {pair: value for pair, value in weak.items() if value < 4.5} == {}


def test_colours_are_named_once_and_used_by_name() -> None:
    for sheet in STYLES.glob("*.css"):
        body = re.sub(r":root \{.*?\n\}", "", sheet.read_text(), count=1, flags=re.S)
        assert re.findall(r"#[0-9a-fA-F]{6}\b", body) == [], sheet.name


@override_settings(ROOT_URLCONF="config.urls")
def test_the_page_of_all_components_renders(db: None) -> None:
    response = components(RequestFactory().get("/"))
    assert response.status_code == 200
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert 'lang="zh-Hans"' in html
    assert 'class="skip" href="#main"' in html
    used = set(re.findall(r'icons\.svg#(\w+)"', html))
    sprite = (ROOT / "pool/static/img/icons.svg").read_text()
    assert used and all(f'id="{name}"' in sprite for name in used)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_django_s_own_lists_write_days_as_the_portal_does(language: str) -> None:
    """The admin's columns, forms and history: one way to write a day everywhere."""
    moment = datetime(2024, 12, 23, 15, 4, tzinfo=UTC)
    with translation.override(language):
        assert date_format(moment.date()) == formats.day(moment.date()) == "2024-12-23"
        assert localize(localtime(moment)) == formats.moment(moment) == "2024-12-23 23:04"
