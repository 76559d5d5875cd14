"""What of a bank's record waits for whom: for each person the list of work, for one bank the way to its first loan."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from banks import permissions as may
from banks import selectors
from banks.models import Agreement, Bank, Joining
from pool.models import BANK_ROLES, Role
from pool.permissions import may_confirm_factor_reset
from pool.registry import Todo
from pool.selectors import drafts_of, edition

KEEPER_OF = {
    Agreement.Counterparty.MANAGER: Role.MANAGER_STATISTICS,
    Agreement.Counterparty.FINANCE: Role.FINANCE_CLERK,
}
"""Who registers the agreements of each managing body."""


def todos(user: Any, on: date) -> Iterable[Todo]:
    """A payee account that a second person must confirm, work taken over, applications and agreements."""
    if user.role == Role.BANK_CHECKER:
        account = selectors.unconfirmed_payee(user.institution)
        if account is not None and account.entered_by_id != user.pk:
            yield Todo(
                title=gettext("确认收款专用账户"), url=reverse("banks:detail", args=[user.institution]),
                detail=str(account), waiting_for=gettext("您（复核）"),
            )  # fmt: skip
    if user.role == Role.BANK_ADMIN:
        yield from _resets(user)
    if user.role == Role.BANK_MAKER:
        yield from _taken_over(user)
    yield from _joining(user)
    yield from _agreements(user, on)


def _resets(user: Any) -> Iterable[Todo]:
    for row in selectors.resets_of(user.institution):
        mine = may_confirm_factor_reset(user, row)[0]
        yield Todo(
            title=gettext("确认重置动态口令：%(name)s") % {"name": row.user.display_name}, detail=row.reason,
            url=reverse("banks:manage"), waiting_for=gettext("本行另一名管理员或安全管理员"), mine=mine,
        )  # fmt: skip


def _taken_over(user: Any) -> Iterable[Todo]:
    for leaver in selectors.handed_to(user):
        for draft in drafts_of(leaver):
            yield Todo(
                title=gettext("接手%(name)s的%(what)s") % {"name": leaver.display_name, "what": draft.label},
                url=draft.url, waiting_for=gettext("您（经办）"), count=draft.count,
            )  # fmt: skip


def law() -> str:
    return edition()["agreement_parties"].article


def _joining(user: Any) -> Iterable[Todo]:
    """Applications wait for the approver; whoever took one in sees whom it waits for."""
    decides, enters = may.may_decide_joining(user)[0], may.may_enter_joining(user)[0]
    if decides or enters:
        for row in selectors.joinings_open():
            mine = decides and row.entered_by_id != user.pk
            yield Todo(
                title=gettext("审核加盟申请"), detail=str(row), url=row.get_absolute_url(), article=law(),
                waiting_for=gettext("您") if mine else gettext("高新投终审"), mine=mine,
            )  # fmt: skip


def _agreements(user: Any, on: date) -> Iterable[Todo]:
    """To be signed or renewed: on the desk of the body that registers it, and known to the bank."""
    if user.role in KEEPER_OF.values():
        for bank in _with_agreements_to_sign(user.role, on):
            yield from (todo for todo in waiting_of(bank, on, user) if todo.mine)
    if user.role in BANK_ROLES:
        bank = selectors.bank_of(user)
        if bank is not None:
            yield from waiting_of(bank, on, user)


def _with_agreements_to_sign(role: str, on: date) -> "Iterator[Bank]":
    """Partners whose agreement with this body is missing or ends soon: asked of the table once, not bank by bank."""
    party = next(one for one, keeper in KEEPER_OF.items() if keeper == role)
    long_enough = Q(valid_to__isnull=True) | Q(valid_to__gt=on + selectors.RENEW_AHEAD)
    safe = Agreement.objects.filter(counterparty=party).filter(long_enough).values("bank_id")
    yield from selectors.members_on(on).exclude(pk__in=safe).order_by("code")


def waiting_of(bank: Bank, on: date, user: Any = None) -> list[Todo]:
    """Whose move is next before the bank may enter loans, or goes on to do so."""
    if bank.cancelled_on is not None:
        return []
    return [_to_sign(bank, cover, on, user) for cover in selectors.covers_of(bank.pk, on) if cover.wanting(on)]


def _to_sign(bank: Bank, cover: selectors.Cover, on: date, user: Any) -> Todo:
    renewed = cover.in_force
    words = {"bank": bank.short_name, "who": cover.label}
    if renewed:
        title = gettext("%(bank)s与%(who)s的合作协议即将到期，请续签")
    else:
        title = gettext("%(bank)s须与%(who)s签订合作协议")
    return Todo(
        title=title % words, url=bank.get_absolute_url(), due=cover.ends_on if renewed else None, article=law(),
        detail=gettext("到期后不得录入贷款和提出申请") if renewed else gettext("登记生效前不得录入贷款和提出申请"),
        waiting_for=cover.label, mine=user is not None and user.role == KEEPER_OF[cover.counterparty],
    )  # fmt: skip


def steps_of(bank: Bank, on: date) -> list[dict[str, Any]]:
    """The way from the application to the first loan, for a bank that is not there yet; nothing once it is."""
    covers = selectors.covers_of(bank.pk, on)
    if bank.cancelled_on is not None or all(cover.in_force for cover in covers):
        return []
    stay = selectors.tenures_of(bank.pk).last()
    done = [(gettext("同意加盟"), stay.began_on if stay else bank.joined_on, True)]
    for cover in covers:
        signed_on = cover.newest.signed_on if cover.in_force and cover.newest else None
        done.append((gettext("与%(who)s签订合作协议") % {"who": cover.label}, signed_on, cover.in_force))
    done.append((gettext("录入贷款"), None, False))
    current = next(place for place, (_label, _on, ready) in enumerate(done) if not ready)
    return [
        {"label": label, "on": day, "state": "done" if ready else "current" if place == current else "todo"}
        for place, (label, day, ready) in enumerate(done)
    ]


def of_joining(row: Joining) -> Todo | None:
    if row.state != Joining.State.APPLIED:
        return None
    return Todo(title=gettext("审核加盟申请"), waiting_for=gettext("高新投终审"), article=law(), mine=False)
