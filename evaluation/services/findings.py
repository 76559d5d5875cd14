"""Findings of an inspection (26): written on a case, sent with a day, answered, checked, and closed by two people."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks import services as banks
from banks.models import Violation
from claims.models import Claim
from evaluation import permissions
from evaluation.models import Finding, FindingAnswer, FindingPaper, Inspection, InspectionCase
from evaluation.selectors import inspections as selectors
from evaluation.services import telling
from evaluation.services.inspections import ARTICLE, examined, locked_case
from pool import audit, citations, moves, storage
from pool.errors import Refused, Stale
from pool.models import Deadline, StoredFile, User
from pool.numbering import next_number
from pool.permissions import require
from pool.refs import Refs
from pool.rules import Window
from pool.selectors import refs
from pool.services import deadlines
from recovery import services as recovery

PURPOSE = "inspection_paper"
DEADLINE = "inspection_answer"
MOST_PAPERS = 10
State, Addressee = Finding.State, Finding.Addressee


# ---- written and sent ------------------------------------------------------------------------------------------------


@transaction.atomic
def write_finding(
    *, case_id: UUID, kind: str, addressee: str, basis: str, amount: Decimal, text: str, demand: str, by: User,
    on: date, version: int, papers: Iterable[Any] = (),
) -> Finding:  # fmt: skip
    """What is wrong, by which article, with what sum, and what must be done. Nobody outside sees it yet."""
    require(permissions.may_inspect(by))
    case = locked_case(case_id, version)
    _check(basis, amount, text, demand)
    finding: Finding = Finding.objects.create(
        case=case, inspection_number=case.inspection.number, label=case.label, kind=kind, addressee=addressee,
        basis=basis.strip(), amount=amount, text=text.strip(), demand=demand.strip(), written_by=by, written_on=on,
    )  # fmt: skip
    moves.log(finding, field="state", source="", target=finding.state, by=by, on=on, article=ARTICLE)
    _keep_papers(finding, papers, by=by, on=on)
    after = {"kind": kind, "addressee": addressee, "basis": finding.basis, "amount": amount}
    audit.record("finding.write", finding, by=by, on=on, after=after, article=ARTICLE)
    examined(case, _worst(case), by=by, on=on)
    return finding


def _check(basis: str, amount: Decimal, text: str, demand: str) -> None:
    try:
        citations.parse(basis.strip())
    except ValueError:
        raise Refused("basis_unreadable", _("条款写作 28、16.1(2) 或 19(6)。"), ARTICLE, "basis") from None
    if amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise Refused("not_money", _("涉及金额不能小于零，且最多两位小数。"), ARTICLE, "amount")
    if not text.strip():
        raise Refused("text_missing", _("请写明问题事实。"), ARTICLE, "text")
    if not demand.strip():
        raise Refused("demand_missing", _("请写明整改要求。"), ARTICLE, "demand")


def _worst(case: InspectionCase) -> str:
    """What the findings that stand say of the case; open again where none is left."""
    kinds = set(Finding.objects.filter(case=case).exclude(state=State.WITHDRAWN).values_list("kind", flat=True))
    for kind in (Finding.Kind.BREACH, Finding.Kind.REMARK):
        if kind in kinds:
            return str(kind)
    return str(InspectionCase.Outcome.OPEN)


@transaction.atomic
def withdraw_finding(*, finding_id: UUID, by: User, on: date, version: int, reason: str) -> Finding:
    """A draft that was no finding after all; the case is to be looked at again."""
    require(permissions.may_inspect(by))
    case = locked_case(Finding.objects.only("case_id").get(pk=finding_id).case_id)
    finding = _locked(finding_id, version)
    moves.move(finding, "withdraw", by=by, on=on, article=ARTICLE, reason=reason)
    audit.record("finding.withdraw", finding, by=by, on=on, article=ARTICLE, reason=reason)
    examined(case, _worst(case), by=by, on=on)
    return finding


@transaction.atomic
def issue_finding(*, finding_id: UUID, by: User, on: date, version: int) -> Finding:
    """To the bank or the body concerned, which reads it from now on and answers by the day; its own case only."""
    require(permissions.may_inspect(by))
    case = locked_case(Finding.objects.only("case_id").get(pk=finding_id).case_id)
    finding = _locked(finding_id, version)
    bank = case.bank_id if finding.addressee == Addressee.BANK else None
    window = _window(on, case.inspection.answer_days)
    moves.move(
        finding, "issue", by=by, on=on, article=ARTICLE, bank_id=bank, issued_by=by, issued_on=on, asked_on=on,
        answer_by=window.closes_on, number=f"WT{on.year}{next_number('finding', on.year):05d}",
    )  # fmt: skip
    _share_papers(finding)
    _start(finding, window)
    after = {"number": finding.number, "addressee": finding.addressee, "answer_by": finding.answer_by}
    audit.record("finding.issue", finding, by=by, on=on, after=after, article=ARTICLE)
    telling.finding_issued(finding, on, ARTICLE)
    return finding


def _window(on: date, days: int) -> Window:
    """So many working days from the day it was sent: the inspection's own, for no article sets a period."""
    return _reckoned(on, days, refs(on))


