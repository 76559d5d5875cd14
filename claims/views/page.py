"""What the page of a claim shows: its life as steps, its facts, findings, evidence and history, its next acts."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from claims import assessment, permissions, selectors, todos
from claims.corrections import FACTS, show_fact
from claims.models import Claim, Evidence, PapersPacket, PlanItem, Question, Review, Upgrade
from claims.services import clocks
from pool.models import BANK_ROLES, Role, User
from pool.moves import history
from pool.registry import Todo
from pool.selectors import edition, refs

LIFE = (
    ("submitted", (Claim.State.SUBMITTED, Claim.State.HELD)),
    ("approved", (Claim.State.APPROVED,)),
    ("cleared", (Claim.State.CLEARED,)),
    ("planned", (Claim.State.PLANNED,)),
    ("paid", (Claim.State.PAID,)),
    ("transferred", ()),
)
ENDED = (Claim.State.WITHDRAWN, Claim.State.LAPSED, Claim.State.REMOVED, Claim.State.REFUSED, Claim.State.REFUNDED)
LIVE_FINDINGS = (Claim.State.DRAFT, Claim.State.RETURNED)


def of_claim(person: User, claim: Claim, on: date) -> dict[str, Any]:
    moved = list(history(claim))
    item = PlanItem.objects.filter(claim=claim, dropped_on__isnull=True).select_related("plan").last()
    packet = PapersPacket.objects.filter(plan_id=item.plan_id, bank_id=claim.bank_id).first() if item else None
    todo = here(todos.of_claim(claim, on))
    return {
        "claim": claim,
        "loan": claim.loan,
        "steps": steps(claim, moved),
        "timeline": moved,
        "todo": todo,
        "left": days_left(todo.due, on) if todo else None,
        "facts": case_facts(claim),
        "evidence": evidence(claim),
        "plan_item": item,
        "packet": packet,
        "notice": selectors.notice_of(claim),
        "reviews": reviews(claim) if person.role not in BANK_ROLES else [],
        "questions": questions(person, claim),
        "asked": selectors.open_question(claim),
        "article_of_questions": edition()["question_period"].article,
        "upgrades": Upgrade.objects.filter(claim=claim).order_by("-created_at"),
        "still": clocks.standing_still_since(claim, clocks.REVIEW),
        "told": claim.decided_on is not None,
        **findings(claim, on),
        **_acts(person, claim, on),
    }


def here(todo: Todo | None) -> Todo | None:
    """What waits, on the page of the thing itself: no link to where one is, no count."""
    return replace(todo, url="", count=0) if todo else None


def days_left(due: date | None, on: date) -> int | None:
    """Working days until the day, today not counted; negative once it has passed."""
    if due is None:
        return None
    calendar = refs(on).calendar
    return calendar.remaining(on, due) if due >= on else -calendar.workdays_between(due, on)


def findings(claim: Claim, on: date) -> dict[str, Any]:
    """Judged now while the bank may still change the claim; afterwards, what is on record."""
    live = claim.state in LIVE_FINDINGS
    found = assessment.of_claim(claim, on) if live else None
    items = found.shown() if found else assessment.stored(claim)
    failing = [item for item in items if item["outcome"] in {"fail", "hold"}]
    return {
        "is_live": live,
        "findings": [item for item in items if item not in failing],
        "failing": failing,
        "ratio": found.full_ratio if found else claim.ratio,
        "amount": found.full_amount if found else claim.amount,
        "eligible": found.eligible if found else not failing,
        "provisional": any(item["provisional"] for item in items),
        "verified": verified(claim),
        "outstanding": outstanding(claim) if live else [],
        "evidence_article": edition()["claim_evidence"].article,
    }


def outstanding(claim: Claim) -> list[str]:
    """What the bank must still bring before the claim can be filed, in words."""
    missing = [selectors.evidence_label(item) for item in selectors.missing_evidence(claim)]
    described = claim.credit_report_on is not None and claim.reported_balances is not None
    return missing if described else [_("信用报告出具日期和放款时点其他贷款余额"), *missing]


def verified(claim: Claim) -> list[dict[str, Any]]:
    """Each corrected fact beside what was declared."""
    rows = []
    declared = assessment.declared_of(claim)
    for name, entry in claim.verified.items():
        fact = FACTS[name]
        rows.append(
            {
                "label": fact.label,
                "declared": show_fact(name, declared[name]),
                "verified": show_fact(name, assessment.READ[name](entry["value"])),
                "reason": entry["reason"],
                "who": entry["who"],
                "on": entry["on"],
            }
        )
    return rows


def evidence(claim: Claim) -> list[dict[str, Any]]:
    """Every required document with its file, or the gap."""
    there: dict[str, Evidence] = {one.item: one for one in selectors.current_evidence(claim)}
    wanted = selectors.evidence_items(claim.loan)
    return [
        {"item": item, "label": selectors.evidence_label(item), "row": there.get(item)}
        for item in [*wanted, *(item for item in there if item not in wanted)]
    ]


def questions(person: User, claim: Claim) -> list[dict[str, Any]]:
    """Every round of asking and answering, for those whom it concerns; a reply that is not sent is the bank's alone."""
    if not permissions.see_questions(person, claim.bank_id)[0]:
        return []
    own = person.role in BANK_ROLES
    return [
        {
            "question": one,
            "url": todos.question_url(one),
            "asked_for": [selectors.reply_label(item) for item in one.items],
            "papers": reply_slots(one) if one.state == Question.State.ANSWERED else [],
            "names": not own,
        }
        for one in Question.objects.filter(claim=claim).select_related("asked_by").order_by("round")
    ]


