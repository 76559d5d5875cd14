"""分办 and 回避: a desk is one person's at a time, an even share goes to who has least, who keeps away never acts."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from claims import invariants, selectors, services, todos
from claims.models import Assignment, Claim, Desk, Recusal, Review
from pool import scope
from pool.errors import NotPermitted, Refused, Stale
from pool.models import AuditEvent, Notice, Role, User
from tests.claims.conftest import Stage
from tests.claims.test_admin import act, client_of
from tests.claims.test_races import together
from tests.factories import claims as make
from tests.factories.people import person

pytestmark = pytest.mark.django_db
NEXT, THEN = date(2024, 12, 11), date(2024, 12, 12)


def seen(question: Callable[[], Any]) -> Any:
    """What the manager's people see."""
    with scope.everything():
        return question()


def run(service: Any, claim: Claim, by: User, on: date = NEXT, **given: Any) -> Any:
    with scope.everything():
        version = make.fresh(claim).version
        return service(claim_id=claim.pk, by=by, on=on, version=given.pop("version", version), **given)


def take(claim: Claim, by: User) -> Assignment:
    return run(services.take_claim, claim, by)


def assign(claim: Claim, by: User, to: User, reason: str = "") -> Assignment:
    return run(services.assign_claim, claim, by, person_id=to.pk, reason=reason)


def recuse(claim: Claim, by: User, reason: str = "本人与借款企业有关联关系") -> Recusal:
    return run(services.recuse, claim, by, reason=reason)


def opine(claim: Claim, by: User, on: date = NEXT, opinion: str = "pass") -> Review:
    return run(services.give_opinion, claim, by, on, opinion=opinion, reason=make.REASON)


