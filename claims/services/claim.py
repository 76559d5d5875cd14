"""The bank's side of a claim: draft, evidence, findings before filing, submission, withdrawal (19(2))."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from banks import selectors as banks
from banks.standing import is_suspended
from claims import assessment, permissions, selectors
from claims.assessment import Assessment
from claims.models import Claim, Evidence, Upgrade
from claims.services import clocks, due, locking
from claims.services.unanswered import withdraw_open
from loans.models import Determination, Loan
from loans.services.deadlines import open_claim_period
from pool import clock, hats, moves, numbering, storage
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import StoredFile, User
from pool.selectors import edition

MAX_EVIDENCE = 20 << 20
OPEN_TO_BANK = frozenset({Claim.State.DRAFT, Claim.State.RETURNED})


@transaction.atomic
def draft_claim(
    *,
    loan_id: UUID,
    by: User,
    on: date,
    credit_report_on: date | None = None,
    reported_balances: Decimal | None = None,
) -> Claim:
    """Begin a claim for the loan's standing determination; asked twice, the same draft answers."""
    loan = locking.loan(loan_id)
    permissions.require(permissions.prepare(by, loan.bank_id))
    live: Claim | None = Claim.objects.filter(loan=loan, state__in=Claim.LIVE).first()
    if live is not None and live.state == Claim.State.DRAFT:
        return live
    _refuse_owing(loan)
    if live is not None:
        raise Refused("claim_on_file", _("该笔贷款已有在办的补偿申请 %(number)s。") % {"number": live.number})
    determination = claimable(loan)
    claim = Claim.objects.create(
        bank_id=loan.bank_id,
        branch_id=loan.branch_id,
        number=f"BC{on.year}{numbering.next_number('claim', on.year):06d}",
        loan=loan,
        determination=determination,
        made_by=by,
        credit_report_on=credit_report_on,
        reported_balances=reported_balances,
    )
    moves.log(claim, field="state", source="", target=claim.state, by=by, on=on)
    hats.wear(claim, by, "maker")
    locking.note("draft", claim, by=by, on=on, after={"loan": loan.loan_number, "determination": determination.pk})
    return claim


def claimable(loan: Loan) -> Determination:
    """The determination a new claim would stand on; refuses where a claim is not possible at all."""
    book = edition()
    standing: Determination | None = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    if loan.state != Loan.State.NON_PERFORMING or standing is None:
        article = book["npl_classes"].article
        raise Refused("not_non_performing", _("该笔贷款没有有效的不良认定，不能申请补偿。"), article)
    if loan.entered_late:
        article = book["timely_entry"].article
        raise Refused("entered_late", _("该笔贷款逾期录入，不予补偿，不能提出申请。"), article)
    earlier = Claim.objects.filter(determination=standing, state__in=[Claim.State.REFUSED, Claim.State.REMOVED]).first()
    if earlier is not None:
        article = book["re_examination_window" if earlier.state == Claim.State.REFUSED else "publicity_period"].article
        text = _("申请 %(number)s 已就同一不良认定作出决定（%(state)s），不能重复申请。")
        words = {"number": earlier.number, "state": earlier.get_state_display()}
        raise Refused("already_decided", text % words, article)
    return standing


def _refuse_owing(loan: Loan) -> None:
    """After an upgrade, nothing new until the refund is complete (reading 22)."""
    if Upgrade.objects.filter(loan=loan, state__in=Upgrade.OWED).exists():
        article = edition()["upgrade_classes"].article
        raise Refused("refund_outstanding", _("上调后的补偿资金尚未退清，不得再次申请。"), article)


@transaction.atomic
def describe_claim(
    *,
    claim_id: UUID,
    by: User,
    on: date,
    version: int,
    credit_report_on: date | None,
    reported_balances: Decimal | None,
) -> Claim:
    """What the credit report says: its day, and the balances at other banks when the loan was made."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.prepare(by, claim.bank_id))
    locking.check(claim, version)
    _require_open(claim)
    hats.wear(claim, by, "maker")
    before = {"credit_report_on": claim.credit_report_on, "reported_balances": claim.reported_balances}
    claim.credit_report_on, claim.reported_balances = credit_report_on, reported_balances
    locking.keep(claim, "credit_report_on", "reported_balances")
    after = {"credit_report_on": credit_report_on, "reported_balances": reported_balances}
    locking.note("describe", claim, by=by, on=on, before=before, after=after)
    return claim


@transaction.atomic
def add_evidence(
    *, claim_id: UUID, item: str, upload: Any, by: User, on: date, name: str = "", version: int | None = None
) -> Evidence:
    """Keep one document under its item; the one before stays, superseded. The same bytes twice are once."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.prepare(by, claim.bank_id))
    if version is not None:
        locking.check(claim, version)
    _require_open(claim)
    if item not in selectors.evidence_items(claim.loan):
        raise Refused("unknown_item", _("没有这一类申请材料。"), edition()["claim_evidence"].article, field="item")
    hats.wear(claim, by, "maker")
    file = storage.keep_document(
        upload,
        name=name,
        nameless=item,
        purpose="claim_evidence",
        by=by,
        bank=claim.bank_id,
        max_bytes=MAX_EVIDENCE,
    )
    kept, is_new = put_evidence(claim, item, file, by)
    if not is_new:
        return kept
    locking.keep(claim)
    locking.note("add_evidence", claim, by=by, on=on, after={"item": item, "file": file.name, "sha256": file.sha256})
    return kept


