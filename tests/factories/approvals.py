"""Documents of the city under 16(5), made up."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from claims import services
from claims.models import ApprovalRecord
from pool import scope
from pool.models import Role, User
from tests.factories.claims import ENTERED_ON, pdf_bytes
from tests.factories.people import person

FACTS: dict[str, Any] = {
    "title": "关于支持重点产业链企业融资的批复", "issuer": "深圳市人民政府", "issued_on": date(2024, 6, 20),
    "ratio": Decimal("0.375"), "lifts_cap": False, "valid_from": date(2024, 7, 1), "valid_to": date(2025, 6, 30),
}  # fmt: skip
_numbers = count(1)


def entered_approval(
    *, industries: Sequence[str] = (), enterprises: Sequence[str] = (), by: User | None = None, on: date = ENTERED_ON,
    **given: Any,
) -> ApprovalRecord:  # fmt: skip
    """For all of industry unless told otherwise."""
    facts = {**FACTS, "number": f"深府函〔2024〕{next(_numbers)}号", **given}
    scan = SimpleUploadedFile("批复.pdf", pdf_bytes(), "application/pdf")
    whom = industries or (() if enterprises or given.get("sheet") else ("C",))
    with scope.everything():
        return services.enter_approval(
            **facts, industries=whom, enterprises=enterprises, file=scan, on=on,
            by=by or person(Role.MANAGER_STATISTICS),
        )  # fmt: skip


def confirmed_approval(by: User | None = None, on: date = ENTERED_ON, **given: Any) -> ApprovalRecord:
    row = entered_approval(on=on, **given)
    with scope.everything():
        return services.confirm_approval(
            approval_id=row.pk, by=by or person(Role.MANAGER_APPROVER), on=on, version=row.version
        )


def ended_approval(last_day: date, on: date = ENTERED_ON, row: ApprovalRecord | None = None) -> ApprovalRecord:
    row = row or confirmed_approval(on=on)
    with scope.everything():
        row = services.propose_approval_end(
            approval_id=row.pk, by=person(Role.MANAGER_REVIEWER), on=on, version=row.version, last_day=last_day,
            reason="深府函〔2024〕90号废止",
        )  # fmt: skip
        return services.confirm_approval_end(
            approval_id=row.pk, by=person(Role.MANAGER_APPROVER), on=on, version=row.version
        )
