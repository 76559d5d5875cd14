"""A quarter's statement of account: drawn up, issued, disputed, drawn up anew, confirmed by both sides."""

from collections.abc import Callable
from datetime import date

import pytest

from evaluation.models import Statement
from pool import scope
from pool.models import User
from tests.factories import claims as make
from tests.factories.recovery import Project, received, reported
from tests.journeys.acting import Album, Person

BACK, OVER = date(2025, 2, 24), date(2025, 4, 2)


@pytest.mark.draws
def test_both_sides_end_with_the_same_figures(
    committed_db: str,
    somebody: Callable[[User | None], Person],
    album: Album,
) -> None:
    team, desk = make.good_team(volume="100000000.00"), make.Desk()
    project = Project(team, desk, make.paid_claim(team, desk, balance="1000000.00", transferred=True))
    reported(team, project.loan, "250000.00", received_on=date(2025, 2, 20), on=BACK)
    received(project.returns()[0], desk, BACK)
    make.reach(OVER)
    clerk, approver, checker = (somebody(user) for user in (desk.clerk, desk.finance_approver, team.checker))

    the_clerk_draws_up(clerk)
    the_approver_issues(approver, album)
    checker.go("/reports/statements/")
    checker.window.locator("tbody a").first.click()
    checker.sees("400,000.00", "100,000.00", "300,000.00", "加盟银行复核人员")
    album.keep(checker)
    checker.confirm("提出异议", "2月返还的回单号与本行不符")
    clerk.go(checker.address)
    clerk.sees("2月返还的回单号与本行不符")
    clerk.confirm("重新编制", "回单号已核对，金额无误")
    the_approver_issues(approver, album)
    checker.go(clerk.address)
    checker.sees("回单号已核对，金额无误")
    checker.confirm("确认无误")
    checker.sees("双方已确认")
    album.keep(checker)
    paper = checker.reads_pdf("PDF")
    assert "双方已确认" in paper
    assert "300,000.00" in paper
    with scope.everything():
        states = list(Statement.objects.order_by("revision").values_list("revision", "state"))
    assert states == [(1, "replaced"), (2, "confirmed")]


def the_clerk_draws_up(clerk: Person) -> None:
    clerk.go("/reports/statements/")
    clerk.press("编制对账单")
    clerk.press("编制")
    clerk.sees("已编制 1 份对账单", "2025Q1")


def the_approver_issues(approver: Person, album: Album) -> None:
    approver.go("/reports/statements/")
    approver.sees("待签发", "已选 1 份")
    album.keep(approver)
    approver.press("签发所选对账单")
    approver.sees("已签发 1 份对账单")