def reply_slots(question: Question) -> list[dict[str, Any]]:
    """The places of a reply's documents: what was asked for, and one for whatever explains."""
    there = {paper.item: paper for paper in selectors.reply_papers(question)}
    wanted = selectors.reply_items(question) if question.is_open else list(there)
    return [
        {
            "item": item,
            "label": selectors.reply_label(item),
            "row": there.get(item),
            "optional": item not in question.items,
        }
        for item in wanted
    ]


def reviews(claim: Claim) -> list[Review]:
    return list(Review.objects.filter(claim=claim).select_related("by").order_by("created_at"))


def steps(claim: Claim, moved: list[Any]) -> list[dict[str, Any]]:
    """The ordinary way, how far it went, and where it stopped if it did."""
    reached: dict[str, date] = {}
    for move in moved:
        reached[move.target] = move.on
    labels = {
        "submitted": _("提交申请"), "approved": _("审核"), "cleared": _("公示"), "planned": _("资助计划"),
        "paid": _("拨付到账"), "transferred": _("转补偿库"),
    }  # fmt: skip
    done = _stages_done(claim)
    rows = []
    for place, (name, targets) in enumerate(LIFE):
        days = [reached[state] for state in targets if state in reached]
        on = claim.transferred_on if name == "transferred" else max(days, default=None)
        state = "done" if place < done else "current" if place == done else "todo"
        rows.append({"label": labels[name], "state": state, "on": on if place < done else None, "note": ""})
    if claim.state in ENDED and done < len(rows):
        rows = [*rows[:done], {"label": claim.get_state_display(), "state": "stopped", "on": reached.get(claim.state)}]
    return rows


def _stages_done(claim: Claim) -> int:
    state = claim.state
    order = {
        Claim.State.DRAFT: 0, Claim.State.RETURNED: 0, Claim.State.SUBMITTED: 1, Claim.State.REVIEWING: 1,
        Claim.State.HELD: 1, Claim.State.RE_EXAMINING: 1, Claim.State.REFUSED: 1, Claim.State.APPROVED: 2,
        Claim.State.PUBLICISED: 2, Claim.State.REMOVED: 2, Claim.State.CLEARED: 3, Claim.State.PLANNED: 4,
        Claim.State.INSTRUCTED: 4, Claim.State.PAID: 5, Claim.State.REFUNDED: 5,
    }  # fmt: skip
    if state == Claim.State.PAID and claim.transferred_on:
        return 6
    if state in {Claim.State.WITHDRAWN, Claim.State.LAPSED}:
        return 1 if claim.first_submitted_on else 0
    return order[state]


def case_facts(claim: Claim) -> list[tuple[Any, ...]]:
    book, loan = edition(), claim.loan
    values = assessment.values_of(claim)
    rows: list[tuple[Any, ...]] = [
        (_("加盟银行"), claim.bank.name),
        (_("借款人"), loan.borrower_name),
        (_("借据号"), loan.loan_number),
        (_("贷款本金"), loan.principal),
        (_("发放日期"), loan.disbursed_on),
        (_("入库日期"), loan.entered_on),
        (_("认定不良日期"), claim.determination.determined_on),
        (_("认定分类"), claim.determination.get_classification_display()),
        (_("认定时本金余额"), values["npl_principal"], book["amount_basis"].article),
        (_("放款时点其他贷款余额"), values["other_balances"], book["compensation_tiers"].article),
        (_("信用报告出具日期"), values["credit_report_on"], book["credit_report_age"].article),
        (_("首次提交日期"), claim.first_submitted_on),
        (_("经办人"), claim.made_by),
        (_("复核人"), claim.submitted_by),
    ]
    return rows


def _acts(person: User, claim: Claim, on: date) -> dict[str, Any]:
    """Which buttons stand on the page for this person; the services ask again."""
    maker = permissions.prepare(person, claim.bank_id)[0]
    checker = permissions.submit(person, claim.bank_id)[0]
    state = claim.state
    open_to_bank = state in {Claim.State.DRAFT, Claim.State.RETURNED}
    asking = state == Claim.State.REFUSED and not claim.final and claim.ask_by is not None and on <= claim.ask_by
    before = {Claim.State.SUBMITTED, Claim.State.REVIEWING, Claim.State.HELD, Claim.State.RETURNED}
    manager = person.role in {Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.AUDITOR, Role.MANAGER_STATISTICS}
    return {
        "may_prepare": maker and open_to_bank,
        "may_submit": checker and open_to_bank,
        "may_withdraw": (maker and state == Claim.State.DRAFT) or (checker and state in before),
        "may_ask": checker and asking,
        "may_transfer": checker and state == Claim.State.PAID and claim.transferred_on is None,
        "may_upgrade": maker and state == Claim.State.PAID,
        "review_url": reverse("admin:claims_claim_change", args=[claim.pk]) if manager else "",
    }
