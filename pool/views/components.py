"""Every component with sample data on one page, to look at and to copy from; served in development and demo only."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from pool import charts
from pool.tables import Column, Page, Table

SHANGHAI = ZoneInfo("Asia/Shanghai")


class SampleFilter(forms.Form):
    number = forms.CharField(label=_("借据号"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), ("entered", _("已入库"))])
    since = forms.DateField(label=_("发放日起"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class SampleForm(forms.Form):
    amount = forms.DecimalField(label=_("不良认定时本金余额"), help_text=_("按借据填写，不含利息和费用"), max_digits=18)
    determined_on = forms.DateField(label=_("不良认定日"), widget=forms.DateInput(attrs={"type": "date"}))
    level = forms.ChoiceField(
        label=_("五级分类"), choices=[("substandard", _("次级")), ("doubtful", _("可疑"))], widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("认定依据"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    agree = forms.BooleanField(label=_("本行承诺所填内容与信贷系统一致"))


class SampleUpload(forms.Form):
    file = forms.FileField(label=_("上传本季度贷款表"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}))


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2025, 1, day, hour, minute, tzinfo=SHANGHAI)


def sample_table() -> Table:
    rows = [
        ("SZ2024-0000187", "深圳市南岭精密五金有限公司", Decimal("3000000.00"), Decimal("0.0435"), date(2024, 10, 8)),
        ("SZ2024-0000188", "深圳市海川科技有限公司", Decimal("12500000.00"), Decimal("0.0398"), date(2024, 10, 15)),
        ("SZ2024-0000189", "陈志强（小微企业主）", Decimal("860000.50"), Decimal("0.0460"), date(2024, 11, 2)),
        ("SZ2024-0000190", "龙岗区坂田德记五金店", Decimal("120000.00"), Decimal("0.0520"), date(2024, 12, 19)),
    ]
    states = (
        ("entered", _("已入库")),
        ("non_performing", _("不良")),
        ("compensated", _("已补偿")),
        ("closed", _("已终结")),
    )
    columns = (
        Column(_("借据号"), lambda row: row[0][0], "code", link=lambda row: "#", sort="number"),
        Column(_("借款人"), lambda row: row[0][1]),
        Column(_("放款金额"), lambda row: row[0][2], "money", unit=_("元"), sort="amount"),
        Column(_("年利率"), lambda row: row[0][3], "percent"),
        Column(_("发放日"), lambda row: row[0][4], "date", sort="disbursed"),
        Column(_("状态"), lambda row: row[1], "status"),
        Column(_("依据"), lambda row: "19(1)", "article"),
    )
    return Table(
        columns,
        list(zip(rows, states, strict=True)),
        caption=_("2024 年第四季度入库贷款"),
        totals={_("放款金额"): Decimal("16480000.50")},
        page=Page([], next_query="after=x", previous_query=""),
        sort="-amount",
        marks=lambda row: "soon" if row[1][0] == "non_performing" else "",
    )


def sample_findings() -> list[dict[str, Any]]:
    return [
        {
            "outcome": "pass",
            "title": _("规模"),
            "article": "3",
            "message": _("从业人员 45 人、营业收入 3,600.00 万元，属于工业小型企业。"),
        },
        {
            "outcome": "fail",
            "title": _("利率"),
            "article": "15(3)",
            "where": _("工作表“贷款” 第 12 行 H 列"),
            "message": _("年利率 5.46% 高于同期 LPR 3.45% 加 2 个百分点（5.45%）。"),
            "facts": [(_("年利率"), "5.46%"), (_("同期 LPR"), "3.45%"), (_("LPR 公布日"), date(2024, 4, 22))],
            "mend": _("核对借据上的合同利率；如填写有误，请更正后重新上传这一行。"),
        },
        {
            "outcome": "hold",
            "title": _("过渡期"),
            "article": "21",
            "readings": [20],
            "message": _("不良认定日在 2023-03-01 至 2023-08-09 之间，适用前一版规则，暂缓处理，期限停止计算。"),
        },
        {
            "outcome": "info",
            "title": _("期限"),
            "article": "19(2)",
            "provisional": True,
            "message": _("提交补偿申请截至 2026-02-28（含当日）；2026 年节假日安排尚未公布。"),
            "facts": {_("认定日"): date(2025, 11, 30), _("须补资料"): True},
        },
    ]


def sample_events() -> list[dict[str, Any]]:
    return [
        {
            "at": _at(13, 9, 5),
            "what": _("提交补偿申请"),
            "who": _("林佳怡 · 银行复核"),
            "article": "19(2)",
            "tone": "info",
        },
        {
            "at": _at(15, 17, 48),
            "what": _("退回更正"),
            "who": _("周启明 · 高新投初审"),
            "why": _("信用报告出具日早于申请日前 10 个工作日，请补充近期报告。"),
            "article": "19(2)",
            "tone": "wait",
        },
        {"at": _at(16, 10, 22), "what": _("入库"), "who": _("林佳怡 · 银行复核"), "article": "19(1)", "tone": "info"},
    ]


def sample_steps() -> list[dict[str, Any]]:
    return [
        {"label": _("入库"), "state": "done", "on": date(2024, 6, 3)},
        {"label": _("不良认定"), "state": "done", "on": date(2024, 8, 20)},
        {"label": _("申请"), "state": "done", "on": date(2024, 10, 10)},
        {"label": _("审核"), "state": "current", "note": _("还剩 4 个工作日")},
        {"label": _("公示")},
        {"label": _("拨付")},
        {"label": _("追偿返还")},
        {"label": _("终结")},
    ]


def sample_job(state: str = "running") -> dict[str, Any]:
    words = {
        "running": _("正在逐行核对"),
        "finished": _("可入库 29,912 行，暂缓 88 行"),
        "queued": _("前面还有 1 个文件"),
    }
    job = {
        "label": _("核对 2024Q4.xlsx"),
        "state": state,
        "message": words.get(state, _("文件已损坏，无法读取")),
        "url": "",
    }
    if state == "running":
        job |= {"done": 18500, "total": 30000}
    if state == "finished":
        job |= {"done": 30000, "total": 30000, "result_url": "#", "result_label": _("查看核对结果")}
    return job


def sample_chart() -> dict[str, Any]:
    quarters = ("2024 Q1", "2024 Q2", "2024 Q3", "2024 Q4")
    series = {"补偿金额": ("320.00", "415.50", "388.25", "502.10"), "返还金额": ("20.00", "64.30", "118.75", "171.40")}
    return charts.bar(quarters, series, unit="万元")


def sample_line() -> dict[str, Any]:
    months = tuple(f"{month} 月" for month in range(1, 13))
    ratio = ("0.8", "1.1", "1.3", "1.9", "2.2", "2.4", "2.9", "3.1", "3.0", "2.7", "2.6", "2.61")
    every = ("0.9", "0.9", "1.0", "1.1", "1.2", "1.2", "1.3", "1.4", "1.4", "1.3", "1.3", "1.3")
    return charts.line(months, {"本行不良率": ratio, "全部银行": every}, unit="%", limit=("3% 界限", "3"))


def components(request: HttpRequest) -> HttpResponse:
    bad_form = SampleForm({"amount": "12a", "determined_on": "", "level": "loss", "note": ""})
    context = {
        "table": sample_table(),
        "empty_table": Table((), (), empty_text=_("换一个条件试试，或清除全部条件。")),
        "findings": sample_findings(),
        "events": sample_events(),
        "steps": sample_steps(),
        "jobs": [sample_job(state) for state in ("queued", "running", "finished", "failed")],
        "filter_form": SampleFilter(),
        "form": bad_form,
        "blank_form": SampleForm(),
        "upload": SampleUpload(),
        "due": date(2025, 1, 22),
        "late": date(2025, 1, 13),
        "moment": _at(16, 10, 22),
        "loan": SimpleNamespace(state="non_performing", get_state_display=lambda: _("不良")),
        "states": STATES,
        "chart": sample_chart(),
        "line": sample_line(),
        "tabs": [
            {"label": _("概况"), "url": "#", "active": True},
            {"label": _("核对结果"), "url": "#", "count": 88},
            {"label": _("附件"), "url": "#", "count": 4},
            {"label": _("经过"), "url": "#"},
        ],
        "facts": [
            (_("借款人"), _("深圳市南岭精密五金有限公司")),
            (_("放款金额（元）"), Decimal("3000000.00")),
            (_("发放日"), date(2024, 5, 10)),
            (_("补偿比例"), "50%", "16.1(1)"),
            (_("纯信用"), True),
            (_("经办机构"), None),
        ],
        "suspended": _("本行不良率为 3.0001%，补偿业务自动暂停；降至界限以内时自动恢复。"),
        "now": Decimal("0.0261"),
        "over": Decimal("0.030001"),
        "after": Decimal("0.0338"),
        "limit": Decimal("0.03"),
        "amount": Decimal("1234567.89"),
        "ceiling": Decimal("5000000000"),
        "sha256": "9f2c1d0b7a5e4c38b6d1f0a2e3c4d5b6a7988776655443322110ffeeddccbbaa",
    }
    return render(request, "pool/components.html", context)


STATES = [
    ("entered", _("已入库")),
    ("non_performing", _("不良")),
    ("paid", _("已拨付")),
    ("refused", _("不予补偿")),
    ("held", _("暂缓")),
    ("closed", _("已终结")),
    ("draft", _("草稿")),
]


def progress(request: HttpRequest) -> HttpResponse:
    return render(request, "components/progress.html", {"job": sample_job("finished")})
