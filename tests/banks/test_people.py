"""The bank's own administrator: leavers with their open work, roles, second factors reset by two."""

from uuid import uuid4

import pytest
from django.test import Client

from banks import selectors, services
from banks.models import Handover
from claims.models import Claim
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson
from pool.models import ApiToken, AuditEvent, FactorReset, Notice, OpenSession, Role, SecondFactor
from pool.selectors import todos_of
from pool.services import factors, feeds, sessions, tokens
from tests.factories import claims as make
from tests.factories.people import TODAY, BankTeam, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


@built_once
def team() -> BankTeam:
    return make.good_team()


def colleague(team: BankTeam, role: str = Role.BANK_MAKER):
    with scope.bank_scope(team.pk):
        return services.enrol(
            bank_id=team.pk, username=f"c-{uuid4().hex[:8]}", display_name="同事", role=role, password=None, by=None,
            on=TODAY,
        ).user  # fmt: skip


def leave(team: BankTeam, successor=None, **given) -> Handover:
    with scope.bank_scope(team.pk):
        membership = team.maker.membership
        facts = {"successor_id": successor.pk if successor else None, "reason": "离职", "version": membership.version}
        return services.leave(membership_id=membership.pk, by=team.admin, on=TODAY, **(facts | given))


def test_a_leaver_with_open_work_needs_a_successor_at_the_same_desk(team: BankTeam) -> None:
    make.drafted_claim(team)
    with pytest.raises(Refused) as no:
        leave(team)
    assert no.value.code == "successor_missing"
    with pytest.raises(Refused):
        leave(team, team.checker)  # another desk
    with pytest.raises(Refused):
        leave(team, make.good_team().maker)  # another bank
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.set_member_active(membership_id=team.maker.membership.pk, active=False, by=team.admin, on=TODAY)
    assert no.value.code == "drafts_open"


def test_the_successor_is_told_and_finds_the_work_until_it_is_done(team: BankTeam) -> None:
    claim = make.drafted_claim(team)
    heir = colleague(team)
    handed = leave(team, heir)
    assert handed.successor_id == heir.pk and handed.items == [{"label": "未提交的补偿申请", "count": 1}]
    with scope.bank_scope(team.pk):
        assert Notice.objects.filter(user=heir).exists()
        taken = [todo for todo in todos_of(heir, TODAY) if "接手" in todo.title]
        assert [(todo.count, todo.url) for todo in taken] == [(1, "/claims/?state=draft")]
        assert Claim.objects.get(pk=claim.pk).made_by_id == team.maker.pk  # who prepared it stays true
        services_of_claims = make.services
        services_of_claims.withdraw_claim(
            claim_id=claim.pk, by=heir, on=TODAY, version=make.fresh(claim).version, reason="客户还清"
        )
        assert not [todo for todo in todos_of(heir, TODAY) if "接手" in todo.title]


def test_what_was_taken_over_is_handed_on_when_the_successor_leaves_too(team: BankTeam) -> None:
    make.drafted_claim(team)
    first, second = colleague(team), colleague(team)
    leave(team, first)
    with scope.bank_scope(team.pk):
        membership = first.membership
        with pytest.raises(Refused):
            services.leave(
                membership_id=membership.pk, successor_id=None, reason="离职", by=team.admin, on=TODAY,
                version=membership.version,
            )  # fmt: skip
        services.leave(
            membership_id=membership.pk, successor_id=second.pk, reason="离职", by=team.admin, on=TODAY,
            version=membership.version,
        )  # fmt: skip
        assert [draft.count for draft in selectors.open_work(second)] == [1]


def test_every_door_of_a_leaver_closes(team: BankTeam) -> None:
    client = Client()
    client.force_login(team.maker)
    with scope.bank_scope(team.pk):
        token = tokens.issue(user=team.maker, name="x", scopes=["loans:read"], by=team.maker, on=TODAY)[0]
        feed = feeds.open_feed(user=team.maker, by=team.maker, on=TODAY)
        sessions.begin(team.maker, address="127.0.0.1", browser="x")
    assert client.get("/").status_code == 200
    leave(team)
    assert client.get("/")["Location"].startswith("/login/")
    assert not OpenSession.objects.filter(user=team.maker, ended_at=None).exists()
    assert not ApiToken.objects.filter(user=team.maker, revoked_at=None).exists()
    assert Client().get("/api/v1/loans/", headers={"Authorization": f"Bearer {token}"}).status_code in {401, 403}
    assert Client().get(f"/calendar/{feed}.ics").status_code == 404
    with scope.bank_scope(team.pk):
        services.set_member_active(membership_id=team.maker.membership.pk, active=True, by=team.admin, on=TODAY)
    assert Client().get(f"/calendar/{feed}.ics").status_code == 404  # what was ended does not come back
    with scope.everything():
        assert AuditEvent.objects.filter(action="banks.hand_over").exists()


