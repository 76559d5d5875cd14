"""Many claims at once, drafts that save themselves, evidence looked at in place."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from claims import selectors, services
from claims.models import Claim
from claims.services.together import MOST
from pool import scope
from pool.errors import Refused
from pool.models import AuditEvent, Transition, User
from tests.claims.conftest import Stage
from tests.claims.test_pages import client_of, get
from tests.factories import claims as make

pytestmark = pytest.mark.django_db


def press(person: User, name: str, *args: object, follow: bool = True, **data: Any) -> HttpResponse:
    return client_of(person).post(
        reverse(name, args=args), {"form_key": str(uuid4()), **data}, follow=follow, headers={"accept": "text/html"}
    )


def picked(claims: Iterable[Claim]) -> list[str]:
    return [f"{claim.pk}:{claim.version}" for claim in claims]


def traces(claim: Claim) -> tuple[int, int]:
    """The filing of a claim in the audit trail and in the log of moves."""
    with scope.everything():
        told = AuditEvent.objects.filter(subject_id=claim.pk, action="claims.submit").count()
        return told, Transition.objects.filter(subject_id=claim.pk, target="submitted").count()


def test_the_maker_begins_several_and_what_cannot_be_claimed_holds_nothing_back(stage: Stage) -> None:
    loans = [make.npl_loan(stage.team) for _ in range(3)]
    resumed = make.npl_loan(stage.team)
    stage.on(make.SUBMITTED_ON)
    make.resume(stage.team, resumed, make.SUBMITTED_ON)
    page = get(stage.team.maker, "claims:claimable")
    assert all(f'value="{loan.pk}"' in page for loan in loans)
    answer = press(stage.team.maker, "claims:draft_many", loans=[str(one.pk) for one in [*loans, resumed]])
    html = answer.content.decode()
    assert "已起草 3 笔补偿申请" in html
    assert f"{resumed.loan_number}：该笔贷款没有有效的不良认定" in html
    with scope.everything():
        drafts = Claim.objects.filter(state=Claim.State.DRAFT, made_by=stage.team.maker)
        assert set(drafts.values_list("loan", flat=True)) == {loan.pk for loan in loans}


def test_the_checker_files_several_each_with_its_own_trace(stage: Stage) -> None:
    whole = [make.drafted_claim(stage.team) for _ in range(2)]
    lacking = make.drafted_claim(stage.team, without=["iou"])
    stage.on(make.SUBMITTED_ON)
    page = get(stage.team.checker, "claims:desk")
    assert all(f'value="{value}"' in page for value in picked(whole))
    assert picked([lacking])[0] not in page
    assert lacking.number in page
    assert f"缺：{selectors.evidence_label('iou')}" in page
    html = press(stage.team.checker, "claims:submit_many", claims=picked([*whole, lacking])).content.decode()
    assert "已提交 2 笔补偿申请" in html
    assert f"{lacking.number}：缺少申请材料" in html
    assert "第十九条第二款" in html or "第十九条第(二)项" in html
    for claim in map(make.fresh, whole):
        assert (claim.state, claim.submitted_by_id) == (Claim.State.SUBMITTED, stage.team.checker.pk)
        assert traces(claim) == (1, 1)
    assert make.fresh(lacking).state == Claim.State.DRAFT


def test_what_changed_since_the_desk_was_drawn_is_not_filed(stage: Stage) -> None:
    seen, changed = make.drafted_claim(stage.team), make.drafted_claim(stage.team)
    values = picked([seen, changed])
    with scope.bank_scope(stage.team.pk):
        services.describe_claim(
            claim_id=changed.pk, by=stage.team.maker, on=make.SUBMITTED_ON, version=changed.version,
            credit_report_on=changed.credit_report_on, reported_balances=1,
        )  # fmt: skip
    stage.on(make.SUBMITTED_ON)
    html = press(stage.team.checker, "claims:submit_many", claims=values).content.decode()
    assert f"{changed.number}：该事项已被他人更新" in html
    assert [make.fresh(one).state for one in (seen, changed)] == [Claim.State.SUBMITTED, Claim.State.DRAFT]


def test_a_second_press_of_the_same_form_files_nothing_more(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    stage.on(make.SUBMITTED_ON)
    form = {"form_key": str(uuid4()), "claims": picked([claim])}
    client, address = client_of(stage.team.checker), reverse("claims:submit_many")
    assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
    assert traces(claim) == (1, 1)


def test_nothing_ticked_too_much_ticked_and_nonsense_are_told(stage: Stage) -> None:
    checker = stage.team.checker
    assert "请先勾选" in press(checker, "claims:submit_many").content.decode()
    assert "无法识别" in press(checker, "claims:submit_many", claims=["nonsense"]).content.decode()
    assert "无法识别" in press(stage.team.maker, "claims:draft_many", loans=["1"]).content.decode()
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.submit_claims(seen={uuid4(): 1 for _ in range(MOST + 1)}, by=checker, on=make.SUBMITTED_ON)
    assert refusal.value.code == "too_many_chosen"


def test_another_bank_s_claims_and_loans_are_not_touched(stage: Stage) -> None:
    claim, loan = make.drafted_claim(stage.team), make.npl_loan(stage.team)
    other = make.good_team("另一银行")
    stage.on(make.SUBMITTED_ON)
    press(other.checker, "claims:submit_many", claims=picked([claim]))
    press(other.maker, "claims:draft_many", loans=[str(loan.pk)])
    assert make.fresh(claim).state == Claim.State.DRAFT
    with scope.everything():
        assert not Claim.objects.filter(loan=loan).exists()


def test_the_maker_has_no_desk_and_the_checker_begins_nothing(stage: Stage) -> None:
    assert client_of(stage.team.maker).get(reverse("claims:desk")).status_code == 403
    assert press(stage.team.maker, "claims:submit_many", follow=False).status_code == 403
    assert press(stage.team.checker, "claims:draft_many", follow=False).status_code == 403
    assert "没有可以提交的申请" in get(stage.team.checker, "claims:desk")


def described(claim: Claim) -> int:
    with scope.everything():
        return AuditEvent.objects.filter(subject_id=claim.pk, action="claims.describe").count()


def kept(stage: Stage, claim: Claim, **given: Any) -> str:
    data = {"version": make.fresh(claim).version, "credit_report_on": "", "reported_balances": "", **given}
    return press(stage.team.maker, "claims:keep", claim.pk, **data).content.decode()


def test_a_draft_saves_itself_and_shows_what_the_rules_find_now(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    stage.on(make.SUBMITTED_ON)
    before = described(claim)
    html = kept(stage, claim, credit_report_on="2024-10-08", reported_balances="1,000.00")
    assert "已自动保存" in html
    assert 'id="findings" hx-swap-oob="true"' in html
    claim = make.fresh(claim)
    assert f'name="version" value="{claim.version}"' in html
    assert (str(claim.credit_report_on), str(claim.reported_balances)) == ("2024-10-08", "1000.00")
    kept(stage, claim, credit_report_on="2024-10-08", reported_balances="1000")
    assert described(claim) == before + 1


def test_what_is_half_typed_is_left_and_the_rest_is_kept(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    day = claim.credit_report_on
    stage.on(make.SUBMITTED_ON)
    said = kept(stage, claim, credit_report_on="2024-1", reported_balances="2000")
    assert "已自动保存" in said and "信用报告出具日期没有保存" in said and "放款时点其他贷款余额没有保存" not in said
    claim = make.fresh(claim)
    assert (claim.credit_report_on, str(claim.reported_balances)) == (day, "2000.00")


def test_a_draft_that_somebody_else_changed_is_not_overwritten(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    stage.on(make.SUBMITTED_ON)
    old = claim.version
    kept(stage, claim, credit_report_on="2024-10-08", reported_balances="1000")
    html = kept(stage, claim, credit_report_on="2024-10-09", reported_balances="5", version=old)
    assert "该事项已被他人更新" in html
    claim = make.fresh(claim)
    assert str(claim.reported_balances) == "1000.00"


def test_the_button_pressed_after_the_draft_saved_itself_is_no_conflict(stage: Stage) -> None:
    """Leaving the field saves it; the button that was pressed to leave it still carries the version before."""
    claim = make.drafted_claim(stage.team)
    stage.on(make.SUBMITTED_ON)
    given = {"credit_report_on": "2024-10-08", "reported_balances": "1,000.00"}
    kept(stage, claim, **given)
    pressed = press(stage.team.maker, "claims:prepare", claim.pk, follow=False, version=claim.version, **given)
    assert pressed.status_code == 302
    other = {**given, "reported_balances": "5"}
    refused = press(stage.team.maker, "claims:prepare", claim.pk, follow=False, version=claim.version, **other)
    assert refused.status_code == 422
    assert "该事项已被他人更新" in refused.content.decode()


def test_evidence_is_looked_at_in_place_and_framed_by_our_pages_only(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    page = get(stage.team.maker, "claims:prepare", claim.pk)
    with scope.everything():
        address = reverse("file", args=[selectors.current_evidence(claim)[0].file_id])
    assert f'<iframe src="{address}?inline"' in page
    client: Client = client_of(stage.team.maker)
    shown, sent = client.get(f"{address}?inline"), client.get(address)
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert sent["Content-Security-Policy"].startswith("sandbox")
    assert sent["X-Frame-Options"] == "DENY"
    assert sent["Content-Disposition"].startswith("attachment")
