"""The five-level classification: a maker prepares, a checker submits; determination, its end, its effect on the 3 %."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from banks import standing
from banks.models import Standing
from loans import permissions as may
from loans import rules
from loans.models import ClassificationChange, ClassificationRequest, Determination, Loan
from loans.services import deadlines, requests
from loans.services.locks import lock_loan, lock_with_standing
from pool import audit, hats, moves
from pool.errors import Refused
from pool.models import User
from pool.money import ZERO, fen
from pool.selectors import edition

State = Loan.State
OPEN = (State.ENTERED, State.NON_PERFORMING, State.COMPENSATED)


@transaction.atomic
def prepare_classification(
    *, loan_id: UUID, after: str, on_date: date, principal_balance: Decimal, by: User, on: date, reason: str = ""
) -> ClassificationRequest:
    """What the checker will find before submission; the loan does not change yet."""
    loan = lock_loan(loan_id)
    may.require(may.may_make(by, loan.bank_id))
    _require_possible(loan, after, on_date, principal_balance, on)
    if ClassificationRequest.objects.filter(loan=loan, state=ClassificationRequest.State.PREPARED).exists():
        raise Refused("request_open", _("该笔贷款已有待复核的分类调整，请先办结或取消。"))
    request: ClassificationRequest = ClassificationRequest.objects.create(
        bank_id=loan.bank_id, loan=loan, after=after, on=on_date, principal_balance=principal_balance,
        reason=reason, made_by=by,
    )  # fmt: skip
    hats.wear(request, by, "classification_maker")
    audit.record("loans.prepare_classification", request, by=by, on=on, after=_facts(request), reason=reason)
    return request


@transaction.atomic
def submit_classification(*, request_id: UUID, by: User, on: date, version: int) -> Loan:
    """The loan, its determination, the bank's standing and a suspension change together."""
    known = ClassificationRequest.objects.values_list("loan_id", flat=True).get(pk=request_id)
    row, loan = lock_with_standing(known)
    request = requests.locked(ClassificationRequest, request_id)
    requests.require_checker(request, by, version)
    _require_possible(loan, request.after, request.on, request.principal_balance, on)
    hats.wear(request, by, "classification_checker")
    moves.move(request, "submit", by=by, on=on, checked_by=by)
    put_into_force(
        row, loan, request.after, on_date=request.on, balance=request.principal_balance, made_by=request.made_by, by=by,
        on=on, reason=request.reason,
    )  # fmt: skip
    return loan


def put_into_force(
    row: Standing,
    loan: Loan,
    after: str,
    *,
    on_date: date,
    balance: Decimal,
    made_by: User,
    by: User,
    on: date,
    reason: str,
) -> None:
    """The class of a locked loan under its bank's locked standing; a determination if it now performs no longer."""
    before = loan.classification
    _change(loan, after, on_date=on_date, balance=balance, made_by=made_by, by=by, on=on, reason=reason)
    if rules.is_non_performing(edition(), after) and not rules.is_non_performing(edition(), before):
        _determine(loan, after, on_date=on_date, balance=balance, made_by=made_by, by=by, on=on, reason=reason)
        standing.shift(row, npl=balance, cause=standing.Cause.DETERMINED, subject=loan.pk, on=on, by=by)
    else:
        loan.version += 1
        loan.save(update_fields=["classification", "version"])
    audit.record(
        "loans.submit_classification", loan, by=by, on=on, before={"classification": before}, reason=reason,
        after={"after": after, "on": on_date, "principal_balance": balance}, article=edition()["npl_classes"].article,
    )  # fmt: skip


@transaction.atomic
def cancel_classification(*, request_id: UUID, by: User, on: date, version: int) -> ClassificationRequest:
    request = requests.locked(ClassificationRequest, request_id)
    requests.cancel(request, "loans.cancel_classification", by=by, on=on, version=version)
    return request


def _require_possible(loan: Loan, after: str, on_date: date, principal_balance: Decimal, on: date) -> None:
    latest = ClassificationChange.objects.filter(loan=loan).order_by("-on").values_list("on", flat=True).first()
    refusal = why_not(loan, after, on_date, principal_balance, on, latest)
    if refusal is not None:
        raise refusal


def why_not(loan: Loan, after: str, on_date: date, balance: Decimal, on: date, latest: date | None) -> Refused | None:
    """Why this class cannot be put on the loan, or None; `latest` is the day of its last change. Asks nothing."""
    book = edition()
    if loan.state not in OPEN:
        return Refused("loan_not_open", _("该笔贷款当前不能调整分类。"))
    if after == loan.classification:
        return Refused("same_class", _("拟调整的分类与当前分类相同。"), field="after")
    if rules.is_upgrade(book, loan.classification, after):
        article = book["upgrade_classes"].article
        return Refused("upgrade_elsewhere", _("由不良上调为正常或关注，请通过“上调”办理。"), article, "after")
    if on_date > on:
        return Refused("date_ahead", _("分类日期不能晚于今天。"), field="on_date")
    if on_date < max(loan.disbursed_on, latest or loan.disbursed_on):
        return Refused("date_too_early", _("分类日期不能早于发放日期和上一次分类日期。"), field="on_date")
    if balance != fen(balance) or balance < ZERO or balance > loan.principal:
        return Refused("balance_range", _("本金余额应在 0 与贷款本金之间，最多两位小数。"), field="principal_balance")
    if balance == ZERO and rules.is_non_performing(book, after):
        return Refused("balance_nothing", _("本金余额为 0 的贷款不能认定为不良。"), field="principal_balance")
    return None


