"""What can be wrong with a spreadsheet, said so that the person at the bank can mend it.

A problem keeps its code and parameters, never its text: the text is looked up when it is shown, in the
language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from pool.errors import Refused

ERROR = "error"
WARNING = "warning"
"""The row may enter when somebody says why it is right."""
NOTE = "note"
"""Said so that nobody is surprised; nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What is wrong and how to mend it, as Chinese message ids with %(name)s places."""

    message: str
    mend: str


_WORDINGS: dict[str, Wording] = {}


def declare(wordings: Mapping[str, Wording]) -> None:
    """Add the wordings of an app's own problem codes; one code has one wording."""
    for code, wording in wordings.items():
        if _WORDINGS.setdefault(code, wording) != wording:
            raise ValueError(f"two wordings for the problem code {code!r}")


def known_codes() -> frozenset[str]:
    return frozenset(_WORDINGS)


def render(msgid: str, params: Mapping[str, str]) -> str:
    text: str = gettext(msgid)
    return text % params if params else text.replace("%%", "%")


_text = lazy(render, str)


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One finding about one cell (or, with row 0, about the file)."""

    sheet: str
    row: int
    column: str
    header: str
    value: str
    code: str
    key: str = ""
    severity: str = ERROR
    article: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR

    @property
    def is_warning(self) -> bool:
        return self.severity == WARNING

    @property
    def cell(self) -> str:
        """The address as Excel writes it, for example F17."""
        return f"{self.column}{self.row}" if self.column and self.row else ""

    @property
    def message(self) -> str:
        return render(_WORDINGS[self.code].message, self._params())

    @property
    def mend(self) -> str:
        return render(_WORDINGS[self.code].mend, self._params())

    def _params(self) -> dict[str, str]:
        return {"header": self.header, "value": self.value, **self.params}

    def as_dict(self) -> dict[str, Any]:
        """For a JSON column; holds no text in any language."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "header": self.header,
            "value": self.value,
            "code": self.code,
            "key": self.key,
            "severity": self.severity,
            "article": self.article,
            "params": dict(self.params),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CellProblem:
        return cls(**data)


