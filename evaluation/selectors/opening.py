"""Every number opens: where a figure stands, what it says there, and as of which instant its cases are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from banks.models import Bank
from evaluation import permissions
from evaluation.models import Evaluation, EvaluationLine, Report
from evaluation.selectors import conduct, day, evaluations, figures, reports
from evaluation.selectors.cases import Figure, Span
from evaluation.supervision import opening as supervision
from pool import clock, scope
from pool.models import BANK_ROLES, Transition, User

Row = Mapping[str, Any]
Told = tuple[int | None, "str | Decimal | None"]


@dataclass(frozen=True)
class Printed:
    """What stands on the page; a figure is a number of cases, an amount, or both."""

    count: int | None
    amount: Decimal | None


@dataclass(frozen=True)
class Source:
    """Where figures stand: its key in an address, its words, its figures and their days, and what it says of each."""

    key: tuple[str, str]
    title: str
    url: str
    figures: Mapping[str, Figure]
    span: Span
    tell: Callable[[str, str, tuple[str, str] | None], Told] = field(repr=False)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is reckoned from several figures, such as a growth."""

    def printed(self, name: str, bank: str, part: tuple[str, str] | None = None) -> Printed:
        """`bank` is a code, or empty for all banks."""
        count, amount = self.tell(name, bank, part)
        return Printed(count, None if amount is None else Decimal(amount))


NOTHING: Told = (None, None)


def of_report(user: User, pk: UUID) -> Source | None:
    report = reports.visible_to(user).filter(pk=pk).first()
    if report is None or not report.inputs or report.kind not in _READ:
        return None
    return of(report)


def of(report: Report) -> Source:
    """A report that may be read and has figures."""
    known, tell, parts = _READ[report.kind]
    return Source(
        ("report", str(report.pk)), f"{report.number} {report.title}", report.get_absolute_url(), known(),
        Span(report.starts_on, report.ends_on, _made_at(report)),
        lambda name, bank, part: tell(report.inputs, name, bank, part), parts,
    )  # fmt: skip


def opens(report: Report) -> bool:
    return bool(report.inputs) and report.kind in _READ


def _made_at(report: Report) -> datetime | None:
    """By the clock of the machine, which also dates every record; the report's own instant is the business day's."""
    moves = Transition.objects.filter(subject_kind=Report._meta.label_lower, subject_id=report.pk, field="state")
    made: datetime | None = moves.order_by("id").values_list("at", flat=True).first()
    return made


def _row(rows: list[dict[str, Any]], bank: str) -> Row:
    return next((row for row in rows if row["code"] == bank), {})


def _half_year(inputs: Row, name: str, bank: str, _part: Any) -> Told:
    where, dot, figure = name.partition(".")
    if where in ("late", "open"):
        lines = [line for line in inputs.get("late", ()) if line["duty"] == figure and bank in ("", line["code"])]
        return sum(line[where] for line in lines), None
    if dot:
        return None, inputs[where].get(figure, "0.00") if not bank else None
    told = (_row(inputs["banks"], bank) if bank else inputs["totals"]).get(name)
    return (told["count"], told["amount"]) if told else NOTHING


def _evaluation(inputs: Row, name: str, bank: str, _part: Any) -> Told:
    return _of_line(_row(inputs["lines"], bank), name) if bank else NOTHING


def _of_line(line: Row, name: str) -> Told:
    value = line.get(name)
    return (value, None) if name in ("borrowers", "last_borrowers", "violations") else (None, value)


def _supervisory(inputs: Row, name: str, bank: str, part: tuple[str, str] | None) -> Told:
    if part is not None:
        split, value = part
        rows = inputs["splits"].get(split, [])
        return supervision.told(next((row for row in rows if row["value"] == value), {}), name)
    return supervision.told((_row(inputs["banks"], bank) if bank else inputs["total"]).get("sums", {}), name)


_READ: dict[str, tuple[Callable[[], Mapping[str, Figure]], Callable[..., Told], Mapping[str, tuple[str, ...]]]] = {
    Report.Kind.HALF_YEAR: (lambda: figures.HALF_YEAR | conduct.figures(), _half_year, {}),
    Report.Kind.EVALUATION: (lambda: figures.EVALUATION, _evaluation, figures.EVALUATION_PARTS),
    Report.Kind.SUPERVISORY: (supervision.figures, _supervisory, supervision.PARTS),
}


def of_line(line: EvaluationLine) -> Source:
    """Enough to lead from a bank's own result to its cases."""
    return _evaluated(line.evaluation, line.created_at, {}, reverse("evaluation:own_results"))


def of_evaluation(user: User, pk: UUID) -> Source | None:
    """For a bank its own line of what was filed and counts; no other bank's figures."""
    own = user.role in BANK_ROLES
    with scope.everything():
        lines = evaluations.results_of(user.institution) if own and user.institution else EvaluationLine.objects
        seen = Evaluation.objects.all() if own else evaluations.visible_to(user)
        found = list(lines.filter(evaluation__in=seen, evaluation=pk).select_related("evaluation", "bank"))
        known = EvaluationLine.objects.filter(evaluation=pk).aggregate(at=Max("created_at"))["at"]
    if not found:
        return None
    evaluation = found[0].evaluation
    url = reverse("evaluation:own_results") if own else evaluation.get_absolute_url()
    return _evaluated(evaluation, known, {line.bank.code: line for line in found}, url)


def _evaluated(evaluation: Evaluation, known: datetime | None, said: Mapping[str, EvaluationLine], url: str) -> Source:
    return Source(
        ("evaluation", str(evaluation.pk)),
        _("%(year)s年度绩效评价") % {"year": evaluation.year},
        url,
        figures.EVALUATION,
        Span(date(evaluation.year, 1, 1), date(evaluation.year, 12, 31), known),
        lambda name, bank, _part: _of_line(vars(said[bank]), name) if bank in said else NOTHING,
        figures.EVALUATION_PARTS,
    )


def of_day(on: date) -> Source:
    """The risk overview of a day."""
    return Source(
        ("on", on.isoformat()), _("%(day)s 风险总览") % {"day": on}, f"{reverse('evaluation:cockpit')}?on={on}",
        day.FIGURES, day.span_of(on), day.told(on),
    )  # fmt: skip


# ---- what is asked for ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One figure of one source, of one bank or of all; `of` names what it is a part of."""

    source: Source
    figure: Figure
    span: Span
    bank: Bank | None
    of: str


def asked(
    user: User,
    *,
    report: UUID | None,
    evaluation: UUID | None,
    on: date | None,
    figure: str,
    of: str,
    bank: Bank | None,
    part: str,
) -> Asked | None:
    """Nothing where there is no such figure, or this person may not read where it stands."""
    source = _source(user, report, evaluation, on)
    found = source.figures.get(figure) if source else None
    if source is None or found is None:
        return None
    if user.role in BANK_ROLES:
        bank = Bank.objects.filter(pk=user.institution).first()
    split, colon, value = part.partition(":")
    return Asked(source, found, replace(source.span, part=(split, value) if colon else None), bank, of)


def _source(user: User, report: UUID | None, evaluation: UUID | None, on: date | None) -> Source | None:
    if report:
        return of_report(user, report)
    if evaluation:
        return of_evaluation(user, evaluation)
    return of_day(on) if on and permissions.may_read(user)[0] and on <= clock.today() else None
