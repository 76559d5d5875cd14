"""Payment day on one page: the bank's papers, the transfer, its confirmation, and the proof plan = paid = ledger."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banks.lists import columns_for, filter_for
from banks.selectors import confirmed_payee
from claims import permissions, reports, selectors, services, todos
from claims.forms import ConfirmationForm, PacketFilter
from claims.models import PapersPacket, Payment
from claims.views import page
from claims.views.acts import packet_of, payment_of
from pool import audit, clock, pdf, scope
from pool.deeds import day, deed, text
from pool.errors import Refused
from pool.forms_keys import once
from pool.ledger import services as ledger
from pool.lists import Listing, show
from pool.masking import mask_account
from pool.models import BANK_ROLES, AccessLog, StoredFile, User
from pool.moves import history
from pool.permissions import Answer
from pool.selectors import edition
from pool.tables import Column


def _back(packet: PapersPacket) -> str:
    return reverse("claims:packet", args=[packet.pk])


def _payment_back(payment: Payment) -> str:
    return reverse("claims:packet", args=[payment.packet_id])


COLUMNS = (
    Column(gettext_lazy("资助计划"), "plan.number", link=todos.packet_url, sort="made"),
    Column(gettext_lazy("加盟银行"), "bank.short_name"),
    Column(gettext_lazy("应拨金额"), "total", "money", unit=gettext_lazy("元"), sort="total"),
    Column(gettext_lazy("状态"), lambda packet: packet, "status", key="state"),
    Column(gettext_lazy("资料截止"), "papers_by", "date", sort="papers"),
    Column(gettext_lazy("拨付截止"), "pay_by", "date"),
)


def _reader(person: User) -> Answer:
    return permissions.has_role(person, BANK_ROLES | permissions.PAPER_READERS)


def _rows(person: User) -> "QuerySet[PapersPacket]":
    rows: QuerySet[PapersPacket] = PapersPacket.objects.visible_to(person).select_related("plan", "bank")
    return rows


def _narrow(rows: "QuerySet[PapersPacket]", given: Mapping[str, Any]) -> "QuerySet[PapersPacket]":
    wanted = given.get("plan", "").strip()
    return rows.filter(plan__number__icontains=wanted) if wanted else rows


PACKETS = Listing(
    name="packets",
    label=gettext_lazy("拨款资料与拨付"),
    url_name="claims:packets",
    may_see=_reader,
    may_export=_reader,
    rows=_rows,
    form=filter_for(PacketFilter),
    narrow=_narrow,
    same=("state", "bank"),
    columns=columns_for(COLUMNS),
    orders={"made": ("id",), "papers": ("papers_by", "id"), "total": ("total", "id")},
    order="-made",
    empty_title=gettext_lazy("还没有拨款资料"),
    empty_text=gettext_lazy("资助计划下达后，各行的拨款资料在这里办理。"),
)


@login_required
@require_GET
def packets(request: HttpRequest) -> HttpResponse:
    """Every bank's papers for the issued plans; a bank sees its own."""
    _may_read(request.user)
    shown = show(PACKETS, request)
    money = _money() if request.user.role not in BANK_ROLES else None
    return render(request, "claims/packets.html", {"shown": shown, "table": shown.table, "money": money})


def _may_read(person: User) -> None:
    permissions.require(_reader(person))


def _money() -> dict[str, Any]:
    balances = ledger.balances()
    return {
        "cash": balances.get("cash"), "reserved": balances.get("reserved"), "available": ledger.available(),
        "suspense": -balances.get("suspense", ledger.ZERO),
    }  # fmt: skip


@login_required
@require_GET
def packet(request: HttpRequest, pk: UUID) -> HttpResponse:
    _may_read(request.user)
    found = packet_of(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, found)
    return render(request, "claims/packet.html", _page(request.user, found))


def _page(person: User, found: PapersPacket) -> dict[str, Any]:
    today = clock.today()
    items = list(selectors.items_of(found))
    todo = page.here(todos.of_packet(found))
    payments = list(
        Payment.objects.filter(packet=found)
        .select_related("payee", "prepared_by", "approved_by", "confirmed_by", "posted_by")
        .order_by("-created_at")
    )
    live = next((one for one in payments if one.state != Payment.State.FAILED), None)
    missing = selectors.missing_papers(found)
    return {
        "packet": found,
        "items": items,
        "papers": _papers(found) if permissions.read_papers(person, found.bank_id)[0] else None,
        "missing": missing,
        "todo": todo,
        "left": page.days_left(todo.due, today) if todo else None,
        "payments": payments,
        "payment": live,
        "payee": _payee(found, live),
        "proof": _proof(found, items, live),
        "timeline": _history(found, payments),
        "plan_file": _plan_file(person, found),
        "confirmation": ConfirmationForm(initial={"value_date": today}),
        "articles": {slug: edition()[slug].article for slug in ("payment_papers", "papers_period", "payment_period")},
        "today": today,
        **_acts(person, found, live),
    }


def _plan_file(person: User, found: PapersPacket) -> StoredFile | None:
    """The plan on which is paid: the stamped scan, until there is one the document; no bank reads the whole plan."""
    if person.role not in permissions.READERS:
        return None
    return found.plan.stamped or found.plan.document


