"""What the page of an upload shows."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from loans import permissions as may
from loans import selectors
from loans.forms import ConfirmationForm
from loans.kinds import kind_of
from loans.models import Confirmation, Upload, UploadRow
from loans.reports import goes_back_whole, takes_long
from loans.services import confirming
from loans.services.confirming import TRUTH, Known
from loans.services.uploads import RowRefused
from loans.views.page import told as stored_in_words
from loans.words import Classification
from pool import clock
from pool.formats import whole, yuan
from pool.outbox import RING_AGAIN_AFTER
from pool.rulebook import Finding
from pool.selectors import days_left, edition
from pool.sheets import CellProblem
from pool.tables import keyset_page

State = Upload.State
Status = UploadRow.Status
UNCONFIRMED = "unconfirmed"
TOLD = "told"
TABS = (Status.HELD.value, UNCONFIRMED, TOLD, Status.GOOD.value, Status.KNOWN.value, Status.ENTERED.value)
SHOWN_IN_SECONDS = 120
BUSY = {State.RECEIVED, State.CHECKING, State.SUBMITTED}


def of_upload(request: HttpRequest, upload: Upload, form: ConfirmationForm | None = None) -> dict[str, Any]:
    today = clock.today()
    chosen = UNCONFIRMED if form else _chosen(request, upload)
    rows = keyset_page(_among(upload, chosen), request, order=["sheet", "row"], size=30)
    known = confirming.of_rows(rows.rows)
    may_confirm = upload.state == State.CHECKED and may.may_make(request.user, upload.bank_id)[0]
    asks = may_confirm and chosen == UNCONFIRMED and upload.rows_unconfirmed
    return {
        "confirmation": (form or confirmation_form(upload)) if asks else None,
        "may_confirm": may_confirm,
        "upload": upload,
        "job": progress_of(upload),
        "is_busy": upload.state in BUSY or awaits_receipt(upload),
        "file_problems": [_problem(CellProblem.from_dict(item)) for item in upload.problems],
        "tabs": _tabs(upload, chosen),
        "chosen": chosen,
        "rows": [_row(row, known, kind_of(upload).more) for row in rows.rows],
        "page": rows,
        "windows": selectors.open_windows(today),
        "may_submit": may.may_check(request.user, upload.bank_id)[0]
        and upload.state == State.CHECKED
        and upload.rows_good
        and not upload.rows_unconfirmed
        and not upload.rehearsal,
        "may_file": upload.rehearsal
        and upload.state == State.CHECKED
        and may.may_make(request.user, upload.bank_id)[0],
        "filed_as": upload.filed_as.exclude(state=State.CANCELLED).first() if upload.rehearsal else None,
        "made_by_me": upload.made_by_id == request.user.pk,
        "may_cancel": upload.state in {State.RECEIVED, State.CHECKING, State.CHECKED}
        and (may.may_make(request.user, upload.bank_id)[0] or may.may_check(request.user, upload.bank_id)[0]),
        "may_make": may.may_make(request.user, upload.bank_id)[0],
        "waiting": _waiting(upload),
        "words": _words(upload),
        "has_own_workbook": upload.state not in BUSY and goes_back_whole(upload),
        "takes_long": takes_long(upload),
        "closing": _closing_of_held(upload, today),
        "again": _again(request, upload),
    }


def _among(upload: Upload, chosen: str) -> "QuerySet[UploadRow]":
    named = {UNCONFIRMED: selectors.unconfirmed_rows, TOLD: selectors.told_rows}
    return named[chosen](upload) if chosen in named else selectors.rows_of(upload, chosen)


def _again(request: HttpRequest, upload: Upload) -> str:
    """Where the maker sends the mended file: after one that cannot be read, was given up or has held rows."""
    ends = upload.state in {State.FAILED, State.CANCELLED} or (upload.rows_held and upload.state not in BUSY)
    return reverse(kind_of(upload).new) if ends and may.may_make(request.user, upload.bank_id)[0] else ""


def confirmation_form(upload: Upload, data: Any = None) -> ConfirmationForm:
    """The rows that wait, and each kind of warning with its first case as an example."""
    kinds = [(code, _kind_of(code, count, first)) for code, count, first in selectors.open_warnings(upload)]
    return ConfirmationForm(data, rows=selectors.unconfirmed_rows(upload), kinds=kinds)


def _kind_of(code: str, count: int, first: UploadRow) -> str:
    example = next(CellProblem.from_dict(item) for item in first.problems if item["code"] == code)
    words = {"rows": whole(count), "header": example.header, "number": first.row, "message": example.message}
    return _("同类提示全部 %(rows)s 行：%(header)s（如第 %(number)s 行：%(message)s）") % words


def _closing_of_held(upload: Upload, today: date) -> dict[str, Any] | None:
    """Which held rows become late, and when: those of the quarter whose window closes first."""
    found = selectors.closing_of_held(upload, today)
    if found is None:
        return None
    window, count = found
    words = {"rows": whole(count), "quarter": window.name, "day": window.window.closes_on, "left": window.left}
    tonight = _("%(rows)s 行暂缓的贷款于%(quarter)s发放，录入期今晚 24 时截止：过后再录入即为逾期，不予补偿。")
    later = _("%(rows)s 行暂缓的贷款于%(quarter)s发放，录入期截至 %(day)s（还剩 %(left)s 个工作日），逾期不予补偿。")
    text = tonight if window.window.closes_on == today else later
    return {"text": text % words, "article": window.window.article}


def _words(upload: Upload) -> dict[str, Any]:
    """What a row of this upload becomes, and what its submission does."""
    kind, words = kind_of(upload), kind_of(upload).words
    figures = {"rows": whole(upload.rows_good), "amount": yuan(upload.principal_good)}
    return {
        "good": words.good, "known": words.known, "entered": words.entered, "known_note": words.known_note,
        "receipt": words.receipt, "question": words.question % figures, "has_periods": kind.has_periods,
        "article": edition()[kind.question_article].article,
    }  # fmt: skip


def _chosen(request: HttpRequest, upload: Upload) -> str:
    asked = request.GET.get("rows", "")
    if asked in TABS:
        return asked
    if upload.rows_unconfirmed and upload.state == State.CHECKED and not upload.rows_held:
        return UNCONFIRMED
    if upload.rows_held:
        return Status.HELD
    return Status.ENTERED if upload.state == State.ENTERED else Status.GOOD


def _tabs(upload: Upload, chosen: str) -> list[dict[str, Any]]:
    counts = {
        Status.HELD: upload.rows_held,
        Status.GOOD: upload.rows_good if upload.state != State.ENTERED else 0,
        Status.KNOWN: upload.rows_known,
        Status.ENTERED: upload.rows_entered,
        UNCONFIRMED: upload.rows_unconfirmed if upload.state == State.CHECKED else 0,
        TOLD: upload.rows_warned,
    }
    words = _words(upload)
    labels = {UNCONFIRMED: _("待确认"), TOLD: _("有提示或说明"), Status.HELD: Status.HELD.label}
    labels |= {Status.GOOD: words["good"], Status.KNOWN: words["known"]}
    return [
        {
            "label": labels.get(status, words["entered"]),
            "url": f"?rows={status}",
            "active": chosen == status,
            "count": counts[status],
        }
        for status in TABS
        if counts[status] or chosen == status
    ]


def _row(row: UploadRow, known: Known, more: Callable[[Mapping[str, Any]], list[str]]) -> dict[str, Any]:
    tones = {Status.HELD: "bad", Status.KNOWN: "neutral", Status.ENTERED: "good", Status.GOOD: "info"}
    return {
        "row": row,
        "tone": "wait" if row.status == Status.GOOD and (row.problems or row.findings) else tones[Status(row.status)],
        "name": row.facts.get("borrower_name", ""),
        "principal": row.facts.get("principal_yuan"),
        "disbursed_on": row.facts.get("disbursed_on"),
        "loan": row.facts.get("loan") or (row.pk if row.status == Status.ENTERED else None),
        "after": (after, Classification(after).label) if (after := row.facts.get("after")) else None,
        "on_date": row.facts.get("on_date"),
        "more": more(row.facts),
        "problems": problems_told(row, known),
        "findings": [stored_in_words(item) for item in row.findings],
    }


def problems_told(row: UploadRow, known: Known) -> list[dict[str, Any]]:
    problems = [CellProblem.from_dict(item) for item in row.problems]
    return [_problem(problem, confirming.said(row, problem, known)) for problem in problems]


def _problem(problem: CellProblem, said: Confirmation | None = None) -> dict[str, Any]:
    return {
        "outcome": "confirmed" if said else problem.severity,
        "said": said,
        "where": " ".join(filter(None, [problem.cell, problem.header])),
        "message": problem.message,
        "mend": problem.mend,
        "article": problem.article,
        "value": problem.value,
    }


def told(finding: Finding) -> dict[str, Any]:
    return stored_in_words(finding.as_json())


def tell_row(form: Any, no: RowRefused) -> list[dict[str, Any]]:
    """A row typed into a form: problems stand beside their fields, failing rules above the form."""
    for problem in no.problems:
        if problem.is_error or problem.code == "already_entered":
            form.add_error(problem.key if problem.key in form.fields else None, f"{problem.message}{problem.mend}")
    return [told(finding) for finding in no.findings]


def awaits_receipt(upload: Upload) -> bool:
    """The loans are in; the worker still writes the numbered receipt."""
    return bool(upload.state == State.ENTERED and upload.receipt_number and upload.receipt_id is None)


def progress_of(upload: Upload) -> dict[str, Any]:
    """The job bar: what the worker is at, or how it ended."""
    url = reverse("loans:upload_progress", args=[upload.pk])
    if awaits_receipt(upload):
        words = {"label": _("正在编制回执"), "message": _("批次已经办结，可以离开本页，稍后再来下载回执。")}
        return {**words, "state": "running", "done": 0, "total": 0, "url": url}
    states = {State.RECEIVED: "queued", State.CHECKING: "running", State.SUBMITTED: "running", State.FAILED: "failed"}
    labels = {
        State.RECEIVED: _("等待校验"),
        State.CHECKING: _("正在校验"),
        State.SUBMITTED: kind_of(upload).words.working,
        State.FAILED: _("无法读取文件"),
    }
    words = {
        State.RECEIVED: _("文件已接收，排队等待处理。"),
        State.CHECKING: _pace(upload) + _went_on(),
        State.SUBMITTED: _("入库日期为 %(day)s，以提交时刻为准。") % {"day": upload.submitted_on},
    }
    return {
        "state": states.get(upload.state, "finished"),
        "label": labels.get(upload.state, _("处理完毕")),
        "message": words.get(upload.state, ""),
        "done": upload.rows_done if upload.state == State.CHECKING else 0,
        "total": upload.rows_expected if upload.state == State.CHECKING else 0,
        "url": url,
    }


def _went_on() -> str:
    """What becomes of it when its worker dies: the sweeper rings again."""
    minutes = RING_AGAIN_AFTER // timedelta(minutes=1)
    words = _("可以离开本页。处理如意外中断，约 %(minutes)s 分钟内自动从中断处接着办，不必重新上传。")
    return words % {"minutes": minutes}


def _pace(upload: Upload) -> str:
    """Rows a second, and how long it will take."""
    if not upload.rows_per_second:
        return ""
    words = {"rows": whole(upload.rows_per_second)}
    if upload.rows_expected <= upload.rows_done:
        return _("每秒 %(rows)s 行。") % words
    seconds = -(-(upload.rows_expected - upload.rows_done) // upload.rows_per_second)
    if seconds < SHOWN_IN_SECONDS:
        return _("每秒 %(rows)s 行，约剩 %(seconds)s 秒。") % {**words, "seconds": seconds}
    return _("每秒 %(rows)s 行，约剩 %(minutes)s 分钟。") % {**words, "minutes": -(-seconds // 60)}


def _waiting(upload: Upload) -> dict[str, Any] | None:
    """Who acts now, and until when: the page always says it."""
    maker, due = _("本行经办人员"), due_of(upload, clock.today())
    if upload.state == State.FAILED and not upload.rehearsal:
        title = _("按上面的说明改正文件，重新上传")
        return {"title": title, "who": maker, **due, "article": _words(upload)["article"]}
    if upload.rehearsal or upload.state != State.CHECKED:
        return None
    if upload.rows_unconfirmed:
        title = _("%(rows)s 行有提示，写明理由后才能复核提交") % {"rows": whole(upload.rows_unconfirmed)}
        return {"title": title, "who": maker, **due, "article": TRUTH}
    article = _words(upload)["article"]
    if upload.rows_good:
        return {"title": _("复核后提交"), "who": _("本行复核人员"), **due, "article": article}
    return {"title": _("没有可提交的行，请改正后重新上传"), "who": maker, **due, "article": article}


def due_of(upload: Upload, today: date) -> dict[str, Any]:
    """The last day, and how many working days are left of it."""
    due = selectors.due_of(upload, today)
    return {"due": due, "left": days_left(due, today) if due else None}
