"""What a bank reads before it files: what is outstanding, what is asked for, and which loans lead nowhere."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims import services
from claims.models import Claim, FundingPlan
from loans.models import Loan
from pool import scope
from pool.errors import Refused
from pool.models import Deadline, User
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.loans import determined_loan
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
ENTERED_LATE_ON = date(2024, 11, 20)


def page(person: User, name: str, *args: Any) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.content.decode()[:2000]
    return response.content.decode()


@built_once
def late(stage: Stage) -> Loan:
    """Disbursed in the second quarter, entered when its window was long closed."""
    loan = determined_loan(
        stage.team, entered_on=ENTERED_LATE_ON, determined_on=make.DETERMINED_ON, disbursed_on="2024-05-10"
    )
    assert loan.entered_late
    stage.on(make.SUBMITTED_ON)
    return loan


def test_a_loan_entered_late_is_not_offered_for_a_claim_and_says_by_which_article(stage: Stage, late: Loan) -> None:
    good = make.npl_loan(stage.team)
    offered = page(stage.team.maker, "claims:claimable")
    assert good.loan_number in offered and late.loan_number not in offered
    before = page(stage.team.maker, "claims:new", late.pk)
    assert "不能提出补偿申请" in before and "第十三条" in before and "开始准备申请" not in before
    assert "开始准备申请" in page(stage.team.maker, "claims:new", good.pk)
    home = page(stage.team.maker, "loans:detail", late.pk)
    assert "不能提出补偿申请" in home and reverse("claims:new", args=[late.pk]) not in home
    assert not Deadline.objects.filter(subject_id=late.pk, kind="claim_period").exists()


def test_the_list_leads_each_person_to_a_page_that_opens_for_them(stage: Stage) -> None:
    """Drafts are the maker's; the checker looks at the loan."""
    loan = make.npl_loan(stage.team)
    stage.on(make.SUBMITTED_ON)
    draft = reverse("claims:new", args=[loan.pk])
    assert draft in page(stage.team.maker, "claims:claimable")
    seen = page(stage.team.checker, "claims:claimable")
    assert draft not in seen and loan.get_absolute_url() in seen


def test_nor_can_a_claim_for_it_be_begun_by_other_ways(stage: Stage, late: Loan) -> None:
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.draft_claim(loan_id=late.pk, by=stage.team.maker, on=make.SUBMITTED_ON)
    assert (refusal.value.code, refusal.value.article) == ("entered_late", "13")
    with scope.everything():
        assert not Claim.objects.filter(loan=late).exists()


@pytest.mark.parametrize("name", ["claims:detail", "claims:prepare"])
def test_conditions_that_pass_are_not_all_while_a_document_is_outstanding(stage: Stage, name: str) -> None:
    claim = make.drafted_claim(stage.team, without=["loan_contract"])
    told = page(stage.team.maker, name, claim.pk)
    assert "各项条件均已通过，尚缺：借款合同。备齐后方可提交。" in told and "各项条件均已通过。" not in told
    whole = make.drafted_claim(stage.team)
    assert "各项条件均已通过。" in page(stage.team.maker, name, whole.pk)


def test_what_the_credit_report_shows_is_outstanding_until_it_is_written_down(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    with scope.bank_scope(stage.team.pk):
        claim = services.draft_claim(loan_id=loan.pk, by=stage.team.maker, on=stage.on(make.SUBMITTED_ON))
    told = page(stage.team.maker, "claims:prepare", claim.pk)
    assert "尚缺：信用报告出具日期和放款时点其他贷款余额、借款合同" in told


def test_what_filing_demands_is_not_called_optional(stage: Stage) -> None:
    claim = make.drafted_claim(stage.team)
    told = page(stage.team.maker, "claims:prepare", claim.pk)
    assert "选填" not in told


def test_a_plan_says_who_acts_next_until_when_and_by_which_article(stage: Stage) -> None:
    team, desk = stage.team, stage.desk
    claim = make.cleared_claim(team, desk)
    make.money(str(claim.amount), desk)
    with scope.everything():
        drafted = services.draft_plan(by=desk.authority, on=make.after(claim.submitted_on, 30))
    for reader in (desk.authority, desk.second_authority, desk.clerk):
        told = page(reader, "claims:plan", drafted.pk)
        assert "主管部门另一名人员" in told and "签发下达资助计划" in told
    with scope.everything():
        services.issue_plan(
            plan_id=drafted.pk, by=desk.second_authority, on=drafted.drafted_on, version=drafted.version
        )
        plan = FundingPlan.objects.get(pk=drafted.pk)
    told = page(desk.clerk, "claims:plan", plan.pk)
    assert "提交拨款资料" in told and plan.papers_by.isoformat() in told and team.bank.short_name in told
    make.posted_payment(plan, team, desk)
    told = page(desk.clerk, "claims:plan", plan.pk)
    assert "上传资助计划盖章件" in told and "提交拨款资料" not in told
    with scope.everything():
        services.keep_stamped(
            plan_id=plan.pk, by=desk.authority, on=plan.issued_on, version=make.fresh(plan).version,
            upload=SimpleUploadedFile("scan.pdf", make.pdf_bytes()),
        )  # fmt: skip
    assert "等待谁" not in page(desk.clerk, "claims:plan", plan.pk)
