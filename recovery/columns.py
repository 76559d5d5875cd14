"""The sheet of recoveries: one line an instalment, in the words of the form for one."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from loans.columns import CLASSIFICATION_SCHEMA, IDENTITY
from pool.sheets import Choice, Column, Kind, Schema
from pool.templates_xlsx import Instruction, Target, build

LAW = "19(6)"

METHODS = (
    Choice("collection", _("追收"), ("清收", "催收", "诉讼", "现金清收")),
    Choice("package_sale", _("打包出售"), ("批量转让", "资产包转让")),
    Choice("transfer", _("转让"), ("单户转让", "债权转让")),
    Choice("securitisation", _("证券化"), ("资产证券化",)),
    Choice("asset_in_kind", _("以物抵债"), ("抵债",)),
    Choice("other", _("其他方式"), ("其他",)),
)

RECOVERY_SCHEMA = Schema(
    code="SZ-RECOVERY-2024.1",
    title="清收上报表",
    sheet="清收上报",
    columns=(
        IDENTITY[0],
        CLASSIFICATION_SCHEMA["borrower_name"],
        Column(
            "received_on",
            _("收回日期"),
            Kind.DATE,
            required=True,
            synonyms=("清收日期", "到账日期", "回款日期"),
            note=_("以物抵债的，填权属转移日。"),
            article=LAW,
        ),
        Column(
            "amount",
            _("收回金额（元）"),
            Kind.MONEY,
            required=True,
            positive=True,
            synonyms=("收回金额", "清收金额", "回款金额"),
            note=_("未扣除费用的全部偿债资金；以物抵债的，填抵债金额。"),
            article=LAW,
            width=18,
        ),
        Column(
            "principal_part",
            _("其中本金（元）"),
            Kind.MONEY,
            required=True,
            synonyms=("其中：本金", "其中本金", "本金"),
            minimum=Decimal(0),
            note=_("冲抵本金的部分，没有则填 0。"),
            width=18,
        ),
        Column(
            "method",
            _("处置方式"),
            Kind.CHOICE,
            required=True,
            synonyms=("清收方式", "收回方式"),
            choices=METHODS,
            note=_("从下拉列表中选择。"),
        ),
        Column(
            "note",
            _("说明"),
            Kind.TEXT,
            synonyms=("备注", "回单号"),
            max_length=400,
            note=_("同日收回两笔相同金额的，请写明回单号以示区别。"),
            width=40,
        ),
    ),
)

INSTRUCTIONS = (
    Instruction(_("一行一笔收回的款项；每季度前 15 个工作日内上报并返还此前收回的款项。"), LAW),
    Instruction(_("按行的先后计算应返还金额：累计收回乘以补偿比例，不超过补偿金额，减去此前应返还的部分。"), LAW),
    Instruction(_("收回日期须晚于不良认定日；补偿到账前收回的也计入，在到账后的第一个窗口返还。"), LAW),
)
_EXAMPLE: dict[str, object] = {
    "iou_number": "JJ202410080001",
    "borrower_name": "深圳市示例精密科技有限公司",
    "received_on": datetime.date(2024, 12, 20),
    "amount": Decimal("333333.33"),
    "principal_part": Decimal("300000.00"),
    "method": "追收",
    "note": "回单 HD202412200001",
}


def write_template(target: Target) -> None:
    build(RECOVERY_SCHEMA, target, instructions=INSTRUCTIONS, examples=(_EXAMPLE,))
