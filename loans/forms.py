"""What a person fills in about loans. Forms check shape only; the services decide."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from banks.forms import BankFilter, day_field
from loans.columns import LOAN_SCHEMA
from loans.intake import LoanFacts
from loans.models import Loan, Upload, UploadRow
from loans.words import Classification
from pool import formats
from pool.rules import add_months, quarter_start
from pool.sheets import Column, Kind

QUARTERS_OFFERED = 12
MONTHS_IN_QUARTER = 3


def quarters_before(today: date) -> list[tuple[str, object]]:
    """The quarters one may filter by, newest first."""
    first = quarter_start(today)
    days = [add_months(first, -MONTHS_IN_QUARTER * back) for back in range(QUARTERS_OFFERED)]
    return [(day.isoformat(), formats.quarter(day)) for day in days]


class LoanFilter(BankFilter):
    q = forms.CharField(
        label=_("借据号、信用代码或名称开头"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("状态"), required=False)
    library = forms.ChoiceField(label=_("项目库"), required=False)
    quarter = forms.ChoiceField(label=_("发放季度"), required=False)
    late = forms.ChoiceField(
        label=_("录入"), required=False, choices=[("", _("全部")), ("0", _("按时录入")), ("1", _("逾期录入"))]
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        everything = [("", _("全部"))]
        self.fields["state"].choices = everything + Loan.State.choices
        self.fields["library"].choices = everything + Loan.Library.choices
        self.fields["quarter"].choices = everything + quarters_before(today)


class UploadFilter(BankFilter):
    q = forms.CharField(
        label=_("批次编号开头"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Upload.State.choices])
    rehearsal = forms.ChoiceField(
        label=_("报送"), required=False, choices=[("", _("正式批次")), ("1", _("试运行")), ("all", _("全部"))]
    )
    source = forms.ChoiceField(label=_("来源"), required=False, choices=[("", _("全部")), *Upload.Source.choices])
    since = day_field(_("上传日期从"), required=False)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("贷款项目录入表"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        max_length=200,
        allow_empty_file=True,
    )
    rehearsal = forms.BooleanField(required=False)


TICKED = "ticked"


class ConfirmationForm(forms.Form):
    """Why rows with a warning are right: the ticked rows, or one warning wherever it waits."""

    rows = forms.ModelMultipleChoiceField(UploadRow.objects.none(), required=False)
    code = forms.ChoiceField(label=_("确认哪些行"))
    reason = forms.CharField(
        label=_("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("写明为什么无误，例如：授信总额为续授信前的额度，已核对授信批复。复核人员和管理机构都会看到。"),
    )  # fmt: skip

    def __init__(self, *args: Any, rows: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rows"].queryset = rows
        self.fields["code"].choices = [(TICKED, _("上面勾选的行")), *kinds]


class ClassificationForm(forms.Form):
    after = forms.ChoiceField(label=_("调整为"), choices=Classification.choices)
    on_date = day_field(_("分类日期"), help_text=_("本行作出分类认定的日期。"))
    principal_balance = forms.DecimalField(
        label=_("该日本金余额"), max_digits=18, decimal_places=2, min_value=0, help_text=_("单位元，不含利息和费用。")
    )
    reason = forms.CharField(
        label=_("分类依据"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例如：本金逾期 91 天。"),
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(label=_("撤回原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class ExtensionForm(forms.Form):
    extended_to = day_field(_("展期到期日"), help_text=_("展期协议约定的新到期日。"))
    agreed_on = day_field(_("展期协议签订日"), help_text=_("应在现到期日（含当日）之前。"))
    agreement = forms.FileField(
        label=_("展期协议"), help_text=_("PDF、OFD 或图片。"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.png,.jpg,.jpeg,.tif,.tiff"}), max_length=200,
        allow_empty_file=True,
    )  # fmt: skip
    reason = forms.CharField(label=_("展期原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class LoanEntryForm(forms.Form):
    """One field per column of the template; its cells are judged exactly as a row of a file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for column in LOAN_SCHEMA.columns:
            self.fields[column.key] = _field(column)

    def mark_required(self) -> None:
        """For the page only: what is missing is told by the row's judgement, with all else that is wrong."""
        for column in LOAN_SCHEMA.columns:
            needed = (column.required and column.default is None) or bool(column.required_when)
            self.fields[column.key].required = needed

    def cells(self) -> dict[str, Any]:
        """As a row of the template: several choices in one cell, days as text."""
        return {key: _cell(value) for key, value in self.cleaned_data.items()}


