"""Agreements, membership, accounts, listings, violations: who may enter them, and that it takes two."""

from datetime import date
from decimal import Decimal

import pytest

from banks import selectors, services
from banks.models import Agreement, PayeeAccount, Violation
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import AuditEvent, Role
from tests.factories.banks import confirmed_violation, listed_dishonest, payee_account, proposed_sanction
from tests.factories.people import JOINED, TODAY, bank_team, person
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db


@built_once
def team():
    return bank_team("甲银行")


def test_a_bank_without_a_local_branch_is_no_partner():
    with scope.everything(), pytest.raises(Refused) as no:
        services.register_bank(
            code="X1", name="外地银行", short_name="外地", credit_code="9" * 18, joined_on=JOINED,
            has_local_branch=False, by=person(Role.MANAGER_STATISTICS), on=JOINED,
        )  # fmt: skip
    assert (no.value.code, no.value.article) == ("no_local_branch", "7")


def test_only_the_manager_registers_a_bank():
    with scope.everything(), pytest.raises(NotPermitted):
        services.register_bank(
            code="X2", name="某银行", short_name="某", credit_code="9" * 18, joined_on=JOINED,
            by=person(Role.AUTHORITY), on=JOINED,
        )  # fmt: skip


def test_a_bank_may_enter_loans_while_both_agreements_are_in_force(team):
    with scope.bank_scope(team.pk):
        assert selectors.may_enter(team.pk, TODAY) is None
        assert selectors.may_enter(team.pk, date(2023, 2, 28)).provision == "agreement_parties"


def test_one_agreement_is_not_enough():
    alone = bank_team("乙银行", agreements=False)
    with scope.everything():
        services.register_agreement(
            bank_id=alone.pk, counterparty=Agreement.Counterparty.MANAGER, number="1", signed_on=JOINED,
            valid_from=JOINED, valid_to=None, by=person(Role.MANAGER_STATISTICS), on=JOINED,
        )  # fmt: skip
        bar = selectors.may_enter(alone.pk, TODAY)
    assert bar.code == "agreement_missing"
    assert bar.facts["missing"] == ("finance_centre",)


def test_an_agreement_counts_on_its_last_day_and_not_after():
    team = bank_team("丙银行", agreements=False)
    with scope.everything():
        for counterparty, role in (
            (Agreement.Counterparty.MANAGER, Role.MANAGER_STATISTICS),
            (Agreement.Counterparty.FINANCE, Role.FINANCE_CLERK),
        ):
            services.register_agreement(
                bank_id=team.pk, counterparty=counterparty, number="2", signed_on=JOINED, valid_from=JOINED,
                valid_to=TODAY, by=person(role), on=JOINED,
            )  # fmt: skip
        assert selectors.may_enter(team.pk, TODAY) is None
        assert selectors.may_enter(team.pk, date(2025, 1, 17)) is not None


def test_each_managing_body_registers_its_own_agreement(team):
    with scope.everything(), pytest.raises(NotPermitted):
        services.register_agreement(
            bank_id=team.pk, counterparty=Agreement.Counterparty.FINANCE, number="3", signed_on=TODAY,
            valid_from=TODAY, valid_to=None, by=person(Role.MANAGER_STATISTICS), on=TODAY,
        )  # fmt: skip


def test_a_cancelled_member_may_not_enter_from_that_day(team):
    with scope.everything():
        services.cancel_membership(bank_id=team.pk, by=None, on=TODAY, may_reapply_from=date(2027, 1, 16))
        assert selectors.may_enter(team.pk, date(2025, 1, 15)) is None
        assert selectors.may_enter(team.pk, TODAY).code == "membership_cancelled"


def test_money_may_go_to_an_account_only_once_a_second_person_confirmed_it(team):
    account = payee_account(team, confirmed=False)
    with scope.bank_scope(team.pk):
        assert selectors.confirmed_payee(team.pk) is None
        assert selectors.unconfirmed_payee(team.pk) == account
        services.confirm_payee(account_id=account.pk, by=team.checker, on=TODAY, version=account.version)
        assert selectors.confirmed_payee(team.pk) == account


