"""重新审核: what a corrected notice left out is decided anew, if two people of the manager want it."""

from datetime import date

import pytest
from django.db import IntegrityError

from claims import invariants, selectors, services, todos
from claims.models import Claim, Reconsideration, Review
from pool import scope
from pool.errors import NotPermitted, Refused, Stale
from pool.models import Deadline, Notice, User
from pool.moves import history
from tests.claims.conftest import Stage
from tests.claims.test_admin import act
from tests.claims.test_assignment import opine, run, seen
from tests.claims.test_questions import refused
from tests.factories import claims as make
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
POSTED, AGAIN, THEN = date(2024, 12, 13), date(2024, 12, 20), date(2024, 12, 23)


@built_once
def left_out(stage: Stage) -> Claim:
    """Submitted on the 10th, approved on the 12th, left out on the 13th."""
    claims = [make.approved_claim(stage.team, stage.desk, balance="100000.00") for _ in range(2)]
    return make.left_out(claims, stage.desk, POSTED)


def decide(claim: Claim, by: User, on: date = AGAIN, *, agree: bool = True) -> Reconsideration:
    decided: Reconsideration = run(
        services.decide_reconsideration, claim, by, on, agree=agree, reason="同意" if agree else "原决定无误"
    )
    return decided


def test_two_people_send_it_back_and_everything_said_is_kept(stage: Stage, left_out: Claim) -> None:
    make.proposed_again(left_out, stage.desk, AGAIN)
    todo = seen(lambda: todos.of_claim(make.fresh(left_out), AGAIN))
    assert (todo.title, todo.waiting_for) == ("决定是否重新审核", "高新投终审")
    decide(left_out, stage.desk.approver)
    claim = make.fresh(left_out)
    assert (claim.state, claim.decided_on, claim.decision_reason) == (Claim.State.SUBMITTED, None, "")
    with scope.everything():
        assert Review.objects.filter(claim=claim).count() == 2
        assert [move.target for move in history(claim, "state")][-3:] == ["publicised", "approved", "submitted"]
        assert Notice.objects.filter(bank=stage.team.pk, title__contains="重新审核").exists()
        assert not list(invariants.states_follow_the_log())
        assert not list(invariants.one_person_in_one_stage())
    opine(claim, stage.desk.reviewer, THEN, opinion="refuse")
    run(services.decide, claim, stage.desk.approver, THEN, decision="refuse", reason="资质证明无效")
    assert make.fresh(claim).state == Claim.State.REFUSED
    assert make.fresh(claim).ask_by is not None


def test_the_thirty_days_go_on_where_the_approval_stopped_them(stage: Stage, left_out: Claim) -> None:
    make.proposed_again(left_out, stage.desk, AGAIN)
    decide(left_out, stage.desk.approver)
    # Two of the thirty days were used until the 12th; the eight until the 20th are nobody's.
    assert make.fresh(left_out).decide_by == date(2025, 1, 17)
    with scope.everything():
        row = Deadline.objects.get(subject_id=left_out.pk, kind="review_period", fulfilled_on=None, dropped_on=None)
        assert row.explanation["paused_days"] == 8


def test_declined_it_stays_approved_and_may_be_posted(stage: Stage, left_out: Claim) -> None:
    make.proposed_again(left_out, stage.desk, AGAIN)
    refused("to_be_reconsidered", lambda: make.posted_publicity([left_out], stage.desk, on=AGAIN))
    assert decide(left_out, stage.desk.approver, agree=False).state == Reconsideration.State.DECLINED
    assert make.fresh(left_out).state == Claim.State.APPROVED
    make.posted_publicity([make.fresh(left_out)], stage.desk, on=AGAIN)
    refused("not_left_out", lambda: make.proposed_again(left_out, stage.desk, THEN))


def test_what_was_never_posted_is_not_reviewed_again(stage: Stage) -> None:
    claim = make.approved_claim(stage.team, stage.desk, balance="100000.00")
    refused("not_left_out", lambda: make.proposed_again(claim, stage.desk, POSTED))


