"""This room's part of a loan's page: may it be claimed, how much, until when and why; and the claim it has."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from claims import assessment, permissions, todos
from claims.models import Claim, EndingRequest, Upgrade
from claims.views import page
from loans.models import Determination, Loan
from loans.services.deadlines import claim_window
from pool import clock
from pool.models import User
from pool.rules import Window
from pool.selectors import edition

GONE = (Loan.State.WITHDRAWN, Loan.State.CLOSED)


def of_loan(person: User, loan: Loan) -> dict[str, Any] | None:
    """The claim on file if there is one, else the card that tells what a claim would find."""
    if not permissions.see(person, loan.bank_id)[0]:
        return None
    today = clock.today()
    claims = list(
        Claim.objects.filter(loan=loan).select_related("bank", "loan", "determination").order_by("-created_at")
    )
    live = next((claim for claim in claims if claim.state in Claim.LIVE), None)
    shown = live or next(iter(claims), None)
    card_ = None if live or loan.state in GONE or loan.state == Loan.State.RECOVERED else card(loan, today)
    todo = page.here(todos.of_claim(shown, today)) if shown else None
    maker = permissions.prepare(person, loan.bank_id)[0]
    checker = permissions.submit(person, loan.bank_id)[0]
    ending = EndingRequest.objects.filter(loan=loan, state=EndingRequest.State.PREPARED).first()
    upgrade = Upgrade.objects.filter(loan=loan, state__in=Upgrade.OPEN).first()
    context = {
        "claims": claims,
        "live": live,
        "claim": shown,
        "todo": todo,
        "left": page.days_left(todo.due, today) if todo else None,
        "card": card_,
        "ending": ending,
        "may_submit_ending": checker,
        "may_cancel_ending": maker,
        "upgrade": upgrade,
        "endable": maker and loan.state == Loan.State.NON_PERFORMING and ending is None,
        "upgradable": maker and loan.state == Loan.State.COMPENSATED and upgrade is None,
        "loan": loan,
    }
    if card_ and card_["standing"] and maker and card_["may_draft"]:
        context["next_step"] = {"url": reverse("claims:new", args=[loan.pk]), "label": _("申请补偿")}
    return context


def card(loan: Loan, on: date) -> dict[str, Any]:
    """能否申请、可补偿多少、截止何日、依据什么; for a loan that performs, as if it were determined today."""
    standing = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    found = assessment.of_loan(loan, on, standing)
    items = found.shown()
    window = claim_period(loan, on)
    failing = [item for item in items if item["outcome"] in {"fail", "hold"}]
    over = window is not None and on > window.closes_on
    return {
        "standing": standing,
        "eligible": found.eligible,
        "ratio": found.full_ratio,
        "amount": found.full_amount,
        "principal": standing.principal_balance if standing else loan.principal,
        "window": window,
        "left": page.days_left(window.closes_on, on) if window else None,
        "is_over": over,
        "failing": failing,
        "why": sorted((item for item in items if _is_of_the_ratio(item) and item not in failing), key=_in_its_order),
        "amount_article": edition()["amount_basis"].article,
        "period_article": edition()["claim_period"].article,
        "provisional": found.provisional,
        "entered_late": loan.entered_late,
        "late_article": edition()["timely_entry"].article,
        "may_draft": _may_draft(loan, standing, over),
    }


def _may_draft(loan: Loan, standing: Determination | None, over: bool) -> bool:
    """A loan entered late keeps its card, which says why, but no claim is begun for it (13)."""
    in_time = standing is not None and not over and not loan.entered_late
    return in_time and loan.state == Loan.State.NON_PERFORMING


def _is_of_the_ratio(item: dict[str, Any]) -> bool:
    return str(item["article"]).startswith(tier_article())


def _in_its_order(item: dict[str, Any]) -> str:
    """Step by step as the article counts: the ratio, what is added, the ceiling."""
    return str(item["article"])


def tier_article() -> str:
    """The article that sets the ratio, whatever its items."""
    return edition()["compensation_tiers"].article.partition("(")[0]


def claim_period(loan: Loan, on: date) -> Window | None:
    """The time in which the standing determination may be claimed."""
    standing = Determination.objects.filter(loan=loan, ended_on__isnull=True).first()
    return claim_window(standing.determined_on) if standing else None
