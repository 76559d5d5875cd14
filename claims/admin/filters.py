"""What the queue is narrowed by, beside its state and its bank."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import Claim
from claims.selectors import NOT_ASKED, UNDER_REVIEW
from claims.services import clocks
from pool import clock


class HolderFilter(admin.SimpleListFilter):
    """Whose the desk is on which the claim lies now."""

    title = gettext_lazy("分办")
    parameter_name = "holder"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", _("我的")), ("nobody", _("未分办")), ("somebody", _("已分办"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Claim]") -> "QuerySet[Claim]":
        """The rows carry their holder (`selectors.with_desk`)."""
        if self.value() is None:
            return queryset
        rows = queryset.filter(state__in=UNDER_REVIEW)
        if self.value() == "me":
            return rows.filter(holder=request.user.pk)
        return rows.filter(holder__isnull=self.value() == "nobody")


class AgeFilter(admin.SimpleListFilter):
    """How near the end of the thirty days is."""

    title = gettext_lazy("审核期限")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", _("已逾期")), ("week", _("7 日内到期")), ("later", _("7 日以后")), ("still", _("计时停止"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Claim]") -> "QuerySet[Claim]":
        today = clock.today()
        week = date.fromordinal(today.toordinal() + 7)
        rows = queryset.filter(state__in=clocks.ON_THE_DESK[clocks.REVIEW]) if self.value() else queryset
        chosen = {
            "late": {"decide_by__lt": today},
            "week": {"decide_by__range": (today, week)},
            "later": {"decide_by__gt": week},
            "still": {"decide_by__isnull": True},
        }.get(self.value() or "", {})
        return rows.filter(**chosen)


class AskedFilter(admin.SimpleListFilter):
    """Whether the bank owes an answer."""

    title = gettext_lazy("审核询问")
    parameter_name = "asked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("待银行答复")), ("no", _("无待答复询问"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Claim]") -> "QuerySet[Claim]":
        chosen = {"yes": ~NOT_ASKED, "no": NOT_ASKED}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class AmountFilter(admin.SimpleListFilter):
    title = gettext_lazy("补偿金额")
    parameter_name = "size"
    bounds = {"s": (0, 500_000), "m": (500_000, 2_000_000), "l": (2_000_000, None)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("s", _("50 万元以下")), ("m", _("50 万至 200 万元")), ("l", _("200 万元以上"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Claim]") -> "QuerySet[Claim]":
        low, high = self.bounds.get(self.value() or "", (None, None))
        if low is None:
            return queryset
        rows = queryset.filter(amount__gte=low)
        return rows.filter(amount__lt=high) if high is not None else rows