def test_what_one_person_took_nobody_else_works_on(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    given = take(claim, stage.desk.reviewer)
    assert (given.desk, given.person) == (Desk.REVIEWER, stage.desk.reviewer)
    assert take(claim, stage.desk.reviewer).pk == given.pk
    with pytest.raises(Refused) as refusal:
        take(claim, stage.desk.second_reviewer)
    assert refusal.value.code == "taken"
    with pytest.raises(Refused) as refusal:
        opine(claim, stage.desk.second_reviewer)
    assert refusal.value.code == "given_to_another"
    assert opine(claim, stage.desk.reviewer).by == stage.desk.reviewer
    assert seen(AuditEvent.objects.filter(action="claims.assign").count) == 1


def test_an_unassigned_claim_is_whoever_comes_first(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    assert opine(claim, stage.desk.second_reviewer).by == stage.desk.second_reviewer
    assert not seen(Assignment.objects.exists)


@pytest.mark.parametrize("who", ["approver", "authority", "clerk"])
def test_who_has_no_such_desk_takes_nothing(stage: Stage, who: str) -> None:
    claim = make.submitted_claim(stage.team)
    with pytest.raises(Refused):
        take(claim, getattr(stage.desk, who))
    assert not seen(Assignment.objects.exists)


def test_a_bank_neither_assigns_nor_sees_who_works_on_its_claim(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    take(claim, stage.desk.reviewer)
    recuse(claim, stage.desk.second_reviewer)
    with scope.bank_scope(stage.team.pk):
        assert not Assignment.objects.exists()
        assert not Recusal.objects.exists()
    for by in (stage.team.maker, stage.team.checker):
        with pytest.raises(NotPermitted):
            assign(claim, by, stage.desk.reviewer)
    told = client_of(stage.team.checker).get(reverse("claims:detail", args=[claim.pk])).content.decode()
    assert str(stage.desk.reviewer) not in told
    assert str(stage.desk.second_reviewer) not in told


def test_the_approver_gives_it_and_the_person_is_told(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    with pytest.raises(NotPermitted):
        assign(claim, stage.desk.reviewer, stage.desk.reviewer)
    given = assign(claim, stage.desk.approver, stage.desk.reviewer)
    told = seen(lambda: Notice.objects.get(user=stage.desk.reviewer))
    assert claim.number in told.title
    assert told.url == reverse("admin:claims_claim_change", args=[claim.pk])
    with pytest.raises(Refused) as refusal:
        assign(claim, stage.desk.approver, stage.desk.second_reviewer)
    assert (refusal.value.code, refusal.value.field) == ("reason_missing", "reason")
    again = assign(claim, stage.desk.second_approver, stage.desk.second_reviewer, "原承办人休假")
    seen(given.refresh_from_db)
    assert (given.ended_on, again.ended_on, again.reason) == (NEXT, None, "原承办人休假")
    with pytest.raises(Refused):
        opine(claim, stage.desk.reviewer)


def test_nobody_is_given_a_desk_that_is_not_theirs(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    opine(claim, stage.desk.reviewer)
    gone = person(Role.MANAGER_APPROVER)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    recuse(claim, stage.desk.second_approver)
    for other in (stage.desk.reviewer, gone, stage.desk.authority):
        with pytest.raises(Refused) as refusal:
            assign(claim, stage.desk.approver, other)
        assert refusal.value.code == "cannot_be_given"
    with pytest.raises(Refused):
        assign(claim, stage.desk.approver, stage.desk.second_approver)
    assert assign(claim, stage.desk.approver, stage.desk.approver).desk == Desk.APPROVER


def test_the_database_holds_one_person_a_desk_and_keeps_what_was(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    given = take(claim, stage.desk.reviewer)
    with scope.everything():
        for wrong in (
            lambda: Assignment.objects.create(
                claim=claim, desk=Desk.REVIEWER, person=stage.desk.second_reviewer, by=stage.desk.approver, on=NEXT
            ),
            lambda: Assignment.objects.filter(pk=given.pk).update(person=stage.desk.second_reviewer),
            lambda: recuse(claim, stage.desk.approver) and Recusal.objects.all().delete(),
        ):
            with pytest.raises(Exception) as fault, transaction.atomic():
                wrong()
            assert isinstance(fault.value, IntegrityError) or "permission denied" in str(fault.value)


def test_an_even_share_goes_to_who_has_least_and_the_most_urgent_first(stage: Stage) -> None:
    claims = [make.submitted_claim(stage.team, balance="100000.00") for _ in range(4)]
    reviewed = make.reviewed_claim(stage.team, stage.desk, balance="100000.00")
    assign(claims[0], stage.desk.approver, stage.desk.reviewer)
    with scope.everything(), pytest.raises(NotPermitted):
        services.distribute_claims(by=stage.desk.reviewer, on=NEXT)
    with scope.everything():
        shares = services.distribute_claims(by=stage.desk.approver, on=NEXT)
    assert (len(shares.given), shares.left) == (4, [])
    with scope.everything():
        held = {load.person: load.open for load in selectors.loads()}
        assert (held[stage.desk.reviewer], held[stage.desk.second_reviewer]) == (2, 2)
        assert selectors.holder(reviewed, Desk.APPROVER) is not None
        assert Notice.objects.filter(user=stage.desk.second_reviewer).count() == 1
        assert services.distribute_claims(by=stage.desk.approver, on=NEXT).given == []


def test_what_nobody_can_be_given_is_told(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    for one in (stage.desk.reviewer, stage.desk.second_reviewer):
        recuse(claim, one)
    with scope.everything():
        shares = services.distribute_claims(by=stage.desk.approver, on=NEXT)
    assert (shares.given, [one.pk for one in shares.left]) == ([], [claim.pk])


def test_who_keeps_away_never_acts_again(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    take(claim, stage.desk.reviewer)
    with pytest.raises(Refused) as refusal:
        recuse(claim, stage.desk.reviewer, " ")
    assert refusal.value.code == "reason_missing"
    recuse(claim, stage.desk.reviewer)
    recuse(claim, stage.desk.reviewer)
    assert seen(Recusal.objects.count) == 1
    assert seen(lambda: selectors.holder(claim, Desk.REVIEWER)) is None
    for wrong in (lambda: opine(claim, stage.desk.reviewer), lambda: take(claim, stage.desk.reviewer)):
        with pytest.raises(Refused) as refusal:
            wrong()
        assert refusal.value.code == "recused"
    assert opine(claim, stage.desk.second_reviewer)
    assert seen(lambda: list(invariants.one_person_in_one_stage())) == []


def test_an_opinion_of_who_then_keeps_away_falls(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    recuse(claim, stage.desk.reviewer)
    assert make.fresh(claim).state == Claim.State.SUBMITTED
    opine(claim, stage.desk.second_reviewer)
    decided = run(services.decide, claim, stage.desk.approver, THEN, decision="pass", reason=make.REASON)
    assert decided.state == Claim.State.APPROVED
    with scope.everything():
        Review.objects.create(
            bank_id=claim.bank_id, claim=claim, stage="reviewer", opinion="pass", reason="x", on=THEN,
            by=stage.desk.reviewer, seen_version=1, seen_hash="",
        )  # fmt: skip
        assert "after recusing" in " ".join(invariants.one_person_in_one_stage())


def test_an_opinion_in_a_re_examination_falls_too(stage: Stage) -> None:
    claim = make.refused_claim(stage.team, stage.desk)
    with scope.bank_scope(stage.team.pk):
        services.ask_re_examination(
            claim_id=claim.pk, by=stage.team.checker, on=date(2024, 12, 16), version=claim.version, reason="请复核"
        )
    opine(claim, stage.desk.second_reviewer, date(2024, 12, 17))
    assert seen(lambda: selectors.desk_of(make.fresh(claim))) == Desk.RE_APPROVER
    recuse(claim, stage.desk.second_reviewer)
    assert seen(lambda: selectors.desk_of(make.fresh(claim))) == Desk.RE_REVIEWER
    decided = {"decision": "pass", "conclusion": "复核通过"}
    with pytest.raises(Refused) as refusal:
        run(services.decide_re_examination, claim, stage.desk.second_approver, date(2024, 12, 18), **decided)
    assert refusal.value.code == "no_opinion_yet"


def test_the_lists_show_mine_first_then_what_is_nobodys(stage: Stage) -> None:
    mine, free, others = [make.submitted_claim(stage.team, balance="100000.00") for _ in range(3)]
    take(mine, stage.desk.reviewer)
    take(others, stage.desk.second_reviewer)
    with scope.everything():
        found = [(todo.title, todo.count) for todo in todos.todos(stage.desk.reviewer, NEXT)]
    assert found[:2] == [("分办给您的补偿申请", 1), ("待初审的补偿申请", 1)]
    queue = reverse("admin:claims_claim_changelist")
    shown = {
        value: client_of(stage.desk.reviewer).get(queue, {"holder": value}).content.decode()
        for value in ("me", "nobody", "somebody")
    }
    assert mine.number in shown["me"] and free.number not in shown["me"] and others.number not in shown["me"]
    assert free.number in shown["nobody"] and mine.number not in shown["nobody"]
    assert others.number in shown["somebody"] and free.number not in shown["somebody"]
    assert str(stage.desk.second_reviewer) in shown["me"]


def test_the_review_page_gives_takes_and_keeps_away(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    given = {"person_id": str(stage.desk.reviewer.pk)}
    assert act(stage.desk.approver, claim, "assign", **given).status_code == 302
    other = client_of(stage.desk.second_reviewer).get(reverse("admin:claims_claim_change", args=[claim.pk]))
    assert f"已分办给{stage.desk.reviewer}" in other.content.decode()
    assert act(stage.desk.second_reviewer, claim, "take").status_code == 403
    assert act(stage.desk.reviewer, claim, "recuse", reason="亲属在该行任职").status_code == 302
    page = client_of(stage.desk.approver).get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "已回避人员" in page and "亲属在该行任职" in page
    assert f'value="{stage.desk.reviewer.pk}"' not in page
    assert act(stage.desk.second_reviewer, claim, "take").status_code == 302
    assert act(stage.desk.reviewer, claim, "opinion", opinion="pass", reason="通过").status_code == 403


def test_the_queue_shows_the_load_and_shares_out(stage: Stage) -> None:
    make.submitted_claim(stage.team)
    queue, client = reverse("admin:claims_claim_changelist"), client_of(stage.desk.approver)
    assert "平均分办" not in client_of(stage.desk.reviewer).get(queue).content.decode()
    page = client.get(queue).content.decode()
    key = page.split('name="form_key" value="')[1].split('"')[0]
    address = reverse("admin:claims_claim_distribute")
    assert client.post(address, {"form_key": key}).status_code == 302
    assert seen(Assignment.objects.count) == 1
    assert "没有未分办的申请" in client.get(queue).content.decode()


def test_a_share_seen_in_an_old_version_is_refused(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    with pytest.raises(Stale):
        run(services.take_claim, claim, stage.desk.reviewer, version=claim.version - 1)


def test_two_who_take_at_once_are_one(committed_db: str) -> None:
    team, desk = make.good_team(), make.Desk()
    claim = make.submitted_claim(team)
    answers, refusals = together(
        *(
            lambda by=by: services.take_claim(claim_id=claim.pk, by=by, on=NEXT, version=claim.version)
            for by in (desk.reviewer, desk.second_reviewer)
        )
    )
    assert (len(answers), [no.code for no in refusals]) == (1, ["taken"])
    with scope.everything():
        assert Assignment.objects.get().ended_on is None
