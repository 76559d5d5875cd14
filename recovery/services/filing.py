"""Recoveries by file: each row an instalment, judged by the rules of the form, reported in the order of the rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop as _

from banks.models import Standing
from claims.models import Claim
from claims.services import locking
from loans.keys import loan_number_key
from loans.models import Determination, Loan, Upload, UploadRow
from loans.services.judging import Judged, held_again
from pool.errors import Refused
from pool.money import ZERO
from pool.sheets import NOTE, Row, Wording, declare
from recovery import terms
from recovery.columns import RECOVERY_SCHEMA
from recovery.models import Recovery, Return
from recovery.services import recoveries
from recovery.services.common import claim_of, determination_of, no_determination
from recovery.services.recoveries import Facts, why_not

Status = UploadRow.Status
_RULE = "%(message)s"
"""What the form says; only what to do next is told apart from it."""

declare(
    {
        "recovery_not_in_library": Wording(
            _("借据号 %(value)s 不在本行的贷款项目库中。"), _("请核对借据号；清收只登记在已入库的贷款上。")
        ),
        "recovery_other_name": Wording(
            _("借款人名称与库中的“%(entered)s”不一致。"), _("请核对借据号和名称，以免登记到别的贷款上。")
        ),
        "recovery_twice_in_file": Wording(
            _("本行与第 %(first)s 行的借据号、日期、金额、处置方式和说明都相同。"),
            _("同一笔只保留一行；确为两笔的，请在说明中写明各自的回单号。"),
        ),
        "recovery_known": Wording(
            _("这笔收回的款项已经登记，不会重复上报。"), _("无需处理；确为另一笔的，请在说明中写明回单号。")
        ),
        "recovery_late": Wording(_("上报截止日为 %(day)s，现已过期。"), _("仍须上报并返还；提交后记为逾期上报。")),
        "recovery_not_non_performing": Wording(_RULE, _("请核对借据号；尚未认定不良的，先登记五级分类。")),
        "recovery_loan_state": Wording(_RULE, _("无需再报；如有疑问请到该笔贷款页面查看。")),
        "recovery_payment_on_its_way": Wording(_RULE, _("资金到账后重新上传本行即可。")),
        "recovery_before_determination": Wording(_RULE, _("认定日及之前收回的不计入清收，请核对日期。")),
        "recovery_in_the_future": Wording(_RULE, _("请按回单上的日期填写。")),
        "recovery_not_money": Wording(_RULE, _("请按回单核对金额。")),
        "recovery_principal_over_amount": Wording(_RULE, _("请核对两栏金额。")),
        "recovery_principal_over_balance": Wording(_RULE, _("超出本金的部分属于利息或费用，请从本栏扣除。")),
        "recovery_determination_ended": Wording(_RULE, _("无需再报；如有疑问请到该笔贷款页面查看。")),
        "recovery_claim_without_amount": Wording(_RULE, _("请联系高新投集团。")),
    }
)


@dataclass
class Project:
    """What a chunk of rows is held against, for one loan; it grows by the rows that are good."""

    loan: Loan
    determination: Determination | None
    claim: Claim | None
    left: Decimal = ZERO
    reported: list[Decimal] = field(default_factory=list)
    known: set[tuple[str, ...]] = field(default_factory=set)

    def due(self, amount: Decimal) -> Decimal | None:
        """What this instalment makes due after all before it; nothing is said where nothing was paid."""
        claim = self.claim
        if claim is None or claim.paid_on is None or claim.amount is None or claim.ratio is None:
            return None
        return terms.steps(claim.amount, claim.ratio, [*self.reported, amount])[-1].due


class RecoveryJudge:
    """Judges rows by their form; `compare` holds a chunk against the projects and the rows before it."""

    schema = RECOVERY_SCHEMA

    def __init__(self, on: date, seen: dict[str, int] | None = None) -> None:
        """Several rows of one loan are the rule here, so `seen` loan numbers say nothing."""
        self.on = on
        self.rows: dict[tuple[str, ...], int] = {}
        self.projects: dict[str, Project] = {}

    def judge(self, row: Row, sheet: str = "") -> Judged:
        judged = Judged(row, sheet, None, list(row.problems))
        if judged.has_errors:
            judged.status = Status.HELD
            return judged
        judged.key = loan_number_key(str(row.values["iou_number"]))
        first = self.rows.setdefault(identity(judged.key, row.values), row.number)
        if first != row.number:
            judged.hold(row.problem("iou_number", "recovery_twice_in_file", first=str(first)))
        return judged

    def compare(self, bank_id: UUID, judged: list[Judged]) -> None:
        good = [item for item in judged if item.status == Status.GOOD]
        fresh = {item.key for item in good} - self.projects.keys()
        self.projects |= {one.loan.loan_number_key: one for one in projects_of(bank_id, fresh)}
        for item in good:
            project = self.projects.get(item.key)
            if project is None:
                item.hold(item.row.problem("iou_number", "recovery_not_in_library"))
            else:
                self._against(item, project)

    def _against(self, item: Judged, project: Project) -> None:
        values: Any = item.row.values
        loan, name = project.loan, values["borrower_name"]
        if name and name != loan.borrower_name:
            item.hold(item.row.problem("borrower_name", "recovery_other_name", entered=loan.borrower_name))
            return
        if identity(item.key, values) in project.known:
            item.problems.append(item.row.warning("iou_number", "recovery_known"))
            item.status = Status.KNOWN
            return
        facts = Facts(values["received_on"], values["amount"], values["principal_part"])
        refusal = self._why_not(facts, project)
        if refusal is not None:
            article = refusal.article or None
            key = refusal.field or "iou_number"
            item.hold(item.row.problem(key, f"recovery_{refusal.code}", article=article, message=str(refusal.message)))
            return
        self._keep(item, project, facts)

    def _why_not(self, facts: Facts, project: Project) -> Refused | None:
        if project.determination is None:
            return no_determination()
        return why_not(facts, project.loan, project.determination, project.claim, self.on, project.left)

    def _keep(self, item: Judged, project: Project, facts: Facts) -> None:
        """The row counts: what it makes due is said now, and the rows after it come on top of it."""
        values: Any = item.row.values
        window = terms.report_window(facts.received_on, project.claim)
        if window is not None and self.on > window.closes_on:
            item.problems.append(
                item.row.problem(
                    "received_on", "recovery_late", severity=NOTE, article=window.article, day=str(window.closes_on)
                )
            )
        due = project.due(facts.amount)
        project.left -= facts.principal_part
        project.reported.append(facts.amount)
        item.principal = facts.amount
        item.kept = {
            "loan": str(project.loan.pk), "borrower_name": project.loan.borrower_name,
            "principal_yuan": str(facts.amount), "received_on": facts.received_on.isoformat(),
            "principal_part": str(facts.principal_part), "method": values["method"], "note": values["note"] or "",
            "due": "" if due is None else str(due),
        }  # fmt: skip


def identity(key: str, values: Any) -> tuple[str, ...]:
    """By what two rows are the same instalment."""
    parts = (values["received_on"], values["amount"], values["principal_part"], values["method"], values["note"] or "")
    return (key, *(str(part) for part in parts))


def projects_of(bank_id: UUID, keys: Iterable[str]) -> list[Project]:
    """The loans of these numbers with what came back so far; four questions for all of them."""
    loans = Loan.objects.filter(bank_id=bank_id, loan_number_key__in=keys).exclude(state=Loan.State.WITHDRAWN)
    found = {loan.pk: Project(loan, None, None) for loan in loans}
    standing = Determination.objects.filter(loan__in=found, ended_on__isnull=True)
    for row in standing:
        found[row.loan_id].determination, found[row.loan_id].left = row, Decimal(row.principal_balance)
    for claim in Claim.objects.filter(determination__in=standing, state__in=Claim.LIVE):
        found[claim.loan_id].claim = claim
    before = Recovery.objects.filter(determination__in=standing).exclude(state=Recovery.State.CANCELLED)
    for recovery in before.order_by("position", "id"):
        project = found[recovery.loan_id]
        project.left -= recovery.principal_part
        project.known.add(identity(project.loan.loan_number_key, vars(recovery)))
        if recovery.state == Recovery.State.SUBMITTED:
            project.reported.append(recovery.amount)
    return list(found.values())


def put_into_force(upload: Upload, standing: Standing) -> tuple[int, Decimal]:
    """Every good row reported in the order of the file, under the standing's lock; what no longer fits is held.

    All loans and claims are locked before the first row, so that the order of locks holds across rows.
    """
    rows = list(UploadRow.objects.filter(upload=upload, status=Status.GOOD).order_by("sheet", "row"))
    held = locking.loans(UUID(row.facts["loan"]) for row in rows)
    locking.claims(Claim.objects.filter(loan__in=held, state__in=Claim.LIVE).values_list("pk", flat=True))
    total = ZERO
    for row in rows:
        try:
            with transaction.atomic():
                recovery = _report(row, upload)
        except Refused as no:
            row.status = Status.HELD
            problem = held_again(
                row, RECOVERY_SCHEMA, no.field or "iou_number", f"recovery_{no.code}", no.article,
                message=str(no.message),
            )  # fmt: skip
            row.problems = [*row.problems, problem.as_dict()]
        else:
            row.status, total = Status.ENTERED, total + recovery.amount
            advice = Return.objects.filter(recovery=recovery).first()
            row.facts = {**row.facts, "due": str(advice.amount) if advice else row.facts["due"]}
    UploadRow.objects.bulk_update(rows, ["status", "problems", "facts"], batch_size=1000)
    return sum(row.status == Status.ENTERED for row in rows), total


def _report(row: UploadRow, upload: Upload) -> Recovery:
    """Written down by the one who sent the file, reported by the one who submitted it."""
    loan = locking.loan(UUID(row.facts["loan"]))
    determination = determination_of(loan)
    claim = claim_of(determination.pk)
    facts = Facts(
        date.fromisoformat(row.facts["received_on"]), Decimal(row.facts["principal_yuan"]),
        Decimal(row.facts["principal_part"]), row.facts["method"], row.facts["note"],
    )  # fmt: skip
    on = upload.submitted_on
    recovery = recoveries.prepare(facts, loan, determination, claim, by=upload.made_by, on=on)
    recoveries.report(recovery, loan, determination, claim, by=upload.submitted_by, on=on)
    return recovery
