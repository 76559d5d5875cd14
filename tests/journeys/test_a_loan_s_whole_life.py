"""One loan from the bank's spreadsheet to its last day, each step by the person whose work it is, on their screen."""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from claims.models import Claim
from config.demo.lives import Life, facts_for_life
from config.demo.spreadsheets import as_xlsx
from evaluation.models import Report
from loans.models import Loan
from pool import clock, scope
from pool.ledger import services as ledger
from pool.models import Role, User
from tests.factories import claims as make
from tests.factories.banks import payee_account
from tests.factories.people import BankTeam, bank_team, person
from tests.journeys.acting import Album, Person, figures_of_xlsx
from tests.plugins.workers import Workers

ENTERED_ON = date(2024, 7, 2)
DETERMINED_ON = date(2024, 7, 8)
SUBMITTED_ON = date(2024, 7, 10)
DECIDED_ON = date(2024, 7, 12)
PUBLICITY_OVER = date(2024, 7, 24)
PAID_ON = date(2024, 7, 26)
BALANCE = "1,234,567.89"
AMOUNT = "493,827.16"
RECOVERED_ON = date(2024, 8, 5)
REPORTED_ON = date(2024, 10, 10)
DISPOSED_ON = date(2024, 10, 8)
RECOVERED = "333,333.33"
RETURNED = "133,333.33"
REPORT_MADE_ON = date(2025, 1, 2)
REPORT = "2024年下半年风险补偿资金池运行统计报告"
EVIDENCE = (
    "借款合同", "借款借据", "放款及资金流向凭证", "营业执照", "贷款风险分类认定材料", "不良本金余额证明", "信用报告",
)  # fmt: skip
PAPERS = ("账户确认函（加盖公章）", "收据（加盖财务章）", "经办人身份证复印件", "企业委托书")


@dataclass
class Journey:
    """Who takes part, and what they came to know on the way."""

    somebody: Callable[[User | None], Person]
    album: Album
    worker: Workers
    team: BankTeam = field(default_factory=lambda: bank_team("前海银行"))
    desk: make.Desk = field(default_factory=make.Desk)
    statistics: User = field(default_factory=lambda: person(Role.MANAGER_STATISTICS))
    regulator: User = field(default_factory=lambda: person(Role.REGULATOR))
    life: Life = field(default_factory=lambda: facts_for_life("worked_example", bank="B01", number=1))
    upload: str = ""
    loan_page: str = ""
    claim_page: str = ""
    plan_page: str = ""
    report_page: str = ""
    paper: str = ""

    @property
    def maker(self) -> Person:
        return self.somebody(self.team.maker)

    @property
    def checker(self) -> Person:
        return self.somebody(self.team.checker)

    @property
    def claim(self) -> Claim:
        with scope.everything():
            return Claim.objects.select_related("loan").get(loan__loan_number=self.life.iou_number)

    @property
    def project_page(self) -> str:
        return f"/recovery/projects/{self.loan.pk}/"

    @property
    def loan(self) -> Loan:
        with scope.everything():
            return Loan.objects.get(loan_number=self.life.iou_number)


@pytest.fixture
def journey(somebody: Callable[[User | None], Person], album: Album, real_worker: Workers) -> Journey:
    """What the portal leaves to the worker is done by one, in a process of its own."""
    clock.set_day(ENTERED_ON)
    found = Journey(somebody, album, real_worker)
    payee_account(found.team, ENTERED_ON)
    make.money("5000000.00", found.desk, ENTERED_ON)
    return found