def put_evidence(claim: Claim, item: str, file: StoredFile, by: User) -> tuple[Evidence, bool]:
    """The document that stands under its item from now on, and whether it is another than before."""
    current: Evidence | None = Evidence.objects.filter(claim=claim, item=item, superseded=False).first()
    if current is not None and current.file.sha256 == file.sha256:
        return current, False
    if current is not None:
        current.superseded = True
        locking.keep(current, "superseded")
    kept: Evidence = Evidence.objects.create(
        bank_id=claim.bank_id, branch_id=claim.branch_id, claim=claim, item=item, file=file, added_by=by
    )
    return kept, True


def evaluate(claim: Claim, on: date) -> Assessment:
    """The findings of all rules as if the claim were filed (or decided) that day; nothing is written."""
    return assessment.of_claim(claim, on)


@transaction.atomic
def submit_claim(*, claim_id: UUID, by: User, on: date, version: int) -> Claim:
    """The bank's checker files it. Only what the law makes impossible is refused; findings that fail are on record.

    A claim that another edition governs is held: whether it is in time is that edition's to say (reading 20).
    """
    claim = locking.claim(claim_id, with_standing=True)
    permissions.require(permissions.submit(by, claim.bank_id))
    locking.check(claim, version)
    _require_open(claim)
    hats.wear(claim, by, "checker")
    _refuse_incomplete(claim)
    first = claim.first_submitted_on is None
    if first:
        _refuse_barred(claim, on)
    found = assessment.of_claim(claim, on)
    late = found.finding("claim_period")
    if late is not None and late.failed and not found.held:
        raise Refused("claim_late", found.words(late), late.article)
    assessment.freeze(claim, found)
    held = found.held
    article = edition()["transition" if held else "claim_period"].article
    moves.move(
        claim,
        "submit",
        by=by,
        on=on,
        article=edition()["claim_period"].article,
        submitted_by=by,
        submitted_at=claim.submitted_at or clock.now(),
        submitted_on=on,
        first_submitted_on=claim.first_submitted_on or on,
    )
    if held:
        moves.move(claim, "hold", by=None, on=on, article=article, reason=_("适用的上一版细则文本尚未载入，先行挂起。"))
    due.fulfil(claim.loan, "claim_period", on)
    keep_clock(claim, on)
    locking.note("submit", claim, by=by, on=on, after=_filed(claim), article=article)
    return claim


def keep_clock(claim: Claim, on: date) -> None:
    """Bring the thirty days in line with where the claim lies and whether its bank is suspended."""
    running = clocks.refresh(claim, clocks.REVIEW, on)
    decide_by = running.closes_on if running else None
    if claim.decide_by != decide_by:
        claim.decide_by = decide_by
        claim.save(update_fields=["decide_by"])


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, by: User, on: date, version: int, reason: str) -> Claim:
    """Take it back before a decision: a draft by its maker, a filed claim by the checker."""
    claim = locking.claim(claim_id)
    own = permissions.prepare if claim.state == Claim.State.DRAFT else permissions.submit
    permissions.require(own(by, claim.bank_id))
    locking.check(claim, version)
    hats.wear(claim, by, "maker" if claim.state == Claim.State.DRAFT else "checker")
    before = locking.state_of(claim)
    moves.move(claim, "withdraw", by=by, on=on, reason=reason)
    with in_chinese():
        withdraw_open(claim, by=by, on=on, reason=_("申请已撤回"))
        due.drop_all(claim, on, _("申请已撤回"))
    keep_clock(claim, on)
    if before["state"] != Claim.State.DRAFT:
        open_claim_period(claim.loan, claim.determination.determined_on)
    locking.note("withdraw", claim, by=by, on=on, before=before, after=locking.state_of(claim), reason=reason)
    return claim


def _require_open(claim: Claim) -> None:
    if claim.state not in OPEN_TO_BANK:
        state = claim.get_state_display()
        raise Refused("not_open", _("申请当前为“%(state)s”，不能修改或提交。") % {"state": state})


def _refuse_incomplete(claim: Claim) -> None:
    article = edition()["claim_evidence"].article
    missing = selectors.missing_evidence(claim)
    if missing:
        words = "、".join(selectors.evidence_label(item) for item in missing)
        raise Refused("evidence_missing", _("缺少申请材料：%(items)s。") % {"items": words}, article, field="evidence")
    if claim.credit_report_on is None or claim.reported_balances is None:
        text = _("请填写信用报告日期和报告所示放款时点的其他贷款余额。")
        raise Refused("report_not_described", text, edition()["credit_report_age"].article, field="credit_report_on")


def _refuse_barred(claim: Claim, on: date) -> None:
    """On the day of filing only (reading 23): what is filed already goes on."""
    if banks.is_dishonest(claim.bank_id, on):
        article = edition()["dishonesty_bar"].article
        raise Refused("bank_dishonest", _("该行被列入严重失信主体名单期间，不得提出补偿申请。"), article)
    barred = banks.may_enter(claim.bank_id, on)
    if barred is not None:
        raise Refused(barred.code, edition().message(barred, assessment.language()), barred.article)


def _filed(claim: Claim) -> dict[str, Any]:
    return {
        **locking.state_of(claim),
        "amount": claim.amount,
        "ratio": claim.ratio,
        "decide_by": claim.decide_by,
        "suspended": is_suspended(claim.bank_id),
        "evidence": {one.item: one.file.sha256 for one in selectors.current_evidence(claim)},
    }
