"""记账凭证: every entry of a period as a numbered voucher's line, for the financial system (docs/vouchers.md)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber, TruncMonth

from claims.models import Payment, PaymentPaper
from pool.ledger.models import Appropriation, Entry, LedgerTransaction
from pool.models import User
from recovery.models import LineVoucher
from recovery.months import Codes, sides

WORD = "记"
"""The word of the one kind of voucher that there is."""


@dataclass(frozen=True)
class VoucherLine:
    number: str
    on: date
    summary: str
    code: str
    title: str
    debit: Decimal | None
    credit: Decimal | None
    reference: str
    key: str
    prepared_by: str
    approved_by: str
    attachments: str


def lines(first: date, last: date) -> Iterator[VoucherLine]:
    """Voucher by voucher in the order of posting; the questions do not grow with the rows."""
    codes, numbers, papers = Codes(), numbers_of(first, last), attachments_of(first, last)
    rows = Entry.objects.filter(transaction__occurred_on__range=(first, last)).select_related(
        "transaction__prepared_by", "transaction__approved_by"
    )
    for entry in rows.order_by("transaction_id", "id").iterator(chunk_size=2000):
        voucher = entry.transaction
        code, title = codes.of(entry.account_id)
        debit, credit = sides(entry.amount)
        yield VoucherLine(
            number=numbers[voucher.pk], on=voucher.occurred_on, summary=str(voucher.get_kind_display()), code=code,
            title=title, debit=debit, credit=credit, reference=voucher.reference, key=voucher.key,
            prepared_by=_name(voucher.prepared_by), approved_by=_name(voucher.approved_by),
            attachments=" ".join(papers.get(voucher.pk, [])),
        )  # fmt: skip


def numbers_of(first: date, last: date) -> dict[int, str]:
    """Within the month of their day, in the order of posting: what is posted later never moves an earlier number."""
    month = TruncMonth("occurred_on")
    place = Window(RowNumber(), partition_by=[month], order_by=F("id").asc())
    whole = LedgerTransaction.objects.filter(occurred_on__range=(first.replace(day=1), last)).annotate(
        month=month, place=place
    )
    rows = whole.order_by("id").values_list("id", "month", "place")
    return {pk: f"{WORD}-{month.year}{month.month:02d}-{place:04d}" for pk, month, place in rows}


def attachments_of(first: date, last: date) -> dict[int, list[str]]:
    """SHA-256 of what lies behind a voucher: the statement, the appropriation's scan, the transfer's papers."""
    found: dict[int, list[str]] = {}
    day = Q(transaction__occurred_on__range=(first, last))
    seen = LineVoucher.objects.filter(day, dropped=False)
    given = Appropriation.objects.filter(day, file__isnull=False)
    for pk, sha256 in [
        *seen.order_by("pk").values_list("transaction_id", "line__statement__file__sha256"),
        *given.order_by("pk").values_list("transaction_id", "file__sha256"),
        *_papers(first, last),
    ]:
        found.setdefault(pk, []).append(sha256)
    return found


def _papers(first: date, last: date) -> Iterator[tuple[int, str]]:
    posted = LedgerTransaction.objects.filter(occurred_on__range=(first, last), kind=LedgerTransaction.Kind.PAYMENT)
    transfers = dict(posted.order_by("id").values_list("id", "subject"))
    packets = dict(Payment.objects.filter(pk__in=set(transfers.values())).values_list("pk", "packet_id"))
    hashes: dict[object, list[str]] = {}
    rows = PaymentPaper.objects.filter(packet__in=set(packets.values()), superseded=False).order_by("item")
    for packet, sha256 in rows.values_list("packet_id", "file__sha256"):
        hashes.setdefault(packet, []).append(sha256)
    for voucher, transfer in transfers.items():
        yield from ((voucher, sha256) for sha256 in hashes.get(packets.get(transfer), []))


def _name(person: User | None) -> str:
    return person.display_name if person is not None else ""
