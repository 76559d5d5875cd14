"""The public notice: seven full working days, objections from anybody, nothing leaks (20(2))."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims import services
from claims.jobs import end_publicities
from claims.models import Claim, Objection, Publicity, PublicityItem
from claims.selectors import public_name
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson
from pool.models import CalendarYear
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.loans import owner_cells
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
POSTED = date(2024, 12, 13)
LAST = date(2024, 12, 24)


@built_once
def posted(stage: Stage) -> tuple[Claim, Publicity]:
    claim = make.approved_claim(stage.team, stage.desk)
    return claim, make.posted_publicity([claim], stage.desk, on=POSTED)


def decide_objection(objection: Objection, stage: Stage, *, uphold: bool, on: date) -> Objection:
    with scope.everything():
        objection = services.report_objection(
            objection_id=objection.pk, by=stage.desk.second_reviewer, on=on, version=objection.version, report="经核实"
        )
        return services.decide_objection(
            objection_id=objection.pk, by=stage.desk.second_authority, on=on, version=objection.version,
            uphold=uphold, reason="依据复核报告",
        )  # fmt: skip


def test_the_day_of_posting_is_not_counted(posted: tuple[Claim, Publicity]) -> None:
    claim, publicity = posted
    assert publicity.last_day == LAST
    assert make.fresh(claim).state == Claim.State.PUBLICISED


def test_it_ends_by_itself_the_day_after_its_last_day_and_twice_is_once(posted: tuple[Claim, Publicity]) -> None:
    claim, publicity = posted
    with scope.everything():
        with pytest.raises(Refused) as refusal:
            services.end_publicity(publicity_id=publicity.pk, on=LAST)
        assert refusal.value.code == "publicity_runs"
        assert end_publicities.fn(LAST)["ended"] == []
        assert end_publicities.fn(LAST + timedelta(days=1))["ended"] == [publicity.number]
        assert end_publicities.fn(LAST + timedelta(days=2))["ended"] == []
    assert make.fresh(claim).state == Claim.State.CLEARED


def test_on_a_provisional_last_day_nothing_ends_by_itself(stage: Stage) -> None:
    """Reading 1: the notice of that year's holidays is not loaded."""
    claim = make.approved_claim(stage.team, stage.desk)
    on = date(2031, 3, 3)
    publicity = make.posted_publicity([claim], stage.desk, on=on)
    assert publicity.provisional
    with scope.everything():
        found = end_publicities.fn(publicity.last_day + timedelta(days=1))
        assert found == {"ended": [], "provisional": [publicity.number]}
        assert not CalendarYear.objects.filter(year=2031).exists()
    assert make.fresh(claim).state == Claim.State.PUBLICISED


def test_only_approved_claims_of_banks_that_are_not_suspended_are_posted(stage: Stage) -> None:
    waiting = make.submitted_claim(stage.team)
    approved = make.approved_claim(stage.team, stage.desk)
    with scope.everything():
        with pytest.raises(Refused) as refusal:
            post([waiting, approved], stage)
        assert refusal.value.code == "not_approved"
        with pytest.raises(NotPermitted):
            services.post_publicity(claim_ids=[approved.pk], title="", by=stage.desk.clerk, on=POSTED)
    make.suspend(stage.team, date(2024, 12, 12))
    with scope.everything(), pytest.raises(Refused) as refusal:
        post([approved], stage)
    assert (refusal.value.code, refusal.value.article) == ("suspended", "17")


def post(claims: list[Claim], stage: Stage) -> Publicity:
    return services.post_publicity(
        claim_ids=[claim.pk for claim in claims], title="", by=stage.desk.authority, on=POSTED
    )


def test_an_open_objection_holds_only_its_own_line(stage: Stage) -> None:
    disputed, clear = make.approved_claim(stage.team, stage.desk), make.approved_claim(stage.team, stage.desk)
    publicity = make.posted_publicity([disputed, clear], stage.desk, on=POSTED)
    objection = make.objection_to(disputed, LAST)
    with scope.everything():
        services.end_publicity(publicity_id=publicity.pk, on=LAST + timedelta(days=1))
    assert make.fresh(clear).state == Claim.State.CLEARED
    assert make.fresh(disputed).state == Claim.State.PUBLICISED
    decide_objection(objection, stage, uphold=False, on=date(2024, 12, 30))
    assert make.fresh(disputed).state == Claim.State.CLEARED


