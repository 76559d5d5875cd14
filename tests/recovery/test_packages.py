"""Registered transfers: the price shared to the fen, each share a recovery, all in one act (19(6), I18)."""

from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from pool import clock, scope
from pool.errors import NotPermitted, Refused, Stale
from pool.models import Role, User
from recovery import invariants, rules, selectors, services, terms, todos
from recovery.models import Package, PackageItem, Recovery, Return
from recovery.services import recoveries
from tests.factories.claims import npl_loan, pdf_bytes
from tests.factories.people import person
from tests.factories.recovery import (
    Project,
    applied_package,
    applied_settlement,
    good_team,
    prepared,
    prepared_package,
    projects,
    reported,
)
from tests.factories.recovery import fresh as read_again
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
ON = date(2025, 2, 20)
PAID = date(2025, 2, 18)
FEN = st.integers(1, 10**11).map(lambda fen: Decimal(fen) / 100)


# --- the rule ---------------------------------------------------------------------------------------------------------


@given(FEN, st.dictionaries(st.text("0123456789", min_size=1, max_size=4), FEN, min_size=1, max_size=12), st.randoms())
def test_shares_add_up_are_never_negative_and_know_no_order(price: Decimal, principal: Any, chance: Any) -> None:
    shares = rules.share_price(price, principal)
    assert sum(shares.values()) == price and all(share >= 0 for share in shares.values())
    names = list(principal)
    chance.shuffle(names)
    assert rules.share_price(price, {name: principal[name] for name in names}) == shares
    whole = sum(principal.values())
    assert all(abs(shares[name] - price * principal[name] / whole) < Decimal("0.01") for name in principal)


@given(FEN, st.dictionaries(st.text("0123456789", min_size=1, max_size=4), FEN, min_size=1, max_size=8), FEN)
def test_what_else_was_sold_takes_its_part(price: Decimal, principal: Any, other: Decimal) -> None:
    shares = rules.share_price(price, principal, other)
    assert Decimal(0) <= sum(shares.values()) <= price and set(shares) == set(principal)


def test_the_last_fen_goes_to_the_largest_remainder_then_to_the_larger_loan_then_to_the_lower_number() -> None:
    third = Decimal("1.00")
    assert rules.share_price(Decimal("100.00"), {"C": third, "A": third, "B": third}) == {
        "A": Decimal("33.34"), "B": Decimal("33.33"), "C": Decimal("33.33")
    }  # fmt: skip
    assert rules.share_price(Decimal("0.05"), {"A": Decimal("1.00"), "B": Decimal("2.00")}) == {
        "A": Decimal("0.02"), "B": Decimal("0.03")
    }  # fmt: skip


# --- the act ----------------------------------------------------------------------------------------------------------


def sale(loans: dict[str, Decimal | None], price: str = "270000.01", **more: Any) -> services.Sale:
    said = {"registration_number": "YD20250001", "buyer": "深圳某资产管理有限公司", "transferred_on": PAID} | more
    return services.Sale(received_on=said.pop("received_on", PAID), price=Decimal(price), loans=loans, **said)


def numbers(*made: Project) -> dict[str, Decimal | None]:
    return {one.loan.loan_number: None for one in made}


def filed(one: Project, made: Any, *, on: date = ON) -> Package:
    return applied_package(one.team, made, on)


