"""The expectation files, read once: which address, which method, who may."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pool.models import Role

FOLDER = Path(__file__).parent
METHODS = ("GET", "POST")
NO_EXPECTATIONS = {"groups.yaml", "not_yet.yaml"}
KEYS = {"object", "shared", "args", "data", "missing", "perhaps", *METHODS}


@dataclass(frozen=True)
class Case:
    """One way to ask for an address. `shared`: the object is no bank's, every bank's people meet it alike."""

    name: str
    where: str
    may: dict[str, frozenset[str]]
    perhaps: dict[str, frozenset[str]]
    object: str = ""
    shared: bool = False
    missing: bool = True
    args: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


@cache
def groups() -> dict[str, list[str]]:
    named: dict[str, list[str]] = yaml.safe_load((FOLDER / "groups.yaml").read_text(encoding="utf-8"))
    return named


def who(words: list[str], where: str) -> frozenset[str]:
    """Names and groups as roles; `everyone` also holds those without sign-in."""
    found: set[str] = set()
    for word in words:
        if word == "everyone":
            found |= {*Role.values, "anonymous"}
        elif word == "signed_in":
            found |= set(Role.values)
        elif word in groups():
            found |= who(groups()[word], where)
        elif word in Role.values:
            found.add(word)
        else:
            raise ValueError(f"{where}: nobody is called {word!r}")
    return frozenset(found)


def _case(name: str, body: dict[str, Any], where: str) -> Case:
    strangers = set(body) - KEYS
    if strangers:
        raise ValueError(f"{where}: {name} has unknown keys {sorted(strangers)}")
    may = {method: who(body[method], f"{where}: {name}") for method in METHODS if method in body}
    unsure = body.get("perhaps", {})
    perhaps = {method: who(words, f"{where}: {name}") for method, words in unsure.items()}
    return Case(
        name, where, may, perhaps, body.get("object", ""), body.get("shared", False), body.get("missing", True),
        body.get("args", {}), body.get("data", {}),
    )  # fmt: skip


@cache
def listed() -> dict[str, list[Case]]:
    """Every entry of every file, by the name of its address; a name stands in one file only."""
    found: dict[str, list[Case]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name in NO_EXPECTATIONS:
            continue
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        for name, body in entries.items():
            if name in found:
                raise ValueError(f"{path.name}: {name} is listed twice")
            bodies = body["cases"] if isinstance(body, dict) and "cases" in body else [body]
            found[name] = [_case(name, each or {}, path.name) for each in bodies]
    return found


@cache
def not_yet() -> tuple[str, ...]:
    """Patterns of addresses whose room has still to list them; the list is to become empty."""
    return tuple(yaml.safe_load((FOLDER / "not_yet.yaml").read_text(encoding="utf-8")) or ())


def is_owed(name: str) -> bool:
    return not cases_of(name) and any(fnmatchcase(name, pattern) for pattern in not_yet())


def cases_of(name: str) -> list[Case]:
    """The exact entry, or the longest pattern that fits."""
    exact = listed().get(name)
    if exact is not None:
        return exact
    fitting = [pattern for pattern in listed() if "*" in pattern and fnmatchcase(name, pattern)]
    return listed()[max(fitting, key=len)] if fitting else []
