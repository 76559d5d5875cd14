"""Which function executes which provision: the thread from article to code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])


class Rule(NamedTuple):
    """A function that executes provisions."""

    name: str
    module: str
    summary: str
    slugs: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{self.module}.{self.name}"


_RULES: dict[str, Rule] = {}


def implements(*slugs: str) -> Callable[[_F], _F]:
    """Mark a pure function with the slugs of the provisions it executes."""
    if not slugs:
        raise ValueError("a rule executes at least one provision")

    def mark(function: _F) -> _F:
        module, name = function.__module__, function.__qualname__
        summary = (function.__doc__ or "").strip().partition("\n")[0]
        rule = Rule(name, module, summary, slugs)
        _RULES[rule.path] = rule
        return function

    return mark


def rules() -> list[Rule]:
    """Every marked rule of the modules imported so far, by path."""
    return [_RULES[path] for path in sorted(_RULES)]


def rules_of(slug: str) -> list[Rule]:
    return [rule for rule in rules() if slug in rule.slugs]
