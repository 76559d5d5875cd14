"""时光机: a loan, a bank and a year's ranking as of any day, under the rules of that day; one control on each page."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from banks.models import Bank
from banks.permissions import may_see_bank
from banks.selectors import visible_banks
from evaluation import permissions as may
from evaluation.forms import DayFilter, RankingFilter
from evaluation.models import EvaluationLine
from evaluation.selectors import past
from evaluation.selectors.opening import of_day
from evaluation.selectors.past_ranking import Place, Ranking, ranking_on
from evaluation.tables import in_words
from evaluation.tables.opening import address
from evaluation.views.day_control import control
from loans.models import Loan
from loans.permissions import may_see as may_see_loan
from loans.selectors import visible_loans
from loans.views.page import timeline_of
from loans.words import Classification
from pool import audit, clock
from pool.models import AccessLog, User
from pool.permissions import require
from pool.selectors import edition
from pool.tables import Column, Table

STATUS = {
    past.DETERMINED: ("non_performing", gettext_lazy("计入不良")),
    past.RECOVERED: ("recovered", gettext_lazy("本金已全部收回")),
    past.ENDED: ("entered", gettext_lazy("已终止")),
}


def _status(form: DayFilter) -> int:
    return 422 if form.errors else 200


# ---- a loan ---------------------------------------------------------------------------------------------------------


@require_safe
@login_required
def loan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where it stood, what was counted, claimed, paid and come back, and what was due, at the end of the day."""
    row = get_object_or_404(visible_loans(request.user).select_related("bank"), pk=pk)
    require(may_see_loan(request.user, row.bank_id))
    audit.log_access(request, AccessLog.Kind.READ, row)
    form = DayFilter(request.GET or None, today=clock.today())
    context = control(form, row.get_absolute_url())
    found = past.loan_on(row, context["on"])
    context |= {"loan": row, "found": found}
    if found is not None:
        context |= _loan_parts(row, found)
    return render(request, "evaluation/as_of_loan.html", context, status=_status(form))


def _loan_parts(row: Loan, found: past.PastLoan) -> dict[str, Any]:
    story = [
        event for event in timeline_of(row, list(past.moves_until(row, found.on))) if event["at"].date() <= found.on
    ]
    book = edition()
    return {
        "state": (found.state, Loan.State(found.state).label),
        "library": Loan.Library(found.library).label,
        "facts": [
            (_("五级分类"), Classification(found.classification).label),
            (_("贷款本金（元）"), found.principal),
            (_("年利率"), f"{found.annual_rate.normalize():f}%"),
            (_("发放日期"), found.disbursed_on),
            (_("到期日期"), found.due_on),
            (_("入库日期"), row.entered_on, book["entry_window"].article),
            (_("入库核验所依版本"), row.edition),
        ],
        "money": _money(found.money),
        "back_facts": [
            (_("已上报清收（笔）"), str(found.recovered[0])),
            (_("已上报清收（元）"), found.recovered[1], book["recovery_window"].article),
            (_("已通知返还（元）"), found.returns[1], book["return_formula"].article),
            (_("其中已到账（元）"), found.returns[2]),
        ],
        "determinations": _determinations(found),
        "claims": _claims(found),
        "deadlines": _deadlines(found),
        "timeline": story,
    }


def _money(sums: dict[str, Decimal]) -> list[tuple[Any, Decimal]]:
    words = {
        "reserved": _("已预留"),
        "paid": _("支付补偿"),
        "returned": _("清收返还"),
        "refunded": _("上调退回"),
        "clawed_back": _("违规追回"),
        "net": _("补偿净额（支付−返还−退回−追回）"),
    }
    return [(word, sums[name]) for name, word in words.items()]


def _determinations(found: past.PastLoan) -> Table:
    columns = [
        Column(_("认定日期"), "row.determined_on", "date"),
        Column(_("五级分类"), "row.get_classification_display"),
        Column(_("认定时本金余额"), "row.principal_balance", "money", unit=_("元")),
        Column(_("当日状态"), lambda one: STATUS[one.status], "status"),
    ]
    return Table(columns, found.determinations, caption=_("不良认定"), empty_title=_("当日没有不良认定"))


def _claims(found: past.PastLoan) -> Table:
    columns = [
        Column(_("申请编号"), "row.number", "code", link=lambda one: reverse("claims:detail", args=[one.row.pk])),
        Column(_("当日状态"), lambda one: (one.state, one.label), "status"),
        Column(_("审核日期"), "decided_on", "date"),
        Column(_("补偿金额"), "amount", "money", unit=_("元")),
        Column(_("到账日期"), "paid_on", "date"),
    ]
    return Table(columns, found.claims, caption=_("风险补偿申请"), empty_title=_("当日没有补偿申请"))


def _deadlines(found: past.PastLoan) -> Table:
    columns = [
        Column(_("事项"), lambda row: row.label or row.kind),
        Column(_("等待谁"), "waiting_for"),
        Column(_("起算日"), "event_on", "date"),
        Column(_("截止日"), "closes_on", "date"),
        Column(_("依据"), "article", "article"),
    ]
    return Table(columns, found.deadlines, caption=_("当日未了的期限"), empty_title=_("当日没有未了的期限"))