def test_a_change_of_desk_hands_over_and_signs_out(team: BankTeam) -> None:
    make.drafted_claim(team)
    heir = colleague(team)
    client = Client()
    client.force_login(team.maker)
    with scope.bank_scope(team.pk):
        membership = team.maker.membership
        given = {"reason": "轮岗", "by": team.admin, "on": TODAY, "version": membership.version}
        with pytest.raises(Refused):
            services.change_role(membership_id=membership.pk, role=Role.BANK_CHECKER, successor_id=None, **given)
        with pytest.raises(Refused):
            services.change_role(membership_id=membership.pk, role=Role.AUDITOR, successor_id=heir.pk, **given)
        services.change_role(membership_id=membership.pk, role=Role.BANK_CHECKER, successor_id=heir.pk, **given)
    team.maker.refresh_from_db()
    assert team.maker.role == Role.BANK_CHECKER
    assert client.get("/")["Location"].startswith("/login/")


def test_an_administrator_changes_neither_themselves_nor_another_bank(team: BankTeam) -> None:
    other = make.good_team()
    with scope.everything():
        own, theirs = team.admin.membership, other.maker.membership
        for membership, refusal in ((own, Refused), (theirs, NotPermitted)):
            with pytest.raises(refusal):
                services.leave(
                    membership_id=membership.pk, successor_id=None, reason="x", by=team.admin, on=TODAY,
                    version=membership.version,
                )  # fmt: skip


def test_a_second_factor_is_reset_by_two_administrators_of_the_bank(team: BankTeam) -> None:
    SecondFactor.objects.create(user=team.checker, secret="ab", confirmed=True)
    second = colleague(team, Role.BANK_ADMIN)
    with scope.bank_scope(team.pk):
        row = factors.propose_reset(user_id=team.checker.pk, by=team.admin, on=TODAY, reason="手机遗失，已当面核验")
        with pytest.raises(SamePerson):
            factors.decide_reset(reset_id=row.pk, agree=True, by=team.admin, on=TODAY)
        with pytest.raises(SamePerson):
            factors.decide_reset(reset_id=row.pk, agree=True, by=team.checker, on=TODAY)
        with pytest.raises(NotPermitted):
            factors.decide_reset(reset_id=row.pk, agree=True, by=team.maker, on=TODAY)
        assert any("重置动态口令" in todo.title and todo.mine for todo in todos_of(second, TODAY))
        factors.decide_reset(reset_id=row.pk, agree=True, by=second, on=TODAY)
    assert factors.factor_of(team.checker) is None


def test_another_banks_administrator_has_no_part_in_it_and_the_portals_may_be_the_second(team: BankTeam) -> None:
    SecondFactor.objects.create(user=team.checker, secret="ab", confirmed=True)
    stranger = make.good_team().admin
    with scope.everything():
        with pytest.raises(NotPermitted):
            factors.propose_reset(user_id=team.checker.pk, by=stranger, on=TODAY, reason="x")
        row = factors.propose_reset(user_id=team.checker.pk, by=team.admin, on=TODAY, reason="x")
        with pytest.raises(NotPermitted):
            factors.decide_reset(reset_id=row.pk, agree=True, by=stranger, on=TODAY)
        factors.decide_reset(reset_id=row.pk, agree=True, by=person(Role.SECURITY_ADMIN), on=TODAY)
    assert FactorReset.objects.get().outcome == FactorReset.State.DONE


def test_the_one_page_shows_people_resets_account_and_hand_overs(team: BankTeam) -> None:
    make.drafted_claim(team)
    client = Client()
    client.force_login(team.admin)
    page = client.get("/banks/manage/", follow=True).content.decode()
    for words in ("离岗交接", "变更角色", "动态口令", "收款专用账户", "离岗交接记录"):
        assert words in page
    membership = team.maker.membership
    form = client.get(f"/banks/members/{membership.pk}/leave/").content.decode()
    assert "未提交的补偿申请 1" in form
    key = form.split('name="form_key" value="')[1].split('"')[0]
    heir = colleague(team)
    given = {"form_key": key, "version": membership.version, "successor": str(heir.pk), "reason": "离职"}
    assert client.post(f"/banks/members/{membership.pk}/leave/", given).status_code == 302
    assert "离职" in client.get("/banks/manage/", follow=True).content.decode()