def test_an_objection_upheld_takes_the_claim_off_the_list_for_good(
    stage: Stage, posted: tuple[Claim, Publicity]
) -> None:
    claim, _publicity = posted
    decide_objection(make.objection_to(claim, POSTED), stage, uphold=True, on=date(2024, 12, 16))
    assert make.fresh(claim).state == Claim.State.REMOVED
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.draft_claim(loan_id=claim.loan_id, by=stage.team.maker, on=date(2024, 12, 17))
    assert (refusal.value.code, refusal.value.article) == ("already_decided", "20(2)")


def test_no_objection_after_the_last_day(posted: tuple[Claim, Publicity]) -> None:
    claim, _publicity = posted
    assert make.objection_to(claim, LAST).state == Objection.State.RECEIVED
    with pytest.raises(Refused) as refusal:
        make.objection_to(claim, LAST + timedelta(days=1))
    assert refusal.value.code == "publicity_over"


def test_who_decided_the_claim_does_not_re_check_it_and_who_re_checks_does_not_decide(
    stage: Stage, posted: tuple[Claim, Publicity]
) -> None:
    claim, _publicity = posted
    objection = make.objection_to(claim, POSTED)
    with scope.everything():
        with pytest.raises(SamePerson):
            services.report_objection(
                objection_id=objection.pk, by=stage.desk.approver, on=POSTED, version=objection.version, report="无误"
            )
        with pytest.raises(NotPermitted):
            services.report_objection(
                objection_id=objection.pk, by=stage.desk.authority, on=POSTED, version=objection.version, report="无误"
            )
        with pytest.raises(Refused) as refusal:
            services.decide_objection(
                objection_id=objection.pk, by=stage.desk.authority, on=POSTED, version=objection.version, uphold=True,
                reason="成立",
            )  # fmt: skip
    assert refusal.value.code == "move_not_allowed"


def test_a_suspension_during_the_notice_lets_it_run_on(stage: Stage, posted: tuple[Claim, Publicity]) -> None:
    claim, publicity = posted
    make.suspend(stage.team, date(2024, 12, 16))
    with scope.everything():
        services.end_publicity(publicity_id=publicity.pk, on=LAST + timedelta(days=1))
    assert make.fresh(claim).state == Claim.State.CLEARED


def test_a_person_is_masked_and_a_firm_is_not(stage: Stage) -> None:
    firm = make.npl_loan(stage.team)
    assert public_name(firm) == firm.borrower_name
    owner = make.npl_loan(stage.team, **owner_cells())
    assert public_name(owner)[0] == owner.owner_name[0]
    assert owner.owner_name not in public_name(owner)
    owner.borrower_kind, owner.borrower_name, owner.owner_name = "sole_trader", "福田区陈大文便利店", "陈大文"
    assert public_name(owner) == "福田区陈**便利店"


def test_a_visitor_reads_the_notice_and_nothing_else(stage: Stage) -> None:
    loan = make.npl_loan(stage.team, **owner_cells())
    claim = make.approved_claim(stage.team, stage.desk, loan=loan)
    publicity = make.posted_publicity([claim], stage.desk, on=POSTED)
    visitor = Client()
    assert publicity.number in visitor.get(reverse("publicity:index")).content.decode()
    html = visitor.get(reverse("publicity:publicity", args=[publicity.number])).content.decode()
    assert "1,000,000.00" in html
    for secret in (loan.owner_name, loan.loan_number, claim.number, str(claim.pk), str(loan.pk), loan.owner_id_number):
        assert secret not in html
    pdf = visitor.get(reverse("publicity:document", args=[publicity.number]))
    assert pdf.content.startswith(b"%PDF-")
    for name, arguments in (("claims:publicity", [publicity.pk]), ("claims:detail", [claim.pk]), ("claims:plans", [])):
        answer = visitor.get(reverse(name, args=arguments))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/")


