"""A loan entered after its window: kept, marked from the first page on, and never compensated."""

from collections.abc import Callable
from datetime import date

from config.demo.lives import facts_for_life
from config.demo.spreadsheets import as_xlsx
from loans.models import Loan
from pool import clock, scope
from pool.models import User
from tests.factories.people import bank_team
from tests.journeys.acting import Album, Person

DISBURSED_ON = date(2024, 5, 10)
WINDOW_CLOSED_ON = "2024-07-19"
UPLOADED_ON = date(2024, 8, 1)
DETERMINED_ON = date(2024, 9, 2)
ARTICLE = "第十三条"


def test_a_late_loan_is_kept_and_each_page_says_that_it_is_never_compensated(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    clock.set_day(UPLOADED_ON)
    team = bank_team("迟到银行")
    maker, checker = somebody(team.maker), somebody(team.checker)
    life = facts_for_life("plain", bank="B01", number=1, disbursed_on=DISBURSED_ON)

    maker.go("/loans/uploads/new/")
    maker.upload("贷款项目录入表", as_xlsx([life.cells]), "迟到.xlsx")
    maker.sees("逾期录入", "保留并标记，不予补偿", "第十九条第(一)项")
    album.keep(maker)

    checker.go(maker.address)
    checker.sees("其中 1 行已过录入截止日", ARTICLE)
    checker.confirm("复核并提交")
    checker.sees("已入库")
    checker.press(life.iou_number)
    checker.sees("逾期录入", f"晚于录入截止日 {WINDOW_CLOSED_ON}", ARTICLE)
    with scope.everything():
        assert Loan.objects.get(loan_number=life.iou_number).entered_late

    clock.set_day(DETERMINED_ON)
    maker.go(checker.address)
    maker.press("登记分类调整")
    maker.choose("调整为", "可疑")
    maker.fill("该日本金余额", "1800000.00")
    maker.fill("分类依据", "借款人停业")
    maker.press("保存")
    checker.go(maker.address)
    checker.confirm("复核并提交")
    checker.sees("不符合条件", "为什么不能", ARTICLE)
    checker.does_not_see("提交风险补偿申请")
    album.keep(checker)

    maker.go("/claims/claimable/")
    maker.does_not_see("符合条件")
    maker.go(checker.address.replace("/loans/", "/claims/loans/") + "new/")
    maker.sees("不符合条件", ARTICLE, "0.00")
    album.keep(maker)