@pytest.mark.draws
def test_a_loan_lives_its_whole_life_and_every_figure_of_it_agrees(journey: Journey) -> None:
    the_bank_enters_the_loan_from_a_spreadsheet(journey)
    the_bank_determines_it_non_performing(journey)
    the_bank_claims_with_every_document(journey)
    the_manager_reviews_and_decides_in_the_admin(journey)
    anybody_reads_the_publicity_without_signing_in(journey)
    the_authority_issues_the_plan_by_two_people(journey)
    the_bank_hands_in_the_payment_papers(journey)
    the_finance_centre_pays_by_two_people(journey)
    the_amount_is_the_same_to_the_fen_wherever_it_stands(journey)
    the_bank_transfers_the_project_to_the_compensation_library(journey)
    the_bank_reports_what_it_recovered(journey)
    the_finance_centre_receives_the_return_by_two_people(journey)
    the_manager_moves_it_to_the_settlement_library(journey)
    both_institutions_settle_the_accounts_and_close(journey)
    the_half_year_s_report_is_made_checked_and_issued(journey)
    the_regulator_s_copy_has_the_same_amounts(journey)
    whoever_holds_the_paper_can_check_it(journey)
    the_programs_of_the_bank_and_of_the_regulator_read_the_same_amounts(journey)
    every_invariant_holds()


def the_bank_enters_the_loan_from_a_spreadsheet(journey: Journey) -> None:
    maker, checker = journey.maker, journey.checker
    maker.go("/loans/")
    maker.press("上传贷款项目")
    maker.upload("贷款项目录入表", as_xlsx([journey.life.cells, *good_business()]), "2024Q2.xlsx")
    maker.sees("可入库", "本行复核人员")
    maker.sees(journey.life.iou_number)
    journey.upload = maker.address
    journey.album.keep(maker)
    checker.go(journey.upload)
    checker.confirm("复核并提交")
    checker.sees("已入库", "入库回执")
    assert "3,000,000.00" in checker.reads_pdf(".pdf")
    checker.press(journey.life.iou_number)
    checker.sees("在库")
    journey.loan_page = checker.address


def good_business() -> list[dict[str, object]]:
    """So much more lending that one bad loan leaves the bank under the line."""
    large = {"principal": Decimal("25000000.00"), "credit_line": Decimal("25000000.00")}
    return [{**facts_for_life("plain", bank="B01", number=number).cells, **large} for number in (2, 3)]


def the_bank_determines_it_non_performing(journey: Journey) -> None:
    maker, checker = journey.maker, journey.checker
    clock.advance(DETERMINED_ON)
    maker.go(journey.loan_page)
    maker.press("登记分类调整")
    maker.choose("调整为", "次级")
    maker.fill("该日本金余额", "1234567.89")
    maker.fill("分类依据", "本金逾期 91 天")
    maker.press("保存")
    maker.sees("待复核的分类调整", BALANCE)
    checker.go(journey.loan_page)
    checker.confirm("复核并提交")
    checker.sees("不良认定", "可以", AMOUNT)
    journey.album.keep(checker)


def the_bank_claims_with_every_document(journey: Journey) -> None:
    maker, checker = journey.maker, journey.checker
    clock.advance(SUBMITTED_ON)
    maker.go("/claims/claimable/")
    maker.press(journey.life.iou_number)
    maker.press("开始准备申请")
    maker.fill("信用报告出具日期", "2024-07-05")
    maker.fill("放款时点其他贷款余额", "2000000.00")
    maker.press("保存并核验")
    for number, item in enumerate(EVIDENCE, start=1):
        maker.upload(item, make.pdf_bytes(), f"{number}-{item}.pdf")
    maker.sees("各项条件均已通过", AMOUNT)
    maker.does_not_see("缺")
    journey.album.keep(maker)
    maker.press("查看申请页")
    journey.claim_page = maker.address
    maker.cannot_press("复核并提交申请")
    checker.go(journey.claim_page)
    checker.confirm("复核并提交申请")
    checker.sees("高新投初审", AMOUNT)


def the_manager_reviews_and_decides_in_the_admin(journey: Journey) -> None:
    reviewer, approver = journey.somebody(journey.desk.reviewer), journey.somebody(journey.desk.approver)
    number = journey.claim.number
    clock.advance(date(2024, 7, 11))
    reviewer.go("/admin/claims/claim/")
    reviewer.press(number)
    reviewer.sees("规则核验", AMOUNT, "第十六条")
    journey.album.keep(reviewer)
    reviewer.acts("提出初审意见", "通过")
    clock.advance(DECIDED_ON)
    approver.go(reviewer.address)
    approver.acts("作出审核决定", "通过", "材料齐全，同意按四成补偿")
    approver.sees("审核通过")
    journey.checker.go(journey.claim_page)
    journey.checker.sees("审核通过", "材料齐全，同意按四成补偿")


