"""Every mistake a row can hold, one each: what a bank would type, and the code with which it is answered."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .loans import BY_NAME, Cells

_SOUND: Mapping[str, object] = {
    "borrower_kind": "企业",
    "borrower_name": "深圳市试错科技有限公司",
    "owner_name": "",
    "owner_id_kind": "",
    "owner_id_number": "",
    "firm_name": "",
    "industry_code": "C3921",
    "industry_group": "工业",
    "staff": 45,
    "revenue": Decimal("36000000.00"),
    "assets": Decimal("12000000.00"),
    "in_shenzhen": "是",
    "quasi_financial": "否",
    "product": "流动资金贷款",
    "use": "本企业生产经营",
    "other_cover": "无",
    "security": "保证",
    "currency": "人民币",
    "principal": Decimal("3000000.00"),
    "credit_line": Decimal("3000000.00"),
    "other_balances": Decimal("1000000.00"),
    "annual_rate": Decimal("4.35"),
    "qualifications": "国家高新技术企业",
    "qualification_from": "2023-11-15",
    "qualification_to": "2026-11-14",
    "features": "绿色信贷",
}
_OWNER: Mapping[str, object] = {
    "borrower_kind": "小微企业主",
    "borrower_name": "",
    "owner_name": "陈某某",
    "owner_id_number": "",
    "firm_name": "深圳市试错科技有限公司",
    "product": "个人经营性贷款",
    "credit_line": Decimal("5000000.00"),
}
_OWNER_NUMBER = "440399198002291235"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row, what is wrong with it, and the code it is answered with ("" where the rules, not the form, object)."""

    says: str
    cells: Cells
    code: str
    key: str


_Change = Mapping[str, object]
_CODES_AND_NAMES: tuple[tuple[str, str, str, _Change], ...] = (
    ("借据号为空", "required", "iou_number", {"iou_number": ""}),
    ("合同编号超长", "too_long", "contract_number", {"contract_number": "HT" * 40}),
    ("信用代码以数字保存，末位已被改成 0", "code_damaged", "credit_code", {"credit_code": 914403001234567890}),
    ("信用代码只有 17 位", "credit_code_length", "credit_code", {"credit_code": "9144030012345678X"}),
    ("信用代码中把 0 写成字母 O", "credit_code_letters", "credit_code", {"credit_code": "91440300MA5EXAO123"}),
    ("信用代码写错一位", "credit_code_check", "credit_code", {"credit_code": "91440300MA5EXA1230"}),
    ("企业没有填名称", "required_when", "borrower_name", {"borrower_name": ""}),
    ("小微企业主没有填证件号码", "required_when", "owner_id_number", _OWNER),
    ("身份证号码少一位", "id_length", "owner_id_number", {**_OWNER, "owner_id_number": _OWNER_NUMBER[:-1]}),
    ("身份证号码写错一位", "id_check", "owner_id_number", {**_OWNER, "owner_id_number": _OWNER_NUMBER}),
    ("护照号码含标点", "id_other", "owner_id_number", {**_OWNER, "owner_id_kind": "护照", "owner_id_number": "E-1234"}),
    ("行业代码写成文字", "code_format", "industry_code", {"industry_code": "制造业"}),
    ("行业代码没有这个大类", "industry_unknown", "industry_code", {"industry_code": "9901"}),
    ("行业代码门类字母不符", "industry_letter", "industry_code", {"industry_code": "A3921"}),
)
_WORDS: tuple[tuple[str, str, str, _Change], ...] = (
    ("借款人类型不在可选范围", "bad_choice", "borrower_kind", {"borrower_kind": "上市公司"}),
    ("业务特征写得不全", "bad_choice_like", "features", {"features": "纯信"}),
    ("是否在深经营填得含糊", "bad_yes_no", "in_shenzhen", {"in_shenzhen": "大概"}),
)
_FIGURES: tuple[tuple[str, str, str, _Change], ...] = (
    ("金额是文字", "bad_money", "principal", {"principal": "约三百万"}),
    ("金额是科学计数法", "scientific", "principal", {"principal": "3.0E+06"}),
    ("金额有三位小数", "too_precise", "principal", {"principal": "3000000.005"}),
    ("金额为零", "not_positive", "principal", {"principal": 0}),
    ("余额为负", "below_minimum", "other_balances", {"other_balances": "-1"}),
    ("从业人数不是整数", "bad_integer", "staff", {"staff": "四十五"}),
    ("利率是文字", "bad_percent", "annual_rate", {"annual_rate": "LPR+90BP"}),
    ("利率写成小数", "rate_fraction", "annual_rate", {"annual_rate": Decimal("0.0435")}),
    ("利率超过一百", "above_maximum", "annual_rate", {"annual_rate": 435}),
)
_DATES: tuple[tuple[str, str, str, _Change], ...] = (
    ("没有这一天", "bad_date", "disbursed_on", {"disbursed_on": "2024-11-31"}),
    ("日期是未设格式的数字", "date_serial_read", "disbursed_on", {"disbursed_on": 45606}),
    ("年份写错", "date_range", "matures_on", {"matures_on": "2204-11-08"}),
    (
        "发放日期在今天之后",
        "disbursed_later",
        "disbursed_on",
        {"disbursed_on": "2025-03-01", "matures_on": "2026-03-01"},
    ),
    ("到期日早于发放日", "maturity_order", "matures_on", {"matures_on": "2024-01-08"}),
    ("有资质无有效期", "qualification_without_dates", "qualification_to", {"qualification_to": ""}),
    ("有效期个数不符", "qualification_dates_count", "qualification_to", {"qualification_to": "2026-1-1、2027-1-1"}),
    ("有效期止早于起", "qualification_dates_order", "qualification_to", {"qualification_to": "2023-01-01"}),
)
_WARNINGS: tuple[tuple[str, str, str, _Change], ...] = (
    ("提示：有有效期无资质", "qualification_dates_alone", "qualifications", {"qualifications": ""}),
    ("提示：首笔贷款却有其他贷款余额", "first_loan_with_balances", "features", {"features": "首笔贷款"}),
    ("提示：纯信用却有质押", "credit_with_pledge", "features", {"features": "纯信用、知识产权质押"}),
    ("提示：授信小于贷款金额", "line_under_principal", "credit_line", {"credit_line": Decimal("300000.00")}),
    ("提示：划型行业与代码不对应", "group_against_code", "industry_group", {"industry_group": "建筑业"}),
    ("提示：企业办理个人经营性贷款", "product_against_borrower", "product", {"product": "个人经营性贷款"}),
    ("提示：企业用了 92 开头的代码", "code_against_borrower", "credit_code", {"credit_code": "92440300MA5EXA002G"}),
    ("提示：借款人与企业主不同名", "owner_name_differs", "borrower_name",
     {**_OWNER, "borrower_name": "李某某", "owner_id_kind": "护照", "owner_id_number": "E12345678"}),
    ("提示：像是以万元填写", "amount_tiny", "principal", {"principal": 300}),
    ("提示：金额特别大", "amount_huge", "principal", {"principal": 1_000_000_000, "credit_line": ""}),
    ("提示：利率特别低", "rate_low", "annual_rate", {"annual_rate": Decimal("0.5")}),
    ("提示：利率特别高", "rate_high", "annual_rate", {"annual_rate": 36}),
    ("提示：期限特别长", "term_long", "matures_on", {"matures_on": "2044-11-08"}),
)  # fmt: skip
_FOR_THE_RULES: tuple[tuple[str, _Change], ...] = (
    ("可入库，但利率超过同期报价加两点", {"annual_rate": Decimal("6.80")}),
    ("可入库，但属于类金融", {"quasi_financial": "是"}),
    ("可入库，但属于房地产", {"industry_code": "K7010", "industry_group": "房地产开发经营"}),
    ("可入库，但已有融资担保", {"other_cover": "融资担保公司担保"}),
    ("可入库，但用于转贷", {"use": "转贷"}),
    ("可入库，但余额超过 3000 万元", {"other_balances": Decimal("27000000.01")}),
    ("可入库，但不在深圳经营", {"in_shenzhen": "否"}),
    ("可入库，但属于大型企业", {"staff": 1000, "revenue": Decimal("400000000.00")}),
)


