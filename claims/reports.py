"""The documents of this room as PDF: the funding plan, a bank's extract of it, the decision on a claim, the notice."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from claims import assessment, selectors
from claims.corrections import FACTS, show_fact
from claims.models import Claim, FundingPlan, Objection, PlanItem, Publicity, Review
from pool import clock, pdf, storage
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import StoredFile, Transition, User
from pool.money import total
from pool.moves import history
from pool.rulebook import Edition, Finding
from pool.selectors import edition


def authority(book: Edition) -> str:
    """The issuing authority: of those who issued the rules, the one named first."""
    return book.issuer.zh.split("、")[0]


def keep_plan(plan: FundingPlan, items: Sequence[PlanItem], *, by: User) -> StoredFile:
    """The issued plan with all its lines; for the public bodies."""
    return storage.keep(
        plan_pdf(plan, items), name=f"{plan.number}.pdf", purpose="funding_plan", by=by, max_bytes=storage.MAX_BYTES
    )


@in_chinese()
def plan_pdf(plan: FundingPlan, items: Sequence[PlanItem], *, bank: str = "") -> bytes:
    """The whole plan, or with `bank` the extract that bank is sent: no bank reads another's projects."""
    book = edition()
    lines = [_plan_line(item) for item in items]
    figures = [[line["number"], line["amount"]] for line in lines]
    inputs = assessment.fingerprint({"plan": plan.pk, "number": plan.number, "lines": figures})
    return pdf.render(
        "pdf/plan.html",
        {
            "issuer": authority(book),
            "number": plan.number,
            "issued_on": plan.issued_on,
            "title": _("中小微企业银行贷款风险补偿项目资助计划"),
            "subtitle": _("（摘录：%(bank)s）") % {"bank": bank} if bank else "",
            "bank": bank,
            "lines": lines,
            "banks": _by_bank(items),
            "total": total(item.amount for item in items),
            "papers_by": plan.papers_by,
            "papers": [selectors.paper_label(item) for item in book["payment_papers"].words],
            "days": book["payment_period"].number,
            "articles": {slug: book[slug].article for slug in ("publicity_period", "papers_period", "payment_period")},
            "notes": [
                {
                    "text": _("补偿金额为认定时不良贷款本金余额乘以补偿比例，按分四舍五入。"),
                    "article": book["amount_basis"].article,
                },
                {
                    "text": _("列入本计划的项目均已公示期满且无异议或异议不成立。"),
                    "article": book["publicity_period"].article,
                },
                {
                    "text": _("本计划按提交时间整笔排列，不超过可用资金和资金池规模。"),
                    "article": book["total_control"].article,
                },
            ],
            "receivers": _("高新投集团、市财政金融服务中心、有关加盟银行"),
            "check_code": pdf.check_code(plan.number, inputs),
            "inputs_hash": inputs,
            "made_at": clock.now(),
        },
    )


def _plan_line(item: PlanItem) -> dict[str, Any]:
    claim = item.claim
    return {
        "position": item.position,
        "number": claim.number,
        "bank": item.bank.short_name,
        "borrower": selectors.public_name(claim.loan),
        "loan_number": claim.loan.loan_number,
        "principal": assessment.values_of(claim)["npl_principal"],
        "ratio": claim.ratio,
        "amount": item.amount,
    }


def _by_bank(items: Iterable[PlanItem]) -> list[dict[str, Any]]:
    sums: dict[UUID, dict[str, Any]] = {}
    for item in items:
        row = sums.setdefault(item.bank_id, {"bank": item.bank.name, "count": 0, "amount": Decimal("0.00")})
        row["count"] += 1
        row["amount"] += item.amount
    return list(sums.values())


@in_chinese()
def publicity_pdf(publicity: Publicity, items: Sequence[dict[str, Any]]) -> bytes:
    """The notice as it stands on the public page."""
    return pdf.render(
        "pdf/publicity.html",
        {
            "issuer": authority(edition()),
            "number": publicity.number,
            "issued_on": publicity.posted_on,
            "title": publicity.title,
            "publicity": publicity,
            "items": items,
            "total": total(item["amount"] for item in items),
            "days": edition()["publicity_period"].number,
            "article": edition()["publicity_period"].article,
            "check_code": pdf.check_code(publicity.number, publicity.content_hash),
            "inputs_hash": publicity.content_hash,
            "made_at": clock.now(),
        },
    )


