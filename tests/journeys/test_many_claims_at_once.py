"""An afternoon with several claims: begun together, saved while they are typed, signed off together."""

import re
from collections.abc import Callable

from playwright.sync_api import expect
from weasyprint import HTML

from claims import selectors
from claims.models import Claim
from loans.models import Loan
from pool import scope
from pool.models import User
from tests.factories import claims as make
from tests.factories.people import BankTeam
from tests.journeys.acting import PATIENCE_MS, Album, Person

PAPER = HTML(string="<h1>Loan contract</h1>").write_pdf()
"""A document that a browser's own reader opens."""


def test_a_maker_begins_several_and_the_checker_files_them_at_one_desk(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    team = make.good_team()
    loans = [make.npl_loan(team) for _ in range(2)]
    make.drafted_claim(team)
    make.drafted_claim(team, without=["iou"])
    make.reach(make.SUBMITTED_ON)
    maker, checker = somebody(team.maker), somebody(team.checker)
    the_maker_begins(maker, loans, album)
    the_maker_prepares(maker, loans[0], team, album)
    the_checker_signs_off(checker, album)
    with scope.everything():
        states = sorted(Claim.objects.values_list("state", flat=True))
    assert states == ["draft", "draft", "submitted", "submitted"]


def the_maker_begins(maker: Person, loans: list[Loan], album: Album) -> None:
    maker.go("/claims/claimable/")
    every = maker.window.get_by_label("全选")
    every.check()
    maker.sees("已选 2 笔")
    album.keep(maker)
    maker.press("为所选贷款起草申请")
    maker.sees("已起草 2 笔补偿申请", *[loan.loan_number for loan in loans])


def the_maker_prepares(maker: Person, loan: Loan, team: BankTeam, album: Album) -> None:
    """What is typed is there after the page was closed; each paper is sent as it is chosen."""
    with scope.everything():
        claim = Claim.objects.get(loan=loan)
        items = {item: selectors.evidence_label(item) for item in selectors.evidence_items(loan)}
    maker.go(f"/claims/{claim.pk}/prepare/")
    maker.fill("信用报告出具日期", "2024-12-06")
    maker.fill("放款时点其他贷款余额", "1,000,000")
    maker.sees("已自动保存")
    maker.go(f"/claims/{claim.pk}/prepare/")
    expect(maker.field("放款时点其他贷款余额")).to_have_value("1000000.00")
    for item, label in items.items():
        chosen = maker.window.locator(f"#file-{item}")
        with maker.window.expect_navigation(timeout=PATIENCE_MS):
            chosen.set_input_files({"name": f"{label}.pdf", "mimeType": "application/pdf", "buffer": PAPER})
        maker.sees("材料已上传")
    maker.opens("预览")
    expect(maker.window.locator("details.look[open] iframe")).to_have_attribute("src", re.compile(r"\?inline$"))
    maker.sees("各项条件均已通过")
    album.keep(maker)


def the_checker_signs_off(checker: Person, album: Album) -> None:
    checker.go("/claims/desk/")
    checker.sees("材料齐备，可以提交", "已选 2 笔", "还不能由您提交", "缺：")
    album.keep(checker)
    checker.press("提交所选申请")
    checker.sees("已提交 2 笔补偿申请", "没有可以提交的申请")
    album.keep(checker)
