"""The columns of loans and uploads, once, for screens and exports."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pool.tables import Column

LATE = ("late", _("逾期录入"))


def loan_columns(*, with_bank: bool) -> list[Column]:
    """All that the list and its export can show; no personal numbers. `HIDDEN` is shown to whom chooses it."""
    bank = [Column(_("加盟银行"), "bank.short_name")] if with_bank else []
    return [
        Column(_("借据号"), "loan_number", "code", link=lambda loan: loan.get_absolute_url(), width=22, sort="number"),
        Column(_("借款人"), "borrower_name", width=30),
        *bank,
        Column(_("贷款本金"), "principal", "money", unit=_("元"), width=18),
        Column(_("发放日期"), "disbursed_on", "date", width=12, sort="disbursed"),
        Column(_("到期日期"), "due_on", "date", width=12),
        Column(
            _("五级分类"), lambda loan: (loan.classification, loan.get_classification_display()), "status", key="class"
        ),
        Column(_("状态"), lambda loan: (loan.state, loan.get_state_display()), "status", key="state"),
        Column(_("所在项目库"), "get_library_display", width=16),
        Column(_("入库日期"), "entered_on", "date", width=12, sort="entered"),
        Column(_("录入"), lambda loan: LATE if loan.entered_late else "", "status", key="late"),
        Column(_("合同编号"), "contract_number", "code", width=22),
        Column(_("借款人类型"), "get_borrower_kind_display", width=12),
        Column(_("统一社会信用代码"), "credit_code", "code", width=22),
        Column(_("行业代码"), "industry_code", "code"),
        Column(_("年利率"), "annual_rate", "points"),
        Column(_("其他贷款余额"), "other_balances", "money", unit=_("元"), width=18),
        Column(_("单户授信总额"), "credit_line", "money", unit=_("元"), width=18),
        Column(_("录入截止日"), "entry_closes_on", "date", width=12),
    ]


HIDDEN = frozenset(
    {
        "contract_number", "get_borrower_kind_display", "credit_code", "industry_code", "annual_rate", "other_balances",
        "credit_line", "entry_closes_on",
    }
)  # fmt: skip


def upload_columns(*, with_bank: bool) -> list[Column]:
    bank = [Column(_("加盟银行"), "bank.short_name")] if with_bank else []
    return [
        Column(
            _("批次编号"),
            "number",
            "code",
            link=lambda upload: reverse("loans:upload", args=[upload.pk]),
            sort="number",
        ),
        *bank,
        Column(_("批次内容"), "get_kind_display"),
        Column(_("来源"), "get_source_display"),
        Column(_("文件"), lambda upload: upload.file.name if upload.file_id else "", key="file"),
        Column(_("上传日期"), "made_on", "date", sort="made"),
        Column(_("经办人"), "made_by.display_name"),
        Column(_("行数"), "rows_total", "int", sort="rows"),
        Column(_("无误"), "rows_good", "int"),
        Column(_("暂缓"), "rows_held", "int"),
        Column(_("无需办理"), "rows_known", "int"),
        Column(_("状态"), lambda upload: (upload.state, upload.get_state_display()), "status", key="state"),
        Column(_("提交日期"), "submitted_on", "date"),
    ]
