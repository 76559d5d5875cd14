"""From what stands in a cell to a typed value, exactly or not at all.

Every parser takes the raw cell (str, float, int or bool; dates come as ISO text) and either returns the
value or raises `Bad` with a problem code. Nothing is guessed: what can be read in two ways is refused.
"""

from __future__ import annotations

import datetime
import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from .problems import NOTE, WARNING
from .schema import Column, Kind, squeeze

Raw = str | float | int | bool | None
Parser = Callable[[Raw], object]


class Bad(Exception):
    """The cell cannot be read; `code` names the problem."""

    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


class Serials(Enum):
    """What a bare number in a column of dates means: Excel counts the days from one of two days."""

    NONE = ""
    """The file is written by a program or a form: a number is no date."""
    SINCE_1900 = "1900"
    SINCE_1904 = "1904"
    UNSAID = "?"
    """A .csv does not say; nearly always from 1900, so it is read like that and asked about."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A value that was read, with something to say about how."""

    value: object
    code: str
    severity: str
    params: dict[str, str]


_EDGES = " \t\r\n\v\f\u00a0\u3000\u200b\u200c\u200d\ufeff"
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]|_x000D_")
_TEXT_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)
_BLANKS = re.compile(r"\s+")
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})
_CLEAN_CODE = re.compile(r"[0-9A-Z\-_/]+")
_CLEAN_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,2})?")
_AMOUNT = re.compile(
    r"^¥?([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)(百万元|千元|万元|亿元|万|亿|元|rmb|cny)?$"
)
_PERCENT = re.compile(r"^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(%|‰|bp)?$")
_SCIENTIFIC = re.compile(r"^[+-]?\d+(?:\.\d*)?e[+-]?\d+$", re.IGNORECASE)
_INTEGER = re.compile(r"^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+))(?:\.0*)?[人名户家]?$")
_DATE = re.compile(
    r"^(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日?)"
)
_DAY_TIME = re.compile(r"^(?:[T ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$")
_PLAIN_DATE = re.compile(r"^\d{8}$")
_SEPARATORS = re.compile(r"[、;；,，|\n]+")

# Excel keeps 15 significant digits: a longer number typed as a number is no longer the number that was typed.
_EXACT_DIGITS = 15
_LONGEST_NUMBER = 26  # a longer text would be rounded by the decimal context before it is judged
_SHORT = 100  # longer writings are not remembered
FIRST_YEAR, LAST_YEAR = 1990, 2099
_DAY_ZERO = {
    Serials.SINCE_1900: datetime.date(1899, 12, 30),
    Serials.UNSAID: datetime.date(1899, 12, 30),
    Serials.SINCE_1904: datetime.date(1904, 1, 1),
}
_SERIALS = range(31412, 73051)
"""Days of 1990 to 2099, by either count."""

MONEY_UNITS = {
    "元": Decimal(1),
    "人民币元": Decimal(1),
    "rmb": Decimal(1),
    "cny": Decimal(1),
    "千元": Decimal(1_000),
    "万": Decimal(10_000),
    "万元": Decimal(10_000),
    "人民币万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿": Decimal(100_000_000),
    "亿元": Decimal(100_000_000),
}
PERCENT_UNITS = {"%": Decimal(1), "百分比": Decimal(1), "‰": Decimal("0.1"), "bp": Decimal("0.01")}
YES = frozenset({"是", "y", "yes", "true", "1", "√"})
NO = frozenset({"否", "n", "no", "false", "0", "×"})


def is_blank(raw: Raw) -> bool:
    if isinstance(raw, str):
        return not raw or (raw[0] in _EDGES and not raw.strip(_EDGES))
    return raw is None


def remembering(parse: Parser, limit: int = 4096) -> Parser:
    """The same cells come again and again in a column of dates or words: read each writing once."""
    known: dict[Raw, object] = {}

    def recall(raw: Raw) -> object:
        value = known.get(raw)
        if value is None:
            value = parse(raw)
            if len(known) < limit and len(str(raw)) <= _SHORT:
                known[raw] = value
        return value

    return recall


