"""A bank over three per cent waits; new lending brings it back by itself, and the waiting decision goes through."""

from collections.abc import Callable
from datetime import date

import pytest

from claims.models import Claim
from pool import clock, scope
from pool.models import User
from tests.factories import claims as make
from tests.factories.banks import payee_account
from tests.factories.loans import as_csv, healthy_volume, loan_cells
from tests.factories.people import BankTeam, bank_team
from tests.journeys.acting import Album, Person

ARTICLE = "第十七条"
DECIDED_ON = date(2024, 12, 12)


@pytest.fixture
def team(committed_db: str) -> BankTeam:
    """Sixty-three million lent, two and a half of them non-performing: 3.97 %."""
    clock.set_day(make.ENTERED_ON)
    team = bank_team("湾区银行")
    healthy_volume(team, "60000000.00", make.ENTERED_ON)
    payee_account(team, make.ENTERED_ON)
    return team


def test_a_suspended_bank_comes_back_by_new_lending_and_its_claim_is_decided(
    team: BankTeam, somebody: Callable[[User | None], Person], album: Album
) -> None:
    desk = make.Desk()
    claim = make.reviewed_claim(team, desk)
    clock.set_day(DECIDED_ON)
    maker, checker, approver = somebody(team.maker), somebody(team.checker), somebody(desk.approver)

    maker.go(f"/claims/{claim.pk}/")
    maker.sees("暂停办理", ARTICLE)
    maker.go("/banks/own/")
    maker.sees("暂停办理", "恢复需减少不良", ARTICLE)
    album.keep(maker)

    review = f"/admin/claims/claim/{claim.pk}/change/"
    approver.go(review)
    approver.sees("暂停办理：可以初审，不能作出决定", ARTICLE, "计时停止")
    assert not approver.may_act("作出审核决定")
    album.keep(approver)

    the_bank_enters_new_loans(maker, checker)
    maker.go("/banks/own/")
    maker.sees("距暂停尚余")
    maker.does_not_see("暂停办理")
    album.keep(maker)

    approver.go(review)
    approver.does_not_see("暂停办理")
    approver.acts("作出审核决定", "通过", "恢复办理，同意补偿")
    approver.sees("审核通过")
    with scope.everything():
        assert Claim.objects.get(pk=claim.pk).state == Claim.State.APPROVED


def the_bank_enters_new_loans(maker: Person, checker: Person) -> None:
    large = {"principal": "20000000.00", "credit_line": "20000000.00", "other_balances": "0"}
    maker.go("/loans/uploads/new/")
    maker.upload("贷款项目录入表", as_csv([loan_cells(**large), loan_cells(**large)]), "新增贷款.csv")
    maker.sees("可入库")
    checker.go(maker.address)
    checker.confirm("复核并提交")
    checker.sees("已入库")
