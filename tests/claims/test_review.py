"""The manager's review: two people, the rules again at the decision, a clock that stands still, one re-examination."""

from datetime import date
from decimal import Decimal

import pytest

from claims import services
from claims.jobs import close_refusals, keep_clocks
from claims.models import Claim, Review
from loans.models import Loan
from pool import hats, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import ClockInterval, Deadline, Role
from tests.claims.conftest import Stage
from tests.factories import claims as make
from tests.factories.people import person

pytestmark = pytest.mark.django_db
NEXT = date(2024, 12, 11)
THEN = date(2024, 12, 12)


def decide(claim: Claim, by: object, on: date, decision: str = "pass", version: int | None = None) -> Claim:
    with scope.everything():
        return services.decide(
            claim_id=claim.pk, by=by, on=on, version=version or claim.version, decision=decision, reason=make.REASON
        )


def correct(claim: Claim, stage: Stage, on: date = NEXT, **facts: str) -> Claim:
    with scope.everything():
        return services.correct_facts(
            claim_id=claim.pk,
            by=stage.desk.reviewer,
            on=on,
            version=claim.version,
            corrections_=facts,
            reason="以原件为准",
        )


def test_nobody_decides_before_an_opinion_and_nobody_decides_on_their_own_opinion(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    with pytest.raises(Refused) as refusal:
        decide(claim, stage.desk.approver, NEXT)
    assert refusal.value.code == "no_opinion_yet"
    claim = make.give_opinion(claim, stage.desk, NEXT)
    with pytest.raises(NotPermitted):
        decide(claim, stage.desk.reviewer, THEN)
    with scope.everything():
        both = person(Role.MANAGER_APPROVER)
        hats.wear(claim, both, "reviewer")
    with pytest.raises(SamePerson):
        decide(claim, both, THEN)
    assert decide(claim, stage.desk.approver, THEN).state == Claim.State.APPROVED


def test_a_claim_that_fails_a_rule_cannot_be_passed_by_anybody(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk, balances="27000000.01")
    with pytest.raises(Refused) as refusal:
        decide(claim, stage.desk.approver, THEN)
    assert (refusal.value.code, refusal.value.article) == ("not_eligible", "4")
    refused = decide(claim, stage.desk.approver, THEN, "refuse")
    assert refused.state == Claim.State.REFUSED
    assert refused.ask_by == date(2024, 12, 26)
    assert "4" in [one["article"] for one in refused.findings if one["outcome"] == "fail"]


def test_the_classification_is_tested_again_at_the_decision(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    with scope.everything():
        Loan.objects.filter(pk=claim.loan_id).update(classification="special_mention")
    with pytest.raises((Refused, Stale)):
        decide(claim, stage.desk.approver, THEN)
    assert make.fresh(claim).state == Claim.State.REVIEWING


def test_corrected_facts_recompute_the_amount_and_need_a_new_opinion(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    corrected = correct(claim, stage, npl_principal="1,234,567.89")
    assert corrected.state == Claim.State.SUBMITTED
    assert corrected.amount == Decimal("493827.16")
    assert corrected.verified["npl_principal"]["reason"] == "以原件为准"
    claim = make.give_opinion(make.fresh(claim), stage.desk, THEN)
    assert decide(claim, stage.desk.approver, THEN).amount == Decimal("493827.16")


def test_a_correction_back_to_what_was_declared_is_none(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    claim = correct(claim, stage, other_balances="2000000.01")
    assert claim.ratio == Decimal("0.30")
    claim = correct(make.fresh(claim), stage, other_balances="1000000.00")
    assert claim.verified == {}
    assert claim.ratio == Decimal("0.40")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"npl_principal": "3000000.01"}, "over_principal"),
        ({"npl_principal": "12.345"}, "unreadable"),
        ({"use": "gambling"}, "unreadable"),
        ({"amount": "1.00"}, "unknown_fact"),
        ({"qualifications": "high_tech"}, "not_declared"),
        ({"special_ratio": "0.5"}, "unknown_fact"),
    ],
)
def test_what_cannot_be_verified_is_refused(stage: Stage, facts: dict[str, str], code: str) -> None:
    claim = make.submitted_claim(stage.team)
    with pytest.raises(Refused) as refusal:
        correct(claim, stage, **facts)
    assert refusal.value.code == code
    assert make.fresh(claim).verified == {}


