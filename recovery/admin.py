"""What happens after a payment, to be read; the manager decides settlements and write-offs here as on the portal."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks.permissions import Answer
from pool.admin_kit import Act, ReadOnlyAdmin
from pool.formats import yuan
from recovery import permissions, services
from recovery.models import AccountLine, AccountStatement, Closing, Recovery, Return, Settlement
from recovery.services.write_offs import CHAIN

NOT_NOW: Answer = (False, gettext_lazy("当前状态不能办理此项操作。"))


class AfterPayment(ReadOnlyAdmin):
    """What every list of this room shows: whose, which loan, where it stands."""

    list_filter = ["state", ("bank", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["bank", "loan"]

    @admin.display(description=gettext_lazy("借据号"), ordering="loan__loan_number")
    def loan_number(self, row: Any) -> str:
        return str(row.loan.loan_number)

    @admin.display(description=gettext_lazy("金额（元）"))
    def shown_amount(self, row: Any) -> str:
        return yuan(row.amount)


@admin.register(Recovery)
class RecoveryAdmin(AfterPayment):
    list_display = ["loan_number", "bank", "received_on", "shown_amount", "method", "submitted_on", "state"]
    search_fields = ["loan__loan_number"]
    ordering = ["-received_on", "-id"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Recovery]":
        """What a bank has not reported yet is the bank's own."""
        rows: QuerySet[Recovery] = super().get_queryset(request)
        return rows.filter(state=Recovery.State.SUBMITTED)


@admin.register(Return)
class ReturnAdmin(AfterPayment):
    list_display = ["number", "loan_number", "bank", "instalment", "shown_amount", "due_on", "received_on", "state"]
    search_fields = ["number", "loan__loan_number"]
    ordering = ["-due_on", "-id"]


def _decide(accept: bool) -> Any:
    def run(row: Settlement, *, by: Any, on: Any, version: int, reason: str = "") -> str:
        services.decide_settlement(settlement_id=row.pk, accept=accept, reason=reason, by=by, on=on, version=version)
        return _("项目已转录清偿项目库。") if accept else _("清收申请已退回银行。")

    return run


def _may_decide(user: Any, row: Settlement) -> Answer:
    return permissions.review(user) if row.state == Settlement.State.APPLIED else NOT_NOW


@admin.register(Settlement)
class SettlementAdmin(AfterPayment):
    list_display = ["number", "loan_number", "bank", "disposal_ended_on", "applied_on", "applied_late", "state"]
    search_fields = ["number", "loan__loan_number"]
    ordering = ["-applied_on", "-id"]
    acts = [
        Act(
            "accept",
            gettext_lazy("通过，转录清偿项目库"),
            _decide(True),
            _may_decide,
            article="19(6)",
            needs_reason=False,
        ),
        Act("refuse", gettext_lazy("退回银行"), _decide(False), _may_decide, article="19(6)", tone="bad"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Settlement]":
        """A draft is the bank's own."""
        rows: QuerySet[Settlement] = super().get_queryset(request)
        return rows.exclude(state__in=[Settlement.State.PREPARED, Settlement.State.CANCELLED])


def _pass(row: Closing, *, by: Any, on: Any, version: int, reason: str) -> str:
    done = services.pass_write_off(closing_id=row.pk, by=by, on=on, version=version, opinion=reason)
    return _("已办理，当前状态：%(state)s。") % {"state": done.get_state_display()}


def _send_back(row: Closing, *, by: Any, on: Any, version: int, reason: str) -> str:
    services.send_back_write_off(closing_id=row.pk, by=by, on=on, version=version, reason=reason)
    return _("核销结项申请已退回银行。")


def _on_the_desk(user: Any, row: Closing) -> Answer:
    office = CHAIN.get(row.state) if row.kind == Closing.Kind.WRITE_OFF else None
    return office.allowed(user) if office else NOT_NOW


def _may_send_back(user: Any, row: Closing) -> Answer:
    return NOT_NOW if row.state == Closing.State.SUPERVISOR_APPROVED else _on_the_desk(user, row)


@admin.register(Closing)
class ClosingAdmin(AfterPayment):
    list_display = ["number", "loan_number", "bank", "kind", "applied_on", "decide_by", "closed_on", "state"]
    list_filter = ["kind", *AfterPayment.list_filter]
    search_fields = ["number", "loan__loan_number"]
    ordering = ["-id"]
    acts = [
        Act("pass", gettext_lazy("审核通过或结项"), _pass, _on_the_desk, article="19(7)"),
        Act("send_back", gettext_lazy("退回银行"), _send_back, _may_send_back, article="19(7)", tone="bad"),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Closing]":
        """A draft is the bank's own."""
        rows: QuerySet[Closing] = super().get_queryset(request)
        return rows.exclude(state__in=[Closing.State.PREPARED, Closing.State.CANCELLED])


@admin.register(AccountStatement)
class AccountStatementAdmin(ReadOnlyAdmin):
    readers = permissions.ACCOUNT_READERS
    list_display = ["number", "starts_on", "ends_on", "shown_closing", "format", "made_by"]
    list_select_related = ["made_by"]
    search_fields = ["number"]
    ordering = ["-ends_on", "-id"]

    @admin.display(description=gettext_lazy("期末余额（元）"))
    def shown_closing(self, row: AccountStatement) -> str:
        return yuan(row.closing)


@admin.register(AccountLine)
class AccountLineAdmin(ReadOnlyAdmin):
    readers = permissions.ACCOUNT_READERS
    list_display = ["statement", "position", "booked_on", "shown_amount", "reference", "explanation", "state"]
    list_filter = ["state", "explanation"]
    list_select_related = ["statement"]
    search_fields = ["reference"]
    ordering = ["-booked_on", "-id"]
    exclude = ["counterparty_account"]

    @admin.display(description=gettext_lazy("金额（元）"))
    def shown_amount(self, row: AccountLine) -> str:
        return yuan(row.amount)