def test_a_visitor_objects_and_only_the_public_bodies_read_it(stage: Stage, posted: tuple[Claim, Publicity]) -> None:
    claim, publicity = posted
    visitor, address = Client(), reverse("publicity:object", args=[publicity.number, 1])
    stage.on(POSTED)
    answer = visitor.post(address, {"name": "王女士", "contact": "13900001111", "text": "该笔贷款用于购房"})
    assert answer.status_code == 302
    with scope.everything():
        objection = Objection.objects.get()
        assert (objection.name, objection.item.claim_id) == ("王女士", claim.pk)
        assert PublicityItem.objects.get(publicity=publicity).objections.count() == 1
    assert objection.number in visitor.get(answer.headers["Location"]).content.decode()
    with scope.bank_scope(stage.team.pk):
        assert not Objection.objects.exists()
    page = reverse("claims:objection", args=[objection.pk])
    for person, status in ((stage.team.checker, 403), (stage.desk.clerk, 403), (stage.desk.authority, 200)):
        client = Client()
        client.force_login(person)
        assert client.get(page).status_code == status


def test_an_objection_needs_a_name_a_contact_and_words(posted: tuple[Claim, Publicity], stage: Stage) -> None:
    _claim, publicity = posted
    stage.on(POSTED)
    address = reverse("publicity:object", args=[publicity.number, 1])
    for missing in ("name", "contact", "text"):
        given = {"name": "王女士", "contact": "13900001111", "text": "异议"} | {missing: ""}
        assert Client().post(address, given).status_code == 422
    assert Client().get(reverse("publicity:object", args=[publicity.number, 2])).status_code == 404


def test_an_attachment_is_a_document_or_a_picture(posted: tuple[Claim, Publicity], stage: Stage) -> None:
    _claim, publicity = posted
    stage.on(POSTED)
    address = reverse("publicity:object", args=[publicity.number, 1])
    given = {"name": "王女士", "contact": "13900001111", "text": "异议"}
    program = SimpleUploadedFile("proof.pdf", b"MZ\x90\x00 not a document")
    assert Client().post(address, {**given, "attachment": program}).status_code == 422
    paper = SimpleUploadedFile("proof.pdf", make.pdf_bytes())
    assert Client().post(address, {**given, "attachment": paper}).status_code == 302
    with scope.everything():
        assert Objection.objects.get().attachment.purpose == "objection_attachment"


def test_one_address_may_object_a_handful_of_times_an_hour(posted: tuple[Claim, Publicity], stage: Stage) -> None:
    _claim, publicity = posted
    stage.on(POSTED)
    address, given = reverse("publicity:object", args=[publicity.number, 1]), {
        "name": "王女士", "contact": "13900001111", "text": "异议",
    }  # fmt: skip
    answers = [Client().post(address, given).status_code for _ in range(6)]
    assert answers == [302] * 5 + [422]


def test_a_program_that_fills_in_every_field_is_not_heard(posted: tuple[Claim, Publicity], stage: Stage) -> None:
    _claim, publicity = posted
    stage.on(POSTED)
    address = reverse("publicity:object", args=[publicity.number, 1])
    given = {"name": "王女士", "contact": "13900001111", "text": "异议", "website": "https://example.org"}
    assert Client().post(address, given).status_code == 422
    assert Client().post(address, {**given, "website": ""}).status_code == 302
    with scope.everything():
        assert Objection.objects.count() == 1


def test_the_same_objection_pressed_twice_is_one(posted: tuple[Claim, Publicity]) -> None:
    """Nobody is signed in, so the form has no key; another word, or another time after the answer, is another one."""
    given = {"name": "张三", "contact": "13900000000", "text": "该企业已停产", "on": LAST}
    with scope.everything():
        item = PublicityItem.objects.get(publicity=posted[1])
        first, again = (services.object_to(item_id=item.pk, **given) for _ in range(2))
        other = services.object_to(item_id=item.pk, **{**given, "text": "另有情况"})
        elsewhere = services.object_to(item_id=item.pk, **{**given, "contact": "13900000001"})
    assert first == again
    assert len({first.pk, other.pk, elsewhere.pk}) == 3
