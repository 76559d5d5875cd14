"""A statement of the special account as ISO 20022 camt.053.001.08 says it. Only booked entries count."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from pyiso20022.camt.camt_053_001_08.camt_053_001_08 import CreditDebitCode, Document
from xsdata.exceptions import ParserError
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler

from pool.errors import Refused
from recovery.intake import Line, Statement

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
OPENING, CLOSING, BOOKED, CURRENCY = "OPBD", "CLBD", "BOOK", "CNY"
DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
"""What lets a file name other files or grow beyond its size; no message of a bank has any."""


def looks_like_xml(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(path: Path) -> Statement:
    """The file's only statement; what is not well said is refused with its place."""
    content = path.read_bytes()
    if any(word in content for word in DECLARATIONS):
        raise _unreadable(_("文件含有 DTD 或实体声明，出于安全考虑不予接收。"))
    parser = XmlParser(
        context=XmlContext(), config=ParserConfig(fail_on_converter_warnings=True), handler=XmlEventHandler
    )
    try:
        document = parser.from_bytes(content, Document)
    except (ParserError, SyntaxError, UnicodeDecodeError) as problem:
        raise _unreadable(str(problem)[:200]) from None
    found = document.bk_to_cstmr_stmt.stmt if document.bk_to_cstmr_stmt else []
    if len(found) != 1:
        raise _unreadable(_("一个文件应只含一个账户的一份对账单，本文件有 %(n)s 份。") % {"n": len(found)})
    return _statement(found[0])


def _unreadable(why: str) -> Refused:
    return Refused("not_camt_053", _("不是可以读取的 camt.053.001.08 文件：%(why)s") % {"why": why}, "10.3(3)", "file")


def _statement(stmt: Any) -> Statement:
    opening, opened_on = _balance(stmt, OPENING)
    closing, closed_on = _balance(stmt, CLOSING)
    period = stmt.fr_to_dt
    lines = [_line(entry, place) for place, entry in enumerate(_booked(stmt), start=1)]
    return Statement(
        account=_account(stmt.acct.id),
        starts_on=_day(period.fr_dt_tm) if period and period.fr_dt_tm else opened_on,
        ends_on=_day(period.to_dt_tm) if period and period.to_dt_tm else closed_on,
        opening=opening,
        closing=closing,
        lines=tuple(lines),
    )


def _balance(stmt: Any, code: str) -> tuple[Decimal, date]:
    for one in stmt.bal:
        if one.tp and one.tp.cd_or_prtry and str(one.tp.cd_or_prtry.cd) == code:
            return _signed(one.amt, one.cdt_dbt_ind), _day(one.dt)
    raise _unreadable(_("缺少期初或期末余额（%(code)s）。") % {"code": code})


def _booked(stmt: Any) -> Iterator[Any]:
    return (entry for entry in stmt.ntry if str(getattr(entry.sts, "cd", entry.sts) or "") == BOOKED)


def _line(entry: Any, place: int) -> Line:
    booked = _day(entry.bookg_dt) if entry.bookg_dt else None
    valued = _day(entry.val_dt) if entry.val_dt else booked
    if booked is None or valued is None:
        raise _unreadable(_("第 %(n)s 笔没有记账日期。") % {"n": place})
    amount = _signed(entry.amt, entry.cdt_dbt_ind)
    details = [one for group in entry.ntry_dtls for one in group.tx_dtls]
    name, account = _other_side(details, amount)
    return Line(
        place=place,
        booked_on=booked,
        value_date=valued,
        amount=amount,
        reference=entry.acct_svcr_ref or entry.ntry_ref or "",
        counterparty=name,
        counterparty_account=account,
        remark=_remark(entry, details),
    )


def _signed(amount: Any, side: CreditDebitCode | None) -> Decimal:
    if amount is None or side is None or str(amount.ccy) != CURRENCY:
        raise _unreadable(_("金额应为人民币（CNY），并注明借贷方向。"))
    value = Decimal(amount.value)
    return value if side == CreditDebitCode.CRDT else -value


def _day(said: Any) -> date:
    """A day, or an instant with its offset: the day that the bank wrote."""
    text = str(getattr(said, "dt", None) or getattr(said, "dt_tm", None) or said)
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _unreadable(_("日期“%(text)s”无法识别。") % {"text": text[:20]}) from None


def _account(number: Any) -> str:
    return str(number.iban or (number.othr.id if number.othr else ""))


def _other_side(details: list[Any], amount: Decimal) -> tuple[str, str]:
    """Who paid us, or whom we paid; a collective entry names nobody."""
    parties = details[0].rltd_pties if len(details) == 1 else None
    if parties is None:
        return "", ""
    party, account = (parties.dbtr, parties.dbtr_acct) if amount > 0 else (parties.cdtr, parties.cdtr_acct)
    name = party.pty.nm if party and party.pty and party.pty.nm else ""
    return name, _account(account.id) if account and account.id else ""


def _remark(entry: Any, details: list[Any]) -> str:
    """Every word by which the purpose may be told: the end-to-end number of our own order among them."""
    said: list[str] = []
    for one in details:
        if one.refs and one.refs.end_to_end_id and one.refs.end_to_end_id != "NOTPROVIDED":
            said.append(one.refs.end_to_end_id)
        said += one.rmt_inf.ustrd if one.rmt_inf else []
    return " ".join([*said, entry.addtl_ntry_inf or ""]).strip()[:400]