@in_chinese()
def objection_pdf(objection: Objection) -> bytes:
    """The written re-check of an objection, for the public bodies; the objector is not named in it (20(2))."""
    book, claim = edition(), objection.item.claim
    inputs = assessment.fingerprint({"objection": objection.pk, "text": objection.text, "report": objection.report})
    return pdf.render(
        "pdf/objection.html",
        {
            "issuer": book.word("party", "manager"),
            "number": objection.number,
            "issued_on": objection.reported_on,
            "title": _("公示异议复核报告"),
            "objection": objection,
            "item": objection.item,
            "claim": claim,
            "article": book["publicity_period"].article,
            "check_code": pdf.check_code(objection.number, inputs),
            "inputs_hash": inputs,
            "made_at": clock.now(),
        },
    )


ROUNDS = {Review.Round.FIRST: 1, Review.Round.RE_EXAMINATION: 2}
"""How the letters of one claim are told apart in their numbers."""


@in_chinese()
def opinion_pdf(claim: Claim, round_: str) -> bytes:
    """The manager's own opinion letter, or the conclusion of a re-examination, from what its people saw (20(1))."""
    book = edition()
    opinion = selectors.last_opinion(claim, round_)
    if opinion is None or not opinion.seen:
        raise Refused("no_opinion_yet", _("尚无可以成文的初审意见。"), book["review_period"].article)
    decision = _decision(claim, round_)
    seen = (decision or opinion).seen or opinion.seen
    again = round_ == Review.Round.RE_EXAMINATION
    number = f"{claim.number}-{ROUNDS[Review.Round(round_)]}"
    said = [one for one in (opinion, decision) if one is not None]
    inputs = assessment.fingerprint({"claim": claim.pk, "seen": seen, "said": [(one.pk, one.opinion) for one in said]})
    return pdf.render(
        "pdf/opinion.html",
        {
            "issuer": book.word("party", "manager"),
            "number": number,
            "issued_on": said[-1].on,
            "title": _("风险补偿申请复核结论书") if again else _("风险补偿申请审核意见书"),
            "subtitle": "" if decision else _("（送审稿，待终审）"),
            "claim": claim,
            "said": said,
            "again": _asked(claim) if again else None,
            "first": _decision(claim, Review.Round.FIRST) if again else None,
            "findings": assessment.shown(book, [Finding.from_json(one) for one in seen["findings"]]),
            "facts": list(_verified(claim, seen)),
            "principal": assessment.read("npl_principal", seen["facts"]["npl_principal"]),
            "ratio": Decimal(seen["ratio"]),
            "amount": Decimal(seen["amount"]),
            "eligible": seen["eligible"],
            "article": book["review_period"].article,
            "amount_article": book["amount_basis"].article,
            "check_code": pdf.check_code(number, inputs),
            "inputs_hash": inputs,
            "made_at": clock.now(),
        },
    )


def _decision(claim: Claim, round_: str) -> Review | None:
    """What the approver said last in that round; a return to the bank or an older decision is none."""
    rows = Review.objects.filter(claim=claim, round=round_, stage=Review.Stage.APPROVER).select_related("by")
    found: Review | None = rows.exclude(opinion=Review.Opinion.RETURN).last()
    return found


def _asked(claim: Claim) -> Transition | None:
    """The bank's wish for the re-examination, with its reason."""
    return history(claim, "state").filter(target=Claim.State.RE_EXAMINING).last()


def _verified(claim: Claim, seen: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """What was verified otherwise than declared, as those people saw it."""
    for name, fact in FACTS.items():
        declared, verified = (assessment.read(name, seen[side].get(name)) for side in ("declared", "facts"))
        if declared != verified:
            reason = claim.verified.get(name, {}).get("reason", "")
            yield {
                "label": fact.label, "declared": show_fact(name, declared), "verified": show_fact(name, verified),
                "reason": reason,
            }  # fmt: skip


@in_chinese()
def decision_pdf(claim: Claim) -> bytes:
    """The decision on a claim with every finding and its article, as the bank is told (20(1))."""
    book = edition()
    inputs = assessment.fingerprint({"claim": claim.pk, "findings": claim.findings, "reason": claim.decision_reason})
    return pdf.render(
        "pdf/decision.html",
        {
            "issuer": book.word("party", "manager"),
            "number": claim.number,
            "issued_on": claim.decided_on,
            "title": _("风险补偿申请审核结果告知书"),
            "claim": claim,
            "principal": assessment.values_of(claim)["npl_principal"],
            "passed": claim.state not in {Claim.State.REFUSED, Claim.State.RE_EXAMINING},
            "findings": assessment.stored(claim),
            "article": book["review_period"].article,
            "ask_days": book["re_examination_window"].number,
            "check_code": pdf.check_code(claim.number, inputs),
            "inputs_hash": inputs,
            "made_at": clock.now(),
        },
    )
