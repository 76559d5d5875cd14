"""A posted list is never altered: a new notice takes its place (20(2)); what an objector may ask afterwards."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from claims import invariants, services
from claims.models import Claim, Objection, Publicity
from claims.services.publicity import end_due
from pool import scope
from pool.errors import NotPermitted, Refused, Stale
from pool.models import Deadline, Notice, User
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
POSTED, LAST = date(2024, 12, 13), date(2024, 12, 24)
CORRECTED, NEW_LAST = date(2024, 12, 18), date(2024, 12, 27)


@built_once
def two(stage: Stage) -> tuple[Claim, Claim, Publicity]:
    first, second = make.approved_claim(stage.team, stage.desk), make.approved_claim(stage.team, stage.desk)
    return first, second, make.posted_publicity([first, second], stage.desk, on=POSTED)


def correct(
    old: Publicity, by: User, on: date = CORRECTED, *, without: tuple[Claim, ...] = (), reason: str = "标题有误"
) -> Publicity:
    with scope.everything():
        return services.correct_publicity(
            publicity_id=old.pk, by=by, on=on, version=make.fresh(old).version, reason=reason,
            left_out=[claim.pk for claim in without],
        )  # fmt: skip


def lines(publicity: Publicity) -> list[tuple[int, object]]:
    with scope.everything():
        return list(publicity.items.order_by("position").values_list("position", "claim_id"))


def test_the_new_notice_stands_in_the_old_ones_place_and_its_days_begin_anew(
    stage: Stage, two: tuple[Claim, Claim, Publicity]
) -> None:
    first, second, old = two
    before = lines(old)
    new = correct(old, stage.desk.authority)
    assert (new.last_day, new.corrects_id, new.correction) == (NEW_LAST, old.pk, "标题有误")
    assert make.fresh(old).state == Publicity.State.REPLACED
    assert lines(old) == before == lines(new)
    with scope.everything():
        open_ones = Deadline.objects.filter(kind="publicity_period", fulfilled_on__isnull=True, dropped_on__isnull=True)
        assert list(open_ones.values_list("subject_id", flat=True)) == [new.pk]
        assert end_due(LAST + timedelta(days=1))["ended"] == []
        assert end_due(NEW_LAST + timedelta(days=1))["ended"] == [new.number]
        assert list(invariants.no_payment_past_a_gate()) == []
    assert {make.fresh(claim).state for claim in (first, second)} == {Claim.State.CLEARED}


def test_what_the_new_list_leaves_out_waits_for_another_notice(
    stage: Stage, two: tuple[Claim, Claim, Publicity]
) -> None:
    first, second, old = two
    new = correct(old, stage.desk.authority, without=(first,))
    assert lines(new) == [(1, second.pk)]
    assert make.fresh(first).state == Claim.State.APPROVED
    again = make.posted_publicity([first], stage.desk, on=CORRECTED)
    assert make.fresh(first).state == Claim.State.PUBLICISED
    assert lines(again) == [(1, first.pk)]


def test_an_objection_to_the_old_list_still_holds_its_claim(stage: Stage, two: tuple[Claim, Claim, Publicity]) -> None:
    first, second, old = two
    objection = make.objection_to(first, POSTED)
    new = correct(old, stage.desk.authority)
    with scope.everything():
        services.end_publicity(publicity_id=new.pk, on=NEW_LAST + timedelta(days=1))
    assert (make.fresh(first).state, make.fresh(second).state) == (Claim.State.PUBLICISED, Claim.State.CLEARED)
    decided(objection, stage, uphold=False, on=date(2024, 12, 30))
    assert make.fresh(first).state == Claim.State.CLEARED


def test_dismissed_before_the_new_notice_ends_it_is_not_yet_clear(
    stage: Stage, two: tuple[Claim, Claim, Publicity]
) -> None:
    first, _second, old = two
    objection = make.objection_to(first, POSTED)
    correct(old, stage.desk.authority)
    decided(objection, stage, uphold=False, on=date(2024, 12, 19))
    assert make.fresh(first).state == Claim.State.PUBLICISED


@pytest.mark.parametrize(
    ("on", "reason", "code"),
    [(CORRECTED, "  ", "reason_missing"), (LAST + timedelta(days=1), "有误", "publicity_over")],
)
def test_it_is_refused(stage: Stage, two: tuple[Claim, Claim, Publicity], on: date, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        correct(two[2], stage.desk.authority, on, reason=reason)
    assert (refusal.value.code, refusal.value.article) == (code, "20(2)")
    assert Publicity.objects.count() == 1


def test_a_notice_is_corrected_once_by_the_authority_and_keeps_a_line(
    stage: Stage, two: tuple[Claim, Claim, Publicity]
) -> None:
    first, second, old = two
    with pytest.raises(NotPermitted):
        correct(old, stage.desk.clerk)
    with pytest.raises(Refused) as refusal:
        correct(old, stage.desk.authority, without=(first, second))
    assert refusal.value.code == "nothing_chosen"
    stale = make.fresh(old)
    correct(old, stage.desk.authority)
    with pytest.raises(Refused) as refusal:
        correct(old, stage.desk.authority)
    assert refusal.value.code == "publicity_over"
    with scope.everything(), pytest.raises(Stale):
        services.correct_publicity(
            publicity_id=old.pk, by=stage.desk.authority, on=CORRECTED, version=stale.version, reason="再次更正"
        )


def test_the_public_reads_what_was_corrected_and_objects_to_the_new_one(
    stage: Stage, two: tuple[Claim, Claim, Publicity]
) -> None:
    _first, _second, old = two
    stage.on(CORRECTED)
    client = Client()
    client.force_login(stage.desk.authority)
    kept = [str(claim_id) for _position, claim_id in lines(old)]
    page = client.get(reverse("claims:publicity", args=[old.pk])).content.decode()
    key = page.split('name="form_key" value="')[1].split('"')[0]
    sent = {"form_key": key, "version": make.fresh(old).version, "claims": kept, "reason": "名单排序有误", "title": ""}
    assert client.post(reverse("claims:correct_publicity", args=[old.pk]), sent).status_code == 302
    new = Publicity.objects.get(corrects=old)
    visitor = Client()
    before = visitor.get(reverse("publicity:publicity", args=[old.number])).content.decode()
    assert new.number in before
    assert reverse("publicity:object", args=[old.number, 1]) not in before
    after = visitor.get(reverse("publicity:publicity", args=[new.number])).content.decode()
    assert "名单排序有误" in after
    given = {"name": "王女士", "contact": "13900001111", "text": "异议"}
    assert visitor.post(reverse("publicity:object", args=[old.number, 1]), given).status_code == 422
    assert visitor.post(reverse("publicity:object", args=[new.number, 1]), given).status_code == 302


def decided(objection: Objection, stage: Stage, *, uphold: bool, on: date) -> Objection:
    with scope.everything():
        objection = services.report_objection(
            objection_id=objection.pk, by=stage.desk.second_reviewer, on=on, version=objection.version, report="经核实"
        )
        return services.decide_objection(
            objection_id=objection.pk, by=stage.desk.second_authority, on=on, version=objection.version,
            uphold=uphold, reason="依据复核报告",
        )  # fmt: skip


def ask(number: str, contact: str) -> str:
    return Client().post(reverse("publicity:objection_result"), {"number": number, "contact": contact}).content.decode()


def test_who_objected_learns_the_decision_by_number_and_contact_and_nobody_else_does(
    stage: Stage, two: tuple[Claim, Claim, Publicity]
) -> None:
    first, _second, old = two
    with scope.everything():
        objection = services.object_to(
            item_id=old.items.get(claim=first).pk, name="王女士", contact="13900001111", text="该企业已停业", on=POSTED
        )
    assert "异议正在办理" in ask(objection.number.lower(), " 13900001111 ")
    decided(objection, stage, uphold=True, on=date(2024, 12, 16))
    told = ask(objection.number, "13900001111")
    assert "异议成立" in told
    assert "依据复核报告" in told
    assert "王女士" not in told
    for number, contact in ((objection.number, "13900001112"), ("YY20249999", "13900001111")):
        answer = Client().post(reverse("publicity:objection_result"), {"number": number, "contact": contact})
        assert answer.status_code == 422
        assert "没有查到该异议" in answer.content.decode()
    with scope.everything():
        notice = Notice.objects.filter(bank=stage.team.pk, title__contains="异议成立").first()
    assert notice is not None
    assert "王女士" not in notice.title + notice.body
    html = Client().get(reverse("publicity:publicity", args=[old.number])).content.decode()
    assert "异议成立，已移出" in html


def test_asking_is_bounded(stage: Stage, two: tuple[Claim, Claim, Publicity]) -> None:
    address, given = reverse("publicity:objection_result"), {"number": "YY20240001", "contact": "1"}
    answers = [Client().post(address, given).content.decode() for _ in range(21)]
    assert "没有查到" in answers[19]
    assert "提交过于频繁" in answers[20]


def test_the_re_check_report_is_a_pdf_for_the_public_bodies(stage: Stage, two: tuple[Claim, Claim, Publicity]) -> None:
    first, _second, _old = two
    objection = make.objection_to(first, POSTED)
    address = reverse("claims:objection_report", args=[objection.pk])
    client = Client()
    client.force_login(stage.desk.authority)
    assert client.get(address).status_code == 409
    decided(objection, stage, uphold=False, on=date(2024, 12, 16))
    answer = client.get(address)
    assert answer.content.startswith(b"%PDF-")
    client.force_login(stage.team.checker)
    assert client.get(address).status_code == 403
