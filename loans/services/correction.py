"""An entry with wrong facts is corrected before it is used: the former version is kept, the rules judge once more.

The number of the IOU stays: a loan under another number is another loan, and must have been entered in time itself.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import standing
from loans import permissions as may
from loans import rules
from loans.columns import LOAN_SCHEMA
from loans.intake import LoanFacts, Qualification, facts_to_dict
from loans.keys import identity_of
from loans.models import Borrower, Correction, Determination, Loan, UploadRow
from loans.services import requests
from loans.services.judging import MARKED_ONLY, Judge, Judged, rule_facts
from loans.services.locks import lock_loan, lock_with_standing, require_unbarred
from loans.services.rows import SENSITIVE, kept_facts, read_facts
from loans.services.uploads import RowRefused
from pool import audit, hats, moves, scope
from pool.errors import Refused
from pool.models import User
from pool.rulebook import Finding
from pool.selectors import edition, refs
from pool.sheets import row_of

# Facts whose column on the loan is called otherwise.
_OTHERWISE = {"iou_number": "loan_number", "in_shenzhen": "in_city", "principal": "original_principal"}
_LISTED = ("security", "features", "qualifications")
_FACTS = tuple(field.name for field in fields(LoanFacts))


def article() -> str:
    return str(edition()["entry_window"].article)


def declared(loan: Loan) -> LoanFacts:
    """What the bank declared of a loan, as it stands now."""
    values = {name: getattr(loan, _OTHERWISE.get(name, name)) for name in _FACTS}
    values["security"], values["features"] = tuple(loan.security), tuple(loan.features)
    values["qualifications"] = tuple(
        Qualification(each["kind"], date.fromisoformat(each["valid_from"]), date.fromisoformat(each["valid_to"]))
        for each in loan.qualifications
    )
    return LoanFacts(**values)


def differing(before: LoanFacts, after: LoanFacts) -> list[str]:
    """The names of the facts that are not the same, in the order of the template."""
    return [name for name in _FACTS if getattr(before, name) != getattr(after, name)]


@transaction.atomic
def prepare_correction(*, loan_id: UUID, cells: Mapping[str, Any], reason: str, by: User, on: date) -> Correction:
    """The corrected facts, judged as a new row would be but for the day of entry; the loan does not change yet."""
    loan = lock_loan(loan_id)
    may.require(may.may_make(by, loan.bank_id))
    _require_possible(loan)
    requests.require_none_open(Correction, loan.pk)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明更正原因。"), field="reason")
    judged = _judged(loan, cells, on)
    before = declared(loan)
    assert judged.facts is not None
    if not differing(before, judged.facts):
        raise Refused("nothing_corrected", _("各项内容与现在的入库内容相同，没有需要更正的。"))
    _require_days(loan, judged.facts)
    request: Correction = Correction.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, reason=reason.strip(), made_by=by, made_on=on,
        before=kept_facts(before, loan.principal, loan.industry_restricted),
        after=kept_facts(judged.facts, judged.principal, judged.restricted),
        findings=[finding.as_json() for finding in judged.findings],
    )  # fmt: skip
    moves.log(request, field="state", source="", target=request.state, by=by, on=on)
    hats.wear(request, by, "correction_maker")
    audit.record("loans.prepare_correction", request, by=by, on=on, reason=request.reason, **_audited(request))
    return request


@transaction.atomic
def correct_loan(*, request_id: UUID, by: User, on: date, version: int) -> Loan:
    """The corrected facts become the loan's; the entry window is judged by the day the loan was entered."""
    row, loan = lock_with_standing(Correction.objects.values_list("loan_id", flat=True).get(pk=request_id))
    request = requests.locked(Correction, request_id)
    requests.submit(request, by=by, on=on, version=version, hat="correction_checker", article=article())
    _require_possible(loan)
    facts = read_facts(request.after)
    if differing(declared(loan), read_facts(request.before)):
        raise Refused("entry_changed", _("该笔贷款的入库内容已变动，请取消本次更正后重新登记。"), article())
    _require_days(loan, facts)
    principal, restricted = Decimal(request.after["principal_yuan"]), bool(request.after["industry_restricted"])
    findings = _findings(facts, principal, restricted, loan.entered_on, on)
    shift = principal - loan.principal
    changed = _write(loan, facts, principal, restricted, findings)
    if shift:
        standing.shift(row, entered=shift, cause=standing.Cause.CORRECTED, subject=loan.pk, on=on, by=by)
    loan.save(update_fields=changed)
    audit.record("loans.correct", loan, by=by, on=on, article=article(), reason=request.reason, **_audited(request))
    return loan