def anybody_reads_the_publicity_without_signing_in(journey: Journey) -> None:
    authority, anybody = journey.somebody(journey.desk.authority), journey.somebody(None)
    number = journey.claim.number
    authority.go("/claims/publicity/")
    authority.sees(number)
    authority.fill("公示标题", "二〇二四年第七批风险补偿项目公示")
    authority.press("发布公示")
    authority.sees("公示期满", "2024-07-23")
    anybody.go("/publicity/")
    anybody.opens_the_first_row()
    anybody.sees("二〇二四年第七批风险补偿项目公示", AMOUNT, "提出异议")
    journey.album.keep(anybody)


def the_authority_issues_the_plan_by_two_people(journey: Journey) -> None:
    drafter, signer = journey.somebody(journey.desk.authority), journey.somebody(journey.desk.second_authority)
    clock.advance(PUBLICITY_OVER)
    drafter.go("/claims/plans/")
    drafter.sees(journey.claim.number, AMOUNT)
    drafter.press("拟定资助计划")
    drafter.sees("主管部门另一名人员")
    drafter.cannot_press("签发下达")
    journey.plan_page = drafter.address
    signer.go(journey.plan_page)
    signer.press("签发下达")
    signer.sees("正式文件")
    assert AMOUNT in signer.reads_pdf(".pdf")
    with scope.everything():
        assert ledger.reserved_for(journey.claim.pk) == Decimal(journey.life.amount)
    journey.album.keep(signer)


def the_bank_hands_in_the_payment_papers(journey: Journey) -> None:
    maker, checker = journey.maker, journey.checker
    maker.go(journey.claim_page)
    maker.press("拨款资料与拨付")
    for item in PAPERS:
        maker.upload(item, make.pdf_bytes(), f"{item}.pdf")
    checker.go(maker.address)
    checker.confirm("复核并提交资料")
    checker.sees("核对拨款资料", "市财政金融服务中心")


def the_finance_centre_pays_by_two_people(journey: Journey) -> None:
    clerk, approver = journey.somebody(journey.desk.clerk), journey.somebody(journey.desk.finance_approver)
    clerk.go("/claims/packets/")
    clerk.go(journey.checker.address)
    clerk.confirm("资料收齐")
    clerk.confirm("经办拨付")
    clerk.sees(AMOUNT)
    clerk.cannot_press("复核并发出指令")
    approver.go(clerk.address)
    approver.confirm("复核并发出指令")
    clock.advance(PAID_ON)
    clerk.go(clerk.address)
    clerk.fill("起息日期", PAID_ON.isoformat())
    clerk.fill("银行回单号", "HD20240726001")
    clerk.press("登记到账")
    approver.go(clerk.address)
    approver.confirm("确认到账并记账")
    approver.sees("核对：计划 = 拨付 = 记账", "一致", AMOUNT)
    journey.album.keep(approver)


def the_amount_is_the_same_to_the_fen_wherever_it_stands(journey: Journey) -> None:
    claim, amount = journey.claim, Decimal(journey.life.amount)
    assert (claim.state, claim.amount) == (Claim.State.PAID, amount)
    with scope.everything():
        assert ledger.net_compensation(claim.pk) == amount
        assert ledger.balances()["cash"] == Decimal("5000000.00") - amount
        assert ledger.reserved_for(claim.pk) == 0
    journey.maker.go(journey.claim_page)
    journey.maker.sees(AMOUNT, "已拨付")


def the_bank_transfers_the_project_to_the_compensation_library(journey: Journey) -> None:
    journey.checker.go(journey.claim_page)
    journey.checker.confirm("转录入风险补偿项目库")
    journey.checker.go(journey.loan_page)
    journey.checker.sees("已补偿", "风险补偿项目库")
    assert (journey.loan.state, journey.loan.library) == (Loan.State.COMPENSATED, Loan.Library.COMPENSATION)


