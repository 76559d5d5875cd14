"""Statements of account: the ledger's figures, two people of the finance centre, the bank's answer (10.3(3), 11(4))."""

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.models import Statement
from evaluation.periods import Quarter
from evaluation.services import statements as services
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import AccessLog, Notice, Role, User
from recovery import services as recovery
from tests.factories import claims as make
from tests.factories.people import BankTeam, person
from tests.factories.recovery import Project, received, reported
from tests.journeys.acting import words_of_pdf
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
BACK, OVER = date(2025, 2, 24), date(2025, 4, 2)
PERIOD = "2025Q1"
State = Statement.State


@dataclass
class Account:
    """A bank that was paid 400,000 of 1,000,000 and gave back 100,000 of what it recovered."""

    team: BankTeam
    desk: make.Desk
    project: Project

    def drawn_up(self) -> Statement:
        with scope.everything():
            [made] = services.draft_statements(period=PERIOD, by=self.desk.clerk, on=OVER)
        return made

    def issued(self) -> Statement:
        made = self.drawn_up()
        with scope.everything():
            services.issue_statements(seen={made.pk: made.version}, by=self.desk.finance_approver, on=OVER)
        return make.fresh(made)

    def disputed(self) -> Statement:
        made = self.issued()
        with scope.bank_scope(self.team.pk):
            return services.dispute_statement(
                statement_id=made.pk, by=self.team.checker, on=OVER, version=made.version, reason="少记一笔返还"
            )


@built_once
def account() -> Account:
    team, desk = make.good_team(volume="100000000.00"), make.Desk()
    project = Project(team, desk, make.paid_claim(team, desk, balance="1000000.00", transferred=True))
    reported(team, project.loan, "250000.00", received_on=date(2025, 2, 20), on=BACK)
    received(project.returns()[0], desk, BACK)
    make.reach(OVER)
    return Account(team, desk, project)


def figures(statement: Statement) -> list[str]:
    names = ("opening", "paid", "returned", "refunded", "closing")
    return [f"{getattr(statement, name):.2f}" for name in names]


def asks(user: User, name: str, *args: Any, **form: Any) -> HttpResponse:
    client = Client()
    client.force_login(user)
    address = reverse(f"evaluation:{name}", args=args)
    return client.post(address, {"form_key": str(uuid4()), **form}, follow=True) if form else client.get(address)


def test_the_figures_are_the_ledger_s(account: Account) -> None:
    with scope.everything():
        [before] = services.draft_statements(period="2024Q4", by=account.desk.clerk, on=OVER)
    made = account.drawn_up()
    assert figures(before) == ["0.00", "400000.00", "0.00", "0.00", "400000.00"]
    assert figures(made) == ["400000.00", "0.00", "100000.00", "0.00", "300000.00"]
    for statement, wanted in ((before, ("paid", "400000.00")), (made, ("returned", "100000.00"))):
        [line] = statement.lines
        assert (line["figure"], line["amount"]) == wanted
        assert (line["claim"], line["loan"]) == (account.project.claim.number, account.project.loan.loan_number)
    assert made.number.startswith("DZ-2025Q1-")


def test_the_next_quarter_opens_where_this_one_closed(account: Account) -> None:
    first = account.drawn_up()
    make.reach(date(2025, 7, 2))
    with scope.everything():
        [second] = services.draft_statements(period="2025Q2", by=account.desk.clerk, on=date(2025, 7, 2))
    assert (second.opening, second.closing, second.lines) == (first.closing, first.closing, [])


@pytest.mark.parametrize(
    ("period", "on", "code"),
    [(PERIOD, date(2025, 3, 31), "period_not_over"), ("2025H1", OVER, "bad_period"), ("2025Q5", OVER, "bad_period")],
)
def test_a_period_that_is_none_or_not_over_is_refused(account: Account, period: str, on: date, code: str) -> None:
    with scope.everything(), pytest.raises(Refused) as refusal:
        services.draft_statements(period=period, by=account.desk.clerk, on=on)
    assert refusal.value.code == code


