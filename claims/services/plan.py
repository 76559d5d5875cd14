"""The funding plan: whole claims in the order of their submission; issuing it reserves the money (20(2), 7.2)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from banks.standing import is_suspended
from claims import assessment, periods, permissions, reports, selectors
from claims.models import Claim, FundingPlan, PapersPacket, Payment, PlanItem
from claims.periods import PoolMoney, Queued
from claims.services import due, locking, telling
from claims.services.review import refuse_suspended
from pool import hats, moves, numbering, scope, storage
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.ledger import chart
from pool.ledger import services as ledger
from pool.ledger.services import Item
from pool.models import Notice, User
from pool.money import ZERO, total, yuan
from pool.selectors import edition
from pool.sure import be_sure


@dataclass(frozen=True)
class Outlook:
    """What a plan drawn up now would hold, what waits for money, and what cannot be planned, with the reason."""

    taken: list[Claim]
    waiting: list[Claim]
    barred: list[tuple[Claim, str, str]]
    money: PoolMoney

    @property
    def total(self) -> Decimal:
        return total(claim.amount for claim in self.taken)


def pool_money() -> PoolMoney:
    """The ledger's figures for article 7.2; outstanding compensation stands as paid, nothing returned."""
    balances = ledger.balances()
    return PoolMoney(
        cash=balances.get(chart.CASH, ZERO),
        reserved=balances.get(chart.RESERVED, ZERO),
        paid=ledger.outstanding(),
        returned=ZERO,
        suspense=-balances.get(chart.SUSPENSE, ZERO),
    )


def outlook(on: date, among: Collection[UUID] | None = None) -> Outlook:
    """Sort the cleared claims for a plan of that day; nothing is written."""
    cleared = Claim.objects.filter(state=Claim.State.CLEARED).select_related("loan", "bank", "determination")
    if among is not None:
        cleared = cleared.filter(pk__in=among)
    planned = PlanItem.objects.filter(plan__state=FundingPlan.State.DRAFTED, dropped_on__isnull=True)
    drafted = set(planned.values_list("claim_id", flat=True))
    fit: dict[str, Claim] = {}
    barred = []
    for claim in cleared.order_by(*selectors.IN_QUEUE):
        why = _unfit(claim, on)
        if claim.pk in drafted:
            barred.append((claim, _("已列入另一份拟稿中的资助计划"), edition()["total_control"].article))
        elif why is not None:
            barred.append((claim, *why))
        else:
            fit[str(claim.pk)] = claim
    money = pool_money()
    queued = [Queued(key, claim.submitted_at, claim.amount) for key, claim in fit.items()]
    taken, waiting = periods.queue(edition(), money, queued)
    return Outlook([fit[one.key] for one in taken], [fit[one.key] for one in waiting], barred, money)


def _unfit(claim: Claim, on: date) -> tuple[str, str] | None:
    """Why a cleared claim cannot be planned that day: its bank is suspended, or the rules no longer pass."""
    if is_suspended(claim.bank_id):
        return _("该行不良率超过界限，暂停办理"), edition()["npl_ceiling"].article
    found = assessment.of_claim(claim, on)
    failing = [finding for finding in found.findings if finding.outcome in {"fail", "hold"}]
    if failing:
        return found.words(failing[0]), failing[0].article
    if found.amount != claim.amount:
        text = _("按当前规则和数据核算的金额为 %(now)s 元，与审核通过的 %(then)s 元不一致")
        return text % {"now": yuan(found.amount), "then": yuan(claim.amount)}, edition()["amount_basis"].article
    return None


def require_fit(claim: Claim, on: date) -> None:
    """The rules once more, at plan and at payment."""
    why = _unfit(claim, on)
    if why is not None:
        raise Refused("not_fit", _("项目 %(number)s：%(why)s。") % {"number": claim.number, "why": why[0]}, why[1])


