"""Which cells of a table are hidden, so that no borrower's and no bank's own figures can be read or reckoned from it.

Primary: a cell of too few borrowers or banks, or one that the largest of them dominates. Complementary: whoever takes
the cells that are told from the whole gets the sum of those that are not; so that sum must be one that could be told.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from evaluation.open_data.terms import Suppression

ZERO = Decimal("0.00")
Parts = dict[Hashable, Decimal]


@dataclass
class Cell:
    """What came together in one cell: how many cases, and each bank's and each borrower's share of the amount."""

    count: int = 0
    banks: Parts = field(default_factory=dict)
    borrowers: Parts = field(default_factory=dict)

    def add(self, bank: Hashable, borrower: Hashable, count: int, amount: Decimal) -> None:
        self.count += count
        self.banks[bank] = self.banks.get(bank, ZERO) + amount
        self.borrowers[borrower] = self.borrowers.get(borrower, ZERO) + amount

    @property
    def amount(self) -> Decimal:
        return sum(self.banks.values(), ZERO)


def together(cells: Iterable[Cell]) -> Cell:
    whole = Cell()
    for cell in cells:
        whole.count += cell.count
        for mine, theirs in ((whole.banks, cell.banks), (whole.borrowers, cell.borrowers)):
            for key, amount in theirs.items():
                mine[key] = mine.get(key, ZERO) + amount
    return whole


def may_be_told(cell: Cell, rule: Suppression) -> bool:
    """An empty cell tells of nobody."""
    if not cell.count:
        return True
    enough = len(cell.borrowers) >= rule.borrowers and len(cell.banks) >= rule.banks
    return enough and not any(is_dominated(parts, rule.dominance) for parts in (cell.banks, cell.borrowers))


def is_dominated(parts: Parts, share: Decimal) -> bool:
    """Whether the second largest, who knows their own part, could reckon the largest part too closely."""
    largest, _second, *rest = [*sorted(parts.values(), reverse=True), ZERO, ZERO]
    return sum(rest, ZERO) < share * largest


def hidden(cells: Mapping[str, Cell], rule: Suppression) -> frozenset[str]:
    """Of cells whose sum is told: those that are not."""
    full = {key: cell for key, cell in cells.items() if cell.count}
    if not may_be_told(together(full.values()), rule):
        return frozenset(cells)
    out = {key for key, cell in full.items() if not may_be_told(cell, rule)}
    others = sorted(full.keys() - out, key=lambda key: (len(full[key].borrowers), full[key].amount, key))
    while out and not _is_safe([full[key] for key in out], rule):
        if not others:
            return frozenset(cells)
        out.add(others.pop(0))
    return frozenset(out)


def _is_safe(cells: list[Cell], rule: Suppression) -> bool:
    """Nothing can be had by subtraction that could not be told outright.

    An empty cell is told as such, so whoever meets as many borrowers as hidden cells knows that each has one.
    """
    whole = together(cells)
    return len(whole.borrowers) > len(cells) > 1 and may_be_told(whole, rule)
