"""Forms of evaluation, reports and trial calculations."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from banks.forms import BankFilter, day_field, scan_field
from banks.models import Bank
from evaluation.models import Evaluation, EvaluationLine, Finding, Inspection, Report, Statement
from evaluation.selectors import opening
from evaluation.selectors.inspections import DEFAULT_WEIGHTS, RISKS
from evaluation.services.inspections import Plan
from loans import words
from loans.choices import INDUSTRY_GROUPS
from pool.models import BANK_ROLES, Role, User

MOST_CASES = 500
"""Of one sample; more is no sample any more."""
GROUP_WORDS = [(choice.word, _(choice.label)) for choice in INDUSTRY_GROUPS]


class YearForm(forms.Form):
    year = forms.IntegerField(
        label=_("评价年度"),
        min_value=2018,
        max_value=2099,
        help_text=_("该年度第四季度贷款录入截止后方可评价。"),
    )
    reason = forms.CharField(
        label=_("更正原因"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("该年度评价已报备的，须说明重新评价的原因，编制为新的版次。"),
    )
    reason.needed_when = _("更正时必填")


class HalfYearForm(forms.Form):
    period = forms.CharField(label=_("报告期"), max_length=6, help_text=_("写作 2024H1（上半年）或 2024H2（下半年）。"))


class DayFilter(forms.Form):
    """Any day since the pool began, today included."""

    on = day_field(_("截至日期"), required=False)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"] or self.today
        if on > self.today:
            raise forms.ValidationError(_("截至日期不能晚于业务日期 %(day)s。") % {"day": self.today})
        return on


class RankingFilter(DayFilter):
    """A year, and the day by whose data it is ranked."""

    year = forms.IntegerField(label=_("评价年度"), min_value=2018, max_value=2099, required=False)

    def clean_year(self) -> int:
        return self.cleaned_data["year"] or self.today.year - 1


class CasesForm(forms.Form):
    """Which figure, of what, whose; and which of its cases. `asked` says it once everything is known to exist."""

    report = forms.UUIDField(required=False, widget=forms.HiddenInput)
    evaluation = forms.UUIDField(required=False, widget=forms.HiddenInput)
    on = forms.DateField(required=False, widget=forms.HiddenInput)
    figure = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    of = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    part = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    bank = forms.ModelChoiceField(
        Bank.objects.all(), label=_("加盟银行"), required=False, empty_label=_("全部"), to_field_name="code"
    )
    change = forms.ChoiceField(
        label=_("案件范围"),
        required=False,
        choices=[("", _("报告时点和现在的")), ("then", _("报告时点的")), ("later", _("报告后变动的"))],
    )
    q = forms.CharField(label=_("借据号、信用代码或借款人"), max_length=80, required=False)

    def __init__(self, *args: Any, user: User, with_words: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user
        if user.role in BANK_ROLES:
            self.fields["bank"].queryset = Bank.objects.filter(pk=user.institution)
            self.fields["bank"].widget = forms.HiddenInput()
        if not with_words:
            del self.fields["q"]

    @property
    def kept(self) -> str:
        """What stays when the filter is cleared: of which figure the cases are."""
        asked = {name: self.data.get(name) for name in ("report", "evaluation", "on", "figure", "of", "part")}
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"

    def is_about_something(self) -> bool:
        return any(self.data.get(name) for name in ("report", "evaluation", "on", "figure"))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["asked"] = opening.asked(
            self.user,
            report=given.get("report"), evaluation=given.get("evaluation"), on=given.get("on"),
            figure=given.get("figure", ""), of=given.get("of", ""), bank=given.get("bank"), part=given.get("part", ""),
        )  # fmt: skip
        return given


class IndicatorsForm(forms.Form):
    period = forms.CharField(
        label=_("报告期"), max_length=6, help_text=_("写作 2024Q1 至 2024Q4；该季度贷款录入截止后方可编制。")
    )


class OpenDataForm(forms.Form):
    period = forms.CharField(label=_("季度"), max_length=6, help_text=_("写作 2024Q1 至 2024Q4，须为已经结束的季度。"))


class PartnersForm(forms.Form):
    period = forms.CharField(label=_("年度"), max_length=4, help_text=_("写作 2024；名单截至该年年末。"))


class DifferencesForm(forms.Form):
    period = forms.CharField(label=_("季度"), max_length=6, help_text=_("写作 2024Q1 至 2024Q4，须为已经结束的季度。"))


class QuarterForm(forms.Form):
    period = forms.CharField(
        label=_("对账期"), max_length=6, help_text=_("写作 2024Q1 至 2024Q4，须为已经结束的季度。")
    )


class EvaluationFilter(forms.Form):
    year = forms.IntegerField(label=_("年度"), required=False, min_value=2000, max_value=2999)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Evaluation.State.choices])


class OwnResultFilter(forms.Form):
    year = forms.IntegerField(label=_("年度"), required=False, min_value=2000, max_value=2999)
    grade = forms.ChoiceField(label=_("等级"), required=False, choices=[("", _("全部")), *EvaluationLine.Grade.choices])


class ReportFilter(forms.Form):
    kind = forms.ChoiceField(label=_("报告类型"), required=False, choices=[("", _("全部")), *Report.Kind.choices])
    period = forms.CharField(label=_("报告期"), max_length=12, required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Report.State.choices])


class DownloadFilter(forms.Form):
    words = forms.CharField(label=_("报告编号或摘要"), max_length=80, required=False)
    username = forms.CharField(label=_("下载人"), max_length=150, required=False)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices])
    first = day_field(_("自"), required=False)
    last = day_field(_("至"), required=False)


class StatementFilter(BankFilter):
    period = forms.CharField(label=_("对账期"), max_length=6, required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Statement.State.choices])


class CheckCodeForm(forms.Form):
    code = forms.CharField(label=_("校验码"), max_length=20, help_text=_("报告每页右下角所印的十二位校验码。"))

    def clean_code(self) -> str:
        """However it was typed: twelve letters and digits in fours."""
        letters = "".join(c for c in self.cleaned_data["code"].upper() if c.isascii() and c.isalnum())
        return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


class CheckFileForm(forms.Form):
    MAX_BYTES = 20 << 20
    file = forms.FileField(
        label=_("报告文件"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.xlsx"}),
        help_text=_("PDF 或数据表，不超过 20 MB。只在核验时读取，不保存。"),
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > self.MAX_BYTES:
            raise forms.ValidationError(_("文件超过 20 MB，不是本系统发布的报告。"))
        return given


EVENT_WORDS = [
    ("disbursed", _("贷款发放：录入期限")),
    ("determined", _("认定不良：申请期限")),
    ("submitted", _("提交申请：审核期限")),
    ("report_floor", _("提交申请：信用报告最早出具日")),
    ("posted", _("发布公示：公示截止日")),
    ("plan_issued", _("计划下达：拨款资料提交期限")),
    ("documents_complete", _("资料收齐：拨付期限")),
    ("paid", _("资金到账：转录期限")),
    ("upgraded", _("分类上调：申请转回期限")),
    ("disposal_ended", _("处置完成：清收申请期限")),
    ("quarter", _("所在季度：清收上报期间")),
    ("paid_off", _("到期结清：结项期限")),
    ("auto_close", _("贷款到期：自动结项日")),
    ("closing_applied", _("申请核销结项：审核期限")),
]


def _money(label: object, initial: str = "0.00", **options: object) -> forms.CharField:
    """Amounts travel as text: the trial's own reader judges them."""
    return forms.CharField(label=label, initial=initial, **options)  # type: ignore[arg-type]


