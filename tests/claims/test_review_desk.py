"""The approver: what changed since the opinion, several decided at one press, the letter written from the ticks."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from claims import services
from claims.models import Claim, Review
from claims.services.together import Outcome
from pool import caller, scope
from pool.errors import NotPermitted, Refused
from pool.models import AuditEvent, User
from pool.sure import NotSure
from tests.claims.conftest import Stage
from tests.claims.test_admin import act, client_of
from tests.claims.test_assignment import THEN, assign, opine, recuse, run, seen
from tests.factories import claims as make
from tests.journeys.acting import words_of_pdf

pytestmark = pytest.mark.django_db


def review_page(person: User, claim: Claim) -> str:
    return client_of(person).get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()


def changes(html: str) -> str:
    """The card that tells what has changed."""
    return html.split('id="changes"')[1].split("</section>")[0]


def approve(claims: list[Claim], by: User, versions: dict[UUID, int] | None = None, reason: str = "同意") -> Outcome:
    wanted = {claim.pk: make.fresh(claim).version for claim in claims} | (versions or {})
    with scope.everything():
        return services.approve_claims(seen=wanted, by=by, on=THEN, reason=reason)


# ---- what changed since the opinion


def test_nothing_changed_is_said(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    assert "均无变化" in changes(review_page(stage.desk.approver, claim))


def test_an_opinion_keeps_what_was_seen(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    kept = seen(lambda: Review.objects.get(claim=claim)).seen
    assert (kept["amount"], kept["ratio"], kept["eligible"]) == ("1000000.00", "0.40", True)
    assert kept["facts"]["npl_principal"] == "2500000.00"
    assert len(kept["evidence"]) == 7


def test_changed_facts_findings_and_amount_are_shown_side_by_side(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    run(services.correct_facts, claim, stage.desk.reviewer, THEN, corrections_={"other_balances": "2000000.01"},
        reason="以信用报告为准")  # fmt: skip
    told = changes(review_page(stage.desk.approver, claim))
    assert "均无变化" not in told
    for words in (
        "其他贷款余额",
        "1,000,000.00",
        "2,000,000.01",
        "补偿比例",
        "40%",
        "30%",
        "750,000.00",
        "基础补偿比例",
    ):
        assert words in told
    assert "营业收入" not in told


def test_papers_that_came_back_are_told_by_name(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    run(services.decide, claim, stage.desk.approver, THEN, decision="return", reason="请补正借据")
    with scope.bank_scope(stage.team.pk):
        services.add_evidence(
            claim_id=claim.pk, item="iou", upload=make.pdf_bytes(), name="借据（补）.pdf", by=stage.team.maker, on=THEN
        )
        services.submit_claim(claim_id=claim.pk, by=stage.team.checker, on=THEN, version=make.fresh(claim).version)
    told = changes(review_page(stage.desk.reviewer, claim))
    assert "借款借据" in told and "借据（补）.pdf" in told and "iou.pdf" in told
    assert "借款合同" not in told


def test_the_keys_lead_through_the_queue_and_the_page(stage: Stage) -> None:
    first, taken, last = [make.submitted_claim(stage.team, balance="100000.00") for _ in range(3)]
    assign(taken, stage.desk.approver, stage.desk.second_reviewer)
    page = review_page(stage.desk.reviewer, first)
    assert f'{reverse("admin:claims_claim_change", args=[last.pk])}" accesskey="j"' in page
    assert 'accesskey="k"' not in page
    page = review_page(stage.desk.reviewer, last)
    assert f'{reverse("admin:claims_claim_change", args=[first.pk])}" accesskey="k"' in page
    assert 'accesskey="j"' not in page
    for place in ("checklist", "evidence", "acts"):
        assert f'href="#{place}"' in page and f'id="{place}"' in page


# ---- several at one press


def test_several_are_approved_each_by_its_own_decision(stage: Stage) -> None:
    claims = [make.reviewed_claim(stage.team, stage.desk, balance="100000.00") for _ in range(3)]
    outcome = approve(claims, stage.desk.approver)
    assert (len(outcome.done), outcome.refused) == (3, [])
    with scope.everything():
        assert AuditEvent.objects.filter(action="claims.approve").count() == 3
        rows = Review.objects.filter(stage="approver")
        assert {row.claim_id for row in rows} == {claim.pk for claim in claims}
        assert {row.by for row in rows} == {stage.desk.approver}
    assert {make.fresh(claim).state for claim in claims} == {Claim.State.APPROVED}


def test_those_that_cannot_are_told_one_by_one(stage: Stage) -> None:
    given = {"balance": "100000.00"}
    good, stale, taken, away = [make.reviewed_claim(stage.team, stage.desk, **given) for _ in range(4)]
    unwilling = make.reviewed_claim(stage.team, stage.desk, opinion="refuse", **given)
    failing = make.reviewed_claim(stage.team, stage.desk, balances="27000000.01", **given)
    early = make.submitted_claim(stage.team, **given)
    assign(taken, stage.desk.approver, stage.desk.second_approver)
    recuse(away, stage.desk.approver)
    outcome = approve(
        [good, stale, taken, away, unwilling, failing, early], stage.desk.approver, {stale.pk: stale.version - 1}
    )
    assert [claim.pk for claim in outcome.done] == [good.pk]
    assert {name: no.code for name, no in outcome.refused} == {
        stale.number: "stale",
        taken.number: "given_to_another",
        away.number: "recused",
        unwilling.number: "opinion_not_pass",
        failing.number: "not_eligible",
        early.number: "opinion_not_pass",
    }
    assert make.fresh(stale).state == Claim.State.REVIEWING


def test_only_an_approver_who_proved_who_they_are_decides_several(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    for by in (stage.desk.reviewer, stage.desk.authority, stage.team.checker):
        with pytest.raises(NotPermitted):
            approve([claim], by)
    with pytest.raises(Refused) as refusal:
        approve([], stage.desk.approver)
    assert refusal.value.code == "nothing_chosen"
    caller.say_sure(False)
    try:
        with pytest.raises(NotSure):
            approve([claim], stage.desk.approver)
    finally:
        caller.say_sure(True)
    assert make.fresh(claim).state == Claim.State.REVIEWING


def test_the_page_lists_what_may_be_ticked_then_asks_once_more(stage: Stage) -> None:
    good, other = [make.reviewed_claim(stage.team, stage.desk, balance="100000.00") for _ in range(2)]
    bad = make.reviewed_claim(stage.team, stage.desk, opinion="refuse", balance="100000.00")
    client, address = client_of(stage.desk.approver), reverse("admin:claims_claim_approve_many")
    page = client.get(address).content.decode()
    ready, rest = page.split('id="others"')
    assert good.number in ready and other.number in ready and bad.number not in ready
    assert "不是“通过”" in rest
    ticked = {"claims": [f"{good.pk}:{good.version}", f"{other.pk}:{other.version - 1}"]}
    sure = client.get(address, ticked).content.decode()
    assert good.number in sure and "40,000.00" in sure and other.number not in sure
    assert "有 1 笔已被他人办理" in sure
    key = sure.split('name="form_key" value="')[1].split('"')[0]
    given: dict[str, Any] = {"claims": [f"{good.pk}:{good.version}"], "reason": "同意", "form_key": key}
    assert client.post(address, given, follow=True).status_code in {200, 403}


# ---- the letter


def letter(person: User, claim: Claim, round_: str = "first") -> str:
    answer = client_of(person).get(reverse("admin:claims_claim_letter", args=[claim.pk, round_]))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return words_of_pdf(answer.content)


@pytest.mark.draws
def test_the_letter_says_what_was_found_verified_reckoned_and_said(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    run(services.correct_facts, claim, stage.desk.reviewer, corrections_={"npl_principal": "1234567.89"},
        reason="以余额证明为准")  # fmt: skip
    opine(claim, stage.desk.reviewer)
    assert "送审稿" in letter(stage.desk.approver, claim)
    run(services.decide, claim, stage.desk.approver, THEN, decision="pass", reason="同意补偿")
    text = letter(stage.desk.approver, claim)
    assert "送审稿" not in text
    said = ["审核意见书", claim.number, "第十六条", "493,827.16", "2,500,000.00", "1,234,567.89", "以余额证明为准"]
    signed = ["同意补偿", str(stage.desk.reviewer), str(stage.desk.approver), "2024年12月12日", "校验码"]
    for words in [*said, *signed]:
        assert words in text, words


@pytest.mark.draws
def test_the_conclusion_of_a_re_examination_is_a_letter_of_its_own(stage: Stage) -> None:
    claim = make.refused_claim(stage.team, stage.desk)
    with scope.bank_scope(stage.team.pk):
        services.ask_re_examination(
            claim_id=claim.pk, by=stage.team.checker, on=date(2024, 12, 16), version=claim.version, reason="补充了证明"
        )
    missing = client_of(stage.desk.approver).get(
        reverse("admin:claims_claim_letter", args=[claim.pk, "re_examination"])
    )
    assert missing.status_code == 409
    opine(claim, stage.desk.second_reviewer, date(2024, 12, 17))
    run(services.decide_re_examination, claim, stage.desk.second_approver, date(2024, 12, 18), decision="pass",
        conclusion="经复核予以补偿")  # fmt: skip
    first, again = letter(stage.desk.approver, claim), letter(stage.desk.approver, claim, "re_examination")
    assert "审核意见书" in first and "经复核予以补偿" not in first and str(stage.desk.second_reviewer) not in first
    for words in ("复核结论书", "补充了证明", "未参与原审核", "经复核予以补偿", str(stage.desk.second_approver)):
        assert words in again, words


@pytest.mark.parametrize("round_", ["first", "other"])
def test_no_bank_gets_the_letter(stage: Stage, round_: str) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    address = reverse("admin:claims_claim_letter", args=[claim.pk, round_])
    for person in (stage.team.maker, stage.team.checker, stage.desk.authority):
        assert client_of(person).get(address).status_code in {302, 403, 404}
    assert client_of(stage.desk.approver).get(address).status_code == (200 if round_ == "first" else 404)
    page = review_page(stage.desk.approver, claim)
    assert "审核意见书" in page
    assert act(stage.team.checker, claim, "opinion", opinion="pass", reason="x").status_code == 302
