"""Reads of the register of special approvals (16(5)): what a document covers, and which of them a finding names."""

from collections.abc import Iterable
from datetime import date

from claims import assessment
from claims.models import ApprovalRecord, Claim
from claims.rules import ApprovedScope
from pool.rulebook import Finding


def overlapping(row: ApprovalRecord) -> list[ApprovalRecord]:
    """Other documents in force that may cover the same loan: by a named enterprise, or by one industry in another."""
    others = ApprovalRecord.objects.filter(state__in=ApprovalRecord.COUNTS).exclude(pk=row.pk)
    return [other for other in others if _days_meet(row, other) and _scopes_meet(row, other)]


def _days_meet(one: ApprovalRecord, other: ApprovalRecord) -> bool:
    ends = [row.covers_until or date.max for row in (one, other)]
    return max(one.valid_from, other.valid_from) <= min(ends)


def _scopes_meet(one: ApprovalRecord, other: ApprovalRecord) -> bool:
    pairs = ((mine, theirs) for mine in one.industries for theirs in other.industries)
    return not one.codes.isdisjoint(other.codes) or any(a.startswith(b) or b.startswith(a) for a, b in pairs)


def undecided_under(row: ApprovalRecord) -> int:
    """Claims not decided yet whose loans the document covers by its scope and validity."""
    claims = Claim.objects.filter(
        state__in=(Claim.State.DRAFT, *Claim.BEFORE_DECISION, Claim.State.RE_EXAMINING),
        loan__disbursed_on__gte=row.valid_from,
    )
    scope = row.scope()
    found = claims.select_related("loan", "determination")
    return sum(
        scope.covers(*assessment.scope_facts(one.loan, assessment.values_of(one)["industry_code"])) for one in found
    )  # fmt: skip


def approval_numbered(number: str) -> ApprovedScope | None:
    """The document of that number, if it counts."""
    row = ApprovalRecord.objects.filter(number=number, state__in=ApprovalRecord.COUNTS).first()
    return row.scope() if row is not None else None


def approval_in(findings: Iterable[Finding]) -> ApprovalRecord | None:
    """The document that a finding names."""
    named = [str(one.facts["document"]) for one in findings if one.provision == "special_approval"]
    return ApprovalRecord.objects.filter(number__in=named, state__in=ApprovalRecord.COUNTS).first() if named else None
