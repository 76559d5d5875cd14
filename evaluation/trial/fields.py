"""Reading a trial case field by field: what is malformed names its field and says why, in two languages."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pool.money import parse_amount, parse_decimal
from pool.rulebook import ENGLISH

Case = Mapping[str, Any]

#: Dates that periods are reckoned from; the calendar reaches a year further on both sides.
EARLIEST = date(1991, 1, 1)
LATEST = date(2099, 12, 31)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INDUSTRY_CODE = re.compile(r"[A-Ta-t][0-9]{0,4}", re.ASCII)
MAX_COUNT = 10**9

_PROBLEMS: dict[str, tuple[str, str]] = {
    "missing": ("缺少此项", "missing"),
    "not_json": ("不是有效的JSON", "not valid JSON"),
    "not_object": ("应为一个对象", "must be an object"),
    "not_list": ("应为列表", "must be a list"),
    "not_text": ("应为非空文字", "must be a non-empty string"),
    "not_amount": ("应为非负金额字符串，最多两位小数", "must be a non-negative amount string with at most 2 decimals"),
    "not_percent": ("应为非负小数字符串", "must be a non-negative decimal string"),
    "not_count": ("应为非负整数", "must be a non-negative whole number"),
    "not_bool": ("应为true或false", "must be true or false"),
    "not_date": ("应为YYYY-MM-DD格式的有效日期", "must be a date written YYYY-MM-DD"),
    "out_of_range": ("日期超出可计算范围", "the date is out of range"),
    "unknown_word": ("取值不在允许的范围内", "is not one of the known words"),
    "not_industry_code": ("应为国民经济行业代码，以门类字母A至T开头", "must be a GB/T 4754 code, letter first"),
    "zero": ("必须大于零", "must be greater than zero"),
    "over_principal": ("不良本金不得大于贷款本金", "must not exceed the principal"),
    "not_after_disbursement": ("到期日必须晚于发放日", "must be later than the disbursement"),
    "before_disbursement": ("录入日不得早于发放日", "must not be before the disbursement"),
    "before_determination": ("提交日不得早于认定日", "must not be before the determination"),
    "ends_before_it_begins": ("有效期止日早于起日", "the validity ends before it begins"),
    "before_lpr": ("发放日早于报价表的起始日", "the disbursement is before the LPR table begins"),
    "over_one": ("补偿比例不得大于1", "must not exceed 1"),
    "duplicate": ("重复", "stands twice"),
    "unknown_approval": ("没有登记并确认过这个文号", "no confirmed document of the register has this number"),
    "not_covered": ("该文件不适用于这笔贷款的行业或发放日", "does not cover this industry or disbursement"),
    "needs_last_borrowers": ("上年放款额大于零时必填", "is needed when last_amount is above zero"),
}  # fmt: skip


class Malformed(Exception):
    """A case that cannot be judged: which field, and what is wrong with it."""

    def __init__(self, field: str | None, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem

    def said(self, language: str) -> str:
        chinese, english = _PROBLEMS[self.problem]
        if language == ENGLISH:
            return f"{self.field}: {english}" if self.field else english
        return f"{self.field}:{chinese}" if self.field else chinese

    def answer(self, language: str) -> dict[str, Any]:
        return {"error": self.said(language), "field": self.field}


def given(case: Case, name: str, at: str = "") -> Any:
    try:
        return case[name]
    except KeyError:
        raise Malformed(at + name, "missing") from None


def text(case: Case, name: str, at: str = "") -> str:
    value = given(case, name, at)
    if not isinstance(value, str) or not value.strip():
        raise Malformed(at + name, "not_text")
    return value


def word(case: Case, name: str, allowed: Collection[str]) -> str:
    value = given(case, name)
    if not isinstance(value, str) or value not in allowed:
        raise Malformed(name, "unknown_word")
    return value


def flag(case: Case, name: str) -> bool:
    value = given(case, name)
    if value is not True and value is not False:
        raise Malformed(name, "not_bool")
    return bool(value)


def count(case: Case, name: str, at: str = "") -> int:
    value = given(case, name, at)
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        raise Malformed(at + name, "not_count")
    return value


@lru_cache(maxsize=1 << 15)
def _amount(value: str) -> Decimal | None:
    try:
        return parse_amount(value)
    except ValueError:
        return None


def as_amount(value: object, field: str) -> Decimal:
    result = _amount(value) if isinstance(value, str) else None
    if result is None:
        raise Malformed(field, "not_amount")
    return result


def amount(case: Case, name: str, at: str = "") -> Decimal:
    return as_amount(given(case, name, at), at + name)


def percent(case: Case, name: str) -> Decimal:
    value = given(case, name)
    try:
        return parse_decimal(value)
    except ValueError:
        raise Malformed(name, "not_percent") from None


@lru_cache(maxsize=1 << 15)
def _day(value: str) -> date | None:
    if not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def any_day(case: Case, name: str, at: str = "") -> date:
    """A date of whatever year."""
    value = given(case, name, at)
    result = _day(value) if isinstance(value, str) else None
    if result is None:
        raise Malformed(at + name, "not_date")
    return result


def day(case: Case, name: str) -> date:
    """A date that the calendar covers."""
    result = any_day(case, name)
    if not EARLIEST <= result <= LATEST:
        raise Malformed(name, "out_of_range")
    return result


def items(case: Case, name: str) -> list[Any]:
    value = given(case, name)
    if not isinstance(value, list):
        raise Malformed(name, "not_list")
    return value


def industry_code(case: Case, name: str) -> str:
    value = given(case, name)
    if not isinstance(value, str) or not _INDUSTRY_CODE.fullmatch(value):
        raise Malformed(name, "not_industry_code")
    return value.upper()
