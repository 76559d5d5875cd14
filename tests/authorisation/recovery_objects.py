"""Objects after a payment, for the matrix: one compensated project of the first bank for each."""

from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from pool import clock, scope
from pool.ledger.models import MonthClosing
from pool.models import Role
from recovery import services
from recovery.models import AccountStatement, Chaser, Clawback
from tests.authorisation.objects import Parts, World, builds
from tests.factories.account import Moved, confirmed, csv_of, imported, lines_of, proposed
from tests.factories.people import TODAY, person
from tests.factories.recovery import (
    Project,
    accepted_settlement,
    all_received,
    applied_package,
    applied_settlement,
    applied_write_off,
    decided_clawback,
    entered_receipt,
    in_good_standing,
    passed_settled,
    prepared,
    prepared_write_off,
    projects,
    reported,
)

RECEIVED = date(2025, 1, 10)
KINDS = (
    "compensated", "prepared_recovery", "due_return", "prepared_settlement", "applied_settlement",
    "prepared_write_off", "applied_write_off", "settled", "clawed_back", "sold",
)  # fmt: skip


def _today_stays() -> AbstractContextManager[Any]:
    """The matrix stands on one day; what came before is told to the services by `on`."""
    return patch.object(clock, "set_day")


def _project(world: World, kind: str) -> Project:
    """They are paid together, once for all objects of this room."""
    if "recovery" not in world.built:
        with _today_stays():
            made = projects(len(KINDS), team=in_good_standing(world.team), balance="10000.00")
        world.built["recovery"] = dict(zip(KINDS, made, strict=True))
    project: Project = world.built["recovery"][kind]
    return project


@builds("compensated_project")
def compensated_project(world: World) -> Parts:
    return {"pk": _project(world, "compensated").claim.loan_id}


@builds("applied_package")
def package(world: World) -> Parts:
    if "package_row" not in world.built:
        one = _project(world, "sold")
        sale = services.Sale(
            registration_number="YD1", buyer="某资产管理公司", transferred_on=RECEIVED, received_on=RECEIVED,
            price=Decimal("100.00"), loans={one.loan.loan_number: None},
        )  # fmt: skip
        with _today_stays():
            world.built["package_row"] = {"row": applied_package(one.team, sale, TODAY)}
    return {"pk": world.built["package_row"]["row"].pk}


@builds("chaser")
def chaser(world: World) -> Parts:
    one = _project(world, "compensated")
    said = {"quarter": RECEIVED.replace(day=1), "asked_by": person(Role.MANAGER_STATISTICS), "asked_on": TODAY}
    with scope.everything():
        row, _made = Chaser.objects.get_or_create(claim=one.claim, loan=one.loan, bank=one.team.bank, defaults=said)
    return {"pk": row.pk}


def _clawback(world: World) -> Clawback:
    if "clawback_row" not in world.built:
        one = _project(world, "clawed_back")
        with _today_stays():
            world.built["clawback_row"] = {"row": decided_clawback(one, TODAY)}
    row: Clawback = world.built["clawback_row"]["row"]
    return row


@builds("decided_sanction")
def decided_sanction(world: World) -> Parts:
    return {"pk": _clawback(world).violation_id}


@builds("clawback")
def clawback(world: World) -> Parts:
    return {"pk": _clawback(world).pk}


@builds("clawback_receipt")
def clawback_receipt(world: World) -> Parts:
    with _today_stays():
        return {"pk": entered_receipt(_clawback(world), "100.00", TODAY).pk}


@builds("prepared_recovery")
def prepared_recovery(world: World) -> Parts:
    one = _project(world, "prepared_recovery")
    with _today_stays():
        return {"pk": prepared(one.team, one.loan, "100.00", received_on=RECEIVED, on=TODAY).pk}


@builds("due_return")
def due_return(world: World) -> Parts:
    one = _project(world, "due_return")
    with _today_stays():
        reported(one.team, one.loan, "100.00", received_on=RECEIVED, on=TODAY)
    return {"pk": one.returns()[0].pk}


@builds("prepared_settlement")
def prepared_settlement(world: World) -> Parts:
    one = _project(world, "prepared_settlement")
    with scope.bank_scope(one.team.pk):
        made = services.apply_settlement(
            loan_id=one.claim.loan_id, disposal_ended_on=RECEIVED, summary="处置完毕", by=one.team.maker, on=TODAY
        )
    return {"pk": made.pk}


@builds("applied_settlement")
def filed_settlement(world: World) -> Parts:
    with _today_stays():
        return {"pk": applied_settlement(_project(world, "applied_settlement"), ended_on=RECEIVED, on=TODAY).pk}


@builds("prepared_write_off")
def drafted_write_off(world: World) -> Parts:
    with _today_stays():
        return {"pk": prepared_write_off(_project(world, "prepared_write_off"), TODAY).pk}


@builds("applied_write_off")
def filed_write_off(world: World) -> Parts:
    with _today_stays():
        return {"pk": applied_write_off(_project(world, "applied_write_off"), TODAY).pk}


@builds("settled_closing")
def settled_closing(world: World) -> Parts:
    one = _project(world, "settled")
    with _today_stays():
        reported(one.team, one.loan, "100.00", received_on=RECEIVED, on=TODAY)
        accepted_settlement(one, ended_on=RECEIVED, on=TODAY)
        all_received(one, TODAY)
        return {"pk": passed_settled(one, TODAY).pk}


def _statement(world: World) -> AccountStatement:
    if "account" not in world.built:
        with _today_stays():
            said = csv_of([Moved(date(2024, 1, 2), "100.00", f"R{n}", "某公司") for n in (1, 2)])
            world.built["account"] = {"statement": imported(said, person(Role.FINANCE_CLERK), TODAY)}
    found: AccountStatement = world.built["account"]["statement"]
    return found


@builds("account_statement")
def account_statement(world: World) -> Parts:
    return {"pk": _statement(world).pk}


@builds("account_line")
def account_line(world: World) -> Parts:
    return {"pk": lines_of(_statement(world))[0].pk}


@builds("suspended_line")
def suspended_line(world: World) -> Parts:
    """Held for somebody else, by the clerk and the approver."""
    if "suspense" not in world.built:
        clerk, approver = person(Role.FINANCE_CLERK), person(Role.FINANCE_APPROVER)
        with _today_stays():
            line = proposed(lines_of(_statement(world))[1], "overpaid", clerk, TODAY, reason="多返还")
            world.built["suspense"] = {"line": confirmed(line, approver, TODAY)}
    return {"pk": world.built["suspense"]["line"].pk}


@builds("suspense_use")
def suspense_use(world: World) -> Parts:
    suspended_line(world)
    line = world.built["suspense"]["line"]
    with _today_stays(), scope.everything():
        line.refresh_from_db()
        made = services.propose_pay_back(
            line_id=line.pk, amount=Decimal("1.00"), reason="更正函", by=person(Role.FINANCE_CLERK), on=TODAY,
            version=line.version,
        )  # fmt: skip
    return {"pk": made.pk}


@builds("month_closing")
def month_closing(world: World) -> Parts:
    """Of a month long past, proposed."""
    with scope.everything():
        made = MonthClosing.objects.create(
            number=f"YJ{MonthClosing.objects.count()}", month=date(2000 + MonthClosing.objects.count(), 1, 1),
            by_bank=0, by_ledger=0, proposed_by=person(Role.FINANCE_CLERK), proposed_on=TODAY,
        )  # fmt: skip
    return {"pk": made.pk}
