"""From a row of the loan template to the facts of a loan. Pure: form and plausibility, never eligibility.

An error keeps the row out until it is mended. A warning asks the maker to look again: the row may enter when
somebody says why it is right. Whether the loan can ever be compensated is for the rules, not for this module.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext_noop as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError

from pool.sheets import CellProblem, Row, Wording, declare

from .choices import ENTERPRISE, OWNER, SOLE_TRADER
from .columns import LOAN_SCHEMA
from .industries import LETTERS, SECTION_OF, full_industry_code, usual_group


@dataclass(frozen=True, slots=True)
class Qualification:
    """A qualification of the borrower or co-borrower, valid on both its days."""

    kind: str
    valid_from: datetime.date
    valid_to: datetime.date


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """What the bank declares about a loan at entry. Money is in yuan, but `principal` in `currency`."""

    iou_number: str
    contract_number: str
    branch_name: str
    borrower_kind: str
    borrower_name: str
    credit_code: str
    owner_name: str
    owner_id_kind: str
    owner_id_number: str
    firm_name: str
    co_borrower_name: str
    co_borrower_code: str
    district: str
    industry_code: str
    industry_group: str
    staff: int
    revenue: Decimal
    assets: Decimal
    in_shenzhen: bool
    quasi_financial: bool
    product: str
    use: str
    use_detail: str
    other_cover: str
    security: tuple[str, ...]
    currency: str
    principal: Decimal
    credit_line: Decimal
    other_balances: Decimal
    annual_rate: Decimal
    disbursed_on: datetime.date
    matures_on: datetime.date
    qualifications: tuple[Qualification, ...]
    features: tuple[str, ...]
    remarks: str


declare(
    {
        "credit_code_length": Wording(
            _("统一社会信用代码应为 18 位，此处为 %(length)s 位。"), _("请按营业执照重新输入，并保持文本格式。")
        ),
        "credit_code_letters": Wording(
            _("统一社会信用代码含有不会出现的字符。"),
            _("代码中没有字母 I、O、S、V、Z，请检查是否把数字 1、0、5、2 写成了字母。"),
        ),
        "credit_code_check": Wording(
            _("统一社会信用代码的校验位不符，说明有一位或几位写错。"), _("请按营业执照逐位核对。")
        ),
        "id_length": Wording(
            _("身份证号码应为 18 位，此处为 %(length)s 位。"), _("请按证件重新输入，并保持文本格式。")
        ),
        "id_check": Wording(_("身份证号码不符合编码规则（校验位、出生日期或地区）。"), _("请按证件逐位核对。")),
        "id_other": Wording(_("证件号码应为 5 至 20 位字母或数字。"), _("请按证件核对；没有空格和标点。")),
        "industry_letter": Wording(
            _("行业代码 %(value)s 的门类字母与数字不一致。"), _("%(division)s 开头的大类属于门类 %(section)s。")
        ),
        "industry_unknown": Wording(
            _("国民经济行业分类中没有 %(division)s 这个大类。"), _("请按 GB/T 4754 核对，例如 C3921。")
        ),
        "maturity_order": Wording(_("到期日期 %(value)s 不晚于发放日期 %(disbursed)s。"), _("请按借据核对两个日期。")),
        "disbursed_later": Wording(_("发放日期 %(value)s 晚于今天。"), _("请在放款之后录入，日期以借据为准。")),
        "rate_fraction": Wording(
            _("年利率 %(value)s%% 过低，像是把百分数写成了小数。"), _("4.35%% 请填 4.35，不要填 0.0435。")
        ),
        "qualification_without_dates": Wording(_("填写了资质，但没有填有效期。"), _("请补充资质有效期的起止日期。")),
        "qualification_dates_count": Wording(
            _("资质有 %(kinds)s 项，有效期却有 %(dates)s 个。"),
            _("请只填一个日期，或按资质的先后各填一个，用顿号分隔。"),
        ),
        "qualification_dates_order": Wording(
            _("资质有效期的止日 %(end)s 早于起日 %(start)s。"), _("请按资质证书核对。")
        ),
        "duplicate_in_file": Wording(
            _("借据号 %(value)s 在本文件中已出现（第 %(first)s 行）。"),
            _("同一借据只保留一行；如为两笔，请核对借据号。"),
        ),
        "already_entered": Wording(
            _("借据号 %(value)s 已在贷款项目库中。"), _("无需重复录入；如需更正，请到该笔贷款页面申请。")
        ),
        # Plausibility
        "qualification_dates_alone": Wording(
            _("填了资质有效期，但没有填资质类别。"), _("请补充资质类别，或删去日期。")
        ),
        "first_loan_with_balances": Wording(
            _("标为首笔贷款，但放款时点另有贷款余额 %(balances)s 元。"),
            _("首笔贷款指征信记录中此前没有任何银行贷款；请核对，确属首贷请说明。"),
        ),
        "credit_with_pledge": Wording(
            _("标为纯信用，但同时有其他担保（%(other)s）。"), _("纯信用指没有任何其他担保；请核对。")
        ),
        "line_under_principal": Wording(
            _("单户授信总额 %(value)s 元小于贷款金额 %(principal)s 元。"), _("请核对授信总额及单位。")
        ),
        "group_against_code": Wording(
            _("划型行业“%(group)s”与行业代码 %(code)s 通常不对应。"), _("该代码一般划为“%(usual)s”；请核对。")
        ),
        "product_against_borrower": Wording(
            _("借款人类型“%(kind)s”通常不办理“%(product)s”。"), _("请核对借款人类型和产品类型。")
        ),
        "code_against_borrower": Wording(
            _("统一社会信用代码以 %(start)s 开头，与借款人类型“%(kind)s”通常不符。"),
            _("企业一般为 91 开头，个体工商户一般为 92 开头；请核对。"),
        ),
        "owner_name_differs": Wording(
            _("借款人名称与企业主姓名 %(owner)s 不一致。"), _("小微企业主贷款的借款人是企业主本人；请核对借款人类型。")
        ),
        "amount_tiny": Wording(
            _("贷款金额只有 %(value)s 元。"), _("是否以万元填写？如是，请把列名改为“贷款金额（万元）”。")
        ),
        "amount_huge": Wording(_("贷款金额达到 %(value)s 元。"), _("请核对数字和单位。")),
        "rate_low": Wording(_("年利率只有 %(value)s%%。"), _("请按借款合同核对。")),
        "rate_high": Wording(_("年利率达到 %(value)s%%。"), _("请按借款合同核对。")),
        "term_long": Wording(_("贷款期限超过 %(years)s 年。"), _("请按借据核对发放日期和到期日期。")),
    }
)

_CREDIT_CODE_STARTS = {ENTERPRISE: "92", OWNER: "", SOLE_TRADER: "91"}
_UNUSUAL_PRODUCTS = {(ENTERPRISE, "personal_business"), (OWNER, "working_capital")}
_PLEDGES = ("ip_pledge", "receivables_pledge", "inventory_pledge")
_TINY, _HUGE = Decimal("10000"), Decimal("1000000000")
_RATE_FRACTION, _RATE_LOW, _RATE_HIGH = Decimal("0.2"), Decimal("1"), Decimal("24")
_LONG_YEARS = 10
_CACHE_LIMIT = 100_000

Check = Callable[[Row, Mapping[str, Any]], Iterable[CellProblem]]


_known_codes: dict[str, tuple[str, dict[str, str]] | None] = {}


def credit_code_fault(code: str) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a unified social credit code, as a problem code with its parameters."""
    if code in _known_codes:
        return _known_codes[code]
    fault: tuple[str, dict[str, str]] | None = None
    try:
        uscc.validate(code)
    except InvalidLength:
        fault = ("credit_code_length", {"length": str(len(code))})
    except InvalidFormat:
        fault = ("credit_code_letters", {})
    except InvalidChecksum:
        fault = ("credit_code_check", {})
    if len(_known_codes) < _CACHE_LIMIT:
        _known_codes[code] = fault
    return fault


