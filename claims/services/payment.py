"""The bank's payment papers, the finance centre's transfer: prepare → instruct → confirm → post (19(3), 20(3), 19(4)).

The rules are asked at preparation and at instruction: with the instruction the money leaves. What the bank confirms
afterwards is a fact; it is recorded by two people whatever has changed meanwhile.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from banks.selectors import confirmed_payee
from claims import assessment, permissions, selectors
from claims.models import Claim, FundingPlan, PapersPacket, Payment, PaymentPaper, PlanItem, PublicityItem
from claims.services import clocks, due, locking, telling
from claims.services.plan import require_fit
from claims.services.review import refuse_suspended
from loans.models import Loan
from pool import hats, moves, numbering, storage
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from pool.ledger.services import Item
from pool.models import User
from pool.selectors import edition
from pool.sure import be_sure

MAX_PAPER = 10 << 20
CLERK, APPROVER = "finance_clerk", "finance_approver"


# ---- the bank's papers ----------------------------------------------------------------------------------------------


@transaction.atomic
def add_paper(
    *, packet_id: UUID, item: str, upload: Any, by: User, on: date, name: str = "", version: int | None = None
) -> PaymentPaper:
    """One of the papers, by name; the one before it stays on record, superseded."""
    packet = locking.row(PapersPacket, packet_id, "plan")
    permissions.require(permissions.prepare(by, packet.bank_id))
    if version is not None:
        locking.check(packet, version)
    provision = edition()["payment_papers"]
    if packet.state != PapersPacket.State.OPEN:
        raise Refused("not_open", _("拨款资料已提交，不能修改。"), provision.article)
    if item not in provision.words:
        raise Refused("unknown_item", _("没有这一类拨款资料。"), provision.article, field="item")
    hats.wear(packet, by, "maker")
    file = storage.keep_document(
        upload,
        name=name,
        nameless=item,
        purpose="payment_paper",
        by=by,
        bank=packet.bank_id,
        max_bytes=MAX_PAPER,
    )
    current: PaymentPaper | None = PaymentPaper.objects.filter(packet=packet, item=item, superseded=False).first()
    if current is not None and current.file.sha256 == file.sha256:
        return current
    if current is not None:
        current.superseded = True
        locking.keep(current, "superseded")
    paper = PaymentPaper.objects.create(
        bank_id=packet.bank_id, branch_id=packet.branch_id, packet=packet, item=item, file=file, added_by=by
    )
    locking.keep(packet)
    locking.note("add_paper", packet, by=by, on=on, after={"item": item, "sha256": file.sha256})
    return paper


@transaction.atomic
def submit_papers(*, packet_id: UUID, by: User, on: date, version: int) -> PapersPacket:
    """The bank's checker hands the set in; a late set is still taken, the ten days run from the complete set."""
    packet = locking.row(PapersPacket, packet_id, "plan")
    permissions.require(permissions.submit(by, packet.bank_id))
    locking.check(packet, version)
    hats.wear(packet, by, "checker")
    provision = edition()["payment_papers"]
    missing = selectors.missing_papers(packet)
    if missing:
        words = "、".join(selectors.paper_label(item) for item in missing)
        raise Refused("papers_missing", _("缺少拨款资料：%(items)s。") % {"items": words}, provision.article)
    moves.move(packet, "submit", by=by, on=on, article=provision.article, submitted_by=by, submitted_on=on)
    due.fulfil(packet, "papers_period", on)
    keep_clock(packet, on)
    locking.note("submit_papers", packet, by=by, on=on, after=locking.state_of(packet), article=provision.article)
    return packet


@transaction.atomic
def return_papers(*, packet_id: UUID, by: User, on: date, version: int, reason: str) -> PapersPacket:
    """The finance clerk finds a paper wrong; the bank mends it."""
    packet = locking.row(PapersPacket, packet_id, "plan")
    permissions.require(permissions.pay(by))
    locking.check(packet, version)
    _require_reason(reason)
    hats.wear(packet, by, CLERK)
    article = edition()["payment_papers"].article
    moves.move(packet, "send_back", by=by, on=on, article=article, reason=reason, returned_reason=reason)
    keep_clock(packet, on)
    locking.note("return_papers", packet, by=by, on=on, after=locking.state_of(packet), reason=reason)
    with in_chinese():
        _tell(packet, _("拨款资料被退回，请补正"), f"papers:{packet.pk}:{packet.version}", on, article, reason)
    return packet


