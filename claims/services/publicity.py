"""Public notice of approved claims, objections to them, and the end of the notice (20(2))."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import assessment, permissions, selectors
from claims.models import Claim, Objection, Publicity, PublicityItem, Review
from claims.services import due, locking, telling
from claims.services.assignment import refuse_recused
from claims.services.review import refuse_suspended
from pool import hats, moves, numbering, storage
from pool.errors import Refused, SamePerson
from pool.models import Role, User
from pool.selectors import edition

MAX_ATTACHMENT = 10 << 20


def _article() -> str:
    return edition()["publicity_period"].article


@transaction.atomic
def post_publicity(*, claim_ids: Iterable[UUID], title: str, by: User, on: date) -> Publicity:
    """The authority puts a batch of approved claims before the public; each line is frozen as it is read."""
    permissions.require(permissions.publish(by))
    claims = locking.claims(claim_ids, with_standing=True)
    if not claims:
        raise Refused("nothing_chosen", _("请选择要公示的项目。"), _article(), field="claims")
    for claim in claims:
        if claim.state != Claim.State.APPROVED:
            text = _("项目 %(number)s 当前为“%(state)s”，不能公示。")
            words = {"number": claim.number, "state": claim.get_state_display()}
            raise Refused("not_approved", text % words, _article())
        refuse_suspended(claim.bank_id)
    claims.sort(key=lambda one: (one.first_submitted_on, one.submitted_at, one.pk))
    window = due.compute("publicity_period", on)
    number = f"GS{on.year}{numbering.next_number('publicity', on.year):03d}"
    publicity: Publicity = Publicity.objects.create(
        number=number,
        title=title.strip() or _("风险补偿项目公示（%(number)s）") % {"number": number},
        posted_on=on,
        last_day=window.closes_on,
        provisional=window.provisional,
        posted_by=by,
        content_hash=assessment.fingerprint({"number": number, "lines": [_line(claim) for claim in claims]}),
    )
    moves.log(publicity, field="state", source="", target=publicity.state, by=by, on=on, article=_article())
    PublicityItem.objects.bulk_create(
        PublicityItem(
            publicity=publicity, bank_id=claim.bank_id, branch_id=claim.branch_id, claim=claim, position=place,
            **_line(claim),
        )
        for place, claim in enumerate(claims, start=1)
    )  # fmt: skip
    for claim in claims:
        hats.wear(claim, by, "publisher")
        moves.move(claim, "publicise", by=by, on=on, article=_article())
    due.start(publicity, "publicity_period", on)
    after = {"number": number, "last_day": window.closes_on, "claims": [claim.number for claim in claims]}
    locking.note("post_publicity", publicity, by=by, on=on, after=after, article=_article())
    return publicity


def _line(claim: Claim) -> dict[str, Any]:
    """What the public reads of a claim."""
    return {
        "shown_bank": claim.bank.name,
        "shown_borrower": selectors.public_name(claim.loan),
        "amount": claim.amount,
    }


@transaction.atomic
def end_publicity(*, publicity_id: UUID, on: date, by: User | None = None) -> Publicity:
    """From the day after its last day: lines without an open objection are clear, the others wait."""
    ids = PublicityItem.objects.filter(publicity_id=publicity_id).values_list("claim_id", flat=True)
    claims = locking.claims(list(ids))
    publicity = locking.row(Publicity, publicity_id)
    if by is not None:
        permissions.require(permissions.publish(by))
    if publicity.state == Publicity.State.ENDED:
        return publicity
    if on <= publicity.last_day:
        text = _("公示期至 %(day)s 届满，次日起方可结束。")
        raise Refused("publicity_runs", text % {"day": publicity.last_day}, _article())
    moves.move(publicity, "end", by=by, on=on, article=_article(), ended_on=on)
    due.fulfil(publicity, "publicity_period", on)
    disputed = _disputed(publicity)
    for claim in claims:
        if claim.state == Claim.State.PUBLICISED and claim.pk not in disputed:
            moves.move(claim, "clear", by=by, on=on, article=_article())
    locking.note("end_publicity", publicity, by=by, on=on, after={"disputed": len(disputed)}, article=_article())
    return publicity


@transaction.atomic
def end_due(on: date) -> dict[str, Any]:
    """Notices whose last day has passed end by themselves, unless that day is provisional (reading 1)."""
    passed = Publicity.objects.filter(state=Publicity.State.POSTED, last_day__lt=on).order_by("pk")
    ended, waiting = [], []
    locking.claims(PublicityItem.objects.filter(publicity__in=passed).values_list("claim_id", flat=True))
    for publicity in list(passed):
        if due.compute("publicity_period", publicity.posted_on).provisional:
            waiting.append(publicity.number)
            continue
        end_publicity(publicity_id=publicity.pk, on=on)
        ended.append(publicity.number)
    return {"ended": ended, "provisional": waiting}


@transaction.atomic
def object_to(
    *, item_id: UUID, name: str, contact: str, text: str, on: date, attachment: Any = None, by: None = None
) -> Objection:
    """Anybody's objection while the notice runs. The row is for the public bodies only; no bank sees who objects."""
    item = PublicityItem.objects.select_related("publicity", "claim").get(pk=item_id)
    publicity = locking.row(Publicity, item.publicity_id)
    if publicity.state != Publicity.State.POSTED or on > publicity.last_day:
        raise Refused("publicity_over", _("公示期已满，不再受理异议。"), _article())
    for value, field in ((name, "name"), (contact, "contact"), (text, "text")):
        if not value.strip():
            raise Refused(
                "objection_incomplete", _("请填写姓名（名称）、联系方式和异议内容。"), _article(), field=field
            )
    known = _same_again(item, name, contact, text, attachment)
    if known is not None:
        return known
    file = None
    if attachment is not None:
        file = storage.keep_document(
            attachment,
            name="",
            nameless="attachment",
            purpose="objection_attachment",
            by=None,
            max_bytes=MAX_ATTACHMENT,
            field="attachment",
        )
    objection: Objection = Objection.objects.create(
        item=item,
        number=f"YY{on.year}{numbering.next_number('objection', on.year):04d}",
        name=name.strip(),
        contact=contact.strip(),
        text=text.strip(),
        attachment=file,
        received_on=on,
    )
    moves.log(objection, field="state", source="", target=objection.state, by=None, on=on, article=_article())
    locking.note("object", objection, by=None, on=on, after={"claim": item.claim.number}, article=_article())
    telling.bodies(
        (Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.AUTHORITY),
        _("收到公示异议 %(number)s") % {"number": objection.number},
        key=f"objection:{objection.pk}",
        on=on,
        url=reverse("claims:objection", args=[objection.pk]),
        article=_article(),
    )
    return objection


