"""审核询问: the reviewer asks, two people of the bank answer, the thirty days stand still meanwhile (20(1))."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Claim, Desk, Question, QuestionPaper
from claims.services import due, locking, telling
from claims.services.assignment import review_url, sit_down
from claims.services.claim import MAX_EVIDENCE, keep_clock, put_evidence
from claims.services.unanswered import withdraw_open
from pool import hats, moves, scope, storage
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import Notice, StoredFile, User
from pool.selectors import edition
from pool.services.notices import notify

PURPOSE = "question_paper"
KIND = "question_period"


def article() -> str:
    return edition()[KIND].article


def url_of(row: Question) -> str:
    return reverse("claims:question", args=[row.pk])


# ---- the manager


@transaction.atomic
def ask_bank(*, claim_id: UUID, by: User, on: date, version: int, text: str, items: Iterable[str] = ()) -> Question:
    """The reviewer asks, perhaps for papers; one question at a time, as many rounds as it takes."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.review(by))
    locking.check(claim, version)
    if claim.state != Claim.State.SUBMITTED:
        raise Refused("not_under_review", _("该申请当前不在初审环节，不能向银行询问。"), article())
    if selectors.open_question(claim) is not None:
        raise Refused("question_open", _("上一次询问尚待银行答复；如需补充，请先撤回再重新询问。"), article())
    if not text.strip():
        raise Refused("text_missing", _("请写明询问内容。"), article(), field="text")
    wanted = _asked_for(claim, items)
    sit_down(claim, by, Desk.REVIEWER)
    row: Question = Question.objects.create(
        bank_id=claim.bank_id, branch_id=claim.branch_id, claim=claim, text=text.strip(), items=wanted, asked_by=by,
        asked_on=on, round=Question.objects.filter(claim=claim).count() + 1,
        answer_by=due.compute(KIND, on).closes_on,
    )  # fmt: skip
    moves.log(row, field="state", source="", target=row.state, by=by, on=on, article=article())
    due.start(row, KIND, on)
    locking.keep(claim)
    keep_clock(claim, on)
    after = {"claim": claim.number, "round": row.round, "items": wanted, "answer_by": row.answer_by}
    locking.note("ask_bank", row, by=by, on=on, after=after, article=article(), reason=row.text)
    _tell_asked(row, on)
    return row


def _asked_for(claim: Claim, items: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(items))
    if not set(wanted) <= set(selectors.askable_items(claim)):
        raise Refused("unknown_item", _("没有这一类申请材料。"), edition()["claim_evidence"].article, field="items")
    return wanted


