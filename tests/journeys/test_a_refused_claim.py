"""A loan dearer than the rules allow: the bank is told before it claims, and again with the decision."""

from collections.abc import Callable
from datetime import date

import pytest

from claims.models import Claim
from config.demo.lives import facts_for_life
from config.demo.spreadsheets import form_cells
from loans.models import Loan
from pool import clock, scope
from pool.models import User
from tests.factories import claims as make
from tests.factories.loans import determine, entered_upload, loan_cells
from tests.factories.people import BankTeam, bank_team
from tests.journeys.acting import Album, Person

ENTERED_ON = date(2024, 7, 2)
SUBMITTED_ON = date(2024, 7, 10)
ARTICLE = "第十五条第(三)项"
LIMIT = "5.45%"


@pytest.fixture
def team(committed_db: str) -> BankTeam:
    """A bank with one loan at 5.46 % among much good business."""
    clock.set_day(ENTERED_ON)
    team = bank_team("前海银行")
    good = {"principal": "20000000.00", "credit_line": "20000000.00", "other_balances": "0"}
    days = {"disbursed_on": "2024-05-10", "matures_on": "2025-05-10"}
    dear = form_cells(facts_for_life("refused_rate", bank="B01", number=1).cells)
    entered_upload(team, [dear, *(loan_cells(**good, **days) for _ in range(5))], ENTERED_ON)
    with scope.everything():
        loan = Loan.objects.get(loan_number=dear["iou_number"])
    determine(team, loan, date(2024, 7, 8), "1900000.00")
    return team


@pytest.mark.draws
def test_a_bank_reads_before_and_after_by_which_article_its_claim_fails(
    team: BankTeam, somebody: Callable[[User | None], Person], album: Album
) -> None:
    clock.set_day(SUBMITTED_ON)
    desk = make.Desk()
    maker, checker = somebody(team.maker), somebody(team.checker)

    the_maker_sees_the_failing_article_before_there_is_a_claim(maker, album)
    the_maker_prepares_it_all_the_same(maker, album)
    checker.go(maker.address.replace("prepare/", ""))
    checker.confirm("复核并提交申请")
    checker.sees("高新投初审")

    reviewer, approver = somebody(desk.reviewer), somebody(desk.approver)
    with scope.everything():
        claim = Claim.objects.get(bank_id=team.pk)
    reviewer.go("/admin/claims/claim/")
    reviewer.press(claim.number)
    reviewer.sees(LIMIT, ARTICLE)
    reviewer.acts("提出初审意见", "不通过")
    approver.go(reviewer.address)
    approver.acts("作出审核决定", "不通过", "年利率 5.46% 高于上限，不符合补偿条件")
    approver.sees("审核不通过")
    album.keep(approver)

    the_bank_reads_the_decision_with_its_article(maker, claim, album)


def the_maker_sees_the_failing_article_before_there_is_a_claim(maker: Person, album: Album) -> None:
    maker.go("/claims/claimable/")
    maker.sees(ARTICLE, "0.00")
    maker.opens_the_first_row()
    maker.sees("为什么不能", "不符合条件", LIMIT, ARTICLE, "有条款未通过时仍可提交")
    album.keep(maker)


def the_maker_prepares_it_all_the_same(maker: Person, album: Album) -> None:
    maker.press("开始准备申请")
    maker.fill("信用报告出具日期", "2024-07-05")
    maker.press("保存并核验")
    for item in ("借款合同", "借款借据", "放款及资金流向凭证", "营业执照", "贷款风险分类认定材料", "不良本金余额证明"):
        maker.upload(item, make.pdf_bytes(), f"{item}.pdf")
    maker.sees("缺")
    album.keep(maker)
    maker.upload("信用报告", make.pdf_bytes(), "信用报告.pdf")
    maker.does_not_see("缺")
    maker.sees(ARTICLE, "0.00")


def the_bank_reads_the_decision_with_its_article(maker: Person, claim: Claim, album: Album) -> None:
    maker.go(f"/claims/{claim.pk}/")
    maker.sees("审核不通过", "年利率 5.46% 高于上限", ARTICLE, LIMIT)
    maker.sees("可申请复核一次", "（含当日）")
    album.keep(maker)
    letter = maker.reads_pdf("审核结果告知书")
    assert "5.46" in letter
    assert "第十五条" in letter
