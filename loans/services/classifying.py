"""Classifications by file: each row changes the class of one entered loan; checked and submitted as any upload is."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_noop as _

from banks.models import Standing
from loans import rules
from loans.columns import CLASSIFICATION_SCHEMA
from loans.keys import loan_number_key
from loans.models import ClassificationChange, ClassificationRequest, Loan, Upload, UploadRow
from loans.services.classification import put_into_force, why_not
from loans.services.judging import Judged, held_again, is_first
from pool.errors import Refused
from pool.money import ZERO
from pool.selectors import edition
from pool.sheets import NOTE, CellProblem, Row, Wording, declare

Status = UploadRow.Status

declare(
    {
        "class_not_in_library": Wording(
            _("借据号 %(value)s 不在本行的贷款项目库中。"), _("请核对借据号；尚未录入的，请先录入贷款。")
        ),
        "class_other_name": Wording(
            _("借款人名称与库中的“%(entered)s”不一致。"), _("请核对借据号和名称，以免认定到别的贷款上。")
        ),
        "class_request_open": Wording(
            _("该笔贷款已有待复核的分类调整。"), _("请先在该笔贷款页面办结或取消，再上传本行。")
        ),
        "class_loan_not_open": Wording(
            _("该笔贷款当前为“%(state)s”，不能调整分类。"), _("无需再报；如有疑问请核对借据号。")
        ),
        "class_same_class": Wording(_("与库中现在的分类相同。"), _("无需处理。")),
        "class_upgrade_elsewhere": Wording(
            _("由不良上调为正常或关注，不能用本表办理。"), _("请到该笔贷款页面通过“上调”办理。")
        ),
        "class_date_ahead": Wording(_("分类日期 %(value)s 晚于今天。"), _("请按分类认定的日期填写。")),
        "class_date_too_early": Wording(
            _("分类日期 %(value)s 早于发放日期或上一次分类日期。"), _("请按分类认定的日期填写。")
        ),
        "class_balance_range": Wording(
            _("本金余额 %(value)s 超过贷款本金 %(principal)s 元。"), _("请填分类日期当天的本金余额，并核对单位。")
        ),
        "class_balance_nothing": Wording(_("本金余额为 0 的贷款不能认定为不良。"), _("请核对余额和分类。")),
        "class_never_compensated": Wording(
            _("该笔贷款逾期录入，认定不良后也不予补偿。"), _("可以认定，并计入不良占比。")
        ),
    }
)


class ClassificationJudge:
    """Judges rows by their form; `compare` holds a chunk against the library."""

    schema = CLASSIFICATION_SCHEMA

    def __init__(self, on: date, seen: dict[str, int] | None = None) -> None:
        self.on, self.seen = on, seen or {}

    def judge(self, row: Row, sheet: str = "") -> Judged:
        judged = Judged(row, sheet, None, list(row.problems))
        if judged.has_errors:
            judged.status = Status.HELD
            return judged
        judged.key = loan_number_key(str(row.values["iou_number"]))
        is_first(self.seen, judged)
        return judged

    def compare(self, bank_id: UUID, judged: list[Judged]) -> None:
        """Three questions for a whole chunk."""
        wanted = {item.key: item for item in judged if item.status == Status.GOOD}
        loans = Loan.objects.filter(bank_id=bank_id, loan_number_key__in=wanted).exclude(state=Loan.State.WITHDRAWN)
        there = {loan.loan_number_key: loan for loan in loans}
        latest = latest_changes(loan.pk for loan in there.values())
        waiting = set(
            ClassificationRequest.objects.filter(
                loan__in=[loan.pk for loan in there.values()],
                state=ClassificationRequest.State.PREPARED,
            ).values_list("loan_id", flat=True)
        )
        for key, item in wanted.items():
            loan = there.get(key)
            if loan is None:
                item.hold(item.row.problem("iou_number", "class_not_in_library"))
            elif loan.pk in waiting:
                item.hold(item.row.problem("iou_number", "class_request_open"))
            else:
                self._against(item, loan, latest.get(loan.pk))

    def _against(self, item: Judged, loan: Loan, latest: date | None) -> None:
        values: Any = item.row.values
        name, balance = values["borrower_name"], values["principal_balance"]
        if name and name != loan.borrower_name:
            item.hold(item.row.problem("borrower_name", "class_other_name", entered=loan.borrower_name))
        refusal = why_not(loan, values["after"], values["on_date"], balance, self.on, latest)
        if refusal is not None and refusal.code == "same_class":
            item.problems.append(_problem(item.row, loan, refusal, severity="warning"))
            item.status = Status.KNOWN if item.status == Status.GOOD else item.status
        elif refusal is not None:
            item.hold(_problem(item.row, loan, refusal))
        if item.status != Status.GOOD:
            return
        item.late, item.principal = loan.entered_late, balance
        if loan.entered_late and rules.is_non_performing(edition(), values["after"]):
            article = edition()["timely_entry"].article
            item.problems.append(
                item.row.problem("iou_number", "class_never_compensated", severity=NOTE, article=article)
            )
        item.kept = {
            "loan": str(loan.pk), "borrower_name": loan.borrower_name, "after": values["after"],
            "on_date": values["on_date"].isoformat(), "principal_yuan": str(balance), "reason": values["reason"],
        }  # fmt: skip


def latest_changes(loan_ids: Iterable[UUID]) -> dict[UUID, date]:
    """The day of the last change of class of each loan that had one."""
    rows = ClassificationChange.objects.filter(loan__in=list(loan_ids)).order_by().values_list("loan")
    return dict(rows.annotate(Max("on")))


def _problem(row: Row, loan: Loan, refusal: Refused, severity: str = "error") -> CellProblem:
    params = {"state": str(loan.get_state_display()), "principal": f"{loan.principal:,}"}
    article = refusal.article or None
    return row.problem(
        refusal.field or "iou_number", f"class_{refusal.code}", severity=severity, article=article, **params
    )


def put_all_into_force(upload: Upload, standing: Standing) -> tuple[int, Decimal]:
    """Every good row, under the standing's lock and in the order of the loans; what has changed since is held."""
    rows = list(UploadRow.objects.filter(upload=upload, status=Status.GOOD).order_by("facts__loan"))
    latest = latest_changes(UUID(row.facts["loan"]) for row in rows)
    total = ZERO
    for row in rows:
        loan = Loan.objects.select_for_update(of=("self",)).get(pk=row.facts["loan"])
        on_date, balance = date.fromisoformat(row.facts["on_date"]), Decimal(row.facts["principal_yuan"])
        refusal = why_not(loan, row.facts["after"], on_date, balance, upload.submitted_on, latest.get(loan.pk))
        if refusal is not None:
            row.status, row.problems = Status.HELD, [*row.problems, _late_problem(row, loan, refusal).as_dict()]
        else:
            put_into_force(
                standing, loan, row.facts["after"], on_date=on_date, balance=balance, made_by=upload.made_by,
                by=upload.submitted_by, on=upload.submitted_on, reason=row.facts["reason"],
            )  # fmt: skip
            row.status, total = Status.ENTERED, total + balance
    UploadRow.objects.bulk_update(rows, ["status", "problems"], batch_size=1000)
    return sum(row.status == Status.ENTERED for row in rows), total


def _late_problem(row: UploadRow, loan: Loan, refusal: Refused) -> CellProblem:
    """Told where the file itself is no longer at hand."""
    params = {"state": str(loan.get_state_display()), "principal": f"{loan.principal:,}"}
    return held_again(
        row, CLASSIFICATION_SCHEMA, refusal.field or "iou_number", f"class_{refusal.code}", refusal.article, **params
    )
