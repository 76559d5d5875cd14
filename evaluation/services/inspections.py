"""Inspections (26): opened with what, whom and why; drawn once from a frozen list; closed by another person."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from banks.models import Bank
from evaluation import permissions, sampling
from evaluation.models import Finding, Inspection, InspectionCase
from evaluation.selectors import inspections as selectors
from evaluation.services import telling
from pool import audit, moves, storage
from pool.errors import Refused, Stale
from pool.models import User
from pool.numbering import next_number
from pool.permissions import require

ARTICLE = "26"
"""The rulebook has no executable provision for it: the article says who may inspect, not how."""
PURPOSE = "inspection_population"
State, Outcome = Inspection.State, InspectionCase.Outcome


@dataclass(frozen=True)
class Plan:
    """What an inspection is to look into, and how its sample is drawn."""

    subject: str
    starts_on: date
    ends_on: date
    reason: str
    method: str
    size: int
    answer_days: int
    banks: Iterable[Bank] = ()
    weights: Mapping[str, int] | None = None


@transaction.atomic
def open_inspection(*, plan: Plan, by: User, on: date) -> Inspection:
    """Say what is looked into before anybody knows what will be drawn."""
    require(permissions.may_inspect(by))
    _check(plan, on)
    weights = {name: (plan.weights or selectors.DEFAULT_WEIGHTS).get(name, 0) for name in selectors.RISKS}
    inspection: Inspection = Inspection.objects.create(
        number=f"JC{on.year}{next_number('inspection', on.year):04d}", subject=plan.subject, starts_on=plan.starts_on,
        ends_on=plan.ends_on, reason=plan.reason.strip(), method=plan.method, size=plan.size,
        weights=weights if plan.method == Inspection.Method.RISK else {}, answer_days=plan.answer_days, opened_by=by,
        opened_on=on,
    )  # fmt: skip
    banks = sorted(plan.banks, key=lambda bank: bank.code)
    inspection.banks.set(banks)
    moves.log(inspection, field="state", source="", target=inspection.state, by=by, on=on, article=ARTICLE)
    after = {
        "subject": plan.subject, "starts_on": plan.starts_on, "ends_on": plan.ends_on, "method": plan.method,
        "size": plan.size, "weights": inspection.weights, "banks": [bank.code for bank in banks],
    }  # fmt: skip
    audit.record("inspection.open", inspection, by=by, on=on, after=after, article=ARTICLE, reason=inspection.reason)
    return inspection


def _check(plan: Plan, on: date) -> None:
    if not plan.reason.strip():
        raise Refused("reason_missing", _("请写明检查事由。"), ARTICLE, "reason")
    if plan.ends_on < plan.starts_on:
        raise Refused("ends_before_it_begins", _("检查期间的止日不能早于起日。"), ARTICLE, "ends_on")
    if plan.ends_on > on:
        raise Refused("in_the_future", _("检查期间的止日不能晚于今天。"), ARTICLE, "ends_on")
    if plan.method == Inspection.Method.RISK and not any((plan.weights or selectors.DEFAULT_WEIGHTS).values()):
        raise Refused("no_weights", _("按风险得分抽取的，至少一项权重须大于零。"), ARTICLE, "method")


@transaction.atomic
def draw_sample(*, inspection_id: UUID, by: User, on: date, version: int) -> Inspection:
    """Freeze the list and draw from it, once. The seed is the system's, so that nobody draws until it suits them."""
    require(permissions.may_inspect(by))
    inspection = locked(inspection_id, version)
    units = selectors.population(inspection, on)
    if not units:
        raise Refused("nothing_to_draw", _("该期间和银行范围内没有可以抽取的业务，请取消后重新立项。"), ARTICLE)
    seed = secrets.token_hex(16)
    drawn = sampling.draw(units, inspection.method, inspection.size, seed, inspection.weights)
    content = sampling.written(units)
    file = storage.keep(content, name=f"{inspection.number}.jsonl", purpose=PURPOSE, by=by)
    moves.move(
        inspection, "draw", by=by, on=on, article=ARTICLE, seed=seed, population=file, population_size=len(units),
        sample_hash=sampling.sample_hash(drawn), drawn_by=by, drawn_on=on,
    )  # fmt: skip
    InspectionCase.objects.bulk_create(
        InspectionCase(
            inspection=inspection, position=position, key=one.unit.key, label=one.unit.label, bank_id=one.unit.bank,
            amount=Decimal(one.unit.amount), score=one.score, facts=list(one.unit.facts),
        )
        for position, one in enumerate(drawn, start=1)
    )  # fmt: skip
    after = {
        "population": file.sha256, "population_size": len(units), "seed": seed, "sample_hash": inspection.sample_hash,
        "sample_size": len(drawn),
    }  # fmt: skip
    audit.record("inspection.draw", inspection, by=by, on=on, after=after, article=ARTICLE)
    return inspection


def redrawn(inspection: Inspection) -> list[sampling.Drawn]:
    """The sample drawn again from the frozen list by the recorded seed."""
    with storage.open_file(inspection.population) as file:
        units = sampling.read(file.read())
    return sampling.draw(units, inspection.method, inspection.size, inspection.seed, inspection.weights)