@transaction.atomic
def draft_plan(*, by: User, on: date, claim_ids: Collection[UUID] | None = None, reason: str = "") -> FundingPlan:
    """Draw up a plan of what there is money for; with `claim_ids`, only these are looked at.

    Whole claims are served by the time of their submission (reading 21): who is passed over, is so for a `reason`,
    which stays with the plan.
    """
    permissions.require(permissions.plan(by))
    found = outlook(on, claim_ids)
    passed_over = _passed_over(found, on) if claim_ids is not None else []
    _require_reason_for(passed_over, reason)
    if not found.taken:
        if found.waiting:
            _refuse_short(found.money, found.waiting[0].amount)
        raise Refused("nothing_to_plan", _("没有可列入资助计划的项目。"), edition()["publicity_period"].article)
    claims = locking.claims([claim.pk for claim in found.taken])
    still = {claim.pk: claim for claim in claims if claim.state == Claim.State.CLEARED}
    plan: FundingPlan = FundingPlan.objects.create(
        number=f"NG{on.year}{numbering.next_number('plan_draft', on.year):03d}",
        total=found.total,
        drafted_by=by,
        drafted_on=on,
        remark=_remark(passed_over, reason),
    )
    PlanItem.objects.bulk_create(
        PlanItem(
            plan=plan, claim=still[claim.pk], bank_id=claim.bank_id, branch_id=claim.branch_id, position=place,
            amount=still[claim.pk].amount,
        )
        for place, claim in enumerate(found.taken, start=1)
    )  # fmt: skip
    moves.log(plan, field="state", source="", target=plan.state, by=by, on=on)
    hats.wear(plan, by, "plan_drafter")
    after = {"total": plan.total, "claims": [claim.number for claim in found.taken], "passed_over": passed_over}
    locking.note(
        "draft_plan", plan, by=by, on=on, after=after, article=edition()["total_control"].article, reason=reason
    )
    return plan


def _passed_over(found: Outlook, on: date) -> list[str]:
    """The claims that the money would have reached, had they been asked for."""
    chosen = {claim.pk for claim in found.taken}
    return [claim.number for claim in outlook(on).taken if claim.pk not in chosen]


def _require_reason_for(numbers: Sequence[str], reason: str) -> None:
    if numbers and not reason.strip():
        text = _("%(count)s 个项目资金足够而未列入（%(first)s 等），请写明原因。")
        words = {"count": len(numbers), "first": numbers[0]}
        raise Refused("reason_missing", text % words, edition()["total_control"].article, field="reason")


def _remark(numbers: Sequence[str], reason: str) -> str:
    return _("未列入：%(numbers)s。原因：%(reason)s") % {"numbers": "、".join(numbers), "reason": reason.strip()} \
        if numbers else ""  # fmt: skip


@transaction.atomic
def issue_plan(
    *, plan_id: UUID, by: User, on: date, version: int, item_ids: Collection[UUID] | None = None, reason: str = ""
) -> FundingPlan:
    """Another person issues it: every claim is looked at again, the money is reserved, the document is made.

    With `item_ids` only these lines are issued; the others leave the plan for a `reason` and wait for another one.
    """
    permissions.require(permissions.plan(by))
    be_sure()
    claims, plan = _locked(plan_id, with_standing=True)
    locking.check(plan, version)
    hats.wear(plan, by, "plan_issuer")
    article = edition()["publicity_period"].article
    if plan.state != FundingPlan.State.DRAFTED:
        raise Refused("not_a_draft", _("该资助计划不是拟稿，不能下达。"), article)
    items = _issued_part(plan, item_ids, reason, by, on)
    for item in items:
        _require_issuable(claims[item.claim_id], item, on)
    chart.locked(plan.scheme_id, {chart.CASH, chart.RESERVED})
    _refuse_over_means(pool_money(), plan.total)
    ledger.reserve(
        key=f"reserve:{plan.pk}",
        items=[Item(item.claim_id, item.bank_id, item.amount) for item in items],
        on=on,
        prepared_by=plan.drafted_by,
        approved_by=by,
        article=edition()["total_control"].article,
        subject=plan.pk,
    )
    window = due.compute("papers_period", on)
    moves.move(
        plan,
        "issue",
        by=by,
        on=on,
        article=article,
        number=_("资助计划〔%(year)d〕%(number)d号")
        % {"year": on.year, "number": numbering.next_number("plan", on.year)},
        issued_by=by,
        issued_on=on,
        papers_by=window.closes_on,
    )
    for item in items:
        moves.move(claims[item.claim_id], "plan", by=by, on=on, article=article)
    _open_packets(plan, items, on)
    plan.document = reports.keep_plan(plan, items, by=by)
    plan.save(update_fields=["document"])
    after = {"number": plan.number, "total": plan.total, "document": plan.document.sha256}
    locking.note("issue_plan", plan, by=by, on=on, after=after, article=article)
    return plan


