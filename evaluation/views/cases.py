"""The cases behind a figure of a report or an evaluation: a list for each kind of case, and whether they add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from banks.models import Bank, Violation
from claims.models import Claim, Upgrade
from evaluation import permissions as may
from evaluation.forms import CasesForm
from evaluation.selectors.cases import Sums, marked, none_of, sums_of
from evaluation.selectors.opening import Printed
from evaluation.tables.opening import LOAN, address, case_columns
from loans.models import Determination, Loan
from loans.selectors import matching
from pool.formats import whole, yuan
from pool.ledger.models import Entry
from pool.lists import Listing, show
from pool.models import BANK_ROLES, Deadline, User
from pool.permissions import require
from recovery.models import ClawbackReceipt, Closing, Recovery, Return


@dataclass(frozen=True)
class Kind:
    """One kind of case: its rows and what is read beside them."""

    label: Any
    model: Any
    beside: tuple[str, ...]


KINDS = {
    "loans": Kind(gettext_lazy("数字背后的贷款"), Loan, ("bank",)),
    "determinations": Kind(gettext_lazy("数字背后的不良认定"), Determination, ("bank", "loan")),
    "claims": Kind(gettext_lazy("数字背后的补偿申请"), Claim, ("bank", "loan")),
    "recoveries": Kind(gettext_lazy("数字背后的清收"), Recovery, ("bank", "loan")),
    "returns": Kind(gettext_lazy("数字背后的返还"), Return, ("bank", "loan")),
    "upgrades": Kind(gettext_lazy("数字背后的上调退回"), Upgrade, ("bank", "loan")),
    "receipts": Kind(gettext_lazy("数字背后的追回到账"), ClawbackReceipt, ("bank", "clawback__loan")),
    "closings": Kind(gettext_lazy("数字背后的结项"), Closing, ("bank", "loan")),
    "entries": Kind(gettext_lazy("数字背后的分录"), Entry, ("transaction", "account")),
    "deadlines": Kind(gettext_lazy("数字背后的期限"), Deadline, ()),
    "violations": Kind(gettext_lazy("数字背后的违规处理"), Violation, ("bank",)),
}


def _rows(kind: str, user: User) -> "QuerySet[Any]":
    found = KINDS[kind]
    rows = found.model.objects.select_related(*found.beside)
    if kind in ("deadlines", "entries"):
        rows = rows.annotate(short_name=Subquery(Bank.objects.filter(pk=OuterRef("bank")).values("short_name")))
    if hasattr(rows, "visible_to"):
        return rows.visible_to(user)
    return rows.none() if user.role in BANK_ROLES else rows


def _cases(kind: str, rows: "QuerySet[Any]", given: Mapping[str, Any]) -> "QuerySet[Any]":
    """All cases of the figure that is asked for, those that came or went since the report too."""
    asked = given.get("asked")
    if asked is None or asked.figure.kind != kind:
        return none_of(rows)
    if asked.bank is not None:
        rows = rows.filter(bank=asked.bank.pk)
    return marked(rows, asked.figure, asked.span)


CHANGES = {
    "then": Q(was=True),
    "later": ~Q(was=True, still=True),
}


def _narrow(kind: str, rows: "QuerySet[Any]", given: Mapping[str, Any]) -> "QuerySet[Any]":
    found = _cases(kind, rows, given)
    if change := given.get("change"):
        found = found.filter(CHANGES[change])
    if (words := given.get("q", "").strip()) and kind in LOAN:
        way = f"{LOAN[kind].replace('.', '__')}pk__in"
        found = found.filter(**{way: Loan.objects.filter(matching(words)).values("pk")})
    return found


def _listing(kind: str) -> Listing:
    return Listing(
        name=f"cases_{kind}",
        label=KINDS[kind].label,
        url_name=f"evaluation:cases_{kind}",
        may_see=may.may_open_cases,
        may_export=may.may_export_cases,
        rows=lambda user: _rows(kind, user),
        form=lambda data, user: CasesForm(data, user=user, with_words=kind in LOAN),
        narrow=lambda rows, given: _narrow(kind, rows, given),
        columns=lambda user: case_columns(kind, with_bank=user.role not in BANK_ROLES),
        orders={"made": ("pk",), "amount": ("counted", "pk")},
        order="made",
        empty_title=gettext_lazy("没有案件计入这个数字"),
        empty_text=gettext_lazy("从报告或评价中的数字打开，查看它由哪些案件得出。"),
    )


LISTINGS = {kind: _listing(kind) for kind in KINDS}


@require_safe
@login_required
def cases(request: HttpRequest, kind: str) -> HttpResponse:
    """What the figure is, the cases behind it, and whether they add up to what was printed."""
    require(may.may_open_cases(request.user))
    form = CasesForm(request.GET, user=request.user, with_words=kind in LOAN)
    asked = form.cleaned_data.get("asked") if form.is_valid() else None
    if (asked is None and form.is_about_something()) or (asked is not None and asked.figure.kind != kind):
        raise Http404
    context: dict[str, Any] = {"shown": show(LISTINGS[kind], request), "asked": asked, "label": KINDS[kind].label}
    context["table"] = context["shown"].table
    if asked is not None:
        found = sums_of(_cases(kind, _rows(kind, request.user), form.cleaned_data), asked.figure)
        code = asked.bank.code if asked.bank else ""
        printed = asked.source.printed(asked.figure.name, code, asked.span.part)
        context |= {"printed": printed, "found": found, "said": said(printed, found), "tabs": _tabs(asked)}
    return render(request, "evaluation/cases.html", context)


def _tabs(asked: Any) -> list[dict[str, Any]]:
    """The figures that something is reckoned from, side by side."""
    code = asked.bank.code if asked.bank else ""
    tabs = []
    for name in asked.source.parts.get(asked.of, ()):
        url = address(asked.source, name, code) or ""
        label, is_shown = asked.source.figures[name].label, name == asked.figure.name
        tabs.append({"label": label, "url": f"{url}&of={asked.of}", "active": is_shown, "count": None})
    return tabs


def said(printed: Printed, found: Mapping[str, Sums]) -> list[tuple[str, str]]:
    """(words, tone): do the cases of then add up to what was printed, and what has changed since."""
    then, came, gone = found["then"], found["came"], found["gone"]
    words = [_sum_said(printed, then)]
    if came.count or gone.count:
        given = {**_words("came", came), **_words("gone", gone), **_words("now", found["now"])}
        words.append(
            (
                _(
                    "报告后变动：新增 %(came_n)s 笔、%(came_sum)s 元，退出 %(gone_n)s 笔、%(gone_sum)s 元；"
                    "按现在的记录为 %(now_n)s 笔、%(now_sum)s 元。"
                )
                % given,
                "info",
            )
        )
    return words


def _words(name: str, sums: Sums) -> dict[str, str]:
    return {f"{name}_n": whole(sums.count), f"{name}_sum": yuan(sums.amount)}


def _sum_said(printed: Printed, then: Sums) -> tuple[str, str]:
    given = _words("then", then)
    if printed.count is None and printed.amount is None:
        return _("案件共 %(then_n)s 笔、%(then_sum)s 元。") % given, "info"
    counts = printed.count in (None, then.count)
    adds = printed.amount in (None, then.amount)
    if counts and adds:
        return _("报告时点的案件共 %(then_n)s 笔、%(then_sum)s 元，与报告数字一致。") % given, "good"
    given["printed"] = yuan(printed.amount) if not adds else whole(printed.count)
    return (
        _(
            "报告时点的案件按现在的记录共 %(then_n)s 笔、%(then_sum)s 元，与报告数字 %(printed)s 不一致："
            "其中有的案件在报告后更正过金额或内容。"
        )
        % given,
        "wait",
    )