@transaction.atomic
def withdraw_question(*, claim_id: UUID, by: User, on: date, version: int, reason: str) -> Question:
    """The reviewer needs no answer any more; from this day the thirty days run again."""
    claim = locking.claim(claim_id)
    permissions.require(permissions.review(by))
    locking.check(claim, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明撤回原因，银行将看到。"), field="reason")
    sit_down(claim, by, Desk.REVIEWER)
    row = withdraw_open(claim, by=by, on=on, reason=reason.strip())
    if row is None:
        raise Refused("no_question", _("没有待银行答复的询问。"), article())
    locking.keep(claim)
    keep_clock(claim, on)
    _tell_withdrawn(row, on)
    return row


# ---- the bank


@transaction.atomic
def add_question_paper(
    *, question_id: UUID, item: str, upload: Any, by: User, on: date, name: str = "", version: int | None = None
) -> QuestionPaper:
    """One document of the reply, under its kind; the one before it stays on record, superseded."""
    _claim, row = _locked(question_id)
    permissions.require(permissions.prepare(by, row.bank_id))
    if version is not None:
        locking.check(row, version)
    _require_open(row)
    if item not in selectors.reply_items(row):
        raise Refused("unknown_item", _("没有这一类申请材料。"), edition()["claim_evidence"].article, field="item")
    hats.wear(row.claim, by, "maker")
    file = storage.keep_document(
        upload, name=name, nameless=item, purpose=PURPOSE, by=by, bank=row.bank_id, max_bytes=MAX_EVIDENCE
    )
    current: QuestionPaper | None = QuestionPaper.objects.filter(question=row, item=item, superseded=False).first()
    if current is not None and current.file.sha256 == file.sha256:
        return current
    if current is not None:
        current.superseded = True
        locking.keep(current, "superseded")
    kept: QuestionPaper = QuestionPaper.objects.create(
        bank_id=row.bank_id, branch_id=row.branch_id, question=row, item=item, file=file, added_by=by
    )
    locking.keep(row)
    locking.note("add_question_paper", row, by=by, on=on, after={"item": item, "sha256": file.sha256})
    return kept


@transaction.atomic
def prepare_reply(*, question_id: UUID, by: User, on: date, version: int, reply: str) -> Question:
    """The maker writes the reply, or writes it anew until the checker has sent it."""
    _claim, row = _locked(question_id)
    permissions.require(permissions.prepare(by, row.bank_id))
    locking.check(row, version)
    _require_open(row)
    if not reply.strip():
        raise Refused("reply_missing", _("请填写答复内容。"), article(), field="reply")
    hats.wear(row.claim, by, "maker")
    before = {"reply": row.reply}
    row.reply, row.prepared_by = reply.strip(), by
    if row.state == Question.State.ASKED:
        moves.move(row, "prepare", by=by, on=on, article=article())
    else:
        locking.keep(row, "reply", "prepared_by")
    locking.note("prepare_reply", row, by=by, on=on, before=before, after={"reply": row.reply})
    return row


@transaction.atomic
def submit_reply(*, question_id: UUID, by: User, on: date, version: int) -> Question:
    """The checker sends it: its documents take their places among the evidence, and the thirty days run again.

    A late answer is still an answer.
    """
    claim, row = _locked(question_id)
    permissions.require(permissions.submit(by, row.bank_id))
    locking.check(row, version)
    if row.state != Question.State.PREPARED:
        _require_open(row)
        raise Refused("no_reply_yet", _("答复尚未起草，请先由经办人员填写答复内容。"), article())
    hats.wear(claim, by, "checker")
    for paper in selectors.reply_papers(row):
        if paper.item != selectors.OTHER_PAPER:
            put_evidence(claim, paper.item, paper.file, paper.added_by)
    moves.move(row, "answer", by=by, on=on, article=article(), submitted_by=by, answered_on=on)
    due.fulfil(row, KIND, on)
    locking.keep(claim)
    keep_clock(claim, on)
    after = {**locking.state_of(row), "decide_by": claim.decide_by, "papers": _files(row)}
    locking.note("submit_reply", row, by=by, on=on, after=after, article=article(), reason=row.reply)
    _tell_reviewer(row, on)
    return row


def _locked(question_id: UUID) -> tuple[Claim, Question]:
    """The claim is locked before its question, as everywhere."""
    claim = locking.claim(Question.objects.only("claim_id").get(pk=question_id).claim_id)
    row = locking.row(Question, question_id)
    row.claim = claim
    return claim, row


def _require_open(row: Question) -> None:
    if not row.is_open:
        text = _("该询问当前为“%(state)s”，不能再答复。") % {"state": row.get_state_display()}
        raise Refused("question_over", text, article())


def _files(row: Question) -> dict[str, str]:
    found: dict[str, StoredFile] = {paper.item: paper.file for paper in selectors.reply_papers(row)}
    return {item: file.sha256 for item, file in found.items()}


def _words(row: Question) -> dict[str, Any]:
    return {"number": row.claim.number, "day": row.answer_by}


@in_chinese()
def _tell_asked(row: Question, on: date) -> None:
    telling.bank(
        row.bank_id, _("补偿申请 %(number)s 有审核询问，请在 %(day)s（含当日）前答复") % _words(row),
        key=f"question:{row.pk}:asked", on=on, url=url_of(row), article=article(), body=row.text, due=row.answer_by,
        topic=_("补偿申请的审核询问"),
    )  # fmt: skip


@in_chinese()
def _tell_withdrawn(row: Question, on: date) -> None:
    telling.bank(
        row.bank_id, _("补偿申请 %(number)s 的审核询问已撤回，无须答复") % _words(row),
        key=f"question:{row.pk}:withdrawn", on=on, url=url_of(row), article=article(), body=row.withdrawn_because,
        topic=_("补偿申请的审核询问"),
    )  # fmt: skip


@in_chinese()
def _tell_reviewer(row: Question, on: date) -> None:
    title = _("银行已答复补偿申请 %(number)s 的审核询问") % _words(row)
    with scope.everything():  # the checker who sends the answer sees no desk of the manager
        people = selectors.awaiting_reply(row)
    for person in people:
        notify(
            key=f"question:{row.pk}:answered:{person.pk}", title=title, on=on, user=person,
            url=review_url(row.claim), article=article(), kind=Notice.Kind.NEWS, topic=_("补偿申请的审核询问"),
        )  # fmt: skip