def _issued_part(
    plan: FundingPlan, item_ids: Collection[UUID] | None, reason: str, by: User, on: date
) -> list[PlanItem]:
    """The lines that are issued; the total is theirs."""
    items = list(selectors.standing_items(plan))
    if item_ids is None:
        return items
    kept = [item for item in items if item.pk in item_ids]
    left = [item for item in items if item.pk not in item_ids]
    if not kept:
        raise Refused("nothing_chosen", _("请至少保留一个项目；全部不下达的，请撤销该拟稿。"), field="items")
    _require_reason_for([item.claim.number for item in left], reason)
    for place, item in enumerate(left, start=len(items) + 1):
        item.dropped_on, item.dropped_because, item.position = on, reason.strip()[:200], place
        locking.keep(item, "dropped_on", "dropped_because", "position")
        locking.note("drop_item", item, by=by, on=on, after={"claim": item.claim.number}, reason=reason)
    _number_anew(kept)
    plan.total = total(item.amount for item in kept)
    plan.save(update_fields=["total"])
    return kept


def _number_anew(items: Sequence[PlanItem]) -> None:
    """The document counts without gaps; upwards, so that no two lines meet on a number."""
    for place, item in enumerate(items, start=1):
        if item.position != place:
            item.position = place
            locking.keep(item, "position")


@transaction.atomic
def keep_stamped(*, plan_id: UUID, by: User, on: date, version: int, upload: Any) -> FundingPlan:
    """The scan of the stamped plan beside the document that was made; a better scan takes its place, both are kept."""
    permissions.require(permissions.plan(by))
    plan = locking.row(FundingPlan, plan_id)
    locking.check(plan, version)
    article = edition()["publicity_period"].article
    if plan.state != FundingPlan.State.ISSUED:
        raise Refused("not_issued", _("资助计划下达后方可上传盖章扫描件。"), article)
    if upload is None:
        raise Refused("file_missing", _("请选择盖章扫描件。"), article, field="file")
    before = plan.stamped.sha256 if plan.stamped else None
    plan.stamped = storage.keep_document(
        upload, name="", nameless=f"{plan.number}（盖章）.pdf", purpose="stamped_plan", by=by
    )
    plan.stamped_by, plan.stamped_on = by, on
    locking.keep(plan, "stamped", "stamped_by", "stamped_on")
    locking.note(
        "keep_stamped", plan, by=by, on=on, before={"sha256": before}, after={"sha256": plan.stamped.sha256},
        article=article,
    )  # fmt: skip
    return plan


