"""Objections to a notice: anybody makes one, the manager re-checks and reports, the authority decides (20(2))."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Claim, Objection, Publicity, PublicityItem, Review
from claims.services import locking, telling
from claims.services.assignment import refuse_recused
from claims.services.publicity import article
from pool import hats, moves, numbering, storage
from pool.chinese import in_chinese
from pool.errors import Refused, SamePerson
from pool.models import Notice, Role, User

MAX_ATTACHMENT = 10 << 20


@transaction.atomic
def object_to(
    *, item_id: UUID, name: str, contact: str, text: str, on: date, attachment: Any = None, by: None = None
) -> Objection:
    """Anybody's objection while the notice runs. The row is for the public bodies only; no bank sees who objects."""
    item = PublicityItem.objects.select_related("publicity", "claim").get(pk=item_id)
    publicity = locking.row(Publicity, item.publicity_id)
    if publicity.state != Publicity.State.POSTED or on > publicity.last_day:
        raise Refused("publicity_over", _("公示期已满，不再受理异议。"), article())
    for value, field in ((name, "name"), (contact, "contact"), (text, "text")):
        if not value.strip():
            raise Refused("objection_incomplete", _("请填写姓名（名称）、联系方式和异议内容。"), article(), field=field)
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
    moves.log(objection, field="state", source="", target=objection.state, by=None, on=on, article=article())
    locking.note("object", objection, by=None, on=on, after={"claim": item.claim.number}, article=article())
    with in_chinese():
        telling.bodies(
            (Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.AUTHORITY),
            _("收到公示异议 %(number)s") % {"number": objection.number},
            key=f"objection:{objection.pk}",
            on=on,
            url=reverse("claims:objection", args=[objection.pk]),
            article=article(),
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
        raise Refused("report_missing", _("请填写复核报告。"), article(), field="report")
    refuse_recused(claim.pk, by)
    if Review.objects.filter(claim=claim, stage=Review.Stage.APPROVER, by=by).exists():
        raise SamePerson(_("作出审核决定的人员不能办理该项目的异议复核。"), article=article())
    hats.wear(objection, by, "objection_checker")
    moves.move(objection, "file_report", by=by, on=on, article=article(), report=report, reported_by=by, reported_on=on)
    locking.note("report_objection", objection, by=by, on=on, after={"claim": claim.number}, reason=report)
    return objection


@transaction.atomic
def decide_objection(*, objection_id: UUID, by: User, on: date, version: int, uphold: bool, reason: str) -> Objection:
    """The authority decides: upheld, the claim is off the list; dismissed, it is clear once the notice has ended."""
    claim, objection = _objection(objection_id)
    permissions.require(permissions.publish(by))
    locking.check(objection, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), article(), field="reason")
    hats.wear(objection, by, "objection_decider")
    moves.move(
        objection,
        "uphold" if uphold else "dismiss",
        by=by,
        on=on,
        article=article(),
        reason=reason,
        decided_by=by,
        decided_on=on,
        decision_reason=reason,
    )
    if uphold and claim.state in {Claim.State.PUBLICISED, Claim.State.CLEARED}:
        moves.move(claim, "remove", by=by, on=on, article=article(), reason=reason)
        _tell_removed(claim, on, reason)
    elif claim.state == Claim.State.PUBLICISED and _is_over(claim) and claim.pk not in selectors.disputed([claim.pk]):
        moves.move(claim, "clear", by=by, on=on, article=article(), reason=reason)
    action = "uphold_objection" if uphold else "dismiss_objection"
    locking.note(action, objection, by=by, on=on, after={"claim": claim.number}, article=article(), reason=reason)
    return objection


def _is_over(claim: Claim) -> bool:
    """Whether the notice that carries the claim today has ended; an objection may have been to an earlier one."""
    notice = selectors.notice_of(claim)
    return notice is not None and notice.publicity.state == Publicity.State.ENDED


@in_chinese()
def _tell_removed(claim: Claim, on: date, reason: str) -> None:
    """The bank learns what was decided and why, not who objected."""
    telling.bank(
        claim.bank_id,
        _("补偿申请 %(number)s 因公示异议成立，已移出公示名单") % {"number": claim.number},
        key=f"removed:{claim.pk}",
        on=on,
        url=reverse("claims:detail", args=[claim.pk]),
        article=article(),
        body=reason,
        kind=Notice.Kind.DECISION,
        topic=_("公示异议的处理决定"),
    )


def _objection(objection_id: UUID) -> tuple[Claim, Objection]:
    known = Objection.objects.select_related("item").get(pk=objection_id)
    claim = locking.claim(known.item.claim_id)
    return claim, locking.row(Objection, objection_id, "item__publicity")
