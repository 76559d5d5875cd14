"""Workbooks made from a schema: the template a bank fills in, and the workbook that goes back with its mistakes.

Everything is written as typed cells, text always as text, so nothing a person typed can become a formula.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext, gettext_noop

from pool.sheets import CellProblem, Column, Kind, Schema
from pool.sheets.values import FIRST_YEAR, LAST_YEAR

Target = str | PathLike[str] | IO[bytes]
Example = Mapping[str, object]

TEMPLATE_ROWS = 50_000
CHOICES_SHEET = "_选项"
_ = gettext_noop
_INSTRUCTIONS, _EXAMPLE, _TAKEN = _("填写说明"), _("示例"), _("导出记录")
_RESULT, _TELLS, _FROM_ROW = _("结果"), _("问题与改法"), _("原行号")
_LONGEST_NOTE = 32_000
_MONEY_FORMAT, _PERCENT_FORMAT, _DATE_FORMAT = "#,##0.00", "0.00##", "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of the instructions sheet, with the article it rests on."""

    text: str
    article: str = ""


class _Styles:
    """The few cell formats of our workbooks."""

    def __init__(self, book: Any) -> None:
        plain = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
        head = {**plain, "bold": True, "border": 1, "border_color": "#b8c4d6", "text_wrap": True, "align": "center"}
        self.plain = book.add_format({**plain, "num_format": "@"})
        self.wrapped = book.add_format({**plain, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({**plain, "bold": True, "font_size": 14})
        self.required = book.add_format({**head, "bg_color": "#c8102e", "font_color": "#ffffff"})
        self.conditional = book.add_format({**head, "bg_color": "#f3c6a5"})
        self.optional = book.add_format({**head, "bg_color": "#dde6f2"})
        self.error = book.add_format({**plain, "num_format": "@", "bg_color": "#f8b4b4", "font_color": "#8f0b1e"})
        self.warning = book.add_format({**plain, "num_format": "@", "bg_color": "#fdeeb8"})
        self.number = book.add_format({**plain, "num_format": "0"})
        self.by_kind = {
            Kind.MONEY: book.add_format({**plain, "num_format": _MONEY_FORMAT}),
            Kind.PERCENT: book.add_format({**plain, "num_format": _PERCENT_FORMAT}),
            Kind.INTEGER: self.number,
            Kind.DATE: book.add_format({**plain, "num_format": _DATE_FORMAT}),
        }

    def head(self, column: Column) -> Any:
        if column.required and column.default is None:
            return self.required
        return self.conditional if column.required_when else self.optional

    def cell(self, column: Column) -> Any:
        return self.by_kind.get(column.kind, self.plain)


def build(
    schema: Schema, target: Target, *, instructions: Sequence[Instruction] = (), examples: Sequence[Example] = ()
) -> None:
    """Write the template of a schema: headers, notes, drop-downs, instructions, an example, and its version."""
    with xlsxwriter.Workbook(target) as book:
        book.set_properties({"title": schema.title, "comments": schema.code})
        styles = _Styles(book)
        page = book.add_worksheet(schema.sheet)
        guide = book.add_worksheet(gettext(_INSTRUCTIONS))
        _instruct(guide, styles, schema, instructions)
        if examples:
            _exemplify(book.add_worksheet(gettext(_EXAMPLE)), styles, schema, examples)
        lists = _lists(book, schema)
        _stamp(book, schema)
        _headers(page, styles, schema)
        for place, column in enumerate(schema.columns):
            _validate(page, place, column, lists)
        page.freeze_panes(1, 1)
        page.activate()


def mark(column: Column) -> str:
    """The header as the template prints it: a star where always required, a triangle where sometimes."""
    if column.required and column.default is None:
        return f"*{column.header}"
    return f"△{column.header}" if column.required_when else column.header


def _headers(page: Any, styles: _Styles, schema: Schema) -> None:
    page.set_row(0, 36)
    for place, column in enumerate(schema.columns):
        page.set_column(place, place, column.width, styles.cell(column))
        page.write_string(0, place, mark(column), styles.head(column))
        _comment(page, 0, place, _explain(column))


def _explain(column: Column) -> str:
    lines = [gettext(column.note)] if column.note else []
    if column.choices:
        lines.append(gettext("可填：%(choices)s") % {"choices": "、".join(each.label for each in column.choices)})
    if column.article:
        lines.append(gettext("依据：实施细则 %(article)s") % {"article": column.article})
    return "\n".join(lines)


def _comment(page: Any, row: int, place: int, text: str) -> None:
    if text:
        lines = sum(1 + len(line) // 20 for line in text.splitlines())
        options = {"width": 300, "height": 24 + 18 * lines, "font_size": 9, "author": ""}
        page.write_comment(row, place, text[:_LONGEST_NOTE], options)


def _lists(book: Any, schema: Schema) -> dict[str, str]:
    """A hidden sheet with a named range for each list of choices; inline lists end at 255 characters."""
    page = book.add_worksheet(CHOICES_SHEET)
    page.hide()
    names: dict[str, str] = {}
    for place, column in enumerate(column for column in schema.columns if column.choices):
        page.write_string(0, place, column.header)
        for row, choice in enumerate(column.choices, start=1):
            page.write_string(row, place, choice.label)
        letters = xlsxwriter.utility.xl_col_to_name(place)
        names[column.key] = f"list_{column.key}"
        last = len(column.choices) + 1
        book.define_name(names[column.key], f"='{CHOICES_SHEET}'!${letters}$2:${letters}${last}")
    return names


def _stamp(book: Any, schema: Schema) -> None:
    page = book.add_worksheet(schema.version_sheet)
    page.very_hidden()
    page.write_string(0, 0, schema.code)
    book.define_name("template_version", f"='{schema.version_sheet}'!$A$1")


def _validate(page: Any, place: int, column: Column, lists: Mapping[str, str]) -> None:
    rule = _rule(column, lists)
    if rule:
        rule.setdefault("error_title", gettext("请检查"))
        page.data_validation(1, place, TEMPLATE_ROWS, place, rule)


def _rule(column: Column, lists: Mapping[str, str]) -> dict[str, Any]:
    if column.kind is Kind.CHOICE:
        return {"validate": "list", "source": f"={lists[column.key]}", "error_message": gettext("请从下拉列表中选择。")}
    if column.kind is Kind.CHOICES:
        hint = gettext("可从列表选一项；多项请直接输入，用顿号分隔。")
        return {"validate": "list", "source": f"={lists[column.key]}", "show_error": False, "input_message": hint}
    if column.kind is Kind.YES_NO:
        return {"validate": "list", "source": ["是", "否"], "error_message": gettext("请选“是”或“否”。")}
    if column.kind in (Kind.MONEY, Kind.PERCENT):
        return {
            "validate": "decimal",
            "criteria": ">" if column.positive else ">=",
            "value": 0,
            "error_message": gettext("请填数字，不能为负。"),
        }
    if column.kind is Kind.INTEGER:
        return {"validate": "integer", "criteria": ">=", "value": 0, "error_message": gettext("请填整数。")}
    if column.kind is Kind.DATE:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": datetime.date(FIRST_YEAR, 1, 1),
            "maximum": datetime.date(LAST_YEAR, 12, 31),
            "error_message": gettext("请填日期，例如 2024-04-22。"),
        }
    return {}


def _instruct(page: Any, styles: _Styles, schema: Schema, instructions: Sequence[Instruction]) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 6, styles.wrapped)
    page.set_column(1, 1, 90, styles.wrapped)
    page.set_column(2, 2, 16, styles.wrapped)
    page.write_string(0, 0, f"{schema.title}（{schema.code}）", styles.title)
    general = (
        Instruction(
            gettext("表头带 * 的列必填；带 △ 的列视借款人类型等情况必填；其余选填。鼠标移到表头可看填写要求。")
        ),
        Instruction(gettext("请勿删改表头文字；列的先后可以调整，自用列可以保留，不会被读取。")),
        Instruction(gettext("金额以元为单位；如以万元填写，请把列名中的单位改为“万元”。利率填百分数，例如 4.35。")),
        Instruction(gettext("证照号码、借据号等长号码请保持文本格式，否则 Excel 会改掉末尾几位。")),
        Instruction(gettext("可填多项的列用顿号分隔。日期写成 2024-04-22 的样式。空行会被跳过。")),
    )
    for row, line in enumerate((*general, *instructions), start=2):
        page.write_number(row, 0, row - 1, styles.wrapped)
        page.write_string(row, 1, gettext(line.text), styles.wrapped)
        page.write_string(row, 2, line.article, styles.wrapped)


def _exemplify(page: Any, styles: _Styles, schema: Schema, examples: Sequence[Example]) -> None:
    for place, column in enumerate(schema.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, mark(column), styles.head(column))
    for row, example in enumerate(examples, start=1):
        for place, column in enumerate(schema.columns):
            _write(page, row, place, column, example.get(column.key, ""), styles)
    page.freeze_panes(1, 1)


def _write(page: Any, row: int, place: int, column: Column, value: object, styles: _Styles) -> None:
    if value is None or value == "":
        return
    if column.kind in (Kind.MONEY, Kind.PERCENT, Kind.INTEGER) and not isinstance(value, str):
        page.write_number(row, place, value, styles.cell(column))
    elif column.kind is Kind.DATE and not isinstance(value, str):
        page.write_datetime(row, place, value, styles.cell(column))
    else:
        page.write_string(row, place, str(value), styles.plain)


def fill(schema: Schema, target: Target, rows: Iterable[Example]) -> None:
    """Write a workbook as a bank would: the template's header and rows of values by key."""
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        styles = _Styles(book)
        page = book.add_worksheet(schema.sheet)
        for place, column in enumerate(schema.columns):
            page.set_column(place, place, column.width)
            page.write_string(0, place, mark(column), styles.head(column))
        for number, row in enumerate(rows, start=1):
            for place, column in enumerate(schema.columns):
                _write(page, number, place, column, row.get(column.key, ""), styles)
        page.freeze_panes(1, 1)
        _stamp(book, schema)


def annotate(
    schema: Schema,
    target: Target,
    rows: Iterable[tuple[int, Mapping[str, str]]],
    problems: Mapping[int, Sequence[CellProblem]],
    *,
    headers: Mapping[str, str] | None = None,
    results: Callable[[int], str] | None = None,
    mark: str = "",
) -> None:
    """The workbook that goes back: each row as it was written, its result, and the faulty cells explained.

    `mark` (who took it, when) stands on a sheet of its own and at the foot of each printed page, since the first row
    must stay the header.

    `headers` are those of the file read (`Reader.headers()`), so that amounts keep their unit. Mended in
    place, the workbook can be uploaded again as it is.
    """
    named = {column.key: (headers or {}).get(column.key, column.header) for column in schema.columns}
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        styles = _Styles(book)
        page = book.add_worksheet(schema.sheet)
        last = _returned_header(page, styles, schema, named)
        number = 0
        for number, (source, raw) in enumerate(rows, start=1):
            found = problems.get(source, ())
            _returned_row(page, styles, schema, number, source, raw, found, results)
        page.ignore_errors({"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_rowcol_to_cell(number + 1, last)}"})
        page.freeze_panes(1, 4)
        if mark:
            book.set_properties({"comments": mark})
            page.set_footer(f"&L{mark.replace('&', '&&')}&R&P / &N")
            book.add_worksheet(gettext(_TAKEN)).write_string(0, 0, mark, styles.plain)
        _stamp(book, schema)


def _returned_header(page: Any, styles: _Styles, schema: Schema, named: Mapping[str, str]) -> int:
    page.set_row(0, 36)
    for place, (text, width) in enumerate(((_RESULT, 12), (_TELLS, 60), (_FROM_ROW, 8))):
        page.set_column(place, place, width)
        page.write_string(0, place, text, styles.optional)
    for place, column in enumerate(schema.columns, start=3):
        page.set_column(place, place, column.width, styles.plain)
        page.write_string(0, place, named[column.key], styles.head(column))
    return len(schema.columns) + 2


def _returned_row(
    page: Any,
    styles: _Styles,
    schema: Schema,
    number: int,
    source: int,
    raw: Mapping[str, str],
    found: Sequence[CellProblem],
    results: Callable[[int], str] | None,
) -> None:
    by_key: dict[str, list[CellProblem]] = {}
    for problem in found:
        by_key.setdefault(problem.key, []).append(problem)
    worst = _worst(styles, found)
    page.write_string(number, 0, results(source) if results else _result(found), worst)
    page.write_string(number, 1, "\n".join(told(problem) for problem in found)[:_LONGEST_NOTE], styles.wrapped)
    page.write_number(number, 2, source, styles.number)
    for place, column in enumerate(schema.columns, start=3):
        own = by_key.get(column.key, ())
        text = raw.get(column.key, "")
        if text or own:
            page.write_string(number, place, text[:32_767], _worst(styles, own))
        if own:
            _comment(page, number, place, "\n".join(told(problem) for problem in own))


def _worst(styles: _Styles, found: Sequence[CellProblem]) -> Any:
    if any(problem.is_error for problem in found):
        return styles.error
    return styles.warning if any(problem.is_warning for problem in found) else styles.plain


def _result(found: Sequence[CellProblem]) -> str:
    if any(problem.is_error for problem in found):
        return str(gettext("有误，未入库"))
    return str(gettext("请核对") if any(problem.is_warning for problem in found) else gettext("无误"))


def told(problem: CellProblem) -> str:
    article: str = gettext("（依据 %(article)s）") % {"article": problem.article} if problem.article else ""
    where = problem.header + gettext("：") if problem.header else ""
    between = "" if problem.message.endswith("。") else " "
    return f"{where}{problem.message}{between}{problem.mend}{article}"
