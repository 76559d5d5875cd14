"""What the left must show without knowing the right: rooms register in `AppConfig.ready()`, the left iterates."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from pool.errors import Refused

T = TypeVar("T")


@dataclass(frozen=True)
class Todo:
    """Something that waits: for whom, until when, by which article. `mine`: this person is the one who acts."""

    title: str
    detail: str = ""
    url: str = ""
    due: date | None = None
    article: str = ""
    waiting_for: str = ""
    count: int = 1
    provisional: bool = False
    mine: bool = True


@dataclass(frozen=True)
class TodoSource:
    """`fn(user, on)` gives what waits for this person, or what this person waits for."""

    name: str
    fn: Callable[[Any, date], Iterable[Todo]]
    order: int = 100


@dataclass(frozen=True)
class ReferenceChange:
    """What a table of reference data would become: both states of the rules' data, and the rows that differ."""

    kind: str
    before: Any
    after: Any
    known_through: date | None
    through: date
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Touch:
    """`fn(change, on)` counts what a room holds that the change would touch, as (label, count)."""

    name: str
    fn: Callable[[ReferenceChange, date], Iterable[tuple[str, int]]]
    order: int = 100


@dataclass(frozen=True)
class LegalDate:
    """A last day set by an article. Its words are general: a client's name or number never stands in a calendar."""

    on: date
    label: str
    article: str
    waiting_for: str = ""
    url: str = ""
    count: int = 1
    provisional: bool = False


@dataclass(frozen=True)
class DateSource:
    """`fn(user, first, last)` gives the legal dates of those days that concern this person."""

    name: str
    fn: Callable[[Any, date, date], Iterable[LegalDate]]
    order: int = 100