declare(
    {
        # The file
        "file_empty": Wording(_("文件是空的，没有任何内容。"), _("请选择填好数据的文件再上传。")),
        "file_too_large": Wording(
            _("文件大小为 %(size)s MB，超过上限 %(limit)s MB。"),
            _("请按季度或支行拆成几个文件；数据量大时请另存为 CSV。"),
        ),
        "file_type": Wording(
            _("无法识别的文件类型。"), _("请上传本系统模板填写的 .xlsx 文件，也可以上传 .xls 或 .csv 文件。")
        ),
        "file_html": Wording(
            _("文件的扩展名是表格，内容却是网页。"),
            _("请用 Excel 或 WPS 打开后“另存为”Excel 工作簿（.xlsx），再上传。"),
        ),
        "file_macros": Wording(
            _("文件含有宏，出于安全考虑不予接收。"), _("请“另存为”不含宏的 Excel 工作簿（.xlsx），再上传。")
        ),
        "file_encrypted": Wording(_("文件设有打开密码，无法读取。"), _("请取消打开密码后重新保存，再上传。")),
        "file_bomb": Wording(
            _("文件解压后体积异常，出于安全考虑不予接收。"), _("请新建工作簿，只粘贴数值后另存为 .xlsx，或另存为 CSV。")
        ),
        "file_damaged": Wording(_("文件已损坏，无法读取。"), _("请用 Excel 或 WPS 打开检查，另存一份后再上传。")),
        "file_binary_workbook": Wording(
            _("不接收此种格式的工作簿（%(format)s）。"), _("请“另存为”Excel 工作簿（.xlsx）或 CSV，再上传。")
        ),
        "file_too_heavy": Wording(
            _("工作表范围过大，超出可处理的限度。"),
            _("请删除数据区以外的格式和多余的行列后重新保存；数据量大时请另存为 CSV。"),
        ),
        "file_encoding": Wording(_("CSV 文件的文字编码无法识别。"), _("请另存为“CSV UTF-8（逗号分隔）”格式，再上传。")),
        "file_csv_shape": Wording(
            _("CSV 文件第 %(line)s 行附近格式错误，无法拆分为单元格。"),
            _("请检查该行的引号是否成对，或改用 .xlsx 文件。"),
        ),
        "file_json_line": Wording(
            _("第 %(line)s 行不是一个完整的 JSON 对象，或其中有不能作为单元格的值。"),
            _("请每行写一个对象，值只用文字、数字、是否或其列表，以 UTF-8 保存后重新提交。"),
        ),
        "too_many_rows": Wording(_("数据超过 %(limit)s 行。"), _("请拆成几个文件分别上传。")),
        "no_sheet": Wording(_("工作簿中没有可见的工作表。"), _("请使用本系统下载的模板填写。")),
        "no_header": Wording(
            _("前 %(rows)s 行内没有找到表头。"), _("请使用本系统下载的模板，保留表头行，例如“%(example)s”。")
        ),
        "no_rows": Wording(_("表头之下没有数据行。"), _("请从表头的下一行开始逐笔填写。")),
        # The header
        "missing_column": Wording(_("缺少必填列“%(header)s”。"), _("请对照最新模板补上该列；列的先后次序不限。")),
        "unknown_column": Wording(_("不认识的列“%(header)s”，其内容不会读取。"), _("如为自用列可不处理。")),
        "unknown_column_like": Wording(
            _("不认识的列“%(header)s”，其内容不会读取。"), _("是否为“%(like)s”？如是，请按模板改写列名。")
        ),
        "duplicate_column": Wording(
            _("“%(header)s”列出现了两次（%(first)s 列和 %(second)s 列）。"), _("请只保留一列。")
        ),
        "unknown_unit": Wording(
            _("列名“%(found)s”中的单位“%(unit)s”无法识别。"), _("金额请用元、千元、万元、百万元或亿元，比例请用 %%。")
        ),
        "unit_from_title": Wording(
            _("表头上方注明“%(found)s”，未写单位的金额列按此换算。"),
            _("如不是，请在列名中写明单位，例如“贷款金额（元）”。"),
        ),
        "template_old": Wording(
            _("所用模板的版本为 %(found)s，现行版本为 %(current)s。"), _("可以继续；建议下载最新模板。")
        ),
        "other_sheet": Wording(
            _("工作表“%(value)s”也有同样的表头和内容，没有读取；本次只读取了“%(read)s”。"),
            _("如也要报送，请把各表的行合并到一张表，或分别另存后上传。"),
        ),
        "template_refused": Wording(
            _("所用模板的版本为 %(found)s，已经停用；现在接受 %(accepted)s。"),
            _("请在上传页面点“下载模板”取得 %(current)s，把数据粘贴到新模板中再上传。"),
        ),
        "summary_row": Wording(
            _("第 %(at)s 行看起来是合计或签章行，未作为数据读取。"), _("如果是数据，请补全必填内容。")
        ),
        # A cell
        "required": Wording(
            _("“%(header)s”为必填项，此处为空。"), _("请填写；如单元格是公式，请确认公式有结果，或粘贴为数值。")
        ),
        "required_when": Wording(
            _("%(because)s时，“%(header)s”为必填项，此处为空。"),
            _("请填写；如单元格是公式，请确认公式有结果，或粘贴为数值。"),
        ),
        "too_long": Wording(_("“%(header)s”超过 %(limit)s 个字。"), _("请缩短到 %(limit)s 个字以内。")),
        "code_damaged": Wording(
            _("“%(value)s”是以数字格式保存的长号码，末尾几位已被 Excel 改成 0，无法还原。"),
            _("请先把单元格设为“文本”格式，再按原件重新输入完整号码（不能只改格式）。"),
        ),
        "code_format": Wording(_("“%(header)s”的格式不对：%(value)s。"), _("应为%(expected)s。")),
        "bad_money": Wording(_("“%(value)s”不是金额。"), _("请只填数字，例如 3000000.00，单位见列名。")),
        "bad_number": Wording(_("“%(value)s”不是数字。"), _("请只填数字。")),
        "bad_integer": Wording(_("“%(value)s”不是整数。"), _("请填整数，例如 45。")),
        "bad_percent": Wording(_("“%(value)s”不是百分比。"), _("请填百分数，例如 4.35 表示 4.35%%。")),
        "scientific": Wording(
            _("“%(value)s”是科学计数法，数值可能已丢失精度。"), _("请把单元格设为数值格式，再按原件重新输入。")
        ),
        "too_precise": Wording(
            _("“%(value)s”换算成%(unit)s后小数超过 %(places)s 位。"), _("请按%(unit)s保留 %(places)s 位小数。")
        ),
        "below_minimum": Wording(
            _("“%(header)s”不能小于 %(limit)s，此处为 %(value)s。"), _("请按借款合同或凭证核对。")
        ),
        "not_positive": Wording(_("“%(header)s”必须大于 0，此处为 %(value)s。"), _("请按借款合同或凭证核对。")),
        "above_maximum": Wording(
            _("“%(header)s”不能大于 %(limit)s，此处为 %(value)s。"), _("请核对数字和单位（元、万元）。")
        ),
        "bad_date": Wording(_("“%(value)s”不是日期，或没有这一天。"), _("请写成 2024-04-22 的样式。")),
        "date_serial": Wording(
            _("“%(value)s”像是没有设为日期格式的日期（可能是 %(guess)s）。"),
            _("请把单元格设为日期格式，或改写为 %(guess)s。"),
        ),
        "date_serial_read": Wording(
            _("“%(value)s”是没有设为日期格式的日期，已按本文件的日期系统读作 %(guess)s。"),
            _("无需处理；如不是这一天，请改写。"),
        ),
        "date_serial_unsaid": Wording(
            _("“%(value)s”是 Excel 的日期序号，CSV 文件不说明从哪年算起，已读作 %(guess)s。"),
            _("请核对后确认；或在 Excel 中把该列设为日期格式，重新另存为 CSV。"),
        ),
        "date_range": Wording(_("日期 %(value)s 不合常理。"), _("请核对年份，应在 1990 年至 2099 年之间。")),
        "bad_choice": Wording(_("“%(value)s”不在可选范围内。"), _("可选：%(choices)s。")),
        "bad_choice_like": Wording(_("“%(value)s”不在可选范围内。"), _("是否为“%(like)s”？可选：%(choices)s。")),
        "bad_yes_no": Wording(_("“%(value)s”无法识别。"), _("请填“是”或“否”。")),
    }
)


class SheetRefused(Refused):
    """The file as a whole cannot be read; says why and how to mend it."""

    status = 400

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, _text(_WORDINGS[code].message, params), field="file")
        self.params = params
        self.mend: object = _text(_WORDINGS[code].mend, params)
