"""The manager's review: an opinion, a decision by another person, one re-examination by another pair (20(1))."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from banks.standing import is_suspended
from claims import assessment, corrections, permissions
from claims.assessment import Assessment
from claims.models import Claim, Desk, Review
from claims.selectors import last_opinion, open_question, round_of
from claims.services import due, locking, telling
from claims.services.assignment import sit_down
from claims.services.claim import keep_clock
from pool import hats, moves
from pool.chinese import in_chinese
from pool.errors import Refused, Stale
from pool.models import Notice, User
from pool.selectors import edition
from pool.sure import be_sure

Round, Stage, Opinion = Review.Round, Review.Stage, Review.Opinion
DESKS = {
    (Round.FIRST, Stage.REVIEWER): Desk.REVIEWER,
    (Round.FIRST, Stage.APPROVER): Desk.APPROVER,
    (Round.RE_EXAMINATION, Stage.REVIEWER): Desk.RE_REVIEWER,
    (Round.RE_EXAMINATION, Stage.APPROVER): Desk.RE_APPROVER,
}


@transaction.atomic
def give_opinion(*, claim_id: UUID, by: User, on: date, version: int, opinion: str, reason: str) -> Review:
    """The first person's opinion, with what was seen; another person decides."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.review(by))
    locking.check(claim, version)
    _require_reason(reason)
    round_ = round_of(claim)
    if claim.state not in {Claim.State.SUBMITTED, Claim.State.RE_EXAMINING}:
        raise Refused("not_under_review", _("该申请当前不在初审环节。"), edition()["review_period"].article)
    if open_question(claim) is not None:
        text = _("有询问尚待银行答复，审核期限停止计算；请待答复，或撤回询问后再提出意见。")
        raise Refused("question_open", text, edition()["question_period"].article)
    if round_ == Round.RE_EXAMINATION and opinion == Opinion.RETURN:
        raise Refused("no_return", _("复核只能作出通过或不通过的结论。"), edition()["re_examination_window"].article)
    sit_down(claim, by, DESKS[round_, Stage.REVIEWER])
    review = _write(claim, round_, Stage.REVIEWER, opinion, reason, by, on)
    if round_ == Round.FIRST:
        article = edition()["review_period"].article
        moves.move(claim, "review", by=by, on=on, article=article, reason=reason)
        keep_clock(claim, on)
    else:
        locking.keep(claim)
    locking.note("opinion", claim, by=by, on=on, after={"opinion": opinion, "round": round_}, reason=reason)
    return review


@transaction.atomic
def ask_new_opinion(*, claim_id: UUID, by: User, on: date, version: int, reason: str) -> Claim:
    """The approver sends the case back to the first desk inside the manager; the thirty days run on."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.decide(by))
    locking.check(claim, version)
    _require_reason(reason)
    sit_down(claim, by, DESKS[Round.FIRST, Stage.APPROVER])
    moves.move(claim, "reopen_review", by=by, on=on, article=edition()["review_period"].article, reason=reason)
    keep_clock(claim, on)
    locking.note("ask_new_opinion", claim, by=by, on=on, reason=reason)
    return claim


@transaction.atomic
def decide(*, claim_id: UUID, by: User, on: date, version: int, decision: str, reason: str) -> Claim:
    """Pass, refuse, or return for correction: by another person than the reviewer, the rules run again that day."""
    claim = _open_decision(claim_id, by, version, reason, Round.FIRST)
    if decision == Opinion.RETURN:
        _write(claim, Round.FIRST, Stage.APPROVER, decision, reason, by, on)
        moves.move(claim, "send_back", by=by, on=on, article=edition()["review_period"].article, reason=reason)
        keep_clock(claim, on)
        locking.note("return", claim, by=by, on=on, after=locking.state_of(claim), reason=reason)
        _tell(claim, on, edition()["review_period"].article, reason)
        return claim
    return _conclude(claim, Round.FIRST, decision, reason, by, on)


@transaction.atomic
def decide_re_examination(*, claim_id: UUID, by: User, on: date, version: int, decision: str, conclusion: str) -> Claim:
    """The written conclusion of the re-examination; a refusal is final."""
    claim = _open_decision(claim_id, by, version, conclusion, Round.RE_EXAMINATION)
    return _conclude(claim, Round.RE_EXAMINATION, decision, conclusion, by, on)


@transaction.atomic
def ask_re_examination(*, claim_id: UUID, by: User, on: date, version: int, reason: str) -> Claim:
    """The bank's checker asks once, in time (reading 16)."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.submit(by, claim.bank_id))
    locking.check(claim, version)
    _require_reason(reason)
    hats.wear(claim, by, "checker")
    article = edition()["re_examination_window"].article
    if claim.final:
        raise Refused("final", _("该决定为终局决定，不能再申请复核。"), article)
    if claim.state == Claim.State.REFUSED and (claim.ask_by is None or on > claim.ask_by):
        raise Refused("too_late", _("申请复核的期限已于 %(day)s 届满。") % {"day": claim.ask_by}, article)
    moves.move(claim, "ask_re_examination", by=by, on=on, article=article, reason=reason)
    due.fulfil(claim, "re_examination_window", on)
    locking.note(
        "ask_re_examination", claim, by=by, on=on, after=locking.state_of(claim), article=article, reason=reason
    )
    return claim


