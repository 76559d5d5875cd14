"""What a person fills in about a bank. Forms check shape only; the services decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banks.models import Agreement, Bank, Joining, Membership, Violation
from pool.models import BANK_ROLES, Role


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: object, **options: object) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **options)


class BankFilter(forms.Form):
    """The filter of a list; people of one bank are not asked which bank."""

    bank = forms.ModelChoiceField(Bank.objects.all(), label=_("加盟银行"), required=False, empty_label=_("全部"))

    def __init__(self, *args: Any, with_bank: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields([name for name in self.fields if name != "bank"])
        if not with_bank:
            del self.fields["bank"]


SCANS = ".pdf,.ofd,.png,.jpg,.jpeg,.tif,.tiff"


def scan_field(label: object, help_text: object = "", **options: object) -> forms.FileField:
    widget = forms.FileInput(attrs={"accept": SCANS})
    return forms.FileField(label=label, help_text=help_text, widget=widget, max_length=200, **options)


class JoiningForm(forms.Form):
    name = forms.CharField(label=_("机构全称"), max_length=120)
    short_name = forms.CharField(label=_("机构简称"), max_length=40)
    code = forms.CharField(label=_("机构代码"), max_length=12, help_text=_("曾经加盟的机构沿用原代码。"))
    credit_code = forms.CharField(label=_("统一社会信用代码"), min_length=18, max_length=18)
    kind = forms.ChoiceField(label=_("机构类型"), choices=Bank.Kind.choices)
    level = forms.ChoiceField(
        label=_("在深机构层级"), choices=Joining.Level.choices, help_text=_("须在深圳市依法设立分行以上机构。")
    )
    licence_number = forms.CharField(label=_("金融许可证编号"), max_length=60)
    applied_on = day_field(_("收到申请日期"))
    licence = scan_field(_("金融许可证及营业执照"), _("合并为一个文件上传。"))
    undertaking = scan_field(_("加盟申请书（含遵守细则的承诺）"), _("加盖公章的扫描件。"))


class AgreementForm(forms.Form):
    counterparty = forms.ChoiceField(label=_("签约管理机构"), choices=Agreement.Counterparty.choices)
    number = forms.CharField(label=_("协议编号"), max_length=60)
    signed_on = day_field(_("签订日期"))
    valid_from = day_field(_("生效日期"))
    valid_to = day_field(_("失效日期"), required=False, help_text=_("长期有效的不填。"))
    document = scan_field(_("协议扫描件"), _("双方盖章的全文。"))

    def __init__(self, *args: Any, parties: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        mine = set(parties)
        self.fields["counterparty"].choices = [one for one in Agreement.Counterparty.choices if one[0] in mine]


class MemberForm(forms.Form):
    username = forms.CharField(label=_("用户名"), max_length=150)
    display_name = forms.CharField(label=_("姓名"), max_length=80)
    role = forms.ChoiceField(label=_("角色"), choices=[(role.value, role.label) for role in Role if role in BANK_ROLES])
    password = forms.CharField(
        label=_("初始密码"),
        min_length=10,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("本人首次登录时须修改。"),
    )


class PasswordForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    password = forms.CharField(
        label=_("新的初始密码"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("当面或以安全方式交给本人；本人登录时须修改，逾期失效。"),
    )  # fmt: skip


class HandoverForm(forms.Form):
    """Who leaves a desk, and who goes on with what is open there."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    successor = forms.ChoiceField(
        label=_("接手人"), required=False, help_text=_("同岗位在岗人员；没有人选时请先新增。没有未办结事项的可以不选。")
    )
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("例如：调离、离职、轮岗。"))

    def __init__(self, *args: Any, successors: Iterable[Membership], needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(one.user_id), f"{one.user.display_name}（{one.user.username}）") for one in successors]
        self.fields["successor"].choices = [("", _("请选择")), *people]
        self.fields["successor"].required = needed


class RoleForm(HandoverForm):
    role = forms.ChoiceField(label=_("新角色"), choices=MemberForm.base_fields["role"].choices)
    field_order = ("version", "role", "successor", "reason")


class ResetForm(forms.Form):
    reason = forms.CharField(
        label=_("原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写明如何核实了本人身份，例如：当面核验工作证。"),
    )  # fmt: skip


class PayeeForm(forms.Form):
    account_name = forms.CharField(label=_("户名"), max_length=120)
    account_number = forms.RegexField(
        r"^[0-9]{8,32}$", label=_("账号"), help_text=_("8 至 32 位数字，加密保存。"),
        error_messages={"invalid": _("账号应为 8 至 32 位数字，不含空格。")},
    )  # fmt: skip
    opening_bank = forms.CharField(label=_("开户行"), max_length=120)


class ListingForm(forms.Form):
    listed_from = day_field(_("列入日期"))
    source = forms.CharField(label=_("依据文件"), max_length=200)


class EndListingForm(forms.Form):
    listed_to = day_field(_("移出日期"), help_text=_("自该日起可以提出申请。"))
    reason = forms.CharField(label=_("移出依据"), max_length=400)


class SanctionForm(forms.Form):
    year = forms.IntegerField(label=_("所属年度"), min_value=2023, max_value=2099)
    ground = forms.ChoiceField(label=_("违规情形"), choices=Violation.Ground.choices)
    basis = forms.RegexField(
        r"^[0-9]{1,2}(\.[0-9]{1,2})?(\([0-9]{1,2}\))?$", label=_("违反条款"), max_length=20,
        help_text=_("写作 28 或 19(6)。"), error_messages={"invalid": _("条款写作 28、16.1(2) 或 19(6)。")},
    )  # fmt: skip
    description = forms.CharField(label=_("违规事实"), widget=forms.Textarea(attrs={"rows": 5}))
    document_number = forms.CharField(label=_("处理文号"), max_length=80)
    rectify_by = day_field(_("责令改正期限"), required=False, help_text=_("不责令改正的不填。"))
    claws_back = forms.BooleanField(label=_("追回涉及项目的全部补偿资金及利息"), required=False)
    rate = forms.DecimalField(
        label=_("利息年利率（%）"), required=False, min_value=0, max_digits=7, decimal_places=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("自补偿支付日起按单利、实际天数计至缴付日。追回资金的必填。"),
    )  # fmt: skip
    pay_by = day_field(_("缴付期限"), required=False, help_text=_("追回资金的必填。"))
    cancels = forms.BooleanField(label=_("取消加盟资格"), required=False)
