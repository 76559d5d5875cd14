"""Small cells of the open data: the bounds one by one, and somebody who reckons with everything that is told."""

import random
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest

from evaluation.open_data.suppression import Cell, hidden, may_be_told
from evaluation.open_data.terms import Suppression, terms

RULE = Suppression(borrowers=5, banks=3, dominance=Decimal("0.10"))
TABLES = 400


class Case(NamedTuple):
    places: dict[str, str]
    bank: str
    borrower: str
    amount: Decimal


def cell(*amounts: int, banks: int = 3) -> Cell:
    made = Cell()
    for number, amount in enumerate(amounts):
        made.add(f"bank{number % banks}", f"borrower{number}", 1, Decimal(amount))
    return made


@pytest.mark.parametrize(
    "made, told",
    [
        (Cell(), True),
        (cell(10, 10, 10, 10, 10), True),
        (cell(10, 10, 10, 10), False),
        (cell(10, 10, 10, 10, 10, 10, banks=2), False),
        (cell(1000, 10, 10, 10, 10, 10), False),
        (cell(100, 1000, 34, 33, 33, banks=5), True),
        (cell(100, 1000, 33, 33, 33, banks=5), False),
    ],
)
def test_a_cell_is_told_from_its_bounds_on(made, told):
    assert may_be_told(made, RULE) is told


def test_the_bounds_in_force_are_data():
    said = terms().suppression
    assert said.borrowers >= 5 and said.banks >= 3 and said.dominance >= Decimal("0.10")


# ---- who reckons with everything that is told ------------------------------------------------------------------------


def random_cases(dice: random.Random) -> list[Case]:
    """A few large places, many small ones, a bank that lends most, borrowers with several loans."""
    values = {"district": 11, "section": 20, "size": 5}
    many = dice.choice((3, 8, 20, 60, 200))
    return [
        Case(
            {name: f"{name}{int(dice.random() ** dice.choice((1, 3)) * n)}" for name, n in values.items()},
            f"bank{int(dice.random() ** 2 * dice.choice((2, 4, 9)))}",
            f"borrower{dice.randrange(many)}",
            Decimal(dice.choice((1, 5, 5, 20, 300))),
        )
        for _ in range(many)
    ]


def tables_of(cases: list[Case]) -> dict[str, dict[str, Cell]]:
    full = {"district": 11, "section": 20, "size": 5}
    tables = {name: {f"{name}{number}": Cell() for number in range(n)} for name, n in full.items()}
    for case in cases:
        for name, value in case.places.items():
            tables[name][value].add(case.bank, case.borrower, 1, case.amount)
    return tables


class Known(NamedTuple):
    """What a stranger holds: of each table the cells that are told, and the whole."""

    told: dict[str, dict[str, tuple[int, Decimal]]]
    whole: tuple[int, Decimal]


def recovered(known: Known, unknown: dict[str, set[str]], measure: int) -> dict[tuple[str, str], Fraction]:
    """Every cell that all equations together determine, by elimination over fractions."""
    names = [(table, key) for table, keys in unknown.items() for key in sorted(keys)]
    rows = []
    for table, keys in unknown.items():
        rest = Fraction(known.whole[measure] - sum(figures[measure] for figures in known.told[table].values()))
        rows.append([Fraction(int(name[0] == table and name[1] in keys)) for name in names] + [rest])
    place = 0
    for column in range(len(names)):
        pivot = next((row for row in range(place, len(rows)) if rows[row][column]), None)
        if pivot is None:
            continue
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][column] for value in rows[place]]
        for row in range(len(rows)):
            if row != place and rows[row][column]:
                rows[row] = [a - rows[row][column] * b for a, b in zip(rows[row], rows[place], strict=True)]
        place += 1
    found = {}
    for row in rows:
        filled = [index for index, value in enumerate(row[:-1]) if value]
        if len(filled) == 1:
            found[names[filled[0]]] = row[-1]
    return found


def residue_tells(known: Known, table: str, keys: set[str]) -> str:
    """Where empty cells are told as such, a rest as large as the number of hidden cells gives each of them one."""
    rest = known.whole[0] - sum(count for count, _amount in known.told[table].values())
    if known.told[table] and keys and rest <= len(keys):
        return f"{table}: {len(keys)} cells hold {rest}"
    return ""


def attack(tables: dict[str, dict[str, Cell]], out: dict[str, frozenset[str]]) -> list[str]:
    """Sentences about what got out."""
    cases = tables["size"].values()
    whole = (sum(one.count for one in cases), sum((one.amount for one in cases), Decimal(0)))
    told = {
        name: {key: (one.count, one.amount) for key, one in cells.items() if key not in out[name]}
        for name, cells in tables.items()
    }
    known = Known(told, whole)
    unknown = {name: set(out[name]) for name in tables}
    leaks = [residue_tells(known, name, keys) for name, keys in unknown.items()]
    for measure in (0, 1):
        leaks += [f"{name} is {value}" for name, value in recovered(known, unknown, measure).items()]
    for name, keys in unknown.items():  # the sum of what is hidden is known: it must not be of a few
        some = defaultdict(set)
        for key in keys:
            some["borrowers"] |= tables[name][key].borrowers.keys()
            some["banks"] |= tables[name][key].banks.keys()
        if some["borrowers"] and (len(some["borrowers"]) < RULE.borrowers or len(some["banks"]) < RULE.banks):
            leaks.append(f"the rest of {name} is of {len(some['borrowers'])} borrowers")
    return [leak for leak in leaks if leak]


def test_nothing_that_is_hidden_can_be_reckoned_from_what_is_told():
    dice, seen = random.Random(20260101), defaultdict(int)
    for _ in range(TABLES):
        tables = tables_of(random_cases(dice))
        out = {name: hidden(cells, RULE) for name, cells in tables.items()}
        for name, cells in tables.items():
            bad = {key for key, one in cells.items() if not may_be_told(one, RULE)}
            assert bad <= out[name]
            seen["more"] += len(out[name] - bad) > 0
            seen["told"] += len(cells) - len(out[name])
        if any(len(out[name]) < len(cells) for name, cells in tables.items()):
            assert attack(tables, out) == []
            seen["attacked"] += 1
    assert seen["attacked"] > TABLES // 4 and seen["more"] > TABLES // 4 and seen["told"] > TABLES


def test_the_attack_finds_what_primary_suppression_alone_leaves_open():
    dice, broken = random.Random(7), 0
    for _ in range(60):
        tables = tables_of(random_cases(dice))
        out = {
            name: frozenset(key for key, one in cells.items() if not may_be_told(one, RULE))
            for name, cells in tables.items()
        }
        broken += bool(attack(tables, out))
    assert broken > 10


def test_cells_of_one_borrower_each_are_not_counted_out():
    """Six districts of one borrower each: with the empty ones told, six hidden cells that hold six tell all."""
    cells = {f"d{number}": Cell() for number in range(11)}
    for number in range(6):
        cells[f"d{number}"].add(f"bank{number % 3}", f"borrower{number}", 1, Decimal(10))
    assert hidden(cells, RULE) == cells.keys()


def test_too_small_a_whole_tells_nothing_not_even_where_nobody_is():
    cells = {"a": cell(10, 10), "b": Cell(), "c": cell(5)}
    assert hidden(cells, RULE) == {"a", "b", "c"}
