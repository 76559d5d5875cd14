"""Budget money for the pool (2, 9(1)): entered with its document by one person, posted when another confirms it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from pool import audit, numbering
from pool.errors import Refused, SamePerson, Stale
from pool.ledger import services as ledger
from pool.ledger.models import Appropriation
from pool.ledger.permissions import may_confirm_appropriation, may_enter_appropriation
from pool.models import StoredFile, User
from pool.permissions import require
from pool.sure import be_sure

ARTICLE = "9(1)"


@transaction.atomic
def enter(
    *, amount: Decimal, document: str, received_on: date, by: User, on: date, file: StoredFile | None = None
) -> Appropriation:
    require(may_enter_appropriation(by))
    ledger.positive(amount)
    if received_on > on:
        raise Refused("received_in_future", _("到账日期不能晚于今天。"), field="received_on")
    row: Appropriation = Appropriation.objects.create(
        number=f"BK{on.year}-{numbering.next_number('appropriation', on.year):04d}",
        amount=amount,
        document=document.strip(),
        file=file,
        on=received_on,
        entered_by=by,
    )
    audit.record("appropriation.enter", row, by=by, on=on, after=_said(row), article=ARTICLE)
    return row


@transaction.atomic
def confirm(*, appropriation_id: UUID, by: User, on: date, version: int) -> Appropriation:
    """The finance centre's second person has seen the money in the account: it is posted now."""
    row = _open(appropriation_id, version)
    if row.entered_by_id == by.pk:
        raise SamePerson(_("经办人不能复核自己录入的拨款，请由另一人复核。"))
    require(may_confirm_appropriation(by, row))
    be_sure()
    row.transaction = ledger.appropriate(
        key=f"appropriation:{row.pk}",
        amount=row.amount,
        on=row.on,
        prepared_by=row.entered_by,
        approved_by=by,
        reference=f"{row.number} {row.document}"[:160],
        article=ARTICLE,
        scheme=row.scheme_id,
    )
    row.confirmed_by, row.confirmed_on = by, on
    _save(row, "transaction", "confirmed_by", "confirmed_on")
    audit.record("appropriation.confirm", row, by=by, on=on, after=_said(row), article=ARTICLE)
    return row


@transaction.atomic
def withdraw(*, appropriation_id: UUID, by: User, on: date, version: int, reason: str) -> Appropriation:
    """Entered in error; who entered it or who would confirm it may strike it, before it is posted."""
    row = _open(appropriation_id, version)
    if row.entered_by_id != by.pk:
        require(may_confirm_appropriation(by, row))
    row.withdrawn_on = on
    _save(row, "withdrawn_on")
    audit.record("appropriation.withdraw", row, by=by, on=on, after=_said(row), article=ARTICLE, reason=reason)
    return row


def _open(appropriation_id: UUID, version: int) -> Appropriation:
    row: Appropriation = Appropriation.objects.select_for_update().get(pk=appropriation_id)
    if row.confirmed_on or row.withdrawn_on:
        raise Refused("appropriation_closed", _("该笔拨款已复核入账或已撤回。"))
    if row.version != version:
        raise Stale()
    return row


def _save(row: Appropriation, *names: str) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _said(row: Appropriation) -> dict[str, Any]:
    return {"number": row.number, "amount": row.amount, "document": row.document, "received_on": row.on}