def test_who_may_and_in_which_order(stage: Stage, left_out: Claim) -> None:
    for by in (stage.desk.approver, stage.desk.authority, stage.team.checker):
        with pytest.raises(NotPermitted):
            run(services.propose_reconsideration, left_out, by, AGAIN, reason="有误")
    refused("nothing_proposed", lambda: decide(left_out, stage.desk.approver))
    refused("reason_missing", lambda: run(services.propose_reconsideration, left_out, stage.desk.reviewer, reason=" "))
    make.proposed_again(left_out, stage.desk, AGAIN)
    refused("already_proposed", lambda: make.proposed_again(left_out, stage.desk, AGAIN))
    with pytest.raises(NotPermitted):
        decide(left_out, stage.desk.second_reviewer)
    with pytest.raises(Stale):
        run(services.decide_reconsideration, left_out, stage.desk.approver, version=1, agree=True, reason="同意")
    with scope.everything(), pytest.raises(IntegrityError):
        Reconsideration.objects.update(state="agreed", decided_by=stage.desk.reviewer, decision_reason="同意")


def test_a_bank_sees_no_proposal(stage: Stage, left_out: Claim) -> None:
    make.proposed_again(left_out, stage.desk, AGAIN)
    with scope.bank_scope(stage.team.pk):
        assert not Reconsideration.objects.exists()


def test_an_older_re_examination_does_not_stand_for_the_new_decision(stage: Stage) -> None:
    """Passed by the second pair, posted, left out, refused anew: the re-examination begins with its first desk."""
    one, other = [make.refused_claim(stage.team, stage.desk, balance="100000.00") for _ in range(2)]
    for claim in (one, other):
        ask_again(stage, claim, date(2024, 12, 12))
        opine_again(stage, claim, date(2024, 12, 13))
        run(services.decide_re_examination, claim, stage.desk.second_approver, POSTED, decision="pass",
            conclusion="符合条件")  # fmt: skip
    claim = make.left_out([make.fresh(one), make.fresh(other)], stage.desk, POSTED)
    make.proposed_again(claim, stage.desk, AGAIN)
    decide(claim, stage.desk.approver)
    opine(claim, stage.desk.reviewer, THEN, opinion="refuse")
    run(services.decide, claim, stage.desk.approver, THEN, decision="refuse", reason="资质证明无效")
    ask_again(stage, claim, THEN)
    assert seen(lambda: selectors.desk_of(make.fresh(claim))) == "re_reviewer"
    opine_again(stage, claim, THEN)
    assert seen(lambda: selectors.desk_of(make.fresh(claim))) == "re_approver"


def ask_again(stage: Stage, claim: Claim, on: date) -> None:
    with scope.bank_scope(stage.team.pk):
        services.ask_re_examination(
            claim_id=claim.pk, by=stage.team.checker, on=on, version=make.fresh(claim).version, reason="请复核"
        )


def opine_again(stage: Stage, claim: Claim, on: date) -> None:
    opine(claim, stage.desk.second_reviewer, on)


def test_by_the_buttons_of_the_review_page(stage: Stage, left_out: Claim) -> None:
    stage.on(AGAIN)
    assert act(stage.desk.reviewer, left_out, "agree_again", reason="同意").status_code == 403
    assert act(stage.desk.approver, left_out, "agree_again", reason="同意").status_code == 403
    assert act(stage.desk.reviewer, left_out, "again", reason="发现有误").status_code == 302
    assert act(stage.desk.reviewer, left_out, "again", reason="再提").status_code == 403
    assert act(stage.desk.approver, left_out, "agree_again", reason="同意").status_code == 302
    assert make.fresh(left_out).state == Claim.State.SUBMITTED


def test_the_refusal_names_its_article(stage: Stage, left_out: Claim) -> None:
    with pytest.raises(Refused) as refusal:
        decide(left_out, stage.desk.approver)
    assert refusal.value.article == "20(1)"