@dataclass(frozen=True)
class Draft:
    """Work of one kind that a person has begun and nobody has finished; `url` lists it."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class DraftSource:
    """`fn(user)` gives what this person has begun in a room, for whoever takes it over."""

    name: str
    fn: Callable[[Any], Iterable[Draft]]
    order: int = 100


@dataclass(frozen=True)
class SubjectPage:
    """The page of a kind of subject ("loans.loan"): the address named so takes its key."""

    name: str
    url_name: str


@dataclass(frozen=True)
class NavItem:
    label: Any
    url_name: str
    roles: frozenset[str]
    order: int = 100
    group: Any = ""


@dataclass(frozen=True)
class Panel:
    """A part of another room's page: `fn(user, subject)` gives the template's context, or None for no panel.

    `subject_kind` is the model's label ("loans.loan"), or "home" for the first page, where the subject is the day.
    """

    name: str
    subject_kind: str
    fn: Callable[[Any, Any], dict[str, Any] | None]
    template: str
    order: int = 100


@dataclass(frozen=True)
class Invariant:
    """`fn()` yields one sentence per breach; nothing yielded is a pass."""

    code: str
    label: Any
    fn: Callable[[], Iterable[str]]
    slow: bool = False

    @property
    def name(self) -> str:
        return self.code


@dataclass(frozen=True)
class LongFile:
    """A workbook that takes too long to make while a person waits: made by the worker, kept at 我的下载.

    Each is asked about the `ListExport` itself, whose `query` says of what: `may(row)` whether its owner still may
    have it, `label(row)` and `told(row)` its name and its question in words; `write(row, target)` gives the rows.
    """

    name: str
    label: Callable[[Any], str]
    told: Callable[[Any], str]
    may: Callable[[Any], bool]
    write: Callable[[Any, Path], int]


@dataclass(frozen=True)
class Job:
    """`fn(on)` does the day's work in one transaction with its JobRun row and returns JSON for the record.

    `slot(on)` names the period that may run once; without it, the day. `due(on)` says whether the day has a run at all.
    `at` is the hour and minute (Shanghai) beat runs it at; without it, two minutes after the job before it. A job that
    is not `daily` and has its hour is beat's alone: moving the clock passes it by.
    `every` seconds: beat also calls `fn` that often, without a slot, so such work must be harmless to repeat.
    `words` say in Chinese what each key of the returned JSON means to a reader.
    """

    name: str
    label: Any
    article: str
    fn: Callable[[date], dict[str, Any]]
    daily: bool = True
    order: int = 100
    due: Callable[[date], bool] | None = None
    slot: Callable[[date], str] | None = None
    at: tuple[int, int] | None = None
    every: int | None = None
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """`fn(user, words)` gives hits as (title, detail, url)."""

    name: str
    label: Any
    fn: Callable[[Any, str], Iterable[tuple[str, str, str]]]
    order: int = 100


@dataclass(frozen=True)
class FileGuard:
    """Files of this purpose: `fn(user, file)` says who may have them."""

    purpose: str
    fn: Callable[[Any, Any], bool]

    @property
    def name(self) -> str:
        return self.purpose


@dataclass(frozen=True)
class DeadlineRule:
    """How a kind of deadline is computed again: `fn(row, refs)` gives the window of the rules, or None to leave it.

    `subject_kind` where two kinds of subject owe the same period. `repeated`: columns of the subject that say the same
    as a column of the deadline, and follow it; `order` is that subject's place in the order of locks.
    """

    kind: str
    fn: Callable[[Any, Any], Any]
    subject_kind: str = ""
    repeated: Mapping[str, str] = field(default_factory=dict)
    order: int = 100

    @property
    def name(self) -> str:
        return f"{self.kind}@{self.subject_kind}" if self.subject_kind else self.kind


@dataclass(frozen=True)
class Bar:
    """What a room to the right holds against changing a record: `fn(subject)` gives the refusal, or None."""

    name: str
    subject_kind: str
    fn: Callable[[Any], Refused | None]
    order: int = 100


@dataclass(frozen=True)
class ApiScope:
    """What a token may be issued for, and whose: `name` is such as "loans:read"."""

    name: str
    label: Any
    roles: frozenset[str]
    order: int = 100


@dataclass(frozen=True)
class Task:
    """Work the outbox delivers: `fn(**arguments)`. Atomic work commits with its mark and so happens exactly once."""

    name: str
    fn: Callable[..., Any]
    atomic: bool = True
    queue: str = ""


@dataclass(frozen=True)
class DemoAccount:
    """Shown beside the sign-in form where the clock may be moved, that is in demo only."""

    name: str
    role: Any
    institution: str
    note: Any
    password: str
    order: int = 100

    @property
    def username(self) -> str:
        return self.name


@dataclass
class Registry(Generic[T]):
    """Names are unique; iteration is in order, then by name."""

    kind: str
    items: dict[str, T] = field(default_factory=dict)

    def register(self, item: T) -> T:
        name = _name(item)
        if name in self.items and self.items[name] != item:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self.items[name] = item
        return item

    def __iter__(self) -> Iterator[T]:
        return iter(sorted(self.items.values(), key=lambda item: (getattr(item, "order", 0), _name(item))))

    def __getitem__(self, name: str) -> T:
        return self.items[name]

    def __contains__(self, name: str) -> bool:
        return name in self.items

    def get(self, name: str) -> T | None:
        return self.items.get(name)


def _name(item: Any) -> str:
    return str(item.url_name if isinstance(item, NavItem) else item.name)


todos: Registry[TodoSource] = Registry("todo")
drafts: Registry[DraftSource] = Registry("source of drafts")
listings: Registry[Any] = Registry("list")
legal_dates: Registry[DateSource] = Registry("source of legal dates")
reference_touches: Registry[Touch] = Registry("count of what reference data touch")
subject_pages: Registry[SubjectPage] = Registry("page of a subject")
navigation: Registry[NavItem] = Registry("navigation item")
panels: Registry[Panel] = Registry("panel")
bars: Registry[Bar] = Registry("bar")
invariants: Registry[Invariant] = Registry("invariant")
long_files: Registry[LongFile] = Registry("long file")
jobs: Registry[Job] = Registry("job")
search: Registry[Search] = Registry("search")
file_guards: Registry[FileGuard] = Registry("file guard")
deadline_rules: Registry[DeadlineRule] = Registry("deadline rule")
tasks: Registry[Task] = Registry("task")
api_scopes: Registry[ApiScope] = Registry("API scope")
demo_accounts: Registry[DemoAccount] = Registry("demo account")
