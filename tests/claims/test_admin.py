"""Review in the admin: the page's own forms lead a claim from opinion to decision; nothing else changes a row."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from claims.models import Claim, FundingPlan
from pool import scope
from pool.models import User
from tests.claims.conftest import Stage
from tests.factories import claims as make

pytestmark = pytest.mark.django_db


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def act(person: User, claim: Claim, name: str, **given: object) -> HttpResponse:
    """What the form on the review page posts, with the key and the version that stand there."""
    client = client_of(person)
    page = client.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    key = page.split('name="form_key" value="')[1].split('"')[0] if 'name="form_key"' in page else ""
    address = reverse("admin:claims_claim_act", args=[claim.pk, name])
    return client.post(address, {"form_key": key, "version": make.fresh(claim).version, **given})


def test_opinion_correction_and_decision_through_the_page(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    stage.on(date(2024, 12, 11))
    reason = {"reason": "以原件为准"}
    given = {"npl_principal": "1,234,567.89", "in_shenzhen": "", "features": ["none"]}
    assert act(stage.desk.reviewer, claim, "correct", **given, **reason).status_code == 302
    assert make.fresh(claim).amount == Decimal("493827.16")
    assert act(stage.desk.reviewer, claim, "opinion", opinion="pass", **reason).status_code == 302
    assert act(stage.desk.approver, claim, "decide", decision="pass", **reason).status_code == 302
    claim = make.fresh(claim)
    assert (claim.state, claim.decided_on) == (Claim.State.APPROVED, date(2024, 12, 11))


def test_a_correction_without_a_fact_or_a_reason_is_asked_for_again(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    assert act(stage.desk.reviewer, claim, "correct", reason="无").status_code == 422
    assert act(stage.desk.reviewer, claim, "correct", staff="12").status_code == 422
    assert make.fresh(claim).verified == {}


def test_the_page_says_why_a_suspended_bank_is_not_decided_on(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    make.suspend(stage.team, date(2024, 12, 12))
    page = client_of(stage.desk.approver).get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "暂停办理" in page
    assert "第十七条" in page
    assert act(stage.desk.approver, claim, "decide", decision="pass", reason="通过").status_code == 403
    assert make.fresh(claim).state == Claim.State.REVIEWING


def test_who_gave_the_opinion_is_offered_no_re_examination(stage: Stage) -> None:
    claim = make.refused_claim(stage.team, stage.desk)
    with scope.bank_scope(stage.team.pk):
        make.services.ask_re_examination(
            claim_id=claim.pk, by=stage.team.checker, on=date(2024, 12, 20), version=claim.version, reason="请复核"
        )
    given = {"opinion": "pass", "reason": "复核"}
    assert act(stage.desk.reviewer, claim, "opinion", **given).status_code == 403
    assert act(stage.desk.second_reviewer, claim, "opinion", **given).status_code == 302


def test_a_form_sent_twice_does_one_thing(stage: Stage) -> None:
    claim = make.cleared_claim(stage.team, stage.desk)
    make.money(str(claim.amount), stage.desk)
    client, address = client_of(stage.desk.authority), reverse("claims:plans")
    key = client.get(address).content.decode().split('name="form_key" value="')[1].split('"')[0]
    first, second = (client.post(address, {"form_key": key, "claims": str(claim.pk)}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert FundingPlan.objects.count() == 1
