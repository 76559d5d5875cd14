"""The room's pages as their people use them: forms, double clicks, what others see of it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from pool import clock, scope, selectors
from pool.models import Role, StoredFile, User
from recovery import services
from recovery.models import Closing, Recovery, Return, Settlement
from tests.factories.claims import pdf_bytes
from tests.factories.loans import entered_loan
from tests.factories.people import bank_team, person
from tests.factories.recovery import (
    Offices,
    Project,
    accepted_settlement,
    all_received,
    applied_settlement,
    applied_write_off,
    fresh,
    passed_settled,
    passed_write_off,
    prepared,
    prepared_write_off,
    projects,
    reported,
)
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
D = Decimal
ON = date(2025, 2, 24)
KEY = re.compile(r'name="form_key" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="(\d+)"')


@built_once
def one(one: Project) -> Project:
    clock.set_day(ON)
    return one


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: Any, **query: str) -> str:
    response = signed_in(user).get(reverse(f"recovery:{name}", args=args), query)
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


def post(user: User, name: str, *args: Any, seen: str, times: int = 1, **fields: Any) -> Any:
    """Send what a page showed: its key, its version, the fields; `times` clicks on the same button."""
    client = signed_in(user)
    fields = {
        "form_key": KEY.findall(seen)[-1],
        **({"version": VERSION.findall(seen)[-1]} if VERSION.findall(seen) else {}),
        **fields,
    }
    for _ in range(times):
        for value in fields.values():
            if hasattr(value, "seek"):
                value.seek(0)
        response = client.post(reverse(f"recovery:{name}", args=args), fields)
    return response


def test_a_maker_reports_and_a_checker_submits_and_a_double_click_counts_once(one: Project):
    form = page(one.team.maker, "report", one.claim.loan_id)
    voucher = SimpleUploadedFile("回单.pdf", pdf_bytes("x"))
    response = post(
        one.team.maker, "report", one.claim.loan_id, seen=form, times=2, received_on="2025-02-20", amount="333333.33",
        principal_part="333333.33", method="collection", note_text="", voucher=voucher,
    )  # fmt: skip
    assert response.status_code == 302, response.content.decode()[-3000:]
    with scope.everything():
        recovery = Recovery.objects.get()
        assert recovery.voucher.purpose == "recovery_voucher"
    seen = page(one.team.checker, "project", one.claim.loan_id)
    assert "复核上报" in seen and "333,333.33" in seen
    key = KEY.findall(seen)[0]
    assert (
        post(
            one.team.checker, "submit_recovery", recovery.pk, seen=seen, form_key=key, version=recovery.version, times=2
        ).status_code
        == 302
    )
    with scope.everything():
        assert Return.objects.get().amount == D("133333.33")
    seen = page(one.team.maker, "project", one.claim.loan_id)
    assert "133,333.33" in seen and "2025-04-22" in seen and "第十九条第(六)项" in seen


def test_a_refusal_of_the_rules_is_said_beside_its_field(one: Project):
    form = page(one.team.maker, "report", one.claim.loan_id)
    response = post(
        one.team.maker, "report", one.claim.loan_id, seen=form, received_on="2024-12-02", amount="10",
        principal_part="0", method="other",
    )  # fmt: skip
    assert response.status_code == 422 and "收回日期须晚于不良认定日 2024-12-02" in response.content.decode()


def test_another_bank_finds_nothing_and_outsiders_are_refused(one: Project):
    recovery = prepared(one.team, one.loan, "100.00", received_on=date(2025, 2, 20), on=ON)
    other = bank_team()
    for name, pk in (("project", one.claim.loan_id), ("report", one.claim.loan_id), ("submit_recovery", recovery.pk)):
        url = reverse(f"recovery:{name}", args=[pk])
        assert signed_in(other.maker).get(url).status_code in {404, 405}
        assert signed_in(other.checker).post(url, {"form_key": "0" * 32}).status_code in {403, 404, 405}
    for role in (Role.REGULATOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        assert signed_in(person(role)).get(reverse("recovery:project", args=[one.claim.loan_id])).status_code == 403
    assert Client().get(reverse("recovery:projects")).status_code == 302
    assert "没有已补偿的项目" in page(other.maker, "projects")


def test_the_finance_centre_receives_a_return_by_two_people(one: Project):
    reported(one.team, one.loan, "333333.33", received_on=date(2025, 2, 20), on=ON)
    advice = one.returns()[0]
    assert advice.number in page(one.desk.clerk, "returns")
    seen = page(one.desk.clerk, "return", advice.pk)
    wrong = post(
        one.desk.clerk, "enter_receipt", advice.pk, seen=seen, amount="1", reference="HD1", received_on="2025-02-24"
    )
    assert wrong.status_code == 422 and "不符" in wrong.content.decode()
    done = post(
        one.desk.clerk, "enter_receipt", advice.pk, seen=wrong.content.decode(), amount="133333.33", reference="HD1",
        received_on="2025-02-24", times=2,
    )  # fmt: skip
    assert done.status_code == 302
    seen = page(one.desk.finance_approver, "return", advice.pk)
    assert post(one.desk.finance_approver, "confirm_receipt", advice.pk, seen=seen, times=2).status_code == 302
    assert fresh(advice).state == Return.State.RECEIVED
    assert "已返还" in page(one.team.maker, "return", advice.pk)


def test_a_settlement_goes_through_its_pages_to_the_closing_by_both(one: Project):
    reported(one.team, one.loan, "333333.33", received_on=date(2025, 2, 20), on=ON)
    form = page(one.team.maker, "apply_settlement", one.claim.loan_id)
    post(
        one.team.maker,
        "apply_settlement",
        one.claim.loan_id,
        seen=form,
        disposal_ended_on="2025-02-20",
        summary="处置完毕",
    )
    with scope.everything():
        made = Settlement.objects.get()
    seen = page(one.team.checker, "settlement", made.pk)
    post(one.team.checker, "submit_settlement", made.pk, seen=seen, form_key=KEY.findall(seen)[0])
    assert made.number in page(one.desk.reviewer, "settlements")
    seen = page(one.desk.reviewer, "settlement", made.pk)
    post(one.desk.reviewer, "decide_settlement", made.pk, seen=seen, decision="accept", reason="")
    assert fresh(made).state == Settlement.State.ACCEPTED
    all_received(one, ON)
    assert one.loan.loan_number in page(one.desk.reviewer, "settlements")
    seen = page(one.desk.reviewer, "project", one.claim.loan_id)
    post(one.desk.reviewer, "pass_settled", one.claim.loan_id, seen=seen, form_key=KEY.findall(seen)[0])
    with scope.everything():
        closing = Closing.objects.get()
    seen = page(one.desk.finance_approver, "closing", closing.pk)
    post(one.desk.finance_approver, "close_settled", closing.pk, seen=seen, form_key=KEY.findall(seen)[0])
    assert fresh(closing).state == Closing.State.CLOSED and one.loan.state == "closed"


def test_a_write_off_goes_from_desk_to_desk(one: Project):
    offices = Offices()
    form = page(one.team.maker, "apply_write_off", one.claim.loan_id)
    proof = SimpleUploadedFile("裁定书.pdf", pdf_bytes("y"))
    post(
        one.team.maker, "apply_write_off", one.claim.loan_id, seen=form, written_off_on="2025-02-20",
        loss_amount="600000.00", responsibility="已尽职", reason="破产清算终结", evidence=proof,
    )  # fmt: skip
    with scope.everything():
        closing = Closing.objects.get()
        file = StoredFile.objects.get(pk=closing.evidence_id)
    seen = page(one.team.checker, "closing", closing.pk)
    post(one.team.checker, "submit_closing", closing.pk, seen=seen, form_key=KEY.findall(seen)[0])
    for somebody in offices.in_order():
        assert "核销结项" in "".join(str(item.title) for item in todos(somebody))
        seen = page(somebody, "closing", closing.pk)
        assert post(somebody, "pass_write_off", closing.pk, seen=seen, form_key=KEY.findall(seen)[0]).status_code == 302
    assert fresh(closing).state == Closing.State.CLOSED
    assert signed_in(offices.authority).get(reverse("file", args=[file.pk])).status_code == 200
    assert signed_in(bank_team().maker).get(reverse("file", args=[file.pk])).status_code == 404


def todos(user: User) -> list[Any]:
    with scope.scope_for(user):
        return selectors.todos_of(user, clock.today())


def test_what_waits_says_until_when_and_by_which_article(one: Project):
    reported(one.team, one.loan, "333333.33", received_on=date(2025, 1, 20), on=ON)
    prepared(one.team, one.loan, "100.00", received_on=date(2025, 1, 20), on=ON)
    mine = {str(item.title): (item.due, item.article) for item in todos(one.team.maker)}
    assert mine["返还清收资金"] == (date(2025, 4, 22), "19(6)")
    checks = {str(item.title): (item.due, item.article, item.count) for item in todos(one.team.checker)}
    assert checks["复核并上报清收记录"] == (date(2025, 4, 22), "19(6)", 1)
    clerk = {str(item.title): item.count for item in todos(one.desk.clerk)}
    assert clerk["待收返还资金，到账后登记"] == 1


def test_a_list_of_matured_loans_is_ticked_by_one_and_closed_by_another():
    team = bank_team()
    loans = [entered_loan(team, date(2024, 11, 20), matures_on="2025-05-30") for _ in range(3)]
    clock.set_day(date(2025, 6, 10))
    seen = page(team.maker, "paid_off")
    assert all(loan.loan_number in seen for loan in loans) and "2025-12-01" in seen
    ticked = [str(loan.pk) for loan in loans[:2]]
    assert post(team.maker, "paid_off", seen=seen, loan=ticked, paid_off_on="2025-05-30", times=2).status_code == 302
    with scope.everything():
        made = list(Closing.objects.all())
    assert len(made) == 2
    seen = page(team.checker, "paid_off")
    chosen = [f"{row.pk}:{row.version}" for row in made]
    key = KEY.findall(seen)[0]
    assert post(team.checker, "close_paid_off", seen=seen, form_key=key, closing=chosen).status_code == 302
    assert {fresh(loan).state for loan in loans[:2]} == {"closed"} and fresh(loans[2]).state == "entered"


def test_nothing_ticked_is_said_and_a_foreign_loan_is_refused():
    team, other = bank_team(), bank_team()
    foreign = entered_loan(other, date(2024, 11, 20), matures_on="2025-05-30")
    clock.set_day(date(2025, 6, 10))
    entered_loan(team, date(2024, 11, 20), matures_on="2025-05-30")
    clock.set_day(date(2025, 6, 10))
    seen = page(team.maker, "paid_off")
    assert "请先勾选" in post(team.maker, "paid_off", seen=seen, paid_off_on="2025-05-30").content.decode()
    answer = post(team.maker, "paid_off", seen=seen, loan=[str(foreign.pk)], paid_off_on="2025-05-30")
    assert answer.status_code == 422 and fresh(foreign).state == "entered"


def test_the_desk_tells_who_is_silent_in_the_quarters_window():
    one, quiet = projects(2)
    reported(one.team, one.loan, "100.00", received_on=date(2025, 2, 20), on=ON)
    clock.set_day(ON)
    seen = page(one.desk.reviewer, "desk")
    assert "2025-01-22" in seen and "未上报" in seen and quiet.loan.loan_number in seen
    silent = page(one.desk.reviewer, "desk", look="silent")
    assert quiet.loan.loan_number in silent and one.loan.loan_number not in silent
    assert signed_in(one.team.maker).get(reverse("recovery:desk")).status_code == 403


def test_every_list_and_page_opens_for_whoever_may_read_it():
    one, second, third, fourth = projects(4)
    clock.set_day(ON)
    reported(one.team, one.loan, "333333.33", received_on=date(2025, 2, 20), on=ON)
    applied = applied_settlement(one, ended_on=date(2025, 2, 20), on=ON)
    written = passed_write_off(applied_write_off(second, ON), Offices().in_order()[:2], ON)
    reported(third.team, third.loan, "1.00", received_on=date(2025, 2, 20), on=ON)
    accepted_settlement(third, ended_on=date(2025, 2, 20), on=ON)
    all_received(third, ON)
    passed = passed_settled(third, ON)
    prepared_write_off(fourth, ON)
    readers = [
        *(person(role) for role in (
            Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.MANAGER_STATISTICS, Role.FINANCE_CLERK,
            Role.FINANCE_APPROVER, Role.AUTHORITY, Role.SUPERVISOR, Role.AUDITOR,
        ))
    ]  # fmt: skip
    lists = ("projects", "recoveries", "returns", "settlements", "closings", "paid_off", "desk")
    for reader in readers:
        for name in lists:
            page(reader, name)
        for name, pk in (
            ("project", one.claim.loan_id), ("settlement", applied.pk), ("closing", written.pk),
            ("closing", passed.pk), ("return", one.returns()[0].pk),
        ):  # fmt: skip
            page(reader, name, pk)
    for member in one.team.people().values():
        for name in lists[:-1]:
            page(member, name)


def test_the_admin_reads_the_room_and_decides_by_the_same_services(one: Project):
    applied = applied_settlement(one, ended_on=date(2025, 2, 20), on=ON)
    reader = signed_in(one.desk.reviewer)
    for model in ("recovery", "return", "settlement", "closing"):
        assert reader.get(reverse(f"admin:recovery_{model}_changelist")).status_code == 200
    shown = reader.get(reverse("admin:recovery_settlement_change", args=[applied.pk]))
    assert shown.status_code == 200 and "转录清偿项目库" in shown.content.decode()
    url = reverse("admin:recovery_settlement_act", args=[applied.pk, "accept"])
    seen = reader.get(url).content.decode()
    fields = {"form_key": KEY.findall(seen)[-1], "version": VERSION.findall(seen)[-1]}
    assert reader.post(url, fields).status_code == 302
    assert fresh(applied).state == Settlement.State.ACCEPTED
    assert signed_in(person(Role.AUDITOR)).post(url, fields).status_code == 403


# ---- who acts next ---------------------------------------------------------------------------------------------------


WAITS = re.compile(
    r"<dt>等待谁</dt>\s*<dd>\s*([^<]*?)\s*</dd>.*?<dt>到哪天</dt>\s*<dd>\s*(?:<time[^>]*>)?\s*([^<]*?)\s*<", re.DOTALL
)


def waits(html: str) -> list[tuple[str, str]]:
    """(for whom, until when) of each thing that the page says is waited for."""
    return WAITS.findall(html)


def test_each_page_says_who_acts_next_and_until_when(one: Project):
    """From the quiet quarter to the second institution's signature."""
    team, loan = one.team, one.loan
    assert waits(page(team.maker, "project", loan.pk)) == [("加盟银行", "2025-04-22")]
    recovery = prepared(team, loan, "300000.00", received_on=ON, on=ON)
    assert waits(page(team.maker, "project", loan.pk)) == [("银行复核", recovery.report_by.isoformat())]
    with scope.bank_scope(team.pk):
        services.submit_recovery(recovery_id=recovery.pk, by=team.checker, on=ON, version=recovery.version)
    [advice] = one.returns()
    expected = [("加盟银行", advice.due_on.isoformat())]
    assert waits(page(team.maker, "project", loan.pk)) == expected == waits(page(team.maker, "return", advice.pk))
    all_received(one, ON)
    assert waits(page(team.maker, "return", advice.pk)) == []
    settlement = applied_settlement(one, ended_on=ON, on=ON)
    expected = [("高新投集团", "无期限")]
    assert waits(page(team.maker, "settlement", settlement.pk)) == expected
    assert waits(page(team.maker, "project", loan.pk)) == expected


