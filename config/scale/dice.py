"""Chance that is the same every time: whole numbers from a seed and a place, without a state to carry along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar
from uuid import UUID

_WORD = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
SIZE = 4096
"""So many places has a table of weights."""

T = TypeVar("T")


def mix(number: int) -> int:
    """64 bits that look like chance (splitmix64)."""
    number = (number + _STEP) & _WORD
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _WORD
    return number ^ (number >> 31)


def toss(seed: int, kind: int, place: int) -> int:
    """The 64 bits of one place of one kind of thing."""
    return mix(mix(seed * 1_000_003 + kind) ^ (place * _STEP & _WORD))


def number_of(bits: int, millisecond: int, place: int) -> int:
    """A key that sorts by time as any other of the house does (uuid7), the same for the same place; as a number."""
    head = (millisecond & 0xFFFFFFFFFFFF) << 80 | 0x7 << 76 | (place & 0xFFF) << 64
    return head | 0x2 << 62 | (bits & ((1 << 62) - 1))


def identity(bits: int, millisecond: int, place: int) -> UUID:
    return UUID(int=number_of(bits, millisecond, place))


class Weighted(Generic[T]):
    """Things by their weights, looked up by any number."""

    def __init__(self, pairs: Sequence[tuple[T, int]]) -> None:
        edges = list(accumulate(weight for _, weight in pairs))
        places = (bisect_right(edges, step * edges[-1] // SIZE) for step in range(SIZE))
        self._things = [pairs[min(place, len(pairs) - 1)][0] for place in places]

    def __getitem__(self, bits: int) -> T:
        return self._things[bits & (SIZE - 1)]