def test_one_bank_has_one_live_statement_a_quarter(account: Account) -> None:
    account.drawn_up()
    with scope.everything():
        assert services.draft_statements(period=PERIOD, by=account.desk.clerk, on=OVER) == []


def test_the_first_day_after_the_quarter_is_early_enough(account: Account) -> None:
    with scope.everything():
        assert services.draft_statements(period=PERIOD, by=account.desk.clerk, on=date(2025, 4, 1))


def test_two_people_issue_and_the_bank_reads_it_only_then(account: Account) -> None:
    made = account.drawn_up()
    checker = account.team.checker
    assert asks(checker, "statement", made.pk).status_code == 404
    with scope.everything():
        with pytest.raises(NotPermitted):
            services.issue_statements(seen={made.pk: 1}, by=account.desk.clerk, on=OVER)
        with pytest.raises(Stale):
            services.issue_statements(seen={made.pk: 7}, by=account.desk.finance_approver, on=OVER)
    page = asks(account.desk.finance_approver, "statements").content.decode()
    assert f'value="{made.pk}:{made.version}"' in page
    told = asks(account.desk.finance_approver, "statement_issue", statements=[f"{made.pk}:{made.version}"])
    assert "已签发 1 份对账单" in told.content.decode()
    assert make.fresh(made).state == State.ISSUED
    page = asks(checker, "statement", made.pk).content.decode()
    assert "300,000.00" in page and "/claims/?q=" in page and "/loans/?q=" in page, "each line leads to its case"
    with scope.everything():
        assert Notice.objects.filter(bank=account.team.pk, role=Role.BANK_CHECKER, key=f"statement:{made.pk}").exists()


@pytest.mark.draws
def test_the_bank_confirms_and_both_sides_stand_on_the_paper(account: Account) -> None:
    made = account.issued()
    page = asks(account.team.checker, "statement", made.pk).content.decode()
    assert "确认无误" in page
    assert "加盟银行复核人员" in page
    told = asks(account.team.checker, "statement_confirm", made.pk, version=made.version)
    assert "已确认，双方账目一致" in told.content.decode()
    made = make.fresh(made)
    assert (made.state, made.answered_by_id, made.answered_on) == (State.CONFIRMED, account.team.checker.pk, OVER)
    text = words_of_pdf(asks(account.team.maker, "statement_pdf", made.pk).content)
    assert "300,000.00" in text
    assert account.team.checker.display_name in text
    assert "第十条第三款第(三)项" in text
    with scope.everything():
        assert AccessLog.objects.filter(subject_id=made.pk, kind=AccessLog.Kind.DOWNLOAD).count() == 1


def test_the_workbook_adds_up_column_by_column(account: Account) -> None:
    made = account.issued()
    book = load_workbook(io.BytesIO(asks(account.team.maker, "statement_xlsx", made.pk).content))
    values = [[cell.value for cell in row] for row in book["明细"].iter_rows()]
    [totals] = [row[-3:] for row in values if row[0] == "合计"]
    assert [Decimal(str(value or 0)) for value in totals] == [Decimal(0), Decimal(100000), Decimal(0)]
    assert any("导出" in str(row[0]) for row in values), "who took it out stands on it"


def test_an_objection_leads_to_a_new_revision_and_the_old_one_stays(account: Account) -> None:
    old = account.disputed()
    assert (old.state, old.dispute) == (State.DISPUTED, "少记一笔返还")
    with scope.everything():
        new = services.redraw_statement(
            statement_id=old.pk, by=account.desk.clerk, on=OVER, version=old.version, reply="已逐笔核对"
        )
    assert (make.fresh(old).state, new.state, new.revision, new.reply) == (State.REPLACED, State.DRAFT, 2, "已逐笔核对")
    assert new.lines_hash == old.lines_hash
    assert asks(account.team.checker, "statement", old.pk).status_code == 200


