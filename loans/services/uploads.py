"""Receiving, submitting and cancelling an upload. A form entry is an upload of one row."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import selectors as banks
from loans import permissions as may
from loans.columns import LOAN_SCHEMA
from loans.kinds import kind_of
from loans.models import Upload, UploadRow
from loans.services.checking import finish
from loans.services.confirming import remember, require_confirmed
from loans.services.judging import MARKED_ONLY, Judge, Judged
from loans.services.rows import store
from pool import audit, clock, hats, outbox, storage
from pool.errors import NotPermitted, Refused, Stale
from pool.models import StoredFile, User
from pool.moves import move
from pool.numbering import next_number
from pool.selectors import edition
from pool.sheets import DEFAULT_LIMITS, row_of

State = Upload.State
Status = UploadRow.Status
PENDING = (State.RECEIVED, State.CHECKING, State.CHECKED, State.SUBMITTED)
FILE_PURPOSE = "loan_upload"


class RowRefused(Refused):
    """A form that cannot enter: nothing is kept, every problem and every failing rule is told at once."""

    status = 400

    def __init__(self, judged: Judged) -> None:
        first = next((item for item in judged.problems if item.is_error or judged.status == Status.KNOWN), None)
        if first is not None:
            super().__init__("row_refused", first.message, first.article, first.key)
        else:
            rule = next(item for item in judged.findings if item.provision not in MARKED_ONLY)
            super().__init__("row_refused", edition().message(rule), rule.article)
        self.problems = judged.problems
        self.findings = judged.findings


@transaction.atomic
def receive_upload(
    *, file: Any, name: str, by: User, on: date, kind: str = Upload.Kind.LOANS.value, rehearsal: bool = False
) -> Upload:
    """Keep the file and promise its check; nothing is a loan, or classified, yet. A rehearsal never becomes any."""
    bank_id = _bank_for(by, on) if kind == Upload.Kind.LOANS.value else _own_bank(by)
    limit = DEFAULT_LIMITS.csv_bytes  # the reader refuses a workbook above its own, smaller one
    stored = storage.keep(file, name=name, purpose=FILE_PURPOSE, by=by, bank=bank_id, max_bytes=limit)
    return _receive(bank_id, stored, by, on, kind=kind, rehearsal=rehearsal)


@transaction.atomic
def file_rehearsal(*, upload_id: UUID, by: User, on: date) -> Upload:
    """The very file of a rehearsal, in earnest: checked again, for the day and the library may have changed."""
    tried = locked_upload(upload_id)
    may.require(may.may_make(by, tried.bank_id))
    if not tried.rehearsal or tried.state != State.CHECKED:
        raise Refused("no_rehearsal", _("只有已经校验完毕的试运行批次才能正式导入。"))
    bank_id = _bank_for(by, on) if tried.is_of_loans else _own_bank(by)
    return _receive(bank_id, tried.file, by, on, kind=tried.kind, rehearsed_as=tried)


def _receive(bank_id: UUID, stored: StoredFile, by: User, on: date, **fields: Any) -> Upload:
    twins = Upload.objects.filter(bank_id=bank_id, file__sha256=stored.sha256, state__in=PENDING, rehearsal=False)
    twin = None if fields.get("rehearsal") else twins.first()
    if twin is not None:
        raise Refused(
            "same_file_pending", _("同一文件已在批次 %(number)s 中办理，请勿重复上传。") % {"number": twin.number}
        )
    upload = _new(bank_id, Upload.Source.FILE, by, on, file=stored, **fields)
    outbox.enqueue("loans.check_upload", upload_id=upload.pk)
    return upload


@transaction.atomic
def enter_form(*, cells: Mapping[str, Any], by: User, on: date, source: str = Upload.Source.FORM) -> Upload:
    """One loan typed into a form, judged as a row of a file is; a row with errors is refused as a whole."""
    bank_id = _bank_for(by, on)
    row = row_of(LOAN_SCHEMA, cells)
    judge = Judge(on)
    judged = judge.judge(row)
    judge.compare(bank_id, [judged])
    if judged.status != Status.GOOD:
        raise RowRefused(judged)
    upload = _new(bank_id, source, by, on)
    upload.template_version = LOAN_SCHEMA.code
    move(upload, "start_check", by=by, on=on)
    remember(bank_id, [judged])
    store(upload, [judged])
    finish(upload, on=on)
    return upload


def _bank_for(by: User, on: date) -> UUID:
    """The maker's bank, if it may enter loans on that day (7, 24, reading 23)."""
    bank_id = _own_bank(by)
    bar = banks.may_enter(bank_id, on)
    if bar is not None:
        raise Refused(bar.code, edition().message(bar), bar.article)
    return bank_id


def _own_bank(by: User) -> UUID:
    bank = banks.bank_of(by)
    if bank is None:
        raise NotPermitted()
    may.require(may.may_make(by, bank.pk))
    return UUID(str(bank.pk))


def _new(bank_id: UUID, source: str, by: User, on: date, **fields: Any) -> Upload:
    letters, series = ("SY", "loan_rehearsal") if fields.get("rehearsal") else ("RK", "loan_upload")
    number = f"{letters}{on.year}-{next_number(series, on.year):06d}"
    upload: Upload = Upload.objects.create(
        bank_id=bank_id, number=number, source=source, made_by=by, made_on=on, **fields
    )
    hats.wear(upload, by, "upload_maker")
    audit.record("loans.receive_upload", upload, by=by, on=on, after={"number": number, "source": source})
    return upload


def locked_upload(upload_id: UUID) -> Upload:
    upload: Upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    return upload


@transaction.atomic
def submit_upload(*, upload_id: UUID, by: User, on: date, version: int) -> Upload:
    """The checker's submission. This instant decides the entry date (19(1)), whenever the worker gets to it."""
    upload = locked_upload(upload_id)
    may.require(may.may_check(by, upload.bank_id))
    if upload.version != version:
        raise Stale()
    if upload.rehearsal:
        raise Refused("rehearsal", _("这是试运行批次，什么也没有报送。请经办人员点“正式导入”，再提交生成的批次。"))
    bar = banks.may_enter(upload.bank_id, on) if upload.is_of_loans else None
    if bar is not None:
        raise Refused(bar.code, edition().message(bar), bar.article)
    hats.wear(upload, by, "upload_checker")
    if not upload.rows_good:
        raise Refused("nothing_to_enter", _("本批次没有可提交的行；请改正暂缓的行后重新上传。"))
    require_confirmed(upload)
    article = edition()[kind_of(upload).article].article
    move(
        upload, "submit", by=by, on=on, article=article,
        submitted_by=by, submitted_on=on, submitted_at=clock.at_instant(on, clock.now().timetz().replace(tzinfo=None)),
    )  # fmt: skip
    after = {"rows": upload.rows_good, "principal": upload.principal_good}
    audit.record("loans.submit_upload", upload, by=by, on=on, after=after, article=article)
    outbox.enqueue("loans.enter_upload", upload_id=upload.pk)
    return upload


@transaction.atomic
def cancel_upload(*, upload_id: UUID, by: User, on: date, version: int) -> Upload:
    """Given up by its maker, or sent back by a checker, before submission."""
    upload = locked_upload(upload_id)
    allowed = may.may_make(by, upload.bank_id)[0] or may.may_check(by, upload.bank_id)[0]
    may.require((allowed, _("您的角色无权执行此操作。")))
    if upload.version != version:
        raise Stale()
    move(upload, "cancel", by=by, on=on)
    audit.record("loans.cancel_upload", upload, by=by, on=on)
    return upload
