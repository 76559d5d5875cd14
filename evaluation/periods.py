"""The half-years and quarters that reports and statements are about, written `2024H1` and `2024Q1`."""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.translation import gettext as _

from pool import formats
from pool.errors import Refused
from pool.rules import MONTHS_PER_QUARTER, ONE_DAY, half_year, quarter_end, quarter_name, quarter_start
from pool.selectors import edition


@dataclass(frozen=True)
class Period(ABC):
    starts_on: date
    ends_on: date

    @classmethod
    @abstractmethod
    def of(cls, day: date) -> Self:
        """The one that holds this day."""

    @classmethod
    def before(cls, on: date) -> Self:
        """The last one that was over on that day."""
        return cls.of(cls.of(on).starts_on - ONE_DAY)


class HalfYear(Period):
    @classmethod
    def of(cls, day: date) -> Self:
        return cls(*half_year(edition(), day))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2024H2`; anything else is refused."""
        match = re.fullmatch(r"(\d{4})H([12])", text.strip().upper(), re.ASCII)
        if match is None or match[1] == "0000":
            raise Refused("bad_period", _("报告期应写作 2024H1 或 2024H2。"), field="period")
        first = cls.of(date(int(match[1]), 1, 1))
        return first if match[2] == "1" else cls.of(date(first.ends_on.year, 12, 31))

    @property
    def half(self) -> int:
        return 1 if self.starts_on.month == 1 else 2

    def __str__(self) -> str:
        return f"{self.starts_on.year}H{self.half}"

    def title(self) -> str:
        """The report's title as it is printed."""
        half = _("上半年") if self.half == 1 else _("下半年")
        return _("%(year)s年%(half)s风险补偿资金池运行统计报告") % {"year": self.starts_on.year, "half": half}


class Quarter(Period):
    @classmethod
    def of(cls, day: date) -> Self:
        return cls(quarter_start(day), quarter_end(day))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2024Q4`; anything else is refused."""
        match = re.fullmatch(r"(\d{4})Q([1-4])", text.strip().upper(), re.ASCII)
        if match is None or match[1] == "0000":
            raise Refused("bad_period", _("季度应写作 2024Q1 至 2024Q4。"), field="period")
        return cls.of(date(int(match[1]), int(match[2]) * MONTHS_PER_QUARTER, 1))

    def __str__(self) -> str:
        return quarter_name(self.starts_on)

    def words(self) -> str:
        """As people say it."""
        return formats.quarter(self.starts_on)
