"""Joining as a procedure (7, 24): taken in by the manager's statistics desk, decided by its approver."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from banks import permissions as may
from banks import rules
from banks.models import Bank, Joining
from banks.services import partners
from pool import audit, hats, moves, storage
from pool.chinese import in_chinese
from pool.errors import Refused, SamePerson, Stale
from pool.models import Role, User
from pool.numbering import next_number
from pool.selectors import edition
from pool.services.notices import notify

PURPOSE = "joining_paper"
CLERK, APPROVER = "clerk", "approver"


@transaction.atomic
def apply_to_join(
    *, credit_code: str, code: str, licence: Any, undertaking: Any, applied_on: date, by: User, on: date, **facts: Any
) -> Joining:
    """An application as it was received, with its two papers; a former partner is known by its credit code."""
    may.require(may.may_enter_joining(by))
    bank = _former_partner(credit_code, applied_on)
    if bank is None and Bank.objects.filter(code=code).exists():
        raise Refused("bank_known", _("机构代码已被使用。"), field="code")
    _check(credit_code, facts["level"], applied_on, on)
    row: Joining = Joining.objects.create(
        number=f"JM{on.year}{next_number('joining', on.year):04d}", bank=bank, code=bank.code if bank else code,
        credit_code=credit_code, applied_on=applied_on, entered_by=by, entered_on=on,
        licence=_paper(licence, "licence", by), undertaking=_paper(undertaking, "undertaking", by), **facts,
    )  # fmt: skip
    hats.wear(row, by, CLERK)
    moves.log(row, field="state", source="", target=row.state, by=by, on=on, article=law())
    after = {"name": row.name, "code": row.code, "level": row.level, "again": bank is not None}
    audit.record("banks.apply_to_join", row, by=by, on=on, after=after, article=law())
    return row


def law() -> str:
    """What a partner is."""
    return edition()["agreement_parties"].article


def _former_partner(credit_code: str, applied_on: date) -> Bank | None:
    """The bank of that credit code, if it was a partner before; refused while it is one, or may not apply yet (24)."""
    bank: Bank | None = Bank.objects.filter(credit_code=credit_code).first()
    if bank is None:
        return None
    if bank.cancelled_on is None:
        raise Refused("is_partner", _("该机构已是加盟银行，无须再次申请。"), law(), "credit_code")
    finding = rules.apply_again(edition(), bank.cancelled_on, applied_on)
    if finding.failed:
        raise Refused(finding.code, edition().message(finding), finding.article, "applied_on")
    return bank


def _check(credit_code: str, level: str, applied_on: date, on: date) -> None:
    if level == Joining.Level.SUB_BRANCH:
        text = _("加盟银行须在深圳市依法设立分行以上机构，支行不能单独加盟。")
        raise Refused("no_local_branch", text, law(), "level")
    if applied_on > on:
        raise Refused("in_the_future", _("收到申请日期不能晚于今天。"), field="applied_on")
    if Joining.objects.filter(credit_code=credit_code, state=Joining.State.APPLIED).exists():
        raise Refused("already_applied", _("该机构已有一件加盟申请待审核。"), law(), "credit_code")


def _paper(upload: Any, field: str, by: User) -> Any:
    return storage.keep_document(upload, name="", nameless=field, purpose=PURPOSE, by=by, field=field)


@transaction.atomic
def admit(*, joining_id: UUID, by: User, on: date, version: int, reason: str = "") -> Joining:
    """A partner from today; loans may be entered once both agreements are in force."""
    row = _locked(joining_id, by, version)
    if row.bank_id is None:
        row.bank = partners.found(
            code=row.code, name=row.name, short_name=row.short_name, credit_code=row.credit_code, kind=row.kind,
            joined_on=on, by=by, on=on, joining=row,
        )  # fmt: skip
    else:
        partners.return_to(row.bank_id, row, by=by, on=on)
    _move(row, "admit", by=by, on=on, reason=reason)
    for role in (Role.MANAGER_STATISTICS, Role.FINANCE_CLERK):
        with in_chinese():
            notify(
                key=f"joining:{row.pk}:{role}", role=role, on=on, article=law(), url=row.bank.get_absolute_url(),
                title=_("%(bank)s已获准加盟，请签订并登记合作协议") % {"bank": row.short_name},
            )  # fmt: skip
    return row


@transaction.atomic
def refuse_joining(*, joining_id: UUID, by: User, on: date, version: int, reason: str) -> Joining:
    row = _locked(joining_id, by, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明不同意加盟的理由。"), law(), "reason")
    return _move(row, "refuse", by=by, on=on, reason=reason)


@transaction.atomic
def withdraw_joining(*, joining_id: UUID, by: User, on: date, version: int, reason: str) -> Joining:
    """Whoever keeps the list takes an entry back before it is decided."""
    may.require(may.may_enter_joining(by))
    row = _seen(joining_id, version)
    moves.move(row, "withdraw", by=by, on=on, article=law(), reason=reason)
    audit.record("banks.withdraw_joining", row, by=by, on=on, article=law(), reason=reason)
    return row


def _seen(joining_id: UUID, version: int) -> Joining:
    row: Joining = Joining.objects.select_for_update(of=("self",)).select_related("bank").get(pk=joining_id)
    if row.version != version:
        raise Stale()
    return row


def _locked(joining_id: UUID, by: User, version: int) -> Joining:
    may.require(may.may_decide_joining(by))
    row = _seen(joining_id, version)
    if row.entered_by_id == by.pk:
        raise SamePerson(_("加盟申请须由录入人以外的人员审核。"))
    hats.wear(row, by, APPROVER)
    return row


def _move(row: Joining, name: str, *, by: User, on: date, reason: str) -> Joining:
    row.reason = reason.strip()
    moves.move(row, name, by=by, on=on, article=law(), reason=reason, decided_by=by, decided_on=on)
    audit.record(f"banks.{name}_joining", row, by=by, on=on, article=law(), reason=reason)
    return row
