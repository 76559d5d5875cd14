"""The form of a year's holidays: the document's facts, and its table with a row for each holiday."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pool.holidays import GRANTED, Line

ROWS = len(GRANTED) + 2
SEPARATORS = re.compile(r"[、,，;；\s]+")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class HolidayForm(forms.Form):
    """Either the table is filled in, or the spreadsheet is chosen; the file then counts."""

    year = forms.IntegerField(label=gettext_lazy("年份"))
    number = forms.CharField(
        label=gettext_lazy("文号"), max_length=80, help_text=gettext_lazy("例如：国办发明电〔2024〕12号")
    )
    title = forms.CharField(label=gettext_lazy("文件名称"), max_length=200)
    published_on = forms.DateField(label=gettext_lazy("发布日期"), widget=DayInput())
    document = forms.FileField(
        label=gettext_lazy("通知原文"), required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.png,.jpg,.jpeg,.tif,.tiff"}),
    )  # fmt: skip
    sheet = forms.FileField(
        label=gettext_lazy("由表格导入"), required=False, widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        help_text=gettext_lazy("选了文件就以文件为准，下面的表不必填。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("特殊情况说明"), required=False, max_length=400,
        help_text=gettext_lazy("安排与历年不同而确属通知规定的，在此写明。"), widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    DOCUMENT_FIELDS = ("year", "number", "title", "published_on", "document", "sheet")

    def __init__(self, data: Any = None, files: Any = None, *, lines: Sequence[Line] = (), **options: Any) -> None:
        super().__init__(data, files, **options)
        for place in range(ROWS):
            line = lines[place] if place < len(lines) else None
            works = "、".join(day.isoformat() for day in line.works) if line else ""
            words = {"n": place + 1}
            self._add(f"name{place}", forms.CharField(required=False, max_length=40), _("第 %(n)s 行节日") % words,
                      line.name if line else "")  # fmt: skip
            self._add(f"first{place}", forms.DateField(required=False, widget=DayInput()),
                      _("第 %(n)s 行放假起日") % words, line.first if line else None)  # fmt: skip
            self._add(f"last{place}", forms.DateField(required=False, widget=DayInput()),
                      _("第 %(n)s 行放假止日") % words, line.last if line else None)  # fmt: skip
            self._add(f"works{place}", forms.CharField(required=False, max_length=120),
                      _("第 %(n)s 行调休上班日") % words, works)  # fmt: skip

    def _add(self, name: str, field: forms.Field, label: str, initial: Any) -> None:
        field.label, field.initial = label, initial
        field.widget.attrs["aria-label"] = label
        self.fields[name] = field

    @property
    def rows(self) -> list[list[Any]]:
        return [[self[f"{name}{place}"] for name in ("name", "first", "last", "works")] for place in range(ROWS)]

    @property
    def facts(self) -> list[Any]:
        return [self[name] for name in self.DOCUMENT_FIELDS]

    def clean(self) -> dict[str, Any]:
        given = dict(super().clean() or {})
        if given.get("sheet"):
            return given
        lines = [line for place in range(ROWS) if (line := self._line(given, place)) is not None]
        if not lines and not self.errors:
            self.add_error("sheet", _("请填写放假安排表，或选择表格文件。"))
        return given | {"lines": lines}

    def _line(self, given: dict[str, Any], place: int) -> Line | None:
        name, first, last = (given.get(f"{key}{place}") for key in ("name", "first", "last"))
        works = given.get(f"works{place}", "")
        if not (first or last or works):
            return None
        for key, value in (("name", name), ("first", first), ("last", last)):
            if not value and f"{key}{place}" not in self.errors:
                self.add_error(f"{key}{place}", _("请补全这一行。"))
        days = self._days(works, place)
        return Line(name, first, last, days) if name and first and last else None

    def _days(self, works: str, place: int) -> tuple[date, ...]:
        try:
            return tuple(date.fromisoformat(day) for day in SEPARATORS.split(works.strip()) if day)
        except ValueError:
            self.add_error(f"works{place}", _("日期请写成 2025-01-26 的样式，有几天的用顿号分隔。"))
            return ()


def festivals() -> dict[str, str]:
    """The names, to be completed with the days."""
    return {f"name{place}": name for place, name in enumerate(GRANTED)}