@transaction.atomic
def withdraw_plan(*, plan_id: UUID, by: User, on: date, version: int, reason: str) -> FundingPlan:
    """Before any transfer has been instructed: what was reserved is free, the claims wait for another plan."""
    permissions.require(permissions.plan(by))
    claims, plan = _locked(plan_id)
    locking.check(plan, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
    packets = _packets(plan)
    payments = list(_live_payments(packets))
    if any(payment.state != Payment.State.PREPARED for payment in payments):
        text = _("该计划已有发出的拨付指令，不能撤销。")
        raise Refused("already_instructed", text, edition()["payment_period"].article)
    was_issued = plan.state == FundingPlan.State.ISSUED
    before = locking.state_of(plan)
    moves.move(plan, "withdraw", by=by, on=on, reason=reason)
    items = list(selectors.standing_items(plan))
    if was_issued:
        for payment in payments:
            moves.move(payment, "fail", by=by, on=on, reason=reason, failure=reason[:200])
        for packet in packets:
            close_packet(packet, by=by, on=on, reason=reason)
        for item in items:
            moves.move(claims[item.claim_id], "unplan", by=by, on=on, reason=reason)
        _void(items, key=f"void:{plan.pk}", by=by, on=on)
    locking.note("withdraw_plan", plan, by=by, on=on, before=before, after=locking.state_of(plan), reason=reason)
    return plan


@transaction.atomic
def drop_item(*, item_id: UUID, by: User, on: date, version: int, reason: str) -> PlanItem:
    """The authority takes one claim out of an issued plan before its transfer; `version` is the plan's."""
    permissions.require(permissions.plan(by))
    known = PlanItem.objects.only("claim_id", "plan_id").get(pk=item_id)
    claim = locking.claim(known.claim_id)
    plan = locking.row(FundingPlan, known.plan_id)
    locking.check(plan, version)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明理由。"), field="reason")
    item = take_out(claim, by=by, on=on, reason=reason)
    moves.move(claim, "unplan", by=by, on=on, reason=reason)
    return item


def take_out(claim: Claim, *, by: User | None, on: date, reason: str) -> PlanItem:
    """A planned claim leaves its plan: its reservation is void, its bank's packet is that much smaller.

    The caller holds the claim's lock and moves the claim.
    """
    found: PlanItem | None = (
        PlanItem.objects.select_for_update()
        .filter(claim=claim, plan__state=FundingPlan.State.ISSUED, dropped_on__isnull=True)
        .first()
    )
    if found is None or claim.state != Claim.State.PLANNED:
        raise Refused("not_planned", _("该项目不在已下达、尚未拨付的资助计划中。"))
    found.dropped_on, found.dropped_because = on, reason[:200]
    locking.keep(found, "dropped_on", "dropped_because")
    packet = PapersPacket.objects.select_for_update().get(plan_id=found.plan_id, bank_id=found.bank_id)
    for payment in _live_payments([packet]):
        moves.move(payment, "fail", by=by, on=on, reason=reason, failure=reason[:200])
    packet.total -= found.amount
    locking.keep(packet, "total")
    if packet.total == 0:
        close_packet(packet, by=by, on=on, reason=reason)
    _void([found], key=f"void:{found.plan_id}:{claim.pk}", by=by, on=on)
    locking.note("drop_item", found, by=by, on=on, after={"claim": claim.number, "amount": found.amount}, reason=reason)
    return found


def close_packet(packet: PapersPacket, *, by: User | None, on: date, reason: str) -> None:
    moves.move(packet, "make_void", by=by, on=on, reason=reason)
    due.drop_all(packet, on, reason)


def _void(items: Sequence[PlanItem], *, key: str, by: User | None, on: date) -> None:
    if not items:
        return
    with scope.everything():
        ledger.void_reservation(
            key=key,
            items=[Item(item.claim_id, item.bank_id, item.amount) for item in items],
            on=on,
            prepared_by=by,
            article=edition()["total_control"].article,
            subject=items[0].plan_id,
        )


def _locked(plan_id: UUID, *, with_standing: bool = False) -> tuple[dict[UUID, Claim], FundingPlan]:
    ids = PlanItem.objects.filter(plan_id=plan_id, dropped_on__isnull=True).values_list("claim_id", flat=True)
    claims = {claim.pk: claim for claim in locking.claims(list(ids), with_standing=with_standing)}
    return claims, locking.row(FundingPlan, plan_id)


def _require_issuable(claim: Claim, item: PlanItem, on: date) -> None:
    if claim.state != Claim.State.CLEARED:
        text = _("项目 %(number)s 当前为“%(state)s”，请撤回拟稿后重新拟定。")
        words = {"number": claim.number, "state": claim.get_state_display()}
        raise Refused("not_cleared", text % words, edition()["publicity_period"].article)
    refuse_suspended(claim.bank_id)
    require_fit(claim, on)
    if claim.amount != item.amount:
        raise Refused("amount_changed", _("项目 %(number)s 的金额已变化。") % {"number": claim.number})


def _refuse_over_means(money: PoolMoney, plan: Decimal) -> None:
    for finding in periods.plan_fits(edition(), money, plan):
        if finding.failed:
            raise Refused(finding.code, edition().message(finding, assessment.language()), finding.article)


def _refuse_short(money: PoolMoney, wanted: Decimal) -> None:
    _refuse_over_means(money, wanted)


def _open_packets(plan: FundingPlan, items: Iterable[PlanItem], on: date) -> None:
    by_bank: dict[UUID, Decimal] = {}
    for item in items:
        by_bank[item.bank_id] = by_bank.get(item.bank_id, ZERO) + item.amount
    for bank_id, amount in sorted(by_bank.items()):
        packet = PapersPacket.objects.create(plan=plan, bank_id=bank_id, total=amount, papers_by=plan.papers_by)
        article = edition()["papers_period"].article
        moves.log(packet, field="state", source="", target=packet.state, by=None, on=on, article=article)
        due.start(packet, "papers_period", on)
        with in_chinese():
            telling.bank(
                bank_id,
                _("%(plan)s已下达，请提交拨款资料") % {"plan": plan.number},
                key=f"packet:{packet.pk}",
                on=on,
                url=reverse("claims:packet", args=[packet.pk]),
                article=article,
                due=plan.papers_by,
                kind=Notice.Kind.DECISION,
                topic=_("资助计划下达，请提交拨款资料"),
            )


def _packets(plan: FundingPlan) -> list[PapersPacket]:
    return list(
        PapersPacket.objects.select_for_update().filter(plan=plan).exclude(state=PapersPacket.State.VOID).order_by("pk")
    )


def _live_payments(packets: Sequence[PapersPacket]) -> Any:
    return (
        Payment.objects.select_for_update()
        .filter(packet__in=packets)
        .exclude(state=Payment.State.FAILED)
        .order_by("pk")
    )