class CorrectionForm(LoanEntryForm):
    """The same fields with what stands in the library; the number of the IOU is the loan itself and stays."""

    reason = forms.CharField(label=_("更正原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["iou_number"]
        for column in LOAN_SCHEMA.columns:
            if column.sensitive:
                self.fields[column.key].help_text = _("不显示原号码；不改的留空。")

    def mark_required(self) -> None:
        for column in LOAN_SCHEMA.columns:
            if column.key in self.fields and not column.sensitive:
                needed = (column.required and column.default is None) or bool(column.required_when)
                self.fields[column.key].required = needed

    def cells(self) -> dict[str, Any]:
        return {key: _cell(value) for key, value in self.cleaned_data.items() if key != "reason"}


def filled_in(facts: LoanFacts) -> dict[str, Any]:
    """A loan's facts as the form shows them: labels of choices, days, amounts as people write them."""
    return {column.key: _shown(column, facts) for column in LOAN_SCHEMA.columns if not column.sensitive}


def _shown(column: Column, facts: LoanFacts) -> Any:
    if column.key == "qualifications":
        return [column.labels[one.kind] for one in facts.qualifications]
    if column.key in ("qualification_from", "qualification_to"):
        days = [one.valid_from if column.key.endswith("from") else one.valid_to for one in facts.qualifications]
        return "、".join(day.isoformat() for day in days)
    value = getattr(facts, column.key)
    if column.kind is Kind.CHOICES:
        return [column.labels[word] for word in value]
    if column.kind is Kind.CHOICE:
        return column.labels.get(value, "")
    if column.kind is Kind.YES_NO:
        return "是" if value else "否"
    return f"{value.normalize():f}" if column.kind is Kind.PERCENT else value


# Where the template's note speaks of cells and columns.
_IN_A_FORM = {
    "iou_number": gettext_noop("与借据一致，同一银行内不得重复。"),
    "credit_code": gettext_noop("18 位。小微企业主填其企业的代码。"),
    "owner_id_number": gettext_noop("借款人类型为小微企业主时必填；加密保存，页面只显示首尾几位。"),
    "revenue": gettext_noop("上一年度营业收入，单位元。"),
    "security": gettext_noop("可选多项。"),
    "qualifications": gettext_noop("发放日有效的资质，可选多项；没有则不选。资质企业应是借款人或共同借款人。"),
    "qualification_from": gettext_noop("选了资质就要填，例如 2023-11-15；有多项且不同的，按资质先后用顿号分隔。"),
    "features": gettext_noop("可选多项；没有则不选。"),
}


def _field(column: Column) -> forms.Field:
    note = _IN_A_FORM.get(column.key, column.note)
    words = {"label": _(column.header), "help_text": _(note) if note else "", "required": False}
    empty = [("", _("请选择"))]
    labels = [(choice.label, _(choice.label)) for choice in column.choices]
    if column.kind is Kind.CHOICE:
        return forms.ChoiceField(choices=empty + labels, **words)
    if column.kind is Kind.CHOICES:
        return forms.MultipleChoiceField(choices=labels, widget=forms.CheckboxSelectMultiple, **words)
    if column.kind is Kind.YES_NO:
        return forms.ChoiceField(choices=[*empty, ("是", _("是")), ("否", _("否"))], **words)
    if column.kind is Kind.DATE:
        return day_field(words["label"], required=False, help_text=words["help_text"])
    mode = {"inputmode": "decimal"} if column.kind in (Kind.MONEY, Kind.PERCENT, Kind.INTEGER) else {}
    attributes = {**mode, **({"autocomplete": "off"} if column.sensitive else {})}
    return forms.CharField(max_length=500, widget=forms.TextInput(attrs=attributes), **words)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else value


SECTIONS: tuple[tuple[object, tuple[str, ...]], ...] = (
    (_("借据与借款人"), (
        "iou_number", "contract_number", "branch_name", "borrower_kind", "borrower_name", "credit_code",
    )),
    (_("小微企业主与共同借款人"), (
        "owner_name", "owner_id_kind", "owner_id_number", "firm_name", "co_borrower_name", "co_borrower_code",
    )),
    (_("经营与规模"), (
        "district", "industry_code", "industry_group", "staff", "revenue", "assets", "in_shenzhen", "quasi_financial",
    )),
    (_("贷款"), (
        "product", "use", "use_detail", "other_cover", "security", "currency", "principal", "credit_line",
        "other_balances", "annual_rate", "disbursed_on", "matures_on",
    )),
    (_("资质与业务特征"), ("qualifications", "qualification_from", "qualification_to", "features", "remarks")),
)  # fmt: skip
