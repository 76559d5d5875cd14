"""Joining, being cancelled, joining again: two people each time, two agreements, two years, and nothing overwritten."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from banks import selectors, services
from banks.models import Agreement, Bank, Joining, Tenure
from banks.todos import steps_of, todos, waiting_of
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import Notice, Role, StoredFile
from pool.registry import file_guards
from tests.factories.banks import applied_to_join, scan
from tests.factories.people import JOINED, TODAY, bank_team, person, sign_agreements

pytestmark = pytest.mark.django_db
BACK = date(2027, 1, 16)
KEY = re.compile(r'name="form_key" value="([^"]+)"')


def admitted(row, on=TODAY, by=None):
    with scope.everything():
        return services.admit(
            joining_id=row.pk, by=by or person(Role.MANAGER_APPROVER), on=on, version=row.version, reason="符合第七条"
        )


def cancelled(team, on=TODAY):
    with scope.everything():
        services.cancel_membership(bank_id=team.pk, by=None, on=on, may_reapply_from=BACK)


def test_an_applicant_becomes_a_partner_by_two_people_and_enters_nothing_yet():
    row = admitted(applied_to_join())
    with scope.everything():
        bank = row.bank
        assert (row.state, bank.joined_on, bank.code) == (Joining.State.ADMITTED, TODAY, row.code)
        assert selectors.tenures_of(bank.pk).get().joining == row
        assert selectors.may_enter(bank.pk, TODAY).code == "agreement_missing"
        assert set(Notice.objects.filter(key__startswith=f"joining:{row.pk}").values_list("role", flat=True)) == {
            Role.MANAGER_STATISTICS, Role.FINANCE_CLERK,
        }  # fmt: skip


def test_whoever_took_the_application_in_does_not_decide_it():
    clerk = person(Role.MANAGER_STATISTICS)
    row = applied_to_join(by=clerk)
    with scope.everything(), pytest.raises(NotPermitted):
        services.admit(joining_id=row.pk, by=clerk, on=TODAY, version=row.version)
    clerk.role = Role.MANAGER_APPROVER
    clerk.save()
    with scope.everything(), pytest.raises(SamePerson):
        services.admit(joining_id=row.pk, by=clerk, on=TODAY, version=row.version)
    with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
        Joining.objects.filter(pk=row.pk).update(decided_by=clerk)


def test_a_sub_branch_a_paper_of_another_kind_and_a_later_day_are_refused():
    for facts, code in (
        ({"level": Joining.Level.SUB_BRANCH}, "no_local_branch"),
        ({"licence": scan("许可证.txt", b"a text")}, "file_kind"),
        ({"applied_on": TODAY + timedelta(days=1)}, "in_the_future"),
    ):
        with pytest.raises(Refused) as no:
            applied_to_join(**facts)
        assert no.value.code == code


def test_one_application_at_a_time_and_none_of_a_partner():
    row = applied_to_join()
    with pytest.raises(Refused) as no:
        applied_to_join(credit_code=row.credit_code)
    assert no.value.code == "already_applied"
    with pytest.raises(Refused) as no:
        applied_to_join(credit_code=bank_team("甲银行").bank.credit_code)
    assert (no.value.code, no.value.article) == ("is_partner", "7")


def test_a_decision_of_what_has_changed_meanwhile_is_stale_and_a_refusal_says_why():
    row = applied_to_join()
    with scope.everything():
        approver = person(Role.MANAGER_APPROVER)
        with pytest.raises(Stale):
            services.admit(joining_id=row.pk, by=approver, on=TODAY, version=row.version + 1)
        with pytest.raises(Refused) as no:
            services.refuse_joining(joining_id=row.pk, by=approver, on=TODAY, version=row.version, reason=" ")
        assert no.value.code == "reason_missing"
        row = services.refuse_joining(
            joining_id=row.pk, by=approver, on=TODAY, version=row.version, reason="许可证过期"
        )
    assert (row.state, row.bank_id, row.reason) == (Joining.State.REFUSED, None, "许可证过期")


def test_a_cancelled_bank_applies_again_on_the_day_two_years_later_and_not_before():
    team = bank_team("乙银行")
    cancelled(team)
    before = {"credit_code": team.bank.credit_code, "name": team.bank.name, "short_name": "乙银行"}
    with pytest.raises(Refused) as no:
        applied_to_join(BACK - timedelta(days=1), **before)
    assert (no.value.code, no.value.article) == ("too_early_to_apply", "24")
    assert "2027-01-16" in str(no.value)
    row = applied_to_join(BACK, **before)
    assert (row.bank_id, row.code) == (team.pk, team.bank.code)


def test_who_is_admitted_again_keeps_both_stays_and_the_days_between_stay_barred():
    team = bank_team("丙银行")
    cancelled(team)
    row = applied_to_join(BACK, credit_code=team.bank.credit_code)
    admitted(row, on=BACK + timedelta(days=10))
    with scope.everything():
        bank = Bank.objects.get(pk=team.pk)
        stays = [(stay.began_on, stay.ended_on) for stay in selectors.tenures_of(team.pk)]
        days = [TODAY - timedelta(days=1), TODAY, BACK + timedelta(days=9), BACK + timedelta(days=10)]
        assert (bank.cancelled_on, bank.joined_on) == (None, date(2023, 3, 1))
        assert stays == [(date(2023, 3, 1), TODAY), (BACK + timedelta(days=10), None)]
        assert [selectors.membership_finding(team.pk, day).failed for day in days] == [False, True, True, False]
        assert [bank in selectors.members_on(day) for day in days] == [True, False, False, True]


def test_a_stay_that_is_over_is_never_rewritten():
    team = bank_team("丁银行")
    with scope.everything(), pytest.raises(DatabaseError), transaction.atomic():
        Tenure.objects.filter(bank=team.bank).update(began_on=TODAY)


def agreement(team, counterparty, role, valid_to, **facts):
    with scope.everything():
        return services.register_agreement(
            bank_id=team.pk, counterparty=counterparty, number="HZ-1", signed_on=JOINED, valid_from=JOINED,
            valid_to=valid_to, by=person(role), on=TODAY, **facts,
        )  # fmt: skip


@pytest.mark.parametrize(("days", "listed"), [(61, False), (60, True), (0, True), (-1, True)])
def test_an_agreement_that_ends_soon_is_on_its_keeper_s_list_and_known_to_the_bank(days, listed):
    team = bank_team("戊银行", agreements=False)
    agreement(team, Agreement.Counterparty.MANAGER, Role.MANAGER_STATISTICS, None)
    agreement(team, Agreement.Counterparty.FINANCE, Role.FINANCE_CLERK, TODAY + timedelta(days=days))
    with scope.everything():
        clerk = [one for one in todos(person(Role.FINANCE_CLERK), TODAY) if "合作协议" in one.title]
        statistics = [one for one in todos(person(Role.MANAGER_STATISTICS), TODAY) if "合作协议" in one.title]
    with scope.bank_scope(team.pk):
        known = [one for one in todos(team.maker, TODAY) if "合作协议" in one.title]
    assert (len(clerk), len(statistics), len(known)) == (int(listed), 0, int(listed))
    assert not any(one.mine for one in known)
    if listed:
        assert ("到期" in clerk[0].title) == (days >= 0)


def test_a_renewal_takes_the_agreement_off_the_list():
    team = bank_team("己银行", agreements=False)
    with scope.everything():
        sign_agreements(team.bank, TODAY)
        assert waiting_of(team.bank, TODAY) == []
        assert steps_of(team.bank, TODAY) == []


def test_the_way_to_the_first_loan_names_what_is_missing():
    team = bank_team("庚银行", agreements=False)
    agreement(team, Agreement.Counterparty.MANAGER, Role.MANAGER_STATISTICS, None)
    with scope.everything():
        states = [step["state"] for step in steps_of(team.bank, TODAY)]
        waiting = waiting_of(team.bank, TODAY)
    assert states == ["done", "done", "current", "todo"]
    assert [one.waiting_for for one in waiting] == ["深圳市财政金融服务中心"]


def test_the_scan_of_an_agreement_is_for_its_bank_and_the_public_bodies():
    team, other = bank_team("辛银行", agreements=False), bank_team("壬银行")
    row = agreement(team, Agreement.Counterparty.MANAGER, Role.MANAGER_STATISTICS, None, document=scan("协议.pdf"))
    with scope.everything():
        file = StoredFile.objects.get(pk=row.document_id)
        guard = file_guards.get("agreement")
        asked = (team.maker, person(Role.AUTHORITY), other.maker, person(Role.SYSTEM_ADMIN))
        assert [guard.fn(one, file) for one in asked] == [True, True, False, False]
        assert not file_guards.get("joining_paper").fn(team.maker, file)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_take_an_application_in_and_another_person_agrees():
    clock.set_day(TODAY)
    clerk, approver = signed_in(person(Role.MANAGER_STATISTICS)), signed_in(person(Role.MANAGER_APPROVER))
    form = clerk.get(reverse("banks:joining_new")).content.decode()
    sent = {
        "form_key": KEY.search(form)[1], "name": "某某银行股份有限公司深圳分行", "short_name": "某某银行", "code": "N1",
        "credit_code": "91440300MA5XXXX11X", "kind": "bank", "level": "branch", "licence_number": "B1",
        "applied_on": "2025-01-16", "licence": scan(), "undertaking": scan("申请书.pdf"),
    }  # fmt: skip
    assert clerk.post(reverse("banks:joining_new"), sent).status_code == 302
    with scope.everything():
        row = Joining.objects.get(code="N1")
    page = approver.get(row.get_absolute_url()).content.decode()
    assert "同意加盟" in page and "申请书.pdf" in page
    assert "同意加盟" not in clerk.get(row.get_absolute_url()).content.decode()
    done = approver.post(
        reverse("banks:joining_admit", args=[row.pk]), {"form_key": KEY.search(page)[1], "version": row.version}
    )
    assert done.status_code == 302
    with scope.everything():
        bank = Bank.objects.get(code="N1")
    shown = clerk.get(bank.get_absolute_url()).content.decode()
    assert "加盟进度" in shown and "须与高新投集团签订合作协议" in shown


def test_a_refusal_stands_beside_its_field():
    clock.set_day(TODAY)
    clerk = signed_in(person(Role.MANAGER_STATISTICS))
    team = bank_team("癸银行")
    cancelled(team)
    form = clerk.get(reverse("banks:joining_new"), {"bank": team.pk}).content.decode()
    assert team.bank.credit_code in form
    sent = {
        "form_key": KEY.search(form)[1], "name": "癸", "short_name": "癸银行", "code": team.bank.code, "kind": "bank",
        "credit_code": team.bank.credit_code, "level": "branch", "licence_number": "B1", "applied_on": "2025-01-16",
        "licence": scan(), "undertaking": scan(),
    }  # fmt: skip
    answer = clerk.post(reverse("banks:joining_new"), sent)
    assert "2027-01-16 起方可再次申请" in answer.content.decode()
