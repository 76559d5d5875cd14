"""The pages of the room at each stage: they open for whom they are for, and say who is waited for."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from pool import scope
from pool.models import User
from tests.claims.conftest import Stage
from tests.factories import claims as make

pytestmark = pytest.mark.django_db


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def get(person: User, name: str, *args: object) -> str:
    response = client_of(person).get(reverse(name, args=args))
    assert response.status_code == 200, (name, response.status_code, response.content.decode()[:2000])
    return response.content.decode()


def test_the_maker_prepares_a_claim_on_one_page(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    stage.on(make.SUBMITTED_ON)
    assert "今天提交的话" in get(stage.team.maker, "claims:new", loan.pk)
    page = client_of(stage.team.maker).get(reverse("claims:new", args=[loan.pk])).content.decode()
    key = page.split('name="form_key" value="')[1].split('"')[0]
    answer = client_of(stage.team.maker).post(reverse("claims:new", args=[loan.pk]), {"form_key": key})
    assert answer.status_code == 302
    html = client_of(stage.team.maker).get(answer.headers["Location"]).content.decode()
    assert "借款合同" in html
    assert "提交前核验" in html
    assert "可申请的不良贷款" in get(stage.team.maker, "claims:claimable")


def test_every_page_opens_along_the_way(stage: Stage) -> None:
    team, desk = stage.team, stage.desk
    claim = make.drafted_claim(team)
    assert "复核并提交申请" in get(team.checker, "claims:detail", claim.pk)
    get(team.maker, "claims:prepare", claim.pk)
    with scope.bank_scope(team.pk):
        make.services.submit_claim(claim_id=claim.pk, by=team.checker, on=make.SUBMITTED_ON, version=claim.version)
    assert "高新投初审" in get(team.maker, "claims:detail", claim.pk)
    review = reverse("admin:claims_claim_change", args=[claim.pk])
    assert "规则核验" in client_of(desk.reviewer).get(review).content.decode()
    claim = make.give_opinion(claim, desk, date(2024, 12, 11))
    assert "作出审核决定" in client_of(desk.approver).get(review).content.decode()
    claim = make._decided(claim, desk, date(2024, 12, 12), "pass")
    assert "待公示的项目" in get(desk.authority, "claims:publicities")
    publicity = make.posted_publicity([claim], desk)
    get(desk.authority, "claims:publicity", publicity.pk)
    objection = make.objection_to(claim, publicity.posted_on)
    assert objection.number in get(desk.second_reviewer, "claims:objections")
    assert "出具复核报告" in get(desk.second_reviewer, "claims:objection", objection.pk)


def test_the_money_pages_open_along_the_way(stage: Stage) -> None:
    team, desk = stage.team, stage.desk
    claim = make.cleared_claim(team, desk)
    make.money(str(claim.amount), desk)
    assert claim.number in get(desk.authority, "claims:plans")
    plan = make.issued_plan([claim], desk)
    assert plan.number in get(desk.authority, "claims:plan", plan.pk)
    packet = make.packet_of(plan, team)
    assert "账户确认函" in get(team.maker, "claims:packet", packet.pk)
    make.instructed_payment(plan, team, desk)
    assert "登记银行回单" in get(desk.clerk, "claims:packet", packet.pk)
    get(team.checker, "claims:detail", claim.pk)
    extract = client_of(team.maker).get(reverse("claims:extract", args=[packet.pk]))
    assert extract.content.startswith(b"%PDF-")


def test_the_first_page_of_each_person_tells_what_waits(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    html = get(stage.desk.reviewer, "home")
    assert "待初审的补偿申请" in html
    assert claim.number in client_of(stage.desk.reviewer).get(reverse("admin:claims_claim_changelist")).content.decode()
    for person in (stage.desk.authority, stage.desk.clerk, stage.desk.finance_approver, stage.team.maker):
        get(person, "home")


def test_the_loan_page_carries_the_card_and_then_the_claim(stage: Stage) -> None:
    loan = make.npl_loan(stage.team)
    html = get(stage.team.maker, "loans:detail", loan.pk)
    assert "能否申请" in html
    claim = make.submitted_claim(stage.team, loan)
    html = get(stage.team.maker, "loans:detail", loan.pk)
    assert claim.number in html
