"""What waits for whom in this room, until when, by which article."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks.models import Violation
from loans.models import Loan
from pool.ledger.models import MonthClosing
from pool.models import Role
from pool.money import yuan
from pool.registry import Draft, Todo
from pool.selectors import edition
from recovery import account, desk, months, selectors, terms
from recovery.intake import ARTICLE
from recovery.models import (
    AccountLine,
    Clawback,
    ClawbackReceipt,
    Closing,
    Package,
    Recovery,
    Return,
    Settlement,
    SuspenseUse,
)

State = Closing.State


def todos(user: Any, on: date) -> Iterable[Todo]:
    for source in SOURCES.get(user.role, ()):
        yield from source(user, on)


def drafts(user: Any) -> Iterator[Draft]:
    """What this person has prepared here and nobody has submitted or cancelled."""
    places = (
        (Recovery, "recoveries"), (Settlement, "settlements"), (Closing, "closings"), (Package, "packages"),
    )  # fmt: skip
    for model, page in places:
        rows = model.objects.visible_to(user).filter(made_by=user, state=model.State.PREPARED)
        yield Draft(str(model._meta.verbose_name), rows.count(), f"{reverse(f'recovery:{page}')}?state=prepared")


def _law(slug: str) -> str:
    return edition()[slug].article


def _bank_window(user: Any, on: date) -> Iterator[Todo]:
    """While the quarter's window is open: live projects that have reported nothing in it yet."""
    window = terms.quarter_window(on)
    if not window.holds(on):
        return
    silent = desk.silent(user, on, on).count()
    if silent:
        yield Todo(
            _("上报并返还本季度前收回的款项"),
            _("%(count)s 个已补偿项目本季尚未上报，没有收回的无须上报") % {"count": silent},
            reverse("recovery:projects"), window.closes_on, window.article, _("加盟银行"), silent,
            window.provisional,
        )  # fmt: skip


def _chased(user: Any, on: date) -> Iterator[Todo]:
    """The manager has asked: the bank reports what came back, or its second person says that nothing did."""
    rows = desk.open_chasers(user)
    for row in rows[:CHASERS_SHOWN]:
        yield Todo(
            _("答复催报：%(loan)s") % {"loan": row.loan.loan_number}, _("上报清收情况，或由复核答复没有收回的原因"),
            reverse("recovery:project", args=[row.loan_id]), None, _law("recovery_window"), _("加盟银行"),
        )  # fmt: skip


