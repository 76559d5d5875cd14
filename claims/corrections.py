"""Verified facts beside the declared ones: which may be set, how they are read, what was written about each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import assessment
from claims.models import Claim
from loans.words import BorrowerKind, Feature, OtherCover, Product, Qualification, Use
from pool.errors import Refused
from pool.models import User
from pool.money import parse_amount, parse_decimal


@dataclass(frozen=True)
class Fact:
    """A fact that the reviewer may set. `kind` tells how it is entered; `choices` what may be chosen."""

    label: Any
    kind: str
    choices: tuple[tuple[str, Any], ...] = ()


def _pairs(words: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(words.choices)


FACTS: dict[str, Fact] = {
    "npl_principal": Fact(gettext_lazy("认定时本金余额"), "money"),
    "other_balances": Fact(gettext_lazy("其他贷款余额"), "money"),
    "credit_report_on": Fact(gettext_lazy("信用报告出具日期"), "date"),
    "annual_rate": Fact(gettext_lazy("年利率（%）"), "rate"),
    "credit_line": Fact(gettext_lazy("单户授信总额"), "money"),
    "borrower_kind": Fact(gettext_lazy("借款人类型"), "choice", _pairs(BorrowerKind)),
    "industry_group": Fact(gettext_lazy("划型行业"), "group"),
    "industry_code": Fact(gettext_lazy("行业代码"), "text"),
    "staff": Fact(gettext_lazy("从业人数"), "count"),
    "revenue": Fact(gettext_lazy("营业收入"), "money"),
    "assets": Fact(gettext_lazy("资产总额"), "money"),
    "in_shenzhen": Fact(gettext_lazy("在本市实际经营"), "yes_no"),
    "industry_restricted": Fact(gettext_lazy("属限制或禁止类产业"), "yes_no"),
    "quasi_financial": Fact(gettext_lazy("类金融企业"), "yes_no"),
    "product": Fact(gettext_lazy("产品类型"), "choice", _pairs(Product)),
    "use": Fact(gettext_lazy("贷款用途"), "choice", _pairs(Use)),
    "other_cover": Fact(gettext_lazy("其他保障"), "choice", _pairs(OtherCover)),
    "qualifications": Fact(gettext_lazy("企业资质"), "several", _pairs(Qualification)),
    "features": Fact(gettext_lazy("业务特征"), "several", _pairs(Feature)),
}


def corrected(claim: Claim, name: str, text: str, *, by: User, on: date, reason: str) -> dict[str, Any]:
    """The verified facts with this one set; set back to what is declared, it is no correction any more."""
    fact = FACTS.get(name)
    if fact is None:
        raise Refused("unknown_fact", _("不能核定这一项。"), field=name)
    value = _read(claim, name, fact, text)
    verified = dict(claim.verified)
    declared = assessment.declared_of(claim)[name]
    if assessment.READ[name](value) == declared:
        verified.pop(name, None)
        return verified
    verified[name] = {"value": value, "reason": reason, "by": str(by.pk), "who": str(by), "on": on.isoformat()}
    return verified


def _read(claim: Claim, name: str, fact: Fact, text: str) -> Any:
    try:
        value = READERS[fact.kind](text.strip())
    except ValueError:
        raise Refused("unreadable", _("“%(label)s”填写的内容无法识别。") % {"label": fact.label}, field=name) from None
    allowed = {key for key, _label in fact.choices}
    chosen = value if isinstance(value, list) else [value]
    if fact.choices and not set(chosen) <= allowed:
        raise Refused("unreadable", _("“%(label)s”没有这个选项。") % {"label": fact.label}, field=name)
    if name == "industry_group" and value not in groups():
        raise Refused("unreadable", _("“%(label)s”没有这个选项。") % {"label": fact.label}, field=name)
    if name == "npl_principal" and not 0 < Decimal(value) <= claim.loan.principal:
        raise Refused("over_principal", _("认定时本金余额应大于零，且不超过贷款本金。"), field=name)
    if name == "qualifications":
        declared = {one["kind"] for one in claim.loan.qualifications}
        if not set(value) <= declared:
            raise Refused("not_declared", _("只能确认或剔除银行已申报的资质。"), field=name)
    return value


def groups() -> dict[str, str]:
    """The industry groups of the size standard."""
    return dict(assessment.refs(date.min).sizes.names)


def _money(text: str) -> str:
    return str(parse_amount(text.replace(",", "")))


def _rate(text: str) -> str:
    return str(parse_decimal(text))


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("not a count")
    return int(text)


def _yes_no(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError("neither yes nor no")
    return text == "true"


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _several(text: str) -> list[str]:
    return sorted({word for word in text.split(",") if word})


def _text(text: str) -> str:
    if not text or len(text) > 8:
        raise ValueError("not a code")
    return text


READERS: Mapping[str, Callable[[str], Any]] = {
    "money": _money,
    "rate": _rate,
    "count": _count,
    "yes_no": _yes_no,
    "date": _day,
    "several": _several,
    "choice": str,
    "group": str,
    "text": _text,
}


def plain(verified: Mapping[str, Any]) -> dict[str, Any]:
    """Name → value, for the audit trail."""
    return {name: entry["value"] for name, entry in verified.items()}


def show_fact(name: str, value: Any) -> Any:
    """A fact in the words of its choices."""
    words = {str(key): label for key, label in FACTS[name].choices} or (groups() if name == "industry_group" else {})
    if isinstance(value, list):
        return [words.get(one, one) for one in value]
    return words.get(str(value), value)