@transaction.atomic
def accept_papers(*, packet_id: UUID, by: User, on: date, version: int) -> PapersPacket:
    """The finance clerk finds the set complete: the days of payment run from the day it was handed in."""
    packet = locking.row(PapersPacket, packet_id, "plan")
    permissions.require(permissions.pay(by))
    locking.check(packet, version)
    hats.wear(packet, by, CLERK)
    article = edition()["payment_period"].article
    moves.move(packet, "complete", by=by, on=on, article=article, complete_on=packet.submitted_on, returned_reason="")
    keep_clock(packet, on)
    locking.note("accept_papers", packet, by=by, on=on, after={"pay_by": packet.pay_by}, article=article)
    return packet


def keep_clock(packet: PapersPacket, on: date) -> None:
    """Bring the ten days in line with where the packet lies and whether its bank is suspended."""
    running = clocks.refresh(packet, clocks.PAYMENT, on)
    pay_by = running.closes_on if running else None
    if packet.pay_by != pay_by:
        packet.pay_by = pay_by
        packet.save(update_fields=["pay_by"])


# ---- the transfer ---------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare_payment(*, packet_id: UUID, by: User, on: date, version: int) -> Payment:
    """The clerk draws the transfer up: to the bank's confirmed dedicated account, for what the plan says."""
    claims, packet = _locked(packet_id)
    permissions.require(permissions.pay(by))
    locking.check(packet, version)
    hats.wear(packet, by, CLERK)
    live: Payment | None = Payment.objects.filter(packet=packet).exclude(state=Payment.State.FAILED).first()
    if live is not None:
        return live
    items = _payable(packet, claims, on)
    payee = confirmed_payee(packet.bank_id)
    article = edition()["payment_period"].article
    if payee is None:
        raise Refused("no_payee", _("该行没有经确认的收款专用账户，不能拨付。"), article)
    payment: Payment = Payment.objects.create(
        bank_id=packet.bank_id,
        branch_id=packet.branch_id,
        packet=packet,
        number=f"BF{on.year}{numbering.next_number('payment', on.year):05d}",
        amount=packet.total,
        payee=payee,
        seen_hash=seen_hash(packet, items),
        prepared_by=by,
        prepared_on=on,
    )
    moves.log(payment, field="state", source="", target=payment.state, by=by, on=on, article=article)
    after = {"amount": payment.amount, "payee_revision": payee.revision, "claims": [one.claim.number for one in items]}
    locking.note("prepare_payment", payment, by=by, on=on, after=after, article=article)
    return payment


@transaction.atomic
def approve_payment(*, payment_id: UUID, by: User, on: date, version: int) -> Payment:
    """Another person instructs the transfer, if everything is still what the first one saw."""
    claims, packet, payment = locked_payment(payment_id)
    permissions.require(permissions.release(by))
    locking.check(payment, version)
    be_sure()
    hats.wear(packet, by, APPROVER)
    article = edition()["payment_period"].article
    if payment.state != Payment.State.PREPARED:
        raise Refused("not_prepared", _("该笔拨付不在待复核状态。"), article)
    items = _payable(packet, claims, on)
    if seen_hash(packet, items) != payment.seen_hash:
        text = _("收款账户、金额或项目在经办之后已有变化，请作废后重新经办。")
        raise Refused("changed_since_prepared", text, article)
    moves.move(payment, "instruct", by=by, on=on, article=article, approved_by=by, instructed_on=on)
    for item in items:
        moves.move(claims[item.claim_id], "instruct", by=by, on=on, article=article)
    locking.note("instruct_payment", payment, by=by, on=on, after={"amount": payment.amount}, article=article)
    return payment


@transaction.atomic
def enter_confirmation(
    *, payment_id: UUID, by: User, on: date, version: int, value_date: date, bank_reference: str
) -> Payment:
    """One person enters what the bank confirms: the value date and the receipt's number."""
    packet, payment = _packet_and_payment(payment_id)
    permissions.require(permissions.pay(by))
    locking.check(payment, version)
    hats.wear(packet, by, CLERK)
    reference = bank_reference.strip()
    if not reference:
        raise Refused("reference_missing", _("请填写银行回单号。"), field="bank_reference")
    if payment.instructed_on is None or not payment.instructed_on <= value_date <= on:
        raise Refused("value_date", _("起息日期应在指令日期与今天之间。"), field="value_date")
    used = Payment.objects.filter(bank_reference=reference).exclude(state=Payment.State.FAILED).exclude(pk=payment.pk)
    if used.exists():
        raise Refused("reference_used", _("该银行回单号已用于另一笔拨付。"), field="bank_reference")
    moves.move(
        payment,
        "enter_confirmation",
        by=by,
        on=on,
        article=edition()["payment_period"].article,
        value_date=value_date,
        bank_reference=reference,
        confirmed_by=by,
    )
    after = {"value_date": value_date, "bank_reference": reference}
    locking.note("enter_confirmation", payment, by=by, on=on, after=after)
    return payment


