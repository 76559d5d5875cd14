"""The annual evaluation: drafted from the library, filed by a second person, never changed afterwards (22-25)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from banks import services as banks
from banks.models import Bank
from banks.rules import may_reapply_on, strike_out
from evaluation import permissions
from evaluation.models import Evaluation, EvaluationLine
from evaluation.rules import UNQUALIFIED, BankYear, Grade, evaluate, evaluation_due
from evaluation.selectors import evaluations as selectors
from evaluation.services import telling
from evaluation.services.hashing import digest
from loans.rules import entry_window
from pool import audit, hats, moves
from pool.errors import Refused, Stale
from pool.models import User
from pool.permissions import require
from pool.rulebook import Edition, load
from pool.selectors import edition, refs
from pool.services import editions

GROWTH_PLACES = Decimal("0.000001")


def window_of(year: int) -> date:
    """The last day on which loans of that year may be entered in time (19(1)): the year can be evaluated after it."""
    return entry_window(edition(), refs().calendar, date(year, 12, 31)).closes_on


@transaction.atomic
def draft_evaluation(*, year: int, by: User | None, on: date, reason: str = "") -> Evaluation:
    """Rank and grade all banks of `year` (reading 17).

    A draft is made anew; beside a filed evaluation a correction begins as a new revision, with its reason.
    """
    if by is not None:
        require(permissions.may_prepare(by))
    book = edition()
    due = book["evaluation_due"].article
    closes_on = window_of(year)
    if on <= closes_on:
        raise Refused(
            "window_open",
            _("%(year)s年第四季度贷款录入至 %(day)s 截止，次日起方可评价。") % {"year": year, "day": closes_on},
            due,
            "year",
        )
    evaluation = _draft_of(year, reason.strip())
    evaluation.made_on, evaluation.made_by = on, by
    evaluation.file_by = evaluation_due(book, year)
    evaluation.inputs = selectors.inputs_of(year)
    evaluation.inputs_hash = digest(evaluation.inputs)
    evaluation.edition, evaluation.edition_hash = book.key, editions.use(book)
    evaluation.save()
    if by is not None:
        hats.wear(evaluation, by, permissions.PREPARER)
    EvaluationLine.objects.bulk_create(lines_of(evaluation, book))
    after = {"year": year, "revision": evaluation.revision, "inputs_hash": evaluation.inputs_hash}
    audit.record("evaluation.draft", evaluation, by=by, on=on, article=due, after=after, reason=reason)
    return evaluation


def _draft_of(year: int, reason: str) -> Evaluation:
    newest = Evaluation.objects.select_for_update().filter(year=year).order_by("-revision").first()
    if newest is None:
        return Evaluation(year=year)
    if newest.state == Evaluation.State.DRAFT:
        newest.lines.all().delete()
        newest.version += 1
        newest.reason = reason or newest.reason
        return newest
    if not reason:
        raise Refused("reason_missing", _("该年度评价已报备，重新评价须说明更正原因。"), field="reason")
    return Evaluation(year=year, revision=newest.revision + 1, reason=reason)


def lines_of(evaluation: Evaluation, book: Edition) -> list[EvaluationLine]:
    """The result, from the stored inputs alone."""
    inputs = {row["bank"]: row for row in evaluation.inputs["banks"]}
    grades = evaluate(book, [bank_year(row) for row in evaluation.inputs["banks"]])
    return [_line(evaluation, grade, inputs[grade.bank], book) for grade in grades]


def bank_year(row: Mapping[str, Any]) -> BankYear:
    """A row of the stored inputs as the rule takes it."""
    last = row["last_amount"]
    return BankYear(
        bank=row["bank"],
        amount=Decimal(row["amount"]),
        borrowers=row["borrowers"],
        last_amount=None if last is None else Decimal(last),
        last_borrowers=row["last_borrowers"],
        violations=row["violations"],
    )


def _line(evaluation: Evaluation, grade: Grade, row: Mapping[str, Any], book: Edition) -> EvaluationLine:
    findings, strike = [grade.finding], False
    if grade.grade == UNQUALIFIED:
        struck = strike_out(book, [*row["unqualified_years"], evaluation.year], evaluation.year)
        findings, strike = [grade.finding, struck], struck.failed
    growth = grade.growth
    return EvaluationLine(
        evaluation=evaluation,
        bank_id=UUID(grade.bank),
        amount=Decimal(row["amount"]),
        borrowers=row["borrowers"],
        last_amount=None if row["last_amount"] is None else Decimal(row["last_amount"]),
        last_borrowers=row["last_borrowers"],
        violations=row["violations"],
        amount_rank=grade.amount_rank,
        borrowers_rank=grade.borrowers_rank,
        growth=None if growth is None else (Decimal(growth.numerator) / growth.denominator).quantize(GROWTH_PLACES),
        growth_rank=grade.growth_rank,
        grade=grade.grade,
        findings=[finding.as_json() for finding in findings],
        second_strike=strike,
    )


@transaction.atomic
def file_evaluation(*, evaluation_id: UUID, by: User, on: date, version: int) -> Evaluation:
    """File a draft with the authority; the figures must still be those of the library (25)."""
    evaluation: Evaluation = Evaluation.objects.select_for_update().get(pk=evaluation_id)
    require(permissions.may_check(by, evaluation))
    if evaluation.version != version:
        raise Stale()
    article = load(evaluation.edition)["evaluation_due"].article
    if digest(selectors.inputs_of(evaluation.year)) != evaluation.inputs_hash:
        raise Refused("inputs_moved", _("草稿编制后库内数据已有变动，请统计人员重新编制草稿后再报备。"), article)
    hats.wear(evaluation, by, permissions.CHECKER)
    moves.move(evaluation, "file", by=by, on=on, article=article, filed_by=by, filed_on=on)
    after = {"revision": evaluation.revision, "inputs_hash": evaluation.inputs_hash}
    audit.record("evaluation.file", evaluation, by=by, on=on, article=article, after=after)
    telling.evaluation_filed(evaluation, on, article)
    return evaluation


@transaction.atomic
def cancel_for_strikes(*, line_id: UUID, by: User, on: date) -> Bank:
    """The authority ends the membership of a bank that was unqualified for too many years running (24)."""
    require(permissions.may_cancel_membership(by))
    line = selectors.strikes_open().filter(pk=line_id).first()
    book = edition()
    article = book["strikes"].article
    if line is None:
        raise Refused("no_strikes", _("该行没有须据此取消加盟资格的评价结果，或已经取消。"), article)
    bank = banks.cancel_membership(
        bank_id=line.bank_id, by=by, on=on, may_reapply_from=may_reapply_on(book, on), article=article
    )
    telling.membership_cancelled(bank, line.evaluation, on, article)
    return bank
