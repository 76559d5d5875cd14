"""Reads an edition from YAML and refuses whatever contradicts itself, naming file and key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any, NoReturn

import yaml

from pool.rulebook.edition import (
    LANGUAGES,
    Article,
    Edition,
    Message,
    Part,
    Provision,
    Range,
    Reading,
    Text,
    article_number,
)
from pool.rulebook.findings import OUTCOMES
from pool.rulebook.values import METHODS, UNITS, BadValue, as_range

FOLDER = Path(__file__).parent
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_CITATION = re.compile(r"[1-9][0-9]?(\.[1-9])?(\([1-9][0-9]?\))?")
_KINDS = ("text", "date", "count", "money", "ratio", "points", "percent")

_TOP = {
    "scheme", "edition", "document", "in_force", "governs", "last_article",
    "provisional_note", "words", "readings", "articles", "provisions",
}  # fmt: skip
_DOCUMENT = {"title", "title_en", "number", "issuer", "issuer_en", "issued_on"}
_ARTICLE = {"title", "title_en", "gist", "gist_en", "narrative"}
_PROVISION = {"article", "title", "title_en", "method", "value", "unit", "readings", "facts", "codes", "consumed_by"}
_CODE = {"outcome", "zh", "en", "mend", "mend_en", "readings"}


class RulebookError(ValueError):
    """A rulebook file that contradicts itself."""

    def __init__(self, source: str, key: str, problem: str) -> None:
        super().__init__(f"{source}: {key}: {problem}")
        self.source, self.key, self.problem = source, key, problem


class _Strict(yaml.SafeLoader):
    """YAML without duplicate keys and without binary fractions."""


def _mapping(loader: _Strict, node: yaml.MappingNode) -> dict[Hashable, Any]:
    result: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            raise RulebookError(
                key_node.start_mark.name, str(key), f"duplicate key (line {key_node.start_mark.line + 1})"
            )
        result[key] = loader.construct_object(value_node, deep=True)
    return result


def _float(_loader: _Strict, node: yaml.ScalarNode) -> NoReturn:
    raise RulebookError(
        node.start_mark.name, str(node.value), f"a float (line {node.start_mark.line + 1}); write it as a quoted string"
    )


_Strict.add_constructor("tag:yaml.org,2002:map", _mapping)
_Strict.add_constructor("tag:yaml.org,2002:float", _float)


@lru_cache(maxsize=8)
def load(key: str) -> Edition:
    """The edition kept under `pool/rulebook/<scheme>/<edition>.yaml`; `key` is `<scheme>/<edition>`."""
    path = FOLDER / f"{key}.yaml"
    if path.resolve().parent.parent != FOLDER.resolve() or not path.is_file():
        raise RulebookError(f"{key}.yaml", "edition", "no such edition")
    return parse(path.read_text(encoding="utf-8"), f"{key}.yaml")


def editions(scheme: str) -> list[Edition]:
    """Every edition of a scheme, oldest first."""
    found = [load(f"{scheme}/{path.stem}") for path in sorted((FOLDER / scheme).glob("*.yaml"))]
    return sorted(found, key=lambda book: book.issued_on)


def parse(text: str, source: str) -> Edition:
    """Build an edition from YAML text, or say which key is wrong."""
    stream = _Strict(text)
    stream.name = source
    try:
        data = stream.get_single_data()
    except yaml.YAMLError as error:
        raise RulebookError(source, "yaml", str(error)) from error
    finally:
        stream.dispose()
    return _Reader(source, data).edition()


class _Reader:
    def __init__(self, source: str, data: object) -> None:
        self.source = source
        if not isinstance(data, dict):
            self.fail("file", "not a mapping")
        self.data: dict[str, Any] = data  # type: ignore[assignment]

    def fail(self, key: str, problem: str) -> None:
        raise RulebookError(self.source, key, problem)

    def keys(self, key: str, block: object, allowed: set[str], required: set[str]) -> dict[str, Any]:
        if not isinstance(block, dict):
            raise RulebookError(self.source, key, "not a mapping")
        for name in block:
            if name not in allowed:
                self.fail(f"{key}.{name}" if key else str(name), "unknown key")
        for name in sorted(required - block.keys()):
            self.fail(f"{key}.{name}" if key else name, "missing")
        return block

    def text(self, key: str, block: Mapping[str, Any], zh: str, en: str) -> Text:
        for name in (zh, en):
            value = block.get(name)
            if not isinstance(value, str) or not value.strip():
                self.fail(f"{key}.{name}", "missing text")
        return Text(block[zh].strip(), block[en].strip())

    def day(self, key: str, value: object) -> date:
        if type(value) is not date:
            raise RulebookError(self.source, key, "not a date")
        return value

    def range(self, key: str, value: object) -> Range:
        try:
            return as_range(value)
        except BadValue as error:
            raise RulebookError(self.source, key, str(error)) from error

    def edition(self) -> Edition:
        top = self.keys("", self.data, _TOP, _TOP)
        document = self.keys("document", top["document"], _DOCUMENT, _DOCUMENT)
        words = self.words(top["words"])
        readings = self.readings(top["readings"])
        provisions = self.provisions(top["provisions"], words, readings, top["last_article"])
        articles = self.articles(top["articles"], top["last_article"], provisions)
        governs, outside = self.governs(top["governs"], articles)
        by_code: dict[str, tuple[Provision, Message]] = {}
        for provision in provisions.values():
            for code, message in provision.messages.items():
                if code in by_code:
                    self.fail(f"provisions.{provision.slug}.codes.{code}", "code used twice")
                by_code[code] = (provision, message)
        note = self.keys("provisional_note", top["provisional_note"], {"zh", "en"}, {"zh", "en"})
        canonical = json.dumps(top, sort_keys=True, ensure_ascii=False, default=str)
        return Edition(
            scheme=str(top["scheme"]),
            name=str(top["edition"]),
            title=self.text("document", document, "title", "title_en"),
            number=document["number"],
            issuer=self.text("document", document, "issuer", "issuer_en"),
            issued_on=self.day("document.issued_on", document["issued_on"]),
            in_force=self.range("in_force", top["in_force"]),
            governs=governs,
            outside=outside,
            articles=articles,
            readings=readings,
            provisions=provisions,
            words=words,
            provisional_note=self.text("provisional_note", note, "zh", "en"),
            hash=hashlib.sha256(canonical.encode()).hexdigest(),
            _by_code=by_code,
        )

    def governs(
        self, block: Any, articles: Mapping[int, Article]
    ) -> tuple[dict[str, tuple[Range, ...]], dict[str, str]]:
        governs: dict[str, tuple[Range, ...]] = {}
        outside: dict[str, str] = {}
        for basis, entry in self.keys("governs", block, {"claim", "entry"}, {"claim", "entry"}).items():
            key = f"governs.{basis}"
            body = self.keys(key, entry, {"date", "ranges", "article"}, {"date", "ranges", "article"})
            ranges = [self.range(f"{key}.ranges", item) for item in body["ranges"]]
            for earlier, later in pairwise(ranges):
                if earlier.last is None or later.first is None or later.first <= earlier.last:
                    self.fail(f"{key}.ranges", "ranges overlap or are out of order")
            if article_number(str(body["article"])) not in articles:
                self.fail(f"{key}.article", "no such article")
            governs[basis], outside[basis] = tuple(ranges), str(body["article"])
        return governs, outside

    def words(self, block: Any) -> dict[str, dict[str, Text]]:
        if not isinstance(block, dict):
            raise RulebookError(self.source, "words", "not a mapping")
        result: dict[str, dict[str, Text]] = {}
        for vocabulary, entries in block.items():
            result[vocabulary] = {}
            for word, label in entries.items():
                key = f"words.{vocabulary}.{word}"
                result[vocabulary][word] = self.text(key, self.keys(key, label, {"zh", "en"}, {"zh", "en"}), "zh", "en")
        return result

    def readings(self, block: Any) -> dict[int, Reading]:
        if not isinstance(block, dict):
            raise RulebookError(self.source, "readings", "not a mapping")
        result = {}
        for number, entry in block.items():
            key = f"readings.{number}"
            if type(number) is not int:
                self.fail(key, "not a number")
            result[number] = Reading(
                number, self.text(key, self.keys(key, entry, {"zh", "en"}, {"zh", "en"}), "zh", "en")
            )
        return result

    def articles(self, block: Any, last: Any, provisions: Mapping[str, Provision]) -> dict[int, Article]:
        if not isinstance(block, dict) or type(last) is not int:
            raise RulebookError(self.source, "articles", "not a mapping, or last_article is not a number")
        for number in range(1, last + 1):
            if number not in block:
                self.fail(f"articles.{number}", "missing")
        executed = {article_number(provision.article) for provision in provisions.values()}
        result = {}
        for number, entry in block.items():
            key = f"articles.{number}"
            if type(number) is not int or not 1 <= number <= last:
                self.fail(key, "no such article")
            body = self.keys(key, entry, _ARTICLE, _ARTICLE - {"narrative"})
            narrative = body.get("narrative", False)
            if type(narrative) is not bool:
                self.fail(f"{key}.narrative", "not true or false")
            if narrative == (number in executed):
                self.fail(key, "narrative, yet it has provisions" if narrative else "neither narrative nor executed")
            title, gist = self.text(key, body, "title", "title_en"), self.text(key, body, "gist", "gist_en")
            result[number] = Article(number, title, gist, narrative)
        return dict(sorted(result.items()))

    def provisions(
        self, block: Any, words: Mapping[str, Any], readings: Mapping[int, Reading], last: Any
    ) -> dict[str, Provision]:
        if not isinstance(block, dict):
            raise RulebookError(self.source, "provisions", "not a mapping")
        return {slug: self.provision(str(slug), entry, words, readings, last) for slug, entry in block.items()}

    def provision(
        self, slug: str, entry: Any, words: Mapping[str, Any], readings: Mapping[int, Reading], last: Any
    ) -> Provision:
        key = f"provisions.{slug}"
        if not _SLUG.fullmatch(slug):
            self.fail(key, "not a slug")
        body = self.keys(key, entry, _PROVISION, {"article", "title", "title_en", "method", "unit"})
        citation = body["article"]
        if not isinstance(citation, str) or not _CITATION.fullmatch(citation):
            self.fail(f"{key}.article", "not a citation; write it as a quoted string")
        if not 1 <= article_number(citation) <= last:
            self.fail(f"{key}.article", "no such article")
        method, unit = body["method"], body["unit"]
        if method not in METHODS:
            self.fail(f"{key}.method", f"unknown method {method}")
        if unit not in UNITS:
            self.fail(f"{key}.unit", f"unknown unit {unit}")
        try:
            value = METHODS[method](body.get("value"))
        except BadValue as error:
            raise RulebookError(self.source, f"{key}.value", str(error)) from error
        facts = self.facts(key, body.get("facts", {}), words)
        cited = self.cited(f"{key}.readings", body.get("readings", []), readings)
        messages = {
            code: self.code(f"{key}.codes.{code}", str(code), spec, facts, cited, readings)
            for code, spec in (body.get("codes") or {}).items()
        }
        title = self.text(key, body, "title", "title_en")
        consumed = str(body.get("consumed_by", ""))
        return Provision(slug, citation, title, method, value, unit, cited, facts, messages, consumed)

    def cited(self, key: str, numbers: Any, readings: Mapping[int, Reading]) -> tuple[int, ...]:
        for number in numbers:
            if number not in readings:
                self.fail(key, f"no reading {number}")
        return tuple(numbers)

    def facts(self, key: str, block: Any, words: Mapping[str, Any]) -> dict[str, str]:
        for name, kind in block.items():
            if not isinstance(name, str):
                self.fail(f"{key}.facts", f"not a name: {name!r}")
            vocabulary = str(kind).partition(":")[2] if str(kind).startswith("word:") else None
            if vocabulary is not None and vocabulary not in words:
                self.fail(f"{key}.facts.{name}", f"unknown vocabulary {vocabulary}")
            if vocabulary is None and kind not in _KINDS:
                self.fail(f"{key}.facts.{name}", f"unknown kind {kind}")
        return dict(block)

    def code(
        self,
        key: str,
        code: str,
        spec: Any,
        facts: Mapping[str, str],
        cited: tuple[int, ...],
        readings: Mapping[int, Reading],
    ) -> Message:
        body = self.keys(key, spec, _CODE, {"outcome", "zh", "en"})
        if body["outcome"] not in OUTCOMES:
            self.fail(f"{key}.outcome", f"unknown outcome {body['outcome']}")
        text = self.text(key, body, "zh", "en")
        has_mend = "mend" in body or "mend_en" in body
        mend = self.text(key, body, "mend", "mend_en") if has_mend else None
        parts = {language: self.parts(f"{key}.{language}", text.said(language), facts) for language in LANGUAGES}
        mend_parts = {
            language: self.parts(f"{key}.mend", mend.said(language), facts) if mend else () for language in LANGUAGES
        }
        used = frozenset(name for group in (*parts.values(), *mend_parts.values()) for _, name, _ in group if name)
        own = self.cited(f"{key}.readings", body["readings"], readings) if "readings" in body else cited
        return Message(code, body["outcome"], text, mend, own, parts, mend_parts, used)

    def parts(self, key: str, template: str, facts: Mapping[str, str]) -> tuple[Part, ...]:
        parts: list[Part] = []
        for literal, name, _spec, _conversion in Formatter().parse(template):
            if name is None:
                parts.append((literal, "", ""))
            elif name not in facts:
                self.fail(key, f"unknown placeholder {{{name}}}")
            else:
                parts.append((literal, name, facts[name]))
        return tuple(parts)
