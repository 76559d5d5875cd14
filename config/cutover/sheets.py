"""The sheets of the cut-over, declared as those that banks fill in: the same reader, the same templates."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext_noop as _

from loans.choices import CLASSES
from loans.columns import IDENTITY, LOAN_SCHEMA
from pool.sheets import Choice, Column, Kind, Schema
from pool.templates_xlsx import Instruction, build
from recovery.columns import METHODS

NOTE, ENTRY, CLASS, PAID, BACK, MONEY = "19(1)", "13", "2", "16", "19(6)", "10.2(1)"
BANK = Column(
    "bank_code", _("机构代码"), Kind.CODE, required=True, synonyms=("银行代码",), max_length=12,
    note=_("与本系统加盟银行名单一致。"),
)  # fmt: skip
CLOSINGS = (
    Choice("paid_off", _("正常结清结项"), ("正常结清",)),
    Choice("automatic", _("自动结项")),
    Choice("settled", _("清偿结项")),
    Choice("other", _("其他结项"), ("核销结项", "不予补偿结项")),
)
ENDINGS = (Choice("upgraded", _("上调分类"), ("上调",)), Choice("voided", _("撤销认定"), ("撤销",)))
ENTRIES = (
    Choice("appropriate", _("拨款到账"), ("拨款",)),
    Choice("interest", _("利息")),
    Choice("fee", _("手续费")),
    Choice("suspense", _("待查款到账"), ("待查款",)),
)
ITEMS = (
    Choice("loans", _("贷款入库")),
    Choice("determinations", _("不良认定")),
    Choice("compensations", _("补偿拨付")),
    Choice("returns", _("清收返还")),
    Choice("cash", _("专户余额")),
)


def _day(key: str, header: str, note: str, article: str, *, required: bool = False) -> Column:
    return Column(key, header, Kind.DATE, required=required, note=note, article=article)


def _money(key: str, header: str, note: str, article: str, *, positive: bool = True) -> Column:
    return Column(key, header, Kind.MONEY, required=True, positive=positive, note=note, article=article,
                  minimum=None if positive else Decimal(0), width=18)  # fmt: skip


LOANS = Schema(
    code="SZ-PAST-LOAN-1", title="移交：贷款项目", sheet="贷款项目",
    columns=(
        BANK,
        *LOAN_SCHEMA.columns,
        _day("entered_on", _("原入库日期"), _("原系统记载的入库日期；认定不良须在其后。"), NOTE, required=True),
        _day("closed_on", _("结项日期"), _("未结项的不填。"), "19(8)"),
        Column("closing", _("结项方式"), Kind.CHOICE, required_when={}, choices=CLOSINGS, note=_("有结项日期的必填。")),
    ),
)  # fmt: skip
DETERMINATIONS = Schema(
    code="SZ-PAST-NPL-1", title="移交：不良认定", sheet="不良认定",
    columns=(
        BANK, IDENTITY[0],
        _day("determined_on", _("认定日期"), _("须晚于原入库日期。"), ENTRY, required=True),
        Column("classification", _("五级分类"), Kind.CHOICE, required=True, choices=CLASSES[2:],
               note=_("次级、可疑或损失。"), article=CLASS),
        _money("principal_balance", _("认定时本金余额（元）"), _("不超过贷款本金。"), "16(1)"),
        _day("ended_on", _("终止日期"), _("认定已终止的填写。"), "19(5)"),
        Column("ending", _("终止原因"), Kind.CHOICE, choices=ENDINGS, note=_("有终止日期的必填。")),
        _day("recovered_on", _("本金全部收回日期"), _("本金已全部收回的填写。"), "17"),
    ),
)  # fmt: skip
COMPENSATIONS = Schema(
    code="SZ-PAST-PAID-1", title="移交：补偿拨付", sheet="补偿拨付",
    columns=(
        BANK, IDENTITY[0],
        Column("claim_number", _("原申请编号"), Kind.CODE, required=True, max_length=36,
               note=_("原系统的申请编号，不得重复。")),
        _day("submitted_on", _("申请日期"), _("不早于认定日期。"), "19(2)", required=True),
        _day("decided_on", _("审核日期"), _("不早于申请日期。"), "20(1)", required=True),
        Column("ratio", _("补偿比例（%）"), Kind.PERCENT, required=True, positive=True, maximum=Decimal(100),
               article=PAID, note=_("按原决定，不重新核算。")),
        _money("amount", _("补偿金额（元）"), _("等于认定时本金余额乘以补偿比例，四舍五入到分。"), PAID),
        _day("paid_on", _("到账日期"), _("不早于审核日期。"), "20(3)", required=True),
        _day("transferred_on", _("转录补偿库日期"), _("未转录的不填。"), "19(4)"),
    ),
)  # fmt: skip
RETURNS = Schema(
    code="SZ-PAST-BACK-1", title="移交：清收与返还", sheet="清收与返还",
    columns=(
        BANK, IDENTITY[0],
        _day("received_on", _("收回日期"), _("须晚于认定日期。"), BACK, required=True),
        _money("amount", _("收回金额（元）"), _("未扣除费用的全部偿债资金。"), BACK),
        _money("principal_part", _("其中本金（元）"), _("没有则填 0。"), BACK, positive=False),
        Column("method", _("处置方式"), Kind.CHOICE, required=True, choices=METHODS, note=_("从下拉列表中选择。")),
        _day("reported_on", _("上报日期"), _("按上报的先后排列。"), BACK, required=True),
        _money("returned", _("应返还金额（元）"), _("累计公式的本次金额；不应返还的填 0。"), BACK, positive=False),
        _day("returned_on", _("返还到账日期"), _("尚未返还的不填。"), BACK),
    ),
)  # fmt: skip
LEDGER = Schema(
    code="SZ-PAST-CASH-1", title="移交：专户期初", sheet="专户期初",
    columns=(
        _day("on", _("日期"), _("专户记账日期。"), MONEY, required=True),
        Column("kind", _("种类"), Kind.CHOICE, required=True, choices=ENTRIES,
               note=_("补偿拨付和清收返还由另两张表记账，不在此填写。")),
        _money("amount", _("金额（元）"), _("大于零。"), MONEY),
        Column("document", _("凭证或文号"), Kind.TEXT, required=True, max_length=120, note=_("拨款文件、利息清单等。")),
    ),
)  # fmt: skip
CONTROL = Schema(
    code="SZ-PAST-SUMS-1", title="移交：控制总数", sheet="控制总数",
    columns=(
        Column("item", _("项目"), Kind.CHOICE, required=True, choices=ITEMS,
               note=_("每家银行、每个季度一行；专户余额一行。")),
        Column("bank_code", _("机构代码"), Kind.CODE, max_length=12, note=_("专户余额不填。")),
        _day("quarter", _("季度首日"), _("贷款按发放日，认定按认定日，拨付和返还按到账日。"), MONEY),
        Column("count", _("笔数"), Kind.INTEGER, note=_("专户余额不填。")),
        Column("amount", _("金额（元）"), Kind.MONEY, required=True, minimum=Decimal(0),
               note=_("原系统账面合计。"), width=18),
    ),
)  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "loans": LOANS, "determinations": DETERMINATIONS, "compensations": COMPENSATIONS, "returns": RETURNS,
    "ledger": LEDGER, "control": CONTROL,
}  # fmt: skip
"""In the order in which they are read: each rests on the ones before."""
INSTRUCTIONS = (
    Instruction(_("每张表一个文件，文件名为表的英文名，可用 .xlsx 或 .csv；行数多时请用 .csv。"), ""),
    Instruction(_("只移交已经拨付的补偿；尚在审核、公示或待拨付的申请，移交后在本系统重新办理。"), "19(2)"),
)


def file_of(folder: Path, name: str) -> Path | None:
    """The sheet's file, as a workbook or as CSV."""
    found = [folder / f"{name}{ending}" for ending in (".csv", ".xlsx") if (folder / f"{name}{ending}").exists()]
    return found[0] if found else None


def write_templates(folder: Path) -> list[Path]:
    """One workbook for each sheet, with its drop-downs."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, schema in SCHEMAS.items():
        path = folder / f"{name}.xlsx"
        with path.open("wb") as target:
            build(schema, target, instructions=INSTRUCTIONS, examples=())
        made.append(path)
    return made