def id_number_fault(number: str, kind: str = "resident_id") -> tuple[str, dict[str, str]] | None:
    """What is wrong with a person's number.

    The county is not checked: counties were renumbered within people's lives, and a list of them with
    years refuses people who were born before their county had its number.
    """
    if kind not in ("resident_id", "residence_permit"):
        fits = 5 <= len(number) <= 20 and number.isascii() and number.isalnum()
        return None if fits else ("id_other", {})
    if len(number) != 18:
        return ("id_length", {"length": str(len(number))})
    if not (number[:17].isascii() and number[:17].isdigit()) or number[0] not in "12345678":
        return ("id_check", {})
    try:
        ric.get_birth_date(number)
    except (InvalidComponent, ValidationError):
        return ("id_check", {})
    return None if ric.calc_check_digit(number) == number[17] else ("id_check", {})


def _identity(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    for key in ("credit_code", "co_borrower_code"):
        code = values[key]
        fault = credit_code_fault(code) if code else None
        if fault:
            yield row.problem(key, fault[0], **fault[1])
    number = values["owner_id_number"]
    fault = id_number_fault(number, values["owner_id_kind"]) if number else None
    if fault:
        yield row.problem("owner_id_number", fault[0], **fault[1])


def _industry(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    code = values["industry_code"]
    if not code:
        return
    division = code.lstrip(LETTERS)[:2]
    section = SECTION_OF.get(int(division))
    if section is None:
        yield row.problem("industry_code", "industry_unknown", division=division)
    elif code[0].isalpha() and code[0] != section:
        yield row.problem("industry_code", "industry_letter", division=division, section=section)
    elif values["industry_group"] and usual_group(code) != values["industry_group"]:
        labels = LOAN_SCHEMA["industry_group"].labels
        group, usual = labels[values["industry_group"]], labels[usual_group(code)]
        yield row.warning("industry_group", "group_against_code", group=group, code=code, usual=usual)


def _dates(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    disbursed, matures = values["disbursed_on"], values["matures_on"]
    if not disbursed or not matures:
        return
    if matures <= disbursed:
        yield row.problem("matures_on", "maturity_order", disbursed=disbursed.isoformat())
    elif (matures - disbursed).days > _LONG_YEARS * 366:
        yield row.warning("matures_on", "term_long", years=str(_LONG_YEARS), disbursed=disbursed.isoformat())


def _amounts(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    principal, line, rate = values["principal"], values["credit_line"], values["annual_rate"]
    if principal is not None:
        if principal < _TINY:
            yield row.warning("principal", "amount_tiny")
        elif principal >= _HUGE:
            yield row.warning("principal", "amount_huge")
        if line and line < principal and values["currency"] == "CNY":
            yield row.warning("credit_line", "line_under_principal", principal=f"{principal:,}")
    if rate is not None:
        if 0 < rate < _RATE_FRACTION:
            yield row.problem("annual_rate", "rate_fraction")
        elif rate < _RATE_LOW:
            yield row.warning("annual_rate", "rate_low")
        elif rate > _RATE_HIGH:
            yield row.warning("annual_rate", "rate_high")


def _borrower(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    kind, product, code = values["borrower_kind"], values["product"], values["credit_code"]
    if not kind:
        return
    label = LOAN_SCHEMA["borrower_kind"].labels[kind]
    if (kind, product) in _UNUSUAL_PRODUCTS:
        shown = LOAN_SCHEMA["product"].labels[product]
        yield row.warning("product", "product_against_borrower", kind=label, product=shown)
    start = _CREDIT_CODE_STARTS[kind]
    if code and start and code.startswith(start):
        yield row.warning("credit_code", "code_against_borrower", start=start, kind=label)
    name, owner = values["borrower_name"], values["owner_name"]
    if kind == OWNER and name and owner and name != owner:
        yield row.warning("borrower_name", "owner_name_differs", owner=owner)


def _features(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    features, balances = values["features"], values["other_balances"]
    if "first_loan" in features and balances:
        yield row.warning("features", "first_loan_with_balances", balances=f"{balances:,}")
    if "credit" in features:
        labels = LOAN_SCHEMA["features"].labels
        others = [labels[pledge] for pledge in _PLEDGES if pledge in features]
        labels = LOAN_SCHEMA["security"].labels
        others += [labels[word] for word in values["security"] if word in ("guarantor", "mortgage", "pledge")]
        if others:
            yield row.warning("features", "credit_with_pledge", other="、".join(others))


def _qualifications(row: Row, values: Mapping[str, Any]) -> Iterator[CellProblem]:
    kinds, starts, ends = (values[key] for key in ("qualifications", "qualification_from", "qualification_to"))
    if not kinds:
        if starts or ends:
            yield row.warning("qualifications", "qualification_dates_alone")
        return
    for key, dates in (("qualification_from", starts), ("qualification_to", ends)):
        if not dates and not any(problem.key == key for problem in row.problems):
            yield row.problem(key, "qualification_without_dates")
        elif len(dates) not in (0, 1, len(kinds)):
            count = {"kinds": str(len(kinds)), "dates": str(len(dates))}
            yield row.problem(key, "qualification_dates_count", **count)
    for start, end in zip(_spread(starts, len(kinds)), _spread(ends, len(kinds)), strict=False):
        if end < start:
            order = {"start": start.isoformat(), "end": end.isoformat()}
            yield row.problem("qualification_to", "qualification_dates_order", **order)
            return


def _spread(dates: tuple[datetime.date, ...], count: int) -> tuple[datetime.date, ...]:
    return dates * count if len(dates) == 1 else dates


CHECKS: tuple[Check, ...] = (_identity, _industry, _dates, _amounts, _borrower, _features, _qualifications)


def parse_row(row: Row, *, on: datetime.date | None = None) -> tuple[LoanFacts | None, list[CellProblem]]:
    """The facts of a row and everything to say about it; no facts where there is an error.

    `on` is the business date: a loan dated after it has not been made yet.
    """
    problems = list(row.problems)
    for check in CHECKS:
        problems.extend(check(row, row.values))
    disbursed = cast(datetime.date | None, row.values["disbursed_on"])
    if on and disbursed and disbursed > on:
        problems.append(row.problem("disbursed_on", "disbursed_later"))
    if problems:
        problems.sort(key=_place)
    if any(problem.is_error for problem in problems):
        return None, problems
    return _facts(row.values), problems


_PLACES = {column.key: place for place, column in enumerate(LOAN_SCHEMA.columns)}


def _place(problem: CellProblem) -> int:
    return _PLACES.get(problem.key, -1)


def _facts(values: Mapping[str, Any]) -> LoanFacts:
    given = {name: values[name] for name in _FIELDS}
    kinds = values["qualifications"]
    starts, ends = (_spread(values[key], len(kinds)) for key in ("qualification_from", "qualification_to"))
    given["qualifications"] = tuple(Qualification(*each) for each in zip(kinds, starts, ends, strict=True))
    given["industry_code"] = full_industry_code(values["industry_code"])
    if values["borrower_kind"] == OWNER:
        given["borrower_name"] = values["owner_name"]
    for name, nothing in _NOTHING.items():
        if given[name] is None:
            given[name] = nothing
    return LoanFacts(**given)


_FIELDS = tuple(field.name for field in fields(LoanFacts))
_NOTHING: dict[str, Any] = {
    "borrower_name": "",
    "owner_name": "",
    "owner_id_number": "",
    "firm_name": "",
    "district": "",
    "staff": 0,
    "revenue": Decimal("0.00"),
    "assets": Decimal("0.00"),
    "credit_line": Decimal("0.00"),
}
_DATE_FIELDS = ("disbursed_on", "matures_on")
_MONEY_FIELDS = ("revenue", "assets", "principal", "credit_line", "other_balances", "annual_rate")
_LIST_FIELDS = ("security", "features")


def facts_to_dict(facts: LoanFacts) -> dict[str, Any]:
    """For a JSON column: money as strings, dates ISO."""
    data: dict[str, Any] = {name: getattr(facts, name) for name in _FIELDS}
    for name in _MONEY_FIELDS:
        data[name] = str(data[name])
    for name in _DATE_FIELDS:
        data[name] = data[name].isoformat()
    for name in _LIST_FIELDS:
        data[name] = list(data[name])
    data["qualifications"] = [
        {"kind": each.kind, "valid_from": each.valid_from.isoformat(), "valid_to": each.valid_to.isoformat()}
        for each in facts.qualifications
    ]
    return data


def facts_from_dict(data: Mapping[str, Any]) -> LoanFacts:
    """The facts again, exactly as they were."""
    given = dict(data)
    for name in _MONEY_FIELDS:
        given[name] = Decimal(given[name])
    for name in _DATE_FIELDS:
        given[name] = datetime.date.fromisoformat(given[name])
    for name in _LIST_FIELDS:
        given[name] = tuple(given[name])
    given["qualifications"] = tuple(
        Qualification(
            each["kind"],
            datetime.date.fromisoformat(each["valid_from"]),
            datetime.date.fromisoformat(each["valid_to"]),
        )
        for each in given["qualifications"]
    )
    return LoanFacts(**given)


_ASSESS_FIELDS = (
    "borrower_kind",
    "industry_group",
    "industry_code",
    "quasi_financial",
    "staff",
    "revenue",
    "assets",
    "in_shenzhen",
    "credit_line",
    "product",
    "use",
    "other_cover",
    "principal",
    "other_balances",
    "annual_rate",
    "disbursed_on",
    "matures_on",
    "qualifications",
    "features",
)


def assess_part(facts: LoanFacts, *, principal: Decimal | None = None) -> dict[str, Any]:
    """The entry facts in the words of the trial calculation `assess`.

    A loan in another currency needs its `principal` in yuan. What is known only later (classification,
    submission, whether the industry is restricted) is added by the caller.
    """
    if facts.currency != "CNY" and principal is None:
        raise ValueError("a loan in a foreign currency is assessed by its principal in yuan")
    data = facts_to_dict(facts)
    part = {name: data[name] for name in _ASSESS_FIELDS}
    if principal is not None:
        part["principal"] = str(principal)
    return part
