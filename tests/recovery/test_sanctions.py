"""A breach, its decision, and the money that comes back with interest (28): who may, in which order, to the fen."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from banks.models import Bank, Violation
from claims import services as claims
from evaluation.selectors.evaluations import violations_of
from loans.models import Loan
from pool import clock, registry, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger import services as ledger
from pool.models import Deadline, Notice, Role
from recovery import services, terms
from recovery.invariants import clawbacks_are_their_receipts, returns_follow_the_formula
from recovery.models import Clawback, ClawbackReceipt, Closing, Return
from tests.factories.banks import proposed_sanction
from tests.factories.loans import entered_loan
from tests.factories.people import person
from tests.factories.recovery import (
    Project,
    decided_clawback,
    entered_receipt,
    fresh,
    projects,
    proposed_clawback,
    received_clawback,
    reported,
)

pytestmark = pytest.mark.django_db
D = Decimal
KEY = re.compile(r'name="form_key" value="([^"]+)"')


def after(one: Project, days: int) -> date:
    return one.claim.paid_on + timedelta(days=days)


def all_hold() -> None:
    with scope.everything():
        breaches = [breach for invariant in registry.invariants for breach in invariant.fn() if not invariant.slow]
    assert not breaches, breaches


def decide(row: Violation, by=None, on=None, version=None) -> Violation:
    with scope.everything():
        return services.decide_sanction(
            violation_id=row.pk, by=by or person(Role.AUTHORITY), on=on or clock.today(),
            version=version or row.version, reason="属实",
        )  # fmt: skip


def test_all_of_it_comes_back_with_interest_and_the_project_is_closed(one):
    row = decided_clawback(one, after(one, 10), rate="3.65")
    assert (row.state, row.amount, row.came_back) == (Clawback.State.DUE, D("400000.00"), [])
    receipt = received_clawback(row, "400800.00", after(one, 20))
    assert (receipt.interest_part, receipt.principal_part) == (D("800.00"), D("400000.00"))
    with scope.everything():
        row = Clawback.objects.get(pk=row.pk)
        assert (row.state, row.settled_on, one.loan.state) == (Clawback.State.PAID, after(one, 20), Loan.State.CLOSED)
        assert Closing.objects.get(loan=one.loan).kind == Closing.Kind.CLAWED_BACK
        assert ledger.net_compensation(one.claim.pk) == 0
        assert -ledger.balances()["interest"] == D("800.00")
        assert not Deadline.objects.filter(subject_id=row.pk, fulfilled_on__isnull=True).exists()
    all_hold()


def test_what_came_in_in_parts_meets_the_interest_first(one):
    row = decided_clawback(one, after(one, 10), rate="3.65")
    first = received_clawback(row, "200400.00", after(one, 10))
    assert (first.interest_part, first.principal_part) == (D("400.00"), D("200000.00"))
    with scope.everything():
        row = fresh(row)
        due = terms.clawback_due(row, [first], after(one, 20))
    assert (row.state, due.principal, due.interest) == (Clawback.State.DUE, D("200000.00"), D("200.00"))
    second = received_clawback(row, "200200.00", after(one, 20))
    assert (second.interest_part, second.principal_part, fresh(row).state) == (D("200.00"), D("200000.00"), "paid")
    all_hold()


def test_what_was_returned_before_is_not_taken_twice_and_open_returns_fall_away(one):
    clock.set_day(date(2025, 2, 24))
    reported(one.team, one.loan, "100000.00", received_on=date(2025, 2, 20), on=date(2025, 2, 24))
    (advice,) = one.returns()
    with scope.everything():
        advice = services.enter_return_receipt(
            return_id=advice.pk, amount=advice.amount, reference="HD1", received_on=date(2025, 2, 24),
            by=person(Role.FINANCE_CLERK), on=date(2025, 2, 24), version=advice.version,
        )  # fmt: skip
        with pytest.raises(Refused) as no:
            proposed_clawback(one, date(2025, 2, 24))
        assert no.value.code == "under_way"
        services.confirm_return_receipt(
            return_id=advice.pk, by=person(Role.FINANCE_APPROVER), on=date(2025, 2, 24), version=advice.version
        )
    reported(one.team, one.loan, "50000.00", received_on=date(2025, 2, 25), on=date(2025, 2, 25))
    row = decided_clawback(one, date(2025, 2, 26), rate="3.65")
    assert row.came_back == [["2025-02-24", "40000.00"]]
    assert [advice.state for advice in one.returns()] == [Return.State.RECEIVED, Return.State.CANCELLED]
    with scope.everything():
        due = terms.clawback_due(row, [], date(2025, 2, 26))
        days = (date(2025, 2, 24) - one.claim.paid_on).days
        assert due.principal == D("360000.00")
        assert due.interest == D(400000 * days + 360000 * 2) * D("3.65") / 36500
        assert not list(returns_follow_the_formula())
    reported(one.team, one.loan, "10000.00", received_on=date(2025, 2, 27), on=date(2025, 2, 27))
    assert len(one.returns()) == 2
    all_hold()


@pytest.mark.parametrize(
    ("amount", "days", "field"),
    [("400000.01", 0, "amount"), ("0.00", 1, "amount"), ("1.00", -1, "received_on")],
)
def test_a_receipt_over_what_is_owed_of_nothing_or_before_the_decision_is_refused(one, amount, days, field):
    row = decided_clawback(one, after(one, 10), rate="0")
    clock.set_day(after(one, 12))
    with scope.everything(), pytest.raises(Refused) as no:
        services.enter_clawback_receipt(
            clawback_id=row.pk, amount=D(amount), reference="HD", received_on=after(one, 10 + days),
            by=person(Role.FINANCE_CLERK), on=after(one, 12), version=row.version,
        )  # fmt: skip
    assert (no.value.field, no.value.article) == (field, "28")


def test_two_people_decide_and_two_people_receive(one):
    clerk = person(Role.MANAGER_STATISTICS)
    row = proposed_clawback(one, after(one, 10))
    for role in (Role.MANAGER_STATISTICS, Role.MANAGER_APPROVER, Role.SUPERVISOR):
        with pytest.raises(NotPermitted):
            decide(row, by=person(role))
    with scope.everything():
        mine = proposed_sanction(one.team, on=after(one, 10))
        mine.entered_by.role = Role.AUTHORITY
        mine.entered_by.save()
    with pytest.raises(SamePerson):
        decide(mine, by=mine.entered_by)
    with pytest.raises(Stale):
        decide(row, version=row.version + 1)
    decide(row)
    with scope.everything():
        clawback = Clawback.objects.get(violation=row)
        clerk = person(Role.FINANCE_CLERK)
        receipt = entered_receipt(clawback, "10.00", after(one, 10), by=clerk)
        clerk.role = Role.FINANCE_APPROVER
        clerk.save()
        with pytest.raises(SamePerson):
            services.confirm_clawback_receipt(
                receipt_id=receipt.pk, by=clerk, on=after(one, 10), version=receipt.version
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            ClawbackReceipt.objects.filter(pk=receipt.pk).update(confirmed_by=clerk)
        with pytest.raises(DatabaseError), transaction.atomic():
            ClawbackReceipt.objects.filter(pk=receipt.pk).update(amount=D("1.00"))


def test_a_rejected_receipt_posts_nothing_and_another_may_be_entered(one):
    row = decided_clawback(one, after(one, 10))
    receipt = entered_receipt(row, "10.00", after(one, 10))
    with pytest.raises(Refused) as no:
        entered_receipt(row, "10.00", after(one, 10))
    assert no.value.code == "receipt_open"
    with scope.everything():
        services.reject_clawback_receipt(
            receipt_id=receipt.pk, by=person(Role.FINANCE_APPROVER), on=after(one, 10), version=receipt.version,
            reason="流水中没有",
        )  # fmt: skip
    received_clawback(row, "10.00", after(one, 11))
    all_hold()


def test_a_sanction_counts_in_its_year_only_once_decided(one):
    row = proposed_clawback(one, after(one, 10))
    year = after(one, 10).year
    with scope.everything():
        assert violations_of(year) == {}
    decide(row)
    with scope.everything():
        assert violations_of(year) == {one.team.pk: 1}


def test_a_dismissed_sanction_counts_nothing_and_frees_its_projects(one):
    row = proposed_clawback(one, after(one, 10))
    with scope.everything():
        with pytest.raises(Refused) as no:
            services.dismiss_sanction(
                violation_id=row.pk, by=person(Role.AUTHORITY), on=after(one, 10), version=row.version, reason=""
            )
        assert no.value.code == "reason_missing"
        services.dismiss_sanction(
            violation_id=row.pk, by=person(Role.AUTHORITY), on=after(one, 10), version=row.version, reason="证据不足"
        )
        assert violations_of(after(one, 10).year) == {}
    assert decided_clawback(one, after(one, 11)).state == Clawback.State.DUE


def test_projects_are_named_once_of_this_bank_and_compensated():
    first, second = projects(2)
    on = first.claim.paid_on + timedelta(days=5)
    row = proposed_clawback(first, on)
    with scope.everything():
        naming = {"violation_id": row.pk, "by": person(Role.MANAGER_STATISTICS), "on": on, "version": row.version}
        for number, code in (
            (first.loan.loan_number, "clawback_known"),
            (second.loan.loan_number, "not_compensated"),
            (entered_loan(first.team, on).loan_number, "not_compensated"),
            (" ", "nothing_named"),
        ):
            with pytest.raises(Refused) as no:
                services.name_projects(loan_numbers=[number], **naming)
            assert no.value.code == code
        bare = proposed_sanction(first.team, on=on, claws_back=True, rate=D("1"), pay_by=on + timedelta(days=9))
    with pytest.raises(Refused) as no:
        decide(bare)
    assert no.value.code == "no_projects"


def test_while_it_is_taken_back_the_project_is_not_upgraded_or_settled(one):
    decided_clawback(one, after(one, 10))
    on = after(one, 11)
    clock.set_day(on)
    with scope.bank_scope(one.team.pk):
        with pytest.raises(Refused) as no:
            claims.apply_upgrade(
                loan_id=one.loan.pk,
                classification="normal",
                upgraded_on=on,
                reason="恢复还款",
                by=one.team.maker,
                on=on,
            )
        assert no.value.code == "clawback_open"
        with pytest.raises(Refused) as no:
            services.apply_settlement(
                loan_id=one.loan.pk, disposal_ended_on=on, summary="处置完毕", by=one.team.maker, on=on
            )
        assert no.value.code == "clawback_open"


def test_a_sanction_may_cancel_the_membership(one):
    on = after(one, 10)
    clock.set_day(on)
    row = decide(proposed_sanction(one.team, on=on, cancels=True))
    with scope.everything():
        bank = Bank.objects.get(pk=row.bank_id)
        assert (bank.cancelled_on, bank.may_reapply_from) == (on, on.replace(year=on.year + 2))
        told = set(Notice.objects.filter(key__startswith=f"sanction:{row.pk}").values_list("role", flat=True))
    assert {Role.BANK_CHECKER, Role.FINANCE_CLERK, Role.REGULATOR} <= told


def test_verify_sees_a_wrong_sum_a_wrong_rate_and_a_wrong_state(one):
    row = decided_clawback(one, after(one, 10), rate="3.65")
    receipt = received_clawback(row, "200400.00", after(one, 10))
    with scope.everything():
        assert not list(clawbacks_are_their_receipts())
        for changes in ({"interest_part": D("399.99"), "principal_part": D("200000.01")},):
            ClawbackReceipt.objects.filter(pk=receipt.pk).update(**changes)
            assert list(clawbacks_are_their_receipts())
            ClawbackReceipt.objects.filter(pk=receipt.pk).update(
                interest_part=receipt.interest_part, principal_part=receipt.principal_part
            )
        Clawback.objects.filter(pk=row.pk).update(rate=D("3.6"))
        assert list(clawbacks_are_their_receipts())
        Clawback.objects.filter(pk=row.pk).update(rate=row.rate, came_back=[["2025-01-01", "1.00"]])
        assert list(clawbacks_are_their_receipts())
        Clawback.objects.filter(pk=row.pk).update(came_back=[])
        assert not list(clawbacks_are_their_receipts())


# ---- pages -----------------------------------------------------------------------------------------------------------


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user, name: str, pk, code: int = 200) -> str:
    answer = signed_in(user).get(reverse(f"recovery:{name}", args=[pk]))
    assert answer.status_code == code
    return answer.content.decode()


def test_a_bank_sees_its_own_decision_and_nothing_before_it():
    first, second = projects(2)
    on = first.claim.paid_on + timedelta(days=10)
    row = proposed_clawback(first, on)
    assert "作出决定" in page(person(Role.AUTHORITY), "sanction", row.pk)
    page(first.team.checker, "sanction", row.pk, 404)
    decide(row)
    shown = page(first.team.checker, "sanction", row.pk)
    assert "处理决定书" in shown and first.loan.loan_number in shown
    page(second.team.checker, "sanction", row.pk, 404)
    with scope.everything():
        clawback = Clawback.objects.get(violation=row)
    assert "利息计算" in page(first.team.maker, "clawback", clawback.pk)
    page(second.team.maker, "clawback", clawback.pk, 404)
    letter = signed_in(first.team.checker).get(reverse("recovery:sanction_letter", args=[row.pk]))
    assert letter["Content-Type"] == "application/pdf" and letter.content.startswith(b"%PDF")


def test_the_pages_take_a_sanction_from_the_proposal_to_the_last_fen(one):
    on = after(one, 10)
    clock.set_day(on)
    clerk = signed_in(person(Role.MANAGER_STATISTICS))
    address = reverse("banks:sanction_propose", args=[one.team.pk])
    sent = {
        "form_key": KEY.search(clerk.get(address).content.decode())[1], "year": on.year, "ground": "false_papers",
        "basis": "28", "description": "提供虚假材料", "document_number": "深工信处〔2024〕9号", "claws_back": "on",
        "rate": "3.65", "pay_by": (on + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    answer = clerk.post(address, sent)
    with scope.everything():
        row = Violation.objects.get()
    assert answer["Location"] == reverse("recovery:sanction", args=[row.pk])
    shown = clerk.get(answer["Location"]).content.decode()
    assert "还没有列入项目" in shown
    named = {"form_key": KEY.findall(shown)[-1], "version": row.version, "loan_numbers": "没有这个号"}
    refused = clerk.post(reverse("recovery:sanction_projects", args=[row.pk]), named)
    assert refused.status_code == 422 and "没有已支付的风险补偿" in refused.content.decode()
    named = {**named, "form_key": KEY.findall(refused.content.decode())[-1], "loan_numbers": one.loan.loan_number}
    assert clerk.post(reverse("recovery:sanction_projects", args=[row.pk]), named).status_code == 302


def test_verify_passes_over_the_whole_story(one, capsys):
    row = decided_clawback(one, after(one, 10), rate="3.45")
    received_clawback(row, "1000.00", after(one, 15))
    call_command("verify")
    assert "I17" in capsys.readouterr().out
