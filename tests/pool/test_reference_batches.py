"""Reference data by spreadsheet: checked cell by cell, seen by two people, dated versions, complete through a day."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from banks.selectors import is_dishonest
from claims import services as claims
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import (
    DishonestEntity,
    FxRate,
    LprRate,
    QualifiedEnterprise,
    ReferenceBatch,
    ReferenceCoverage,
    RestrictedIndustry,
    Role,
)
from pool.models.reference import IN_FORCE
from pool.reference_tables import ADDED, CHANGED, ENDED, tables
from pool.reference_windows import furthest, overdue
from pool.registration import batches_waiting
from pool.selectors import refs
from pool.services import reference_batches as service
from pool.workdays import official_calendar
from tests.claims.test_pages import get
from tests.factories import claims as make
from tests.factories import references as sheets
from tests.factories.people import person
from tests.factories.words import credit_code

pytestmark = pytest.mark.django_db
ON = date(2025, 12, 22)
NEXT = date(2026, 1, 19)
"""The day before the rate of January is published."""
RATE = {"published_on": ON, "one_year": "2.95", "five_year": "3.45"}
State = ReferenceBatch.State


def industry(code: str, since: date = date(2016, 1, 1), **given: Any) -> dict[str, Any]:
    return {"code": code, "name": f"产业{code}", "category": "限制发展类", "valid_from": since, **given}


def kinds(batch: ReferenceBatch) -> list[str]:
    with scope.everything():
        return [one.kind for one in service.preview(batch, ON).differences]


# --- two people -------------------------------------------------------------------------------------------------------


def test_a_rate_counts_once_another_person_has_seen_the_same() -> None:
    batch = sheets.entered_batch("lpr", [RATE], NEXT, on=ON)
    assert refs(ON).lpr.latest(ON).one_year == Decimal("3.00")
    with scope.everything():
        seen = service.preview(batch, ON).digest
        with pytest.raises(Stale):
            service.submit(batch_id=batch.pk, by=batch.made_by, on=ON, version=batch.version, seen="0" * 64)
        batch = service.submit(batch_id=batch.pk, by=batch.made_by, on=ON, version=batch.version, seen=seen)
        asked = {"batch_id": batch.pk, "on": ON, "version": batch.version, "seen": seen}
        with pytest.raises(SamePerson):
            service.confirm(**asked, by=batch.made_by)
        with pytest.raises(NotPermitted):
            service.confirm(**asked, by=person(Role.AUTHORITY))
        batch = service.confirm(**asked, by=person(Role.MANAGER_REVIEWER))
    assert (batch.added, batch.changed, batch.ended) == (1, 0, 0)
    now = refs(ON).lpr
    assert (now.latest(ON).one_year, now.confirmed_through) == (Decimal("2.95"), NEXT)
    assert now.latest(date(2025, 12, 21)).one_year == Decimal("3.00")


def test_the_database_itself_asks_for_two_people_and_keeps_what_was_uploaded() -> None:
    batch = sheets.submitted_batch("lpr", [RATE], NEXT, on=ON)
    rows = ReferenceBatch.objects.filter(pk=batch.pk)
    for given in ({"confirmed_by": batch.made_by}, {"state": State.CONFIRMED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**given)
    with pytest.raises(Error), transaction.atomic():
        rows.update(rows=[])


def test_a_later_file_replaces_a_row_and_keeps_the_one_before() -> None:
    sheets.confirmed_batch("lpr", [RATE], NEXT, on=ON)
    batch = sheets.confirmed_batch("lpr", [{**RATE, "five_year": "3.40"}], NEXT, on=ON)
    assert (batch.added, batch.changed) == (0, 1)
    versions = LprRate.objects.filter(published_on=ON).order_by("entered_at")
    assert [(row.five_year, row.replaced_at is None) for row in versions] == [
        (Decimal("3.45"), False), (Decimal("3.40"), True),
    ]  # fmt: skip
    with pytest.raises(Refused, match="完全相同"):
        sheets.submitted_batch("lpr", [{**RATE, "five_year": "3.40"}], NEXT, on=ON)


def test_a_returned_file_is_uploaded_anew_and_one_is_open_at_a_time() -> None:
    batch = sheets.submitted_batch("lpr", [RATE], NEXT, on=ON)
    with pytest.raises(Refused, match="已有一份在办理"):
        sheets.entered_batch("lpr", [RATE], NEXT, on=ON)
    with scope.everything():
        given = {"batch_id": batch.pk, "by": person(Role.MANAGER_APPROVER), "on": ON, "version": batch.version}
        with pytest.raises(Refused, match="写明理由"):
            service.send_back(**given, reason=" ")
        service.send_back(**given, reason="五年期有误")
    again = sheets.entered_batch("lpr", [RATE], NEXT, on=ON)
    with scope.everything():
        service.withdraw(batch_id=again.pk, by=again.made_by, on=ON, version=again.version)
    assert not LprRate.objects.filter(published_on=ON).exists()


# --- what is refused, where, and how it is mended ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "rows", "words"),
    [
        ("lpr", [{**RATE, "published_on": date(2025, 12, 23)}], "A2 .*晚于今天"),
        ("lpr", [RATE, RATE], "A3 .*第 2 行是同一条"),
        ("lpr", [{**RATE, "one_year": "0"}], "B2"),
        ("fx", [{"day": ON, "currency": "CNY", "central": "1"}], "B2 .*人民币"),
        ("fx", [{"day": ON, "currency": "USD"}], "D2 .*三种汇率都没有填"),
        ("industries", [industry("39")], "A2"),
        ("industries", [industry("C31", valid_to=date(2015, 1, 1))], "E2 .*早于起日"),
        ("qualifications", [{"kind": "国家高新技术企业", "name": "一", "credit_code": "123", "valid_from": ON}], "C2"),
    ],
)
def test_a_file_with_a_wrong_cell_is_refused_whole(slug: str, rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(Refused, match=words):
        sheets.entered_batch(slug, rows, ON if slug != "lpr" else NEXT, on=ON)
    assert not ReferenceBatch.objects.exists()


@pytest.mark.parametrize(
    ("slug", "given", "words"),
    [
        ("lpr", {"through": date(2026, 1, 20)}, "最晚填 2026-01-19"),
        ("lpr", {"through": date(2025, 10, 30)}, "不能改早"),
        ("industries", {"through": date(2025, 12, 23)}, "最晚填 2025-12-22"),
        ("lpr", {"through": NEXT, "whole": True, "effective_on": ON}, "不能作为全部名单"),
        ("industries", {"through": ON, "whole": True}, "施行日期"),
        ("lpr", {"through": NEXT, "source": " "}, "依据文件"),
    ],
)
def test_a_day_or_a_list_that_cannot_be_so_is_refused(slug: str, given: dict[str, Any], words: str) -> None:
    rows = [RATE] if slug == "lpr" else [industry("C31")]
    with pytest.raises(Refused, match=words):
        sheets.entered_batch(slug, rows, given.pop("through"), on=ON, **given)


def test_only_the_keepers_upload() -> None:
    with pytest.raises(NotPermitted):
        sheets.entered_batch("lpr", [RATE], NEXT, on=ON, by=person(Role.FINANCE_CLERK))


# --- table by table ---------------------------------------------------------------------------------------------------


def test_a_published_rate_for_a_hundred_units_is_kept_for_one() -> None:
    sheets.confirmed_batch("fx", [{"day": ON, "currency": "JPY", "per": 100, "central": "4.5123"}], ON, on=ON)
    assert FxRate.objects.get(IN_FORCE).rate == Decimal("0.045123")
    assert refs(ON).fx.quotes["JPY", ON].central == Decimal("0.045123")


def test_a_whole_catalogue_ends_what_it_leaves_out_the_day_before() -> None:
    sheets.confirmed_batch("industries", [industry("C31"), industry("C26")], ON, on=ON)
    start = date(2026, 1, 1)
    rows = [industry("C31"), industry("C17", start)]
    with pytest.raises(Refused, match="晚于今天"):
        sheets.entered_batch("industries", rows, ON, on=ON, whole=True, effective_on=start)
    later = date(2026, 1, 5)
    batch = sheets.submitted_batch("industries", rows, later, on=later, whole=True, effective_on=start)
    assert sorted(kinds(batch)) == [ADDED, ENDED]
    with scope.everything():
        seen = service.preview(batch, later).digest
        service.confirm(batch_id=batch.pk, by=person(Role.MANAGER_APPROVER), on=later, version=batch.version, seen=seen)
    catalogue = refs(later).catalogue
    assert catalogue.restricts("C2621", date(2025, 12, 31)) is not None
    assert catalogue.restricts("C2621", start) is None
    assert catalogue.restricts("C1713", start) is not None
    assert RestrictedIndustry.objects.filter(code="C26").count() == 2


def test_a_whole_list_of_one_qualification_leaves_the_others_alone() -> None:
    code = credit_code(5)
    high = {"kind": "国家高新技术企业", "name": "甲", "credit_code": code, "valid_from": date(2024, 1, 1)}
    tech = {**high, "kind": "科技型中小企业"}
    sheets.confirmed_batch("qualifications", [high, tech], ON, on=ON)
    other = {**high, "name": "乙", "credit_code": credit_code(6)}
    sheets.confirmed_batch("qualifications", [other], ON, on=ON, whole=True, effective_on=ON)
    standing = QualifiedEnterprise.objects.filter(IN_FORCE).order_by("kind", "credit_code")
    assert {(row.name, row.kind, row.valid_to) for row in standing} == {
        ("甲", "high_tech", date(2025, 12, 21)), ("甲", "tech_sme", None), ("乙", "high_tech", None),
    }  # fmt: skip
    with pytest.raises(Refused, match="完全相同"):
        sheets.submitted_batch("qualifications", service.exported(tables()["qualifications"]), ON, on=ON)


def test_a_bank_on_a_published_list_may_not_file_until_it_is_removed() -> None:
    team = make.good_team()
    claim = make.drafted_claim(team)
    with scope.everything():
        bank = type(claim.bank).objects.get(pk=team.pk)
    row = {"name": bank.name, "credit_code": bank.credit_code, "listed_from": date(2024, 12, 1)}
    on = make.SUBMITTED_ON
    sheets.confirmed_batch("dishonesty", [{**row, "register": "失信被执行人名单"}], on, on=on)
    assert not is_dishonest(team.pk, on)
    sheets.confirmed_batch("dishonesty", [{**row, "register": "严重失信主体名单"}], on, on=on)
    with scope.bank_scope(team.pk), pytest.raises(Refused, match="严重失信主体名单期间"):
        claims.submit_claim(claim_id=claim.pk, by=team.checker, on=on, version=claim.version)
    removed = {**row, "register": "严重失信主体名单", "listed_to": on}
    sheets.confirmed_batch("dishonesty", [removed], on, on=on)
    assert DishonestEntity.objects.filter(register="serious").count() == 2
    assert (is_dishonest(team.pk, date(2024, 12, 9)), is_dishonest(team.pk, on)) == (True, False)


def test_the_preview_counts_the_claims_that_would_be_answered_otherwise() -> None:
    team = make.good_team()
    make.submitted_claim(team, annual_rate="5.05")
    make.submitted_claim(team, disbursed_on="2024-11-07", matures_on="2025-11-07")
    on = make.SUBMITTED_ON
    rate = {"published_on": date(2024, 11, 8), "one_year": "3.00", "five_year": "3.60"}
    batch = sheets.entered_batch("lpr", [rate], date(2025, 10, 31), on=on)
    with scope.everything():
        touched = dict(service.preview(batch, on).touched)
    assert touched["核验结论将变化的未拨付申请"] == 1
    assert touched["发放日在新确认期间的贷款"] == 0


def test_the_reviewer_reads_what_the_lists_say_of_the_borrower() -> None:
    team, desk = make.good_team(), make.Desk()
    claim = make.submitted_claim(team)
    on = make.SUBMITTED_ON
    row = {"name": "甲", "credit_code": claim.loan.credit_code, "listed_from": date(2024, 9, 1)}
    sheets.confirmed_batch("dishonesty", [{**row, "register": "失信被执行人名单"}], on, on=on)
    page = get(desk.reviewer, "admin:claims_claim_change", claim.pk)
    assert "发放日借款人在失信被执行人名单上" in page


# --- falling behind ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "through", "on", "due"),
    [
        ("lpr", date(2025, 12, 21), date(2025, 12, 23), None),
        ("lpr", date(2025, 12, 21), date(2025, 12, 24), date(2025, 12, 23)),
        ("lpr", date(2026, 1, 19), date(2025, 12, 24), None),
        ("fx", date(2025, 12, 19), date(2025, 12, 24), None),
        ("fx", date(2025, 12, 19), date(2025, 12, 25), date(2025, 12, 24)),
        ("catalogue", date(2024, 12, 22), date(2025, 12, 22), None),
        ("catalogue", date(2024, 12, 22), date(2025, 12, 23), date(2025, 12, 22)),
        ("dishonesty", None, date(2025, 12, 22), date(2025, 12, 22)),
    ],
)
def test_a_table_falls_behind_by_the_scheme_s_own_windows(
    kind: str, through: date | None, on: date, due: date | None
) -> None:
    """2025-12-20 is a Saturday: the rate of that month is published on Monday the 22nd."""
    assert overdue(kind, through, on, official_calendar()) == due


def test_a_rate_is_known_until_the_day_before_the_next() -> None:
    calendar = official_calendar()
    assert furthest("lpr", date(2025, 12, 21), calendar) == date(2025, 12, 21)
    assert furthest("lpr", date(2025, 12, 22), calendar) == NEXT
    assert furthest("fx", ON, calendar) == ON


def test_the_keepers_are_reminded_until_somebody_has_begun() -> None:
    keeper, on = person(Role.MANAGER_STATISTICS), date(2025, 12, 24)

    def told() -> set[str]:
        return {todo.title for todo in batches_waiting(keeper, on)}

    assert "更新参考数据：贷款市场报价利率" in told()
    sheets.submitted_batch("lpr", [RATE], NEXT, on=on)
    assert "更新参考数据：贷款市场报价利率" not in told()
    assert "确认参考数据：贷款市场报价利率" in told()
    assert not list(batches_waiting(person(Role.AUTHORITY), on))


# --- the pages --------------------------------------------------------------------------------------------------------


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_template_to_the_rate_in_force() -> None:
    maker, second = person(Role.MANAGER_STATISTICS), person(Role.MANAGER_APPROVER)
    make.reach(ON)
    template = client_of(maker).get(reverse("batch_template", args=["lpr"]))
    book = load_workbook(BytesIO(b"".join(template.streaming_content)))
    assert [cell.value for cell in book.worksheets[0][1]] == ["*发布日期", "*一年期LPR", "*五年期以上LPR"]

    def post(user: Any, name: str, *args: Any, **data: Any) -> str:
        given = {"form_key": str(uuid4()), **data}
        answer = client_of(user).post(reverse(name, args=args), given, follow=True, headers={"accept": "text/html"})
        return answer.content.decode()

    wrong = sheets.sheet("lpr", [{**RATE, "five_year": "abc"}])
    page = post(maker, "enter_batch", "lpr", source=sheets.SOURCE, through=NEXT.isoformat(), sheet=wrong)
    assert "C2" in page
    good = sheets.sheet("lpr", [RATE])
    page = post(maker, "enter_batch", "lpr", source=sheets.SOURCE, through=NEXT.isoformat(), sheet=good)
    assert "请查看变动" in page
    with scope.everything():
        batch = ReferenceBatch.objects.get()
        seen = service.preview(batch, clock.today()).digest
    post(maker, "submit_batch", batch.pk, version=1, seen=seen)
    assert "由另一人对照依据文件和变动确认" in get(second, "reference_batch", batch.pk)
    post(second, "confirm_batch", batch.pk, version=2, seen=seen)
    assert "新增 1 行" in get(second, "reference_batch", batch.pk)
    assert ReferenceCoverage.objects.get(IN_FORCE, kind="lpr").confirmed_through == NEXT
    assert "全国银行间同业拆借中心公告" in get(person(Role.AUTHORITY), "reference_rows", "lpr")
    taken = client_of(second).get(reverse("export_reference", args=["lpr"]))
    rows = list(load_workbook(BytesIO(b"".join(taken.streaming_content))).worksheets[0].values)
    assert str(rows[-1][1]) in {"2.95", "2.9500"}


def test_changed_is_told_apart_from_added() -> None:
    sheets.confirmed_batch("lpr", [RATE], NEXT, on=ON)
    batch = sheets.entered_batch("lpr", [{**RATE, "one_year": "2.90"}], NEXT, on=ON)
    assert kinds(batch) == [CHANGED]