def _silent_projects(user: Any, on: date) -> Iterator[Todo]:
    """The quarter's window has closed and somebody was not asked for yet."""
    window = terms.quarter_window(on)
    if on <= window.closes_on:
        return
    rows = desk.silent(user, on, on).filter(chased_on=None)
    yield from _counted(
        rows, _("催报：窗口已过，仍未上报的项目"), f"{reverse('recovery:desk')}?look=unasked", "", window.article,
        _("高新投统计"),
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
    packages = selectors.packages(user).filter(state=Package.State.PREPARED)
    yield from _counted(
        packages, _("复核并报送不良贷款转让"), f"{reverse('recovery:packages')}?state=prepared", "",
        _law("return_formula"), _("银行复核"),
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


def of_package(row: Package) -> Todo | None:
    """The bank's second person files it, the manager reviews it."""
    steps = {
        Package.State.PREPARED: (_("复核并报送不良贷款转让"), _("银行复核")),
        Package.State.APPLIED: (_("审核不良贷款转让"), _("高新投集团")),
    }
    if row.state not in steps:
        return None
    title, who = steps[row.state]
    return Todo(title, article=_law("return_formula"), waiting_for=who)


def _packages(user: Any, on: date) -> Iterator[Todo]:
    applied = selectors.packages(user).filter(state=Package.State.APPLIED)
    yield from _counted(
        applied, _("审核不良贷款转让"), f"{reverse('recovery:packages')}?state=applied", "", _law("return_formula"),
        _("高新投集团"),
    )  # fmt: skip


def _sold(user: Any, on: date) -> Iterator[Todo]:
    """Sold is disposed of: the application at the end of disposal is due."""
    by_package: dict[Any, list[Any]] = {}
    for item in selectors.sold_and_not_settled(user):
        by_package.setdefault(item.package, []).append(item)
    for package, items in by_package.items():
        window = terms.settlement_window(package.ended_on)
        yield Todo(
            _("已转让的项目提出清收申请"), _("转让 %(number)s") % {"number": package.number},
            package.get_absolute_url(), window.closes_on, window.article, _("加盟银行"), len(items), window.provisional,
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


# ---- what one case waits for, on its own page -----------------------------------------------------------------------

DESKS: dict[str, tuple[Any, Any]] = {
    State.APPLIED: (gettext_lazy("审核核销结项申请"), gettext_lazy("高新投集团")),
    State.MANAGER_PASSED: (gettext_lazy("复核核销结项申请"), gettext_lazy("金融中心")),
    State.FINANCE_PASSED: (gettext_lazy("批准核销结项"), gettext_lazy("主管部门")),
    State.AUTHORITY_APPROVED: (gettext_lazy("批准核销结项"), gettext_lazy("监管执行部门")),
    State.SUPERVISOR_APPROVED: (gettext_lazy("办理核销结项"), gettext_lazy("高新投集团")),
}
BOTH_INSTITUTIONS = frozenset({State.APPLIED, State.MANAGER_PASSED})
"""The two desks whose time the law counts together (20(6))."""


def of_return(advice: Return) -> Todo | None:
    """The bank's transfer, then the second person who finds it on the account."""
    steps = {
        Return.State.DUE: (_("返还清收资金"), _("加盟银行")),
        Return.State.RECEIPT_ENTERED: (_("确认到账"), _("金融中心复核")),
    }
    if advice.state not in steps:
        return None
    title, who = steps[advice.state]
    return Todo(
        title, due=advice.due_on, article=_law("return_formula"), waiting_for=who, provisional=advice.due_provisional
    )


def of_settlement(row: Settlement) -> Todo | None:
    law = _law("settlement_period")
    if row.state == Settlement.State.PREPARED:
        return Todo(_("复核并提交清收申请"), due=row.apply_by, article=law, waiting_for=_("银行复核"))
    if row.state == Settlement.State.APPLIED:
        return Todo(_("审核清收申请"), article=law, waiting_for=_("高新投集团"))
    return None


def of_closing(row: Closing) -> Todo | None:
    """The office at whose desk it lies; nothing once it has ended."""
    if not row.is_open:
        return None
    if row.state == State.PREPARED:
        slug = "write_off_chain" if row.kind == Closing.Kind.WRITE_OFF else "payoff_closing"
        return Todo(_("复核结项"), due=row.apply_by, article=_law(slug), waiting_for=_("银行复核"))
    if row.kind == Closing.Kind.SETTLED:
        return Todo(_("复核清偿结项"), article="20(4)", waiting_for=_("金融中心"))
    title, who = DESKS[row.state]
    due = row.decide_by if row.state in BOTH_INSTITUTIONS else None
    return Todo(str(title), due=due, article=_law("write_off_chain"), waiting_for=str(who))


def of_project(
    loan: Loan, tape: selectors.Tape | None, settlement: Settlement | None, closing: Closing | None, on: date
) -> Todo | None:
    """What a compensated project waits for: what is under way first, then the money, then the quarter's window."""
    under_way = (closing and of_closing(closing)) or (settlement and of_settlement(settlement))
    if under_way or tape is None or loan.state not in selectors.AFTER_PAYMENT:
        return under_way or None
    return _of_tape(tape) or _of_quiet(loan, on)


def _of_tape(tape: selectors.Tape) -> Todo | None:
    """Instalments to be reported, and returns that have not arrived."""
    if tape.prepared:
        days = [row.report_by for row in tape.prepared if row.report_by]
        return Todo(
            _("复核并上报清收记录"), due=min(days, default=None), article=_law("recovery_window"),
            waiting_for=_("银行复核"),
        )  # fmt: skip
    owed = [line.advice for line in tape.lines if line.advice]
    waiting = sorted((row for row in owed if of_return(row)), key=lambda row: (row.due_on, row.pk))
    return of_return(waiting[0]) if waiting else None


def _of_quiet(loan: Loan, on: date) -> Todo:
    """Nothing is owed: the accounts are settled, or disposal goes on until the next window."""
    if loan.state == Loan.State.RECOVERED:
        return Todo(_("核账结项：返还资金已到齐"), article="20(4)", waiting_for=_("高新投集团"))
    window = terms.window_at(on)
    return Todo(
        _("继续清收，收回款项后上报并返还"), _("没有收回的无须上报"), due=window.closes_on, article=window.article,
        waiting_for=_("加盟银行"), provisional=window.provisional,
    )  # fmt: skip


def of_line(line: AccountLine) -> Todo | None:
    """A line of the special account: somebody says what it is, another person agrees."""
    steps = {
        AccountLine.State.OPEN: (_("核对这笔流水"), _("金融中心经办")),
        AccountLine.State.PROPOSED: (_("复核这笔流水"), _("金融中心复核")),
    }
    if line.state not in steps:
        return None
    title, who = steps[line.state]
    return Todo(title, article=ARTICLE, waiting_for=who)


def _open_lines(user: Any, on: date) -> Iterator[Todo]:
    rows = AccountLine.objects.filter(state=AccountLine.State.OPEN)
    yield from _counted(rows, _("核对专户流水"), reverse("recovery:account"), "", ARTICLE, _("金融中心经办"))


def _proposed_lines(user: Any, on: date) -> Iterator[Todo]:
    rows = AccountLine.objects.filter(state=AccountLine.State.PROPOSED)
    yield from _counted(rows, _("复核专户流水"), reverse("recovery:account"), "", ARTICLE, _("金融中心复核"))


def _open_suspense(user: Any, on: date) -> Iterator[Todo]:
    rows = account.suspense_lines().filter(left__gt=0)
    yield from _counted(rows, _("处理待查款"), reverse("recovery:suspense"), "", ARTICLE, _("金融中心经办"))


def _proposed_pay_backs(user: Any, on: date) -> Iterator[Todo]:
    rows = SuspenseUse.objects.filter(advice=None, state=SuspenseUse.State.PROPOSED)
    yield from _counted(
        rows, _("复核待查款的退还和抵作退回"), reverse("recovery:suspense"), "", ARTICLE, _("金融中心复核")
    )


def of_month(closing: MonthClosing | None) -> Todo | None:
    """A month: one person closes or asks for it to be opened again, another agrees."""
    steps = {
        MonthClosing.State.PROPOSED: _("复核月结"),
        MonthClosing.State.REOPENING: _("复核重开月结"),
    }
    if closing is None or closing.state not in steps:
        return None
    return Todo(steps[closing.state], article=ARTICLE, waiting_for=_("金融中心复核"))


def _closable_month(user: Any, on: date) -> Iterator[Todo]:
    """The earliest month that is over and not closed."""
    month = months.next_to_close(on)
    if month is not None:
        title = _("办理 %(month)s 月结") % {"month": months.name(month)}
        yield Todo(title, "", months.month_url(month), None, ARTICLE, _("金融中心经办"), 1)


def _months_to_check(user: Any, on: date) -> Iterator[Todo]:
    rows = MonthClosing.objects.filter(state__in=[MonthClosing.State.PROPOSED, MonthClosing.State.REOPENING])
    yield from _counted(rows, _("复核月结"), reverse("recovery:months"), "", ARTICLE, _("金融中心复核"))


def of_sanction(row: Violation) -> Todo | None:
    """A proposal waits for its projects, then for the authority."""
    if row.state != Violation.State.PROPOSED:
        return None
    if lacks_projects(row):
        return Todo(_("列明涉及项目"), article=_law(CLAWBACK), waiting_for=_("高新投统计"))
    return Todo(_("作出处理决定"), article=_law(CLAWBACK), waiting_for=_("主管部门"))


def lacks_projects(row: Violation) -> bool:
    return row.claws_back and not row.clawbacks.filter(state=Clawback.State.NAMED).exists()


def of_clawback(row: Clawback, waiting: ClawbackReceipt | None) -> Todo | None:
    """The bank pays, the finance centre's two people receive."""
    if row.state != Clawback.State.DUE:
        return None
    if waiting is not None:
        return Todo(_("确认追回资金到账"), due=row.due_on, article=_law(CLAWBACK), waiting_for=_("金融中心复核"))
    return Todo(_("缴付追回资金及利息"), due=row.due_on, article=_law(CLAWBACK), waiting_for=_("加盟银行"))


def _sanctions(user: Any, on: date) -> Iterator[Todo]:
    """Proposals at this person's desk: without their projects the manager's, with them the authority's."""
    rows = Violation.objects.filter(state=Violation.State.PROPOSED).select_related("bank")
    for row in rows.order_by("number"):
        step = of_sanction(row)
        if step is not None and lacks_projects(row) == (user.role == Role.MANAGER_STATISTICS):
            yield replace(step, detail=str(row), url=reverse("recovery:sanction", args=[row.pk]))


def _owed_clawbacks(user: Any, on: date) -> Iterator[Todo]:
    rows = selectors.clawbacks(user).filter(state=Clawback.State.DUE)
    yield from _each(rows, _("缴付追回资金及利息") if user.institution else _("登记追回资金到账"), user)


def _clawback_receipts(user: Any, on: date) -> Iterator[Todo]:
    entered = ClawbackReceipt.objects.filter(state=ClawbackReceipt.State.ENTERED).exclude(entered_by=user)
    yield from _each(selectors.clawbacks(user).filter(receipts__in=entered), _("确认追回资金到账"), user)


def _each(rows: "QuerySet[Clawback]", title: str, user: Any) -> Iterator[Todo]:
    who = _("加盟银行") if user.institution else _("金融中心")
    for row in rows.order_by("due_on", "number"):
        yield Todo(title, f"{row.bank} {row.number}", row.get_absolute_url(), row.due_on, _law(CLAWBACK), who)


CLAWBACK = "clawback_interest"
CHASERS_SHOWN = 20
"""More than these are one list's work: the notice leads there."""
SOURCES: dict[str, tuple[Any, ...]] = {
    Role.BANK_MAKER: (_bank_window, _chased, _bank_returns, _sold, _bank_paid_off, _owed_clawbacks),
    Role.BANK_CHECKER: (_bank_checks, _chased),
    Role.MANAGER_REVIEWER: (_packages, _settlements, _settled_accounts, _write_offs(State.APPLIED), _refused),
    Role.MANAGER_APPROVER: (_packages, _settlements, _write_offs(State.SUPERVISOR_APPROVED), _refused),
    Role.MANAGER_STATISTICS: (_silent_projects, _sanctions),
    Role.FINANCE_CLERK: (
        _open_lines,
        _open_suspense,
        _closable_month,
        _awaited_returns,
        _owed_clawbacks,
        _settled_closings,
        _write_offs(State.MANAGER_PASSED),
    ),
    Role.FINANCE_APPROVER: (
        _proposed_lines,
        _proposed_pay_backs,
        _months_to_check,
        _receipts,
        _clawback_receipts,
        _settled_closings,
        _write_offs(State.MANAGER_PASSED),
    ),
    Role.AUTHORITY: (_sanctions, _write_offs(State.FINANCE_PASSED)),
    Role.SUPERVISOR: (_write_offs(State.AUTHORITY_APPROVED),),
}