def the_bank_reports_what_it_recovered(journey: Journey) -> None:
    maker, checker = journey.maker, journey.checker
    clock.advance(REPORTED_ON)
    maker.go(journey.project_page)
    maker.press("登记清收")
    maker.fill("收回日期", RECOVERED_ON.isoformat())
    maker.fill("收回金额", "333333.33")
    maker.fill("其中：本金", "333333.33")
    maker.attach("凭证", make.pdf_bytes(), "收款回单.pdf")
    maker.press("保存，交复核")
    maker.cannot_press("复核上报")
    checker.go(journey.project_page)
    checker.confirm("复核上报")
    checker.sees(RECOVERED, RETURNED, AMOUNT)
    journey.album.keep(checker)


def the_finance_centre_receives_the_return_by_two_people(journey: Journey) -> None:
    clerk, approver = journey.somebody(journey.desk.clerk), journey.somebody(journey.desk.finance_approver)
    clerk.go("/recovery/returns/")
    clerk.sees(RETURNED)
    clerk.opens_the_first_row()
    clerk.fill("到账金额", "133333.33")
    clerk.fill("银行回单号", "HD20241010001")
    clerk.fill("到账日期", REPORTED_ON.isoformat())
    clerk.press("登记，交复核")
    approver.go(clerk.address)
    approver.confirm("确认到账并记账")
    approver.sees("已返还", RETURNED)
    with scope.everything():
        assert ledger.net_compensation(journey.claim.pk) == Decimal("360493.83")


def the_manager_moves_it_to_the_settlement_library(journey: Journey) -> None:
    maker, checker, manager = journey.maker, journey.checker, journey.somebody(journey.desk.reviewer)
    maker.go(journey.project_page)
    maker.press("提出清收申请")
    maker.fill("处置完成日期", DISPOSED_ON.isoformat())
    maker.fill("处置情况", "抵押物已拍卖，借款人无其他可供执行的财产。")
    maker.press("保存，交复核")
    checker.go(maker.address)
    checker.confirm("复核提交")
    manager.go(maker.address)
    manager.press("通过，转录清偿项目库")
    manager.go(journey.loan_page)
    manager.sees("已清偿", "清偿项目库")


def both_institutions_settle_the_accounts_and_close(journey: Journey) -> None:
    manager, finance = journey.somebody(journey.desk.second_reviewer), journey.somebody(journey.desk.finance_approver)
    manager.go(journey.project_page)
    manager.confirm("核账通过")
    manager.sees("待金融中心复核")
    finance.go(manager.address)
    finance.confirm("核账无误，结项")
    finance.sees("已结项", AMOUNT, RETURNED)
    journey.album.keep(finance)
    journey.maker.go(journey.loan_page)
    journey.maker.sees("已结项", "清偿项目库")
    journey.album.keep(journey.maker)
    assert (journey.loan.state, journey.loan.library) == (Loan.State.CLOSED, Loan.Library.SETTLEMENT)


def the_half_year_s_report_is_made_checked_and_issued(journey: Journey) -> None:
    """The job asks for it on the first working day of the new half-year, and the worker makes it."""
    clerk, approver = journey.somebody(journey.statistics), journey.somebody(journey.desk.approver)
    clock.set_day(REPORT_MADE_ON)
    clock.advance(REPORT_MADE_ON)
    with scope.everything():
        report = Report.objects.get(title=REPORT)
    clerk.go("/reports/")
    clerk.press(report.number)
    journey.worker.until(made(report), 60, "the report")
    clerk.sees("核对确认", AMOUNT, RETURNED, RECOVERED)
    clerk.cannot_press("核准并发布")
    clerk.confirm("核对确认")
    journey.report_page = clerk.address
    approver.go(journey.report_page)
    approver.confirm("核准并发布")
    approver.sees("已发布", "校验码")


