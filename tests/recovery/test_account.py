"""The special account's statement against the ledger (10.3(3), I14)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import Error, connection, transaction
from django.db.models import Sum

from claims.models import PapersPacket
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.ledger.models import Entry, LedgerTransaction
from pool.models import Role
from recovery import account, invariants, matching, services
from recovery.matching import Movement
from recovery.models import AccountLine, AccountStatement
from tests.factories.account import Moved, camt_of, confirmed, csv_of, imported, lines_of, proposed
from tests.factories.people import person
from tests.factories.recovery import Project, decided_clawback, reported

pytestmark = pytest.mark.django_db
State = AccountLine.State


def cash_moved() -> list[LedgerTransaction]:
    with scope.everything():
        cash = LedgerTransaction.objects.filter(entries__account__code="cash").order_by("occurred_on", "id")
        return list(cash.annotate(cash=Sum("entries__amount")).distinct())


def as_the_bank_says(paid: Project) -> list[Moved]:
    """The account's own story of the same money: the budget's arrives under a number of its bank."""
    return [
        Moved(one.occurred_on, f"{one.amount:.2f}", "CZ0001" if one.amount > 0 else one.reference, "对方")
        for one in movements()
    ]


def movements() -> list[Movement]:
    with scope.everything():
        return account.unmatched_movements()


def states(statement: AccountStatement) -> list[str]:
    return [line.state for line in lines_of(statement)]


def open_line(statement: AccountStatement, amount: str) -> AccountLine:
    return next(one for one in lines_of(statement) if one.state == State.OPEN and one.amount == Decimal(amount))


def day_after(paid: Project) -> date:
    return clock.today() + timedelta(days=1)


# ---- the files


def test_what_agrees_without_doubt_is_matched_at_once_and_the_rest_by_two_people(paid):
    statement = imported(csv_of(as_the_bank_says(paid)), paid.desk.clerk, day_after(paid))
    assert states(statement) == [State.OPEN, State.MATCHED]
    budget = open_line(statement, "400000.00")
    (candidate,) = matching.likely(account.moved(budget), movements())
    budget = proposed(budget, "vouchers", paid.desk.clerk, day_after(paid), vouchers=candidate.vouchers)
    confirmed(budget, paid.desk.finance_approver, day_after(paid))
    with scope.everything():
        said = account.agreement()
        assert (said.by_bank, said.by_ledger, said.difference) == (statement.closing, statement.closing, Decimal(0))
        assert list(invariants.account_agrees()) == []


def test_a_camt_053_says_the_same_as_the_sheet(paid):
    said = as_the_bank_says(paid)
    statement = imported(
        camt_of(said, "0.00", said[0].on, said[-1].on), paid.desk.clerk, day_after(paid), "statement.xml"
    )
    assert statement.format == AccountStatement.Format.CAMT_053
    assert states(statement) == [State.OPEN, State.MATCHED]
    assert lines_of(statement)[-1].counterparty == "对方"


def test_newest_first_is_read_in_the_order_of_the_balances(paid):
    days = sorted(one.on for one in as_the_bank_says(paid))
    head, *rows = csv_of(as_the_bank_says(paid)).decode("utf-8-sig").splitlines()
    statement = imported("\n".join([head, *rows[::-1]]).encode(), paid.desk.clerk, day_after(paid))
    assert [line.booked_on for line in lines_of(statement)] == days


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><Document/>", "DTD"),
        (b"<?xml version='1.0'?><Document xmlns='urn:other'><A/></Document>", "camt.053.001.08"),
        (b"<Document", "camt.053.001.08"),
        (csv_of([Moved(date(2024, 5, 6), "5.00")]).replace(b",5.00,,5.00,", b",5.00,5.00,5.00,"), "收入和支出"),
        (csv_of([Moved(date(2024, 5, 6), "5.00"), Moved(date(2024, 5, 7), "2.00")]).replace(b"7.00", b"8.00"), "余额"),
        (csv_of([Moved(date(2024, 5, 6), "5.00")]).replace("余额".encode(), b"x"), "余额"),
        (csv_of([]), "没有数据行"),
        (csv_of([Moved(date(2030, 5, 6), "5.00")]), "晚于今天"),
    ],
)
def test_a_file_that_is_not_right_is_refused_whole_with_the_place(content, words):
    clerk = person(Role.FINANCE_CLERK)
    with pytest.raises(Refused, match=words):
        imported(content, clerk, date(2025, 1, 16))
    with scope.everything():
        assert not AccountStatement.objects.exists()


def test_a_camt_whose_sums_do_not_agree_is_refused():
    day = date(2024, 5, 6)
    content = camt_of([Moved(day, "5.00", "R1")], "0.00", day, day, closing="6.00")
    with pytest.raises(Refused, match=r"5\.00 元，与期末余额 6\.00 元不符"):
        imported(content, person(Role.FINANCE_CLERK), date(2025, 1, 16), "a.xml")


def test_statements_follow_one_another_without_overlap_or_gap():
    clerk, on = person(Role.FINANCE_CLERK), date(2025, 1, 16)
    first = csv_of([Moved(date(2024, 5, 6), "5.00", "R1")])
    imported(first, clerk, on)
    with pytest.raises(Refused, match="已导入"):
        imported(first, clerk, on)
    with pytest.raises(Refused, match="请下载其后"):
        imported(csv_of([Moved(date(2024, 5, 6), "2.00", "R2")], "5.00"), clerk, on)
    with pytest.raises(Refused, match="中间缺流水"):
        imported(csv_of([Moved(date(2024, 5, 7), "2.00", "R2")], "6.00"), clerk, on)
    assert imported(csv_of([Moved(date(2024, 5, 7), "2.00", "R2")], "5.00"), clerk, on).closing == Decimal("7.00")


# ---- matching


def movement(reference: str = "R1", amount: str = "5.00", on: date = date(2024, 5, 6), number: int = 1) -> Movement:
    return Movement((number,), Decimal(amount), reference, on)


def moved(key: str = "a", reference: str = "R1", amount: str = "5.00", on: date = date(2024, 5, 6)) -> matching.Moved:
    return matching.Moved(key, Decimal(amount), reference, on)


@pytest.mark.parametrize(
    ("lines", "movements", "found"),
    [
        ([moved()], [movement()], {"a": 1}),
        ([moved(amount="5.01")], [movement()], {}),
        ([moved(amount="-5.00")], [movement()], {}),
        ([moved(on=date(2024, 5, 7))], [movement()], {}),
        ([moved(reference="R2")], [movement()], {}),
        ([moved(reference="")], [movement(reference="")], {}),
        ([moved(reference=" R1 ")], [movement()], {"a": 1}),
        ([moved()], [movement(), movement(number=2)], {}),
        ([moved(), moved(key="b")], [movement()], {}),
    ],
)
def test_only_what_cannot_be_another_is_matched_by_the_machine(lines, movements, found):
    pairs = matching.without_doubt(lines, movements)
    assert {key: one.vouchers[0] for key, one in pairs.items()} == found


def test_the_likeliest_of_the_same_amount_comes_first():
    far, near, named = movement("X", number=1, on=date(2024, 4, 1)), movement("X", number=2), movement(number=3)
    other = movement(amount="6.00", number=4)
    assert [one.vouchers[0] for one in matching.likely(moved(), [far, near, named, other])] == [3, 2, 1]


# ---- two people


def unknown(clerk, on=date(2025, 1, 16), amount="5.00") -> AccountLine:
    return lines_of(imported(csv_of([Moved(date(2024, 5, 6), amount, "R1", "某公司")]), clerk, on))[0]


@pytest.mark.parametrize(
    ("explanation", "kind", "amount"),
    [("interest", "interest", "12.34"), ("unexplained", "suspense", "12.34")],
)
def test_what_the_ledger_lacks_is_posted_when_the_second_person_agrees(explanation, kind, amount):
    clerk, approver, on = person(Role.FINANCE_CLERK), person(Role.FINANCE_APPROVER), date(2025, 1, 16)
    line = unknown(clerk, amount=amount)
    line = proposed(line, explanation, clerk, on, reason="利息清单")
    assert not cash_moved()
    line = confirmed(line, approver, on)
    (posted,) = cash_moved()
    assert (posted.kind, posted.occurred_on, posted.prepared_by, posted.approved_by) == (
        kind, date(2024, 5, 6), clerk, approver,
    )  # fmt: skip
    assert line.state == State.MATCHED
    with scope.everything():
        assert list(invariants.account_agrees()) == []
        assert Entry.objects.filter(account__code="cash").get().amount == Decimal(amount)


def test_the_same_person_does_not_confirm_and_a_stranger_may_nothing():
    clerk, on = person(Role.FINANCE_CLERK), date(2025, 1, 16)
    line = proposed(unknown(clerk), "interest", clerk, on, reason="利息清单")
    with pytest.raises(NotPermitted):
        confirmed(line, clerk, on)
    clerk.role = Role.FINANCE_APPROVER
    clerk.save()
    with pytest.raises(SamePerson):
        confirmed(line, clerk, on)
    with pytest.raises(NotPermitted):
        proposed(line, "interest", person(Role.MANAGER_REVIEWER), on, reason="x")


def test_a_stale_page_and_a_wrong_side_and_no_reason_are_refused():
    clerk, on = person(Role.FINANCE_CLERK), date(2025, 1, 16)
    line = unknown(clerk)
    with scope.everything():
        with pytest.raises(Stale):
            services.propose_line(line_id=line.pk, explanation="interest", by=clerk, on=on, version=9, reason="x")
        for explanation, words in (("fee", "方向不符"), ("interest", "核对依据"), ("gift", "请选择")):
            with pytest.raises(Refused, match=words):
                services.propose_line(line_id=line.pk, explanation=explanation, by=clerk, on=on, version=line.version)


def test_what_the_second_person_rejects_is_open_again_and_its_vouchers_free(paid):
    said = as_the_bank_says(paid)
    last = said[-1]
    said[-1] = Moved(last.on, last.amount, "another number", last.who)
    statement = imported(csv_of(said), paid.desk.clerk, day_after(paid))
    line = open_line(statement, "-400000.00")
    before = movements()
    (candidate,) = matching.likely(account.moved(line), movements())
    line = proposed(line, "vouchers", paid.desk.clerk, day_after(paid), vouchers=candidate.vouchers)
    assert movements() == [one for one in before if one != candidate]
    with scope.everything():
        line = services.reject_line(
            line_id=line.pk, by=paid.desk.finance_approver, on=day_after(paid), version=line.version, reason="户名不符"
        )
    assert line.state == State.OPEN
    assert movements() == before
    line = proposed(line, "vouchers", paid.desk.clerk, day_after(paid), vouchers=candidate.vouchers)
    assert confirmed(line, paid.desk.finance_approver, day_after(paid)).state == State.MATCHED


def test_vouchers_of_another_sum_or_already_taken_are_refused(paid):
    said = as_the_bank_says(paid)
    statement = imported(csv_of([*said, Moved(said[-1].on, "7.00", "R9")]), paid.desk.clerk, day_after(paid))
    line = open_line(statement, "7.00")
    taken = cash_moved()[-1].pk
    for vouchers in ([], [taken], [999_999]):
        with pytest.raises(Refused, match="不存在，或已与另一笔"):
            proposed(line, "vouchers", paid.desk.clerk, day_after(paid), vouchers=vouchers)


def test_a_line_is_the_advice_of_a_return_that_waits_for_one(paid):
    on = clock.today()
    reported(paid.team, paid.loan, "100000.00", received_on=on, on=on)
    (advice,) = paid.returns()
    said = [*as_the_bank_says(paid), Moved(on, f"{advice.amount}", "HK001", paid.team.bank.name)]
    statement = imported(csv_of(said), paid.desk.clerk, on)
    line = open_line(statement, f"{advice.amount}")
    with scope.everything():
        (case,) = account.waiting_for(line)
        assert case.is_ours
        services.enter_from_line(
            line_id=line.pk, kind="return", subject=str(advice.pk), by=paid.desk.clerk, on=on, version=line.version
        )
        advice.refresh_from_db()
        services.confirm_return_receipt(
            return_id=advice.pk, by=paid.desk.finance_approver, on=on, version=advice.version
        )
        assert services.match_lines(on) == {"matched": 1, "open": 1}
        assert account.agreement().difference == 0


@pytest.mark.parametrize(("amount", "whose", "waits"), [
    ("401200.00", "别家公司", True), ("1000.00", "", True), ("1000.00", "别家公司", False), ("401200.01", "", False),
])  # fmt: skip
def test_a_line_is_the_advice_of_a_clawback_whole_or_in_part(paid, amount, whose, waits):
    """400,000.00 at 3.65 % owe 40.00 a day: all of it from anybody, a part where the line names the bank (28)."""
    on = paid.claim.paid_on + timedelta(days=30)
    row = decided_clawback(paid, on, rate="3.65")
    said = [*as_the_bank_says(paid), Moved(on, amount, "ZH001", whose or paid.team.bank.name)]
    statement = imported(csv_of(said), paid.desk.clerk, on)
    line = open_line(statement, amount)
    with scope.everything():
        found = [one for one in account.waiting_for(line) if one.kind == "clawback"]
        assert [one.pk for one in found] == ([row.pk] if waits else [])
        if not waits:
            return
        services.enter_from_line(
            line_id=line.pk, kind="clawback", subject=str(row.pk), by=paid.desk.clerk, on=on, version=line.version
        )
        receipt = row.receipts.get()
        assert (receipt.amount, receipt.received_on, receipt.bank_reference) == (Decimal(amount), on, "ZH001")
        assert not account.waiting_for(line)
        services.confirm_clawback_receipt(
            receipt_id=receipt.pk, by=paid.desk.finance_approver, on=on, version=receipt.version
        )
        assert services.match_lines(on)["matched"] == 1
        assert account.agreement().difference == 0


def test_the_proof_shows_four_figures_that_agree(paid):
    with scope.everything():
        (before,) = account.proofs(PapersPacket.objects.all())
        assert (before.planned, before.ordered, before.posted, before.seen, before.state) == (
            Decimal("400000.00"), Decimal("400000.00"), Decimal("400000.00"), Decimal(0), "differs",
        )  # fmt: skip
    imported(csv_of(as_the_bank_says(paid)), paid.desk.clerk, day_after(paid))
    with scope.everything():
        (after,) = account.proofs(PapersPacket.objects.all())
        assert after.seen == Decimal("400000.00")
        assert after.state == "agrees"


# ---- what the database holds


def test_what_the_bank_said_is_never_changed(paid):
    statement = imported(csv_of(as_the_bank_says(paid)), paid.desk.clerk, day_after(paid))
    line = lines_of(statement)[0]
    for table, column, key in (("accountline", "amount", line.pk), ("accountstatement", "closing", statement.pk)):
        with pytest.raises(Error), transaction.atomic(), scope.everything(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE recovery_{table} SET {column} = 1 WHERE id = %s", [key])


def test_no_bank_sees_a_line(paid):
    imported(csv_of(as_the_bank_says(paid)), paid.desk.clerk, day_after(paid))
    with scope.bank_scope(paid.team.pk):
        assert not AccountLine.objects.exists()
        assert not AccountStatement.objects.exists()


def test_verify_sees_a_line_whose_voucher_is_another(paid):
    imported(csv_of(as_the_bank_says(paid)), paid.desk.clerk, day_after(paid))
    with scope.everything():
        line = AccountLine.objects.filter(amount__lt=0).first()
        services.account.LineVoucher.objects.filter(line=line).update(dropped=True)
        (said,) = invariants.account_agrees()
        assert line.statement.number in said


def test_importing_asks_for_the_right_person(paid):
    with pytest.raises(NotPermitted), scope.everything():
        services.import_statement(
            file=SimpleUploadedFile("a.csv", b"x"), by=paid.desk.finance_approver, on=date(2025, 1, 16)
        )


def test_all_of_it_verifies(paid):
    imported(csv_of(as_the_bank_says(paid)), paid.desk.clerk, day_after(paid))
    call_command("verify", "--all")