def test_the_decision_needs_the_opinion_on_what_is_there_now(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    with scope.everything():
        claim.evidence.filter(item="iou").update(superseded=True)
    with pytest.raises(Stale):
        decide(claim, stage.desk.approver, THEN)


def test_while_returned_the_thirty_days_stand_still(stage: Stage) -> None:
    """Filed 12-10, used one day, back with the bank for eight days: the end moves from 2025-01-09 to 2025-01-17."""
    claim = make.reviewed_claim(stage.team, stage.desk, opinion="return")
    returned = decide(claim, stage.desk.approver, NEXT, "return")
    assert (returned.state, returned.decide_by) == (Claim.State.RETURNED, None)
    with scope.everything():
        assert Deadline.objects.get(subject_id=claim.pk, kind="review_period").dropped_on == NEXT
    again = date(2024, 12, 19)
    with scope.bank_scope(stage.team.pk):
        claim = services.submit_claim(claim_id=claim.pk, by=stage.team.checker, on=again, version=returned.version)
    assert claim.decide_by == date(2025, 1, 17)
    assert (claim.first_submitted_on, claim.submitted_on) == (make.SUBMITTED_ON, again)
    with scope.everything():
        clock = ClockInterval.objects.filter(subject_id=claim.pk).order_by("id")
        assert [(one.started_on, one.stopped_on) for one in clock] == [(make.SUBMITTED_ON, NEXT), (again, None)]


def test_a_correction_after_the_three_months_counts_by_the_first_filing(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk, opinion="return")
    claim = decide(claim, stage.desk.approver, THEN, "return")
    late = date(2025, 3, 10)
    with scope.bank_scope(stage.team.pk):
        claim = services.describe_claim(
            claim_id=claim.pk, by=stage.team.maker, on=late, version=claim.version,
            credit_report_on=date(2025, 3, 7), reported_balances=Decimal("1000000.00"),
        )  # fmt: skip
        claim = services.submit_claim(claim_id=claim.pk, by=stage.team.checker, on=late, version=claim.version)
    assert claim.state == Claim.State.SUBMITTED
    assert not [one for one in claim.findings if one["outcome"] == "fail"]


def test_a_suspended_bank_is_not_decided_on_and_its_clock_stands_still(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    large = make.suspend(stage.team, THEN)
    with pytest.raises(Refused) as refusal:
        decide(claim, stage.desk.approver, date(2024, 12, 13))
    assert (refusal.value.code, refusal.value.article) == ("suspended", "17")
    with scope.everything():
        keep_clocks.fn(date(2024, 12, 13))
    assert make.fresh(claim).decide_by is None
    make.resume(stage.team, large, date(2024, 12, 22))
    with scope.everything():
        keep_clocks.fn(date(2024, 12, 23))
        clock = ClockInterval.objects.filter(subject_id=claim.pk).order_by("id")
        assert [(one.started_on, one.stopped_on) for one in clock] == [
            (make.SUBMITTED_ON, THEN), (date(2024, 12, 22), None),
        ]  # fmt: skip
    claim = make.fresh(claim)
    assert claim.decide_by == date(2025, 1, 20)
    assert decide(claim, stage.desk.approver, date(2024, 12, 23)).state == Claim.State.APPROVED


def test_a_claim_filed_while_suspended_keeps_its_date_and_starts_no_clock(stage: Stage) -> None:
    make.suspend(stage.team, date(2024, 12, 9))
    claim = make.submitted_claim(stage.team)
    assert claim.state == Claim.State.SUBMITTED
    assert (claim.first_submitted_on, claim.decide_by) == (make.SUBMITTED_ON, None)


def test_a_re_examination_once_in_time_by_another_pair(stage: Stage) -> None:
    desk = stage.desk
    claim = make.refused_claim(stage.team, desk)
    with scope.bank_scope(stage.team.pk):
        with pytest.raises(Refused) as refusal:
            ask(claim, stage, date(2024, 12, 27))
        assert refusal.value.code == "too_late"
        ask(claim, stage, date(2024, 12, 26))
    claim = make.fresh(claim)
    assert claim.state == Claim.State.RE_EXAMINING
    with scope.everything():
        with pytest.raises(SamePerson):
            opine(claim, desk.reviewer)
        opine(claim, desk.second_reviewer)
        claim = make.fresh(claim)
        with pytest.raises(SamePerson):
            conclude(claim, desk.approver, "pass")
        concluded = conclude(claim, desk.second_approver, "refuse")
    assert (concluded.state, concluded.final) == (Claim.State.REFUSED, True)
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        ask(concluded, stage, date(2024, 12, 27))
    assert refusal.value.code == "final"
    with scope.everything():
        rounds = Review.objects.filter(claim=claim).values_list("round", "stage", "by_id")
        assert len({person_ for _round, _stage, person_ in rounds}) == 4


def test_a_re_examination_may_pass_what_was_refused(stage: Stage) -> None:
    claim = make.refused_claim(stage.team, stage.desk)
    with scope.bank_scope(stage.team.pk):
        ask(claim, stage, date(2024, 12, 20))
    with scope.everything():
        opine(make.fresh(claim), stage.desk.second_reviewer)
        passed = conclude(make.fresh(claim), stage.desk.second_approver, "pass")
    assert (passed.state, passed.amount) == (Claim.State.APPROVED, Decimal("1000000.00"))


def test_a_refusal_nobody_questions_becomes_final_the_day_after(stage: Stage) -> None:
    claim = make.refused_claim(stage.team, stage.desk)
    with scope.everything():
        assert close_refusals.fn(date(2024, 12, 26)) == {"final": 0}
        assert close_refusals.fn(date(2024, 12, 27)) == {"final": 1}
        assert close_refusals.fn(date(2024, 12, 28)) == {"final": 0}
    assert make.fresh(claim).final
    with scope.bank_scope(stage.team.pk), pytest.raises(Refused) as refusal:
        services.draft_claim(loan_id=claim.loan_id, by=stage.team.maker, on=date(2024, 12, 28))
    assert refusal.value.code == "already_decided"


def ask(claim: Claim, stage: Stage, on: date) -> Claim:
    return services.ask_re_examination(
        claim_id=claim.pk, by=stage.team.checker, on=on, version=claim.version, reason="补充说明"
    )


def opine(claim: Claim, by: object) -> Review:
    return services.give_opinion(
        claim_id=claim.pk, by=by, on=date(2024, 12, 27), version=claim.version, opinion="pass", reason=make.REASON
    )


def conclude(claim: Claim, by: object, decision: str) -> Claim:
    return services.decide_re_examination(
        claim_id=claim.pk, by=by, on=date(2024, 12, 27), version=claim.version, decision=decision, conclusion="结论"
    )