def _same_again(item: PublicityItem, name: str, contact: str, text: str, attachment: Any) -> Objection | None:
    """A second press: nobody is signed in, so the form has no key and its words tell. The notice is locked."""
    said = (name.strip(), contact.strip(), text.strip(), attachment.size if attachment is not None else None)
    waiting = Objection.objects.filter(item=item, state=Objection.State.RECEIVED).select_related("attachment")
    for one in waiting.order_by("created_at"):
        if (one.name, one.contact, one.text, one.attachment.size if one.attachment else None) == said:
            found: Objection = one
            return found
    return None


@transaction.atomic
def report_objection(*, objection_id: UUID, by: User, on: date, version: int, report: str) -> Objection:
    """The manager's written re-check, by somebody who did not decide the claim."""
    claim, objection = _objection(objection_id)
    permissions.require(permissions.re_check(by))
    locking.check(objection, version)
    if not report.strip():
        raise Refused("report_missing", _("请填写复核报告。"), _article(), field="report")
    refuse_recused(claim.pk, by)
    if Review.objects.filter(claim=claim, stage=Review.Stage.APPROVER, by=by).exists():
        raise SamePerson(_("作出审核决定的人员不能办理该项目的异议复核。"), article=_article())
    hats.wear(objection, by, "objection_checker")
    moves.move(
        objection, "file_report", by=by, on=on, article=_article(), report=report, reported_by=by, reported_on=on
    )
    locking.note("report_objection", objection, by=by, on=on, after={"claim": claim.number}, reason=report)
    return objection


@transaction.atomic
def decide_objection(*, objection_id: UUID, by: User, on: date, version: int, uphold: bool, reason: str) -> Objection:
    """The authority decides: upheld, the claim is off the list; dismissed, it is clear once the notice has ended."""
    claim, objection = _objection(objection_id)
    permissions.require(permissions.publish(by))
    locking.check(objection, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), _article(), field="reason")
    hats.wear(objection, by, "objection_decider")
    moves.move(
        objection,
        "uphold" if uphold else "dismiss",
        by=by,
        on=on,
        article=_article(),
        reason=reason,
        decided_by=by,
        decided_on=on,
        decision_reason=reason,
    )
    publicity = objection.item.publicity
    if uphold and claim.state in {Claim.State.PUBLICISED, Claim.State.CLEARED}:
        moves.move(claim, "remove", by=by, on=on, article=_article(), reason=reason)
    elif claim.state == Claim.State.PUBLICISED and _is_over(publicity) and claim.pk not in _disputed(publicity):
        moves.move(claim, "clear", by=by, on=on, article=_article(), reason=reason)
    action = "uphold_objection" if uphold else "dismiss_objection"
    locking.note(action, objection, by=by, on=on, after={"claim": claim.number}, article=_article(), reason=reason)
    return objection


def _is_over(publicity: Publicity) -> bool:
    return bool(publicity.state == Publicity.State.ENDED)


def _objection(objection_id: UUID) -> tuple[Claim, Objection]:
    known = Objection.objects.select_related("item").get(pk=objection_id)
    claim = locking.claim(known.item.claim_id)
    return claim, locking.row(Objection, objection_id, "item__publicity")


def _disputed(publicity: Publicity) -> set[UUID]:
    """The claims of the notice with an objection not yet decided."""
    waiting = Objection.objects.filter(item__publicity=publicity, state__in=Objection.OPEN)
    return set(waiting.values_list("item__claim_id", flat=True))