def test_an_objection_says_why_and_only_the_checker_answers(account: Account) -> None:
    made = account.issued()
    with scope.bank_scope(account.team.pk):
        with pytest.raises(Refused) as refusal:
            services.dispute_statement(
                statement_id=made.pk, by=account.team.checker, on=OVER, version=made.version, reason=" "
            )
        assert (refusal.value.code, refusal.value.field) == ("reason_missing", "reason")
        with pytest.raises(NotPermitted):
            services.confirm_statement(statement_id=made.pk, by=account.team.maker, on=OVER, version=made.version)


def test_a_booking_that_comes_late_stops_the_issue(account: Account) -> None:
    """Drawn up on the second of April; a day later the clerk finds a receipt of the 31st of March."""
    made, later = account.drawn_up(), date(2025, 4, 3)
    reported(account.team, account.project.loan, "10000.00", received_on=date(2025, 3, 20), on=later)
    advice = account.project.returns()[-1]
    with scope.everything():
        advice = recovery.enter_return_receipt(
            return_id=advice.pk, amount=advice.amount, reference="HD2", received_on=date(2025, 3, 31),
            by=account.desk.clerk, on=later, version=advice.version,
        )  # fmt: skip
        recovery.confirm_return_receipt(
            return_id=advice.pk, by=account.desk.finance_approver, on=later, version=advice.version
        )
    page = asks(account.desk.finance_approver, "statement", made.pk).content.decode()
    assert "与资金账已不一致" in page
    with scope.everything(), pytest.raises(Refused) as refusal:
        services.issue_statements(seen={made.pk: made.version}, by=account.desk.finance_approver, on=OVER)
    assert refusal.value.code == "outdated"


def test_another_bank_does_not_know_of_it(account: Account) -> None:
    made, other = account.issued(), make.good_team("另一银行")
    for name in ("statement", "statement_pdf", "statement_xlsx"):
        assert asks(other.checker, name, made.pk).status_code == 404
    assert asks(other.checker, "statement_confirm", made.pk, version=made.version).status_code == 404
    with scope.bank_scope(other.pk):
        assert not Statement.objects.filter(pk=made.pk).exists()
    assert made.number not in asks(other.checker, "statements").content.decode()


def test_who_drew_it_up_cannot_issue_it_whatever_their_role_becomes(account: Account) -> None:
    made = account.drawn_up()
    clerk = account.desk.clerk
    with scope.everything():
        clerk.role = Role.FINANCE_APPROVER
        clerk.save()
        with pytest.raises(SamePerson):
            services.issue_statements(seen={made.pk: made.version}, by=clerk, on=OVER)


def test_figures_once_drawn_up_are_not_changed_by_anybody(account: Account) -> None:
    made = account.drawn_up()
    for change in ("closing = closing + 1, paid = paid + 1", "lines = '[]'", "ends_on = '2025-06-30'"):
        with scope.everything(), pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE evaluation_statement SET {change} WHERE id = %s", [made.pk])


def test_the_desks_know_what_waits(account: Account) -> None:
    account.drawn_up()
    home = Client()
    home.force_login(account.desk.finance_approver)
    assert "签发对账单" in home.get("/").content.decode()
    assert asks(person(Role.REGULATOR), "statements").status_code == 403


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        (date(2024, 1, 1), "2024Q1", date(2024, 1, 1), date(2024, 3, 31)),
        (date(2024, 12, 31), "2024Q4", date(2024, 10, 1), date(2024, 12, 31)),
    ],
)
def test_quarters(day: date, name: str, first: date, last: date) -> None:
    quarter = Quarter.of(day)
    assert (str(quarter), quarter.starts_on, quarter.ends_on) == (name, first, last)
    assert Quarter.parse(name) == quarter
