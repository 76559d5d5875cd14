"""特别审批 (16(5)): the city's documents, entered by one person and confirmed by another, ended by two."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from claims import permissions
from claims.intake import enterprises_of
from claims.models import ApprovalRecord
from claims.services import locking, telling
from loans.industries import SECTION_OF, full_industry_code
from loans.intake import credit_code_fault
from pool import moves, storage
from pool.chinese import in_chinese
from pool.errors import Refused, SamePerson
from pool.formats import ratio as shown
from pool.models import MANAGER_ROLES, User
from pool.selectors import edition
from pool.sure import be_sure

PURPOSE, SHEET = "special_approval_document", "special_approval_enterprises"
INDUSTRY = re.compile(r"[A-T](\d{2,4})?")
MOST_BYTES = 20 << 20
ONE_DAY = timedelta(days=1)
State = ApprovalRecord.State


def article() -> str:
    return str(edition()["special_approval"].article)


@transaction.atomic
def enter_approval(
    *, number: str, title: str, issuer: str, issued_on: date, industries: Sequence[str], enterprises: Sequence[str],
    ratio: Decimal, lifts_cap: bool, valid_from: date, valid_to: date | None, file: UploadedFile, by: User, on: date,
    sheet: UploadedFile | None = None,
) -> ApprovalRecord:  # fmt: skip
    """What the document says, with its scan; it decides nothing before another person has confirmed it."""
    permissions.require(permissions.keep_approvals(by))
    named = _from_sheet(sheet, by) if sheet else _enterprises(enterprises)
    scope: dict[str, list[Any]] = {"industries": _industries(industries), "enterprises": named}
    _refuse_wrong(scope, ratio, lifts_cap, issued_on, valid_from, valid_to, on)
    _refuse_twice(number.strip())
    stored = storage.keep_document(file, name="", nameless=number, purpose=PURPOSE, by=by)
    made: ApprovalRecord = ApprovalRecord.objects.create(
        number=number.strip(), title=title.strip(), issuer=issuer.strip(), issued_on=issued_on, **scope, ratio=ratio,
        lifts_cap=lifts_cap, valid_from=valid_from, valid_to=valid_to, document=stored, made_by=by, made_on=on,
    )  # fmt: skip
    moves.log(made, field="state", source="", target=made.state, by=by, on=on, article=article())
    after = {"number": made.number, **scope, "ratio": ratio, "lifts_cap": lifts_cap, "sha256": stored.sha256}
    locking.note("enter_approval", made, by=by, on=on, after=after, article=article())
    _ask(made, on)
    return made


@in_chinese()
def _ask(row: ApprovalRecord, on: date) -> None:
    asked = _("请确认终止特别审批 %(number)s") if row.state == State.ENDING else _("请确认特别审批 %(number)s")
    telling.bodies(
        tuple(MANAGER_ROLES), asked % {"number": row.number}, key=f"approval:{row.pk}:{row.version}", on=on,
        url=row.get_absolute_url(), article=article(), topic=_("特别审批待确认"),
    )  # fmt: skip


def _from_sheet(sheet: UploadedFile, by: User) -> list[dict[str, str]]:
    stored = storage.keep(sheet, name=sheet.name or "", purpose=SHEET, by=by, max_bytes=MOST_BYTES)
    return enterprises_of(Path(settings.MEDIA_ROOT) / stored.path)


def _enterprises(given: Iterable[str]) -> list[dict[str, str]]:
    codes = list(dict.fromkeys(code.strip().upper() for code in given if code.strip()))
    wrong = next((code for code in codes if credit_code_fault(code)), "")
    if wrong:
        text = _("“%(code)s”不是统一社会信用代码，请核对。") % {"code": wrong}
        raise Refused("not_a_code", text, article(), "enterprises")
    return [{"code": code, "name": ""} for code in codes]


def _industries(given: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in (code.strip().upper() for code in given if code.strip()):
        code = full_industry_code(text) if text.isdigit() and len(text) > 1 else text
        if not INDUSTRY.fullmatch(code) or (len(code) > 1 and SECTION_OF.get(int(code[1:3])) != code[0]):
            said = _("“%(code)s”不是行业代码，请写成 C39 或 C3921 的样式。") % {"code": text}
            raise Refused("not_a_code", said, article(), "industries")
        found[code] = None
    return list(found)


def _refuse_wrong(
    scope: dict[str, list[Any]], ratio: Decimal, lifts_cap: bool, issued_on: date, valid_from: date,
    valid_to: date | None, on: date,
) -> None:  # fmt: skip
    if not any(scope.values()):
        raise Refused("nobody_covered", _("请填写适用的行业代码或企业，至少一项。"), article(), "industries")
    if not 0 < ratio <= 1:
        raise Refused("ratio", _("补偿比例应大于 0、不超过百分之百。"), article(), "ratio")
    cap = edition()["ratio_cap"]
    if ratio > cap.decimal and not lifts_cap:
        words = {"ratio": shown(ratio), "cap": shown(cap.decimal)}
        text = _("比例 %(ratio)s 高于封顶 %(cap)s：文件明确突破封顶的请勾选，没有明确的按封顶填写。") % words
        raise Refused("over_cap", text, cap.article, "lifts_cap")
    if issued_on > on:
        raise Refused("not_issued", _("批准日期不能晚于今天。"), article(), "issued_on")
    if valid_to is not None and valid_to < valid_from:
        raise Refused("backwards", _("有效期止早于有效期起，请核对。"), article(), "valid_to")


def _refuse_twice(number: str) -> None:
    """Two people may type at once: the unique key has the last word."""
    there = ApprovalRecord.objects.filter(number=number, state__in=(State.SUBMITTED, State.CONFIRMED, State.ENDING))
    if there.exists():
        text = _("文号 %(number)s 已经登记，请在原登记上办理；内容有误的先退回或终止。") % {"number": number}
        raise Refused("number_twice", text, article(), "number")


@transaction.atomic
def confirm_approval(*, approval_id: UUID, by: User, on: date, version: int) -> ApprovalRecord:
    """From now on it decides the ratio of every claim that it covers and that is not decided yet."""
    row = _locked(approval_id, by, version)
    _refuse_same_person(permissions.confirm_approval(by, row))
    be_sure()
    moves.move(row, "confirm", by=by, on=on, article=article(), confirmed_by=by, confirmed_on=on)
    after = {"number": row.number, "ratio": row.ratio, "document": row.document_id}
    locking.note("confirm_approval", row, by=by, on=on, after=after, article=article())
    return row


@transaction.atomic
def return_approval(*, approval_id: UUID, by: User, on: date, version: int, reason: str) -> ApprovalRecord:
    """Not what the document says: by who entered it, or by who was to confirm it."""
    row = _locked(approval_id, by, version)
    _require(reason)
    moves.move(row, "send_back", by=by, on=on, article=article(), reason=reason.strip())
    locking.note("return_approval", row, by=by, on=on, article=article(), reason=reason)
    return row


@transaction.atomic
def propose_approval_end(
    *, approval_id: UUID, by: User, on: date, version: int, last_day: date, reason: str
) -> ApprovalRecord:
    """Withdrawn from the start where the last day lies before the validity; until another agrees it counts on."""
    row = _locked(approval_id, by, version)
    _require(reason)
    if not row.valid_from - ONE_DAY <= last_day <= (row.valid_to or date.max):
        text = _("最后适用日应在有效期之内；自始不适用的，填有效期起日的前一天。")
        raise Refused("last_day", text, article(), "last_day")
    changes = {"last_day": last_day, "end_by": by, "end_reason": reason.strip()[:400]}
    moves.move(row, "ask_end", by=by, on=on, article=article(), reason=reason.strip(), **changes)
    after = {"last_day": last_day}
    locking.note("propose_approval_end", row, by=by, on=on, after=after, article=article(), reason=reason)
    _ask(row, on)
    return row


@transaction.atomic
def confirm_approval_end(*, approval_id: UUID, by: User, on: date, version: int) -> ApprovalRecord:
    """Loans paid out after the last day go by the general standard; what was decided stays as decided."""
    row = _locked(approval_id, by, version)
    _refuse_same_person(permissions.confirm_approval_end(by, row))
    be_sure()
    moves.move(row, "end", by=by, on=on, article=article(), reason=row.end_reason, ended_by=by, ended_on=on)
    locking.note("confirm_approval_end", row, by=by, on=on, after={"last_day": row.last_day}, article=article())
    return row


@transaction.atomic
def keep_approval(*, approval_id: UUID, by: User, on: date, version: int, reason: str) -> ApprovalRecord:
    """It goes on as it was."""
    row = _locked(approval_id, by, version)
    _require(reason)
    changes: dict[str, Any] = {"last_day": None, "end_by": None, "end_reason": ""}
    moves.move(row, "keep", by=by, on=on, article=article(), reason=reason.strip(), **changes)
    locking.note("keep_approval", row, by=by, on=on, article=article(), reason=reason)
    return row


def _locked(approval_id: UUID, by: User, version: int) -> ApprovalRecord:
    permissions.require(permissions.keep_approvals(by))
    row = locking.row(ApprovalRecord, approval_id)
    locking.check(row, version)
    return row


def _refuse_same_person(answer: tuple[bool, Any]) -> None:
    """The role was asked for already: what is left to refuse is one person in both places."""
    allowed, why = answer
    if not allowed:
        raise SamePerson(str(why), article=article())


def _require(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), article(), "reason")
