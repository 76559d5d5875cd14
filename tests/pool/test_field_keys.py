"""A new field key: everything is encrypted anew, nothing is lost, and the old key opens nothing afterwards."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from banks.models import PayeeAccount
from claims.models import Objection
from loans.keys import identity_of
from loans.models import Loan, UploadRow
from loans.services.rows import SENSITIVE
from loans.words import BorrowerKind
from pool import crypto, scope
from pool.models import AuditEvent, SecondFactor, User
from pool.services import field_keys
from tests.factories.banks import payee_account
from tests.factories.loans import entered_upload, owner_cells
from tests.factories.people import BankTeam, bank_team

pytestmark = pytest.mark.django_db
OLD, NEW = "the former key of thirty-two letters", "the new key of thirty-two letters..."
BEFORE = override_settings(FIELD_KEY=OLD, FIELD_OLD_KEYS=[], FIELD_INDEX_KEY="")
DURING = override_settings(FIELD_KEY=NEW, FIELD_OLD_KEYS=[OLD], FIELD_INDEX_KEY="")
AFTER = override_settings(FIELD_KEY=NEW, FIELD_OLD_KEYS=[], FIELD_INDEX_KEY=OLD)
NUMBER = "440301198001011239"


@pytest.fixture
def team() -> BankTeam:
    """Something in each column that is encrypted, written by the old key."""
    with BEFORE:
        team = bank_team()
        entered_upload(team, [owner_cells(owner_name="陈大文"), owner_cells(owner_name="李小明", staff="x")])
        payee_account(team)
        User.objects.filter(pk=team.maker.pk).update(phone="13800138000")
        SecondFactor.objects.create(user=team.maker, secret="JBSWY3DPEHPK3PXP", confirmed=True)
    return team


def everything_kept() -> list[object]:
    """What the portal reads in the clear."""
    with scope.everything():
        rows = [{key: crypto.decrypt(row.facts[key]) for key in SENSITIVE if row.facts} for row in _rows()]
        rows += [{key: crypto.decrypt(row.raw[key]) for key in SENSITIVE if key in row.raw} for row in _rows()]
        return [
            rows,
            list(Loan.objects.order_by("pk").values_list("owner_id_number", flat=True)),
            list(PayeeAccount.objects.order_by("pk").values_list("account_number", flat=True)),
            list(User.objects.order_by("pk").values_list("phone", flat=True)),
            list(SecondFactor.objects.order_by("pk").values_list("secret", flat=True)),
            list(Objection.objects.values_list("name", "contact")),
        ]


def _rows() -> list[UploadRow]:
    return list(UploadRow.objects.order_by("pk"))


def anywhere(name: str) -> list[str]:
    """Every text or JSON column of every table in which a text of this key stands."""
    found = []
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb') ORDER BY 1, 2"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%{name}:%"])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def test_all_is_encrypted_anew_and_the_old_key_opens_nothing(team: BankTeam) -> None:
    with BEFORE:
        kept, who = everything_kept(), identity_of(BorrowerKind.OWNER, "", NUMBER)
        (former,) = crypto.key_names()
    written = anywhere(former)
    assert {"banks_payeeaccount.account_number", "loans_uploadrow.facts", "pool_secondfactor.secret"} <= set(written)
    with DURING:
        assert everything_kept() == kept
        done = field_keys.renew()
        assert set(done) == set(written), "each column that holds it was renewed, and no other"
        assert anywhere(former) == []
        assert field_keys.renew() == {}, "a second time does nothing"
    with AFTER:
        assert everything_kept() == kept
        assert identity_of(BorrowerKind.OWNER, "", NUMBER) == who, "a person is recognised as before"
    with scope.everything():
        told = AuditEvent.objects.filter(action="field_key.renew")
        assert {event.after["place"] for event in told} == set(written)


def test_without_renewal_the_old_key_is_still_needed(team: BankTeam) -> None:
    with AFTER, pytest.raises(crypto.Undecipherable):
        everything_kept()


def test_broken_off_it_goes_on_where_it_stood(team: BankTeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_keys, "CHUNK", 1)
    with DURING:
        kept, place = everything_kept(), field_keys.places()[0]
        assert field_keys._renew_some(place) == 1
        assert everything_kept() == kept
        said = StringIO()
        call_command("field_key", "--renew", stdout=said)
        former = crypto.key_names()[1]
        told = [line for line in said.getvalue().splitlines() if line.startswith(f"{former} wrote")]
        assert told
        assert {int(line.split()[2]) for line in told} == {0}
        assert everything_kept() == kept