def refused(one: Project, made: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        prepared_package(one.team, made, ON)


def decided(package: Package, *, accept: bool = True, on: date = ON, reason: str = "") -> Package:
    clock.set_day(on)
    with scope.everything():
        return services.decide_package(
            package_id=package.pk, accept=accept, reason=reason, by=person(Role.MANAGER_REVIEWER), on=on,
            version=package.version,
        )  # fmt: skip


def items(package: Package) -> list[PackageItem]:
    with scope.everything():
        return list(selectors.items_of(package))


@built_once
def three() -> list[Project]:
    """120,000.00 compensated at 40 % each, of one bank, each with 300,000.00 of principal."""
    return projects(3, team=good_team(), balance="300000.00")


def test_a_package_becomes_a_recovery_a_loan_and_a_return_each_to_the_fen(three: list[Project]) -> None:
    first = three[0]
    reported(first.team, first.loan, "75000.00", received_on=date(2025, 2, 10), on=ON)
    before = {row.pk for one in three for row in one.returns()}
    package = filed(first, sale(numbers(*three)))
    with scope.everything():
        assert not Recovery.objects.filter(package_item__isnull=False).exists()
    shares = {item.loan.loan_number: item.share for item in items(package)}
    assert sum(shares.values()) == Decimal("270000.01")
    assert shares[first.loan.loan_number] == Decimal("73636.37")  # 225,000 of 825,000, with the last fen
    accepted = decided(package, on=date(2025, 2, 25))
    rows = [item.recovery for item in items(accepted)]
    assert {row.method for row in rows} == {Recovery.Method.PACKAGE_SALE}
    assert {(row.submitted_on, row.received_on) for row in rows} == {(ON, PAID)}
    assert {row.made_by for row in rows} == {first.team.maker}
    assert {row.submitted_by for row in rows} == {first.team.checker}
    made = [row for one in three for row in one.returns() if row.pk not in before]
    assert len(made) == 3 and {row.due_on for row in made} == {terms.quarter_window(date(2025, 4, 1)).closes_on}
    due = {row.loan_id: row.amount for row in made}
    assert due[first.claim.loan_id] == Decimal("29454.55")  # 40 % of 148,636.37, less 30,000.00
    with scope.everything():
        assert not list(invariants.packages_are_their_recoveries())
        assert not list(invariants.returns_follow_the_formula()) and not list(invariants.states_are_their_logs())
        told = [todo for todo in todos.todos(first.team.maker, ON) if todo.title == "已转让的项目提出清收申请"]
        assert told[0].count == 3 and told[0].due == terms.settlement_window(PAID).closes_on
    with scope.everything(), patch.object(rules, "share_price", lambda *_given: {}):
        assert any(package.number in said for said in invariants.packages_are_their_recoveries())
    applied_settlement(first, ended_on=PAID, on=date(2025, 2, 26))
    with scope.everything():
        assert selectors.sold_and_not_settled(first.team.maker).count() == 2


def test_the_contract_may_name_each_price_and_one_loan_sold_with_others_takes_its_part(three: list[Project]) -> None:
    one, two, third = three
    agreed = {one.loan.loan_number: Decimal("390000.00"), two.loan.loan_number: Decimal("0.01")}
    refused(one, sale(agreed, "390000.02", method="agreed"), "不符")
    refused(one, sale(numbers(one), "5.00", method="agreed"), "该笔价格")
    package = decided(filed(one, sale(agreed, "390000.01", method="agreed")))
    parts = {item.loan_id: (item.share, item.principal_part) for item in items(package)}
    assert parts[one.claim.loan_id] == (Decimal("390000.00"), Decimal("300000.00"))  # the rest is interest
    with scope.everything():
        assert read_again(one.claim.determination).recovered_on == PAID  # all principal is back: out of the 3 %
    with_others = {"registration_number": "YD2", "other_principal": Decimal("900000.00")}
    single = decided(filed(third, sale(numbers(third), "150000.00", **with_others)))
    assert items(single)[0].share == Decimal("37500.00")
    assert items(single)[0].recovery.method == Recovery.Method.TRANSFER
    with scope.everything():
        assert not list(invariants.packages_are_their_recoveries())


def test_what_may_not_be_sold_is_refused_with_its_number(three: list[Project]) -> None:
    one, two, third = three
    team = one.team
    refused(one, sale(numbers(one), "0.00"), "大于零")
    refused(one, sale(numbers(one), received_on=date(2025, 3, 1)), "晚于今天")
    refused(one, sale(numbers(one), registration_number=" "), "登记编号")
    refused(one, sale(numbers(one, two, third), "0.02"), "不足一分")
    with scope.bank_scope(team.pk), pytest.raises(NotPermitted):
        services.prepare_package(sale=sale(numbers(one)), document=None, bank_id=team.pk, by=team.checker, on=ON)
    raw = npl_loan(team, "1000.00")
    clock.set_day(ON)
    refused(one, sale(numbers(one) | {raw.loan_number: None}), f"{raw.loan_number}")
    package = filed(one, sale(numbers(one)))
    refused(one, sale(numbers(one, two), registration_number="YD9"), f"已列在转让 {package.number}")
    refused(one, sale(numbers(two)), f"已用于转让 {package.number}")
    applied_settlement(two, ended_on=PAID, on=ON)
    refused(one, sale(numbers(two), registration_number="YD9"), "正在办理清收申请")
    with pytest.raises(Refused, match="不良贷款转让"):
        applied_settlement(one, ended_on=PAID, on=ON)
    prepared(team, third.loan, "1.00", received_on=PAID, on=ON)
    refused(one, sale(numbers(third), registration_number="YD9"), "清收记录的复核")


def test_another_banks_loan_is_no_loan_of_this_one() -> None:
    one, foreign = projects(2)
    refused(one, sale(numbers(one, foreign)), foreign.loan.loan_number)
    package = filed(one, sale(numbers(one)))
    with scope.bank_scope(foreign.team.pk):
        assert not Package.objects.filter(pk=package.pk).exists()
        assert not PackageItem.objects.filter(package=package.pk).exists()


def test_it_is_taken_back_before_the_review_and_the_loans_are_free_again(three: list[Project]) -> None:
    one = three[0]
    package = filed(one, sale(numbers(one)))
    said = {"package_id": package.pk, "on": ON, "version": package.version}
    with scope.bank_scope(one.team.pk):
        with pytest.raises(NotPermitted):
            services.decide_package(accept=True, reason="", by=one.team.checker, **said)
        services.cancel_package(by=one.team.maker, reason="价款有误", **said)
    again = filed(one, sale(numbers(one), "240000.00"))
    accepted = decided(again)
    with scope.bank_scope(one.team.pk), pytest.raises(Refused, match="不能办理"):
        services.cancel_package(package_id=accepted.pk, by=one.team.maker, on=ON, version=accepted.version)
    assert [row.amount for row in one.returns()] == [Decimal("96000.00")]


def test_it_is_sent_back_with_a_reason_by_somebody_who_saw_this_version(three: list[Project]) -> None:
    one = three[0]
    package = prepared_package(one.team, sale(numbers(one)), ON)
    with scope.bank_scope(one.team.pk):
        with pytest.raises(NotPermitted):
            services.submit_package(package_id=package.pk, by=one.team.maker, on=ON, version=package.version)
        with pytest.raises(Stale):
            services.submit_package(package_id=package.pk, by=one.team.checker, on=ON, version=package.version + 1)
        services.submit_package(package_id=package.pk, by=one.team.checker, on=ON, version=package.version)
    package = read_again(package)
    with pytest.raises(Refused, match="写明理由"):
        decided(package, accept=False)
    sent_back = decided(package, accept=False, reason="缺登记证明")
    assert sent_back.state == Package.State.REFUSED and items(sent_back)[0].dropped
    assert not one.returns()


def test_all_shares_are_reported_or_none_and_a_filed_package_keeps_its_words(three: list[Project]) -> None:
    one, two, _third = three
    package = filed(one, sale(numbers(*three)))
    done, told = recoveries.report, []

    def third_fails(*given: Any, **named: Any) -> None:
        told.append(given)
        if len(told) == 3:
            raise Refused("broken", "broken")
        done(*given, **named)

    with patch.object(recoveries, "report", third_fails), pytest.raises(Refused, match="broken"):
        decided(package)
    with scope.everything():
        assert not Recovery.objects.exists() and not Return.objects.exists()
        for change in ({"price": Decimal("1.00")}, {"registration_number": "X"}, {"made_by": one.team.checker}):
            with pytest.raises(Error), transaction.atomic():
                Package.objects.filter(pk=package.pk).update(**change)
        with pytest.raises(Error), transaction.atomic():
            PackageItem.objects.filter(package=package).update(share=Decimal("1.00"))
        with pytest.raises(IntegrityError), transaction.atomic():
            PackageItem.objects.create(
                package=package, bank=one.team.bank, loan=one.loan, claim=one.claim, principal_left=Decimal("1"),
                share=Decimal("1"), principal_part=Decimal("1"),
            )  # fmt: skip
    reported(two.team, two.loan, "5.00", received_on=PAID, on=ON)
    with pytest.raises(Refused, match="分摊依据已变动"):
        decided(package)
    assert read_again(package).state == Package.State.APPLIED
    assert not Recovery.objects.filter(loan=one.claim.loan_id).exists()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_lead_from_the_form_to_the_review(three: list[Project]) -> None:
    one, two, _third = three
    clock.set_day(ON)
    maker = signed_in(one.team.maker)
    form = maker.get(reverse("recovery:package_new")).content.decode()
    lines = f"{one.loan.loan_number}\n{two.loan.loan_number}\t\n\n"
    fields = {
        "form_key": form.split('name="form_key" value="')[1].split('"')[0], "registration_number": "YD1",
        "buyer": "某资产管理公司", "transferred_on": "2025-02-18", "received_on": "2025-02-18", "price": "180000.01",
        "other_principal": "0", "method": "principal", "loans": lines,
        "document": SimpleUploadedFile("合同.pdf", pdf_bytes(), "application/pdf"),
    }  # fmt: skip
    answer = maker.post(reverse("recovery:package_new"), fields, follow=True)
    seen = answer.content.decode()
    assert "90,000.01" in seen and "90,000.00" in seen and "按未收回本金比例分摊" in seen
    with scope.everything():
        package = Package.objects.get()
    reviewer = signed_in(person(Role.MANAGER_REVIEWER))
    assert reviewer.get(package.get_absolute_url()).status_code == 404  # not filed yet
    with scope.bank_scope(one.team.pk):
        services.submit_package(package_id=package.pk, by=one.team.checker, on=ON, version=package.version)
    assert "审核通过" in reviewer.get(package.get_absolute_url()).content.decode()
    assert package.number in reviewer.get(reverse("recovery:packages"), {"state": "applied"}).content.decode()
    paper = reviewer.get(reverse("recovery:package_allocation", args=[package.pk]))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    shown = maker.get(reverse("recovery:project", args=[one.claim.loan_id])).content.decode()
    assert package.number in shown
