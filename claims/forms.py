"""The forms of this room; what they let through, the services judge."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banks.forms import BankFilter
from claims.models import Claim, PapersPacket, Question, Upgrade
from loans.words import Classification

SEPARATORS = re.compile(r"[、,，;；\s]+")
PERFORMING = [choice for choice in Classification.choices if choice[0] in {"normal", "special_mention"}]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class MoneyField(forms.DecimalField):
    """Yuan; thousands may be grouped with commas."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, min_value=0, **options)
        self.widget.attrs.pop("min", None)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", "").replace("，", "") if isinstance(value, str) else value)


class ClaimFilter(BankFilter):
    q = forms.CharField(label=_("编号、借据号或借款人"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Claim.State.choices])


class ClaimableFilter(forms.Form):
    q = forms.CharField(label=_("借据号、信用代码或名称开头"), required=False, max_length=120)
    due_by = forms.DateField(label=_("申请截止日不晚于"), required=False, widget=DayInput())


class UpgradeFilter(BankFilter):
    q = forms.CharField(label=_("编号、借据号或借款人"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Upgrade.State.choices])


class PacketFilter(BankFilter):
    plan = forms.CharField(label=_("资助计划"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *PapersPacket.State.choices])


class QuestionFilter(BankFilter):
    q = forms.CharField(label=_("申请编号"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Question.State.choices])


class ReplyForm(forms.Form):
    reply = forms.CharField(label=_("答复内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))


class ReportForm(forms.Form):
    """What the credit report says (4.4, 19(2))."""

    credit_report_on = forms.DateField(label=_("信用报告出具日期"), widget=DayInput())
    reported_balances = MoneyField(label=_("放款时点其他贷款余额"), help_text=_("没有的填 0"))


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class DocumentsForm(forms.Form):
    """Several at once; the service reads the whole list."""

    files = forms.FileField(
        label=_("申请材料"),
        widget=FilesInput(attrs={"multiple": True, "accept": ".pdf,.ofd,.png,.jpg,.jpeg,.tif,.tiff"}),
    )


class PublicityForm(forms.Form):
    title = forms.CharField(label=_("公示标题"), max_length=200, required=False)


class ObjectionForm(forms.Form):
    """Anybody's objection; the answers are read by the public bodies only."""

    name = forms.CharField(label=_("姓名或单位名称"), max_length=80)
    contact = forms.CharField(label=_("联系电话或邮箱"), max_length=120)
    text = forms.CharField(label=_("异议内容"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    attachment = forms.FileField(label=_("附件"), required=False)
    website = forms.CharField(
        label=_("此栏请留空"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"})
    )
    """Out of sight: a person leaves it empty, a program that fills in whatever it finds does not."""

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("提交未被受理，请将该栏留空后重新提交。"))
        return ""


class ResultForm(forms.Form):
    """What the objector was given, and what they left."""

    number = forms.CharField(label=_("异议编号"), max_length=40)
    contact = forms.CharField(label=_("提交时填写的联系电话或邮箱"), max_length=120)


class EndingForm(forms.Form):
    classification = forms.ChoiceField(label=_("调整后分类"), choices=PERFORMING)
    ended_on = forms.DateField(label=_("调整日期"), widget=DayInput())
    reason = forms.CharField(label=_("依据"), widget=forms.Textarea(attrs={"rows": 4}))


class ConfirmationForm(forms.Form):
    value_date = forms.DateField(label=_("起息日期"), widget=DayInput())
    bank_reference = forms.CharField(label=_("银行回单号"), max_length=80)


class PayFileForm(forms.Form):
    execute_on = forms.DateField(label=_("要求付款日"), widget=DayInput())


class RefundForm(forms.Form):
    amount = MoneyField(label=_("退回金额"))
    refunded_on = forms.DateField(label=_("到账日期"), widget=DayInput())
    bank_reference = forms.CharField(label=_("银行回单号"), max_length=80)


class ApprovalForm(forms.Form):
    """What a document under 16(5) says; its scan proves it."""

    number = forms.CharField(label=_("批准文号"), max_length=80, help_text=_("例如：深府函〔2024〕12号"))
    title = forms.CharField(label=_("文件名称"), max_length=200)
    issuer = forms.CharField(label=_("批准机关"), max_length=80)
    issued_on = forms.DateField(label=_("批准日期"), widget=DayInput())
    ratio = forms.DecimalField(label=_("补偿比例（%）"), max_digits=5, decimal_places=2)
    lifts_cap = forms.BooleanField(label=_("文件明确突破封顶"), required=False)
    valid_from = forms.DateField(label=_("有效期起"), widget=DayInput(), help_text=_("按贷款发放日，含当日"))
    valid_to = forms.DateField(
        label=_("有效期止"), widget=DayInput(), required=False, help_text=_("含当日；长期有效的不填")
    )
    industries = forms.CharField(
        label=_("适用行业代码"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如 C39，该代码以下的行业都适用。几项的用顿号或换行分开。"),
    )
    enterprises = forms.CharField(
        label=_("适用企业统一社会信用代码"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("文件点名的企业，几家的用顿号或换行分开；家数多的用表格导入。"),
    )
    sheet = forms.FileField(
        label=_("适用企业名单（表格）"),
        required=False,
        help_text=_("选了文件就以文件为准，上一栏不必填。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )
    file = forms.FileField(
        label=_("批准文件扫描件"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.png,.jpg,.jpeg,.tif,.tiff"}),
    )  # fmt: skip

    def clean_industries(self) -> list[str]:
        return self._split("industries")

    def clean_enterprises(self) -> list[str]:
        return self._split("enterprises")

    def _split(self, name: str) -> list[str]:
        return [code for code in SEPARATORS.split(self.cleaned_data[name]) if code]
