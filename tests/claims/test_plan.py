"""The funding plan: whole claims by the time of submission, two people, money reserved or refused (20(2), 7.2)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims import services
from claims.models import Claim, FundingPlan, PapersPacket
from claims.services.plan import outlook
from pool import scope, storage
from pool.errors import NotPermitted, Refused, SamePerson
from pool.ledger import services as ledger
from pool.models import Deadline
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
DAY = date(2024, 12, 25)


@built_once
def three(stage: Stage) -> list[Claim]:
    """Three cleared claims of 1,000,000.00, 400,000.00 and 200,000.00, in the order of their submission."""
    claims = [
        make.approved_claim(stage.team, stage.desk, balance=balance)
        for balance in ("2500000.00", "1000000.00", "500000.00")
    ]
    return make.cleared_claims(claims, stage.desk, on=date(2024, 12, 13))


def draft(stage: Stage, on: date = DAY) -> FundingPlan:
    with scope.everything():
        return services.draft_plan(by=stage.desk.authority, on=on)


def issue(plan: FundingPlan, stage: Stage, by: object = None, on: date = DAY) -> FundingPlan:
    with scope.everything():
        return services.issue_plan(
            plan_id=plan.pk, by=by or stage.desk.second_authority, on=on, version=make.fresh(plan).version
        )


def claims_of(plan: FundingPlan) -> list[str]:
    with scope.everything():
        return [item.claim.number for item in plan.items.order_by("position").select_related("claim")]


def test_short_money_queues_whole_claims_and_none_overtakes(stage: Stage, three: list[Claim]) -> None:
    make.money("1300000.00", stage.desk)
    with scope.everything():
        found = outlook(DAY)
        assert [claim.number for claim in found.taken] == [three[0].number]
        assert [claim.number for claim in found.waiting] == [three[1].number, three[2].number]
    plan = draft(stage)
    assert (plan.total, claims_of(plan)) == (Decimal("1000000.00"), [three[0].number])


def test_to_the_fen_it_fits_and_a_fen_less_it_waits(stage: Stage, three: list[Claim]) -> None:
    make.money("1399999.99", stage.desk)
    with scope.everything():
        assert [claim.number for claim in outlook(DAY).taken] == [three[0].number]
    make.money("0.01", stage.desk)
    assert draft(stage).total == Decimal("1400000.00")


def test_too_little_money_is_refused_in_words(stage: Stage, three: list[Claim]) -> None:
    make.money("999999.99", stage.desk)
    with pytest.raises(Refused) as refusal:
        draft(stage)
    assert (refusal.value.code, refusal.value.article) == ("plan_short_of_cash", "7.2")
    assert "0.01" in str(refusal.value)


def test_the_ceiling_of_the_pool_holds_even_where_there_is_cash(
    stage: Stage, three: list[Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    make.money("9000000.00", stage.desk)
    plan = draft(stage)
    monkeypatch.setattr(ledger, "outstanding", lambda: Decimal("4998400000.01"))
    with pytest.raises(Refused) as refusal:
        issue(plan, stage)
    assert (refusal.value.code, refusal.value.article) == ("plan_over_ceiling", "7.2")
    monkeypatch.setattr(ledger, "outstanding", lambda: Decimal("4998400000.00"))
    assert issue(plan, stage).state == FundingPlan.State.ISSUED


def test_issuing_reserves_numbers_and_keeps_the_document_by_another_person(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = draft(stage)
    with pytest.raises(SamePerson):
        issue(plan, stage, by=stage.desk.authority)
    with pytest.raises(NotPermitted):
        issue(plan, stage, by=stage.desk.finance_approver)
    issued = issue(plan, stage)
    assert issued.number == "资助计划〔2024〕1号"
    assert issued.papers_by == date(2024, 12, 30)
    with scope.everything():
        assert ledger.available() == 0
        assert [ledger.reserved_for(claim.pk) for claim in three] == [
            Decimal("1000000.00"), Decimal("400000.00"), Decimal("200000.00"),
        ]  # fmt: skip
        assert storage.intact(issued.document)
        packet = PapersPacket.objects.get(plan=issued)
        assert (packet.total, packet.papers_by) == (Decimal("1600000.00"), date(2024, 12, 30))
        assert Deadline.objects.get(subject_id=packet.pk, kind="papers_period").article == "19(3)"
    with pytest.raises(Refused):
        issue(issued, stage)


def test_money_that_went_elsewhere_in_between_is_not_promised_twice(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = draft(stage)
    with scope.everything():
        ledger.pay_fee(key="fee:1", amount=Decimal("0.01"), on=DAY, prepared_by=stage.desk.clerk)
    with pytest.raises(Refused) as refusal:
        issue(plan, stage)
    assert refusal.value.code == "plan_short_of_cash"
    with scope.everything():
        assert ledger.balances()["reserved"] == 0
    assert {make.fresh(claim).state for claim in three} == {Claim.State.CLEARED}


def test_a_suspended_banks_claims_are_left_out_with_the_article(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = draft(stage)
    make.suspend(stage.team, DAY)
    with pytest.raises(Refused) as refusal:
        issue(plan, stage)
    assert (refusal.value.code, refusal.value.article) == ("suspended", "17")
    with scope.everything():
        services.withdraw_plan(
            plan_id=plan.pk, by=stage.desk.authority, on=DAY, version=make.fresh(plan).version, reason="银行暂停"
        )
        barred = outlook(DAY).barred
    assert {article for _claim, _why, article in barred} == {"17"}
    assert len(barred) == 3


def test_a_claim_in_a_draft_is_not_drafted_again(stage: Stage, three: list[Claim]) -> None:
    make.money("3200000.00", stage.desk)
    draft(stage)
    with pytest.raises(Refused) as refusal:
        draft(stage)
    assert refusal.value.code == "nothing_to_plan"


def test_withdrawing_frees_the_money_and_the_claims_wait_again(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = issue(draft(stage), stage)
    with scope.everything():
        plan = services.withdraw_plan(
            plan_id=plan.pk, by=stage.desk.authority, on=DAY, version=plan.version, reason="文号有误"
        )
        assert ledger.available() == Decimal("1600000.00")
        assert PapersPacket.objects.get(plan=plan).state == PapersPacket.State.VOID
        assert not Deadline.objects.filter(kind="papers_period", dropped_on__isnull=True).exists()
    assert {make.fresh(claim).state for claim in three} == {Claim.State.CLEARED}
    again = issue(draft(stage, DAY + timedelta(days=1)), stage, on=DAY + timedelta(days=1))
    assert again.number == "资助计划〔2024〕2号"


def test_one_claim_is_taken_out_and_the_rest_stands(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = issue(draft(stage), stage)
    with scope.everything():
        item = plan.items.get(claim=three[1])
        services.drop_item(
            item_id=item.pk, by=stage.desk.authority, on=DAY, version=plan.version, reason="银行申请暂缓"
        )
        assert ledger.available() == Decimal("400000.00")
        assert PapersPacket.objects.get(plan=plan).total == Decimal("1200000.00")
    assert make.fresh(three[1]).state == Claim.State.CLEARED
    assert make.fresh(three[0]).state == Claim.State.PLANNED


def test_after_an_instruction_a_plan_cannot_be_withdrawn(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = issue(draft(stage), stage)
    make.instructed_payment(plan, stage.team, stage.desk)
    with scope.everything(), pytest.raises(Refused) as refusal:
        services.withdraw_plan(
            plan_id=plan.pk, by=stage.desk.authority, on=DAY, version=make.fresh(plan).version, reason="撤销"
        )
    assert refusal.value.code == "already_instructed"


def test_who_is_passed_over_is_so_for_a_reason_that_stays_with_the_plan(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    with scope.everything():
        with pytest.raises(Refused) as refusal:
            services.draft_plan(by=stage.desk.authority, on=DAY, claim_ids=[three[1].pk, three[2].pk])
        assert (refusal.value.code, refusal.value.article) == ("reason_missing", "7.2")
        assert three[0].number in str(refusal.value)
        plan = services.draft_plan(
            by=stage.desk.authority, on=DAY, claim_ids=[three[1].pk, three[2].pk], reason="该行申请暂缓"
        )
    assert (plan.total, claims_of(plan)) == (Decimal("600000.00"), [three[1].number, three[2].number])
    assert three[0].number in plan.remark
    assert "该行申请暂缓" in plan.remark


def test_all_that_fit_chosen_needs_no_reason(stage: Stage, three: list[Claim]) -> None:
    make.money("1400000.00", stage.desk)
    with scope.everything():
        plan = services.draft_plan(by=stage.desk.authority, on=DAY, claim_ids=[three[0].pk, three[1].pk])
    assert (plan.total, plan.remark) == (Decimal("1400000.00"), "")


def test_a_part_is_issued_and_the_rest_waits_for_another_plan(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    plan = draft(stage)
    with scope.everything():
        items = {item.claim_id: item for item in plan.items.all()}
        kept = [items[three[0].pk].pk, items[three[2].pk].pk]

    def issue_part(item_ids: list[object], reason: str) -> FundingPlan:
        with scope.everything():
            return services.issue_plan(
                plan_id=plan.pk, by=stage.desk.second_authority, on=DAY, version=make.fresh(plan).version,
                item_ids=item_ids, reason=reason,
            )  # fmt: skip

    for item_ids, code in (([], "nothing_chosen"), (kept, "reason_missing")):
        with pytest.raises(Refused) as refusal:
            issue_part(item_ids, "")
        assert refusal.value.code == code
    issued = issue_part(kept, "材料待核实")
    with scope.everything():
        assert ledger.available() == Decimal("400000.00")
        standing = issued.items.filter(dropped_on__isnull=True).order_by("position")
        assert [(item.position, item.claim_id) for item in standing] == [(1, three[0].pk), (2, three[2].pk)]
        left = issued.items.get(claim=three[1])
        assert (left.position, left.dropped_because) == (4, "材料待核实")
    assert issued.total == Decimal("1200000.00")
    assert [make.fresh(claim).state for claim in three] == ["planned", "cleared", "planned"]
    again = issue(draft(stage), stage)
    assert claims_of(again) == [three[1].number]


def test_the_stamped_scan_stands_beside_the_document_and_a_better_one_takes_its_place(
    stage: Stage, three: list[Claim]
) -> None:
    make.money("1600000.00", stage.desk)
    plan = draft(stage)

    def stamp(upload: object, by: object = None) -> FundingPlan:
        with scope.everything():
            return services.keep_stamped(
                plan_id=plan.pk, by=by or stage.desk.authority, on=DAY, version=make.fresh(plan).version, upload=upload
            )

    with pytest.raises(Refused) as refusal:
        stamp(SimpleUploadedFile("scan.pdf", make.pdf_bytes()))
    assert refusal.value.code == "not_issued"
    issue(plan, stage)
    for upload, code in ((None, "file_missing"), (SimpleUploadedFile("scan.pdf", b"MZ\x90"), "file_kind")):
        with pytest.raises(Refused) as refusal:
            stamp(upload)
        assert refusal.value.code == code
    with pytest.raises(NotPermitted):
        stamp(SimpleUploadedFile("scan.pdf", make.pdf_bytes()), by=stage.desk.clerk)
    first = stamp(SimpleUploadedFile("scan.pdf", make.pdf_bytes("one"))).stamped
    second = stamp(SimpleUploadedFile("scan.pdf", make.pdf_bytes("two"))).stamped
    assert first.sha256 != second.sha256
    with scope.everything():
        assert storage.intact(first)
        assert make.fresh(plan).document.purpose == "funding_plan"
    for person, status in ((stage.desk.clerk, 200), (stage.team.checker, 404)):
        client = Client()
        client.force_login(person)
        assert client.get(reverse("file", args=[second.pk])).status_code == status


def test_the_page_of_a_draft_issues_what_is_ticked(stage: Stage, three: list[Claim]) -> None:
    make.money("1600000.00", stage.desk)
    make.reach(DAY)
    client = Client()
    client.force_login(stage.desk.authority)

    def post(address: str, page: str, **given: object) -> int:
        html = client.get(page).content.decode()
        key = html.rsplit('name="form_key" value="', 1)[1].split('"')[0]
        return int(client.post(address, {"form_key": key, **given}).status_code)

    plans = reverse("claims:plans")
    assert post(plans, plans, claims=[str(claim.pk) for claim in three]) == 302
    plan = FundingPlan.objects.get()
    page, address = reverse("claims:plan", args=[plan.pk]), reverse("claims:issue_plan", args=[plan.pk])
    client.force_login(stage.desk.second_authority)
    with scope.everything():
        kept = [str(item.pk) for item in plan.items.exclude(claim=three[1])]
    assert post(address, page, version=plan.version, items=kept, reason="材料待核实") == 302
    assert make.fresh(plan).total == Decimal("1200000.00")
    assert "待上传盖章件的资助计划" in client.get(reverse("home")).content.decode()
