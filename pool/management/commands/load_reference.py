"""`manage.py load_reference`: the reference data that come with the code, as dated rows with their source."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import chinese_calendar
from django.core.management.base import BaseCommand
from django.db import transaction

from pool.models import CalendarDay, CalendarYear, FxRate, LprRate, ReferenceCoverage, RestrictedIndustry
from pool.refs import DATA, lpr_from_file
from pool.services import references
from pool.workdays import announced_years, official_exceptions

FIRST_YEAR = 2017
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def _notice(year: int) -> str:
    return f"国务院办公厅关于{year}年部分节假日安排的通知"


def _rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))


class Command(BaseCommand):
    help = "Load calendar, LPR, sample exchange rates and a sample catalogue; safe to repeat."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        counts = {
            "calendar": self._calendar(),
            "lpr": self._lpr(),
            "fx": self._fx(),
            "catalogue": self._catalogue(),
        }
        self.stdout.write(" ".join(f"{name}+{count}" for name, count in counts.items()))

    def _calendar(self) -> int:
        years = [year for year in sorted(announced_years()) if year >= FIRST_YEAR]
        count = sum(references.load(CalendarYear, source=_notice(year), year=year) for year in years)
        for day, working in official_exceptions().items():
            if day.year in years:
                name = chinese_calendar.get_holiday_detail(day)[1] or ""
                named = f"{NAMES.get(name, name)}{'（调休上班）' if working else ''}"
                count += references.load(CalendarDay, source=_notice(day.year), day=day, working=working, name=named)
        return count

    def _lpr(self) -> int:
        table = lpr_from_file()
        source = "全国银行间同业拆借中心公布的贷款市场报价利率"
        count = sum(
            references.load(
                LprRate,
                source=source,
                published_on=quote.published_on,
                one_year=quote.one_year,
                five_year=quote.five_year,
            )
            for quote in table.quotes
        )
        kind = ReferenceCoverage.Kind.LPR
        return count + references.load(
            ReferenceCoverage, source=source, kind=kind, confirmed_through=table.confirmed_through
        )

    def _fx(self) -> int:
        source = "示例汇率, 待录入中国外汇交易中心公布值"
        return sum(
            references.load(
                FxRate,
                source=source,
                day=date.fromisoformat(row["day"]),
                currency=row["currency"],
                kind=row["kind"],
                rate=Decimal(row["rate"]),
            )
            for row in _rows(DATA / "fx_sample.csv")
        )

    def _catalogue(self) -> int:
        return sum(
            references.load(
                RestrictedIndustry,
                source="示例目录, 待录入正式目录",
                code=row["code"],
                name=row["name"],
                category=row["category"],
                valid_from=date.fromisoformat(row["valid_from"]),
            )
            for row in _rows(DATA / "restricted_sample.csv")
        )
