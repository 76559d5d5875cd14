"""A later maturity 展期: agreed before the loan matured, proven by its agreement, entered by two people."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loans import permissions as may
from loans.models import Extension, Loan
from loans.services import requests
from loans.services.locks import lock_loan, require_unbarred
from pool import audit, hats, moves, storage
from pool.errors import Refused
from pool.models import User
from pool.selectors import edition

State = Loan.State
EXTENDABLE = (State.ENTERED, State.NON_PERFORMING)
AGREEMENT_PURPOSE = "loan_extension"


def article() -> str:
    """Where the maturity decides: the automatic closing."""
    return str(edition()["auto_closing"].article)


@transaction.atomic
def prepare_extension(
    *, loan_id: UUID, extended_to: date, agreed_on: date, agreement: Any, reason: str, by: User, on: date,
    name: str = "",
) -> Extension:  # fmt: skip
    """What the checker will find before submission; until then the loan matures as before."""
    loan = lock_loan(loan_id)
    may.require(may.may_make(by, loan.bank_id))
    _require_possible(loan, extended_to, agreed_on, on)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明展期原因。"), field="reason")
    requests.require_none_open(Extension, loan.pk)
    request: Extension = Extension.objects.create(
        bank_id=loan.bank_id, branch_id=loan.branch_id, loan=loan, former=loan.due_on, extended_to=extended_to,
        agreed_on=agreed_on, agreement=_keep(agreement, name, by, loan.bank_id), reason=reason.strip(), made_by=by,
        made_on=on,
    )  # fmt: skip
    moves.log(request, field="state", source="", target=request.state, by=by, on=on)
    hats.wear(request, by, "extension_maker")
    after = {**_told(request), "sha256": request.agreement.sha256}
    audit.record(
        "loans.prepare_extension", request, by=by, on=on, after=after, article=article(), reason=request.reason
    )
    return request


@transaction.atomic
def extend_loan(*, request_id: UUID, by: User, on: date, version: int) -> Loan:
    """The checker's submission: every deadline that follows the maturity follows the new one from now on."""
    loan = lock_loan(Extension.objects.values_list("loan_id", flat=True).get(pk=request_id))
    request = requests.locked(Extension, request_id)
    requests.submit(request, by=by, on=on, version=version, hat="extension_checker", article=article())
    if loan.due_on != request.former:
        raise Refused("maturity_changed", _("该笔贷款的到期日已变动，请取消本次登记后重新登记。"), article())
    _require_possible(loan, request.extended_to, request.agreed_on, on)
    before = {"due_on": loan.due_on}
    loan.extended_to = request.extended_to
    loan.version += 1
    loan.save(update_fields=["extended_to", "version"])
    audit.record(
        "loans.extend", loan, by=by, on=on, before=before, after=_told(request), article=article(),
        reason=request.reason,
    )  # fmt: skip
    return loan


@transaction.atomic
def cancel_extension(*, request_id: UUID, by: User, on: date, version: int) -> Extension:
    request = requests.locked(Extension, request_id)
    requests.cancel(request, "loans.cancel_extension", by=by, on=on, version=version)
    return request


def _require_possible(loan: Loan, extended_to: date, agreed_on: date, on: date) -> None:
    if loan.state == State.CLOSED:
        raise Refused("loan_closed", _("该笔贷款已结项，不能再展期；如结项有误，请联系高新投集团核实。"), article())
    if loan.state not in EXTENDABLE:
        words = {"state": loan.get_state_display()}
        raise Refused("not_extendable", _("该笔贷款当前为“%(state)s”，不能展期。") % words, article())
    require_unbarred(loan)
    due = loan.due_on.isoformat()
    if extended_to <= loan.due_on:
        raise Refused(
            "extension_not_later", _("展期到期日应晚于现到期日 %(due)s，请按展期协议核对。") % {"due": due}, article(),
            "extended_to",
        )  # fmt: skip
    if agreed_on > on:
        raise Refused("agreed_ahead", _("展期协议签订日不能晚于今天；请在签订之后登记。"), field="agreed_on")
    if agreed_on < loan.disbursed_on:
        raise Refused("agreed_early", _("展期协议签订日不能早于发放日期，请按协议核对。"), field="agreed_on")
    if agreed_on > loan.due_on:
        raise Refused(
            "agreed_after_maturity",
            _("展期协议应在现到期日 %(due)s（含当日）前签订；到期后另行发放的，请作为新的贷款录入。") % {"due": due},
            article(), "agreed_on",
        )  # fmt: skip


def _keep(agreement: Any, name: str, by: User, bank_id: UUID) -> Any:
    if not agreement:
        raise Refused("agreement_missing", _("请上传展期协议。"), field="agreement")
    return storage.keep_document(
        agreement, name=name, nameless=str(_("展期协议")), purpose=AGREEMENT_PURPOSE, by=by, bank=bank_id,
        field="agreement",
    )  # fmt: skip


def _told(request: Extension) -> dict[str, object]:
    return {"due_on": request.extended_to, "agreed_on": request.agreed_on, "agreement": request.agreement.name}