@transaction.atomic
def reject_confirmation(*, payment_id: UUID, by: User, on: date, version: int, reason: str) -> Payment:
    """The second person does not find the receipt so; it is entered again."""
    packet, payment = _packet_and_payment(payment_id)
    permissions.require(permissions.release(by))
    locking.check(payment, version)
    _require_reason(reason)
    hats.wear(packet, by, APPROVER)
    moves.move(
        payment, "reject_confirmation", by=by, on=on, reason=reason, value_date=None, bank_reference="",
        confirmed_by=None,
    )  # fmt: skip
    locking.note("reject_confirmation", payment, by=by, on=on, reason=reason)
    return payment


@transaction.atomic
def confirm_payment(*, payment_id: UUID, by: User, on: date, version: int) -> Payment:
    """The second person confirms: each claim posts once under its own key, is paid, and its loan is compensated."""
    claims, packet, payment = locked_payment(payment_id)
    permissions.require(permissions.release(by))
    be_sure()
    if payment.state == Payment.State.POSTED:
        return payment
    locking.check(payment, version)
    hats.wear(packet, by, APPROVER)
    article = edition()["payment_period"].article
    if payment.state != Payment.State.CONFIRMING or payment.value_date is None or payment.confirmed_by is None:
        raise Refused("not_confirmed", _("尚未登记银行回单，不能确认到账。"), article)
    items = list(selectors.items_of(packet))
    for item in items:
        _post(claims[item.claim_id], item, payment, by=by, on=on, article=article)
    moves.move(payment, "post", by=by, on=on, article=article, posted_by=by, posted_on=on)
    moves.move(packet, "pay", by=by, on=on, article=article)
    keep_clock(packet, on)
    after = {"amount": payment.amount, "value_date": payment.value_date, "bank_reference": payment.bank_reference}
    locking.note("post_payment", payment, by=by, on=on, after=after, article=article)
    with in_chinese():
        _tell(
            packet,
            _("补偿资金已到账，请转录入风险补偿项目库"),
            f"payment:{payment.pk}",
            on,
            edition()["transfer_period"].article,
        )
    return payment


def _post(claim: Claim, item: PlanItem, payment: Payment, *, by: User, on: date, article: str) -> None:
    ledger.post_payment(
        key=_posting_key(claim, payment),
        items=[Item(claim.pk, claim.bank_id, item.amount)],
        on=payment.value_date,
        prepared_by=payment.confirmed_by,
        approved_by=by,
        reference=payment.bank_reference,
        article=article,
        subject=payment.pk,
    )
    moves.move(claim, "pay", by=by, on=on, article=article, paid_on=payment.value_date)
    moves.move(claim.loan, "compensate", by=by, on=on, article=article)
    due.start(claim, "transfer_period", payment.value_date)


def _posting_key(claim: Claim, payment: Payment) -> str:
    """A claim's own; only after a transfer that came back and was reversed does the next one get a key beside it."""
    key = f"payment:{claim.pk}"
    came_back = LedgerTransaction.objects.filter(key=key, reversed_by__isnull=False).exists()
    return f"{key}:{payment.pk}" if came_back else key


@transaction.atomic
def fail_payment(*, payment_id: UUID, by: User, on: date, version: int, failure: str) -> Payment:
    """Given up before the instruction, or rejected by the bank after it; the money stays reserved."""
    claims, packet, payment = locked_payment(payment_id)
    was_instructed = payment.state == Payment.State.INSTRUCTED
    permissions.require(permissions.release(by) if was_instructed else permissions.pay(by))
    locking.check(payment, version)
    _require_reason(failure)
    hats.wear(packet, by, APPROVER if was_instructed else CLERK)
    article = edition()["payment_period"].article
    moves.move(payment, "fail", by=by, on=on, article=article, reason=failure, failure=failure[:200])
    if was_instructed:
        for item in selectors.items_of(packet):
            moves.move(claims[item.claim_id], "fail_payment", by=by, on=on, article=article, reason=failure)
    locking.note("fail_payment", payment, by=by, on=on, after=locking.state_of(payment), reason=failure)
    return payment