def shown(raw: Raw) -> str:
    """The cell as text, the way a person sees it."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    return str(raw).strip(_EDGES)


def _plain(raw: Raw) -> str:
    """Cell text for numbers, dates and words: half width, no blanks, no invisible marks."""
    text = raw if isinstance(raw, str) else shown(raw)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _BLANKS.sub("", text)


def exact(number: float | int) -> Decimal:
    """The number Excel shows: at most 15 significant digits, so that 0.1+0.2 reads 0.3."""
    value = Decimal(repr(number))
    if len(value.as_tuple().digits) > _EXACT_DIGITS:
        value = Decimal(format(number, f".{_EXACT_DIGITS}g"))
    return value


def _rounded(value: Decimal, places: int, unit: str) -> Decimal:
    exponent = Decimal(1).scaleb(-places)
    result = value.quantize(exponent)
    if result != value:
        raise Bad("too_precise", places=str(places), unit=unit)
    return result


def _bounds(column: Column, value: Decimal) -> None:
    if column.positive and value <= 0:
        raise Bad("not_positive")
    if column.minimum is not None and value < column.minimum:
        raise Bad("below_minimum", limit=str(column.minimum))
    if column.maximum is not None and value > column.maximum:
        raise Bad("above_maximum", limit=f"{column.maximum:,}")


def text_parser(column: Column, scale: Decimal) -> Parser:
    limit = column.max_length

    def parse(raw: Raw) -> str:
        text = raw.strip(_EDGES) if isinstance(raw, str) else shown(raw)
        if not text.isprintable():
            text = _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()
        if text.startswith('="'):
            text = _TEXT_FORMULA.sub(r"\1", text)
        if len(text) > limit:
            raise Bad("too_long", limit=str(limit))
        return text

    return parse


def code_parser(column: Column, scale: Decimal) -> Parser:
    pattern = re.compile(column.pattern) if column.pattern else None
    limit = column.max_length

    def parse(raw: Raw) -> str:
        if isinstance(raw, str) and _CLEAN_CODE.fullmatch(raw):
            text = raw
        elif isinstance(raw, bool):
            raise Bad("code_format", expected=column.expected or column.header)
        elif isinstance(raw, float | int):
            if abs(raw) >= 10**_EXACT_DIGITS:
                raise Bad("code_damaged")
            text = shown(raw)
        else:
            text = _plain(raw).upper()
            if not text.isascii():
                text = text.translate(_DASHES)
            if text.startswith('="'):
                text = _TEXT_FORMULA.sub(r"\1", text)
            if _SCIENTIFIC.match(text) and "." in text:
                raise Bad("code_damaged")
        if len(text) > limit:
            raise Bad("too_long", limit=str(limit))
        if pattern and not pattern.fullmatch(text):
            raise Bad("code_format", expected=column.expected)
        return text

    return parse


def money_parser(column: Column, scale: Decimal) -> Parser:
    places, unit = column.places, column.unit

    def parse(raw: Raw) -> Decimal:
        if isinstance(raw, bool):
            raise Bad("bad_money")
        if isinstance(raw, float | int):
            value = exact(raw) * scale
        elif _CLEAN_NUMBER.fullmatch(raw or ""):
            value = Decimal(raw or "") * scale
        else:
            text = _plain(raw).lower()
            found = _AMOUNT.match(text)
            if not found or len(text) > _LONGEST_NUMBER:
                raise Bad("scientific" if _SCIENTIFIC.match(text) else "bad_money")
            own = MONEY_UNITS[found[2]] if found[2] else scale
            value = Decimal(found[1].replace(",", "")) * own
        if abs(value) >= Decimal(10) ** 16:
            raise Bad("above_maximum", limit="9,999,999,999,999,999.99")
        value = _rounded(value, places, unit)
        _bounds(column, value)
        return value

    return parse


def percent_parser(column: Column, scale: Decimal) -> Parser:
    places = column.places

    def parse(raw: Raw) -> Decimal:
        if isinstance(raw, bool):
            raise Bad("bad_percent")
        if isinstance(raw, float | int):
            value = exact(raw) * scale
        else:
            text = _plain(raw).lower()
            found = _PERCENT.match(text)
            if not found or len(text) > _LONGEST_NUMBER:
                raise Bad("scientific" if _SCIENTIFIC.match(text) else "bad_percent")
            value = Decimal(found[1]) * (PERCENT_UNITS[found[2]] if found[2] else scale)
        if abs(value) >= Decimal(10) ** 6:
            raise Bad("bad_percent")
        value = _rounded(value, places, "%")
        _bounds(column, value)
        return value

    return parse


def integer_parser(column: Column, scale: Decimal) -> Parser:
    def parse(raw: Raw) -> int:
        if isinstance(raw, bool) or (isinstance(raw, float) and not raw.is_integer()):
            raise Bad("bad_integer")
        if isinstance(raw, float | int):
            value = int(raw)
        else:
            text = _plain(raw)
            found = _INTEGER.match(text)
            if not found or len(text) > _LONGEST_NUMBER:
                raise Bad("scientific" if _SCIENTIFIC.match(text) else "bad_integer")
            value = int(found[1].replace(",", ""))
        _bounds(column, Decimal(value))
        return value

    return parse


def day(year: int, month: int, day_of_month: int) -> datetime.date:
    try:
        found = datetime.date(year, month, day_of_month)
    except ValueError:
        raise Bad("bad_date") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Bad("date_range")
    return found


def parse_date(raw: Raw) -> datetime.date:
    """2024-04-22, 2024/4/22, 2024.4.22, 2024年4月22日, 20240422, with or without a time of day."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", raw if isinstance(raw, str) else shown(raw))).strip()
    if isinstance(raw, bool):
        raise Bad("bad_date")
    if _PLAIN_DATE.match(text):
        return day(int(text[:4]), int(text[4:6]), int(text[6:]))
    guess = _by_serial(text, Serials.SINCE_1900)
    if guess:
        raise Bad("date_serial", guess=guess.isoformat())
    found = _DATE.match(text) or _DATE.match(_BLANKS.sub("", text))
    if not found or not _DAY_TIME.match(found.string[found.end() :].strip()):
        raise Bad("bad_date")
    parts = [int(part) for part in found.groups() if part is not None]
    return day(*parts)