def _day(label: object, initial: str = "", **options: object) -> forms.CharField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.CharField(label=label, initial=initial, widget=widget, **options)  # type: ignore[arg-type]


class TrialForm(forms.Form):
    """A trial's fields; `case()` is the JSON the contract describes, so that page, API and command ask one question."""

    #: (heading, names of the fields) in the order they are asked.
    groups: tuple[tuple[object, tuple[str, ...]], ...] = ()

    def case(self) -> dict[str, object]:
        return dict(self.cleaned_data)

    def complain(self, answer: dict[str, object]) -> None:
        """Put the trial's error beside its field; the place within a list becomes a line's number."""
        place = str(answer["field"] or "")
        words = str(answer["error"]).removeprefix(place).lstrip(":： ")
        name, _dot, last = place.partition(".")
        line = re.search(r"\[(\d+)\]", name)
        field = next((one for one in (last, name, name.partition("[")[0]) if one in self.fields), None)
        if line and field == name.partition("[")[0]:
            words = _("第%(line)s行：%(words)s") % {"line": int(line[1]) + 1, "words": words}
        self.add_error(field, words)

    def sections(self) -> list[tuple[object, list[forms.BoundField]]]:
        """The fields under their headings; without groups, all of them under none."""
        groups = self.groups or (("", tuple(self.fields)),)
        return [(heading, [self[name] for name in names]) for heading, names in groups]


