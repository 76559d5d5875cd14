"""Good rows become loans: set-based, once, in one transaction with the bank's standing, the log and the audit."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from banks import standing
from banks.models import Standing
from loans import rules
from loans.kinds import kind_of
from loans.models import Borrower, Loan, Upload, UploadRow
from loans.services import confirming
from loans.words import BorrowerKind
from pool import audit, formats, outbox, pdf, storage
from pool.models import Transition
from pool.moves import move
from pool.numbering import next_number
from pool.selectors import edition, refs
from pool.services import editions
from pool.sheets import CellProblem

Status = UploadRow.Status
AUDIT_CHUNK = 1000
RECEIPT_PURPOSE = "loan_receipt"
PRINTED_ROWS = 200
"""So many rows with a confirmed warning are printed on the receipt; all are in the workbook that comes back."""

# How each column of a loan comes out of the row's facts; amounts and days are text there and become exact here.
_TEXTS = (
    "contract_number", "branch_name", "borrower_kind", "borrower_name", "credit_code", "owner_name", "owner_id_kind",
    "owner_id_number", "firm_name", "co_borrower_name", "co_borrower_code", "district", "industry_code",
    "industry_group", "product", "use", "use_detail", "other_cover", "currency", "remarks",
)  # fmt: skip
_AMOUNTS = ("revenue", "assets", "credit_line", "other_balances", "annual_rate")
_DAYS = ("disbursed_on", "matures_on")
_LISTS = ("security", "qualifications", "features")
_EXPRESSIONS: dict[str, str] = {
    "id": "r.id",
    "scheme_id": "r.scheme_id",
    "version": "1",
    "created_at": "now()",
    "bank_id": "r.bank_id",
    "branch_id": "r.branch_id",
    "upload_id": "r.upload_id",
    "loan_number": "r.loan_number",
    "loan_number_key": "r.loan_number_key",
    "borrower_id": "coalesce(person.id, firm.id)",
    **{name: f"r.facts->>'{name}'" for name in _TEXTS},
    **{name: f"(r.facts->>'{name}')::numeric" for name in _AMOUNTS},
    **{name: f"(r.facts->>'{name}')::date" for name in _DAYS},
    **{name: f"r.facts->'{name}'" for name in _LISTS},
    "staff": "(r.facts->>'staff')::integer",
    "in_city": "(r.facts->>'in_shenzhen')::boolean",
    "quasi_financial": "(r.facts->>'quasi_financial')::boolean",
    "industry_restricted": "(r.facts->>'industry_restricted')::boolean",
    "original_principal": "(r.facts->>'principal')::numeric",
    "principal": "(r.facts->>'principal_yuan')::numeric",
    "state": f"'{Loan.State.ENTERED.value}'",
    "library": f"'{Loan.Library.LOAN.value}'",
    "classification": "'normal'",
    "entered_on": "%(entered_on)s",
    "entered_at": "%(entered_at)s",
    "entry_closes_on": "w.closes_on",
    "entered_late": "w.late",
    "edition": "%(edition)s",
    "edition_hash": "%(edition_hash)s",
    "findings": "(SELECT coalesce(jsonb_agg(f), '[]') FROM jsonb_array_elements(r.findings) f"
    " WHERE f->>'provision' <> 'timely_entry') || w.findings",
}
_INSERT = f"""
INSERT INTO loans_loan ({", ".join(f'"{name}"' for name in _EXPRESSIONS)})
SELECT {", ".join(_EXPRESSIONS.values())}
FROM loans_uploadrow r
JOIN unnest(%(days)s::date[], %(closes)s::date[], %(lates)s::boolean[], %(found)s::text[])
  AS window_of(day, closes_on, late, found) ON window_of.day = (r.facts->>'disbursed_on')::date
CROSS JOIN LATERAL (SELECT window_of.closes_on, window_of.late, window_of.found::jsonb AS findings) w
LEFT JOIN loans_borrower person ON r.facts->>'borrower_kind' = 'owner' AND person.person_index = r.identity
LEFT JOIN loans_borrower firm ON r.facts->>'borrower_kind' <> 'owner' AND firm.credit_code = r.identity
WHERE r.upload_id = %(upload)s AND r.status = 'good'
ORDER BY r.row
"""
_LOG = f"""
INSERT INTO {Transition._meta.db_table}
  (subject_kind, subject_id, bank_id, field, source, target, by_id, "on", at, reason, article)