@transaction.atomic
def cancel_inspection(*, inspection_id: UUID, by: User, on: date, version: int, reason: str) -> Inspection:
    """Given up; nothing may have been sent to anybody yet."""
    require(permissions.may_inspect(by))
    inspection = locked(inspection_id, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明取消的原因。"), ARTICLE, "reason")
    if Finding.objects.filter(case__inspection=inspection, state__in=Finding.SENT).exists():
        raise Refused("findings_sent", _("已向有关单位发出问题，不能取消检查。"), ARTICLE)
    moves.move(inspection, "cancel", by=by, on=on, article=ARTICLE, reason=reason)
    audit.record("inspection.cancel", inspection, by=by, on=on, article=ARTICLE, reason=reason)
    return inspection


@transaction.atomic
def clear_case(*, case_id: UUID, by: User, on: date, version: int, note: str) -> InspectionCase:
    """Looked at, nothing found; or what was said of it before is taken back."""
    require(permissions.may_inspect(by))
    case = locked_case(case_id, version)
    if not note.strip():
        raise Refused("note_missing", _("请写明查看了哪些资料。"), ARTICLE, "note")
    if Finding.objects.filter(case=case).exclude(state=Finding.State.WITHDRAWN).exists():
        raise Refused("case_has_findings", _("该样本已记录问题，请先撤回草拟的问题。"), ARTICLE)
    return examined(case, Outcome.NONE, by=by, on=on, note=note.strip())


def examined(case: InspectionCase, outcome: str, *, by: User, on: date, note: str = "") -> InspectionCase:
    """What has come of a case; the caller holds its lock."""
    before = {"outcome": case.outcome}
    case.outcome, case.examined_by, case.examined_on = outcome, by, on
    case.note = note or case.note
    case.version += 1
    case.save(update_fields=["outcome", "examined_by", "examined_on", "note", "version"])
    audit.record(
        "inspection.examine", case, by=by, on=on, before=before, after={"outcome": outcome}, article=ARTICLE,
        reason=case.note,
    )  # fmt: skip
    return case


@transaction.atomic
def close_inspection(*, inspection_id: UUID, by: User, on: date, version: int) -> Inspection:
    """Nothing is left to follow up: a second person ends it."""
    inspection = locked(inspection_id, version)
    require(permissions.may_close_inspection(by, inspection))
    left = Finding.objects.filter(case__inspection=inspection, state__in=Finding.OPEN).count()
    if left:
        text = _("还有 %(count)s 个问题没有销号，不能办结。") % {"count": left}
        raise Refused("findings_open", text, ARTICLE)
    moves.move(inspection, "close", by=by, on=on, article=ARTICLE, closed_by=by, closed_on=on)
    audit.record("inspection.close", inspection, by=by, on=on, article=ARTICLE)
    return inspection


def report_issued(inspection: Inspection, report: Any, *, by: User, on: date) -> None:
    """Called by the report's issue, which holds the report; what was found is followed up from here."""
    row: Inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=inspection.pk)
    if row.state == State.DRAWN:
        moves.move(row, "tell", by=by, on=on, article=ARTICLE, report=report)
    else:
        row.report = report
        row.version += 1
        row.save(update_fields=["report", "version"])
    telling.inspection_reported(row, report, on, ARTICLE)


def not_ready(inspection: Inspection) -> Refused | None:
    """Why no report can be made of it yet."""
    if inspection.state not in {State.DRAWN, State.REPORTED}:
        shown = inspection.get_state_display()
        return Refused("move_not_allowed", _("当前状态为“%(state)s”，不能办理此项操作。") % {"state": shown}, ARTICLE)
    rows = inspection.cases
    if left := rows.filter(outcome=Outcome.OPEN).count():
        return Refused("cases_open", _("还有 %(count)s 个样本没有检查结果。") % {"count": left}, ARTICLE)
    drafts = Finding.objects.filter(case__inspection=inspection, state=Finding.State.DRAFT).count()
    if drafts:
        return Refused("findings_not_sent", _("还有 %(count)s 个问题没有发出。") % {"count": drafts}, ARTICLE)
    return None


def locked(inspection_id: UUID, version: int) -> Inspection:
    row: Inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=inspection_id)
    if row.version != version:
        raise Stale()
    return row


def locked_case(case_id: UUID, version: int | None = None) -> InspectionCase:
    """The inspection first, which must still be open to findings, then the case."""
    known = InspectionCase.objects.only("inspection_id").get(pk=case_id)
    inspection: Inspection = Inspection.objects.select_for_update(of=("self",)).get(pk=known.inspection_id)
    if inspection.state != State.DRAWN:
        shown = inspection.get_state_display()
        raise Refused("move_not_allowed", _("当前状态为“%(state)s”，不能办理此项操作。") % {"state": shown}, ARTICLE)
    case: InspectionCase = InspectionCase.objects.select_for_update(of=("self",)).get(pk=case_id)
    if version is not None and case.version != version:
        raise Stale()
    case.inspection = inspection
    return case