@transaction.atomic
def correct_facts(
    *, claim_id: UUID, by: User, on: date, version: int, corrections_: Mapping[str, str], reason: str
) -> Claim:
    """The reviewer sets verified facts beside the declared ones; ratio and amount are computed again, never entered."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.review(by))
    locking.check(claim, version)
    _require_reason(reason)
    round_ = round_of(claim)
    if claim.state not in {Claim.State.SUBMITTED, Claim.State.REVIEWING, Claim.State.RE_EXAMINING}:
        raise Refused(
            "not_under_review", _("该申请当前不在审核环节，不能核定事实。"), edition()["review_period"].article
        )
    sit_down(claim, by, DESKS[round_, Stage.REVIEWER])
    before = dict(claim.verified)
    for name, text in corrections_.items():
        claim.verified = corrections.corrected(claim, name, text, by=by, on=on, reason=reason)
    if claim.verified == before:
        return claim
    assessment.freeze(claim, assessment.of_claim(claim, on))
    locking.keep(claim, "verified", *assessment.FROZEN)
    if claim.state == Claim.State.REVIEWING:
        with in_chinese():
            moves.move(claim, "reopen_review", by=by, on=on, reason=_("事实已更正，须重新提出初审意见。"))
        keep_clock(claim, on)
    locking.note(
        "correct_facts",
        claim,
        by=by,
        on=on,
        before=corrections.plain(before),
        after={**corrections.plain(claim.verified), "amount": claim.amount},
        reason=reason,
    )
    return claim


def finalise_refusals(on: date) -> int:
    """Refusals whose re-examination was not asked for in time become final; not on a provisional day (reading 1)."""
    count = 0
    waiting = Claim.objects.filter(state=Claim.State.REFUSED, final=False, ask_by__lt=on)
    with transaction.atomic():
        for claim in locking.claims(waiting.values_list("pk", flat=True)):
            count += _make_final(claim, on)
    return count


def _make_final(claim: Claim, on: date) -> bool:
    window = due.running(claim, "re_examination_window")
    if claim.state != Claim.State.REFUSED or claim.final or claim.ask_by is None or claim.ask_by >= on:
        return False
    if window is not None and window.provisional:
        return False
    claim.final = True
    locking.keep(claim, "final")
    with in_chinese():
        due.drop(claim, "re_examination_window", on, _("期限届满未申请复核"))
    article = edition()["re_examination_window"].article
    locking.note("final", claim, by=None, on=on, after={"final": True}, article=article)
    return True


def _open_decision(claim_id: UUID, by: User, version: int, reason: str, round_: str) -> Claim:
    """What every decision asks first, in the order of the house."""
    claim = locking.claim(claim_id, with_standing=True)
    permissions.require(permissions.decide(by))
    locking.check(claim, version)
    be_sure()
    _require_reason(reason)
    wanted = Claim.State.REVIEWING if round_ == Round.FIRST else Claim.State.RE_EXAMINING
    if claim.state != wanted:
        raise Refused("no_opinion_yet", _("该申请当前不在终审环节。"), edition()["review_period"].article)
    refuse_suspended(claim.bank_id)
    sit_down(claim, by, DESKS[round_, Stage.APPROVER])
    opinion = last_opinion(claim, round_)
    if opinion is None:
        raise Refused("no_opinion_yet", _("尚无初审意见，不能作出决定。"), edition()["review_period"].article)
    if opinion.seen_hash != assessment.seen_hash(claim):
        raise Stale(_("初审意见之后申请内容已有变化，请先由初审人员重新提出意见。"))
    return claim


def refuse_suspended(bank_id: UUID) -> None:
    """Reading 13: nothing is decided, planned or paid while the bank is over the limit."""
    if is_suspended(bank_id):
        text = _("该行入库贷款不良率超过界限，暂停办理风险补偿业务；恢复后方可继续，期间期限停止计算。")
        raise Refused("suspended", text, edition()["npl_ceiling"].article)


def _conclude(claim: Claim, round_: str, decision: str, reason: str, by: User, on: date) -> Claim:
    found = assessment.of_claim(claim, on)
    if decision == Opinion.PASS:
        _require_eligible(found)
    elif decision != Opinion.REFUSE:
        raise Refused("no_such_decision", _("请选择通过或不通过。"), field="decision")
    assessment.freeze(claim, found)
    _write(claim, round_, Stage.APPROVER, decision, reason, by, on)
    changes: dict[str, Any] = {"decided_on": on, "decision_reason": reason}
    article = edition()["review_period"].article
    if decision == Opinion.REFUSE:
        changes["final"] = round_ == Round.RE_EXAMINATION
        if not changes["final"]:
            changes["ask_by"] = due.start(claim, "re_examination_window", on).closes_on
    move = "approve" if decision == Opinion.PASS else "refuse"
    moves.move(claim, move, by=by, on=on, article=article, reason=reason, **changes)
    keep_clock(claim, on)
    after = {**locking.state_of(claim), "amount": claim.amount, "ratio": claim.ratio, "failed": found.failed}
    locking.note(move, claim, by=by, on=on, after=after, article=article, reason=reason)
    _tell(claim, on, article, reason)
    return claim


@in_chinese()
def _tell(claim: Claim, on: date, article: str, reason: str) -> None:
    telling.bank(
        claim.bank_id,
        _("补偿申请 %(number)s：%(state)s") % {"number": claim.number, "state": claim.get_state_display()},
        key=f"claim:{claim.pk}:{claim.version}",
        on=on,
        url=reverse("claims:detail", args=[claim.pk]),
        article=article,
        body=reason,
        due=claim.ask_by if claim.state == Claim.State.REFUSED else None,
        kind=Notice.Kind.DECISION,
        topic=_("补偿申请的审核结果"),
    )


def _require_eligible(found: Assessment) -> None:
    """A claim that fails a rule cannot be passed, whoever is willing."""
    for finding in found.findings:
        if finding.outcome in {"fail", "hold"}:
            raise Refused("not_eligible", found.words(finding), finding.article)
    if not found.eligible or found.amount <= 0:
        raise Refused("not_eligible", _("按规则核验，该申请没有可补偿的金额。"), edition()["amount_basis"].article)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")


def _write(claim: Claim, round_: str, stage: str, opinion: str, reason: str, by: User, on: date) -> Review:
    if opinion not in Opinion.values:
        raise Refused("no_such_opinion", _("请选择意见。"), field="opinion")
    review: Review = Review.objects.create(
        bank_id=claim.bank_id,
        branch_id=claim.branch_id,
        claim=claim,
        round=round_,
        stage=stage,
        opinion=opinion,
        reason=reason,
        on=on,
        by=by,
        seen_version=claim.version,
        seen_hash=assessment.seen_hash(claim),
        seen=assessment.snapshot(claim, assessment.of_claim(claim, on)),
    )
    return review
