"""A database that was restored to an older state is found out, and moves no money until two people have seen to it."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from pool import audit, registry, scope
from pool.errors import NotPermitted, Refused, SamePerson
from pool.jobs import run_job
from pool.ledger import services as ledger
from pool.models import AuditEvent, Notice, RestoreAcceptance, Role
from pool.services import anchors, sealing
from tests.pool.people import person

TODAY = date(2025, 1, 16)
TOMORROW = date(2025, 1, 17)
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ANCHOR_FOLDER = str(tmp_path / "anchors")
    return tmp_path / "anchors"


def anchored(on: date = TODAY) -> anchors.Anchor:
    """Something happened, was sealed and anchored."""
    someone = person()
    with scope.everything():
        audit.record("test.tell", someone, by=someone, on=on)
    sealing.seal()
    assert run_job("audit.anchor", on).result["anchored"]
    found = anchors.last()
    assert found is not None
    return found


def restored_to_an_older_state(folder: Path) -> anchors.Anchor:
    """As after a restore: the file knows a day that the database does not."""
    known = anchored()
    file = folder / anchors.FILE
    later = anchors.Anchor(
        **{**json.loads(known.line()), "seq": known.seq + 9, "head": "f" * 64, "previous": known.hash}
    )
    with file.open("a") as lines:
        lines.write(later.line() + "\n")
    return later


def appropriate(key: str = "k") -> Any:
    with scope.everything():
        return ledger.appropriate(
            key=key, amount=Decimal("100.00"), on=TODAY,
            prepared_by=person(Role.FINANCE_CLERK), approved_by=person(Role.FINANCE_APPROVER),
        )  # fmt: skip


def propose(by: Any, reason: str = "备份恢复") -> RestoreAcceptance:
    with scope.everything():
        return anchors.propose(reason=reason, by=by, on=TOMORROW)


def confirm(row: RestoreAcceptance, by: Any) -> None:
    with scope.everything():
        anchors.confirm(acceptance_id=row.pk, by=by, on=TOMORROW)


def test_each_day_adds_one_line_that_follows_from_the_one_before(folder: Path) -> None:
    first = anchored()
    second = anchored(TOMORROW)
    assert second.previous == first.hash
    assert [one.seq for one in anchors.written()] == [first.seq, second.seq]
    with scope.everything():
        assert AuditEvent.objects.get(seq=second.seq).hash == second.head
        assert list(anchors.problems()) == []
    assert appropriate().pk


def test_a_line_taken_out_or_changed_is_found_and_stops_money(folder: Path) -> None:
    anchored()
    anchored(TOMORROW)
    file = folder / anchors.FILE
    file.write_text(file.read_text().splitlines()[1] + "\n")
    with scope.everything():
        assert "第 1 行" in next(anchors.problems())
    file.write_text("nonsense\n")
    with pytest.raises(Refused) as told:
        appropriate()
    assert told.value.code == "anchors_broken"


def test_a_file_that_cannot_be_read_is_told_to_those_who_mend_it(folder: Path) -> None:
    anchored()
    (folder / anchors.FILE).write_text("nonsense\n")
    system = Client()
    system.force_login(person(Role.SYSTEM_ADMIN))
    for address in ("home", "anchors"):
        answer = system.get(reverse(address))
        assert answer.status_code == 200
        assert "无法读取" in answer.content.decode()


def test_a_chain_that_was_rewritten_whole_differs_from_its_anchor(folder: Path) -> None:
    """Whoever could write every hash anew has another head than the folder knows."""
    known = anchored()
    other = anchors.Anchor(**{**json.loads(known.line()), "head": "0" * 64})
    (folder / anchors.FILE).write_text(other.line() + "\n")
    with scope.everything():
        assert "与审计链不符" in next(anchors.problems())


def test_an_older_database_moves_no_money_and_fails_verification(folder: Path) -> None:
    restored_to_an_older_state(folder)
    with pytest.raises(Refused) as told:
        appropriate()
    assert told.value.code == "older_state"
    with pytest.raises(SystemExit):
        call_command("verify")
    assert run_job("audit.anchor", TOMORROW).result == {"anchored": False, "lost": anchors.last().seq}
    with scope.everything():
        told_to = {row.role for row in Notice.objects.filter(key__startswith="anchor_lost")}
    assert told_to == {Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}


def test_two_administrators_accept_what_is_lost_and_money_moves_again(folder: Path) -> None:
    lost = restored_to_an_older_state(folder)
    security, system = person(Role.SECURITY_ADMIN), person(Role.SYSTEM_ADMIN)
    row = propose(security, "自 1 月 15 日备份恢复，16 日办理 3 笔已补录")
    with pytest.raises(Refused, match="暂停"):
        appropriate("before")
    with pytest.raises(Refused):
        propose(security)
    confirm(row, system)
    assert appropriate("after").pk
    anchored(TOMORROW)
    assert [one.head for one in anchors.written()][1] == lost.head
    with scope.everything():
        assert list(anchors.problems()) == []


def test_only_the_two_offices_may_and_never_one_person(folder: Path) -> None:
    restored_to_an_older_state(folder)
    security = person(Role.SECURITY_ADMIN)
    for role in (Role.SYSTEM_ADMIN, Role.FINANCE_APPROVER, Role.AUTHORITY):
        with pytest.raises(NotPermitted):
            propose(person(role))
    row = propose(security)
    with pytest.raises(NotPermitted):
        confirm(row, person(Role.SECURITY_ADMIN))
    security.role = Role.SYSTEM_ADMIN
    with pytest.raises(SamePerson):
        confirm(row, security)


def test_a_whole_database_has_nothing_to_accept(folder: Path) -> None:
    anchored()
    with pytest.raises(Refused) as told:
        propose(person(Role.SECURITY_ADMIN))
    assert told.value.code == "nothing_lost"


def test_the_page_takes_both_through_it(folder: Path) -> None:
    restored_to_an_older_state(folder)
    security, system = Client(), Client()
    security.force_login(person(Role.SECURITY_ADMIN))
    system.force_login(person(Role.SYSTEM_ADMIN))
    assert "资金操作已暂停" in security.get(reverse("anchors")).content.decode()
    assert "资金操作已暂停" in system.get(reverse("home")).content.decode()
    empty = security.post(reverse("anchors"), {"form_key": "1" * 32, "reason": ""})
    assert empty.status_code == 422
    assert security.post(reverse("anchors"), {"form_key": "2" * 32, "reason": "备份恢复"}).status_code == 302
    row = RestoreAcceptance.objects.get()
    assert "确认丢失内容并恢复资金操作" in system.get(reverse("anchors")).content.decode()
    assert system.post(reverse("confirm_restore", args=[row.pk]), {"form_key": "3" * 32}).status_code == 302
    assert "与" in system.get(reverse("anchors")).content.decode()
    assert appropriate().pk


def test_without_a_folder_nothing_is_kept_and_the_page_says_so() -> None:
    assert run_job("audit.anchor", TODAY).result == {"anchored": False}
    auditor = Client()
    auditor.force_login(person(Role.AUDITOR))
    assert "未设置锚点存放位置" in auditor.get(reverse("anchors")).content.decode()
    assert registry.jobs["audit.anchor"].order > registry.jobs["audit.seal"].order
