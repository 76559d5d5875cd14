"""An edition of a scheme's rules, as the loader built it: frozen, hashed, and able to put a finding into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from pool.money import yuan
from pool.rulebook.findings import Facts, FactValue, Finding

CHINESE = "zh"
ENGLISH = "en"
LANGUAGES = (CHINESE, ENGLISH)
#: Kinds of facts that are shown as they stand.
PLAIN = frozenset({"text", "date", "count"})


class NoEditionGoverns(LookupError):
    """No edition of the scheme governs this day; `article` says which article ends its reach."""

    def __init__(self, basis: str, on: date, article: str) -> None:
        super().__init__(f"{basis} {on.isoformat()}: no edition governs")
        self.basis, self.on, self.article = basis, on, article


class Range(NamedTuple):
    """Both ends included; None is open."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Text(NamedTuple):
    zh: str
    en: str

    def said(self, language: str) -> str:
        return self.en if language == ENGLISH else self.zh


@dataclass(frozen=True, slots=True)
class Article:
    number: int
    title: Text
    gist: Text
    narrative: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """How the project reads the text where it can be read two ways."""

    number: int
    text: Text


Part = tuple[str, str, str]
"""(literal before, fact name, kind of fact); the last part has no fact."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a finding code says, and how to mend it."""

    code: str
    outcome: str
    text: Text
    mend: Text | None
    readings: tuple[int, ...]
    parts: Mapping[str, tuple[Part, ...]]
    mend_parts: Mapping[str, tuple[Part, ...]]
    facts: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True)
class Provision:
    """One executable statement of an article: a value with its unit, and what can be said about it."""

    slug: str
    article: str
    title: Text
    method: str
    value: Any
    unit: str
    readings: tuple[int, ...]
    facts: Mapping[str, str]
    messages: Mapping[str, Message]
    consumed_by: str = ""

    @property
    def number(self) -> int:
        """The value as a whole number."""
        if not isinstance(self.value, int):
            raise TypeError(f"{self.slug} is not a whole number")
        return self.value

    @property
    def decimal(self) -> Decimal:
        """The value as an exact decimal."""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"{self.slug} is not a decimal")
        return self.value

    @property
    def words(self) -> tuple[str, ...]:
        """The value as a list of words."""
        if not isinstance(self.value, tuple):
            raise TypeError(f"{self.slug} is not a list")
        return self.value


@dataclass(frozen=True, eq=False)
class Edition:
    scheme: str
    name: str
    title: Text
    number: str
    issuer: Text
    issued_on: date
    in_force: Range
    governs: Mapping[str, tuple[Range, ...]]
    outside: Mapping[str, str]
    articles: Mapping[int, Article]
    readings: Mapping[int, Reading]
    provisions: Mapping[str, Provision]
    words: Mapping[str, Mapping[str, Text]]
    provisional_note: Text
    hash: str
    _by_code: Mapping[str, tuple[Provision, Message]] = field(repr=False, default_factory=dict)

    def __getitem__(self, slug: str) -> Provision:
        return self.provisions[slug]

    def __contains__(self, slug: object) -> bool:
        return slug in self.provisions

    def __iter__(self) -> Iterator[Provision]:
        return iter(self.provisions.values())

    @property
    def key(self) -> str:
        """`shenzhen/2024`."""
        return f"{self.scheme}/{self.name}"

    def governs_on(self, basis: str, on: date) -> bool:
        """Whether this edition governs a case whose date of `basis` (claim, entry) is `on`."""
        return any(period.holds(on) for period in self.governs[basis])

    def require(self, basis: str, on: date) -> None:
        if not self.governs_on(basis, on):
            raise NoEditionGoverns(basis, on, self.outside[basis])

    def provisions_of(self, article: int) -> list[Provision]:
        return [provision for provision in self if article_number(provision.article) == article]

    def finding(self, slug: str, code: str, /, *, provisional: bool = False, **facts: FactValue) -> Finding:
        """A finding of `slug`; the code decides the outcome, the facts must be the ones its message needs."""
        provision = self.provisions[slug]
        message = provision.messages[code]
        given = facts.keys()
        if given != message.facts and not message.facts <= given <= provision.facts.keys():
            raise KeyError(f"{slug}/{code}: facts {sorted(facts)} do not fit {sorted(message.facts)}")
        return Finding(code, provision.article, message.outcome, slug, Facts(facts), provisional)

    def message(self, finding: Finding, language: str = CHINESE) -> str:
        """The finding in words, with a note when it rests on a provisional day or rate."""
        parts = self._by_code[finding.code][1].parts[language]
        text = self._fill(parts, finding.facts, language)
        return text + self.provisional_note.said(language) if finding.provisional else text

    def mend(self, finding: Finding, language: str = CHINESE) -> str:
        """How the failing finding can be mended; empty where nothing helps or nothing fails."""
        message = self._by_code[finding.code][1]
        return self._fill(message.mend_parts[language], finding.facts, language) if message.mend else ""

    def provision_of(self, code: str) -> Provision:
        """The provision whose finding has this code."""
        return self._by_code[code][0]

    def readings_of(self, finding: Finding) -> tuple[Reading, ...]:
        """The readings this finding rests on."""
        return tuple(self.readings[number] for number in self._by_code[finding.code][1].readings)

    def readings_of_code(self, code: str) -> tuple[int, ...]:
        """The numbers of the readings a code rests on."""
        return self._by_code[code][1].readings

    def word(self, vocabulary: str, word: str, language: str = CHINESE) -> str:
        """The label of a word of a vocabulary; a word it does not know is shown as it is."""
        label = self.words[vocabulary].get(word)
        return label.said(language) if label else word

    def _fill(self, parts: tuple[Part, ...], facts: Mapping[str, FactValue], language: str) -> str:
        out = []
        for literal, name, kind in parts:
            if kind in PLAIN:
                out.append(f"{literal}{facts[name]}")
            elif kind:
                out.append(literal + self.show(facts[name], kind, language))
            else:
                out.append(literal)
        return "".join(out)

    def show(self, value: FactValue, kind: str, language: str) -> str:
        """One fact in words, by its kind."""
        if kind in PLAIN:
            return str(value)
        if kind == "money":
            return yuan(Decimal(str(value))) + ("" if language == ENGLISH else "元")
        if kind == "ratio":
            return _percent(str(value))
        if kind == "points":
            return _percent(str(value))[:-1] + (" points" if language == ENGLISH else "个百分点")
        if kind == "percent":
            return f"{value}%"
        vocabulary = kind.partition(":")[2]
        if isinstance(value, tuple):
            joint = ", " if language == ENGLISH else "、"
            return joint.join(self.word(vocabulary, item, language) for item in value)
        return self.word(vocabulary, str(value), language)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)


@lru_cache(maxsize=4096)
def _percent(ratio: str) -> str:
    scaled = (Decimal(ratio) * 100).normalize()
    return f"{scaled:f}%"


@lru_cache(maxsize=512)
def article_number(citation: str) -> int:
    """`19(2)` → 19, `16.1(2)` → 16."""
    digits = ""
    for character in citation:
        if not character.isdigit():
            break
        digits += character
    return int(digits)
