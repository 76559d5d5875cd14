"""A year's notice: what cannot be so is refused, what it moves is seen by two people, then all of it counts at once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from pool import clock, holidays, registry, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.holidays import Line
from pool.invariants import deadlines_are_what_the_rules_say
from pool.models import CalendarDay, CalendarYear, Deadline, HolidayNotice, Notice, Role, User
from pool.reference_sheets import HOLIDAYS
from pool.refs import Refs
from pool.registration import holidays_waiting
from pool.rules import Window
from pool.selectors import refs
from pool.services import deadlines, references
from pool.services import holidays as service
from pool.templates_xlsx import fill
from tests.factories import holidays as make
from tests.factories.people import bank_team, person

pytestmark = pytest.mark.django_db
ON = make.PUBLISHED
EVENT = date(2027, 1, 20)


def codes(lines: list[Line], year: int = make.YEAR) -> list[tuple[str, str]]:
    return [(one.severity, one.code) for one in holidays.doubts(year, lines)]


@pytest.fixture
def owed() -> Iterator[Callable[..., Deadline]]:
    """A period of fifteen working days, reckoned by a rule of its own."""

    def rule(row: Deadline, reference: Refs) -> Window:
        closes = reference.calendar.add_workdays(row.event_on, 15)
        provisional = reference.calendar.provisional_between(row.event_on, closes)
        return Window(
            "probe", "19(1)", "entry_window", row.event_on, None, closes, "working_day", 15, provisional=provisional
        )

    def opened(event: date = EVENT, bank: object = None) -> Deadline:
        with scope.everything():
            probe = Deadline(event_on=event)
            return deadlines.open_deadline(
                person(Role.AUDITOR), rule(probe, refs()), refs().calendar, kind="probe", label="录入",
                waiting_for="加盟银行", bank=bank,
            )  # fmt: skip

    registry.deadline_rules.register(registry.DeadlineRule("probe", rule))
    yield opened
    del registry.deadline_rules.items["probe"]


def confirm(notice: HolidayNotice, by: User, seen: str = "", version: int = 0) -> HolidayNotice:
    with scope.everything():
        seen = seen or service.preview(notice, ON).digest
        return service.confirm(notice_id=notice.pk, by=by, on=ON, version=version or notice.version, seen=seen)


# --- what cannot be so ------------------------------------------------------------------------------------------------


def test_the_notice_as_published_raises_no_doubt() -> None:
    assert codes(list(make.LINES)) == []


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("清明节", {"first": date(2027, 4, 6)}, "order"),
        ("清明节", {"first": date(2026, 4, 3), "last": date(2026, 4, 5)}, "other_year"),
        ("元旦", {"first": date(2026, 12, 24)}, "other_year"),
        ("国庆节", {"last": date(2028, 1, 1)}, "other_year"),
        ("劳动节", {"works": (date(2027, 4, 26),)}, "worked_weekday"),
        ("劳动节", {"works": (date(2027, 2, 14),)}, "twice"),
        ("国庆节", {"works": (date(2027, 10, 2),)}, "twice"),
        ("中秋节", {"first": date(2027, 9, 16), "last": date(2027, 9, 16)}, "statutory"),
        ("中秋节", {"name": "月饼节"}, "festival"),
    ],
)
def test_what_cannot_be_so_is_an_error(name: str, given: dict[str, object], code: str) -> None:
    assert ("error", code) in codes(make.changed(name, **given))


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("国庆节", {"last": date(2027, 10, 8), "works": (date(2027, 10, 9),)}, "balance"),
        ("春节", {"last": date(2027, 2, 14), "works": (date(2027, 1, 31),)}, "long"),
        ("劳动节", {"works": (date(2027, 4, 11),)}, "far"),
    ],
)
def test_what_is_unusual_wants_a_reason(name: str, given: dict[str, object], code: str) -> None:
    found = codes(make.changed(name, **given))
    assert ("warning", code) in found
    assert {severity for severity, _code in found} == {"warning"}


def test_days_off_at_the_bounds_raise_no_doubt() -> None:
    """Nine days in a row, and New Year beginning a week before the year, are as in other years."""
    nine = make.changed("春节", last=date(2027, 2, 13), works=(date(2027, 1, 31), date(2027, 2, 14), date(2027, 1, 30)))
    assert ("warning", "long") not in codes(nine)
    early = make.changed("元旦", first=date(2026, 12, 25))
    assert ("error", "other_year") not in codes(early)


def test_the_notice_of_an_announced_year_fits_its_own_checks() -> None:
    """2026 as it was announced: its bridges are no statutory days."""
    lines = [
        Line("元旦", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
        Line("春节", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
        Line("清明节", date(2026, 4, 4), date(2026, 4, 6)),
        Line("劳动节", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 9),)),
        Line("端午节", date(2026, 6, 19), date(2026, 6, 21)),
        Line("中秋节", date(2026, 9, 25), date(2026, 9, 27)),
        Line("国庆节", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
    ]
    assert codes(lines, 2026) == []


# --- entered ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"year": 2028}, "other_years"),
        ({"year": 2025}, "other_years"),
        ({"published_on": date(2026, 11, 13)}, "not_published"),
        ({"lines": make.changed("中秋节", name="月饼节")}, "notice_wrong"),
        ({"lines": make.changed("劳动节", works=(date(2027, 4, 11),))}, "notice_unusual"),
        ({"by": Role.AUTHORITY}, "not_permitted"),
        ({"by": Role.AUDITOR}, "not_permitted"),
    ],
)
def test_entering_is_refused(given: dict[str, object], code: str) -> None:
    values = {"year": make.YEAR, **make.FACTS, "lines": list(make.LINES), "on": ON, **given}
    values["by"] = person(str(given.get("by", Role.MANAGER_STATISTICS)))
    with scope.everything(), pytest.raises(Refused) as refused:
        service.enter(**values)
    assert refused.value.code == code
    assert not HolidayNotice.objects.exists()


def test_what_is_unusual_is_taken_with_a_reason() -> None:
    lines = make.changed("劳动节", works=(date(2027, 4, 11),))
    by = person(Role.MANAGER_REVIEWER)
    with scope.everything():
        made = service.enter(year=2027, **make.FACTS, lines=lines, reason="通知如此", by=by, on=ON)
    assert made.reason == "通知如此"


def test_one_notice_of_a_year_is_on_its_way_at_a_time() -> None:
    make.entered_notice()
    with pytest.raises(Refused) as refused:
        make.entered_notice()
    assert refused.value.code == "notice_open"


def sheet(tmp_path: Path, rows: list[dict[str, object]]) -> SimpleUploadedFile:
    path = tmp_path / "days.xlsx"
    fill(HOLIDAYS, path, rows)
    return SimpleUploadedFile("days.xlsx", path.read_bytes())


def as_rows(lines: list[Line]) -> list[dict[str, object]]:
    return [
        {"name": one.name, "first": one.first, "last": one.last, "works": "、".join(map(str, one.works))}
        for one in lines
    ]


def test_a_spreadsheet_makes_the_same_notice_as_the_form(tmp_path: Path) -> None:
    by = person(Role.MANAGER_STATISTICS)
    with scope.everything():
        made = service.enter(
            year=2027, **make.FACTS, lines=(), sheet=sheet(tmp_path, as_rows(list(make.LINES))), by=by, on=ON
        )
    assert service.lines_of(made) == list(make.LINES)


def test_a_spreadsheet_with_one_wrong_cell_is_refused_whole_and_tells_the_cell(tmp_path: Path) -> None:
    rows = as_rows(list(make.LINES))
    rows[2]["last"] = "四月五日"
    with scope.everything(), pytest.raises(Refused) as refused:
        service.enter(
            year=2027, **make.FACTS, lines=(), sheet=sheet(tmp_path, rows), by=person(Role.MANAGER_STATISTICS), on=ON
        )
    assert "C4" in str(refused.value)
    assert not HolidayNotice.objects.exists()


# --- looked at --------------------------------------------------------------------------------------------------------


def test_the_preview_tells_what_would_move_and_writes_nothing(owed: Callable[..., Deadline]) -> None:
    late, before = owed(), owed(date(2026, 11, 2))
    notice = make.entered_notice()
    with scope.everything():
        seen = service.preview(notice, ON)
        told = [(one.row.pk, one.row.closes_on, one.window.closes_on, one.moved, one.firm) for one in seen.moves]
        assert told == [(late.pk, date(2027, 2, 16), date(2027, 2, 15), True, True)]
        assert (seen.moved, seen.firmed, seen.by_kind) == (1, 1, [("录入", "19(1)", 1)])
        rows = {row.pk: row for row in Deadline.objects.all()}
        assert rows[late.pk].closes_on == date(2027, 2, 16)
        assert rows[before.pk].closes_on == before.closes_on
        assert 2027 not in refs().calendar.announced


def test_a_provisional_day_that_stays_is_told_as_firm(owed: Callable[..., Deadline]) -> None:
    owed(date(2027, 3, 1))
    with scope.everything():
        seen = service.preview(make.entered_notice(), ON)
    assert (len(seen.moves), seen.moved, seen.firmed) == (1, 0, 1)


def test_who_submits_has_seen_what_would_move_now(owed: Callable[..., Deadline]) -> None:
    notice = make.entered_notice()
    with scope.everything():
        seen = service.preview(notice, ON).digest
        owed()
        with pytest.raises(Stale) as refused:
            service.submit(notice_id=notice.pk, by=notice.made_by, on=ON, version=notice.version, seen=seen)
    assert refused.value.code == "preview_changed"


# --- confirmed --------------------------------------------------------------------------------------------------------


def test_confirmed_by_another_all_days_count_at_once_and_the_deadlines_follow(
    owed: Callable[..., Deadline], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    team = bank_team("甲银行")
    row = owed(bank=team.pk)
    notice = make.submitted_notice()
    with django_capture_on_commit_callbacks(execute=True):
        confirm(notice, person(Role.MANAGER_APPROVER))
    with scope.everything():
        row.refresh_from_db()
        notice = HolidayNotice.objects.get()
        assert (row.closes_on, row.provisional) == (date(2027, 2, 15), False)
        assert (notice.state, notice.moved, notice.firmed) == ("confirmed", 1, 1)
        assert CalendarYear.objects.get(year=2027).source == str(notice)
        assert CalendarDay.objects.get(day=date(2027, 2, 14)).working is True
        assert CalendarDay.objects.filter(day__year=2027).count() == 21
        assert not list(deadlines_are_what_the_rules_say())
        told = Notice.objects.get(bank=team.pk, key__startswith="holidays:")
        assert "1 项期限日期变动" in told.title
        assert "由 2027-02-16 改为 2027-02-15" in told.body
        public = Notice.objects.filter(bank=None, key__startswith=f"holidays:{notice.pk}:")
        roles = set(public.values_list("role", flat=True))
        assert {Role.FINANCE_CLERK, Role.AUTHORITY, Role.BANK_CHECKER, Role.MANAGER_REVIEWER} <= roles


def test_the_work_promised_twice_is_done_once(django_capture_on_commit_callbacks: Callable[..., object]) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        notice = make.confirmed_notice()
    with scope.everything():
        first = HolidayNotice.objects.get().applied_at
        service.apply(str(notice.pk), ON.isoformat())
        assert HolidayNotice.objects.get().applied_at == first


def test_who_entered_it_does_not_confirm_it() -> None:
    notice = make.submitted_notice()
    with pytest.raises(SamePerson):
        confirm(notice, notice.made_by)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        HolidayNotice.objects.update(confirmed_by=notice.made_by)


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.FINANCE_APPROVER, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_only_the_keepers_confirm(role: str) -> None:
    with pytest.raises(NotPermitted):
        confirm(make.submitted_notice(), person(role))


def test_confirming_fails_closed_when_something_changed_since_it_was_looked_at(owed: Callable[..., Deadline]) -> None:
    notice, other = make.submitted_notice(), person(Role.MANAGER_APPROVER)
    with scope.everything():
        seen = service.preview(notice, ON).digest
    owed()
    with pytest.raises(Stale):
        confirm(notice, other, seen)
    with pytest.raises(Stale):
        confirm(notice, other, version=notice.version + 1)
    with scope.everything():
        references.load(CalendarDay, source="通知", day=date(2026, 12, 24), working=False, name="")
    with pytest.raises(Stale):
        confirm(notice, other, seen)
    assert 2027 not in refs().calendar.announced


def test_a_draft_is_not_confirmed_and_a_confirmed_one_not_withdrawn() -> None:
    with pytest.raises(Refused) as refused:
        confirm(make.entered_notice(), person(Role.MANAGER_APPROVER))
    assert refused.value.code == "move_not_allowed"
    HolidayNotice.objects.all()
    with scope.everything():
        notice = HolidayNotice.objects.get()
        service.withdraw(notice_id=notice.pk, by=notice.made_by, on=ON, version=notice.version)
    notice = make.confirmed_notice()
    with scope.everything(), pytest.raises(Refused) as refused:
        service.withdraw(notice_id=notice.pk, by=notice.made_by, on=ON, version=notice.version)
    assert refused.value.code == "move_not_allowed"


def test_sent_back_with_a_reason_it_is_entered_anew() -> None:
    notice = make.submitted_notice()
    other = person(Role.MANAGER_APPROVER)
    given = {"notice_id": notice.pk, "by": other, "on": ON, "version": notice.version}
    with scope.everything():
        with pytest.raises(Refused) as refused:
            service.send_back(**given, reason=" ")
        assert refused.value.code == "reason_missing"
        assert service.send_back(**given, reason="中秋节日期有误").state == "returned"
        assert Notice.objects.filter(user=notice.made_by, title__contains="中秋节日期有误").exists()
    make.entered_notice(notice.made_by)


def test_what_was_entered_cannot_be_altered_in_the_database() -> None:
    make.entered_notice()
    with pytest.raises(IntegrityError, match="may change in"), transaction.atomic():
        HolidayNotice.objects.update(lines=[])


def test_a_later_notice_of_the_year_replaces_the_first_whole() -> None:
    make.confirmed_notice()
    lines = make.changed("劳动节", last=date(2027, 5, 4), works=())
    make.confirmed_notice(lines=lines)
    with scope.everything():
        assert sorted(HolidayNotice.objects.values_list("state", flat=True)) == ["confirmed", "replaced"]
        calendar = refs().calendar
    assert calendar.is_workday(date(2027, 5, 5))
    assert not calendar.is_workday(date(2027, 4, 25))
    assert not calendar.is_workday(date(2027, 5, 4))


def test_a_notice_for_an_installed_year_gives_back_what_it_no_longer_names() -> None:
    """2026-05-09 was worked by the first notice; the later one leaves it a Saturday."""
    assert refs().calendar.is_workday(date(2026, 5, 9))
    lines = [
        Line("元旦", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
        Line("春节", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
        Line("清明节", date(2026, 4, 4), date(2026, 4, 6)),
        Line("劳动节", date(2026, 5, 1), date(2026, 5, 4)),
        Line("端午节", date(2026, 6, 19), date(2026, 6, 21)),
        Line("中秋节", date(2026, 9, 25), date(2026, 9, 27)),
        Line("国庆节", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
    ]
    with scope.everything():
        made = service.enter(year=2026, **make.FACTS, lines=lines, by=person(Role.MANAGER_STATISTICS), on=ON)
        for step, by in ((service.submit, made.made_by), (service.confirm, person(Role.MANAGER_APPROVER))):
            made = step(notice_id=made.pk, by=by, on=ON, version=made.version, seen=service.preview(made, ON).digest)
    calendar = refs().calendar
    assert not calendar.is_workday(date(2026, 5, 9))
    assert calendar.is_workday(date(2026, 5, 5))
    assert calendar.is_workday(date(2026, 10, 10))


def test_single_days_are_no_longer_entered_one_by_one() -> None:
    with scope.everything(), pytest.raises(Refused) as refused:
        references.enter(
            CalendarDay, by=person(Role.MANAGER_STATISTICS), on=ON, source="x", day=date(2027, 1, 1), working=False
        )
    assert refused.value.code == "by_notice"


# --- the pages --------------------------------------------------------------------------------------------------------


def window_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_form_to_the_calendar(owed: Callable[..., Deadline]) -> None:
    clock.set_day(ON)
    team = bank_team("乙银行")
    row = owed(bank=team.pk)
    one, other = (window_of(person(role)) for role in (Role.MANAGER_STATISTICS, Role.MANAGER_REVIEWER))
    assert "尚未录入" in one.get("/reference/holidays/").content.decode()
    assert "春节" in one.get("/reference/holidays/enter/").content.decode()
    given = {"year": 2027, **make.FACTS, "published_on": "2026-11-12", "form_key": uuid4()}
    for place, line in enumerate(make.LINES):
        given |= {
            f"name{place}": line.name, f"first{place}": line.first, f"last{place}": line.last,
            f"works{place}": "、".join(map(str, line.works)),
        }  # fmt: skip
    wrong = one.post("/reference/holidays/enter/", {**given, "last0": "2026-12-31"})
    assert wrong.status_code == 422
    assert "放假止日早于放假起日" in wrong.content.decode()
    assert one.post("/reference/holidays/enter/", {**given, "form_key": uuid4()}).status_code == 302
    notice = HolidayNotice.objects.get()
    page = one.get(notice.get_absolute_url()).content.decode()
    assert "2027-02-16" in page
    assert "2027-02-15" in page
    assert "乙银行" in page
    with scope.everything():
        seen = service.preview(notice, ON).digest
    posted = {"version": 1, "seen": seen, "form_key": uuid4()}
    assert one.post(f"{notice.get_absolute_url()}submit/", posted).status_code == 302
    posted = {"version": 2, "seen": seen, "form_key": uuid4()}
    assert one.post(f"{notice.get_absolute_url()}confirm/", posted).status_code == 403
    assert "确认2027年节假日安排" in other.get("/").content.decode()
    assert "确认生效" in other.get(notice.get_absolute_url()).content.decode()
    assert other.post(f"{notice.get_absolute_url()}confirm/", {**posted, "form_key": uuid4()}).status_code == 302
    assert row.pk
    assert HolidayNotice.objects.get().state == "confirmed"
    assert "已确认" in one.get("/reference/holidays/").content.decode()


def test_who_keeps_no_calendar_reads_the_days_but_not_the_projects(owed: Callable[..., Deadline]) -> None:
    clock.set_day(ON)
    owed(bank=bank_team("丙银行").pk)
    notice = make.submitted_notice()
    page = window_of(person(Role.AUTHORITY)).get(notice.get_absolute_url()).content.decode()
    assert "春节" in page
    assert "丙银行" not in page
    assert window_of(person(Role.AUTHORITY)).get(f"{notice.get_absolute_url()}export/").status_code == 403
    assert window_of(bank_team().maker).get(notice.get_absolute_url()).status_code == 403


def test_the_whole_preview_leaves_as_a_workbook(owed: Callable[..., Deadline]) -> None:
    clock.set_day(ON)
    owed()
    notice = make.entered_notice()
    answer = window_of(person(Role.MANAGER_REVIEWER)).get(f"{notice.get_absolute_url()}export/")
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_from_november_on_the_keepers_are_told_what_is_missing() -> None:
    keeper = person(Role.MANAGER_STATISTICS)
    with scope.everything():
        assert not list(holidays_waiting(keeper, date(2026, 10, 31)))
        assert [one.title for one in holidays_waiting(keeper, date(2026, 11, 1))] == ["录入2027年节假日安排"]
        assert not list(holidays_waiting(person(Role.FINANCE_CLERK), date(2026, 11, 1)))
        notice = make.submitted_notice()
        assert [one.mine for one in holidays_waiting(notice.made_by, ON)] == [False]
        assert [one.mine for one in holidays_waiting(keeper, ON)] == [True]


def test_a_line_survives_its_keeping() -> None:
    assert [Line.from_json(one.as_json()) for one in make.LINES] == list(make.LINES)
    assert replace(make.LINES[0], name="x") != make.LINES[0]
