"""Every bound of the law, from one side, on it, and from the other; and every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from tests.oracle import oracle_assess, oracle_calendar, oracle_deadlines, oracle_tables

Case = dict[str, Any]

FEN = Decimal("0.01")
NUDGES = (-FEN, Decimal(0), FEN)
ONE_DAY = timedelta(days=1)
SIDES = (-ONE_DAY, timedelta(0), ONE_DAY)
FIRST, LAST = date(2023, 3, 1), date(2028, 12, 31)
KINDS = oracle_assess.BORROWERS
HIGH_TECH = {"kind": "high_tech", "valid_from": "2019-01-01", "valid_to": "2030-12-31"}

SOUND: Case = {
    "borrower_kind": "enterprise", "industry_group": "industry", "industry_code": "C3921",
    "industry_restricted": False, "quasi_financial": False,
    "staff": 45, "revenue": "36000000.00", "assets": "12000000.00", "in_shenzhen": True, "credit_line": "0.00",
    "product": "working_capital", "use": "operations", "other_cover": "none",
    "principal": "3000000.00", "other_balances": "1000000.00", "annual_rate": "4.35",
    "disbursed_on": "2024-05-10", "matures_on": "2025-05-10", "entered_on": "2024-06-03",
    "classification": "substandard", "determined_on": "2025-08-20", "npl_principal": "2500000.00",
    "submitted_on": "2025-10-10", "credit_report_on": "2025-09-28", "bank_dishonest": False,
    "qualifications": [], "features": [],
}  # fmt: skip


def claim(**changes: Any) -> Case:
    return {
        **SOUND,
        **{name: value.isoformat() if isinstance(value, date) else value for name, value in changes.items()},
    }


def money(amount: Decimal | int) -> str:
    return f"{amount:.2f}"


def every_day(first: date = FIRST, last: date = LAST) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


# ---- 3 and 4: who


def sizes() -> Iterator[Case]:
    """Each measure of each group at every bound, crossed with the other measures of the group."""
    for group, measures in oracle_tables.SIZE.items():
        scales = []
        for measure, *bounds in measures:
            unit, step = (1, Decimal(1)) if measure == "staff" else (10000, FEN)
            scales.append([(measure, at * unit + side) for at in bounds for side in (-step, Decimal(0), step)])
        for chosen in product(*scales):
            facts: dict[str, Decimal] = {
                "staff": Decimal(0),
                "revenue": Decimal(0),
                "assets": Decimal(0),
                **dict(chosen),
            }
            yield {
                "group": group,
                "staff": int(facts["staff"]),
                "revenue": money(facts["revenue"]),
                "assets": money(facts["assets"]),
            }


def sizes_of_borrowers() -> Iterator[Case]:
    for size in sizes():
        facts = {name: value for name, value in size.items() if name != "group"}
        for kind in KINDS:
            yield claim(borrower_kind=kind, industry_group=size["group"], **facts)


def words() -> Iterator[Case]:
    """Every word of every fact, and for each kind of borrower."""
    products = ("working_capital", "personal_business", "fixed_asset")
    uses = (
        "operations", "on_lending", "entrusted_loan", "acquisition", "prohibited_project", "private_lending",
        "capital_market", "personal_consumption", "else",
    )  # fmt: skip
    classes = oracle_assess.GOOD_CLASSES + oracle_assess.BAD_CLASSES
    for kind in KINDS:
        for letter in "ABCDEFGHIJKLMNOPQRST":
            yield claim(borrower_kind=kind, industry_code=f"{letter}6500")
        for name in ("industry_restricted", "quasi_financial", "in_shenzhen", "bank_dishonest"):
            for value in (True, False):
                yield claim(borrower_kind=kind, **{name: value})
        for product_, use, cover in product(products, uses, oracle_assess.COVERS):
            yield claim(borrower_kind=kind, product=product_, use=use, other_cover=cover)
        for classification in classes:
            yield claim(borrower_kind=kind, classification=classification)


# ---- 16: how much


def ratios() -> Iterator[Case]:
    """Each step of the balance, for each kind, with none, one and several of the additions, at every credit line."""
    for at, side in product((5_000_000, 15_000_000, 30_000_000), NUDGES):
        balance = at + side
        for kind, other in product(KINDS, (Decimal(0), FEN, balance - 1)):
            for valid, features in product(([], [HIGH_TECH], [HIGH_TECH] * 2), ([], ["green"], ["credit", "green"])):
                yield claim(
                    borrower_kind=kind,
                    principal=money(balance - other),
                    npl_principal="0.99",
                    other_balances=money(other),
                    qualifications=valid,
                    features=features,
                )
    for kind, side in product(KINDS, NUDGES):
        yield claim(borrower_kind=kind, credit_line=money(10_000_000 + side))


def additions() -> Iterator[Case]:
    """Each qualification and feature, known or not, and each end of a validity."""
    for kind in (*oracle_assess.QUALIFICATIONS, "famous"):
        yield claim(qualifications=[{**HIGH_TECH, "kind": kind}])
    for feature in (*oracle_assess.FEATURES, "fast"):
        yield claim(features=[feature])
    disbursed = date.fromisoformat(SOUND["disbursed_on"])
    for before, after in product(SIDES, SIDES):
        first, last = disbursed + before, disbursed + after
        yield claim(
            qualifications=[{"kind": "srdi_sme", "valid_from": first.isoformat(), "valid_to": last.isoformat()}]
        )


def amounts() -> Iterator[Case]:
    """Every last two digits under each of the four ratios: half a fen comes up where it can."""
    for other, features in ((0, []), (8_000_000, []), (20_000_000, []), (0, ["green"])):
        for fen in range(100):
            yield claim(other_balances=money(other), features=features, npl_principal=money(1_234_560 + fen * FEN))
        yield claim(other_balances=money(other), features=features, npl_principal="0.00")
        yield claim(other_balances=money(other), features=features, npl_principal=SOUND["principal"])


# ---- 15(3): at what rate


def rates() -> Iterator[Case]:
    """Around each publication, each term and each rate; and around the last day that the table is confirmed for."""
    published = [row[0] for row in oracle_tables.LPR] + [oracle_tables.LPR_CONFIRMED_THROUGH, date(2024, 2, 29)]
    for at, side in product(published, SIDES):
        disbursed = at + side
        for months, later in product((12, 59, 60, 61), SIDES):
            matures = oracle_calendar.months_after(disbursed, months) + later
            if disbursed < oracle_tables.LPR[0][0]:
                yield claim(disbursed_on=disbursed, entered_on=disbursed, matures_on=matures)
                continue
            quote = oracle_tables.lpr_on(disbursed, oracle_assess.is_long(disbursed, matures))
            for nudge in (-FEN, Decimal(0), Decimal("0.0001"), FEN):
                yield claim(
                    disbursed_on=disbursed,
                    entered_on=disbursed,
                    matures_on=matures,
                    determined_on=max(disbursed + ONE_DAY, date(2025, 8, 20)),
                    submitted_on=max(disbursed + ONE_DAY, date(2025, 10, 10)),
                    annual_rate=str(quote + 2 + nudge),
                )


# ---- 13, 19, 21, 34: when


def entries() -> Iterator[Case]:
    """Disbursed on every day, entered on the last day of its window and beside it; determined the day after."""
    for disbursed in every_day(FIRST - ONE_DAY):
        closes = oracle_deadlines.entry_window(disbursed)[1]
        for entered in (closes - ONE_DAY, closes, closes + ONE_DAY):
            matures = oracle_calendar.months_after(disbursed, 12)
            yield claim(
                disbursed_on=disbursed,
                matures_on=matures,
                entered_on=entered,
                determined_on=entered + ONE_DAY,
                submitted_on=entered + ONE_DAY,
                credit_report_on=entered,
            )


def claims() -> Iterator[Case]:
    """Determined on every day, filed on the last day and beside it, with the oldest report and beside it."""
    fixed = {"disbursed_on": date(2023, 1, 3), "entered_on": date(2023, 1, 3), "matures_on": date(2028, 10, 1)}
    for determined in every_day(FIRST - ONE_DAY):
        closes = oracle_deadlines.claim_window(determined)[1]
        floor = oracle_deadlines.report_window(closes)[0]
        assert floor is not None
        for report in (floor - ONE_DAY, floor, closes, closes + ONE_DAY):
            yield claim(**fixed, determined_on=determined, submitted_on=closes, credit_report_on=report)
        for submitted in (closes - ONE_DAY, closes + ONE_DAY):
            yield claim(**fixed, determined_on=determined, submitted_on=submitted, credit_report_on=submitted)


def lives() -> Iterator[Case]:
    """The order of entry, determination and automatic closing; the first and last days of each edition."""
    entered = date.fromisoformat(SOUND["entered_on"])
    for side in SIDES:
        yield claim(determined_on=entered + side, submitted_on=entered + ONE_DAY, credit_report_on=entered)
    for matures in (date(2025, 2, 28), date(2025, 5, 31), date(2025, 8, 31), date(2025, 12, 31)):
        last = oracle_deadlines.six_months_after_maturity(matures)
        for side in SIDES:
            yield claim(matures_on=matures, determined_on=last + side, submitted_on=last + ONE_DAY)
    editions = (date(2023, 3, 1), date(2023, 8, 10), date(2024, 4, 1), date(2028, 8, 10))
    for day, side, disbursed in product(editions, SIDES, (date(2022, 1, 10), date(2023, 1, 3))):
        yield claim(
            disbursed_on=disbursed, entered_on=disbursed, matures_on=date(2029, 1, 3),
            determined_on=day + side, submitted_on=day + side, credit_report_on=day + side,
        )  # fmt: skip
    for side in SIDES:
        day = date(2028, 8, 10) + side
        yield claim(disbursed_on=day, entered_on=day, matures_on=date(2029, 8, 10), determined_on=day + ONE_DAY,
                    submitted_on=day + ONE_DAY, credit_report_on=day)  # fmt: skip


def malformed() -> Iterator[Case]:
    """Each fault of form, alone."""
    for name, wrong in product(oracle_assess.AMOUNTS, ("-0.01", "1.001", "1e5", "", "NaN", "1,000.00")):
        yield claim(**{name: wrong})
    for name, wrong in product(oracle_assess.DATES, ("2024-02-30", "2024-2-3", "20240203", "")):
        yield claim(**{name: wrong})
    for name in ("borrower_kind", "industry_group", "other_cover", "classification"):
        yield claim(**{name: "strange"})
    disbursed, determined = (date.fromisoformat(SOUND[name]) for name in ("disbursed_on", "determined_on"))
    for side in SIDES:
        yield claim(matures_on=disbursed + side)
        yield claim(entered_on=disbursed + side)
        yield claim(submitted_on=determined + side, credit_report_on=determined + side)
    for principal in ("0.00", "0.01", "2499999.99", "2500000.00"):
        yield claim(principal=principal)


ASSESSED = (sizes_of_borrowers, words, ratios, additions, amounts, rates, entries, claims, lives, malformed)


# ---- the other kinds


def every_deadline() -> Iterator[Case]:
    """Every day and every event; a loan closes by itself with a determination on each side of what matters."""
    for day in every_day(FIRST - ONE_DAY):
        for event in oracle_deadlines.ARTICLES:
            yield {"event": event, "date": day.isoformat()}
        last = oracle_deadlines.six_months_after_maturity(day)
        for before in (180, 94, 92, 91, 1, 0, -1):
            determined = last - timedelta(days=before)
            yield {"event": "auto_close", "date": day.isoformat(), "determined": determined.isoformat()}


def every_recovery() -> Iterator[Case]:
    """Around the cap, and every fen of half a fen, one by one and running on."""
    for ratio, compensated in product(("0.20", "0.30", "0.40", "0.50"), ("0.00", "0.01", "1.00", "400000.00")):
        cap = (Decimal(compensated) / Decimal(ratio)).quantize(FEN)
        for side in NUDGES:
            whole = max(Decimal(0), cap + side)
            yield {"compensated": compensated, "ratio": ratio, "recoveries": [money(whole), "0.01", "5.00"]}
        yield {"compensated": compensated, "ratio": ratio, "recoveries": []}
        for piece in ("0.01", "0.02", "0.03", "0.05", "0.07", "333.33"):
            yield {"compensated": compensated, "ratio": ratio, "recoveries": [piece] * 40}


def every_ranking() -> Iterator[Case]:
    """One to fifty banks, all different; then with equals, newcomers, violations and a year in which all fell."""
    for count in range(1, 51):
        banks = [
            {"bank": f"b{i:02}", "amount": money(2_000_000 - i * 1000), "borrowers": 500 + i,
             "last_amount": "1000000.00", "last_borrowers": 400, "violations": 0}
            for i in range(count)
        ]  # fmt: skip
        yield {"banks": banks}
        yield {"banks": [{**bank, "amount": "1500000.00"} for bank in banks]}
        for every in (2, 3, 5):
            tied = [{**bank, "amount": money(2_000_000 - i // every)} for i, bank in enumerate(banks)]
            yield {"banks": tied}
            new = [{**bank, "last_amount": "0.00"} if i % every else bank for i, bank in enumerate(banks)]
            yield {"banks": new}
            yield {"banks": [{**bank, "violations": int(i % every == 0)} for i, bank in enumerate(banks)]}
        # The one that grew fastest, at each place of the lists of amounts and of numbers around the 60 %.
        for place in range(count * 6 // 10 - 2, count * 6 // 10 + 2):
            if 0 <= place < count:
                yield {
                    "banks": [
                        {**bank, "borrowers": 500 - i, "last_amount": "1.00" if i == place else bank["last_amount"]}
                        for i, bank in enumerate(banks)
                    ]
                }
        fallen = [{**bank, "last_amount": "3000000.00", "last_borrowers": 600} for bank in banks]
        yield {"banks": fallen}
        yield {"banks": [*fallen[1:], banks[0]]}
        yield {"banks": [*fallen[1:], {**fallen[0], "last_borrowers": fallen[0]["borrowers"]}]}
        yield {"banks": [*fallen[1:], {**fallen[0], "last_amount": None, "last_borrowers": None}]}


def every_standing() -> Iterator[Case]:
    """3 % and a fen beside it, with each way out of either sum."""
    good = {"principal": "97000.00", "withdrawn": False, "balance": None, "stands": False, "upgraded": False}
    good["recovered"] = "0.00"
    for side in NUDGES:
        bad = {**good, "principal": "3000.00", "balance": money(3000 + side), "stands": True}
        for change in (
            {}, {"withdrawn": True}, {"stands": False}, {"upgraded": True}, {"recovered": money(2999)},
            {"recovered": bad["balance"]}, {"recovered": money(3000 + side - FEN)},
        ):  # fmt: skip
            yield {"loans": [good, {**bad, **change}]}
            yield {"loans": [{**good, "withdrawn": True}, {**bad, **change}]}
    yield {"loans": []}
