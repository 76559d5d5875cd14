"""What the review page shows, on one screen."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from banks.standing import is_suspended
from claims import approval_register, assessment, lookalikes, phrases, reports, selectors, todos
from claims.admin import listed
from claims.admin.acts import CorrectionForm, load_label
from claims.admin.changes import between
from claims.assessment import Assessment
from claims.corrections import FACTS, show_fact
from claims.models import Claim, Desk, Review
from claims.phrases import Phrase
from claims.selectors import UNDER_REVIEW, last_opinion, round_of
from claims.services import clocks
from claims.views import page
from pool import clock, storage
from pool.formats import ratio
from pool.models import User
from pool.moves import history
from pool.selectors import edition

Opinion = Review.Opinion
OPENED = ("opinion", "decide", "conclude", "take")
"""The acts for whose sake the page is opened; the others are unfolded."""


def of_claim(claim: Claim, person: User, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    """Left: what the rules find today. Right: the evidence and the facts. Below: who said what."""
    today = clock.today()
    found = assessment.of_claim(claim, today) if claim.state in UNDER_REVIEW else None
    shown = found.shown() if found else assessment.stored(claim)
    suspended = is_suspended(claim.bank_id)
    opinion = last_opinion(claim, round_of(claim))
    todo = page.here(todos.of_claim(claim, today))
    since = _since(claim, opinion, found)
    return {
        "claim": claim,
        "title": claim.number,
        "subtitle": None,
        "findings": shown,
        "ratio": found.full_ratio if found else claim.ratio,
        "amount": found.full_amount if found else claim.amount,
        "eligible": found.eligible if found else not any(item["outcome"] == "fail" for item in shown),
        "approval": approval_register.approval_in(found.findings if found else assessment.findings_of(claim)),
        "special_article": edition()["special_approval"].article,
        "listed": listed.of_claim(claim),
        "suspended": suspended,
        "suspended_article": edition()["npl_ceiling"].article,
        "evidence": [_preview(item) for item in page.evidence(claim)],
        "fact_rows": _fact_rows(claim),
        "case_facts": page.case_facts(claim),
        "reviews": page.reviews(claim),
        "questions": page.questions(person, claim),
        "asked": selectors.open_question(claim),
        "again": selectors.open_reconsideration(claim),
        "article_of_questions": edition()["question_period"].article,
        "askable": [(item, selectors.reply_label(item)) for item in selectors.askable_items(claim)],
        "phrases": _phrases(claim),
        **since,
        "todo": todo,
        "left": page.days_left(todo.due, today) if todo else None,
        "still": clocks.standing_still_since(claim, clocks.REVIEW),
        "timeline": history(claim),
        "opinions": Opinion.choices,
        "letter": _letter(shown, *((found.full_ratio, found.full_amount) if found else (claim.ratio, claim.amount))),
        "letters": _letters(claim),
        "likenesses": lookalikes.of_claim(claim, person),
        "beside": selectors.beside(claim, person),
        "opened": OPENED,
        **_desks(claim),
        **_buttons(buttons),
    }


def _phrases(claim: Claim) -> dict[str, list[dict[str, Any]]]:
    """The canned wording under each act: what it fills in, and which papers a question asks for."""
    book, askable = edition(), set(selectors.askable_items(claim))

    def shown(rows: Iterable[Phrase]) -> list[dict[str, Any]]:
        return [
            {
                "title": book[one.provision].title.said(assessment.language()),
                "words": one.words,
                "text": one.text(book),
                "article": one.article(book),
                "items": " ".join(item for item in one.evidence if item in askable),
            }
            for one in rows
        ]

    said = shown(phrases.reasons(Opinion.REFUSE, "partial", Opinion.RETURN))
    final = shown(phrases.reasons(Opinion.REFUSE, "partial"))
    return {
        "ask": shown(phrases.questions()),
        "opinion": said if claim.state == Claim.State.SUBMITTED else final,
        "decide": said,
        "conclude": final,
        "correct": shown(phrases.reasons("partial")),
    }


def _since(claim: Claim, opinion: Review | None, found: Assessment | None) -> dict[str, Any]:
    """What has changed since the reviewer's opinion, for whoever reads it."""
    if opinion is None or found is None:
        return {}
    outdated = opinion.seen_hash != assessment.seen_hash(claim)
    changed = between(opinion.seen, assessment.snapshot(claim, found), found.book) if opinion.seen else []
    return {
        "opinion": opinion,
        "changes": changed,
        "opinion_outdated": outdated and claim.state in {Claim.State.REVIEWING, Claim.State.RE_EXAMINING},
        "unchanged": not outdated and not changed,
    }


