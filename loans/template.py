"""The workbook a bank downloads to enter its loans: instructions in our own words, and one example of each borrower."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from pool.templates_xlsx import Instruction, Target, build

from .columns import ADDITION, CLASSIFICATION_SCHEMA, ENTRY, FEATURE, KIND, LOAN_SCHEMA, PRODUCT, RATE, SIZE, TIER, USE

INSTRUCTIONS = (
    Instruction(_("每季度发放的贷款，最迟在下一季度开始后的前 15 个工作日内录入；季度以借据日期为准。"), ENTRY),
    Instruction(_("逾期录入的贷款仍会保留并作标记，但今后不能申请补偿。"), "13"),
    Instruction(_("一笔借据填一行。同一借据号重复上传不会重复入库。"), ENTRY),
    Instruction(_("划型行业、从业人数、营业收入、资产总额用于划分大、中、小、微型企业。"), SIZE),
    Instruction(_("小微企业主、个体工商户须填单户授信总额；小微企业主的从业人数等填其企业的数据。"), KIND),
    Instruction(_("只有流动资金贷款、个人经营性贷款，且没有其他保险、担保或补偿的，才在补偿范围内。"), PRODUCT),
    Instruction(_("贷款须用于借款人自身的生产经营。"), USE),
    Instruction(_("年利率填放款时的合同利率，与同期贷款市场报价利率比较。"), RATE),
    Instruction(_("放款时点其他贷款余额加本笔金额，决定补偿比例的档次。"), TIER),
    Instruction(_("资质在发放日有效才计入；填了资质必须填有效期的起止日期。"), ADDITION),
    Instruction(_("首笔贷款指此前在任何银行都没有贷款；纯信用指没有任何其他担保。"), FEATURE),
)

_ENTERPRISE: dict[str, object] = {
    "iou_number": "JJ202410080001",
    "contract_number": "HT202410080001",
    "branch_name": "科技园支行",
    "borrower_kind": "企业",
    "borrower_name": "深圳市示例精密科技有限公司",
    "credit_code": "91440300MA5EXA001G",
    "district": "南山区",
    "industry_code": "C3921",
    "industry_group": "工业",
    "staff": 45,
    "revenue": Decimal("36000000.00"),
    "assets": Decimal("12000000.00"),
    "in_shenzhen": "是",
    "quasi_financial": "否",
    "product": "流动资金贷款",
    "use": "本企业生产经营",
    "use_detail": "采购原材料",
    "other_cover": "无",
    "security": "保证",
    "currency": "人民币",
    "principal": Decimal("3000000.00"),
    "credit_line": Decimal("5000000.00"),
    "other_balances": Decimal("1000000.00"),
    "annual_rate": Decimal("4.35"),
    "disbursed_on": datetime.date(2024, 10, 8),
    "matures_on": datetime.date(2025, 10, 8),
    "qualifications": "国家高新技术企业、专精特新中小企业",
    "qualification_from": "2023-11-15、2024-01-01",
    "qualification_to": "2026-11-14、2026-12-31",
    "features": "绿色信贷",
}
_OWNER: dict[str, object] = {
    **_ENTERPRISE,
    "iou_number": "JJ202411120002",
    "contract_number": "HT202411120002",
    "borrower_kind": "小微企业主",
    "borrower_name": "",
    "owner_name": "陈某某",
    "owner_id_kind": "居民身份证",
    "owner_id_number": "440305198001010013",
    "firm_name": "深圳市示例精密科技有限公司",
    "product": "个人经营性贷款",
    "principal": Decimal("1500000.00"),
    "credit_line": Decimal("2000000.00"),
    "other_balances": Decimal("0.00"),
    "qualifications": "",
    "qualification_from": "",
    "qualification_to": "",
    "features": "首笔贷款",
}
_SOLE_TRADER: dict[str, object] = {
    **{key: value for key, value in _ENTERPRISE.items() if key not in ("staff", "revenue", "assets")},
    "iou_number": "JJ202412030003",
    "contract_number": "HT202412030003",
    "borrower_kind": "个体工商户",
    "borrower_name": "深圳市福田区示例百货商行",
    "credit_code": "92440300MA5EXA002G",
    "district": "福田区",
    "industry_code": "F5211",
    "industry_group": "零售业",
    "product": "个人经营性贷款",
    "security": "信用",
    "principal": Decimal("300000.00"),
    "credit_line": Decimal("300000.00"),
    "other_balances": Decimal("0.00"),
    "qualifications": "",
    "qualification_from": "",
    "qualification_to": "",
    "features": "首笔贷款、纯信用",
}
EXAMPLES = (_ENTERPRISE, _OWNER, _SOLE_TRADER)


CLASSIFICATION_INSTRUCTIONS = (
    Instruction(_("一笔已入库的贷款填一行，只填分类有变化的；与现分类相同的行不作处理。"), "2"),
    Instruction(_("次级、可疑、损失为不良，自认定日起算申请期限，并计入本行不良占比。"), "19(2)"),
    Instruction(_("到期 6 个月之后才认定的，不能再申请补偿；已展期的，请先登记展期。"), "19(8)"),
)
_CLASSIFIED: dict[str, object] = {
    "iou_number": "JJ202410080001",
    "borrower_name": "深圳市示例精密科技有限公司",
    "after": "次级",
    "on_date": datetime.date(2025, 1, 10),
    "principal_balance": Decimal("2500000.00"),
    "reason": "本金逾期 91 天",
}


def write_classification_template(target: Target) -> None:
    build(CLASSIFICATION_SCHEMA, target, instructions=CLASSIFICATION_INSTRUCTIONS, examples=(_CLASSIFIED,))


def write_template(target: Target) -> None:
    build(LOAN_SCHEMA, target, instructions=INSTRUCTIONS, examples=EXAMPLES)