def test_nobody_confirms_the_account_they_entered(team):
    with scope.bank_scope(team.pk):
        both = person(Role.BANK_CHECKER, team.bank)
        account = PayeeAccount.objects.create(
            bank_id=team.pk, revision=1, account_name="某户", account_number="12345678", opening_bank="某行",
            entered_by=both,
        )  # fmt: skip
        with pytest.raises(SamePerson):
            services.confirm_payee(account_id=account.pk, by=both, on=TODAY, version=1)


def test_an_older_account_stays_the_payee_until_the_newer_is_confirmed(team):
    first = payee_account(team)
    second = payee_account(team, confirmed=False)
    with scope.bank_scope(team.pk):
        assert selectors.confirmed_payee(team.pk) == first
        services.confirm_payee(account_id=second.pk, by=team.checker, on=TODAY, version=second.version)
        assert selectors.confirmed_payee(team.pk) == second


def test_a_confirmation_of_what_has_changed_meanwhile_is_stale(team):
    account = payee_account(team, confirmed=False)
    with scope.bank_scope(team.pk), pytest.raises(Stale):
        services.confirm_payee(account_id=account.pk, by=team.checker, on=TODAY, version=account.version + 1)


def test_the_account_number_is_neither_in_the_table_nor_in_the_audit_trail(team):
    account = payee_account(team)
    with scope.everything():
        raw = (
            PayeeAccount.objects.filter(pk=account.pk).extra(select={"raw": "account_number"}).values_list("raw")[0][0]
        )
        told = AuditEvent.objects.filter(action="banks.confirm_payee", subject_id=str(account.pk)).get().after
    assert account.account_number not in raw
    assert "4403001234567890123" not in str(told)


def test_a_listing_bars_from_its_first_day_until_the_day_of_removal(team):
    listing = listed_dishonest(team, date(2025, 1, 10))
    with scope.everything():
        services.end_listing(
            listing_id=listing.pk,
            listed_to=date(2025, 1, 16),
            by=person(Role.MANAGER_STATISTICS),
            on=TODAY,
            reason="移出",
        )
        days = [date(2025, 1, 9), date(2025, 1, 10), date(2025, 1, 15), date(2025, 1, 16)]
        assert [selectors.is_dishonest(team.pk, day) for day in days] == [False, True, True, False]


def test_a_violation_is_decided_by_the_authority(team):
    found = confirmed_violation(team, 2024)
    assert (found.state, found.confirmed_on) == (Violation.State.DECIDED, TODAY)
    for role in (Role.MANAGER_STATISTICS, Role.MANAGER_APPROVER, Role.SUPERVISOR):
        with scope.everything(), pytest.raises(NotPermitted):
            services.decide_sanction(found, by=person(role), on=TODAY, opinion="")


def test_what_is_taken_back_states_its_rate_and_its_day(team):
    for facts, field in (
        ({"rate": None, "pay_by": date(2025, 2, 16)}, "rate"),
        ({"rate": Decimal("3.45"), "pay_by": None}, "pay_by"),
        ({"rate": Decimal("3.45"), "pay_by": TODAY}, "pay_by"),
        ({"rate": Decimal("3.45"), "pay_by": date(2025, 2, 16), "rectify_by": TODAY}, "rectify_by"),
    ):
        with pytest.raises(Refused) as no:
            proposed_sanction(team, claws_back=True, **facts)
        assert (no.value.field, no.value.article) == (field, "28")


def test_a_banks_administrator_takes_on_people_of_their_own_bank_only(team):
    other = bank_team("丁银行")
    with scope.bank_scope(team.pk):
        services.add_member(
            bank_id=team.pk, username="new-one", display_name="新人", role=Role.BANK_MAKER,
            password="long enough 2025", by=team.admin, on=TODAY,
        )  # fmt: skip
        with pytest.raises(NotPermitted):
            services.add_member(
                bank_id=other.pk, username="spy", display_name="某", role=Role.BANK_MAKER, password="long enough 2025",
                by=team.admin, on=TODAY,
            )  # fmt: skip


def test_a_person_switched_off_cannot_act_any_more(team):
    membership = team.maker.membership
    with scope.bank_scope(team.pk):
        services.set_member_active(membership_id=membership.pk, active=False, by=team.admin, on=TODAY)
        team.maker.refresh_from_db()
        with pytest.raises(NotPermitted):
            services.enter_payee(
                bank_id=team.pk,
                account_name="某",
                account_number="12345678",
                opening_bank="某",
                by=team.maker,
                on=TODAY,
            )