SELECT 'loans.loan', l.id, l.bank_id, moved.field, '', moved.target, %(by)s, %(on)s, now(), '', %(article)s
FROM loans_loan l CROSS JOIN (VALUES ('state', '{Loan.State.ENTERED.value}'), ('library', '{Loan.Library.LOAN.value}'))
  AS moved(field, target)
WHERE l.upload_id = %(upload)s
ORDER BY l.id
"""
_CHUNKS = """
SELECT min(row), max(row), count(*), sum((facts->>'principal_yuan')::numeric),
       encode(sha256(convert_to(string_agg(id::text || facts::text, E'\\n' ORDER BY row), 'UTF8')), 'hex')
FROM (SELECT id, row, facts, (row_number() OVER (ORDER BY row) - 1) / %s AS part
      FROM loans_uploadrow WHERE upload_id = %s AND status = 'entered') AS numbered
GROUP BY part ORDER BY part
"""


@transaction.atomic
def enter_upload(upload_id: UUID | str) -> None:
    """For the worker. The entry date is that of the submission; a second delivery finds nothing to do."""
    upload: Upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.state != Upload.State.SUBMITTED:
        return
    row = standing.lock(upload.bank_id)
    kind = kind_of(upload)
    count, total = kind.take_effect(upload, row)
    number = f"HZ{upload.submitted_on.year}-{next_number('loan_receipt', upload.submitted_on.year):06d}"
    move(
        upload, "enter", by=None, on=upload.submitted_on,
        article=edition()[kind.article].article,
        rows_entered=count, principal_entered=total, receipt_number=number,
        rows_known=UploadRow.objects.filter(upload=upload, status=Status.KNOWN).count(),
        rows_held=UploadRow.objects.filter(upload=upload, status=Status.HELD).count(),
        rows_late=UploadRow.objects.filter(upload=upload, status=Status.ENTERED, late=True).count()
        if not upload.is_of_loans
        else Loan.objects.filter(upload=upload, entered_late=True).count(),
    )  # fmt: skip
    outbox.enqueue("loans.make_receipt", upload_id=upload.pk)


def enter_loans(upload: Upload, row: Standing) -> tuple[int, Decimal]:
    """Every good row a loan; how many, and their principal."""
    _set_known_aside(upload)
    _make_borrowers(upload)
    _insert(upload, _windows(upload))
    UploadRow.objects.filter(upload=upload, status=Status.GOOD).update(status=Status.ENTERED)
    chunks = _audit_chunks(upload)
    total = sum((chunk["principal"] for chunk in chunks), Decimal(0))
    standing.shift(
        row, entered=total, cause=standing.Cause.ENTERED, subject=upload.pk, on=upload.submitted_on,
        by=upload.submitted_by,
    )  # fmt: skip
    return sum(chunk["rows"] for chunk in chunks), total


def _article() -> str:
    return str(edition()["entry_window"].article)


def _set_known_aside(upload: Upload) -> None:
    """Another upload may have entered the same loan since the check; under the standing's lock nobody else can."""
    there = Loan.objects.filter(bank_id=upload.bank_id, loan_number_key=OuterRef("loan_number_key"))
    there = there.exclude(state=Loan.State.WITHDRAWN)
    rows = UploadRow.objects.filter(Exists(there), upload=upload, status=Status.GOOD)
    rows.update(status=Status.KNOWN)


def _make_borrowers(upload: Upload) -> None:
    """One identity per borrower, whichever banks lend to it; in one order, so that uploads never deadlock."""
    rows = UploadRow.objects.filter(upload=upload, status=Status.GOOD)
    wanted = rows.values_list("facts__borrower_kind", "identity").distinct()
    people = sorted(identity for kind, identity in wanted if kind == BorrowerKind.OWNER)
    firms = sorted(identity for kind, identity in wanted if kind != BorrowerKind.OWNER)
    fresh = [Borrower(person_index=identity) for identity in people]
    fresh += [Borrower(credit_code=identity) for identity in dict.fromkeys(firms)]
    Borrower.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=2000)