def _reckoned(on: date, days: int, reference: Refs) -> Window:
    closes_on = reference.calendar.add_workdays(on, days)
    return Window(
        event=DEADLINE, article=ARTICLE, provision=DEADLINE, starts_on=on, opens_on=None, closes_on=closes_on,
        unit="working_day", count=days, provisional=reference.calendar.provisional_between(on, closes_on),
    )  # fmt: skip


def window_again(row: Deadline, reference: Refs) -> Window:
    """The same days by another calendar."""
    return _reckoned(row.event_on, int(row.explanation["count"]), reference)


def _start(finding: Finding, window: Window) -> None:
    deadlines.open_deadline(
        finding, window, refs(window.starts_on).calendar, label=gettext_lazy("答复检查发现的问题"),
        waiting_for=finding.get_addressee_display(),
    )  # fmt: skip


# ---- papers ----------------------------------------------------------------------------------------------------------


def _keep_papers(finding: Finding, papers: Iterable[Any], *, by: User, on: date, round: int | None = None) -> None:
    given = [one for one in papers if one is not None]
    if len(given) > MOST_PAPERS:
        text = _("一次最多提交 %(most)s 个附件。") % {"most": MOST_PAPERS}
        raise Refused("too_many_papers", text, ARTICLE, "papers")
    for upload in given:
        file = storage.keep_document(
            upload, name="", nameless=str(finding), purpose=PURPOSE, by=by, bank=finding.bank_id, field="papers"
        )
        FindingPaper.objects.create(
            finding=finding, bank_id=finding.bank_id, file=file, round=round, added_by=by, added_on=on
        )


def _share_papers(finding: Finding) -> None:
    """The inspectors' papers go out with the finding: a bank's row for each, over the same bytes."""
    if finding.bank_id is None:
        return
    for paper in list(FindingPaper.objects.filter(finding=finding).select_related("file")):
        FindingPaper.objects.create(
            finding=finding, bank_id=finding.bank_id, file=storage.share(paper.file, bank=finding.bank_id),
            added_by=paper.added_by, added_on=paper.added_on,
        )  # fmt: skip


# ---- answered and followed up ----------------------------------------------------------------------------------------


@transaction.atomic
def answer_finding(
    *, finding_id: UUID, text: str, by: User, on: date, version: int, papers: Iterable[Any] = ()
) -> Finding:
    """What was done about it, by the second person of whom it is addressed to."""
    finding = _locked(finding_id, version)
    require(permissions.may_answer_finding(by, finding))
    if not text.strip():
        raise Refused("text_missing", _("请写明整改情况或申辩理由。"), ARTICLE, "text")
    late = finding.answer_by is not None and on > finding.answer_by
    moves.move(finding, "answer", by=by, on=on, article=ARTICLE)
    round = FindingAnswer.objects.filter(finding=finding).count() + 1
    FindingAnswer.objects.create(
        finding=finding, bank_id=finding.bank_id, round=round, text=text.strip(), late=late, given_by=by, given_on=on
    )
    _keep_papers(finding, papers, by=by, on=on, round=round)
    deadlines.fulfil(finding.pk, DEADLINE, on=on)
    audit.record("finding.answer", finding, by=by, on=on, after={"round": round, "late": late}, article=ARTICLE)
    telling.finding_answered(finding, on, ARTICLE)
    return finding


