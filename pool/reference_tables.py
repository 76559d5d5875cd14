"""The tables of reference data that come by spreadsheet: their columns, their rows, what two versions differ in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import gettext_noop as _

from pool.articles import edition
from pool.models import DishonestEntity, FxKind, FxRate, LprRate, QualifiedEnterprise, ReferenceCoverage
from pool.models.reference import ReferenceRow, RestrictedIndustry
from pool.sheets import CellProblem, Choice, Column, Kind, Row, Schema, Wording, declare
from pool.templates_xlsx import Instruction

Values = dict[str, Any]
EIGHT_PLACES = Decimal("0.00000001")
HIGHEST_RATE = Decimal(30)
CREDIT_CODE = r"[0-9A-HJ-NPQRTUWXY]{18}"
FX_COLUMNS = {"central": FxKind.PARITY, "spot": FxKind.SPOT_BUYING, "cash": FxKind.CASH_BUYING}
ONE_DAY = timedelta(days=1)

declare(
    {
        "reference_future": Wording(_("日期 %(value)s 晚于今天。"), _("只录入已经公布的数据。")),
        "reference_twice": Wording(_("与第 %(row)s 行是同一条。"), _("同一条只填一行，请删除重复的行。")),
        "reference_order": Wording(_("止日 %(value)s 早于起日。"), _("请按依据文件核对两个日期。")),
        "reference_no_rate": Wording(_("三种汇率都没有填。"), _("至少填一种：中间价、现汇买入价或现钞买入价。")),
        "reference_yuan": Wording(_("人民币不需要汇率。"), _("请删除这一行。")),
    }
)


@dataclass(frozen=True)
class Table:
    """One table: how its sheet reads, which day of a row must lie in the past, and where a list may end."""

    slug: str
    kind: str
    model: type[ReferenceRow]
    schema: Schema
    instructions: tuple[Instruction, ...]
    example: Mapping[str, Any]
    provision: str
    published: str
    """The column of the day on which a row was published: not later than today."""
    last: str = ""
    """The field of the last day; a table that has none is never handed in whole."""
    last_inside: bool = True
    """Whether that day is still covered."""
    among: str = ""
    """The field that says which of several lists a row belongs to: a whole list ends rows of its own only."""
    become: Callable[[Mapping[str, Any]], list[Values]] = field(default=lambda values: [dict(values)])
    back: Callable[[Sequence[Any]], Iterator[Values]] | None = None
    """The rows in force as the sheet has them, where that is not field by field."""

    @property
    def keys(self) -> tuple[str, ...]:
        return self.model.key_fields

    @property
    def fields(self) -> tuple[str, ...]:
        """Key first."""
        named = {one.name for one in self.model._meta.concrete_fields} - {one.name for one in ReferenceRow._meta.fields}
        return (*self.keys, *sorted(named - set(self.keys)))

    def label(self, name: str) -> str:
        return str(self.model._meta.get_field(name).verbose_name)

    def clean(self, row: Mapping[str, Any]) -> Values:
        """From JSON back to what the columns hold."""
        return {name: self.model._meta.get_field(name).to_python(row.get(name)) for name in self.fields}

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[name] for name in self.keys)

    def judge(self, on: date) -> Callable[[Row], Iterator[CellProblem]]:
        """What is wrong with a row whose cells are right by themselves."""
        seen: dict[tuple[Any, ...], int] = {}

        def problems(row: Row) -> Iterator[CellProblem]:
            if row.values[self.published] > on:
                yield row.problem(self.published, "reference_future")
            last = row.values.get(self.last)
            if last is not None and last < row.values[self.published]:
                yield row.problem(self.last, "reference_order")
            if self.model is FxRate:
                yield from _no_rate(row)
            for one in self.become(row.values):
                if seen.setdefault(self.key_of(one), row.number) != row.number:
                    yield row.problem(self.published, "reference_twice", row=str(seen[self.key_of(one)]))
                    break

        return problems


def _no_rate(row: Row) -> Iterator[CellProblem]:
    if row.values["currency"] == "CNY":
        yield row.problem("currency", "reference_yuan")
    elif not any(row.values[name] for name in FX_COLUMNS):
        yield row.problem("central", "reference_no_rate")


def _quotes(values: Mapping[str, Any]) -> list[Values]:
    """One row of the sheet is up to three rates, each for one unit of the currency."""
    per = Decimal(values["per"] or 1)
    return [
        {"day": values["day"], "currency": values["currency"], "kind": kind.value,
         "rate": (values[name] / per).quantize(EIGHT_PLACES)}
        for name, kind in FX_COLUMNS.items()
        if values[name]
    ]  # fmt: skip


def _rates_back(rows: Sequence[Any]) -> Iterator[Values]:
    lines: dict[tuple[date, str], Values] = {}
    names = {kind.value: name for name, kind in FX_COLUMNS.items()}
    for row in rows:
        line = lines.setdefault((row.day, row.currency), {"day": row.day, "currency": row.currency, "per": 1})
        line[names[row.kind]] = row.rate
    yield from lines.values()


def _rate(key: str, header: str, *synonyms: str) -> Column:
    return Column(key, header, Kind.PERCENT, required=True, positive=True, maximum=HIGHEST_RATE, synonyms=synonyms)


def _price(key: str, header: str, *synonyms: str) -> Column:
    return Column(key, header, Kind.MONEY, positive=True, places=8, synonyms=synonyms, note=_("按公布单位填写。"))


def _enterprise() -> tuple[Column, ...]:
    return (
        Column(
            "name", _("企业名称"), Kind.TEXT, required=True, max_length=200, width=36,
            synonyms=("名称", "单位名称"),
        ),
        Column(
            "credit_code", _("统一社会信用代码"), Kind.CODE, required=True, max_length=18, width=24,
            pattern=CREDIT_CODE, expected=_("18 位统一社会信用代码"), synonyms=("社会信用代码", "信用代码"),
        ),
    )  # fmt: skip


def _lpr() -> Table:
    schema = Schema(
        "LPR-1", "贷款市场报价利率", "贷款市场报价利率",
        (
            Column("published_on", _("发布日期"), Kind.DATE, required=True, synonyms=("公布日期", "日期")),
            _rate("one_year", _("一年期LPR"), "1年期", "一年期", "1YLPR"),
            _rate("five_year", _("五年期以上LPR"), "5年期以上", "五年期以上", "5YLPR"),
        ),
    )  # fmt: skip
    told = (Instruction(_("按全国银行间同业拆借中心公告，每次公布填一行；利率没有变化的月份也填。")),)
    example = {"published_on": date(2024, 10, 21), "one_year": "3.10", "five_year": "3.60"}
    return Table("lpr", ReferenceCoverage.Kind.LPR, LprRate, schema, told, example, "rate_spread", "published_on")


def _fx() -> Table:
    schema = Schema(
        "HL-1", "汇率", "汇率",
        (
            Column("day", _("日期"), Kind.DATE, required=True),
            Column(
                "currency", _("币种"), Kind.CODE, required=True, max_length=3, pattern=r"[A-Z]{3}",
                expected=_("三个大写字母的币种代码，例如 USD"),
            ),
            Column("per", _("每多少外币"), Kind.INTEGER, minimum=Decimal(1), note=_("公布单位，1 或 100；不填按 1。")),
            _price("central", _("中间价"), "人民币汇率中间价"),
            _price("spot", _("现汇买入价")),
            _price("cash", _("现钞买入价")),
        ),
    )  # fmt: skip
    told = (Instruction(_("每个币种每天填一行；有中间价的，另两种可以不填。")),)
    example = {"day": date(2024, 11, 8), "currency": "USD", "per": 100, "central": "714.33"}
    return Table(
        "fx", ReferenceCoverage.Kind.FX, FxRate, schema, told, example, "fx_rate_order", "day", become=_quotes,
        back=_rates_back,
    )  # fmt: skip


def _industries() -> Table:
    restricted = RestrictedIndustry.Category
    schema = Schema(
        "CYML-1", "限制与禁止类产业目录", "产业目录",
        (
            Column(
                "code", _("行业代码"), Kind.CODE, required=True, max_length=12, pattern=r"[A-T](\d{2,4})?",
                expected=_("门类字母加数字，例如 C3110"),
            ),
            Column("name", _("名称"), Kind.TEXT, required=True, max_length=200, width=36),
            Column(
                "category", _("类别"), Kind.CHOICE, required=True,
                choices=(
                    Choice(restricted.RESTRICTED, "限制发展类", ("限制类", "限制")),
                    Choice(restricted.PROHIBITED, "禁止发展类", ("禁止类", "禁止")),
                ),
            ),
            Column("valid_from", _("生效日期"), Kind.DATE, required=True, synonyms=("施行日期",)),
            Column("valid_to", _("失效日期"), Kind.DATE, note=_("含当日；仍有效的不填。")),
        ),
    )  # fmt: skip
    told = (Instruction(_("代码按国民经济行业分类；较短的代码包括其下各级。")),)
    example = {"code": "C3110", "name": "炼铁", "category": "禁止发展类", "valid_from": date(2016, 1, 1)}
    return Table(
        "industries", ReferenceCoverage.Kind.CATALOGUE, RestrictedIndustry, schema, told, example,
        "restricted_industry", "valid_from", last="valid_to",
    )  # fmt: skip


def _qualifications() -> Table:
    book = edition()
    kinds = tuple(Choice(word, book.word("qualification", word)) for word in book["qualification_kinds"].words)
    schema = Schema(
        "ZZMD-1", "企业资质名单", "企业资质名单",
        (
            Column("kind", _("资质种类"), Kind.CHOICE, required=True, choices=kinds, width=24),
            *_enterprise(),
            Column("valid_from", _("有效期起"), Kind.DATE, required=True, synonyms=("认定日期", "发证日期")),
            Column("valid_to", _("有效期止"), Kind.DATE, note=_("含当日；长期有效的不填。"), synonyms=("有效期至",)),
        ),
    )  # fmt: skip
    told = (Instruction(_("照行业主管部门公布的名单，一家企业的一项资质填一行。")),)
    example = {
        "kind": kinds[1].label, "name": "深圳示例科技有限公司", "credit_code": "91440300MA5EXAMP0X",
        "valid_from": date(2023, 11, 15), "valid_to": date(2026, 11, 14),
    }  # fmt: skip
    return Table(
        "qualifications", ReferenceCoverage.Kind.QUALIFICATIONS, QualifiedEnterprise, schema, told, example,
        "qualification_kinds", "valid_from", last="valid_to", among="kind",
    )  # fmt: skip


def _dishonesty() -> Table:
    register = DishonestEntity.Register
    schema = Schema(
        "SXMD-1", "失信名单", "失信名单",
        (
            Column(
                "register", _("名单"), Kind.CHOICE, required=True, width=20,
                choices=(
                    Choice(register.SERIOUS, "严重失信主体名单", ("严重失信", "严重违法失信名单")),
                    Choice(register.EXECUTION, "失信被执行人名单", ("失信被执行人",)),
                ),
            ),
            *_enterprise(),
            Column("listed_from", _("列入日期"), Kind.DATE, required=True),
            Column("listed_to", _("移出日期"), Kind.DATE, note=_("移出当日起不再受限；仍在名单上的不填。")),
        ),
    )  # fmt: skip
    told = (
        Instruction(
            _("照公布的名单填写；加盟银行在严重失信主体名单上的期间，不得提出补偿申请。"),
            edition()["dishonesty_bar"].article,
        ),
    )
    example = {
        "register": "严重失信主体名单", "name": "深圳示例贸易有限公司", "credit_code": "91440300MA5EXAMP1X",
        "listed_from": date(2024, 9, 1),
    }  # fmt: skip
    return Table(
        "dishonesty", ReferenceCoverage.Kind.DISHONESTY, DishonestEntity, schema, told, example, "dishonesty_bar",
        "listed_from", last="listed_to", last_inside=False, among="register",
    )  # fmt: skip


@cache
def tables() -> dict[str, Table]:
    """By the word of their address."""
    return {one.slug: one for one in (_lpr(), _fx(), _industries(), _qualifications(), _dishonesty())}


def table_of_kind(kind: str) -> Table:
    return next(one for one in tables().values() if one.kind == kind)


# --- what two versions differ in --------------------------------------------------------------------------------------


ADDED, CHANGED, ENDED = "added", "changed", "ended"


@dataclass(frozen=True)
class Difference:
    """One row that is new, other than before, or ends."""

    kind: str
    before: Values | None
    after: Values

    def words(self, table: Table, values: Values | None) -> str:
        """All but the key."""
        told = ((name, (values or {}).get(name)) for name in table.fields if name not in table.keys)
        return "；".join(f"{table.label(name)} {value}" for name, value in told if value not in (None, ""))

    def key(self, table: Table) -> str:
        return " ".join(str(value) for value in table.key_of(self.after))


def differences(
    table: Table, in_force: Sequence[Values], given: Sequence[Values], whole_from: date | None
) -> list[Difference]:
    """What the file adds and changes; with `whole_from` it is the whole list, and what it leaves out has ended then."""
    before = {table.key_of(one): one for one in in_force}
    after = {table.key_of(one): one for one in given}
    found = [
        Difference(CHANGED if key in before else ADDED, before.get(key), one)
        for key, one in after.items()
        if before.get(key) != one
    ]
    if whole_from is None:
        return found
    ends_on = whole_from - ONE_DAY if table.last_inside else whole_from
    lists = {one[table.among] for one in given} if table.among else set()
    for key, one in before.items():
        mine = not table.among or one[table.among] in lists
        if key not in after and mine and (one[table.last] or date.max) > ends_on:
            found.append(Difference(ENDED, one, {**one, table.last: ends_on}))
    return found
