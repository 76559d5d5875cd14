"""What waits for whom in this room, until when, by which article."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from pool.models import Role
from pool.money import yuan
from pool.registry import Todo
from pool.selectors import edition
from recovery import selectors, terms
from recovery.models import Closing, Recovery, Return, Settlement

State = Closing.State


def todos(user: Any, on: date) -> Iterable[Todo]:
    for source in SOURCES.get(user.role, ()):
        yield from source(user, on)


def _law(slug: str) -> str:
    return edition()[slug].article


def _bank_window(user: Any, on: date) -> Iterator[Todo]:
    """While the quarter's window is open: live projects that have reported nothing in it yet."""
    window = terms.quarter_window(on)
    if not window.holds(on):
        return
    silent = selectors.desk(user, on).silent
    if silent:
        yield Todo(
            _("上报并返还本季度前收回的款项"),
            _("%(count)s 个已补偿项目本季尚未上报，没有收回的无须上报") % {"count": len(silent)},
            reverse("recovery:projects"), window.closes_on, window.article, _("加盟银行"), len(silent),
            window.provisional,
        )  # fmt: skip


def _bank_returns(user: Any, on: date) -> Iterator[Todo]:
    due = selectors.returns(user).filter(state=Return.State.DUE)
    found = due.aggregate(first=Min("due_on"), sum=Sum("amount"))
    if found["first"]:
        yield Todo(
            _("返还清收资金"), _("应返还合计 %(sum)s 元") % {"sum": yuan(found["sum"])},
            f"{reverse('recovery:returns')}?state=due", found["first"], _law("return_formula"), _("加盟银行"),
            due.count(),
        )  # fmt: skip


def _bank_paid_off(user: Any, on: date) -> Iterator[Todo]:
    matured = selectors.payable_off(user, on)
    first = matured.aggregate(first=Min("due"))["first"]
    if first:
        window = terms.payoff_window(first)
        yield Todo(
            _("已到期贷款办理结清结项"), _("到期六个月未办理且无补偿申请的，系统自动结项"),
            reverse("recovery:paid_off"), window.closes_on, window.article, _("加盟银行"), matured.count(),
            window.provisional,
        )  # fmt: skip


def _bank_checks(user: Any, on: date) -> Iterator[Todo]:
    recoveries = Recovery.objects.visible_to(user).filter(state=Recovery.State.PREPARED)
    yield from _counted(
        recoveries, _("复核并上报清收记录"), f"{reverse('recovery:recoveries')}?state=prepared", "report_by",
        _law("recovery_window"), _("银行复核"),
    )  # fmt: skip
    settlements = selectors.settlements(user).filter(state=Settlement.State.PREPARED)
    yield from _counted(
        settlements, _("复核清收申请"), reverse("recovery:settlements"), "apply_by", _law("settlement_period"),
        _("银行复核"),
    )  # fmt: skip
    prepared = selectors.closings(user).filter(state=State.PREPARED)
    yield from _counted(
        prepared.filter(kind=Closing.Kind.PAID_OFF), _("复核正常结清结项"), reverse("recovery:paid_off"), "apply_by",
        _law("payoff_closing"), _("银行复核"),
    )  # fmt: skip
    yield from _counted(
        prepared.filter(kind=Closing.Kind.WRITE_OFF), _("复核核销结项申请"),
        f"{reverse('recovery:closings')}?state=prepared", "decide_by", _law("write_off_chain"), _("银行复核"),
    )  # fmt: skip


def _settlements(user: Any, on: date) -> Iterator[Todo]:
    applied = selectors.settlements(user).filter(state=Settlement.State.APPLIED)
    yield from _counted(
        applied, _("审核清收申请"), reverse("recovery:settlements"), "", _law("settlement_period"), _("高新投集团")
    )


def _settled_accounts(user: Any, on: date) -> Iterator[Todo]:
    ready = selectors.ready_to_settle(user)
    yield from _counted(
        ready, _("核账结项：返还资金已到齐"), reverse("recovery:settlements"), "", "20(4)", _("高新投集团")
    )


def _refused(user: Any, on: date) -> Iterator[Todo]:
    yield from _counted(
        selectors.refused_for_good(user), _("终局不通过的项目结项"), reverse("recovery:closings"), "",
        _law("review_period"), _("高新投集团"),
    )  # fmt: skip


def _write_offs(*states: str) -> Any:
    """The write-offs that lie on this desk."""

    def source(user: Any, on: date) -> Iterator[Todo]:
        rows = selectors.closings(user).filter(kind=Closing.Kind.WRITE_OFF, state__in=states)
        yield from _counted(
            rows, _("办理核销结项"), f"{reverse('recovery:closings')}?kind=write_off&state=open", "decide_by",
            _law("write_off_chain"), str(user.get_role_display()),
        )  # fmt: skip

    return source


def _settled_closings(user: Any, on: date) -> Iterator[Todo]:
    rows = selectors.closings(user).filter(kind=Closing.Kind.SETTLED, state=State.MANAGER_PASSED)
    yield from _counted(
        rows, _("复核清偿结项"), f"{reverse('recovery:closings')}?kind=settled&state=open", "", "20(4)", _("金融中心")
    )


def _awaited_returns(user: Any, on: date) -> Iterator[Todo]:
    rows = selectors.returns(user).filter(state=Return.State.DUE)
    yield from _counted(
        rows, _("待收返还资金，到账后登记"), f"{reverse('recovery:returns')}?state=due", "due_on",
        _law("return_formula"), _("加盟银行"),
    )  # fmt: skip


def _receipts(user: Any, on: date) -> Iterator[Todo]:
    rows = selectors.returns(user).filter(state=Return.State.RECEIPT_ENTERED)
    yield from _counted(
        rows, _("确认返还资金到账"), f"{reverse('recovery:returns')}?state=receipt_entered", "due_on",
        _law("return_formula"), _("金融中心复核"),
    )  # fmt: skip


def _counted(rows: "QuerySet[Any]", title: str, url: str, due: str, article: str, waiting_for: str) -> Iterator[Todo]:
    """One line for all rows of a queue, with the first of their days."""
    count = rows.count()
    if count:
        first = rows.aggregate(first=Min(due))["first"] if due else None
        yield Todo(title, "", url, first, article, waiting_for, count)


SOURCES: dict[str, tuple[Any, ...]] = {
    Role.BANK_MAKER: (_bank_window, _bank_returns, _bank_paid_off),
    Role.BANK_CHECKER: (_bank_checks,),
    Role.MANAGER_REVIEWER: (_settlements, _settled_accounts, _write_offs(State.APPLIED), _refused),
    Role.MANAGER_APPROVER: (_settlements, _write_offs(State.SUPERVISOR_APPROVED), _refused),
    Role.FINANCE_CLERK: (_awaited_returns, _settled_closings, _write_offs(State.MANAGER_PASSED)),
    Role.FINANCE_APPROVER: (_receipts, _settled_closings, _write_offs(State.MANAGER_PASSED)),
    Role.AUTHORITY: (_write_offs(State.FINANCE_PASSED),),
    Role.SUPERVISOR: (_write_offs(State.AUTHORITY_APPROVED),),
}