# ---- after the money has arrived ------------------------------------------------------------------------------------


@transaction.atomic
def transfer_to_compensation(*, claim_id: UUID, by: User, on: date, version: int) -> Claim:
    """The bank moves the compensated project to the compensation library itself (19(4))."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.submit(by, claim.bank_id))
    locking.check(claim, version)
    hats.wear(claim, by, "checker")
    provision = edition()["transfer_period"]
    loan = claim.loan
    if loan.library == Loan.Library.COMPENSATION:
        return claim
    if claim.state != Claim.State.PAID or loan.state != Loan.State.COMPENSATED:
        raise Refused("not_compensated", _("补偿资金到账后方可转录入风险补偿项目库。"), provision.article)
    source = loan.library
    loan.library = Loan.Library.COMPENSATION
    locking.keep(loan, "library")
    moves.log(loan, field="library", source=source, target=loan.library, by=by, on=on, article=provision.article)
    claim.transferred_on = on
    locking.keep(claim, "transferred_on")
    due.fulfil(claim, "transfer_period", on)
    locking.note("transfer", claim, by=by, on=on, after={"library": loan.library}, article=provision.article)
    return claim


def seen_hash(packet: PapersPacket, items: Iterable[PlanItem]) -> str:
    """Everything the two finance people must have seen alike: to whom, how much, for which claims."""
    payee = confirmed_payee(packet.bank_id)
    seen = {
        "packet": packet.pk,
        "total": packet.total,
        "claims": [[item.claim_id, item.amount] for item in items],
        "payee": payee and [payee.pk, payee.revision, payee.account_name, payee.account_number, payee.opening_bank],
    }
    return assessment.fingerprint(seen)


def _payable(packet: PapersPacket, claims: dict[UUID, Claim], on: date) -> list[PlanItem]:
    """The items of a packet that is due, every gate asked again."""
    article = edition()["payment_period"].article
    if packet.state != PapersPacket.State.COMPLETE:
        raise Refused("papers_not_complete", _("拨款资料尚未收齐，不能拨付。"), article)
    if packet.plan.state != FundingPlan.State.ISSUED:
        raise Refused("plan_not_issued", _("资助计划未下达或已撤销，不能拨付。"), article)
    refuse_suspended(packet.bank_id)
    items = list(selectors.items_of(packet))
    for item in items:
        claim = claims[item.claim_id]
        if claim.state != Claim.State.PLANNED:
            text = _("项目 %(number)s 当前为“%(state)s”，不能拨付。")
            words = {"number": claim.number, "state": claim.get_state_display()}
            raise Refused("not_planned", text % words, article)
        _require_publicity_over(claim, on)
        require_fit(claim, on)
    if not items or sum(item.amount for item in items) != packet.total:
        raise Refused("total_differs", _("项目金额合计与应拨金额不一致。"), article)
    return items


def _require_publicity_over(claim: Claim, on: date) -> None:
    last = (
        PublicityItem.objects.filter(claim=claim).select_related("publicity").order_by("-publicity__posted_on").first()
    )
    if last is None or last.publicity.last_day >= on:
        raise Refused("publicity_runs", _("项目公示尚未期满，不能拨付。"), edition()["publicity_period"].article)


def _locked(packet_id: UUID) -> tuple[dict[UUID, Claim], PapersPacket]:
    known = PapersPacket.objects.only("plan_id", "bank_id").get(pk=packet_id)
    ids = [item.claim_id for item in selectors.items_of(known)]
    claims = {claim.pk: claim for claim in locking.claims(ids, with_standing=True)}
    return claims, locking.row(PapersPacket, packet_id, "plan")


def locked_payment(payment_id: UUID) -> tuple[dict[UUID, Claim], PapersPacket, Payment]:
    known = Payment.objects.only("packet_id").get(pk=payment_id)
    claims, packet = _locked(known.packet_id)
    return claims, packet, locking.row(Payment, payment_id, "payee")


def _packet_and_payment(payment_id: UUID) -> tuple[PapersPacket, Payment]:
    known = Payment.objects.only("packet_id").get(pk=payment_id)
    packet = locking.row(PapersPacket, known.packet_id, "plan")
    return packet, locking.row(Payment, payment_id, "payee")


def _tell(packet: PapersPacket, title: str, key: str, on: date, article: str, body: str = "") -> None:
    url = reverse("claims:packet", args=[packet.pk])
    telling.bank(packet.bank_id, title, key=key, on=on, url=url, article=article, body=body)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
