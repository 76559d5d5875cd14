"""What a bank does once its project stands in a plan: papers, money, recoveries, and each of the ways to the end."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from claims.models import Claim
from loans.models import Loan, Upload
from pool import clock, scope
from pool.ledger import services as ledger
from pool.models import User
from recovery.models import Return
from tests.factories import claims as make
from tests.factories.loans import entered_loan
from tests.factories.people import BankTeam
from tests.factories.recovery import Offices, good_team, project, recoveries_csv, recovery_cells
from tests.journeys.acting import Album, Person

PAPERS = ("账户确认函（加盖公章）", "收据（加盖财务章）", "经办人身份证复印件", "企业委托书")
Somebody = Callable[[User | None], Person]
FIRST, SECOND, THIRD = "333333.33", "333333.34", "333333.33"


@dataclass
class Case:
    """One project of one bank, and where its pages are."""

    somebody: Somebody
    album: Album
    team: BankTeam = field(default_factory=good_team)
    desk: make.Desk = field(default_factory=make.Desk)
    claim: Claim = field(init=False)
    place: str = ""

    @property
    def maker(self) -> Person:
        return self.somebody(self.team.maker)

    @property
    def checker(self) -> Person:
        return self.somebody(self.team.checker)

    @property
    def loan(self) -> Loan:
        with scope.everything():
            return Loan.objects.get(pk=self.claim.loan_id)

    @property
    def page(self) -> str:
        return f"/recovery/projects/{self.claim.loan_id}/"


@pytest.fixture
def case(committed_db: str, somebody: Somebody, album: Album) -> Case:
    return Case(somebody, album)


def days(count: int) -> date:
    """So many days go by, each with its work."""
    clock.advance(clock.today() + timedelta(days=count))
    return clock.today()


def test_from_the_plan_to_the_settled_accounts(case: Case) -> None:
    case.claim = make.cleared_claim(case.team, case.desk, balance="1000000.00")
    make.money(str(case.claim.amount), case.desk)
    make.issued_plan([case.claim], case.desk)
    the_papers_are_handed_in_against_the_clock(case)
    the_money_arrives(case)
    the_project_is_transferred(case)
    one_recovery_is_reported_by_form_and_two_by_file(case)
    every_return_is_received(case)
    the_settlement_is_applied_for_and_accepted(case)
    both_institutions_close_it(case)
    assert (case.loan.state, case.loan.library) == (Loan.State.CLOSED, Loan.Library.SETTLEMENT)
    every_invariant_holds()


def the_papers_are_handed_in_against_the_clock(case: Case) -> None:
    days(1)
    case.maker.go(f"/claims/{case.claim.pk}/")
    case.maker.press("拨款资料与拨付")
    case.maker.sees("还剩", *PAPERS)
    for item in PAPERS:
        case.maker.upload(item, make.pdf_bytes(), f"{item}.pdf")
    case.place = case.maker.address
    case.album.keep(case.maker)
    case.maker.cannot_press("复核并提交资料")
    case.checker.go(case.place)
    case.checker.confirm("复核并提交资料")
    case.checker.sees("市财政金融服务中心")


def the_money_arrives(case: Case) -> None:
    clerk, approver = case.somebody(case.desk.clerk), case.somebody(case.desk.finance_approver)
    clerk.go(case.place)
    clerk.confirm("资料收齐")
    clerk.confirm("经办拨付")
    approver.go(clerk.address)
    approver.confirm("复核并发出指令")
    days(1)
    clerk.go(clerk.address)
    clerk.fill("起息日期", clock.today().isoformat())
    clerk.fill("银行回单号", "HD20250301001")
    clerk.press("登记到账")
    approver.go(clerk.address)
    approver.confirm("确认到账并记账")
    approver.sees("核对：计划 = 拨付 = 记账", "一致")


def the_project_is_transferred(case: Case) -> None:
    case.checker.go(f"/claims/{case.claim.pk}/")
    case.checker.sees("转录")
    case.checker.confirm("转录入风险补偿项目库")
    assert (case.loan.state, case.loan.library) == (Loan.State.COMPENSATED, Loan.Library.COMPENSATION)


def one_recovery_is_reported_by_form_and_two_by_file(case: Case) -> None:
    maker, checker = case.maker, case.checker
    day = days(5)
    maker.go(case.page)
    maker.press("登记清收")
    maker.fill("收回日期", day.isoformat())
    maker.fill("收回金额", FIRST)
    maker.fill("其中：本金", FIRST)
    maker.press("保存，交复核")
    checker.go(case.page)
    checker.confirm("复核上报")
    checker.sees("133,333.33")
    rows = [recovery_cells(case.loan, amount, received_on=day, note=amount) for amount in (SECOND, THIRD)]
    rows.append(recovery_cells(case.loan, "0.01", received_on=day))
    maker.go("/recovery/recoveries/")
    maker.press("批量上报清收")
    maker.upload("清收上报表", recoveries_csv(rows), "2025Q1.csv")
    maker.sees("可上报", "暂缓", "其中本金超过尚未收回的本金 0.00 元。")
    case.album.keep(maker)
    checker.go(f"{maker.address}?rows=good")
    checker.sees("应返还 133,333.34 元", "应返还 133,333.33 元")
    checker.confirm("复核并提交")
    checker.sees("已上报")
    with scope.everything():
        assert Upload.objects.get(kind=Upload.Kind.RECOVERIES).rows_entered == 2
    checker.go(case.page)
    checker.sees("333,333.34", "400,000.00")
    case.album.keep(checker)


def every_return_is_received(case: Case) -> None:
    clerk, approver = case.somebody(case.desk.clerk), case.somebody(case.desk.finance_approver)
    with scope.everything():
        open_ = list(Return.objects.filter(claim=case.claim).order_by("instalment"))
    assert [str(one.amount) for one in open_] == ["133333.33", "133333.34", "133333.33"]
    case.maker.go("/recovery/returns/?state=due")
    case.maker.sees(*[one.number for one in open_])
    days(2)
    for one in open_:
        clerk.go(f"/recovery/returns/{one.pk}/")
        clerk.fill("到账金额", one.amount)
        clerk.fill("银行回单号", f"HD{one.number}")
        clerk.fill("到账日期", clock.today().isoformat())
        clerk.press("登记，交复核")
        approver.go(clerk.address)
        approver.confirm("确认到账并记账")
        approver.sees("已返还")
    with scope.everything():
        assert ledger.net_compensation(case.claim.pk) == 0


def the_settlement_is_applied_for_and_accepted(case: Case) -> None:
    maker, manager = case.maker, case.somebody(case.desk.reviewer)
    maker.go(case.page)
    maker.press("提出清收申请")
    maker.fill("处置完成日期", clock.today().isoformat())
    maker.fill("处置情况", "款项已全部收回，抵押物已解除查封。")
    maker.press("保存，交复核")
    case.checker.go(maker.address)
    case.checker.confirm("复核提交")
    manager.go(maker.address)
    manager.press("通过，转录清偿项目库")


def both_institutions_close_it(case: Case) -> None:
    manager, finance = case.somebody(case.desk.second_reviewer), case.somebody(case.desk.finance_approver)
    manager.go(case.page)
    manager.confirm("核账通过")
    finance.go(manager.address)
    finance.confirm("核账无误，结项")
    finance.sees("已结项")
    case.maker.go(case.page)
    case.maker.sees("已结项", "清偿项目库")
    case.album.keep(case.maker)


def test_an_upgraded_project_goes_back_and_its_compensation_is_refunded(case: Case) -> None:
    case.claim = project(case.team).claim
    day = days(3)
    maker, checker = case.maker, case.checker
    maker.go(f"/claims/{case.claim.pk}/")
    maker.press("申请上调转回")
    maker.choose("调整后分类", "正常")
    maker.fill("调整日期", day.isoformat())
    maker.fill("依据", "借款人已还清逾期本息，连续六个月正常还款")
    maker.press("保存，待复核")
    case.place = maker.address
    checker.go(case.place)
    checker.confirm("复核并提交")
    for user, legend in ((case.desk.reviewer, "同意转回"), (case.desk.approver, "批准")):
        someone = case.somebody(user)
        someone.go(case.place)
        someone.window.locator("input[type=radio][value=yes]").check()
        someone.fill("理由", "还款记录属实")
        someone.press("提交意见" if legend == "同意转回" else "作出决定")
    checker.go(case.place)
    checker.sees("400,000.00", "退回截止日")
    case.album.keep(checker)
    clerk, approver = case.somebody(case.desk.clerk), case.somebody(case.desk.finance_approver)
    days(2)
    clerk.go(case.place)
    clerk.fill("退回金额", "400,000.00")
    clerk.fill("到账日期", clock.today().isoformat())
    clerk.fill("银行回单号", "TK20250301001")
    clerk.press("登记收款")
    approver.go(case.place)
    approver.confirm("确认到账并记账")
    assert (case.loan.state, case.loan.library) == (Loan.State.ENTERED, Loan.Library.LOAN)
    with scope.everything():
        assert ledger.net_compensation(case.claim.pk) == 0
    every_invariant_holds()


def test_what_cannot_be_recovered_is_written_off_by_every_office_in_turn(case: Case) -> None:
    case.claim, offices = project(case.team).claim, Offices()
    day = days(3)
    maker, checker = case.maker, case.checker
    maker.go(case.page)
    maker.press("申请核销结项")
    maker.fill("核销或认定损失日期", day.isoformat())
    maker.fill("核销或认定损失金额", "1000000.00")
    maker.fill("责任认定情况", "已完成尽职调查，经办人员尽职免责。")
    maker.fill("结项事由", "借款人破产清算终结，无可供执行的财产。")
    maker.attach("核销证明材料", make.pdf_bytes(), "破产终结裁定书.pdf")
    maker.press("保存，交复核")
    case.place = maker.address
    checker.go(case.place)
    checker.confirm("复核提交")
    turns = ("审核通过，送金融中心", "复核无误，报主管部门", "批准，报监管执行部门", "批准", "结项")
    for user, button in zip(offices.in_order(), turns, strict=True):
        someone = case.somebody(user)
        someone.go(case.place)
        someone.presses_button(button)
    maker.go(case.place)
    maker.sees("已结项", "1,000,000.00")
    case.album.keep(maker)
    assert case.loan.state == Loan.State.CLOSED
    every_invariant_holds()


def test_loans_that_were_paid_off_are_closed_together(case: Case) -> None:
    entered_on = date(2024, 10, 10)
    clock.set_day(entered_on)
    loans = [
        entered_loan(case.team, entered_on, disbursed_on="2024-10-08", matures_on="2024-11-08") for _ in range(3)
    ]  # fmt: skip
    clock.advance(date(2024, 11, 20))
    maker, checker = case.maker, case.checker
    maker.go("/recovery/paid-off/")
    maker.sees(*[loan.loan_number for loan in loans])
    maker.window.get_by_label("全选").check()
    maker.sees("已选 3 笔")
    maker.window.get_by_label(loans[2].loan_number).uncheck()
    maker.sees("已选 2 笔")
    maker.fill("结清日期", "2024-11-08")
    case.album.keep(maker)
    maker.press("所选贷款登记结清，交复核")
    maker.sees("2 笔贷款已登记结清")
    checker.go("/recovery/paid-off/")
    checker.sees("已选 2 笔")
    checker.press("所选贷款复核结项")
    checker.sees("2 笔贷款已结项")
    case.album.keep(checker)
    with scope.everything():
        states = [Loan.objects.get(pk=loan.pk).state for loan in loans]
    assert states == [Loan.State.CLOSED, Loan.State.CLOSED, Loan.State.ENTERED]
    every_invariant_holds()


def every_invariant_holds() -> None:
    told = io.StringIO()
    call_command("verify", "--all", stdout=told)
    assert "不成立" not in told.getvalue(), told.getvalue()