_SERIAL = re.compile(r"^(\d{5})(?:\.\d+)?$")
"""A day, perhaps with the time of day behind the point."""


def _by_serial(text: str, serials: Serials) -> datetime.date | None:
    found = _SERIAL.match(text)
    if not found or int(found[1]) not in _SERIALS:
        return None
    guess = _DAY_ZERO[serials] + datetime.timedelta(days=int(found[1]))
    return guess if FIRST_YEAR <= guess.year <= LAST_YEAR else None


def _day_or_serial(serials: Serials) -> Callable[[Raw], object]:
    """A date as people write it, or where the file is Excel's, the number that Excel shows for one."""

    def parse(raw: Raw) -> object:
        try:
            return parse_date(raw)
        except Bad as bad:
            day_of = None if serials is Serials.NONE or isinstance(raw, bool) else _by_serial(_plain(raw), serials)
            if day_of is None:
                raise bad from None
        code, severity = ("date_serial_unsaid", WARNING) if serials is Serials.UNSAID else ("date_serial_read", NOTE)
        return Noted(day_of, code, severity, {"guess": day_of.isoformat()})

    return parse


def date_parser(serials: Serials) -> Parser:
    return remembering(_day_or_serial(serials))


def dates_parser(serials: Serials) -> Parser:
    one = _day_or_serial(serials)

    def parse(raw: Raw) -> object:
        parts = _SEPARATORS.split(raw) if isinstance(raw, str) else [raw]
        found = [one(part) for part in parts if not is_blank(part)]
        days = tuple(item.value if isinstance(item, Noted) else item for item in found)
        noted = next((item for item in found if isinstance(item, Noted)), None)
        return days if noted is None else Noted(days, noted.code, noted.severity, noted.params)

    return remembering(parse)


def _word(column: Column, raw: Raw) -> str:
    text = shown(raw)
    word = column.words.get(squeeze(text))
    if word is None:
        labels = [choice.label for choice in column.choices]
        shown_labels = "、".join(labels[:12]) + ("……" if len(labels) > 12 else "")
        like = difflib.get_close_matches(text, labels, n=1, cutoff=0.5)
        if like:
            raise Bad("bad_choice_like", like=like[0], choices=shown_labels)
        raise Bad("bad_choice", choices=shown_labels)
    return word


def choice_parser(column: Column, scale: Decimal) -> Parser:
    return remembering(lambda raw: _word(column, raw))


def choices_parser(column: Column, scale: Decimal) -> Parser:
    def parse(raw: Raw) -> tuple[str, ...]:
        text = shown(raw)
        whole = column.words.get(squeeze(text))
        if whole is not None:
            return (whole,) if whole != "none" else ()
        if squeeze(text) in {"无", "没有", "none", "-", "/"}:
            return ()
        words = [_word(column, part) for part in _SEPARATORS.split(text) if not is_blank(part)]
        return tuple(dict.fromkeys(words))

    return remembering(parse)


def yes_no_parser(column: Column, scale: Decimal) -> Parser:
    def parse(raw: Raw) -> bool:
        text = squeeze(shown(raw))
        if text in YES:
            return True
        if text in NO:
            return False
        raise Bad("bad_yes_no")

    return remembering(parse)


_PARSERS: dict[Kind, Callable[[Column, Decimal], Parser]] = {
    Kind.TEXT: text_parser,
    Kind.CODE: code_parser,
    Kind.MONEY: money_parser,
    Kind.PERCENT: percent_parser,
    Kind.INTEGER: integer_parser,
    Kind.CHOICE: choice_parser,
    Kind.CHOICES: choices_parser,
    Kind.YES_NO: yes_no_parser,
}


_OF_DATES = {Kind.DATE: date_parser, Kind.DATES: dates_parser}


def parser(column: Column, scale: Decimal = Decimal(1), serials: Serials = Serials.NONE) -> Parser:
    """The parser of a column, whose header may state another unit (scale), in a file that counts days so."""
    if column.kind in _OF_DATES:
        return _OF_DATES[column.kind](serials)
    return _PARSERS[column.kind](column, scale)