class DeadlineTrialForm(TrialForm):
    event = forms.ChoiceField(label=_("起算事件"), initial="determined")
    date = _day(_("事件日期"), "2024-07-01")
    determined = _day(_("不良认定日期"), required=False, help_text=_("仅计算自动结项时填写"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["event"].choices = EVENT_WORDS  # type: ignore[attr-defined]

    def case(self) -> dict[str, object]:
        case = dict(self.cleaned_data)
        if not case["determined"]:
            del case["determined"]
        return case


class ReturnTrialForm(TrialForm):
    compensated = _money(_("已补偿金额"), "400000.00")
    ratio = forms.CharField(label=_("补偿比例"), initial="0.40")
    recoveries = forms.CharField(
        label=_("各期收回金额"),
        initial="333333.33\n333333.34\n400000.00",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("每行一期，按收回先后填写"),
    )

    def case(self) -> dict[str, object]:
        return {**self.cleaned_data, "recoveries": self.cleaned_data["recoveries"].split()}


class SizeTrialForm(TrialForm):
    group = forms.ChoiceField(label=_("划型行业"), initial="industry")
    staff = forms.IntegerField(label=_("从业人数"), min_value=0, initial=45)
    revenue = _money(_("营业收入"), "36000000.00")
    assets = _money(_("资产总额"), "12000000.00")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["group"].choices = GROUP_WORDS  # type: ignore[attr-defined]


class EvaluateTrialForm(TrialForm):
    banks = forms.CharField(
        label=_("各行数据"),
        initial="b01,1200000000.00,120,1000000000.00,100,0\nb02,900000000.00,150,,,0",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "每行一家，各项以逗号分隔：银行，当年总额，当年企业数，上年总额，上年企业数，违规次数；无上年数据的留空"
        ),
    )

    def clean_banks(self) -> list[dict[str, object]]:
        rows = []
        for number, line in enumerate(self.cleaned_data["banks"].strip().splitlines(), start=1):
            parts = [part.strip() for part in line.replace("，", ",").split(",")]
            if len(parts) != 6:
                raise forms.ValidationError(_("第%(line)s行应有六项，以逗号分隔。"), params={"line": number})
            bank, amount, borrowers, last_amount, last_borrowers, violations = parts
            if not all(part.isdigit() for part in (borrowers, last_borrowers or "0", violations or "0")):
                raise forms.ValidationError(_("第%(line)s行的企业数和违规次数应为整数。"), params={"line": number})
            rows.append(
                {
                    "bank": bank,
                    "amount": amount,
                    "borrowers": int(borrowers),
                    "last_amount": last_amount or None,
                    "last_borrowers": int(last_borrowers) if last_borrowers else None,
                    "violations": int(violations or "0"),
                }
            )
        return rows


class AssessTrialForm(TrialForm):
    """One claim; the defaults are an eligible one."""

    groups = (
        (
            _("借款人"),
            (
                "borrower_kind", "industry_group", "industry_code", "staff", "revenue", "assets", "qualification",
                "valid_from", "valid_to", "in_shenzhen", "industry_restricted", "quasi_financial",
            ),
        ),
        (
            _("贷款"),
            (
                "product", "use", "other_cover", "principal", "other_balances", "credit_line", "annual_rate",
                "disbursed_on", "matures_on", "entered_on", "features",
            ),
        ),
        (
            _("不良与申请"),
            (
                "classification", "determined_on", "npl_principal", "submitted_on", "credit_report_on",
                "bank_dishonest", "special_approval",
            ),
        ),
    )  # fmt: skip

    borrower_kind = forms.ChoiceField(label=_("借款人类型"), choices=words.BorrowerKind.choices)
    industry_group = forms.ChoiceField(label=_("划型行业"), initial="industry")
    industry_code = forms.CharField(label=_("行业代码"), initial="C3921", max_length=8)
    staff = forms.IntegerField(label=_("从业人数"), min_value=0, initial=45)
    revenue = _money(_("营业收入"), "36000000.00")
    assets = _money(_("资产总额"), "12000000.00")
    in_shenzhen = forms.BooleanField(label=_("在深实际经营"), required=False, initial=True)
    industry_restricted = forms.BooleanField(label=_("属限制或禁止类产业"), required=False)
    quasi_financial = forms.BooleanField(label=_("类金融企业"), required=False)
    product = forms.ChoiceField(label=_("产品类型"), choices=words.Product.choices)
    use = forms.ChoiceField(label=_("贷款用途"), choices=words.Use.choices)
    other_cover = forms.ChoiceField(label=_("其他保障"), choices=words.OtherCover.choices)
    principal = _money(_("贷款本金"), "3000000.00")
    other_balances = _money(_("其他贷款余额"), "1000000.00")
    credit_line = _money(_("单户授信总额"))
    annual_rate = forms.CharField(label=_("年利率（%）"), initial="4.35")
    disbursed_on = _day(_("发放日期"), "2024-05-10")
    matures_on = _day(_("到期日期"), "2025-05-10")
    entered_on = _day(_("入库日期"), "2024-06-03")
    classification = forms.ChoiceField(
        label=_("五级分类"), choices=words.Classification.choices, initial=words.Classification.SUBSTANDARD
    )
    determined_on = _day(_("不良认定日期"), "2024-08-20")
    npl_principal = _money(_("认定时本金余额"), "2500000.00")
    submitted_on = _day(_("申请提交日期"), "2024-10-15")
    credit_report_on = _day(_("信用报告出具日期"), "2024-09-27")
    bank_dishonest = forms.BooleanField(label=_("银行列入严重失信主体名单"), required=False)
    special_approval = forms.CharField(
        label=_("特别审批文号"), required=False, max_length=80,
        help_text=_("市政府特别审批了该行业或企业的补偿比例的，填写批准文号；按文件的比例计算，不再加成"),
    )  # fmt: skip
    qualification = forms.ChoiceField(
        label=_("企业资质"), choices=[("", _("无")), *words.Qualification.choices], required=False
    )
    valid_from = _day(_("资质有效期起"), required=False)
    valid_to = _day(_("资质有效期止"), required=False)
    features = forms.MultipleChoiceField(
        label=_("业务特征"), choices=words.Feature.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["industry_group"].choices = GROUP_WORDS  # type: ignore[attr-defined]

    def case(self) -> dict[str, object]:
        case = dict(self.cleaned_data)
        kind, start, end = (case.pop(name) for name in ("qualification", "valid_from", "valid_to"))
        case["qualifications"] = [{"kind": kind, "valid_from": start, "valid_to": end}] if kind else []
        case["special_approval"] = case["special_approval"] or None
        return case


TRIALS: dict[str, tuple[object, type[TrialForm]]] = {
    "assess": (_("补偿资格与金额"), AssessTrialForm),
    "deadlines": (_("期限"), DeadlineTrialForm),
    "returns": (_("清收返还"), ReturnTrialForm),
    "evaluate": (_("年度评价"), EvaluateTrialForm),
    "size": (_("企业划型"), SizeTrialForm),
}


# ---- inspections -----------------------------------------------------------------------------------------------------


class InspectionForm(forms.Form):
    """What is looked into; the weights count where the sample is drawn by risk."""

    subject = forms.ChoiceField(label=_("检查对象"), choices=Inspection.Subject.choices)
    starts_on = day_field(_("检查期间起"))
    ends_on = day_field(_("检查期间止"))
    banks = forms.ModelMultipleChoiceField(
        label=_("涉及银行"), queryset=Bank.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "many"}), help_text=_("一家也不选，即全部加盟银行。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("检查事由"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    method = forms.ChoiceField(
        label=_("抽样方法"), choices=Inspection.Method.choices,
        help_text=_("随机：每笔机会相同；分层：按各行数量分配；按风险：下列各项相符的权重相加，得分高的先抽。"),
    )  # fmt: skip
    size = forms.IntegerField(label=_("抽取数量"), min_value=1, max_value=MOST_CASES, initial=10)
    answer_days = forms.IntegerField(
        label=_("答复期限（工作日）"), min_value=1, max_value=250, help_text=_("自问题发出之日起，发出当日不计。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["banks"].queryset = Bank.objects.order_by("code")  # type: ignore[attr-defined]
        self.fields["answer_days"].initial = settings.INSPECTION_ANSWER_DAYS
        self.order_fields(["subject", "starts_on", "ends_on", "banks", "reason", "answer_days", "method", "size"])
        for name, risk in RISKS.items():
            self.fields[f"weight_{name}"] = forms.IntegerField(
                label=format_lazy("{}{}", _("权重："), risk), min_value=0, max_value=100,
                initial=DEFAULT_WEIGHTS[name], required=False,
            )  # fmt: skip

    def plan(self) -> Plan:
        said = dict(self.cleaned_data)
        weights = {name: said.pop(f"weight_{name}") or 0 for name in RISKS}
        return Plan(weights=weights, **said)


class ClearForm(forms.Form):
    note = forms.CharField(
        label=_("检查记录"), max_length=800, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("查看了哪些资料，如何得出结论。"),
    )  # fmt: skip


class FindingForm(forms.Form):
    kind = forms.ChoiceField(label=_("问题性质"), choices=Finding.Kind.choices)
    addressee = forms.ChoiceField(label=_("整改单位"), choices=Finding.Addressee.choices)
    basis = forms.CharField(label=_("违反条款"), max_length=20, help_text=_("写作 28、16.1(2) 或 19(6)。"))
    amount = forms.DecimalField(
        label=_("涉及金额（元）"), min_value=0, max_digits=18, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("不涉及金额的填 0。"),
    )  # fmt: skip
    text = forms.CharField(label=_("问题事实"), widget=forms.Textarea(attrs={"rows": 5}))
    demand = forms.CharField(label=_("整改要求"), max_length=800, widget=forms.Textarea(attrs={"rows": 3}))
    paper = scan_field(_("佐证材料"), _("发出后整改单位可以查看。"), required=False)


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("整改情况"), widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写明事实是否属实、如何整改、何时完成；有不同意见的写明理由。"),
    )  # fmt: skip
    paper = scan_field(_("证明材料"), required=False)


class FindingFilter(forms.Form):
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *Finding.State.choices])
    kind = forms.ChoiceField(label=_("问题性质"), required=False, choices=[("", _("全部")), *Finding.Kind.choices])
