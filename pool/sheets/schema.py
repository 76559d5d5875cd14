"""The declaration of a spreadsheet: its columns, what each may hold, and how it may be called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cached_property


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = "text"
    CODE = "code"
    MONEY = "money"
    PERCENT = "percent"
    INTEGER = "integer"
    DATE = "date"
    DATES = "dates"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed answer: the word the program uses, what people read, and what else they write."""

    word: str
    label: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column. `required_when` maps another column's key to the words that make this one required."""

    key: str
    header: str
    kind: Kind
    required: bool = False
    required_when: Mapping[str, frozenset[str]] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    note: str = ""
    article: str = ""
    places: int = 2
    minimum: Decimal | None = None
    positive: bool = False
    maximum: Decimal | None = None
    max_length: int = 100
    pattern: str = ""
    expected: str = ""
    default: object = None
    sensitive: bool = False
    width: int = 14

    @property
    def unit(self) -> str:
        return {Kind.MONEY: "元", Kind.PERCENT: "%"}.get(self.kind, "")

    @cached_property
    def labels(self) -> dict[str, str]:
        """word → label"""
        return {choice.word: choice.label for choice in self.choices}

    @cached_property
    def words(self) -> dict[str, str]:
        """everything a person may write, normalised → word"""
        found: dict[str, str] = {}
        for choice in self.choices:
            for text in (choice.word, choice.label, *choice.synonyms):
                found[squeeze(text)] = choice.word
        return found


@dataclass(frozen=True)
class Schema:
    """A template: a code that never changes its meaning, the sheet's name, and the columns.

    `former` is the code of the template before this one, which is still read.
    """

    code: str
    title: str
    sheet: str
    columns: tuple[Column, ...]
    former: str = ""
    examples: tuple[str, ...] = ("示例", "Example")
    """Sheets of the template that show how it is filled in."""
    version_sheet: str = "_模板"
    ignored: tuple[str, ...] = ("序号", "结果", "问题与改法", "原行号")

    @cached_property
    def by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    def __getitem__(self, key: str) -> Column:
        return self.by_key[key]


_NOISE = re.compile(r"""[\s\u200b\u200c\u200d\ufeff"'“”‘’「」]+""")


def squeeze(text: str) -> str:
    """Full width to half width, lower case, no blanks or quotation marks: for comparing what people write."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()
