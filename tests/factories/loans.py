"""Loans that came by an upload or a form, and what became of them."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from loans import services
from loans.columns import CLASSIFICATION_SCHEMA, LOAN_SCHEMA
from loans.forms import filled_in
from loans.models import Correction, Determination, Extension, Loan, Upload, UploadRow
from loans.services.correction import declared
from loans.words import Classification
from pool import scope
from pool.rules import add_months
from tests.factories.people import TODAY, BankTeam, bank_team
from tests.factories.words import credit_code, id_number

_numbers = count(1)


def loan_cells(**given: Any) -> dict[str, str]:
    """The cells of one good row by column key, as text; an enterprise unless told otherwise."""
    number = next(_numbers)
    cells = {
        "iou_number": f"JJ{number:08d}",
        "contract_number": f"HT{number:08d}",
        "branch_name": "科技园支行",
        "borrower_kind": "企业",
        "borrower_name": f"深圳市测试科技{number}有限公司",
        "credit_code": credit_code(1000 + number),
        "district": "南山区",
        "industry_code": "C3921",
        "industry_group": "工业",
        "staff": "45",
        "revenue": "36000000.00",
        "assets": "12000000.00",
        "in_shenzhen": "是",
        "quasi_financial": "否",
        "product": "流动资金贷款",
        "use": "本企业生产经营",
        "other_cover": "无",
        "security": "保证",
        "currency": "人民币",
        "principal": "3000000.00",
        "credit_line": "3000000.00",
        "other_balances": "1000000.00",
        "annual_rate": "4.35",
        "disbursed_on": "2024-11-08",
        "matures_on": "2025-11-08",
    }
    return {**cells, **{key: str(value) for key, value in given.items()}}


def owner_cells(**given: Any) -> dict[str, str]:
    """A row of a small-business owner."""
    number = next(_numbers)
    mine = {
        "borrower_kind": "小微企业主",
        "borrower_name": "",
        "owner_name": f"陈{number}",
        "owner_id_number": id_number(number),
        "firm_name": f"深圳市小店{number}有限公司",
        "product": "个人经营性贷款",
        "staff": "8",
        "revenue": "2000000.00",
    }
    return loan_cells(**{**mine, **given})


def as_csv(rows: Iterable[dict[str, str]]) -> bytes:
    """The rows as a file under the template's headers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.header for column in LOAN_SCHEMA.columns])
    for row in rows:
        writer.writerow([row.get(column.key, "") for column in LOAN_SCHEMA.columns])
    return buffer.getvalue().encode("utf-8-sig")


def received_upload(team: BankTeam, rows: Iterable[dict[str, str]], on: date = TODAY, **given: Any) -> Upload:
    """An upload whose rows are checked, as the worker would have done it."""
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(file=as_csv(rows), name="loans.csv", by=team.maker, on=on, **given)
    services.check_upload(upload.pk)
    return fresh(upload)


def classes_csv(rows: Iterable[dict[str, str]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.header for column in CLASSIFICATION_SCHEMA.columns])
    for row in rows:
        writer.writerow([row.get(column.key, "") for column in CLASSIFICATION_SCHEMA.columns])
    return buffer.getvalue().encode("utf-8-sig")


def class_cells(loan: Loan, **given: Any) -> dict[str, str]:
    cells = {
        "iou_number": loan.loan_number, "borrower_name": loan.borrower_name, "after": "次级",
        "on_date": TODAY.isoformat(), "principal_balance": "2500000.00", "reason": "本金逾期 91 天",
    }  # fmt: skip
    return {**cells, **{key: str(value) for key, value in given.items()}}


def classified_upload(team: BankTeam, rows: Iterable[dict[str, str]], on: date = TODAY) -> Upload:
    """A checked file of classifications."""
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(
            file=classes_csv(rows), name="classes.csv", by=team.maker, on=on, kind=Upload.Kind.CLASSIFICATIONS.value
        )
    services.check_upload(upload.pk)
    return fresh(upload)


def entered_upload(team: BankTeam, rows: Iterable[dict[str, str]], on: date = TODAY) -> Upload:
    """An upload whose good rows are loans."""
    return entered(team, received_upload(team, rows, on), on)


def entered(team: BankTeam, upload: Upload, on: date = TODAY) -> Upload:
    upload = confirmed(team, upload, on)
    with scope.bank_scope(team.pk):
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=on, version=upload.version)
    with scope.everything():
        services.enter_upload(upload.pk)
    return fresh(upload)


