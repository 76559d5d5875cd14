"""Anchors: one line a day, in a folder outside the database, that says how far audit and ledger had come.

A database that was restored to an older state lacks what the last line names. Then no money moves until two people
have put on record what is lost (`accept`), and the anchors go on from there."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import audit, hats
from pool.errors import Refused, Stale
from pool.models import AuditEvent, RestoreAcceptance, Role, User
from pool.permissions import may_confirm_restore, may_propose_restore, require
from pool.services.notices import notify

FILE = "anchors.jsonl"
FIRST = "0" * 64
TAIL_BYTES = 4096


class AnchorsBroken(Exception):
    """The file is not what was written: a line does not follow from the one before."""


@dataclass(frozen=True)
class Anchor:
    """One line. `previous` is the hash of the line before, so that none can be taken out or changed."""

    on: str
    at: str
    seq: int
    head: str
    algorithm: str
    cash: str
    reserved: str
    previous: str

    def line(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.line().encode()).hexdigest()


def place() -> Path | None:
    """The file, or none where the installation keeps no anchors."""
    return Path(settings.ANCHOR_FOLDER) / FILE if settings.ANCHOR_FOLDER else None


def written() -> Iterator[Anchor]:
    """Every line, oldest first; raises where one does not follow from the one before."""
    file, expected = place(), FIRST
    if file is None or not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, start=1):
            anchor = _read(text, number)
            if anchor.previous != expected:
                raise AnchorsBroken(_("锚点文件第 %(line)s 行与前一行不衔接") % {"line": number})
            expected = anchor.hash
            yield anchor


def last() -> Anchor | None:
    """The newest line, without reading the others."""
    file = place()
    if file is None or not file.exists():
        return None
    with file.open("rb") as lines:
        lines.seek(0, os.SEEK_END)
        lines.seek(max(0, lines.tell() - TAIL_BYTES))
        texts = lines.read().decode("utf-8", errors="replace").splitlines()
    return _read(texts[-1], 0) if texts else None


def _read(text: str, number: int) -> Anchor:
    try:
        return Anchor(**json.loads(text))
    except (ValueError, TypeError) as fault:
        raise AnchorsBroken(_("锚点文件第 %(line)s 行无法读取") % {"line": number or _("末")}) from fault


def drop_anchor(on: date, money: dict[str, str]) -> dict[str, Any]:
    """Write today's line after the sealed head; on a database older than the last line it writes nothing and tells."""
    file = place()
    if file is None:
        return {"anchored": False}
    now = state()
    if now.broken:
        raise AnchorsBroken(now.broken)
    if now.missing is not None:
        _tell(now.missing, on)
        return {"anchored": False, "lost": now.missing.seq}
    head = AuditEvent.objects.filter(seq__isnull=False).order_by("-seq").first()
    before = now.newest
    if head is None or (before is not None and before.head == head.hash):
        return {"anchored": False}
    anchor = Anchor(
        on=on.isoformat(), at=timezone.now().isoformat(timespec="seconds"), seq=head.seq, head=head.hash,
        algorithm=head.algorithm, previous=before.hash if before else FIRST, **money,
    )  # fmt: skip
    _append(file, anchor.line())
    return {"anchored": True, "seq": anchor.seq, "head": anchor.head}


def _tell(anchor: Anchor, on: date) -> None:
    for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN):
        notify(
            key=f"anchor_lost:{anchor.head}:{role}", role=role, on=on, url=reverse("anchors"),
            title=_("数据库早于 %(day)s 的审计锚点，资金操作已暂停") % {"day": anchor.on},
        )  # fmt: skip


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with file.open("a", encoding="utf-8") as lines:
        lines.write(line + "\n")
        lines.flush()
        os.fsync(lines.fileno())


# --- is the database as far as the anchors say? -----------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """The newest anchor; the same as `missing` where the database lacks it; why the file cannot be believed, if so."""

    newest: Anchor | None = None
    missing: Anchor | None = None
    broken: str = ""


