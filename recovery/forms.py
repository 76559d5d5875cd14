"""The room's forms: what is asked, in the words of the people who fill them in."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banks.forms import BankFilter
from pool.money import parse_amount
from recovery.models import AccountLine, Closing, Package, Recovery, Return, Settlement

PROOF = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.ofd,.zip"


def _day(label: Any, help_text: Any = "", **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, **options)


def _money(label: Any, help_text: Any = "", **options: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, help_text=help_text, max_digits=18, decimal_places=2, widget=widget, **options
    )


def _words(label: Any, help_text: Any = "", rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}), max_length=4000, **options
    )


def _proof(label: Any, help_text: Any = "", **options: Any) -> forms.FileField:
    widget = forms.FileInput(attrs={"accept": PROOF})
    return forms.FileField(label=label, help_text=help_text, widget=widget, **options)


class RecoveryForm(forms.Form):
    received_on = _day(_("收回日期"), _("以物抵债的，填权属转移日"))
    amount = _money(_("收回金额"), _("未扣除费用的全部偿债资金"))
    principal_part = _money(_("其中：本金"), _("冲抵本金的部分，没有则填 0"), min_value=0)
    method = forms.ChoiceField(
        label=_("处置方式"), choices=Recovery.Method.choices, help_text=_("以物抵债的，收回金额填抵债金额")
    )
    note_text = forms.CharField(label=_("说明"), max_length=400, required=False)
    voucher = _proof(_("凭证"), _("收款回单、抵债协议、转让合同等"), required=False)


class ProjectsForm(forms.Form):
    loan_numbers = _words(_("涉及项目的借据号"), _("每行一个，须为本行已获补偿的项目"), rows=4)


class SettlementForm(forms.Form):
    disposal_ended_on = _day(_("处置完成日期"), _("最后一笔款项收回或抵债资产权属转移之日"))
    summary = _words(_("处置情况"), _("处置方式、过程、结果，以及未能收回部分的处理"))
    evidence = _proof(_("处置证明材料"), required=False)


class WriteOffForm(forms.Form):
    written_off_on = _day(_("核销或认定损失日期"))
    loss_amount = _money(_("核销或认定损失金额"))
    responsibility = _words(_("责任认定情况"), _("尽职调查与责任追究的结论"))
    reason = _words(_("结项事由"), _("采取过的清收措施，以及无法收回的原因"))
    evidence = _proof(_("核销证明材料"), _("按呆账核销管理规定的证明文件，可合并为一个文件上传"))


class PackageForm(forms.Form):
    """A registered transfer. Loans are pasted one a line, as a column of a sheet, or two columns with the prices."""

    registration_number = forms.CharField(label=_("银登中心登记编号"), max_length=60)
    buyer = forms.CharField(label=_("受让方"), max_length=160)
    transferred_on = _day(_("转让日期"), _("合同约定的权利转移日"))
    received_on = _day(_("价款到账日期"), _("全部价款到账之日，作为各笔的收回日期"))
    price = _money(_("转让价款"), _("整包价款，单位：元，未扣除费用"))
    other_principal = _money(
        _("包内其他贷款未收回本金"), _("同包出售而不是本资金池已补偿项目的贷款；没有则填 0"), initial="0", min_value=0
    )
    method = forms.ChoiceField(label=_("分摊方法"), choices=Package.Method.choices)
    loans = _words(
        _("转让的借据"), _("每行一个借据号，可从表格整列粘贴；按合同逐笔价格的，借据号后空一格填该笔价格"), rows=8
    )
    document = _proof(_("转让文件"), _("转让合同、登记证明，合并为一个文件"))

    def clean_loans(self) -> dict[str, Decimal | None]:
        found: dict[str, Decimal | None] = {}
        for line in self.cleaned_data["loans"].splitlines():
            number, _gap, price = line.replace("，", " ").replace("\t", " ").strip().partition(" ")
            if not number:
                continue
            if number in found:
                raise forms.ValidationError(_("借据 %(number)s 重复。"), params={"number": number})
            try:
                found[number] = parse_amount(price.replace(",", "").strip()) if price.strip() else None
            except ValueError:
                raise forms.ValidationError(_("借据 %(number)s 的价格无法识别。"), params={"number": number}) from None
        return found


class PackageFilter(BankFilter):
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Package.State.choices])
    number = forms.CharField(label=_("转让编号、登记编号或受让方"), required=False)
    since = _day(_("价款到账日期从"), required=False)


class ReceiptForm(forms.Form):
    amount = _money(_("到账金额"), _("按专户回单填写，须与应返还金额一致"))
    reference = forms.CharField(label=_("银行回单号"), max_length=80)
    received_on = _day(_("到账日期"), _("回单上的起息日期"))


class ClawbackReceiptForm(ReceiptForm):
    """May be a part of what is owed."""

    amount = _money(_("到账金额"), _("按专户回单填写，可以分次缴付，不超过到账日应缴金额"))


class DecisionForm(forms.Form):
    reason = _words(_("审核意见"), required=False)


class PaidOffForm(forms.Form):
    """One day for all ticked loans; a loan paid off on another day is ticked in another round."""

    paid_off_on = _day(_("结清日期"), _("所选贷款的本息结清日；不同结清日请分批办理"))


class MaturedFilter(BankFilter):
    q = forms.CharField(label=_("借据号、信用代码或名称开头"), required=False, max_length=120)
    due_by = _day(_("到期日不晚于"), required=False)


class ReturnFilter(BankFilter):
    state = forms.ChoiceField(label=_("状态"), required=False)
    number = forms.CharField(label=_("返还编号或借据号"), required=False)
    due_by = _day(_("截止日不晚于"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [choice for choice in Return.State.choices if choice[0] != Return.State.CANCELLED]
        self.fields["state"].choices = [("", _("全部")), *states]


class RecoveryFilter(BankFilter):
    q = forms.CharField(
        label=_("借据号、信用代码或名称开头"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    state = forms.ChoiceField(label=_("状态"), required=False)
    method = forms.ChoiceField(label=_("处置方式"), required=False, choices=[("", _("全部")), *Recovery.Method.choices])
    since = _day(_("收回日期从"), required=False)
    until = _day(_("到"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        states = [choice for choice in Recovery.State.choices if choice[0] != Recovery.State.CANCELLED]
        self.fields["state"].choices = [("", _("全部")), *states]


class ProjectFilter(BankFilter):
    number = forms.CharField(label=_("借据号或借款人"), required=False)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("compensated", _("已补偿")), ("recovered", _("已清偿")), ("closed", _("已结项"))],
    )
    owing = forms.ChoiceField(label=_("应返还"), required=False, choices=[("", _("全部")), ("yes", _("尚有应返还"))])


class DeskFilter(BankFilter):
    """A quarter of the desk and what to look for in it."""

    quarter = forms.ChoiceField(label=_("季度"), required=False)
    look = forms.ChoiceField(
        label=_("只看"),
        required=False,
        choices=[
            ("", _("全部")), ("silent", _("未上报")), ("unasked", _("未上报且未催报")), ("differs", _("有差异")),
            ("overdue", _("已报未收")), ("entered", _("已收未记账")), ("unposted", _("记账不符")),
            ("unseen", _("专户流水未见")),
        ],
    )  # fmt: skip
    number = forms.CharField(label=_("借据号或借款人"), required=False)

    def __init__(self, *args: Any, quarters: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["quarter"].choices = [(name, name) for name in quarters]


class ClosingFilter(BankFilter):
    kind = forms.ChoiceField(label=_("结项类型"), required=False, choices=[("", _("全部")), *Closing.Kind.choices])
    state = forms.ChoiceField(label=_("状态"), required=False)
    number = forms.CharField(label=_("结项编号或借据号"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("全部")), ("open", _("在办")), *Closing.State.choices]


class SettlementFilter(BankFilter):
    number = forms.CharField(label=_("申请编号或借据号"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)
    since = _day(_("处置完成日期从"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        states = [choice for choice in Settlement.State.choices if choice[0] != Settlement.State.CANCELLED]
        self.fields["state"].choices = [("", _("全部")), *states]


class AccountFileForm(forms.Form):
    file = forms.FileField(
        label=_("专户流水文件"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls,.xml"}),
        help_text=_("开户银行网银下载的明细（CSV、Excel），或 ISO 20022 camt.053 报文。"),
    )
    until = _day(_("查询截止日"), _("表格文件填写在网银查询到哪一天；报文自带起止日，不必填写。"), required=False)


class LineFilter(forms.Form):
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *AccountLine.State.choices])


class UnbookedForm(forms.Form):
    """What a line is that the ledger does not have; the choices follow its direction."""

    explanation = forms.ChoiceField(label=_("这笔流水是"), choices=AccountLine.Explanation.choices)
    reason = _words(_("核对依据"))


class PayBackForm(forms.Form):
    amount = _money(_("退还金额"), _("单位：元，不超过尚未处理的金额"))
    reason = _words(_("退还依据"), _("例如银行的更正函编号"))