def _buttons(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [item for item in buttons if item["act"].name != "correct" and (item["url"] or item["why"])]
    return {"acts_by_name": {item["act"].name: item for item in buttons}, "has_acts": bool(shown)}


def _desks(claim: Claim) -> dict[str, Any]:
    """Who works on it, who might, and who keeps away."""
    desk = selectors.desk_of(claim)
    able = set(selectors.able(claim, desk).values_list("pk", flat=True)) if desk else set()
    given = claim.assignments.select_related("person", "by")
    return {
        "desk": Desk(desk).label if desk else "",
        "assignments": given,
        "is_given": any(one.desk == desk and one.ended_on is None for one in given),
        "people": [(load.person.pk, load_label(load)) for load in selectors.loads() if load.person.pk in able],
        "recusals": claim.recusals.select_related("person"),
    }


def _preview(item: dict[str, Any]) -> dict[str, Any]:
    row = item["row"]
    inline = row is not None and row.file.content_type in storage.SHOWN_INLINE and storage.intact(row.file)
    return {**item, "inline": inline, "is_image": inline and row.file.content_type != "application/pdf"}


def _fact_rows(claim: Claim) -> list[dict[str, Any]]:
    """Every fact that may be verified: declared, verified, and by whom and why."""
    declared, form = assessment.declared_of(claim), CorrectionForm()
    rows = []
    form.fields["qualifications"].choices = [
        choice for choice in form.fields["qualifications"].choices if choice[0] in {"none", *declared["qualifications"]}
    ]
    hidden = {name for name, shown in _only_if_declared(claim).items() if not shown}
    for name, fact in FACTS.items():
        if name in hidden:
            continue
        entry = claim.verified.get(name)
        rows.append(
            {
                "name": name,
                "label": fact.label,
                "declared": show_fact(name, declared[name]),
                "verified": show_fact(name, assessment.READ[name](entry["value"])) if entry else None,
                "entry": entry,
                "field": form[name],
            }
        )
    return rows


def _only_if_declared(claim: Claim) -> dict[str, Any]:
    """What the reviewer can only confirm or strike out, not add."""
    return {"qualifications": claim.loan.qualifications}


def _letters(claim: Claim) -> list[tuple[str, str]]:
    """The rounds of which there is a letter."""
    names = {Review.Round.FIRST: _("审核意见书"), Review.Round.RE_EXAMINATION: _("复核结论书")}
    found = {round_: last_opinion(claim, round_) for round_ in reports.ROUNDS}
    return [(round_.value, names[round_]) for round_, opinion in found.items() if opinion is not None and opinion.seen]


def _letter(shown: list[dict[str, Any]], share: Decimal | None, amount: Decimal | None) -> dict[str, str]:
    """A draft of the reasons, from the findings; whoever signs edits it."""
    failing = [item for item in shown if item["outcome"] in {"fail", "hold"}]
    if failing:
        return {"text": "\n".join(item["message"] for item in failing), "opinion": Opinion.REFUSE}
    text = _("经审核，申请材料齐全，各项条件符合规定，补偿比例 %(ratio)s%%，补偿金额 %(amount)s 元。")
    said = {"ratio": ratio(share or 0).removesuffix("%"), "amount": f"{amount or 0:,.2f}"}
    return {"text": text % said, "opinion": Opinion.PASS}
