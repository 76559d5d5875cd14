"""Two projects of a bank: one sold through the registration centre, one silent. The quarter's desk follows both."""

from collections.abc import Callable
from datetime import date

from django.core.management import call_command

from pool import scope
from pool.models import Role, User
from recovery.models import Recovery, Return
from tests.factories import claims as make
from tests.factories.people import person
from tests.factories.recovery import Project, good_team, projects, received
from tests.journeys.acting import Album, Person

SOLD_ON, PAID_ON, AFTER_WINDOW = date(2025, 2, 20), date(2025, 2, 18), date(2025, 4, 28)
DESK = "/recovery/desk/?quarter=2025Q2"


def test_what_was_sold_is_shared_and_posted_and_the_silent_one_answers(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    team = good_team()
    sold, silent = projects(2, team=team, balance="300000.00")
    make.reach(SOLD_ON)
    with scope.everything():
        official = person(Role.MANAGER_REVIEWER)
    maker, checker, reviewer = (somebody(user) for user in (team.maker, team.checker, official))

    a_loan_is_sold(maker, checker, reviewer, sold, album)
    make.reach(AFTER_WINDOW)
    reviewer.go(DESK)
    reviewer.sees("已报未收：36,000.00 元逾期未到账", "未上报")
    reviewer.confirm("催报 2 个未上报项目")
    reviewer.sees("已就 2 个项目向银行催报")
    album.keep(reviewer)
    checker.go(f"/recovery/projects/{silent.claim.loan_id}/")
    checker.confirm("答复没有收回", "抵押物已进入司法拍卖，本季没有收回款项")
    checker.sees("抵押物已进入司法拍卖")
    with scope.everything():
        [advice] = Return.objects.filter(loan=sold.claim.loan_id)
    received(advice, sold.desk, AFTER_WINDOW)
    reviewer.go(DESK)
    reviewer.sees("未上报，银行已答复", "资金账的返还发生额一致：36,000.00 元")
    reviewer.does_not_see("已报未收：")
    album.keep(reviewer)
    call_command("verify", "--all")


def a_loan_is_sold(maker: Person, checker: Person, reviewer: Person, project: Project, album: Album) -> None:
    """90,000.00 at 40 %: what comes back to the pool is 36,000.00."""
    maker.go("/recovery/packages/new/")
    maker.fill("银登中心登记编号", "YD20250001")
    maker.fill("受让方", "深圳某资产管理有限公司")
    maker.fill("转让日期", PAID_ON)
    maker.fill("价款到账日期", PAID_ON)
    maker.fill("转让价款", "90000.00")
    maker.choose("分摊方法", "按未收回本金比例分摊")
    maker.fill("转让的借据", project.loan.loan_number)
    maker.upload("转让文件", make.pdf_bytes(), "合同.pdf", "保存，分摊价款")
    maker.sees("90,000.00", "等待本行复核报送")
    checker.go(maker.address)
    checker.confirm("复核无误，报送")
    reviewer.go(maker.address)
    reviewer.confirm("审核通过")
    reviewer.sees("价款已逐笔计入清收")
    album.keep(reviewer)
    with scope.everything():
        [row] = Recovery.objects.filter(loan=project.claim.loan_id)
        assert (row.state, row.amount) == (Recovery.State.SUBMITTED, row.package_item.share)