def _windows(upload: Upload) -> dict[date, tuple[date, bool, list[dict[str, Any]]]]:
    """For each day of disbursement in the upload: when its window closed, whether that was missed, the finding."""
    rows = UploadRow.objects.filter(upload=upload, status=Status.GOOD)
    book, calendar = edition(), refs(upload.submitted_on).calendar
    found = {}
    for text in rows.values_list("facts__disbursed_on", flat=True).distinct():
        day = date.fromisoformat(text)
        window = rules.entry_window(book, calendar, day)
        finding = rules.entry_timeliness(book, calendar, day, upload.submitted_on)
        found[day] = (window.closes_on, finding.failed, [finding.as_json()] if finding.failed else [])
    return found


def _insert(upload: Upload, windows: dict[date, tuple[date, bool, list[dict[str, Any]]]]) -> None:
    book = edition()
    parameters = {
        "upload": upload.pk,
        "entered_on": upload.submitted_on,
        "entered_at": upload.submitted_at,
        "edition": book.key,
        "edition_hash": editions.use(book),
        "days": list(windows),
        "closes": [closes for closes, _, _ in windows.values()],
        "lates": [late for _, late, _ in windows.values()],
        "found": [json.dumps(findings, ensure_ascii=False) for _, _, findings in windows.values()],
        "by": upload.submitted_by_id,
        "on": upload.submitted_on,
        "article": _article(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        cursor.execute(_LOG, parameters)


def _audit_chunks(upload: Upload) -> list[dict[str, Any]]:
    """An import's unit of audit is the chunk with its hash."""
    with connection.cursor() as cursor:
        cursor.execute(_CHUNKS, [AUDIT_CHUNK, upload.pk])
        found = cursor.fetchall()
    chunks = []
    for first, last, rows, principal, digest in found:
        chunk = {"first": first, "last": last, "rows": rows, "principal": principal, "sha256": digest}
        audit.record(
            "loans.enter", upload, by=upload.submitted_by, on=upload.submitted_on, after=chunk, article=_article()
        )
        chunks.append(chunk)
    return chunks


@transaction.atomic
def make_receipt(upload_id: UUID | str) -> None:
    """The numbered receipt of an entered upload, as PDF; made once."""
    upload: Upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload_id)
    if upload.state != Upload.State.ENTERED or upload.receipt_id is not None:
        return
    whole = Upload.objects.select_related("bank", "file", "made_by", "submitted_by").get(pk=upload_id)
    fingerprint = whole.file.sha256 if whole.file else ""
    context = {
        "upload": whole,
        "issuer": _("深圳市高新投集团有限公司"),
        "number": whole.receipt_number,
        "title": kind_of(upload).words.receipt,
        "told": kind_of(upload).words.told % _figures(whole),
        "words": kind_of(upload).words,
        "issued_on": whole.submitted_on,
        "notes": []
        if not upload.is_of_loans
        else [
            {"text": _("录入期以借据日期所在季度计算，逾期录入的贷款保留但不予补偿。"), "article": _article()},
            {"text": _("加盟银行对入库贷款项目的真实性、完整性、合规性负责。"), "article": ""},
        ],
        **_confirmed(upload),
        "check_code": pdf.check_code(
            whole.receipt_number, whole.pk, fingerprint, whole.rows_entered, whole.principal_entered
        ),
        "made_at": whole.submitted_at,
    }
    body = pdf.render("pdf/loan_receipt.html", context)
    upload.receipt = storage.keep(
        body, name=f"{upload.receipt_number}.pdf", purpose=RECEIPT_PURPOSE, by=None, bank=upload.bank_id
    )
    upload.version += 1
    upload.save(update_fields=["receipt", "version"])


def _confirmed(upload: Upload) -> dict[str, Any]:
    """The warnings of the rows that entered, with who said why they are right."""
    rows = UploadRow.objects.filter(upload=upload, status=Status.ENTERED).exclude(doubts=[]).order_by("sheet", "row")
    told = list(rows[:PRINTED_ROWS])
    known = confirming.of_rows(told)
    lines = [
        {"row": row, "problem": problem, "said": said}
        for row in told
        for problem in map(CellProblem.from_dict, row.problems)
        if (said := confirming.said(row, problem, known))
    ]
    return {"confirmed": lines, "more_confirmed": max(0, rows.count() - len(told))}


def _figures(upload: Upload) -> dict[str, str]:
    return {
        "number": upload.number, "at": formats.moment(upload.submitted_at), "rows": formats.whole(upload.rows_entered),
        "amount": formats.yuan(upload.principal_entered),
    }  # fmt: skip
