"""可申请的不良贷款: what the bank may still claim, each with what it would bring and why, the most urgent first."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import permissions, selectors
from claims.forms import ClaimableFilter
from claims.views import page, panels
from loans import selectors as loans
from loans.models import Loan
from pool import clock
from pool.lists import Listing, show
from pool.models import BANK_ROLES, Role, User
from pool.money import ZERO
from pool.permissions import Answer, has_role
from pool.tables import Column, Pick


def _card(loan: Loan) -> dict[str, Any]:
    """What a claim would find today; judged once a row, for all of its columns."""
    found: dict[str, Any] | None = loan.__dict__.get("card")
    if found is None:
        found = loan.card = panels.card(loan, clock.today())
    return found


def _amount(loan: Loan) -> Any:
    return _card(loan)["amount"] if _card(loan)["eligible"] else ZERO


def _outcome(loan: Loan) -> tuple[str, str]:
    card = _card(loan)
    if card["eligible"]:
        return "pass", _("符合条件")
    return "fail", _("不符合条件")


def _why_not(loan: Loan) -> list[str]:
    return list(dict.fromkeys(item["article"] for item in _card(loan)["failing"]))


def _left(loan: Loan) -> int | None:
    return page.days_left(loan.last_day, clock.today())


def _columns(person: User) -> list[Column]:
    drafts = may_draft(person)[0]
    return [
        Column(
            _("借据号"), "loan_number", "code", sort="number",
            link=lambda loan: reverse("claims:new", args=[loan.pk]) if drafts else loan.get_absolute_url(),
        ),
        Column(_("借款人"), "borrower_name"),
        Column(_("不良本金余额"), "balance", "money", unit=_("元"), sort="balance"),
        Column(_("补偿比例"), lambda loan: _card(loan)["ratio"], "percent", key="ratio"),
        Column(_("可补偿金额"), _amount, "money", unit=_("元"), key="amount"),
        Column(_("核验"), _outcome, "status", key="outcome"),
        Column(_("依据"), _why_not, "article", key="why_not"),
        Column(_("认定日"), "determined_on", "date"),
        Column(_("申请截止日"), "last_day", "date", sort="due"),
        Column(_("剩余工作日"), _left, "int", key="left"),
    ]  # fmt: skip


def _narrow(rows: "QuerySet[Loan]", given: Mapping[str, Any]) -> "QuerySet[Loan]":
    if words := given.get("q", "").strip():
        rows = rows.filter(loans.matching(words))
    return rows.filter(last_day__lte=given["due_by"]) if "due_by" in given else rows


def _may_read(person: User) -> Answer:
    return has_role(person, BANK_ROLES)


def may_draft(person: User) -> Answer:
    return permissions.prepare(person, person.institution)


CLAIMABLE = Listing(
    name="claimable",
    label=gettext_lazy("可申请的不良贷款"),
    url_name="claims:claimable",
    may_see=_may_read,
    may_export=lambda person: has_role(person, BANK_ROLES - {Role.BANK_ADMIN}),
    rows=selectors.claimable_loans,
    form=lambda data, person: ClaimableFilter(data),
    narrow=_narrow,
    columns=_columns,
    orders={"due": ("last_day", "id"), "balance": ("balance", "id"), "number": ("loan_number_key", "id")},
    order="due",
    hidden=frozenset({"determined_on"}),
    empty_title=gettext_lazy("没有可申请的不良贷款"),
    empty_text=gettext_lazy("贷款认定为不良后，在申请期内会列在这里。"),
)


@login_required
@require_GET
def claimable(request: HttpRequest) -> HttpResponse:
    """The bank's non-performing loans that may still be claimed; the maker ticks those to draft."""
    permissions.require(_may_read(request.user))
    drafts = may_draft(request.user)[0]
    shown = show(CLAIMABLE, request, Pick("loans", lambda loan: loan.loan_number) if drafts else None)
    return render(request, "claims/claimable.html", {"shown": shown, "table": shown.table, "may_draft": drafts})
