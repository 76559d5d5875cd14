"""Statements of the special account as its bank would write them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from pool import clock, scope
from pool.models import User
from recovery import services
from recovery.models import AccountLine, AccountStatement

HEADERS = ["交易日期", "起息日期", "收入金额", "支出金额", "余额", "流水号", "对方户名", "对方账号", "摘要"]


@dataclass(frozen=True)
class Moved:
    """What the bank says of one movement; what came in is positive."""

    on: date
    amount: str
    reference: str = ""
    who: str = ""
    remark: str = ""
    value_date: date | None = None


def csv_of(lines: Sequence[Moved], opening: str = "0.00", *, headers: Sequence[str] = HEADERS) -> bytes:
    """As an online bank's download, oldest first."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers)
    balance = Decimal(opening)
    for line in lines:
        amount = Decimal(line.amount)
        balance += amount
        received, paid = (amount, "") if amount > 0 else ("", -amount)
        writer.writerow([
            line.on, line.value_date or line.on, received, paid, balance, line.reference, line.who, "6222000011112222",
            line.remark,
        ])  # fmt: skip
    return text.getvalue().encode("utf-8-sig")


def camt_of(lines: Sequence[Moved], opening: str, starts_on: date, ends_on: date, *, closing: str = "") -> bytes:
    """The same as ISO 20022 camt.053."""
    balance = Decimal(closing) if closing else sum((Decimal(one.amount) for one in lines), Decimal(opening))
    entries = "".join(_entry(one) for one in lines)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>{ends_on}T20:00:00+08:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id>
<FrToDt><FrDtTm>{starts_on}T00:00:00+08:00</FrDtTm><ToDtTm>{ends_on}T23:59:59+08:00</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>44250100000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
{_balance("OPBD", opening, starts_on)}{_balance("CLBD", str(balance), ends_on)}{entries}
</Stmt></BkToCstmrStmt></Document>""".encode()


def _balance(code: str, amount: str, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='CNY'>{abs(Decimal(amount))}</Amt>"
        f"<CdtDbtInd>{_side(amount)}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _side(amount: str) -> str:
    return "DBIT" if Decimal(amount) < 0 else "CRDT"


def _entry(line: Moved) -> str:
    other = "Dbtr" if Decimal(line.amount) > 0 else "Cdtr"
    return (
        f"<Ntry><Amt Ccy='CNY'>{abs(Decimal(line.amount))}</Amt><CdtDbtInd>{_side(line.amount)}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line.on}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.value_date or line.on}</Dt></ValDt><AcctSvcrRef>{line.reference}</AcctSvcrRef>"
        f"<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>{line.remark or 'NOTPROVIDED'}"
        f"</EndToEndId></Refs><RltdPties><{other}><Pty><Nm>{line.who}</Nm></Pty></{other}></RltdPties></TxDtls></NtryDtls>"
        "</Ntry>"
    )


def imported(content: bytes, clerk: User, on: date, name: str = "流水.csv") -> AccountStatement:
    clock.set_day(on)
    with scope.everything():
        return services.import_statement(file=SimpleUploadedFile(name, content), by=clerk, on=on)


def lines_of(statement: AccountStatement) -> list[AccountLine]:
    with scope.everything():
        return list(statement.lines.order_by("position"))


def proposed(line: AccountLine, explanation: str, clerk: User, on: date, **given: Any) -> AccountLine:
    with scope.everything():
        line.refresh_from_db()
        return services.propose_line(
            line_id=line.pk, explanation=explanation, by=clerk, on=on, version=line.version, **given
        )


def confirmed(line: AccountLine, approver: User, on: date) -> AccountLine:
    with scope.everything():
        line.refresh_from_db()
        return services.confirm_line(line_id=line.pk, by=approver, on=on, version=line.version)