@transaction.atomic
def cancel_correction(*, request_id: UUID, by: User, on: date, version: int) -> Correction:
    request = requests.locked(Correction, request_id)
    requests.cancel(request, "loans.cancel_correction", by=by, on=on, version=version)
    return request


def _require_possible(loan: Loan) -> None:
    """Once a determination or a claim rests on the entry, a correction would change what was decided upon."""
    if loan.state != Loan.State.ENTERED or Determination.objects.filter(loan=loan).exists():
        raise Refused(
            "not_correctable",
            _("只有在库且从未认定过不良的贷款可以更正；已认定的，请先按程序撤销认定，由审核人员核定相关内容。"),
            article(),
        )
    require_unbarred(loan)


def _require_days(loan: Loan, facts: LoanFacts) -> None:
    if facts.disbursed_on > loan.entered_on:
        words = {"entered": loan.entered_on.isoformat()}
        raise Refused(
            "disbursed_after_entry",
            _("发放日期不能晚于入库日期 %(entered)s；如此时尚未放款，请撤回入库，放款后重新录入。") % words, article(),
            "disbursed_on",
        )  # fmt: skip
    if loan.extended_to and facts.matures_on >= loan.extended_to:
        words = {"extended": loan.extended_to.isoformat()}
        raise Refused(
            "matures_after_extension", _("到期日期应早于已登记的展期到期日 %(extended)s。") % words, field="matures_on"
        )


def _judged(loan: Loan, cells: Mapping[str, Any], on: date) -> Judged:
    given = {**cells, "iou_number": loan.loan_number}
    owner = LOAN_SCHEMA["borrower_kind"].labels[rules.OWNER]
    for name in SENSITIVE:  # never shown in full, so left empty where it stays
        if not given.get(name) and given.get("borrower_kind") == owner and loan.borrower_kind == rules.OWNER:
            given[name] = getattr(loan, name)
    judged = Judge(on, entered_on=loan.entered_on).judge(row_of(LOAN_SCHEMA, given))
    if judged.status != UploadRow.Status.GOOD:
        raise RowRefused(judged)
    return judged


def _findings(facts: LoanFacts, principal: Decimal, restricted: bool, entered_on: date, on: date) -> list[Finding]:
    """What fails; refused where the corrected loan does not belong into the pool."""
    book = edition()
    found = rules.assess_entry(rule_facts(facts, principal, restricted, entered_on), book, refs(on))
    failing = [finding for finding in found if finding.failed]
    for finding in failing:
        if finding.provision not in MARKED_ONLY:
            raise Refused("does_not_conform", book.message(finding), finding.article)
    return failing


def _write(loan: Loan, facts: LoanFacts, principal: Decimal, restricted: bool, findings: list[Finding]) -> list[str]:
    listed = facts_to_dict(facts)
    for name in _FACTS:
        setattr(loan, _OTHERWISE.get(name, name), listed[name] if name in _LISTED else getattr(facts, name))
    window = rules.entry_window(edition(), refs(loan.entered_on).calendar, facts.disbursed_on)
    loan.principal, loan.industry_restricted = principal, restricted
    loan.borrower_id = _borrower(facts).pk
    loan.entry_closes_on = window.closes_on
    loan.entered_late = any(finding.provision == "timely_entry" for finding in findings)
    loan.findings = [finding.as_json() for finding in findings]
    loan.version += 1
    own = [_OTHERWISE.get(name, name) for name in _FACTS]
    return [
        *own, "principal", "industry_restricted", "borrower", "entry_closes_on", "entered_late", "findings", "version",
    ]  # fmt: skip


def _borrower(facts: LoanFacts) -> Borrower:
    identity = identity_of(facts.borrower_kind, facts.credit_code, facts.owner_id_number)
    name = "person_index" if facts.borrower_kind == rules.OWNER else "credit_code"
    with scope.everything():  # an identity belongs to no bank, so no bank's context finds or makes one
        found: Borrower = Borrower.objects.get_or_create(**{name: identity})[0]
    return found


def _audited(request: Correction) -> dict[str, Any]:
    """Only what differs; the audit masks personal numbers."""
    before, after = read_facts(request.before), read_facts(request.after)
    former, corrected, told = facts_to_dict(before), facts_to_dict(after), differing(before, after)
    return {"before": {name: former[name] for name in told}, "after": {name: corrected[name] for name in told}}
