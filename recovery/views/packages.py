"""Registered transfers of non-performing loans: the list, one transfer with its shares, what may be done with it."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from banks.lists import filter_for
from pool import audit, clock, moves, storage
from pool.deeds import deed, text
from pool.formats import yuan
from pool.forms_keys import once
from pool.lists import Listing, show
from pool.models import AccessLog
from pool.money import total
from pool.selectors import edition
from pool.tables import Column, Table
from recovery import papers, selectors, services, terms, todos
from recovery import permissions as may
from recovery.forms import PackageFilter, PackageForm
from recovery.models import Package
from recovery.views.common import TRANSFER_CONTRACT, answer

State = Package.State


def law() -> str:
    return edition()["return_formula"].article


def _columns(user: Any) -> list[Column]:
    return [
        Column(_("转让编号"), "number", "code", link="get_absolute_url"),
        *([] if user.institution else [Column(_("加盟银行"), "bank.short_name")]),
        Column(_("银登中心登记编号"), "registration_number", "code"),
        Column(_("受让方"), "buyer"),
        Column(_("价款到账日期"), "received_on", "date", sort="received"),
        Column(_("笔数"), "count", "int"),
        Column(_("转让价款"), "price", "money", unit=_("元"), sort="price"),
        Column(_("分摊方法"), "get_method_display"),
        Column(_("报送日期"), "applied_on", "date"),
        Column(_("状态"), lambda row: row, "status", key="state"),
    ]


def _narrow(rows: "QuerySet[Package]", given: Mapping[str, Any]) -> "QuerySet[Package]":
    if wanted := given.get("number", "").strip():
        names = Q(number__icontains=wanted) | Q(registration_number__icontains=wanted) | Q(buyer__icontains=wanted)
        rows = rows.filter(names)
    return rows.filter(received_on__gte=given["since"]) if "since" in given else rows


PACKAGES = Listing(
    name="packages",
    label=gettext_lazy("不良贷款转让"),
    url_name="recovery:packages",
    may_see=may.see_lists,
    may_export=may.see_lists,
    rows=selectors.packages,
    form=filter_for(PackageFilter),
    narrow=_narrow,
    same=("state", "bank"),
    columns=_columns,
    orders={"received": ("received_on", "id"), "price": ("price", "id")},
    order="-received",
    empty_title=gettext_lazy("没有不良贷款转让"),
    empty_text=gettext_lazy("银行在银登中心登记转让后在此报送；价款分摊到各笔贷款，审核后逐笔计入清收并返还。"),
)


@login_required
@require_GET
def packages(request: HttpRequest) -> HttpResponse:
    may.require(may.see_lists(request.user))
    shown = show(PACKAGES, request)
    context = {"shown": shown, "article": law(), "makes": may.has_role(request.user, may.MAKERS)[0]}
    return render(request, "recovery/packages.html", context)


@login_required
@once
def new(request: HttpRequest) -> HttpResponse:
    """The maker writes a transfer down."""
    user: Any = request.user
    may.require(may.has_role(user, may.MAKERS))
    form = PackageForm(request.POST or None, request.FILES or None)

    def act() -> HttpResponse:
        given = dict(form.cleaned_data)
        upload = given.pop("document")
        document = storage.keep_document(
            upload, name="", nameless=_("转让文件"), purpose=TRANSFER_CONTRACT, by=user, bank=user.institution,
            field="document",
        )  # fmt: skip
        made = services.prepare_package(
            sale=services.Sale(**given), document=document, bank_id=user.institution, by=user, on=clock.today()
        )
        messages.success(request, _("转让 %(number)s 已填写并分摊价款，等待本行复核报送。") % {"number": made.number})
        return redirect(made)

    return answer(request, form, act, "recovery/package_form.html", {"article": law()})


def _package(request: HttpRequest, pk: UUID) -> Package:
    may.require(may.see_lists(request.user))
    row: Package = get_object_or_404(selectors.packages(request.user), pk=pk)
    return row


@login_required
@require_GET
def package(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One transfer: its facts, the share of every loan, what each became."""
    row, user = _package(request, pk), request.user
    audit.log_access(request, AccessLog.Kind.READ, row)
    is_open = row.state in Package.OPEN
    context = {
        "package": row,
        "table": share_table(row),
        "elsewhere": row.price - total(item.share for item in row.items.all()),
        "todo": todos.of_package(row),
        "window": terms.settlement_window(row.ended_on),
        "article": law(),
        "may_submit": may.submit(user, row.bank_id)[0] and row.state == State.PREPARED,
        "may_cancel": may.cancel(user, row.bank_id)[0] and is_open,
        "may_decide": may.review(user)[0] and row.state == State.APPLIED,
        "events": moves.history(row),
    }
    return render(request, "recovery/package.html", context)


def share_table(row: Package, *, printed: bool = False) -> Table:
    """Every loan's part of the price, its total the price less what fell to other loans."""
    items = list(selectors.items_of(row))
    unit = _("元")
    columns = [
        Column(
            _("借据号"), "loan.loan_number", "code", link=lambda item: reverse("recovery:project", args=[item.loan_id])
        ),
        Column(_("借款人"), "loan.borrower_name"),
        Column(_("未收回本金"), "principal_left", "money", unit=unit),
        Column(_("分摊价款"), "share", "money", unit=unit),
        Column(_("其中：本金"), "principal_part", "money", unit=unit),
        Column(_("转让后未收回本金"), lambda item: item.principal_left - item.principal_part, "money", unit=unit),
        Column(_("应返还"), "recovery.return_advice.amount", "money", unit=unit),
    ]
    summed = ("principal_left", "share", "principal_part")
    totals: dict[Any, Any] = {
        column.label: total(getattr(item, str(column.value)) for item in items)
        for column in columns
        if column.value in summed
    }
    return Table(columns, items, caption="" if printed else _("价款分摊"), totals=totals)


@login_required
@require_GET
def allocation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The allocation as it is printed, with the method's name."""
    row = _package(request, pk)
    user: Any = request.user
    words = {
        "registration": row.registration_number, "buyer": row.buyer, "price": yuan(row.price),
        "method": row.get_method_display(),
    }  # fmt: skip
    note = _("银登中心登记 %(registration)s，受让方 %(buyer)s，转让价款 %(price)s 元；%(method)s。") % words
    if row.method == Package.Method.PRINCIPAL:
        note += _("尾差一分归分摊余数最大者，余数相同的归未收回本金大者，再相同的归借据号小者。")
    title = _("不良贷款转让价款分摊表")
    content = papers.draw(
        title, row.received_on, [papers.Section(title, share_table(row, printed=True))],
        by=user, number=row.number, note=note, issuer=row.bank.name, article=law(),
    )  # fmt: skip
    return papers.download(request, content, f"{row.number}.pdf", papers.PDF, row)


_WHY = {"reason": text("reason")}
submit = deed(
    _package, services.submit_package, "package_id", gettext_lazy("已报送高新投集团审核。"), Package.get_absolute_url
)
cancel = deed(
    _package, services.cancel_package, "package_id", gettext_lazy("已撤回，所列项目可以重新填报。"),
    Package.get_absolute_url, _WHY,
)  # fmt: skip
accept = deed(
    _package, partial(services.decide_package, accept=True), "package_id",
    gettext_lazy("审核通过，各笔价款已上报并计算应返还金额。"), Package.get_absolute_url, _WHY, may.review,
)  # fmt: skip
refuse = deed(
    _package, partial(services.decide_package, accept=False), "package_id", gettext_lazy("已退回银行。"),
    Package.get_absolute_url, _WHY, may.review,
)  # fmt: skip