# ---- a bank ---------------------------------------------------------------------------------------------------------


@require_safe
@login_required
def bank(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its stay, its agreements, the two sums of article 17 and its money, at the end of the day."""
    row = get_object_or_404(visible_banks(request.user), pk=pk)
    require(may_see_bank(request.user, row.pk))
    form = DayFilter(request.GET or None, today=clock.today())
    context = control(form, row.get_absolute_url())
    found = past.bank_on(row, context["on"])
    ceiling = edition()["npl_ceiling"]
    context |= {
        "bank": row,
        "found": found,
        "limit": ceiling.decimal / 100,
        "ceiling": ceiling.article,
        "money": _money(found.money),
        "links": _links(request.user, row, context["on"]),
        "claims": Table(
            [
                Column(_("当日状态"), lambda one: (one[0].value, one[0].label), "status"),
                Column(_("笔数"), lambda one: one[1], "int"),
                Column(_("不良本金余额"), lambda one: one[2], "money", unit=_("元")),
            ],
            found.claims,
            caption=_("补偿申请"),
            empty_title=_("当日没有补偿申请"),
        ),
    }
    return render(request, "evaluation/as_of_bank.html", context, status=_status(form))


def _links(user: User, row: Bank, on: date) -> dict[str, str]:
    """To the cases behind the two sums, for those who may see the overview and open a loan."""
    if not (may.may_read(user)[0] and may.may_open_cases(user)[0]):
        return {}
    source = of_day(on)
    return {name: address(source, name, row.code) or "" for name in ("entered", "npl")}


# ---- a year's ranking -----------------------------------------------------------------------------------------------


@require_safe
@login_required
def ranking(request: HttpRequest) -> HttpResponse:
    """The evaluation as it would have come out that day, beside what was filed."""
    require(may.may_read(request.user))
    form = RankingFilter(request.GET or None, today=clock.today())
    context = control(form, reverse("evaluation:evaluations"))
    year = form.cleaned_data["year"] if form.is_valid() else clock.today().year - 1
    found = ranking_on(year, context["on"])
    if found.filed is not None:
        context["back"] = found.filed.get_absolute_url()
    context |= {
        "found": found,
        "table": _ranking(found),
        "reasons": _reasons(found),
        "changed": sum(place.differs for place in found.places),
    }
    return render(request, "evaluation/as_of_ranking.html", context, status=_status(form))


def _ranking(found: Ranking) -> Table:
    columns = [
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("当年发放总额"), "year.amount", "money", unit=_("元")),
        Column(_("总额排名"), "grade.amount_rank", "int"),
        Column(_("企业数"), "year.borrowers", "int"),
        Column(_("户数排名"), "grade.borrowers_rank", "int"),
        Column(_("同比增速"), _growth, "percent"),
        Column(_("增速排名"), "grade.growth_rank", "int"),
        Column(_("违规"), "year.violations", "int"),
        Column(_("按当日数据的等级"), lambda place: _grade(place.grade.grade), "status"),
        Column(_("报备的等级"), lambda place: _grade(place.filed.grade) if place.filed else None, "status"),
        Column(_("报备的名次（总额、户数、增速）"), _filed_ranks),
    ]
    return Table(
        columns, found.places, caption=_("按当日数据的排名和等级"), marks=lambda place: "late" if place.differs else "",
        empty_title=_("当日没有参评银行"),
    )  # fmt: skip


def _reasons(found: Ranking) -> Table:
    columns = [
        Column(_("加盟银行"), "bank.short_name"),
        Column(_("评定理由"), lambda place: in_words([place.grade.finding.as_json()], found.book.key), width=80),
    ]
    return Table(columns, found.places, caption=_("评定理由"))


def _grade(word: str) -> tuple[str, Any]:
    return word, EvaluationLine.Grade(word).label


def _growth(place: Place) -> Decimal | None:
    growth = place.grade.growth
    return None if growth is None else Decimal(growth.numerator) / Decimal(growth.denominator)


def _filed_ranks(place: Place) -> str:
    if place.filed is None:
        return "—"
    ranks = (place.filed.amount_rank, place.filed.borrowers_rank, place.filed.growth_rank)
    return "、".join("—" if rank is None else str(rank) for rank in ranks)


# ---- the control on the pages of today ------------------------------------------------------------------------------


def loan_panel(user: User, row: Loan) -> dict[str, Any] | None:
    if not may_see_loan(user, row.bank_id)[0]:
        return None
    return _panel(reverse("evaluation:as_of_loan", args=[row.pk]))


def bank_panel(user: User, row: Bank) -> dict[str, Any] | None:
    return _panel(reverse("evaluation:as_of_bank", args=[row.pk])) if may_see_bank(user, row.pk)[0] else None


def _panel(action: str) -> dict[str, Any]:
    return {"form": DayFilter(today=clock.today()), "action": action}
