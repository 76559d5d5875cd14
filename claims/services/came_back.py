"""退汇: a transfer that was posted comes back to the special account (20(3)). Its vouchers are reversed, the money is
reserved again, and the packet is paid again the ordinary way: by two people, to the account then confirmed."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Claim, Payment, Upgrade
from claims.services import due, locking, telling
from claims.services.payment import APPROVER, keep_clock, locked_payment
from loans.models import Loan
from pool import hats, moves
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.ledger import services as ledger
from pool.ledger.models import LedgerTransaction
from pool.models import User
from pool.selectors import edition
from pool.sure import be_sure


def hold_payment(payment_id: UUID) -> Payment:
    """The payment with all that stands before it in the order of locks."""
    return locked_payment(payment_id)[2]


@transaction.atomic
def take_back_payment(
    *, payment_id: UUID, returned_on: date, reference: str, entered_by: User, by: User, on: date
) -> list[LedgerTransaction]:
    """Every claim of the transfer is back where it was before; gives the reversals, which are the money's return."""
    claims, packet, payment = locked_payment(payment_id)
    permissions.require(permissions.release(by))
    be_sure()
    article = edition()["payment_period"].article
    _require_standing(payment, claims, article)
    hats.wear(packet, by, APPROVER)
    reversals = []
    for item in selectors.items_of(packet):
        claim = claims[item.claim_id]
        reversals.append(
            ledger.reverse(
                key=f"came-back:{payment.pk}:{claim.pk}", transaction_id=_voucher(claim, payment).pk, on=returned_on,
                prepared_by=entered_by, approved_by=by, reference=reference, article=article,
            )
        )  # fmt: skip
        _before_payment(claim, by=by, on=on, article=article)
    with in_chinese():
        said = _("退汇：%(day)s 退回专户，流水号 %(reference)s") % {"day": returned_on, "reference": reference}
    moves.move(payment, "come_back", by=by, on=on, article=article, reason=said, failure=said[:200])
    moves.move(packet, "come_back", by=by, on=on, article=article, reason=said)
    keep_clock(packet, on)
    after = {"amount": payment.amount, "returned_on": returned_on, "bank_reference": reference}
    locking.note("take_back_payment", payment, by=by, on=on, after=after, article=article)
    with in_chinese():
        telling.bank(
            packet.bank_id, _("补偿资金退汇，请核对收款专用账户"), key=f"came-back:{payment.pk}", on=on,
            url=reverse("claims:packet", args=[packet.pk]), article=article,
            body=_("拨付 %(number)s 未能到账，已退回专户；核对收款账户后将重新拨付。") % {"number": payment.number},
        )  # fmt: skip
    return reversals


def _require_standing(payment: Payment, claims: dict[UUID, Claim], article: str) -> None:
    """Nothing may rest on money that never arrived."""
    if payment.state != Payment.State.POSTED:
        raise Refused("not_posted", _("该笔拨付不在已到账记账状态，不能登记退汇。"), article)
    for claim in claims.values():
        upgraded = Upgrade.objects.filter(claim=claim, state__in=Upgrade.OPEN).exists()
        if claim.state != Claim.State.PAID or claim.loan.state != Loan.State.COMPENSATED or upgraded:
            text = _("项目 %(number)s 在到账之后已办理上调、清偿或结项，请先核实款项是否确已退回。")
            raise Refused("gone_on", text % {"number": claim.number}, article)


def _voucher(claim: Claim, payment: Payment) -> LedgerTransaction:
    """The posting of this claim by this transfer."""
    posted: LedgerTransaction = LedgerTransaction.objects.get(
        kind=LedgerTransaction.Kind.PAYMENT,
        subject=payment.pk,
        entries__subject=claim.pk,
        entries__account__kind="cash",
    )
    return posted


def _before_payment(claim: Claim, *, by: User, on: date, article: str) -> None:
    loan = claim.loan
    if loan.library != Loan.Library.LOAN:
        source, loan.library = loan.library, Loan.Library.LOAN
        moves.log(loan, field="library", source=source, target=loan.library, by=by, on=on, article=article)
    moves.move(loan, "take_back", by=by, on=on, article=article)
    moves.move(claim, "come_back", by=by, on=on, article=article, paid_on=None, transferred_on=None)
    with in_chinese():
        due.drop(claim, "transfer_period", on, _("补偿资金退汇，待重新拨付"))
