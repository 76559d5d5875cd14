"""Objects of the first bank for the matrix: each builder gives the parts of the address; other rooms add theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.test import Client

from banks.models import DishonestyListing, Membership, PayeeAccount
from loans import services as loans
from pool import scope
from pool.ledger import appropriations
from pool.models import BANK_ROLES, FactorReset, HolidayNotice, LprRate, RestoreAcceptance, Role, SavedFilter, User
from pool.services import downloads, feeds, sessions, tokens
from tests.factories import references
from tests.factories.banks import applied_to_join, listed_dishonest, payee_account
from tests.factories.holidays import LINES
from tests.factories.loans import correction_prepared, entered_loan, extension_prepared, loan_cells, received_upload
from tests.factories.people import TODAY, BankTeam, bank_team, person

Parts = dict[str, Any]
ROOMS = (
    "tests.authorisation.claims_objects",
    "tests.authorisation.evaluation_objects",
    "tests.authorisation.recovery_objects",
)
"""Where other rooms keep their builders."""


@dataclass
class World:
    """Two banks and a person of every role; what is asked for belongs to the first bank."""

    team: BankTeam = field(default_factory=lambda: bank_team("第一银行"))
    other: BankTeam = field(default_factory=lambda: bank_team("第二银行"))
    people: dict[str, User | None] = field(default_factory=dict)
    built: dict[str, Parts] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {role: person(role) for role in Role.values if role not in BANK_ROLES}
        self.people |= self.team.people()
        self.people |= {f"other_{role}": user for role, user in self.other.people().items()}
        self.people["anonymous"] = None


_BUILDERS: dict[str, Callable[[World], Parts]] = {}


def builds(name: str) -> Callable[[Callable[[World], Parts]], Callable[[World], Parts]]:
    def keep(builder: Callable[[World], Parts]) -> Callable[[World], Parts]:
        assert name not in _BUILDERS, f"two builders of {name}"
        _BUILDERS[name] = builder
        return builder

    return keep


def build(name: str, world: World) -> Parts:
    """Built once: every request is undone, so the object stays as it was."""
    for room in ROOMS:
        import_module(room)
    if name not in _BUILDERS:
        raise LookupError(f"no builder of {name!r}; there are {', '.join(sorted(_BUILDERS))}")
    if name not in world.built:
        world.built[name] = _BUILDERS[name](world)
    return world.built[name]


# ---- banks


@builds("bank")
def bank(world: World) -> Parts:
    return {"pk": world.team.pk}


@builds("membership")
def membership(world: World) -> Parts:
    with scope.everything():
        return {"pk": Membership.objects.get(user=world.team.maker).pk}


@builds("factor_reset")
def factor_reset(world: World) -> Parts:
    """Proposed by an administrator who is gone meanwhile; another of the bank may decide."""
    proposer = person(Role.BANK_ADMIN, world.team.pk)
    row = FactorReset.objects.create(user=world.team.checker, proposed_by=proposer, reason="手机遗失")
    return {"pk": row.pk}


@builds("joining")
def joining(world: World) -> Parts:
    return {"pk": applied_to_join().pk}


@builds("unconfirmed_payee")
def unconfirmed_payee(world: World) -> Parts:
    account: PayeeAccount = payee_account(world.team, confirmed=False)
    return {"pk": account.pk}


@builds("dishonesty_listing")
def dishonesty_listing(world: World) -> Parts:
    listing: DishonestyListing = listed_dishonest(world.team)
    return {"pk": listing.pk}


# ---- loans


@builds("loan")
def loan(world: World) -> Parts:
    return {"pk": entered_loan(world.team).pk}


@builds("checked_upload")
def checked_upload(world: World) -> Parts:
    return {"pk": received_upload(world.team, [loan_cells(), loan_cells(staff="x")]).pk}


@builds("doubtful_upload")
def doubtful_upload(world: World) -> Parts:
    return {"pk": received_upload(world.team, [loan_cells(credit_line="1000000.00")]).pk}


@builds("rehearsed_upload")
def rehearsed_upload(world: World) -> Parts:
    return {"pk": received_upload(world.team, [loan_cells()], rehearsal=True).pk}


@builds("loan_file")
def loan_file(world: World) -> Parts:
    return {"file_id": received_upload(world.team, [loan_cells()]).file_id}


@builds("prepared_classification")
def prepared_classification(world: World) -> Parts:
    found = entered_loan(world.team)
    with scope.bank_scope(world.team.pk):
        request = loans.prepare_classification(
            loan_id=found.pk, after="loss", on_date=TODAY, principal_balance=Decimal("1.00"), by=world.team.maker,
            on=TODAY,
        )  # fmt: skip
    return {"pk": request.pk}


@builds("prepared_withdrawal")
def prepared_withdrawal(world: World) -> Parts:
    found = entered_loan(world.team)
    with scope.bank_scope(world.team.pk):
        request = loans.prepare_withdrawal(loan_id=found.pk, by=world.team.maker, on=TODAY, reason="误录")
    return {"pk": request.pk}


@builds("prepared_extension")
def prepared_extension(world: World) -> Parts:
    return {"pk": extension_prepared(world.team, entered_loan(world.team)).pk}


@builds("prepared_correction")
def prepared_correction(world: World) -> Parts:
    return {"pk": correction_prepared(world.team, entered_loan(world.team), staff="46").pk}


# ---- the pool


@builds("appropriation")
def appropriation(world: World) -> Parts:
    with scope.everything():
        row = appropriations.enter(
            document="市财政局文件", amount=Decimal("1000000.00"), received_on=TODAY,
            by=world.people[Role.FINANCE_CLERK], on=TODAY,
        )  # fmt: skip
    return {"pk": row.pk}


@builds("unconfirmed_rate")
def unconfirmed_rate(world: World) -> Parts:
    rate = LprRate.objects.create(
        published_on=TODAY, one_year="3.10", five_year="3.60", source="公告", entered_by=person(Role.MANAGER_REVIEWER)
    )
    return {"kind": "lpr", "pk": rate.pk}


def _holidays(year: int, made_by: User | None, state: str) -> Parts:
    notice = HolidayNotice.objects.create(
        year=year, number="国办发明电〔2026〕9号", title="部分节假日安排的通知", published_on=TODAY, state=state,
        lines=[line.as_json() for line in LINES], made_by=made_by or person(Role.MANAGER_REVIEWER), made_on=TODAY,
    )  # fmt: skip
    return {"pk": notice.pk}


@builds("holiday_notice")
def holiday_notice(world: World) -> Parts:
    return _holidays(2026, world.people[Role.MANAGER_STATISTICS], HolidayNotice.State.DRAFTED)


@builds("submitted_holidays")
def submitted_holidays(world: World) -> Parts:
    return _holidays(2027, None, HolidayNotice.State.SUBMITTED)


@builds("drafted_batch")
def drafted_batch(world: World) -> Parts:
    made_by = world.people[Role.MANAGER_STATISTICS]
    return {"pk": references.entered_batch("lpr", references.LPR, date(2025, 10, 31), by=made_by).pk}


@builds("submitted_batch")
def submitted_batch(world: World) -> Parts:
    """Of another table than the draft: one of each is open at a time."""
    row = {"day": TODAY, "currency": "USD", "central": "7.1433"}
    return {"pk": references.submitted_batch("fx", [row]).pk}


@builds("restore_acceptance")
def restore_acceptance(world: World) -> Parts:
    proposer = person(Role.SECURITY_ADMIN)
    row = RestoreAcceptance.objects.create(
        anchor_seq=9, anchor_head="f" * 64, anchor_on=TODAY, kept_seq=1, reason="备份恢复", proposed_by=proposer,
        proposed_on=TODAY,
    )  # fmt: skip
    return {"pk": row.pk}


@builds("makers_token")
def makers_token(world: World) -> Parts:
    with scope.bank_scope(world.team.pk):
        _shown, row = tokens.issue(
            user=world.team.maker, name="试用", scopes=["loans:read"], by=world.team.maker, on=TODAY
        )
    return {"pk": row.pk}


@builds("makers_feed")
def makers_feed(world: World) -> Parts:
    with scope.bank_scope(world.team.pk):
        return {"token": feeds.open_feed(user=world.team.maker, by=world.team.maker, on=TODAY)}


@builds("makers_filter")
def makers_filter(world: World) -> Parts:
    row = SavedFilter.objects.create(user=world.team.maker, listing="loans", name="不良", query="state=non_performing")
    return {"pk": row.pk}


@builds("makers_download")
def makers_download(world: World) -> Parts:
    with scope.bank_scope(world.team.pk):
        row = downloads.ask(name="loans", query="", columns=["loan_number"], mark="x", by=world.team.maker)
    return {"pk": row.pk}


@builds("makers_session")
def makers_session(world: World) -> Parts:
    return {"pk": sessions.begin(world.team.maker, address="127.0.0.1", browser="x").pk}
