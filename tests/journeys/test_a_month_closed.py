"""A month at the finance centre: its statement taken in, what a bank returned too much put right, the month closed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from pool import clock, scope
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.models import User
from recovery import account, matching, months
from recovery.models import AccountLine
from tests.factories import claims as make
from tests.factories.account import Moved, confirmed, csv_of, proposed
from tests.factories.recovery import Project, reported
from tests.journeys.acting import Album, Person

OVER = date(2025, 1, 3)


@pytest.mark.draws
def test_a_month_is_put_right_and_closed(
    committed_db: str,
    somebody: Callable[[User | None], Person],
    album: Album,
) -> None:
    team, desk = make.good_team(volume="100000000.00"), make.Desk()
    project = Project(team, desk, make.paid_claim(team, desk, balance="1000000.00", transferred=True))
    day = clock.today()
    reported(team, project.loan, "100000.00", received_on=day, on=day)
    (advice,) = project.returns()
    make.reach(OVER)
    clerk, approver = somebody(desk.clerk), somebody(desk.finance_approver)

    the_statement_is_taken_in(clerk, project, day)
    the_known_lines_are_explained(project)
    the_excess_is_put_right(clerk, approver, advice.number, album)
    for month in months_to_close():
        clerk.go(months.month_url(month))
        clerk.press("提出月结，交复核")
        clerk.sees("等待另一人复核")
        approver.go(months.month_url(month))
        approver.confirm("复核月结")
        approver.sees("已月结")
    album.keep(approver)
    balances = approver.reads_pdf("科目余额表 PDF")
    assert "400,000.00" in balances
    assert "50,000.00" in balances  # set off and paid back in January
    with scope.everything(), pytest.raises(Refused, match="已月结至 2024-12"):
        ledger.pay_fee(key="late", amount=Decimal("1.00"), on=date(2024, 12, 31), prepared_by=desk.clerk)
    call_command("verify", "--all")


def the_statement_is_taken_in(clerk: Person, project: Project, day: date) -> None:
    with scope.everything():
        known = account.unmatched_movements()
    said = [Moved(one.occurred_on, f"{one.amount:.2f}", one.reference, "对方") for one in known]
    said.append(Moved(max(day, said[-1].on), "50000.00", "HK9", project.team.bank.name, "返还"))
    clerk.go("/recovery/account/")
    clerk.press("导入流水")
    clerk.fill("查询截止日", "2024-12-31")
    clerk.upload("专户流水文件", csv_of(said), "流水.csv")
    clerk.sees("已导入")


def the_known_lines_are_explained(project: Project) -> None:
    """The budget's line, whose number of the bank the ledger does not know."""
    with scope.everything():
        waiting = list(account.open_lines())
    for line in waiting:
        with scope.everything():
            found = matching.likely(account.moved(line), account.unmatched_movements())
        if found:
            line = proposed(line, "vouchers", project.desk.clerk, OVER, vouchers=found[0].vouchers)
            confirmed(line, project.desk.finance_approver, OVER)


def the_excess_is_put_right(clerk: Person, approver: Person, advice: str, album: Album) -> None:
    with scope.everything():
        line = AccountLine.objects.get(amount=Decimal("50000.00"))
    page = line.get_absolute_url()
    clerk.go(page)
    clerk.choose("这笔流水是", "多返还或误汇入，先记待查款")
    clerk.fill("核对依据", "银行来电：多返还一万元")
    clerk.press("提交复核，复核后记账")
    approver.go(page)
    approver.confirm("复核通过")
    clerk.go(page)
    clerk.press("抵作这笔返还")
    clerk.sees(advice, "10,000.00")
    approver.go(page)
    approver.press(advice)
    approver.confirm("确认到账并记账")
    clerk.go(page)
    clerk.fill("退还金额", "10000")
    clerk.fill("退还依据", "银行更正函")
    clerk.press("提出退还，交复核")
    album.keep(clerk)
    approver.go("/recovery/account/suspense/")
    approver.sees("待复核", "10,000.00")
    album.keep(approver)


def months_to_close() -> list[date]:
    with scope.everything():
        return [one for one in months.months_with_vouchers() if months.last_day(one) < OVER]
