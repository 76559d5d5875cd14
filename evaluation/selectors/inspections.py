"""What an inspection can draw from, what speaks for a closer look, and who reads what was found."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banks.models import Bank, Standing, Violation
from claims.models import Claim
from evaluation import permissions as may
from evaluation.models import Evaluation, EvaluationLine, Finding, Inspection, InspectionCase
from evaluation.sampling import Unit
from loans.models import Determination, Loan
from pool.models import BANK_ROLES, FINANCE_ROLES, MANAGER_ROLES, Role, User
from recovery.models import Recovery, Return

Subject = Inspection.Subject
TOP = 10
"""The largest sums are those of the first tenth."""

# ---- what speaks for a closer look -----------------------------------------------------------------------------------

RISKS: dict[str, Promise] = {
    "large": _("金额居总体前十分之一"),
    "late": _("办理逾期（录入、上报、转录或返还晚于期限）"),
    "alike": _("同一借款人在全库另有同额同期贷款"),
    "early": _("入库后不久即认定不良"),
    "suspended": _("所属银行不良率超限，正暂停办理"),
    "sanctioned": _("所属银行在检查期间有违规处理决定"),
}
DEFAULT_WEIGHTS = {"large": 30, "late": 20, "alike": 30, "early": 25, "suspended": 15, "sanctioned": 20}
"""Where nobody says otherwise; each inspection keeps its own."""


class Source:
    """One kind of subject: which rows, what is their sum, and by which questions a risk is told of them."""

    def __init__(
        self,
        rows: Callable[[date, date], "QuerySet[Any]"],
        label: str,
        amount: str,
        late: Q | None,
        loan: str = "",
        address: str = "",
    ) -> None:
        self.rows, self.label, self.amount = rows, label, amount
        self.late, self.loan, self.address = late, loan, address


SOURCES: Mapping[str, Source] = {
    Subject.COMPENSATIONS: Source(
        lambda first, last: Claim.objects.filter(
            state__in=[Claim.State.PAID, Claim.State.REFUNDED], paid_on__range=(first, last), amount__isnull=False
        ),
        label="number", amount="amount", loan="loan_id", address="claims:detail",
        late=Q(pk__in=Recovery.objects.filter(reported_late=True, claim__isnull=False).values("claim_id")),
    ),
    Subject.ENTRIES: Source(
        lambda first, last: Loan.objects.filter(entered_on__range=(first, last)).exclude(state=Loan.State.WITHDRAWN),
        label="loan_number", amount="principal", loan="id", address="loans:detail", late=Q(entered_late=True),
    ),
    Subject.RETURNS: Source(
        lambda first, last: Return.objects.filter(advised_on__range=(first, last)).exclude(
            state=Return.State.CANCELLED
        ),
        label="number", amount="amount", loan="loan_id", address="recovery:return",
        late=Q(received_on__gt=F("due_on")) | Q(recovery__reported_late=True),
    ),
    Subject.EVALUATIONS: Source(
        lambda first, last: EvaluationLine.objects.filter(
            evaluation__state=Evaluation.State.FILED, evaluation__filed_on__range=(first, last)
        ),
        label="evaluation__year", amount="amount", late=None,
    ),
}  # fmt: skip


def population(inspection: Inspection, on: date) -> list[Unit]:
    """Every case that could be drawn, with what holds of it on that day."""
    source = SOURCES[inspection.subject]
    rows = source.rows(inspection.starts_on, inspection.ends_on)
    chosen = list(inspection.banks.values_list("pk", flat=True))
    if chosen:
        rows = rows.filter(bank_id__in=chosen)
    risks = _risks(inspection, source, rows, on)
    found = rows.order_by("pk").values_list("pk", source.label, "bank_id", source.amount)
    return [
        Unit(str(key), str(label), str(bank), f"{amount:.2f}", tuple(name for name in RISKS if risks[name](key, bank)))
        for key, label, bank, amount in found
    ]


Asked = Callable[[Any, Any], bool]


def _risks(inspection: Inspection, source: Source, rows: "QuerySet[Any]", on: date) -> dict[str, Asked]:
    """Each risk as a question about a row's key and its bank; a handful of queries, however many rows."""
    large = _keys(rows.order_by(f"-{source.amount}", "pk")[: rows.count() // TOP])
    late = _keys(rows.filter(source.late)) if source.late is not None else set()
    alike = _keys(_of_loans(rows, source, _alike())) if source.loan else set()
    early = _keys(_of_loans(rows, source, _early())) if source.loan else set()
    suspended = set(Standing.objects.filter(is_suspended=True).values_list("bank_id", flat=True))
    decided = Violation.objects.filter(
        state=Violation.State.DECIDED, confirmed_on__range=(inspection.starts_on, max(inspection.ends_on, on))
    )
    sanctioned = set(decided.values_list("bank_id", flat=True))
    return {
        "large": lambda key, _bank: key in large,
        "late": lambda key, _bank: key in late,
        "alike": lambda key, _bank: key in alike,
        "early": lambda key, _bank: key in early,
        "suspended": lambda _key, bank: bank in suspended,
        "sanctioned": lambda _key, bank: bank in sanctioned,
    }


def _keys(rows: "QuerySet[Any]") -> set[Any]:
    return set(rows.values_list("pk", flat=True))


def _of_loans(rows: "QuerySet[Any]", source: Source, loans: "QuerySet[Loan]") -> "QuerySet[Any]":
    return rows.filter(**{f"{source.loan}__in": loans.values("pk")})


def _alike() -> "QuerySet[Loan]":
    """Another loan of the borrower, at whatever bank, of the same sum and within a few days."""
    near = timedelta(days=settings.LOOKALIKE_DAYS)
    twin = Loan.objects.filter(
        borrower=OuterRef("borrower"), principal=OuterRef("principal"),
        disbursed_on__range=(OuterRef("disbursed_on") - near, OuterRef("disbursed_on") + near),
    ).exclude(pk=OuterRef("pk")).exclude(state=Loan.State.WITHDRAWN)  # fmt: skip
    return Loan.objects.filter(Exists(twin))


def _early() -> "QuerySet[Loan]":
    soon = timedelta(days=settings.INSPECTION_EARLY_DAYS)
    first = Determination.objects.filter(loan=OuterRef("pk"), determined_on__lte=OuterRef("entered_on") + soon)
    return Loan.objects.filter(Exists(first))


# ---- who reads what --------------------------------------------------------------------------------------------------


def inspections(user: User) -> "QuerySet[Inspection]":
    """Those who inspect, and the audit; nobody of a bank or of the managing bodies."""
    rows = Inspection.objects.select_related("opened_by", "drawn_by", "closed_by", "population", "report")
    return rows if may.may_see_inspections(user)[0] else rows.none()


def cases(user: User) -> "QuerySet[InspectionCase]":
    rows = InspectionCase.objects.select_related("inspection", "bank", "examined_by")
    return rows if may.may_see_inspections(user)[0] else rows.none()


def findings(user: User) -> "QuerySet[Finding]":
    """Those who inspect read all; whoever is addressed reads what was sent; the manager also what was referred."""
    rows = Finding.objects.select_related(
        "bank", "written_by", "issued_by", "accepted_by", "closed_by", "referred_by", "violation"
    )
    if may.may_see_inspections(user)[0]:
        return rows
    sent = rows.filter(state__in=Finding.SENT)
    if user.role in BANK_ROLES:
        return sent.filter(addressee=Finding.Addressee.BANK, bank_id=user.institution)
    if user.role in MANAGER_ROLES:
        return sent.filter(Q(addressee=Finding.Addressee.MANAGER) | Q(referred_on__isnull=False))
    if user.role in FINANCE_ROLES:
        return sent.filter(addressee=Finding.Addressee.FINANCE)
    return rows.none()


def address_of(case: InspectionCase) -> str:
    """The page of what was drawn; an evaluation's line stands on its evaluation."""
    source = SOURCES[case.inspection.subject]
    if source.address:
        return reverse(source.address, args=[case.key])
    line = EvaluationLine.objects.filter(pk=case.key).first()
    return reverse("evaluation:evaluation", args=[line.evaluation_id]) if line else ""


def loan_of(case: InspectionCase) -> Loan | None:
    """The loan behind the case, where there is one."""
    source = SOURCES[case.inspection.subject]
    if not source.loan:
        return None
    keys = source.rows(date.min, date.max).filter(pk=case.key).values(source.loan)
    found: Loan | None = Loan.objects.select_related("bank").filter(pk__in=keys).first()
    return found


def risk_words(facts: Iterable[str], weights: Mapping[str, int]) -> list[tuple[str, int]]:
    """Why a case was given its score: each risk that holds, with its weight."""
    return [(str(RISKS[name]), int(weights.get(name, 0))) for name in facts if name in RISKS]


def banks_of(inspection: Inspection) -> list[Bank]:
    return list(inspection.banks.order_by("code"))


OWN_FINDINGS = {
    Role.BANK_CHECKER: Finding.Addressee.BANK,
    Role.MANAGER_APPROVER: Finding.Addressee.MANAGER,
    Role.FINANCE_APPROVER: Finding.Addressee.FINANCE,
}
"""Who answers for whom."""
