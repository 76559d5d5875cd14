"""How an inspection's sample is drawn, so that anybody with the list and the seed draws the same again. Pure.

Each unit's ticket is the SHA-256 of `seed:key`; the lowest tickets are drawn. By strata each bank is given its share of
the sample by the largest remainder; by risk the highest scores are drawn, and the tickets choose among equal scores.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

RANDOM, STRATIFIED, RISK = "random", "stratified", "risk"


@dataclass(frozen=True, slots=True)
class Unit:
    """One case that could be drawn: its bank, its sum, and what of the risks holds of it."""

    key: str
    label: str
    bank: str
    amount: str
    facts: tuple[str, ...] = ()

    def line(self) -> str:
        """As it stands in the frozen list: one line of JSON, its names in order."""
        said = {
            "amount": self.amount, "bank": self.bank, "facts": sorted(self.facts), "key": self.key, "label": self.label,
        }  # fmt: skip
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Drawn:
    unit: Unit
    score: int

    def line(self) -> str:
        return f"{self.unit.key}:{self.score}"


def written(units: Iterable[Unit]) -> bytes:
    """The frozen list, by key: the same units give the same bytes."""
    return "".join(f"{unit.line()}\n" for unit in sorted(units, key=lambda unit: unit.key)).encode()


def read(content: bytes) -> list[Unit]:
    said = (json.loads(line) for line in content.decode().splitlines())
    return [Unit(one["key"], one["label"], one["bank"], one["amount"], tuple(one["facts"])) for one in said]


def ticket(seed: str, key: str) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def score(unit: Unit, weights: Mapping[str, int]) -> int:
    """The weights of what holds, added up."""
    return sum(weights.get(fact, 0) for fact in unit.facts)


def shares(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many of each stratum: its share rounded down, what is left to the largest remainders, ties by name."""
    total = sum(sizes.values())
    wanted = min(wanted, total)
    if not total:
        return {}
    given = {name: wanted * size // total for name, size in sizes.items()}
    order = sorted(sizes, key=lambda name: (-(wanted * sizes[name] % total), name))
    for name in order[: wanted - sum(given.values())]:
        given[name] += 1
    return given


def draw(
    units: Sequence[Unit], method: str, wanted: int, seed: str, weights: Mapping[str, int] | None = None
) -> list[Drawn]:
    """The sample in the order it was drawn."""
    by_ticket = sorted(units, key=lambda unit: ticket(seed, unit.key))
    if method == RISK:
        by_ticket.sort(key=lambda unit: -score(unit, weights or {}))
    chosen = _by_stratum(by_ticket, wanted) if method == STRATIFIED else by_ticket[:wanted]
    return [Drawn(unit, score(unit, weights or {})) for unit in chosen]


def _by_stratum(by_ticket: Sequence[Unit], wanted: int) -> list[Unit]:
    strata: dict[str, list[Unit]] = defaultdict(list)
    for unit in by_ticket:
        strata[unit.bank].append(unit)
    given = shares({name: len(rows) for name, rows in strata.items()}, wanted)
    return [unit for name in sorted(strata) for unit in strata[name][: given[name]]]


def sample_hash(drawn: Iterable[Drawn]) -> str:
    return hashlib.sha256("".join(f"{one.line()}\n" for one in drawn).encode()).hexdigest()
