"""A backup can be restored, is never written over anything, and a damaged one restores nothing."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

from config.dev import backup
from config.dev.say import Stop
from tests.factories.people import person
from tests.plugins import postgres


@pytest.fixture
def environment(committed_db: str, tmp_path: Path) -> dict[str, str]:
    """A database with somebody in it, a file, an anchor."""
    person("auditor")
    (tmp_path / "media" / "ab").mkdir(parents=True)
    (tmp_path / "media" / "ab" / "abcd").write_bytes(b"evidence")
    (tmp_path / "anchors").mkdir()
    (tmp_path / "anchors" / "anchors.jsonl").write_text("{}\n")
    return {
        "DATABASE_OWNER_URL": postgres.url_of(committed_db, "owner"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "ANCHOR_FOLDER": str(tmp_path / "anchors"),
    }


@pytest.fixture
def other(environment: dict[str, str]) -> Iterator[str]:
    """The name of a database that is not there yet, and is gone afterwards."""
    name = f"rcpool_clone_restored_{uuid4().hex[:8]}"
    yield name
    backup.drop(name, environment)


def people_in(database: str) -> int:
    with psycopg2.connect(postgres.url_of(database, "owner")) as session, session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pool_user")
        return int(cursor.fetchone()[0])


def test_what_was_backed_up_comes_back(environment: dict[str, str], other: str, tmp_path: Path) -> None:
    backup.take(tmp_path / "kept", environment)
    backup.restore(tmp_path / "kept", other, tmp_path / "files", environment)
    assert people_in(other) == 1
    assert (tmp_path / "files" / "ab" / "abcd").read_bytes() == b"evidence"
    with psycopg2.connect(postgres.url_of(other)) as session, session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM loans_loan")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM pool_auditevent")


@pytest.mark.parametrize("harm", ["altered", "missing", "new", "unfinished"])
def test_a_damaged_backup_is_named_and_restores_nothing(
    environment: dict[str, str], other: str, tmp_path: Path, harm: str
) -> None:
    kept = tmp_path / "kept"
    backup.take(kept, environment)
    file = kept / "media" / "ab" / "abcd"
    if harm == "altered":
        file.write_bytes(b"other")
    elif harm == "missing":
        file.unlink()
    elif harm == "new":
        (kept / "media" / "more").write_bytes(b"")
    else:
        (kept / backup.LIST).unlink()
    with pytest.raises(Stop, match="list cannot be read" if harm == "unfinished" else "damaged: media/"):
        backup.restore(kept, other, tmp_path / "files", environment)
    assert not (tmp_path / "files").exists()
    with pytest.raises(psycopg2.OperationalError):
        people_in(other)


def test_nothing_is_ever_written_over(
    environment: dict[str, str], committed_db: str, other: str, tmp_path: Path
) -> None:
    backup.take(tmp_path / "kept", environment)
    with pytest.raises(Stop, match="never written over"):
        backup.take(tmp_path / "kept", environment)
    with pytest.raises(Stop, match="nothing was restored"):
        backup.restore(tmp_path / "kept", other, tmp_path / "media", environment)
    with pytest.raises(Stop, match="could not be made"):
        backup.restore(tmp_path / "kept", committed_db, tmp_path / "files", environment)


def test_without_the_owner_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="DATABASE_OWNER_URL"):
        backup.take(tmp_path / "kept", {})
