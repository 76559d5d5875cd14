"""Random cases from a seed: mostly sound ones with every figure and day near a bound, some with several faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.oracle import oracle_assess, oracle_deadlines, oracle_tables

Case = dict[str, Any]

GROUPS = tuple(oracle_tables.SIZE)
FEN = Decimal("0.01")
NUDGES = (-FEN, Decimal(0), FEN)
EDGES = [
    date(2019, 8, 20), date(2023, 3, 1), date(2023, 8, 10), date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1),
    date(2025, 11, 1), date(2027, 1, 1), date(2028, 8, 10), date(2028, 12, 31),
] + [row[0] for row in oracle_tables.LPR]  # fmt: skip
FIRST, LAST = date(2019, 8, 15), date(2028, 12, 31)
LAST_DETERMINED = date(2029, 12, 31)
USES = ("on_lending", "entrusted_loan", "acquisition", "prohibited_project", "private_lending", "capital_market")
TERMS = (1, 6, 12, 12, 24, 36, 59, 60, 60, 61, 120)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def money(amount: Decimal) -> str:
    return f"{max(amount, Decimal(0)):.2f}"


def some_day(rng: Random, first: date = FIRST, last: date = LAST) -> date:
    edge = rng.choice(EDGES)
    if first <= edge <= last and rng.random() < 0.5:
        return edge + days(rng.randint(-2, 2))
    return first + days(rng.randint(0, (last - first).days))


def around(rng: Random, *days_of_interest: date) -> date:
    return rng.choice(days_of_interest) + days(rng.choice((-1, 0, 0, 1)))


def near(rng: Random, bounds: tuple[int, ...]) -> Decimal:
    """An amount at a bound, a fen off, or anywhere below the last bound and a bit."""
    if rng.random() < 0.6:
        return Decimal(rng.choice(bounds)) + rng.choice(NUDGES)
    return Decimal(rng.randint(1, int(max(bounds) * 110))) / 100


def size_facts(rng: Random) -> Case:
    """Every measure of the group at, under or over one of its bounds."""
    group = rng.choice(GROUPS)
    facts = {"staff": Decimal(rng.randint(0, 2500)), "revenue": near(rng, (10000,)), "assets": near(rng, (10000,))}
    for measure, *bounds in oracle_tables.SIZE[group]:
        at = rng.choice(bounds)
        if rng.random() < 0.9:
            facts[measure] = at + rng.choice((-1, 0, 1)) if measure == "staff" else at * 10000 + rng.choice(NUDGES)
    return {
        "staff": int(facts["staff"]),
        "revenue": money(facts["revenue"]),
        "assets": money(facts["assets"]),
        "group": group,
    }


def size(rng: Random) -> Case:
    return size_facts(rng)


def assess(rng: Random) -> Case:
    """A claim built in the order of its life, each day near the bound that the days before it give."""

    def seldom(chance: float = 0.02) -> bool:
        return rng.random() < chance

    disbursed = some_day(rng) if seldom(0.2) else some_day(rng, date(2023, 1, 1), date(2028, 8, 1))
    term = rng.choice(TERMS)
    matures = oracle_deadlines.calendar.months_after(disbursed, term) + days(rng.choice((-1, 0, 0, 1)))
    entry_closes = oracle_deadlines.entry_window(max(disbursed, FIRST))[1]
    entered = disbursed + days(rng.randint(0, max(0, (entry_closes - disbursed).days)))
    if seldom(0.15):
        entered = around(rng, entry_closes)
    six_months = oracle_deadlines.six_months_after_maturity(matures)
    determined = entered + days(rng.choice((1, rng.randint(1, max(1, (six_months - entered).days)))))
    if seldom(0.15):
        determined = around(rng, entered, six_months, *EDGES[1:6])
    determined = min(determined, LAST_DETERMINED)
    claim_closes = oracle_deadlines.claim_window(determined)[1]
    submitted = determined + days(rng.randint(0, (claim_closes - determined).days))
    if seldom(0.2):
        submitted = around(rng, claim_closes, determined)
    report_from = oracle_deadlines.report_window(submitted)[0]
    assert report_from is not None
    report = report_from + days(rng.randint(0, (submitted - report_from).days))
    if seldom(0.2):
        report = around(rng, report_from, submitted)

    balance = near(rng, (5_000_000, 15_000_000, 30_000_000))
    principal = max(FEN, balance if seldom(0.4) else (balance * rng.randint(1, 99) / 100).quantize(FEN))
    npl = min(principal, Decimal(rng.randint(0, int(principal * 100))) / 100) if not seldom(0.1) else principal
    facts = size_facts(rng)
    if not seldom(0.3):
        facts |= {"staff": 5, "revenue": "1000000.00", "assets": "1000000.00"}
    kind = rng.choice(("enterprise", "enterprise", "owner", "sole_trader"))
    quote = oracle_tables.lpr_on(max(disbursed, oracle_tables.LPR[0][0]), oracle_assess.is_long(disbursed, matures))
    rate = quote + rng.choice((Decimal(-1), Decimal(1), Decimal(2), Decimal(2)))
    if seldom(0.2):
        rate = quote + 2 + rng.choice((FEN, -FEN, Decimal("0.0001"), Decimal(0)))
    case = {
        "borrower_kind": kind,
        "industry_group": facts.pop("group"),
        "industry_code": rng.choice("JKjk") + "6500" if seldom() else rng.choice("ABCDEFGHILMNOPQRST") + "39",
        "industry_restricted": seldom(),
        "quasi_financial": seldom(),
        **facts,
        "in_shenzhen": not seldom(),
        "credit_line": money(near(rng, (10_000_000,)) if seldom(0.2) else Decimal(9_000_000)),
        "product": "fixed_asset" if seldom() else rng.choice(("working_capital", "personal_business")),
        "use": rng.choice(USES) if seldom() else "operations",
        "other_cover": rng.choice(oracle_assess.COVERS) if seldom(0.05) else "none",
        "principal": money(principal),
        "other_balances": money(balance - principal),
        "annual_rate": f"{max(rate, Decimal(0)):.4f}" if seldom(0.5) else f"{max(rate, Decimal(0)):.2f}",
        "disbursed_on": disbursed.isoformat(),
        "matures_on": matures.isoformat(),
        "entered_on": entered.isoformat(),
        "classification": rng.choice(oracle_assess.GOOD_CLASSES if seldom() else oracle_assess.BAD_CLASSES),
        "determined_on": determined.isoformat(),
        "npl_principal": money(npl),
        "submitted_on": submitted.isoformat(),
        "credit_report_on": report.isoformat(),
        "bank_dishonest": seldom(),
        "qualifications": [qualification(rng, disbursed) for _ in range(rng.choice((0, 0, 1, 1, 2)))],
        "features": rng.sample((*oracle_assess.FEATURES, "fast", "cheap"), rng.choice((0, 0, 1, 2))),
    }
    if seldom(0.04):
        case["special_approval"] = rng.choice((*oracle_assess.PAPERS, "丁", None))
    if seldom(0.02):
        spoil(rng, case)
    return case


def qualification(rng: Random, disbursed: date) -> Case:
    first = disbursed + days(rng.choice((-400, -1, 0, 0, 1)))
    return {
        "kind": rng.choice((*oracle_assess.QUALIFICATIONS, "famous")),
        "valid_from": first.isoformat(),
        "valid_to": max(first, disbursed + days(rng.choice((-1, 0, 0, 1, 700)))).isoformat(),
    }


def spoil(rng: Random, case: Case) -> None:
    """One fault of form."""
    name = rng.choice((*oracle_assess.AMOUNTS, *oracle_assess.DATES, "borrower_kind", "other_cover", "classification"))
    if name in oracle_assess.AMOUNTS:
        case[name] = rng.choice(("-0.01", "1.001", "1e3", "", "1,000.00", " 1.00", "NaN"))
    elif name in oracle_assess.DATES:
        case[name] = rng.choice(("2024-02-30", "2024-2-3", "20240203", "", "2024-W05-1"))
    else:
        case[name] = "strange"


def deadlines(rng: Random) -> Case:
    event = rng.choice(tuple(oracle_deadlines.ARTICLES))
    day = some_day(rng, date(2019, 2, 1), date(2029, 6, 30))
    case = {"event": event, "date": day.isoformat()}
    if event == "auto_close" and rng.random() < 0.8:
        last = oracle_deadlines.six_months_after_maturity(day)
        near_the_end = last + days(rng.randint(-130, 5))
        case["determined"] = min(near_the_end, LAST_DETERMINED).isoformat()
    return case


def returns(rng: Random) -> Case:
    ratio = Decimal(rng.choice(("0.20", "0.30", "0.40", "0.50")))
    balance = Decimal(rng.randint(1, 10 ** rng.randint(2, 10))) / 100
    compensated = (balance * ratio).quantize(FEN)
    left, recoveries = balance, []
    for _ in range(rng.randint(0, 8)):
        piece = min(left, Decimal(rng.randint(0, int(balance * 60))) / 100) if rng.random() < 0.9 else balance
        left -= min(piece, left)
        recoveries.append(money(piece))
    return {"compensated": money(compensated), "ratio": str(ratio), "recoveries": recoveries}


def evaluate(rng: Random) -> Case:
    """Few different values, so that many ranks are shared; now and then a year in which everybody fell."""
    count = rng.choice((0, 1, 2, 3, 5, 7, 10, 13, 20, 40, 43))
    spread = rng.choice((2, 5, 1000))
    bad_year = rng.random() < 0.2
    banks = []
    for number in range(count):
        amount, people = rng.randint(0, spread) * 1000, rng.randint(0, spread)
        last = rng.choice((None, "0.00", money(Decimal(amount + rng.choice((-1000, 0, 1000)))), "1000.00", "3000.00"))
        last_people = people + rng.choice((-1, 0, 1, 1))
        if bad_year and rng.random() < 0.97:
            last, last_people = money(Decimal(amount + 1000)), people + 1
        banks.append(
            {
                "bank": f"b{number:02}",
                "amount": money(Decimal(amount)),
                "borrowers": people,
                "last_amount": last,
                "last_borrowers": max(0, last_people),
                "violations": int(rng.random() < 0.05),
            }
        )
    return {"banks": banks}


def standing(rng: Random) -> Case:
    loans = []
    for _ in range(rng.randint(0, 8)):
        principal = Decimal(rng.randint(1, 100_000)) / 100
        balance = (principal * rng.choice((3, 3, 10, 50, 100)) / 100).quantize(FEN) if rng.random() < 0.4 else None
        loans.append(
            {
                "principal": money(principal),
                "withdrawn": rng.random() < 0.1,
                "balance": None if balance is None else money(balance),
                "stands": rng.random() < 0.9,
                "upgraded": rng.random() < 0.1,
                "recovered": money(balance + rng.choice(NUDGES) if balance and rng.random() < 0.3 else Decimal(0)),
            }
        )
    if rng.random() < 0.5 and loans:
        entered = sum(Decimal(loan["principal"]) for loan in loans)
        bound = (entered * 3 / 97).quantize(FEN) + rng.choice(NUDGES)
        loans.append(
            {"principal": money(bound), "withdrawn": False, "balance": money(bound), "stands": True,
             "upgraded": False, "recovered": "0.00"}
        )  # fmt: skip
    return {"loans": loans}


def line(rng: Random) -> Case:
    entered = rng.randint(0, 5000)
    return {"entered": entered, "bad": min(entered, max(0, entered * 3 // 100 + rng.randint(-40, 40)))}


def clawback(rng: Random) -> Case:
    paid_on = some_day(rng, date(2024, 4, 1), date(2028, 1, 1))
    length = rng.randint(1, 900)
    amount = Decimal(rng.randint(100, 10**9)) / 100
    back = sorted(rng.randint(1, length) for _ in range(rng.randint(0, 3)))
    return {
        "amount": money(amount),
        "paid_on": paid_on.isoformat(),
        "until": (paid_on + days(length + 1)).isoformat(),
        "rate": rng.choice(("0.35", "1.50", "3.45", "4.2500")),
        "returned": [[(paid_on + days(after)).isoformat(), money((amount / 5).quantize(FEN))] for after in back],
    }


def paused(rng: Random) -> Case:
    day = some_day(rng, date(2023, 8, 10), date(2028, 1, 1))
    pauses = []
    stopped = day + days(rng.randint(-5, 20))
    for _ in range(rng.randint(0, 3)):
        resumed = stopped + days(rng.choice((0, 1, 3, rng.randint(0, 90))))
        pauses.append([stopped.isoformat(), resumed.isoformat()])
        stopped = resumed + days(rng.randint(0, 20))
    return {"clock": rng.choice(("review", "payment")), "date": day.isoformat(), "pauses": pauses}


def queue(rng: Random) -> Case:
    pool = 5_000_000_000
    paid = rng.choice((0, pool - 1000, pool, rng.randint(0, pool)))
    returned = rng.choice((0, rng.randint(0, paid)))
    cash, reserved = rng.randint(0, 2000), rng.randint(0, 500)
    claims = [
        [
            f"c{number}",
            f"2024-10-{rng.randint(1, 3):02}T0{rng.randint(1, 3)}:00:00+08:00",
            money(Decimal(rng.randint(1, 900))),
        ]
        for number in range(rng.randint(0, 6))
    ]
    suspense = rng.choice((0, rng.randint(0, 300)))
    room = min(cash - suspense - reserved, pool - (paid - returned + reserved))
    return {
        "cash": money(Decimal(cash)),
        "reserved": money(Decimal(min(reserved, cash))),
        "paid": money(Decimal(paid)),
        "returned": money(Decimal(returned)),
        "suspense": money(Decimal(suspense)),
        "plan": money(Decimal(room) + rng.choice(NUDGES)),
        "claims": claims,
    }


def period(rng: Random) -> Case:
    day = some_day(rng, date(2024, 1, 1), date(2028, 12, 31))
    event = rng.choice(("recovered", "decided", "asked", "refund_approved", "settlement_approved"))
    return {"event": event, "date": day.isoformat(), "paid_on": (day + days(rng.randint(-200, 200))).isoformat()}


def special(rng: Random) -> Case:
    """Some documents about one day, so that first and last days, names and industries often meet."""
    day = some_day(rng, date(2024, 1, 1), date(2028, 12, 31))

    def beside() -> str:
        return (day + days(rng.choice((-30, -1, 0, 1, 30)))).isoformat()

    def paper(number: int) -> dict[str, Any]:
        first, last = sorted((beside(), beside()))
        return {
            "number": str(number), "issued": beside(), "from": first, "to": last if rng.random() < 0.7 else None,
            "enterprises": rng.sample(("甲", "乙", "丙"), rng.randint(0, 2)),
            "industries": rng.sample(("C", "C39", "C3921", "D"), rng.randint(0, 2)),
            "ratio": rng.choice(("0.10", "0.49", "0.50", "0.51", "0.80", "1.00")), "lifts_cap": rng.random() < 0.5,
        }  # fmt: skip

    return {
        "date": day.isoformat(), "enterprise": rng.choice(("甲", "丁")), "industry": rng.choice(("C3921", "D4411")),
        "papers": [paper(number) for number in range(rng.randint(0, 4))],
    }  # fmt: skip


def currency(rng: Random) -> Case:
    names = rng.sample(("central", "spot_buying", "cash_buying"), rng.randint(0, 3))
    return {
        "amount": money(Decimal(rng.randint(1, 10**9)) / 100),
        "rates": {name: f"{Decimal(rng.randint(1, 99999)) / 10000:.4f}" for name in names},
        "per": rng.choice((1, 100)),
        "date": some_day(rng).isoformat(),
    }


def membership(rng: Random) -> Case:
    """All dates near one another, so that each is often the day itself."""
    day = some_day(rng, date(2024, 2, 20), date(2028, 8, 1))

    def beside(chance: float) -> str | None:
        return (day + days(rng.choice((-400, -1, 0, 1, 400)))).isoformat() if rng.random() < chance else None

    def spans(chance: float) -> list[tuple[str, str | None]]:
        made = [(beside(chance), beside(0.6)) for _ in range(2)]
        return [(first, last) for first, last in made if first and (last is None or first <= last)]

    cancelled, readmitted = beside(0.4), beside(0.5)
    return {
        "day": day.isoformat(),
        "agreements": [(party, *span) for party in ("manager", "finance_centre") for span in spans(0.9)],
        "listed": spans(0.2),
        "cancelled_on": cancelled,
        "readmitted_on": readmitted if cancelled and readmitted and cancelled <= readmitted else None,
        "unqualified": rng.sample(range(2024, 2029), rng.randint(0, 4)),
        "year": rng.randint(2024, 2028),
    }


#: Of a thousand cases, how many are of each kind.
SHARES: dict[str, int] = {
    "assess": 600, "deadlines": 120, "returns": 80, "size": 100, "evaluate": 20,
    "standing": 20, "line": 5, "clawback": 5, "paused": 15, "queue": 10, "period": 10,
    "special": 1, "currency": 4, "membership": 10,
}  # fmt: skip
MAKERS: dict[str, Callable[[Random], Case]] = {
    maker.__name__: maker
    for maker in (
        assess, deadlines, returns, size, evaluate,
        standing, line, clawback, paused, queue, period, special, currency, membership,
    )
}  # fmt: skip
