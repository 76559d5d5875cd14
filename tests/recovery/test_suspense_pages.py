"""Suspense and transfers that came back, as the finance centre's people see them."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Payment
from pool import clock, scope
from pool.models import User
from recovery.models import AccountLine, SuspenseUse
from tests.factories.account import Moved, confirmed, csv_of, imported, lines_of, proposed
from tests.factories.claims import fresh
from tests.factories.recovery import Project, reported

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def suspended(paid: Project) -> AccountLine:
    on = clock.today()
    said = csv_of([Moved(on, "50000.00", "HK9", paid.team.bank.name)])
    line = lines_of(imported(said, paid.desk.clerk, on))[0]
    line = proposed(line, "overpaid", paid.desk.clerk, on, reason="银行来电")
    return confirmed(line, paid.desk.finance_approver, on)


def press(client: Client, address: str, row: object, **given: object) -> str:
    with scope.everything():
        row.refresh_from_db()
    body = {"form_key": uuid4(), "version": row.version, **given}
    return client.post(reverse(address, args=[row.pk]), body, follow=True).content.decode()


def test_the_clerk_offers_what_is_too_much_as_a_return_or_back(paid):
    on = clock.today()
    reported(paid.team, paid.loan, "100000.00", received_on=on, on=on)
    (advice,) = paid.returns()
    line = suspended(paid)
    clerk, approver = signed_in(paid.desk.clerk), signed_in(paid.desk.finance_approver)
    assert "处理待查款" in clerk.get("/").content.decode()
    page = clerk.get(line.get_absolute_url()).content.decode()
    assert "50,000.00" in page
    assert advice.number in page
    assert "等待另一人在该笔返还确认" in press(clerk, "recovery:suspense_set_off", line, **{"return": advice.pk})
    assert "还有 10,000.00 元未处理" in press(
        clerk, "recovery:suspense_pay_back", line, amount="10000.01", reason="更正函"
    )
    assert "等待另一人复核" in press(clerk, "recovery:suspense_pay_back", line, amount="10,000.00", reason="更正函")
    with scope.everything():
        use = SuspenseUse.objects.get(kind="pay_back")
    assert use.amount == Decimal("10000.00")
    assert "复核待查款的退还和抵作退回" in approver.get("/").content.decode()
    page = approver.get(line.get_absolute_url()).content.decode()
    assert f"同意退还 {use.number}" in page
    assert "已同意" in press(approver, "recovery:suspense_agree", use)
    page = approver.get(reverse("recovery:suspense")).content.decode()
    assert use.number in page
    assert "没有未处理的待查款" in page
    assert line.get_absolute_url() in approver.get(reverse("recovery:suspense"), {"all": "yes"}).content.decode()


def test_the_line_of_money_that_came_back_names_its_transfer(paid):
    on = clock.today()
    out = [
        Moved(on, "400000.00", "CZ1", "市财政局"),
        Moved(on, "-400000.00", "another", paid.team.bank.name),
        Moved(on, "400000.00", "TH1", paid.team.bank.name),
    ]
    line = lines_of(imported(csv_of(out), paid.desk.clerk, on))[2]
    page = signed_in(paid.desk.clerk).get(line.get_absolute_url()).content.decode()
    assert "登记为该笔拨付的退汇" in page
    with scope.everything():
        sent = Payment.objects.get()
    refused = press(signed_in(paid.desk.clerk), "recovery:account_enter", line, kind="bounce", subject=sent.pk)
    assert "尚未核对" in refused
    assert fresh(line).state == "open"


def test_no_bank_opens_it(paid):
    line = suspended(paid)
    maker = signed_in(paid.team.maker)
    assert maker.get(reverse("recovery:suspense")).status_code == 403
    assert maker.get(line.get_absolute_url()).status_code in {403, 404}