def mistakes(pattern: Cells, quarter: str) -> list[Mistake]:
    """One row for each mistake; the rest of each row is sound, with the identity of `pattern`."""
    day = BY_NAME[quarter].first + datetime.timedelta(days=38)
    base: Cells = {**pattern, **_SOUND, "disbursed_on": day, "matures_on": day.replace(year=day.year + 1)}
    base["credit_code"] = "91440300MA5EXA001G"
    told = [*_CODES_AND_NAMES, *_WORDS, *_FIGURES, *_DATES, *_WARNINGS]
    told += [(says, "", "", change) for says, change in _FOR_THE_RULES]
    found = []
    for number, (says, code, key, change) in enumerate(told, start=1):
        own: Cells = {"iou_number": f"B01JJCW{number:04d}", "contract_number": f"B01HTCW{number:04d}", "remarks": says}
        found.append(Mistake(says, {**base, **own, **change}, code, key))
    return [*found, *_repeated(base, quarter)]


def _repeated(base: Cells, quarter: str) -> list[Mistake]:
    """What only the whole file or the library can tell: a loan given twice, and one of the quarter before."""
    twice: Cells = {**base, "iou_number": "B01JJCW9001", "contract_number": "B01HTCW9001"}
    before = BY_NAME[quarter].first - datetime.timedelta(days=20)
    late: Cells = {**base, "iou_number": "B01JJCW9002", "contract_number": "B01HTCW9002", "disbursed_on": before}
    return [
        Mistake("同一借据号第一次出现", {**twice, "remarks": "同一借据号第一次出现"}, "", ""),
        Mistake(
            "同一借据号第二次出现", {**twice, "remarks": "同一借据号第二次出现"}, "duplicate_in_file", "iou_number"
        ),
        Mistake("上一季度的贷款，已逾期录入", {**late, "remarks": "上一季度的贷款，已逾期录入"}, "", ""),
    ]