def confirmed(team: BankTeam, upload: Upload, on: date = TODAY, reason: str = "已核对合同") -> Upload:
    """Every warning of the upload has its reason."""
    if upload.rows_unconfirmed:
        with scope.bank_scope(team.pk):
            rows = UploadRow.objects.filter(upload=upload, unconfirmed=True).values_list("pk", flat=True)
            services.confirm_warnings(upload_id=upload.pk, rows=list(rows), by=team.maker, on=on, reason=reason)
    return fresh(upload)


def fresh(upload: Upload) -> Upload:
    with scope.everything():
        return Upload.objects.get(pk=upload.pk)


def entered_loan(team: BankTeam | None = None, on: date = TODAY, **given: Any) -> Loan:
    """One loan, entered by form on that day by the bank's two people."""
    team = team or bank_team()
    with scope.bank_scope(team.pk):
        upload = services.enter_form(cells=loan_cells(**given), by=team.maker, on=on)
    upload = entered(team, upload, on)
    with scope.everything():
        return Loan.objects.get(upload=upload)


def determined_loan(
    team: BankTeam | None = None,
    *,
    entered_on: date = date(2024, 11, 20),
    determined_on: date = TODAY,
    balance: str = "2500000.00",
    after: str = Classification.SUBSTANDARD,
    **given: Any,
) -> Loan:
    """A loan entered and then determined non-performing with that principal balance."""
    team = team or bank_team()
    loan = entered_loan(team, entered_on, **given)
    determine(team, loan, determined_on, balance, after)
    with scope.everything():
        return Loan.objects.get(pk=loan.pk)


def determine(
    team: BankTeam, loan: Loan, on: date, balance: str = "2500000.00", after: str = Classification.SUBSTANDARD
) -> Determination:
    with scope.bank_scope(team.pk):
        request = services.prepare_classification(
            loan_id=loan.pk, after=after, on_date=on, principal_balance=Decimal(balance), by=team.maker, on=on,
            reason="本金逾期 91 天",
        )  # fmt: skip
        services.submit_classification(request_id=request.pk, by=team.checker, on=on, version=request.version)
        return Determination.objects.get(loan=loan, ended_on__isnull=True)


def healthy_volume(team: BankTeam, principal: str = "200000000.00", on: date = date(2024, 11, 20)) -> None:
    """Enough good loans that a single bad one does not suspend the bank."""
    one = Decimal("20000000.00")
    whole = int(Decimal(principal) / one)
    rows = [loan_cells(principal=one, credit_line=one, other_balances="0") for _ in range(whole)]
    entered_upload(team, rows, on)


def extension_prepared(team: BankTeam, loan: Loan, on: date = TODAY, **given: Any) -> Extension:
    """A later maturity that waits for the checker."""
    wanted = {
        "extended_to": add_months(loan.due_on, 6), "agreed_on": on, "agreement": b"%PDF-1.4 agreement",
        "reason": "回款延后，双方签订展期协议", "by": team.maker, "on": on, "name": "展期协议.pdf", **given,
    }  # fmt: skip
    with scope.bank_scope(team.pk):
        return services.prepare_extension(loan_id=loan.pk, **wanted)


def extended(team: BankTeam, loan: Loan, on: date = TODAY, **given: Any) -> Loan:
    request = extension_prepared(team, loan, on, **given)
    with scope.bank_scope(team.pk):
        return services.extend_loan(request_id=request.pk, by=team.checker, on=on, version=request.version)


def correction_prepared(team: BankTeam, loan: Loan, on: date = TODAY, **given: Any) -> Correction:
    """The loan's own cells with these changed, waiting for the checker."""
    cells = {key: _cell(value) for key, value in filled_in(declared(loan)).items()}
    cells |= {key: str(value) for key, value in given.items()}
    with scope.bank_scope(team.pk):
        return services.prepare_correction(loan_id=loan.pk, cells=cells, reason="录入有误", by=team.maker, on=on)


def corrected(team: BankTeam, loan: Loan, on: date = TODAY, **given: Any) -> Loan:
    request = correction_prepared(team, loan, on, **given)
    with scope.bank_scope(team.pk):
        return services.correct_loan(request_id=request.pk, by=team.checker, on=on, version=request.version)


def _cell(value: Any) -> str:
    return "、".join(value) if isinstance(value, list) else str(value)
