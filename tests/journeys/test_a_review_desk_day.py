"""A day at the manager's review desk: one takes a claim, one keeps away, several are passed at one press, a letter."""

import re
from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from claims.models import Claim, Desk, Review
from pool import scope
from pool.models import AuditEvent, User
from tests.factories import claims as make
from tests.factories.words import credit_code
from tests.journeys.acting import Album, Person, words_of_pdf

QUEUE = "/admin/claims/claim/"
SHARED = credit_code(88_001)


@pytest.mark.draws
def test_a_day_at_the_review_desk(committed_db: str, somebody: Callable[[User | None], Person], album: Album) -> None:
    team, other, desk = make.good_team("前海银行"), make.good_team("后海银行"), make.Desk()
    first = make.submitted_claim(team, credit_code=SHARED)
    second = make.submitted_claim(other, credit_code=SHARED)
    make.reach(make.after(make.SUBMITTED_ON, 1))
    reviewer, colleague = somebody(desk.reviewer), somebody(desk.second_reviewer)
    approver = somebody(desk.approver)

    a_reviewer_takes_one_and_says_pass(reviewer, first, second, album)
    a_colleague_keeps_away_from_the_other(colleague, second)
    the_approver_takes_what_was_passed_and_shares_out_the_rest(approver, desk, first, second, album)
    the_reviewer_says_pass_to_what_was_given(reviewer, second)
    the_approver_passes_both_at_one_press(approver, first, second, album)
    the_letter_says_what_was_found(approver, first)
    with scope.everything():
        assert {claim.state for claim in Claim.objects.all()} == {Claim.State.APPROVED}
        assert AuditEvent.objects.filter(action="claims.approve").count() == 2
        assert {row.by_id for row in Review.objects.filter(stage=Desk.APPROVER)} == {desk.approver.pk}
    call_command("verify", "--all")


def a_reviewer_takes_one_and_says_pass(reviewer: Person, claim: Claim, alike: Claim, album: Album) -> None:
    reviewer.go(QUEUE)
    reviewer.sees("在办情况", "未分办的申请 2 笔")
    reviewer.press(claim.number)
    reviewer.sees("全库比对", "后海银行", alike.number, "初审未分办")
    album.keep(reviewer)
    reviewer.presses_button("由我承办")
    reviewer.sees("已由您承办")
    reviewer.acts("提出初审意见", "通过")
    reviewer.sees("初审意见已提交", "均无变化")


def a_colleague_keeps_away_from_the_other(colleague: Person, claim: Claim) -> None:
    colleague.go(f"{QUEUE}{claim.pk}/change/")
    colleague.opens("申请回避")
    form = colleague.window.locator("details.review-act form[action$='/recuse/']")
    form.locator("textarea[name=reason]").fill("本人与借款企业有关联关系")
    with colleague.window.expect_navigation():
        form.locator("input[type=submit]").click()
    colleague.sees("已登记回避", "已回避人员")
    assert not colleague.may_act("提出初审意见")


def the_approver_takes_what_was_passed_and_shares_out_the_rest(
    approver: Person, desk: make.Desk, passed: Claim, claim: Claim, album: Album
) -> None:
    approver.go(f"{QUEUE}{passed.pk}/change/")
    approver.presses_button("由我承办")
    approver.go(QUEUE)
    approver.sees("未分办的申请 1 笔")
    approver.confirm("平均分办")
    approver.sees("平均分办给 1 人", "没有未分办的申请")
    album.keep(approver)
    with scope.everything():
        given = claim.assignments.get(ended_on__isnull=True)
    assert given.person == desk.reviewer


def the_reviewer_says_pass_to_what_was_given(reviewer: Person, claim: Claim) -> None:
    reviewer.go(f"{QUEUE}?holder=me")
    reviewer.press(claim.number)
    reviewer.acts("提出初审意见", "通过")


def the_approver_passes_both_at_one_press(approver: Person, first: Claim, second: Claim, album: Album) -> None:
    approver.go(QUEUE)
    approver.press("批量终审")
    approver.sees(first.number, second.number, "已选 2 笔")
    album.keep(approver)
    approver.presses_button("核对金额并确认")
    approver.sees("补偿金额合计 2,000,000.00 元", first.number, second.number)
    album.keep(approver)
    approver.presses_button("审核通过所列申请")
    approver.sees("已审核通过 2 笔，补偿金额合计 2,000,000.00 元", "没有可以批量终审的申请")


def the_letter_says_what_was_found(approver: Person, claim: Claim) -> None:
    approver.go(f"{QUEUE}{claim.pk}/change/")
    link = approver.window.get_by_role("link").filter(has_text=re.compile("审核意见书"))
    expect(link).to_be_visible()
    text = words_of_pdf(approver.downloads("审核意见书"))
    assert "审核意见书" in text and "1,000,000.00" in text and "同意初审意见" in text