def state() -> State:
    try:
        newest = last()
    except AnchorsBroken as fault:
        return State(broken=str(fault))
    missing = newest if newest and not _holds(newest) and not _is_accepted(newest) else None
    return State(newest, missing)


def _holds(anchor: Anchor) -> bool:
    return AuditEvent.objects.filter(seq=anchor.seq, hash=anchor.head).exists()


def _is_accepted(anchor: Anchor) -> bool:
    return RestoreAcceptance.objects.filter(
        anchor_seq=anchor.seq, anchor_head=anchor.head, confirmed_at__isnull=False
    ).exists()


def require_whole() -> None:
    """For everything that moves money: refuse on a database older than its last anchor."""
    now = state()
    if now.broken:
        raise Refused("anchors_broken", _("审计锚点文件不完整，资金操作暂停：%(why)s。") % {"why": now.broken})
    if now.missing is not None:
        raise Refused(
            "older_state",
            _("数据库早于 %(day)s 的审计锚点，资金操作暂停；请安全管理员和系统管理员在“恢复核对”中核对后继续。")
            % {"day": now.missing.on},
        )


def problems() -> Iterator[str]:
    """For `verify`: every line of the file against the chain; what was accepted as lost is no problem."""
    try:
        anchors = list(written())
    except AnchorsBroken as fault:
        yield str(fault)
        return
    seqs = [anchor.seq for anchor in anchors]
    there = dict(AuditEvent.objects.filter(seq__in=seqs).values_list("seq", "hash"))
    accepted = set(RestoreAcceptance.objects.exclude(confirmed_at=None).values_list("anchor_head", "kept_seq"))
    for place_, anchor in enumerate(anchors):
        if there.get(anchor.seq) == anchor.head:
            continue
        later = {one.head for one in anchors[place_:]}
        if not any(head in later and kept < anchor.seq for head, kept in accepted):
            yield _("%(day)s 的锚点（第 %(seq)s 号）与审计链不符") % {"day": anchor.on, "seq": anchor.seq}


# --- two people accept what is lost -----------------------------------------------------------------------------------


@transaction.atomic
def propose(*, reason: str, by: User, on: date) -> RestoreAcceptance:
    """The security administrator says what is lost, from the minutes of the restore."""
    require(may_propose_restore(by))
    anchor = state().missing
    if anchor is None:
        raise Refused("nothing_lost", _("数据库与最近的审计锚点一致，无需核对。"))
    if not reason.strip():
        raise Refused("reason_needed", _("请写明恢复的经过和丢失的内容。"), field="reason")
    if RestoreAcceptance.objects.filter(anchor_head=anchor.head, confirmed_at=None).exists():
        raise Refused("already_proposed", _("核对说明已提交，等待系统管理员确认。"))
    kept = AuditEvent.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", flat=True).first() or 0
    row: RestoreAcceptance = RestoreAcceptance.objects.create(
        anchor_seq=anchor.seq, anchor_head=anchor.head, anchor_on=date.fromisoformat(anchor.on), kept_seq=kept,
        reason=reason.strip(), proposed_by=by, proposed_on=on,
    )  # fmt: skip
    hats.wear(row.pk, by, "restore_proposer")
    audit.record("restore.propose", row, by=by, on=on, reason=row.reason, after=_told(row))
    return row


@transaction.atomic
def confirm(*, acceptance_id: UUID, by: User, on: date) -> RestoreAcceptance:
    """The system administrator, another person; from here on money moves again."""
    require(may_confirm_restore(by))
    row: RestoreAcceptance = RestoreAcceptance.objects.select_for_update().get(pk=acceptance_id)
    if row.confirmed_at is not None:
        raise Stale()
    hats.wear(row.pk, by, "restore_confirmer")
    row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record("restore.confirm", row, by=by, on=on, after=_told(row))
    return row


def _told(row: RestoreAcceptance) -> dict[str, Any]:
    return {"anchor_seq": row.anchor_seq, "anchor_head": row.anchor_head, "kept_seq": row.kept_seq}
