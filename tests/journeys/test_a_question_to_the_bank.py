"""The reviewer asks the bank, two of its people answer, and the thirty days have moved by exactly the wait (20(1))."""

from collections.abc import Callable
from datetime import date

from django.core.management import call_command

from claims.models import Claim
from pool import scope
from pool.models import User
from tests.factories import claims as make
from tests.journeys.acting import Album, Person

ASKED, ANSWERED = date(2024, 12, 12), date(2024, 12, 18)
BEFORE, AFTER = "2025-01-09", "2025-01-15"
PAPER, REPLY = "放款及资金流向凭证", "贷款资金受托支付给原材料供应商，凭证附后"


def test_a_question_to_the_bank(committed_db: str, somebody: Callable[[User | None], Person], album: Album) -> None:
    team, desk = make.good_team("前海银行"), make.Desk()
    claim = make.submitted_claim(team)
    make.reach(ASKED)
    reviewer, maker, checker = somebody(desk.reviewer), somebody(team.maker), somebody(team.checker)

    the_reviewer_asks_in_canned_words(reviewer, claim, album)
    make.reach(ANSWERED)
    the_maker_writes_and_drops_the_paper(maker, claim, album)
    the_checker_sends_it(checker, claim)
    the_reviewer_goes_on(reviewer, claim, album)
    with scope.everything():
        assert Claim.objects.get().decide_by is not None
    call_command("verify", "--all")


def the_reviewer_asks_in_canned_words(reviewer: Person, claim: Claim, album: Album) -> None:
    reviewer.go(f"/admin/claims/claim/{claim.pk}/change/")
    reviewer.sees(BEFORE)
    reviewer.opens("向银行询问")
    reviewer.opens("常用询问")
    form = reviewer.window.locator("form[action$='/ask/']")
    form.locator("li").filter(has_text="资金的最终去向").get_by_role("button").click()
    assert "第十五条第(二)项" in form.locator("textarea").input_value()
    assert form.get_by_label(PAPER).is_checked()
    with reviewer.window.expect_navigation():
        form.locator("input[type=submit]").click()
    reviewer.sees("询问已发送银行", "2024-12-19", "银行经办", "计时停止")
    assert not reviewer.may_act("提出初审意见")
    album.keep(reviewer)


def the_maker_writes_and_drops_the_paper(maker: Person, claim: Claim, album: Album) -> None:
    maker.go("/")
    maker.press("待答复的审核询问")
    maker.press(claim.number)
    maker.sees("资金的最终去向", "还剩 1 个工作日")
    maker.window.get_by_label(PAPER).set_input_files(
        {"name": "受托支付凭证.pdf", "mimeType": "application/pdf", "buffer": make.pdf_bytes()}
    )
    maker.sees("材料已上传", "受托支付凭证.pdf")
    maker.fill("答复内容", REPLY)
    album.keep(maker)
    maker.press("保存答复，交复核人员提交")
    maker.sees("待复核人员提交")
    maker.cannot_press("复核并提交答复")


def the_checker_sends_it(checker: Person, claim: Claim) -> None:
    checker.go("/claims/questions/?state=prepared")
    checker.press(claim.number)
    checker.confirm("复核并提交答复")
    checker.sees("审核期限恢复计算")
    checker.press("查看申请页")
    checker.sees("高新投初审", AFTER)


def the_reviewer_goes_on(reviewer: Person, claim: Claim, album: Album) -> None:
    reviewer.go(f"/admin/claims/claim/{claim.pk}/change/")
    reviewer.sees(REPLY, "受托支付凭证.pdf", AFTER)
    album.keep(reviewer)
    reviewer.acts("提出初审意见", "通过")
    reviewer.sees("初审意见已提交")