def made(report: Report) -> Callable[[], bool]:
    def ask() -> bool:
        with scope.everything():
            return bool(Report.objects.filter(pk=report.pk).exclude(state=Report.State.REQUESTED).exists())

    return ask


def the_regulator_s_copy_has_the_same_amounts(journey: Journey) -> None:
    regulator = journey.somebody(journey.regulator)
    regulator.go("/reports/")
    regulator.sees(REPORT)
    regulator.go(journey.report_page)
    regulator.sees(AMOUNT, RETURNED, RECOVERED)
    journey.album.keep(regulator)
    journey.paper = paper = regulator.reads_pdf(".pdf")
    bank = [line for line in paper.splitlines() if journey.team.bank.short_name in line]
    for amount in (AMOUNT, RETURNED, RECOVERED):
        assert any(amount in line for line in bank), (amount, bank)
    pages = paper.rstrip("\f").split("\f")
    assert all("副本：" in page for page in pages) and REPORT in pages[0]
    table = regulator.downloads(".xlsx")
    claims = figures_of_xlsx(table, "风险补偿申请与拨付情况", journey.team.bank.short_name)
    assert claims["本期拨付金额（元）"] == Decimal(journey.life.amount)
    returns = figures_of_xlsx(table, "清收、返还与结项情况", journey.team.bank.short_name)
    assert returns["本期返还金额（元）"] == Decimal("133333.33")
    assert returns["本期清收金额（元）"] == Decimal("333333.33")
    assert (returns["期末待返还金额（元）"], returns["本期结项笔数"]) == (0, 1)


def whoever_holds_the_paper_can_check_it(journey: Journey) -> None:
    """The code is on the paper; the page gives the fingerprint of the original, which every copy's head names."""
    approver, anybody = journey.somebody(journey.desk.approver), journey.somebody(None)
    approver.go(journey.report_page)
    fingerprint = hashlib.sha256(approver.downloads(".pdf")).hexdigest()
    assert f"原件摘要 {fingerprint[:16]}" in journey.paper
    code = re.search(r"校验码\s*([0-9A-Z]{4}(?:-[0-9A-Z]{4}){2})", journey.paper)
    assert code is not None
    anybody.go("/reports/check/")
    anybody.fill("校验码", code[1])
    anybody.press("核验校验码")
    anybody.sees("校验码有效", REPORT, fingerprint)


def the_programs_of_the_bank_and_of_the_regulator_read_the_same_amounts(journey: Journey) -> None:
    bank = journey.maker.issues_token("本行信贷系统", "读取贷款", "读取补偿申请")
    [loan] = bank.asks(f"loans/?loan_number={journey.life.iou_number}")["results"]
    assert (loan["principal"], loan["state"], loan["library"]) == ("3000000.00", "closed", "settlement")
    assert bank.asks(f"loans/{loan['id']}/") == loan
    [claim] = bank.asks("claims/")["results"]
    assert (claim["loan"], claim["amount"], claim["npl_principal"]) == (loan["id"], journey.life.amount, "1234567.89")
    assert bank.asks(f"claims/{claim['id']}/") == claim
    bank.asks("reports/", status=403)
    regulator = journey.somebody(journey.regulator).issues_token("监管数据平台", "读取已发布的报告")
    [report] = regulator.asks("reports/")["results"]
    figures = regulator.asks(f"reports/{report['id']}/")["figures"]
    [row] = [row for row in figures["banks"] if row["code"] == journey.team.bank.code]
    for told in (row, figures["totals"]):
        assert told["paid"] == {"count": 1, "amount": claim["amount"]}
        assert told["returned"] == {"count": 1, "amount": "133333.33"}
        assert told["recovered"] == {"count": 1, "amount": "333333.33"}
    assert figures["closing"]["outstanding"] == "360493.83"
    regulator.asks("claims/", status=403)


def every_invariant_holds() -> None:
    told = io.StringIO()
    call_command("verify", "--all", stdout=told)
    assert "不成立" not in told.getvalue(), told.getvalue()
