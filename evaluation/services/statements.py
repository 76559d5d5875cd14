"""Statements of account, one a bank and quarter: drawn up from the ledger, issued by a second person, answered by the
bank (10.3(3), 11(4))."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from evaluation import permissions
from evaluation.models import Statement
from evaluation.periods import Quarter
from evaluation.selectors import statements as selectors
from evaluation.selectors.statements import STATEMENT_ARTICLE as ARTICLE
from evaluation.services.hashing import digest
from pool import audit, hats, moves
from pool.chinese import in_chinese
from pool.errors import Refused, Stale
from pool.formats import yuan
from pool.models import Role, User
from pool.numbering import next_number
from pool.permissions import require
from pool.services.notices import notify

State = Statement.State


@transaction.atomic
def draft_statements(*, period: str, by: User, on: date) -> list[Statement]:
    """One for each bank that the ledger knows and that has none for the quarter, such as `2024Q4`, once it is over."""
    require(permissions.may_draw_up(by))
    quarter = Quarter.parse(period)
    if quarter.ends_on >= on:
        text = _("对账期至 %(day)s，期满后方可编制。") % {"day": quarter.ends_on}
        raise Refused("period_not_over", text, ARTICLE, "period")
    live = Statement.objects.filter(period=str(quarter), state__in=Statement.LIVE).values_list("bank_id", flat=True)
    wanted = [bank for bank in selectors.banks_with_money(quarter.ends_on) if bank not in set(live)]
    return [_draw_up(bank, quarter, by=by, on=on) for bank in wanted]


def _draw_up(bank_id: UUID, quarter: Quarter, *, by: User, on: date, reply: str = "") -> Statement:
    found = selectors.lines(bank_id, quarter.starts_on, quarter.ends_on)
    opening, sums = selectors.balance_before(bank_id, quarter.starts_on), selectors.sums(found)
    statement: Statement = Statement.objects.create(
        bank_id=bank_id,
        period=str(quarter),
        revision=Statement.objects.filter(bank_id=bank_id, period=str(quarter)).count() + 1,
        number=f"DZ-{quarter}-{next_number('statement', on.year):04d}",
        starts_on=quarter.starts_on,
        ends_on=quarter.ends_on,
        opening=opening,
        closing=opening + sums["paid"] - sums["returned"] - sums["refunded"],
        lines=found,
        lines_hash=_fingerprint(opening, found),
        made_on=on,
        made_by=by,
        reply=reply,
        **sums,
    )
    hats.wear(statement, by, permissions.PREPARER)
    moves.log(statement, field="state", source="", target=statement.state, by=by, on=on, article=ARTICLE)
    after = {"period": str(quarter), "closing": statement.closing, "lines": len(found)}
    audit.record("statement.draw_up", statement, by=by, on=on, after=after, article=ARTICLE)
    return statement


@transaction.atomic
def issue_statements(*, seen: dict[UUID, int], by: User, on: date) -> list[Statement]:
    """The second person sends them to their banks, each as it was seen. All or none: they come from one draft."""
    require(permissions.may_issue_statements(by))
    if not seen:
        raise Refused("nothing_chosen", _("请先勾选要办理的项目。"), ARTICLE)
    rows = list(Statement.objects.select_for_update(of=("self",)).filter(pk__in=seen).order_by("pk"))
    if len(rows) != len(seen):
        raise Stale()
    for statement in rows:
        _as_seen(statement, seen[statement.pk])
        hats.wear(statement, by, permissions.CHECKER)
        _refuse_outdated(statement)
        moves.move(statement, "issue", by=by, on=on, article=ARTICLE, issued_by=by, issued_on=on)
        audit.record("statement.issue", statement, by=by, on=on, article=ARTICLE)
        _tell_bank(statement, on)
    return rows


def _refuse_outdated(statement: Statement) -> None:
    if not is_current(statement):
        text = _("%(number)s 编制后，资金账又有属于该期的记账，请重新编制后再签发。")
        raise Refused("outdated", text % {"number": statement.number}, ARTICLE)


def is_current(statement: Statement) -> bool:
    """Whether the ledger still says what the statement says; a late booking of the quarter makes it outdated."""
    found = selectors.lines(statement.bank_id, statement.starts_on, statement.ends_on)
    opening = selectors.balance_before(statement.bank_id, statement.starts_on)
    return _fingerprint(opening, found) == statement.lines_hash


def _fingerprint(opening: Decimal, lines: list[dict[str, Any]]) -> str:
    return digest({"opening": f"{opening:.2f}", "lines": lines})


@in_chinese()
def _tell_bank(statement: Statement, on: date) -> None:
    notify(
        key=f"statement:{statement.pk}",
        title=_("%(period)s对账单已签发，请核对确认") % {"period": Quarter.parse(statement.period).words()},
        body=_("期末补偿净额 %(amount)s 元。") % {"amount": yuan(statement.closing)},
        on=on,
        bank=statement.bank_id,
        role=Role.BANK_CHECKER,
        url=statement.get_absolute_url(),
        article=ARTICLE,
    )


@transaction.atomic
def confirm_statement(*, statement_id: UUID, by: User, on: date, version: int) -> Statement:
    """The bank's checker: our own books say the same."""
    return _answer(statement_id, "confirm", by=by, on=on, version=version)


@transaction.atomic
def dispute_statement(*, statement_id: UUID, by: User, on: date, version: int, reason: str) -> Statement:
    """The bank's checker: our own books say otherwise, and how."""
    statement = _answer(statement_id, "object_to", by=by, on=on, version=version, reason=reason, dispute=reason[:800])
    if not reason.strip():
        raise Refused("reason_missing", _("请写明哪一笔、差多少、依据什么凭证。"), ARTICLE, "reason")
    with in_chinese():
        notify(
            key=f"statement:{statement.pk}:disputed",
            title=_("%(bank)s对 %(number)s 有异议") % {"bank": statement.bank.short_name, "number": statement.number},
            body=reason,
            on=on,
            role=Role.FINANCE_CLERK,
            url=statement.get_absolute_url(),
            article=ARTICLE,
        )
    return statement


def _answer(
    statement_id: UUID, move: str, *, by: User, on: date, version: int, reason: str = "", **changes: Any
) -> Statement:
    statement: Statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement_id)
    require(permissions.may_answer(by, statement.bank_id))
    _as_seen(statement, version)
    hats.wear(statement, by, "bank_checker")
    moves.move(statement, move, by=by, on=on, article=ARTICLE, reason=reason, answered_by=by, answered_on=on, **changes)
    audit.record(f"statement.{move}", statement, by=by, on=on, article=ARTICLE, reason=reason)
    return statement


@transaction.atomic
def redraw_statement(*, statement_id: UUID, by: User, on: date, version: int, reply: str) -> Statement:
    """A new revision by the ledger as it is now, with the answer to what the bank objected; it must be issued anew."""
    require(permissions.may_draw_up(by))
    old: Statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement_id)
    _as_seen(old, version)
    if not reply.strip():
        raise Refused("reason_missing", _("请写明核对结果或重新编制的原因。"), ARTICLE, "reason")
    moves.move(old, "replace", by=by, on=on, article=ARTICLE, reason=reply)
    return _draw_up(old.bank_id, Quarter.parse(old.period), by=by, on=on, reply=reply[:800])


def _as_seen(statement: Statement, version: int) -> None:
    if statement.version != version:
        raise Stale()
