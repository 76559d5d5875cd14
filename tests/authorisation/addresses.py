"""Every address that the resolver knows, with the parts it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """`name` with its namespaces; an address without a name stands under its path."""

    name: str
    path: str
    parts: tuple[tuple[str, str], ...]

    def invented(self) -> dict[str, Any]:
        """Parts that lead to nothing."""
        nothing = {"uuid": uuid4(), "int": 999_999, "slug": "nothing", "str": "nothing", "path": "nothing"}
        return {name: nothing.get(kind, "nothing") for name, kind in self.parts}


def addresses() -> list[Address]:
    found: dict[str, Address] = {}
    for address in _walk(get_resolver(), "", "", ()):
        known = found.get(address.name)
        if known is None or len(address.parts) > len(known.parts):
            found[address.name] = address
    return [found[name] for name in sorted(found)]


def _walk(resolver: URLResolver, spaces: str, path: str, parts: tuple[tuple[str, str], ...]) -> Iterator[Address]:
    for item in resolver.url_patterns:
        here = path + str(item.pattern)
        mine = (*parts, *_parts(item))
        if isinstance(item, URLResolver):
            space = f"{spaces}{item.namespace}:" if item.namespace else spaces
            yield from _walk(item, space, here, mine)
        elif isinstance(item, URLPattern):
            yield Address(f"{spaces}{item.name}" if item.name else here, here, mine)


def _parts(item: URLPattern | URLResolver) -> list[tuple[str, str]]:
    converters = getattr(item.pattern, "converters", {})
    if converters:
        return [
            (name, type(converter).__name__.removesuffix("Converter").lower()) for name, converter in converters.items()
        ]
    regex = getattr(item.pattern, "regex", None)
    return [(name, "str") for name in regex.groupindex] if regex is not None else []
