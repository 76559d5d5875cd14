"""Acts of an insider: the application's account is stopped, the owner's is found out by the verification."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings as configured
from django.db import DatabaseError, connection, transaction

from pool import scope
from pool.models import StoredFile
from pool.services import anchors, sealing
from tests.assurance import copies, ending
from tests.assurance.sizes import told
from tests.factories import claims as make
from tests.factories.recovery import Project, received, reported
from tests.plugins.postgres import owner_session

BACK = date(2025, 2, 24)


@dataclass(frozen=True)
class Tamper:
    """What is written; with `past`, the guards of that table are switched off around it, as only the owner can."""

    name: str
    sql: str
    past: str = ""

    def as_owner(self) -> str:
        if not self.past:
            return self.sql
        return (
            f"ALTER TABLE {self.past} DISABLE TRIGGER USER; {self.sql};"
            f" ALTER TABLE {self.past} ENABLE TRIGGER USER; {ALWAYS.format(table=self.past)}"
        )


# Put back as they were, so that only what was written can give the act away.
ALWAYS = """DO $$ DECLARE one text; BEGIN FOR one IN SELECT tgname FROM pg_trigger
 WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal LOOP
 EXECUTE format('ALTER TABLE {table} ENABLE ALWAYS TRIGGER %I', one); END LOOP; END $$"""

TAMPERS = [
    Tamper("an entry's amount", "UPDATE ledger_entry SET amount = amount + 1 WHERE amount > 0", "ledger_entry"),
    Tamper(
        "both legs of a payment",
        "UPDATE ledger_entry SET amount = amount * 2, balance_after = balance_after * 2", "ledger_entry",
    ),
    Tamper("an entry gone", "DELETE FROM ledger_entry WHERE id = (SELECT max(id) FROM ledger_entry)", "ledger_entry"),
    Tamper("entries emptied", "TRUNCATE ledger_entry CASCADE", "ledger_entry"),
    Tamper(
        "another claim's payment", "UPDATE ledger_entry SET subject = gen_random_uuid() WHERE subject IS NOT NULL",
        "ledger_entry",
    ),
    Tamper("a voucher of its own", "INSERT INTO ledger_ledgertransaction (scheme_id, key, body_hash, kind, occurred_on,"
           " recorded_at, article, reference) VALUES ('shenzhen', 'mine', '', 'fee', now(), now(), '', '')",
           "ledger_ledgertransaction"),
    Tamper("a balance", "UPDATE ledger_account SET balance = balance + 100 WHERE code = 'cash'", "ledger_account"),
    Tamper("a version", "UPDATE ledger_account SET version = version + 1 WHERE code = 'cash'", "ledger_account"),
    Tamper("an account gone", "DELETE FROM ledger_account WHERE code = 'cash'", "ledger_account"),
    Tamper("a word of the audit", "UPDATE pool_auditevent SET reason = '另有理由' WHERE seq = 5", "pool_auditevent"),
    Tamper("whose act it was", "UPDATE pool_auditevent SET actor_name = '他人' WHERE seq = 9", "pool_auditevent"),
    Tamper("an audit row gone", "DELETE FROM pool_auditevent WHERE seq = 7", "pool_auditevent"),
    Tamper("the audit emptied", "TRUNCATE pool_auditevent CASCADE", "pool_auditevent"),
    Tamper(
        "a forged audit row",
        "INSERT INTO pool_auditevent (at, \"on\", actor_name, role, action, subject_kind, subject_id, subject_label,"
        " article, reason, request_id, seq, prev_hash, hash, algorithm) SELECT now(), \"on\", actor_name, role, action,"
        " subject_kind, subject_id, subject_label, article, reason, '', max(seq) OVER () + 1, hash, hash, algorithm"
        " FROM pool_auditevent ORDER BY seq DESC LIMIT 1", "pool_auditevent",
    ),
    Tamper("a forged move", "UPDATE pool_transition SET target = 'approved' WHERE target = 'paid'", "pool_transition"),
    Tamper("a move gone", "DELETE FROM pool_transition WHERE target = 'cleared'", "pool_transition"),
    Tamper("the moves emptied", "TRUNCATE pool_transition", "pool_transition"),
    Tamper("a file's digest", "UPDATE pool_storedfile SET sha256 = repeat('0', 64)", "pool_storedfile"),
    Tamper(
        "the bank was never over the limit",
        "UPDATE banks_standingevent SET npl_principal = npl_principal + 1 WHERE number = (SELECT max(number)"
        " FROM banks_standingevent)", "banks_standingevent",
    ),
    Tamper("the law", "UPDATE pool_rulebookedition SET sha256 = repeat('0', 64)", "pool_rulebookedition"),
    Tamper("guards off", "ALTER TABLE ledger_entry DISABLE TRIGGER USER"),
    Tamper("a guard gone", "DROP TRIGGER ledger_entry_append_only ON ledger_entry"),
    Tamper("a guard that sleeps in replicas", "ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_append_only"),
    Tamper("rows of all banks open", "ALTER TABLE claims_claim DISABLE ROW LEVEL SECURITY"),
    Tamper("a policy gone", "DROP POLICY claims_claim_scope ON claims_claim"),
    Tamper("a policy for all", "CREATE POLICY mine ON claims_claim USING (true)"),
    Tamper("triggers asleep", "SET session_replication_role = replica; DELETE FROM ledger_entry"),
]  # fmt: skip

# Rows that the application must be able to write: what it writes past the services is found out.
PAST_THE_SERVICES = {
    "a claim's amount": "UPDATE claims_claim SET amount = amount + 1",
    "a claim's state": "UPDATE claims_claim SET state = 'approved'",
    "a claim's share": "UPDATE claims_claim SET ratio = 0.10",
    "a second live claim": "UPDATE claims_payment SET state = 'instructed'",
    "a packet's state": "UPDATE claims_paperspacket SET state = 'open'",
    "a return's amount": "UPDATE recovery_return SET amount = amount - 1",
    "a return's state": "UPDATE recovery_return SET state = 'due'",
    "a recovery's amount": "UPDATE recovery_recovery SET amount = amount + 100",
    "a loan's balance": "UPDATE loans_loan SET principal = principal + 1",
    "the bank's sums": "UPDATE banks_standing SET npl_principal = 0",
    "who submitted": "UPDATE claims_claim SET submitted_by_id = made_by_id",
    "a day of payment": "UPDATE claims_payment SET instructed_on = '2024-12-11'",
}


@pytest.fixture
def lived(committed_db: str, tmp_path: Path, settings: Any) -> Iterator[str]:
    """A database in which a claim was paid and a part of it came back, sealed and anchored; all is well with it."""
    team, desk = make.good_team(volume="100000000.00"), make.Desk()
    project = Project(team, desk, make.paid_claim(team, desk, balance="1000000.00", transferred=True))
    reported(team, project.loan, "250000.00", received_on=date(2025, 2, 20), on=BACK)
    received(project.returns()[0], desk, BACK)
    settings.ANCHOR_FOLDER = str(tmp_path)
    with scope.everything():
        sealing.seal()
        anchors.drop_anchor(BACK, {"cash": "0.00", "reserved": "0.00"})
    ending.verify()
    source = copies.kept()
    yield source
    copies.dropped(source)


def as_application(sql: str) -> None:
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute(sql)


def through_as_application() -> tuple[list[str], list[str]]:
    """Acts the database let pass, and those of them that the verification did not see either; all rolled back."""
    passed, unseen = [], []
    for act in TAMPERS:
        try:
            with transaction.atomic():
                as_application(act.sql)
                connection.check_constraints()
                passed.append(act.name)
                if not ending.breaches():
                    unseen.append(act.name)
                transaction.set_rollback(True)
        except DatabaseError:
            continue
    return passed, unseen


def test_the_application_s_account_is_stopped(lived: str) -> None:
    """It must be able to add to the audit trail: what it forges there is found out. All else is stopped."""
    began, before = time.monotonic(), ending.state_digest()
    passed, unseen = through_as_application()
    told("tamper, application", began, acts=len(TAMPERS), stopped=len(TAMPERS) - len(passed), unseen=len(unseen))
    assert passed == ["a forged audit row"]
    assert not unseen
    assert ending.state_digest() == before
    ending.verify()


def test_a_seeded_bug_is_seen(lived: str) -> None:
    """Entries may be changed: no trigger, and the right to do it."""
    with copies.copy_of(lived) as name:
        with owner_session(name) as session, session.cursor() as cursor:
            cursor.execute("DROP TRIGGER ledger_entry_append_only ON ledger_entry")
            cursor.execute("GRANT UPDATE, DELETE ON ledger_entry TO PUBLIC")
        passed, _unseen = through_as_application()
    assert "an entry's amount" in passed


def test_what_the_owner_gets_through_is_found_out(lived: str) -> None:
    began, stopped, unseen = time.monotonic(), 0, []
    for act in TAMPERS:
        with copies.copy_of(lived) as name:
            try:
                with owner_session(name) as session, session.cursor() as cursor:
                    cursor.execute(act.as_owner())
            except psycopg2.Error:
                stopped += 1
                continue
            if not ending.breaches():
                unseen.append(act.name)
    told("tamper, owner", began, acts=len(TAMPERS), stopped=stopped, unseen=len(unseen))
    assert not unseen
    assert stopped < len(TAMPERS) / 2, "the acts did not get through: nothing was proven of the verification"


def test_what_the_application_writes_past_the_services_is_found_out(lived: str) -> None:
    began, unseen = time.monotonic(), []
    for name, sql in PAST_THE_SERVICES.items():
        with copies.copy_of(lived):
            try:
                as_application(sql)
            except DatabaseError:
                continue
            if not ending.breaches():
                unseen.append(name)
    told("tamper, past the services", began, acts=len(PAST_THE_SERVICES), unseen=len(unseen))
    assert not unseen


def test_an_altered_file_is_found_out(lived: str) -> None:
    with scope.everything():
        file = StoredFile.objects.earliest("pk")
    path = Path(configured.MEDIA_ROOT) / file.path
    bytes_before = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(bytes_before + b" ")
    try:
        assert "I13" in ending.breaches()
    finally:
        path.write_bytes(bytes_before)
