"""What has changed on a claim since somebody looked at it for an opinion."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from claims import assessment, selectors
from claims.corrections import FACTS, show_fact
from loans.words import Classification
from pool.formats import ratio, show, yuan
from pool.rulebook import Edition, Finding


@dataclass(frozen=True)
class Change:
    """One thing as it was seen, and as it is."""

    kind: str
    what: str
    before: str
    now: str


def between(seen: Mapping[str, Any], now: Mapping[str, Any], book: Edition) -> list[Change]:
    """Facts, evidence, findings and the amount of two snapshots, only where they differ."""
    return [
        *_named(_("分类"), [(_("五级分类"), _class(seen), _class(now))]),
        *_named(_("事实"), _facts(seen["facts"], now["facts"])),
        *_evidence(seen["evidence"], now["evidence"]),
        *_named(_("规则核验"), _findings(seen["findings"], now["findings"], book)),
        *_named(_("金额"), [(_("补偿比例"), _ratio(seen), _ratio(now)), (_("补偿金额"), _amount(seen), _amount(now))]),
    ]


def _named(kind: str, rows: Iterable[tuple[str, str, str]]) -> list[Change]:
    return [Change(kind, what, before, now) for what, before, now in rows if before != now]


def _class(seen: Mapping[str, Any]) -> str:
    return str(dict(Classification.choices).get(seen["classification"], seen["classification"]))


def _ratio(seen: Mapping[str, Any]) -> str:
    return ratio(Decimal(seen["ratio"])) if seen["eligible"] else _("不符合条件")


def _amount(seen: Mapping[str, Any]) -> str:
    return yuan(Decimal(seen["amount"])) if seen["eligible"] else yuan(Decimal("0.00"))


def _facts(seen: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (str(fact.label), _said(name, seen.get(name)), _said(name, now.get(name)))
        for name, fact in FACTS.items()
        if assessment.read(name, seen.get(name)) != assessment.read(name, now.get(name))
    ]


def _said(name: str, value: Any) -> str:
    return show(show_fact(name, assessment.read(name, value)))


def _evidence(seen: Iterable[list[str]], now: Iterable[list[str]]) -> list[Change]:
    """A paper is the same if its bytes are; another file of the same name is told too."""
    before, after = ({item: f"{name}（{sha[:8]}）" for item, sha, name in rows} for rows in (seen, now))
    rows = [
        (selectors.evidence_label(item), before.get(item, _("无")), after.get(item, _("无")))
        for item in sorted({*before, *after})
    ]
    return _named(_("材料"), rows)


def _findings(seen: Iterable[Any], now: Iterable[Any], book: Edition) -> list[tuple[str, str, str]]:
    before, after = _by_title(seen, book), _by_title(now, book)
    return [(title, before.get(title, "—"), after.get(title, "—")) for title in dict.fromkeys([*before, *after])]


def _by_title(findings: Iterable[Any], book: Edition) -> dict[str, str]:
    said: dict[str, list[str]] = defaultdict(list)
    for one in assessment.shown(book, [Finding.from_json(each) for each in findings]):
        said[str(one["title"])].append(f"{one['word']}：{one['message']}")
    return {title: "\n".join(sorted(words)) for title, words in said.items()}
