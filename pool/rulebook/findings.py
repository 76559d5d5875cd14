"""A finding: what one rule says about one case. It stores code and facts, never text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, NoReturn

PASS = "pass"
FAIL = "fail"
HOLD = "hold"
INFO = "info"
OUTCOMES = (PASS, FAIL, HOLD, INFO)

FactValue = str | int | bool | None | tuple[str, ...]


class Facts(dict[str, FactValue]):
    """JSON-able facts that nobody changes: amounts and dates are strings, lists are tuples."""

    __slots__ = ("_hash",)

    def __hash__(self) -> int:  # type: ignore[override]
        try:
            return self._hash
        except AttributeError:
            self._hash: int = hash(frozenset(self.items()))
            return self._hash

    def _refuse(self, *_args: object, **_named: object) -> NoReturn:
        raise TypeError("facts are frozen")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse


class Finding(NamedTuple):
    """`article` is the citation; `provision` the slug of the provision that was executed."""

    code: str
    article: str
    outcome: str
    provision: str
    facts: Facts
    provisional: bool = False

    @property
    def failed(self) -> bool:
        return self.outcome == FAIL

    def as_json(self) -> dict[str, Any]:
        """What a record stores."""
        return {
            "code": self.code,
            "article": self.article,
            "outcome": self.outcome,
            "provision": self.provision,
            "facts": {name: list(value) if isinstance(value, tuple) else value for name, value in self.facts.items()},
            "provisional": self.provisional,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Finding:
        facts = {name: tuple(value) if isinstance(value, list) else value for name, value in stored["facts"].items()}
        return cls(
            stored["code"],
            stored["article"],
            stored["outcome"],
            stored["provision"],
            Facts(facts),
            bool(stored.get("provisional", False)),
        )


def failed_articles(findings: Iterable[Finding]) -> list[str]:
    """The articles that fail, each once, sorted as strings."""
    return sorted({finding.article for finding in findings if finding.outcome == FAIL})