def _facts(request: ClassificationRequest) -> dict[str, object]:
    return {"after": request.after, "on": request.on, "principal_balance": request.principal_balance}


def _change(
    loan: Loan, after: str, *, on_date: date, balance: Decimal, made_by: User, by: User, on: date, reason: str
) -> None:
    ClassificationChange.objects.create(
        bank_id=loan.bank_id, loan=loan, on=on_date, before=loan.classification, after=after,
        principal_balance=balance, made_by=made_by, checked_by=by, checked_on=on, reason=reason,
    )  # fmt: skip
    loan.classification = after


def _determine(
    loan: Loan, after: str, *, on_date: date, balance: Decimal, made_by: User, by: User, on: date, reason: str
) -> None:
    Determination.objects.create(
        bank_id=loan.bank_id, loan=loan, classification=after, determined_on=on_date, principal_balance=balance,
        made_by=made_by, checked_by=by,
    )  # fmt: skip
    moves.move(loan, "determine", by=by, on=on, article=edition()["npl_classes"].article, reason=reason)
    deadlines.open_claim_period(loan, on_date)


@transaction.atomic
def end_determination(
    *,
    loan_id: UUID,
    ending: str,
    after: str,
    on_date: date,
    made_by: User,
    by: User,
    on: date,
    reason: str,
    article: str = "",
) -> Loan:
    """Upgraded, or voided as wrong: the loan stands in the loan library again and leaves the numerator of the 3 %.

    Asks no permission: the room that decides it (claims) has asked. `made_by` prepared it, `by` decided.
    """
    row, loan = lock_with_standing(loan_id)
    determination = standing_determination(loan)
    if determination is None:
        raise Refused("nothing_stands", _("该笔贷款没有有效的不良认定。"))
    if rules.is_non_performing(edition(), after):
        raise Refused("still_non_performing", _("终止不良认定后，分类只能为正常或关注。"), field="after")
    counted = determination.recovered_on is None
    determination.ended_on, determination.ending = on_date, ending
    determination.version += 1
    determination.save(update_fields=["ended_on", "ending", "version"])
    _change(
        loan, after, on_date=on_date, balance=determination.principal_balance, made_by=made_by, by=by, on=on,
        reason=reason,
    )  # fmt: skip
    _return_to_loan_library(loan, by=by, on=on, article=article, reason=reason)
    deadlines.drop_claim_period(loan, on, reason)
    if counted:
        cause = standing.Cause.UPGRADED if ending == Determination.Ending.UPGRADED else standing.Cause.VOIDED
        standing.shift(row, npl=-determination.principal_balance, cause=cause, subject=loan.pk, on=on, by=by)
    audit.record(
        "loans.end_determination", loan, by=by, on=on, after={"ending": ending, "classification": after},
        article=article, reason=reason,
    )  # fmt: skip
    return loan


def _return_to_loan_library(loan: Loan, *, by: User, on: date, article: str, reason: str) -> None:
    name = "return_to_loan_library" if loan.state == State.COMPENSATED else "restore"
    library = loan.library
    moves.move(loan, name, by=by, on=on, article=article, reason=reason, library=Loan.Library.LOAN)
    if library != Loan.Library.LOAN:
        moves.log(
            loan,
            field="library",
            source=library,
            target=Loan.Library.LOAN,
            by=by,
            on=on,
            article=article,
            reason=reason,
        )


@transaction.atomic
def mark_principal_recovered(*, loan_id: UUID, on_date: date, by: User | None, on: date) -> bool:
    """Its principal is wholly recovered: it leaves the numerator (reading 12), once. True if it did so now."""
    row, loan = lock_with_standing(loan_id)
    determination = standing_determination(loan)
    if determination is None or determination.recovered_on is not None:
        return False
    determination.recovered_on = on_date
    determination.version += 1
    determination.save(update_fields=["recovered_on", "version"])
    standing.shift(
        row, npl=-determination.principal_balance, cause=standing.Cause.RECOVERED, subject=loan.pk, on=on, by=by
    )
    article = edition()["npl_ceiling"].article
    after = {"recovered_on": on_date, "principal_balance": determination.principal_balance}
    audit.record("loans.principal_recovered", loan, by=by, on=on, after=after, article=article)
    return True


def standing_determination(loan: Loan) -> Determination | None:
    found: Determination | None = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    return found
