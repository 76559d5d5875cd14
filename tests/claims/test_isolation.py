"""A bank sees its own claims, files and notices only; what belongs to another and what is missing answer alike."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Evidence, FundingPlan, PapersPacket, Payment, PlanItem, PublicityItem, Review, Upgrade
from pool import scope
from pool.models import Role, User
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.people import bank_team, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
BANK_OWNED = (Claim, Evidence, Review, PublicityItem, PlanItem, PapersPacket, Payment, Upgrade)


def status(user: User, url: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(url).status_code


@built_once
def paid(stage: Stage) -> Claim:
    return make.paid_claim(stage.team, stage.desk, transferred=True)


def test_another_bank_sees_no_row_of_any_table(stage: Stage, paid: Claim) -> None:
    make.applied_upgrade(paid, stage.team, paid.transferred_on)
    other = bank_team()
    for model in BANK_OWNED:
        with scope.bank_scope(stage.team.pk):
            assert model.objects.exists(), model
        with scope.bank_scope(other.pk):
            assert not model.objects.exists(), model
        with scope.nobody():
            assert not model.objects.exists(), model


def test_anothers_claim_and_a_missing_one_answer_alike(stage: Stage, paid: Claim) -> None:
    other = bank_team()
    for name in ("claims:detail", "claims:prepare", "claims:decision"):
        answers = {status(other.maker, reverse(name, args=[pk])) for pk in (paid.pk, uuid4())}
        assert answers == {404}, name
    assert status(stage.team.maker, reverse("claims:detail", args=[paid.pk])) == 200


def test_files_go_out_to_whom_their_row_belongs(stage: Stage, paid: Claim) -> None:
    other, desk = bank_team(), stage.desk
    with scope.everything():
        evidence = Evidence.objects.filter(claim=paid).first().file
        paper = PapersPacket.objects.get().papers.first().file
        plan = FundingPlan.objects.get().document
    expected = {
        evidence: {stage.team.checker: 200, other.checker: 404, desk.reviewer: 200, person(Role.REGULATOR): 404},
        paper: {stage.team.maker: 200, other.maker: 404, desk.clerk: 200, desk.reviewer: 404, desk.authority: 404},
        plan: {stage.team.checker: 404, desk.authority: 200, desk.clerk: 200, person(Role.AUDITOR): 200},
    }
    for file, people in expected.items():
        for user, answer in people.items():
            assert status(user, reverse("file", args=[file.pk])) == answer, (file.purpose, user.role)


def test_a_bank_is_given_the_extract_of_a_plan_with_its_own_lines(stage: Stage) -> None:
    other = make.good_team()
    claims = [make.approved_claim(team, stage.desk) for team in (stage.team, other)]
    cleared = make.cleared_claims(claims, stage.desk)
    make.money("2000000.00", stage.desk)
    plan = make.issued_plan(cleared, stage.desk)
    client = Client()
    client.force_login(stage.team.checker)
    page = client.get(reverse("claims:packet", args=[make.packet_of(plan, stage.team).pk])).content.decode()
    assert cleared[0].number in page
    assert cleared[1].number not in page
    assert other.bank.short_name not in page
    assert status(stage.team.checker, reverse("claims:packet", args=[make.packet_of(plan, other).pk])) == 404
    assert status(stage.team.checker, reverse("claims:plan", args=[plan.pk])) == 403


def test_the_review_is_for_the_manager_and_the_auditor_and_a_draft_is_the_banks_own(stage: Stage) -> None:
    draft, filed = make.drafted_claim(stage.team), make.submitted_claim(stage.team)
    page = reverse("admin:claims_claim_change", args=[filed.pk])
    assert status(stage.desk.reviewer, page) == 200
    assert status(person(Role.AUDITOR), page) == 200
    assert status(stage.desk.authority, page) == 302
    assert status(stage.team.checker, page) == 302
    queue = Client()
    queue.force_login(stage.desk.reviewer)
    listed = queue.get(reverse("admin:claims_claim_changelist")).content.decode()
    assert filed.number in listed
    assert draft.number not in listed
