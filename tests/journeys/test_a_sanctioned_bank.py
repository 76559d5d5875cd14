"""A bank filed false papers: proposed by the manager, decided by the authority, paid back with interest in parts."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from loans.models import Loan
from pool import registry, scope
from pool.models import Role, User
from recovery.models import Clawback
from tests.factories import claims as make
from tests.factories.people import person
from tests.factories.recovery import Project
from tests.journeys.acting import Album, Person

RATE = "3.65"


@pytest.mark.draws
def test_what_was_claimed_by_false_papers_comes_back_with_interest(
    committed_db: str,
    somebody: Callable[[User | None], Person],
    album: Album,
) -> None:
    team, desk = make.good_team(), make.Desk()
    project = Project(team, desk, make.paid_claim(team, desk, balance="1000000.00", transferred=True))
    decided_on = project.claim.paid_on + timedelta(days=10)
    make.reach(decided_on)
    with scope.everything():
        officials = [person(role) for role in (Role.MANAGER_STATISTICS, Role.AUTHORITY)]
    statistics, authority = (somebody(user) for user in officials)
    clerk, approver, checker = (somebody(user) for user in (desk.clerk, desk.finance_approver, team.checker))

    the_manager_proposes_and_names_the_project(statistics, project, decided_on, album)
    the_authority_decides(authority, album)
    the_bank_reads_the_decision(checker, project, album)
    money_comes_in(clerk, approver, "200400.00", decided_on)
    clerk.sees("200,000.00", "待缴付")
    album.keep(clerk)
    last_day = decided_on + timedelta(days=10)
    make.reach(last_day)
    money_comes_in(clerk, approver, "200200.00", last_day)
    approver.sees("已缴清")
    album.keep(approver)

    with scope.everything():
        assert Clawback.objects.get().state == Clawback.State.PAID
        assert Loan.objects.get(pk=project.loan.pk).state == Loan.State.CLOSED
        breaches = [breach for invariant in registry.invariants for breach in invariant.fn()]
    assert not breaches, breaches


def the_manager_proposes_and_names_the_project(statistics: Person, project: Project, on: date, album: Album) -> None:
    statistics.go(project.team.bank.get_absolute_url())
    statistics.press("提出违规处理")
    statistics.choose("违规情形", "提供虚假材料")
    statistics.fill("违规事实", "申请材料所附余额证明与核心系统不符，经核实系伪造。")
    statistics.fill("处理文号", "深工信处〔2024〕9号")
    statistics.choose("追回涉及项目的全部补偿资金及利息")
    statistics.fill("利息年利率（%）", RATE)
    statistics.fill("缴付期限", (on + timedelta(days=30)).isoformat())
    album.keep(statistics)
    statistics.press("保存")
    statistics.sees("还没有列入项目", "高新投统计")
    statistics.fill("涉及项目的借据号", project.loan.loan_number)
    statistics.press("列入项目")
    statistics.sees("400,000.00", "400.00", "主管部门")


def the_authority_decides(authority: Person, album: Album) -> None:
    authority.go("/")
    authority.sees("作出处理决定")
    authority.go("/recovery/sanctions/")
    authority.window.locator("tbody a").first.click()
    authority.sees("提供虚假材料", "第二十八条")
    album.keep(authority)
    authority.confirm("同意，作出处理决定", "事实清楚，证据充分")
    authority.sees("已作出处理决定")


def the_bank_reads_the_decision(checker: Person, project: Project, album: Album) -> None:
    checker.go("/recovery/sanctions/")
    checker.window.locator("tbody a").first.click()
    checker.sees("申请材料所附余额证明与核心系统不符", project.loan.loan_number)
    album.keep(checker)
    letter = checker.reads_pdf("处理决定书")
    assert "违规处理决定书" in letter
    assert "400,000.00" in letter
    assert "400.00" in letter
    checker.window.locator("tbody a").first.click()
    checker.sees("利息计算", "如在")


def money_comes_in(clerk: Person, approver: Person, amount: str, on: date) -> None:
    with scope.everything():
        address = Clawback.objects.get().get_absolute_url()
    clerk.go(address)
    clerk.fill("到账金额", amount)
    clerk.fill("银行回单号", f"ZH{on}")
    clerk.fill("到账日期", on.isoformat())
    clerk.press("登记，交复核")
    approver.go(address)
    approver.confirm("确认到账并记账")
    clerk.go(address)