def _history(found: PapersPacket, payments: list[Payment]) -> list[Any]:
    """What happened to the papers and to each attempt to pay, in the order it was written."""
    moved = [*history(found), *(move for one in payments for move in history(one))]
    return sorted(moved, key=lambda move: move.pk)


def _papers(found: PapersPacket) -> list[dict[str, Any]]:
    there = {paper.item: paper for paper in selectors.current_papers(found)}
    return [
        {"item": item, "label": selectors.paper_label(item), "row": there.get(item)}
        for item in edition()["payment_papers"].words
    ]


def _payee(found: PapersPacket, live: Payment | None) -> list[tuple[Any, Any]] | None:
    account = live.payee if live else confirmed_payee(found.bank_id)
    if account is None:
        return None
    return [
        (_("户名"), account.account_name),
        (_("账号"), mask_account(account.account_number)),
        (_("开户行"), account.opening_bank),
        (_("账户版本"), account.revision),
    ]


def _proof(found: PapersPacket, items: list[Any], live: Payment | None) -> dict[str, Any] | None:
    """Plan = paid = ledger, line by line, once it is posted."""
    if live is None or live.state != Payment.State.POSTED:
        return None
    with scope.everything():
        booked = selectors.compensated(item.claim_id for item in items)
    lines = [{"item": item, "booked": booked[item.claim_id]} for item in items]
    return {
        "lines": lines,
        "planned": found.total,
        "paid": live.amount,
        "booked": sum(booked.values()),
        "agrees": found.total == live.amount == sum(booked.values()),
    }


def _acts(person: User, found: PapersPacket, live: Payment | None) -> dict[str, bool]:
    state, paid = found.state, live.state if live else ""
    clerk, approver = permissions.pay(person)[0], permissions.release(person)[0]
    is_open = state == PapersPacket.State.OPEN
    return {
        "may_upload": is_open and permissions.prepare(person, found.bank_id)[0],
        "may_submit": is_open and permissions.submit(person, found.bank_id)[0],
        "may_check": clerk and state == PapersPacket.State.SUBMITTED,
        "may_prepare": clerk and state == PapersPacket.State.COMPLETE and live is None,
        "may_cancel": clerk and paid == Payment.State.PREPARED,
        "may_instruct": approver and paid == Payment.State.PREPARED,
        "may_fail": approver and paid == Payment.State.INSTRUCTED,
        "may_enter": clerk and paid == Payment.State.INSTRUCTED,
        "may_confirm": approver and paid == Payment.State.CONFIRMING,
    }


@login_required
@require_GET
def extract(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bank's extract of the plan: its own lines, nobody else's."""
    _may_read(request.user)
    found = packet_of(request, pk)
    if found.plan.issued_on is None or found.state == PapersPacket.State.VOID:
        raise Refused("plan_not_issued", _("资助计划未下达或已撤销。"), edition()["publicity_period"].article)
    audit.log_access(request, AccessLog.Kind.DOWNLOAD, found)
    content = reports.plan_pdf(found.plan, list(selectors.items_of(found)), bank=found.bank.name)
    return pdf.download(content, _("%(plan)s（本行摘录）.pdf") % {"plan": found.plan.number})


@login_required
@require_POST
@once
def add_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = packet_of(request, pk)
    permissions.require(permissions.prepare(request.user, found.bank_id))
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("file_missing", _("请选择文件。"), edition()["payment_papers"].article, field="file")
    services.add_paper(
        packet_id=found.pk, item=request.POST.get("item", ""), upload=upload, by=request.user, on=clock.today()
    )
    messages.success(request, _("资料已上传。"))
    return redirect(_back(found))


submit = deed(packet_of, services.submit_papers, "packet_id", gettext_lazy("拨款资料已提交。"), _back)
send_back = deed(
    packet_of, services.return_papers, "packet_id", gettext_lazy("拨款资料已退回。"), _back, {"reason": text("reason")}
)
accept = deed(packet_of, services.accept_papers, "packet_id", gettext_lazy("拨款资料已收齐。"), _back)
prepare = deed(packet_of, services.prepare_payment, "packet_id", gettext_lazy("已经办，待复核。"), _back)
approve = deed(payment_of, services.approve_payment, "payment_id", gettext_lazy("拨付指令已发出。"), _payment_back)
fail = deed(
    payment_of, services.fail_payment, "payment_id", gettext_lazy("已登记拨付失败，资金仍予预留。"), _payment_back,
    {"failure": text("reason")},
)  # fmt: skip
enter = deed(
    payment_of, services.enter_confirmation, "payment_id", gettext_lazy("到账回单已登记，待另一人确认。"),
    _payment_back,
    {"value_date": day("value_date"), "bank_reference": text("bank_reference")}, permissions.pay,
)  # fmt: skip
reject = deed(
    payment_of, services.reject_confirmation, "payment_id", gettext_lazy("已退回重新登记。"), _payment_back,
    {"reason": text("reason")},
)  # fmt: skip
confirm = deed(payment_of, services.confirm_payment, "payment_id", gettext_lazy("已确认到账并记账。"), _payment_back)