@transaction.atomic
def ask_again(*, finding_id: UUID, by: User, on: date, version: int, reason: str) -> Finding:
    """The answer does not do; the days run anew."""
    require(permissions.may_inspect(by))
    finding = _locked(finding_id, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明答复还缺什么。"), ARTICLE, "reason")
    window = _window(on, _days_of(finding))
    moves.move(
        finding, "ask_again", by=by, on=on, article=ARTICLE, reason=reason, asked_on=on, answer_by=window.closes_on
    )
    _start(finding, window)
    audit.record("finding.ask_again", finding, by=by, on=on, article=ARTICLE, reason=reason)
    telling.finding_issued(finding, on, ARTICLE)
    return finding


def _days_of(finding: Finding) -> int:
    rows = Inspection.objects.filter(cases__findings=finding)
    return int(rows.values_list("answer_days", flat=True).get())


@transaction.atomic
def accept_finding(*, finding_id: UUID, by: User, on: date, version: int, reason: str) -> Finding:
    """One inspector has checked that it is put right; another must agree before it is closed."""
    require(permissions.may_inspect(by))
    finding = _locked(finding_id, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明如何核实整改到位。"), ARTICLE, "reason")
    moves.move(finding, "accept", by=by, on=on, article=ARTICLE, reason=reason, accepted_by=by, accepted_on=on)
    audit.record("finding.accept", finding, by=by, on=on, article=ARTICLE, reason=reason)
    return finding


@transaction.atomic
def look_again(*, finding_id: UUID, by: User, on: date, version: int, reason: str) -> Finding:
    """The second inspector is not convinced."""
    finding = _locked(finding_id, version)
    require(permissions.may_close_finding(by, finding))
    if not reason.strip():
        raise Refused("reason_missing", _("请写明不同意销号的理由。"), ARTICLE, "reason")
    moves.move(finding, "look_again", by=by, on=on, article=ARTICLE, reason=reason, accepted_by=None, accepted_on=None)
    audit.record("finding.look_again", finding, by=by, on=on, article=ARTICLE, reason=reason)
    return finding


@transaction.atomic
def close_finding(*, finding_id: UUID, by: User, on: date, version: int) -> Finding:
    """A second inspector agrees that it is put right."""
    finding = _locked(finding_id, version)
    require(permissions.may_close_finding(by, finding))
    moves.move(finding, "close", by=by, on=on, article=ARTICLE, closed_by=by, closed_on=on)
    audit.record("finding.close", finding, by=by, on=on, article=ARTICLE)
    telling.finding_closed(finding, on, ARTICLE)
    return finding


# ---- a breach that wants a sanction ----------------------------------------------------------------------------------


@transaction.atomic
def refer_finding(*, finding_id: UUID, by: User, on: date, version: int, reason: str) -> Finding:
    """To the manager, which proposes what the authority decides (28)."""
    require(permissions.may_inspect(by))
    finding = _locked(finding_id, version)
    if finding.kind != Finding.Kind.BREACH or finding.bank_id is None or finding.state not in Finding.SENT:
        text = _("只有已向加盟银行发出的违规问题可以移送处理。")
        raise Refused("not_a_breach", text, ARTICLE)
    if finding.referred_on is not None:
        raise Refused("already_referred", _("该问题已经移送处理。"), ARTICLE)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明建议如何处理。"), ARTICLE, "reason")
    finding.referred_by, finding.referred_on = by, on
    _keep(finding, "referred_by", "referred_on")
    audit.record("finding.refer", finding, by=by, on=on, article=ARTICLE, reason=reason)
    telling.finding_referred(finding, reason, on, ARTICLE)
    return finding


@transaction.atomic
def propose_sanction(*, finding_id: UUID, by: User, on: date, version: int, **measures: Any) -> Violation:
    """The manager's proposal out of a referred finding; a compensation that is taken back is named with it."""
    require(permissions.may_act_on_referral(by))
    finding = _locked(finding_id, version)
    if finding.referred_on is None or finding.violation_id is not None:
        raise Refused("not_referred", _("该问题没有移送，或者已经提出处理。"), ARTICLE)
    bank_id: Any = finding.bank_id
    violation = banks.propose_sanction(bank_id=bank_id, by=by, on=on, **measures)
    if violation.claws_back and (number := _compensated(finding)):
        recovery.name_projects(
            violation_id=violation.pk, loan_numbers=[number], by=by, on=on, version=violation.version
        )
    finding.violation = violation
    _keep(finding, "violation")
    audit.record("finding.sanction", finding, by=by, on=on, after={"violation": violation.number}, article=ARTICLE)
    telling.finding_sanctioned(finding, violation, on, ARTICLE)
    return violation


def _compensated(finding: Finding) -> str:
    """The IOU's number where what was drawn is a compensation."""
    case = InspectionCase.objects.select_related("inspection").get(pk=finding.case_id)
    if case.inspection.subject != Inspection.Subject.COMPENSATIONS:
        return ""
    return str(Claim.objects.values_list("loan__loan_number", flat=True).get(pk=case.key))


# ---- shared ----------------------------------------------------------------------------------------------------------


def _locked(finding_id: UUID, version: int) -> Finding:
    row: Finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding_id)
    if row.version != version:
        raise Stale()
    return row


def _keep(finding: Finding, *fields: str) -> None:
    finding.version += 1
    finding.save(update_fields=[*fields, "version"])


def may_have_paper(user: Any, file: StoredFile) -> bool:
    """Whoever reads the finding reads its papers."""
    return bool(FindingPaper.objects.filter(file=file, finding__in=selectors.findings(user)).exists())
