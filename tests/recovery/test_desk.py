"""The quarter's desk: three sources side by side, what differs, the silent ones and their chasers (10.2(3))."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from pool import clock, scope
from pool.errors import NotPermitted, Refused
from pool.models import Notice, Role, User
from recovery import desk, invariants, services, todos
from recovery.models import Chaser
from tests.factories.claims import approved_upgrade
from tests.factories.people import person
from tests.factories.recovery import (
    Project,
    accepted_settlement,
    closed_settled,
    project,
    projects,
    receipt,
    received,
    reported,
)

pytestmark = pytest.mark.django_db
FIRST = date(2025, 1, 1)
ON = date(2025, 4, 10)
AFTER_WINDOW = date(2025, 4, 28)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def rows(quarter: date = ON, on: date | None = None) -> dict[Any, Any]:
    reader = person(Role.MANAGER_STATISTICS)
    with scope.everything():
        found = desk.rows_of(desk.paid_claims(reader), quarter, on or clock.today())
        return {row.pk: row for row in found}


def row_of(one: Project, quarter: date = ON, on: date | None = None) -> Any:
    return rows(quarter, on)[one.claim.pk]


def sums(quarter: date) -> dict[str, Decimal]:
    with scope.everything():
        return desk.sums_of(desk.rows_of(desk.paid_claims(person(Role.AUDITOR)), quarter, clock.today()))


def ledger(quarter: date, **given: Any) -> Decimal:
    with scope.everything():
        return desk.by_ledger(quarter, **given)


def test_report_receipt_and_ledger_stand_side_by_side_and_tie_to_the_ledger():
    one, two = projects(2)
    for each, amount in ((one, "100000.00"), (two, "50000.00")):
        reported(each.team, each.loan, amount, received_on=date(2025, 2, 20), on=ON)
    received(one.returns()[0], one.desk, ON)
    paid, open_one = row_of(one), row_of(two)
    assert (paid.in_window, paid.due, paid.received, paid.posted, paid.owed) == tuple(
        Decimal(text) for text in ("100000.00", "40000.00", "40000.00", "40000.00", "0.00")
    )
    assert (open_one.due, open_one.received, open_one.owed) == (Decimal("20000.00"), Decimal("0.00"), Decimal("20000"))
    assert desk.differences(paid) == desk.differences(open_one) == ""
    assert sums(ON)["posted"] == ledger(ON) == Decimal("40000.00")
    assert ledger(ON, bank=two.team.pk) == Decimal("0.00")


def test_what_was_reported_and_did_not_come_in_is_a_difference_after_its_last_day_and_is_carried_on():
    one = project()
    reported(one.team, one.loan, "100000.00", received_on=date(2025, 2, 20), on=ON)
    last = one.returns()[0].due_on
    assert not row_of(one, on=last).differs
    clock.set_day(last + timedelta(days=1))
    late = row_of(one)
    assert late.differs and "已报未收" in desk.differences(late) and "40,000.00" in desk.differences(late)
    clock.set_day(date(2025, 7, 2))
    carried = row_of(one, date(2025, 7, 1))
    assert carried.opening == carried.owed == Decimal("40000.00") and carried.due == 0
    received(one.returns()[0], one.desk, date(2025, 7, 3))
    now, then = row_of(one, date(2025, 7, 1)), row_of(one, ON)
    assert (now.received, now.owed, now.differs) == (Decimal("40000.00"), Decimal("0.00"), False)
    assert then.owed == Decimal("40000.00") and then.differs  # the quarter stays as it was


def test_a_receipt_that_waits_for_its_second_person_is_received_and_not_posted():
    one = project()
    reported(one.team, one.loan, "100000.00", received_on=date(2025, 2, 20), on=ON)
    receipt(one.returns()[0], one.desk, ON)
    row = row_of(one)
    assert row.entered == Decimal("40000.00") and row.posted == 0 and "已收未记账" in desk.differences(row)


def test_the_silent_are_those_compensated_before_the_quarter_and_not_ended():
    one, quiet, settled, gone = projects(4)
    for each in (one, settled):
        reported(each.team, each.loan, "100.00", received_on=date(2025, 2, 20), on=ON)
    accepted_settlement(settled, ended_on=date(2025, 2, 20), on=ON)
    for advice in settled.returns():
        received(advice, settled.desk, ON)
    approved_upgrade(gone.claim, gone.team, gone.desk, ON)
    silent = {key for key, row in rows().items() if row.silent}
    assert silent == {quiet.claim.pk}
    before = {key for key, row in rows(date(2024, 12, 31)).items() if row.silent}
    assert not before  # paid in that quarter, or not yet
    closed_settled(settled, ON + timedelta(days=1))
    clock.set_day(date(2025, 7, 2))
    assert settled.claim.pk in rows(ON) and settled.claim.pk not in rows(date(2025, 7, 1))
    assert {key for key, row in rows(date(2025, 7, 1)).items() if row.silent} == {one.claim.pk, quiet.claim.pk}


def test_a_chaser_is_sent_once_told_to_the_bank_and_answered_by_its_second_person():
    one, quiet = projects(2)
    reported(one.team, one.loan, "100.00", received_on=date(2025, 2, 20), on=ON)
    by = person(Role.MANAGER_STATISTICS)
    clock.set_day(AFTER_WINDOW)
    with scope.everything():
        with pytest.raises(NotPermitted):
            services.chase_silent(quarter=ON, by=person(Role.FINANCE_CLERK), on=AFTER_WINDOW)
        with pytest.raises(Refused, match="尚未开始"):
            services.chase_silent(quarter=date(2025, 7, 1), by=by, on=AFTER_WINDOW)
        made = services.chase_silent(quarter=ON, by=by, on=AFTER_WINDOW)
        assert [row.claim_id for row in made] == [quiet.claim.pk]
        with pytest.raises(Refused, match="没有需要催报"):
            services.chase_silent(quarter=ON, by=by, on=AFTER_WINDOW)
        told = Notice.objects.filter(bank=quiet.team.pk, title__contains="未上报清收情况")
        assert {row.role for row in told} == {Role.BANK_MAKER, Role.BANK_CHECKER}
        assert not Notice.objects.filter(bank=one.team.pk, title__contains="未上报清收情况").exists()
    assert desk.report_word(row_of(quiet))[1] == "未上报，已催报"
    chaser = made[0]
    with scope.bank_scope(quiet.team.pk):
        asked = [todo.title for todo in todos.todos(quiet.team.checker, AFTER_WINDOW)]
        assert f"答复催报：{quiet.loan.loan_number}" in asked
        said = {"chaser_id": chaser.pk, "on": AFTER_WINDOW, "version": chaser.version}
        with pytest.raises(NotPermitted):
            services.answer_chaser(reply="无", by=quiet.team.maker, **said)
        with pytest.raises(Refused, match="写明"):
            services.answer_chaser(reply=" ", by=quiet.team.checker, **said)
        services.answer_chaser(reply="诉讼中，尚无回款", by=quiet.team.checker, **said)
        assert not [todo for todo in todos.todos(quiet.team.checker, AFTER_WINDOW) if "催报" in todo.title]
    answered = row_of(quiet)
    assert answered.silent and answered.reply == "诉讼中，尚无回款"
    assert desk.report_word(answered)[1] == "未上报，银行已答复"
    with scope.everything():
        assert not list(invariants.states_are_their_logs())


def test_the_database_keeps_a_chaser_as_it_was_asked():
    quiet = project()
    clock.set_day(AFTER_WINDOW)
    with scope.everything():
        row = services.chase_silent(quarter=ON, by=person(Role.MANAGER_REVIEWER), on=AFTER_WINDOW)[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Chaser.objects.create(
                claim=quiet.claim, loan=quiet.loan, bank=quiet.team.bank, quarter=row.quarter, asked_by=row.asked_by,
                asked_on=AFTER_WINDOW,
            )  # fmt: skip
        with pytest.raises(Error), transaction.atomic():
            Chaser.objects.filter(pk=row.pk).update(asked_on=FIRST)


def test_a_report_after_the_chaser_answers_it():
    quiet = project()
    clock.set_day(AFTER_WINDOW)
    with scope.everything():
        services.chase_silent(quarter=ON, by=person(Role.MANAGER_REVIEWER), on=AFTER_WINDOW)
        assert desk.open_chasers(quiet.team.maker).count() == 1
    reported(quiet.team, quiet.loan, "100.00", received_on=date(2025, 2, 20), on=AFTER_WINDOW)
    with scope.everything():
        assert not desk.open_chasers(quiet.team.maker).exists()


def test_the_page_narrows_totals_and_exports():
    one, quiet = projects(2)
    reported(one.team, one.loan, "100000.00", received_on=date(2025, 2, 20), on=ON)
    received(one.returns()[0], one.desk, ON)
    clock.set_day(AFTER_WINDOW)
    reader = signed_in(person(Role.MANAGER_STATISTICS))
    seen = reader.get(reverse("recovery:desk"), {"look": "silent"}).content.decode()
    assert quiet.loan.loan_number in seen and one.loan.loan_number not in seen and "催报 1 个未上报项目" in seen
    assert "40,000.00" in seen and "一致" in seen  # the tie holds whatever is narrowed
    book = reader.get(reverse("list_export", args=["recovery_desk"]), {"quarter": "2025Q2"})
    assert book.status_code == 200
    sent = reader.post(reverse("recovery:desk_chase"), {"quarter": "2025Q2", "form_key": _key(seen)}, follow=True)
    assert "已就 1 个项目向银行催报" in sent.content.decode()
    bank = signed_in(quiet.team.checker).get(reverse("recovery:project", args=[quiet.claim.loan_id])).content.decode()
    assert "答复没有收回" in bank


def _key(page: str) -> str:
    """Of the chaser's form, the first of the page's content."""
    form = page.split(reverse("recovery:desk_chase"))[1]
    return form.split('name="form_key" value="')[1].split('"')[0]
