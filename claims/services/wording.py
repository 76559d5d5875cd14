"""常用文字: one of the manager's people words it, another takes it into use; put out of use by one, with the reason."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from claims import permissions
from claims.models import CannedPhrase
from claims.services import locking
from pool.chinese import in_chinese
from pool.errors import Refused, SamePerson
from pool.models import User
from pool.selectors import edition

Kind = CannedPhrase.Kind
LONGEST = 400


@transaction.atomic
def propose_phrase(
    *, kind: str, provision: str, opinion: str, evidence: Sequence[str], words: str, by: User, on: date,
    replaces_id: UUID | None = None, version: int = 0,
) -> CannedPhrase:  # fmt: skip
    """A new wording, or a better one for a phrase in use; offered to nobody before another has confirmed it."""
    permissions.require(permissions.keep_wording(by))
    old = _replaced(replaces_id, version) if replaces_id else None
    said = words.strip()
    _check(kind, provision, opinion, said)
    live = CannedPhrase.objects.filter(dropped_on=None)
    if live.filter(kind=kind, opinion=opinion, words=said).exists():
        raise Refused("wording_known", _("这段文字已在常用文字中，或正待确认。"), field="words")
    if old is not None and live.filter(replaces=old).exists():
        raise Refused("replacement_open", _("这段文字的改写正待确认。"), field="words")
    last = CannedPhrase.objects.filter(kind=kind).aggregate(last=Max("place"))["last"] or 0
    made: CannedPhrase = CannedPhrase.objects.create(
        kind=kind, provision=provision, opinion=opinion, evidence=list(evidence) if kind == Kind.QUESTION else [],
        words=said, place=old.place if old else last + 1, replaces=old, made_by=by, made_on=on,
    )  # fmt: skip
    _noted("propose_phrase", made, by=by, on=on)
    return made


def _replaced(replaces_id: UUID, version: int) -> CannedPhrase:
    old = locking.row(CannedPhrase, replaces_id)
    locking.check(old, version)
    if old.dropped_on is not None or old.confirmed_on is None:
        raise Refused("not_in_use", _("只能改写使用中的文字。"))
    return old


def _check(kind: str, provision: str, opinion: str, words: str) -> None:
    if provision not in edition():
        raise Refused("provision_unknown", _("请选择文字所依据的规则条目。"), field="provision")
    if (kind == Kind.REASON) != bool(opinion):
        raise Refused("opinion_missing", _("常用理由须选择适用的意见，常用询问不选。"), field="opinion")
    if not words or len(words) > LONGEST:
        raise Refused("words_missing", _("请填写文字，不超过 %(most)s 字。") % {"most": LONGEST}, field="words")
    if any(sign.isdigit() for sign in words):
        text = _("文字中不写条号、金额和期限：条款由所选规则条目带出，数字随版本变化。")
        raise Refused("words_with_figures", text, field="words")


@transaction.atomic
def confirm_phrase(*, phrase_id: UUID, by: User, on: date, version: int) -> CannedPhrase:
    """Another person: offered from now on, in the place of the one that it replaces."""
    permissions.require(permissions.keep_wording(by))
    row = _open(phrase_id, version)
    if row.made_by_id == by.pk:
        raise SamePerson(_("提出人不能确认自己提出的文字，请由另一人确认。"))
    if row.confirmed_on is not None:
        raise Refused("already_in_use", _("这段文字已在使用。"))
    old = CannedPhrase.objects.select_for_update().filter(pk=row.replaces_id, dropped_on=None).first()
    row.confirmed_by, row.confirmed_on = by, on
    locking.keep(row, "confirmed_by", "confirmed_on")
    if old is not None:
        with in_chinese():
            _drop(old, _("由改写的文字替换"), by=by, on=on)
    _noted("confirm_phrase", row, by=by, on=on)
    return row


@transaction.atomic
def drop_phrase(*, phrase_id: UUID, by: User, on: date, version: int, reason: str) -> CannedPhrase:
    """Out of use, or back to who proposed it; what was written with it stays as it was written."""
    permissions.require(permissions.keep_wording(by))
    row = _open(phrase_id, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
    _drop(row, reason.strip()[:LONGEST], by=by, on=on)
    _noted("drop_phrase", row, by=by, on=on, reason=reason)
    return row


def _open(phrase_id: UUID, version: int) -> CannedPhrase:
    row = locking.row(CannedPhrase, phrase_id)
    locking.check(row, version)
    if row.dropped_on is not None:
        raise Refused("dropped", _("这段文字已停用或已退回。"))
    return row


def _drop(row: CannedPhrase, reason: str, *, by: User, on: date) -> None:
    row.dropped_by, row.dropped_on, row.drop_reason = by, on, reason
    locking.keep(row, "dropped_by", "dropped_on", "drop_reason")


def _noted(action: str, row: CannedPhrase, *, by: User, on: date, reason: str = "") -> None:
    after: dict[str, Any] = {
        "kind": row.kind, "provision": row.provision, "opinion": row.opinion, "words": row.words,
        "replaces": str(row.replaces_id or ""),
    }  # fmt: skip
    locking.note(action, row, by=by, on=on, after=after, reason=reason)