def test_a_settled_project_waits_for_one_institution_and_then_for_the_other(one: Project):
    accepted_settlement(one, ended_on=ON, on=ON)
    assert waits(page(one.desk.clerk, "project", one.loan.pk)) == [("高新投集团", "无期限")]
    closing = passed_settled(one, ON)
    for name, key in (("project", one.loan.pk), ("closing", closing.pk)):
        assert waits(page(one.desk.clerk, name, key)) == [("金融中心", "无期限")]
    with scope.everything():
        services.close_settled(closing_id=closing.pk, by=one.desk.finance_approver, on=ON, version=closing.version)
    assert waits(page(one.desk.clerk, "closing", closing.pk)) == []


def test_a_write_off_says_at_whose_desk_it_lies(one: Project):
    closing = applied_write_off(one, ON)
    assert waits(page(one.team.maker, "closing", closing.pk)) == [("高新投集团", closing.decide_by.isoformat())]
    desks = ("金融中心", "主管部门", "监管执行部门", "高新投集团")
    for office, expected in zip(Offices().in_order(), desks, strict=False):
        closing = passed_write_off(closing, [office], ON)
        [(who, _day)] = waits(page(one.team.maker, "closing", closing.pk))
        assert who == expected


def test_the_story_of_a_settled_closing_begins_with_the_manager_and_stands_newest_first(one: Project):
    accepted_settlement(one, ended_on=ON, on=ON)
    closing = passed_settled(one, ON)
    with scope.everything():
        services.close_settled(closing_id=closing.pk, by=one.desk.finance_approver, on=ON, version=closing.version)
    told = page(one.desk.clerk, "closing", closing.pk).split("<h2>经过</h2>")[1]
    assert "待银行复核" not in told
    assert told.index("<strong>已结项</strong>") < told.index("<strong>待金融中心复核</strong>")
    whole = page(one.desk.clerk, "project", one.loan.pk).split("<h2>经过</h2>")[1]
    assert whole.index("结项：已结项") < whole.index("结项：待金融中心复核")
