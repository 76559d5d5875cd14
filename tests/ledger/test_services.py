from decimal import Decimal

import pytest

from pool import scope
from pool.errors import Refused, SamePerson
from pool.ledger import chart, invariants, services
from pool.ledger.models import Account, Entry, LedgerTransaction
from pool.ledger.services import Item
from tests.ledger.conftest import DAY, Cashier
from tests.pool.people import bank


def balance(code: str) -> Decimal:
    return services.balances()[code]


def test_money_goes_from_appropriation_to_reservation_to_payment_to_return(cashier: Cashier) -> None:
    cashier.fill("1000.00")
    item = cashier.item("400.00")
    cashier.reserve("plan:1", item)
    assert services.available() == Decimal("600.00")
    cashier.pay("payment:1", item)
    assert services.available() == Decimal("600.00")
    assert balance(chart.CASH) == Decimal("600.00")
    assert balance(chart.RESERVED) == 0
    assert services.net_compensation(item.subject) == Decimal("400.00")
    back = Item(item.subject, item.bank, Decimal("133.33"))
    services.receive_return(key="return:1", item=back, on=DAY, prepared_by=cashier.clerk, article="19(6)")
    assert services.net_compensation(item.subject) == Decimal("266.67")
    assert services.outstanding() == Decimal("266.67")
    assert balance(chart.CASH) == Decimal("733.33")
    assert not [*invariants.transactions_sum_to_zero(), *invariants.balances_are_their_entries()]
    assert not list(invariants.money_was_always_there())


def test_a_plan_over_the_available_money_is_refused_and_leaves_nothing(cashier: Cashier) -> None:
    cashier.fill("100.00")
    with pytest.raises(Refused) as refused:
        cashier.reserve("plan:1", cashier.item("60.00"), cashier.item("40.01"))
    assert refused.value.code == "not_enough_money"
    assert "0.01" in str(refused.value)
    assert services.available() == Decimal("100.00")
    assert LedgerTransaction.objects.count() == 1


def test_money_promised_to_one_plan_is_not_there_for_another(cashier: Cashier) -> None:
    cashier.fill("100.00")
    cashier.reserve("plan:1", cashier.item("60.00"))
    with pytest.raises(Refused, match="可用资金不足"):
        cashier.reserve("plan:2", cashier.item("40.01"))
    cashier.reserve("plan:3", cashier.item("40.00"))


def test_a_voided_reservation_is_free_again(cashier: Cashier) -> None:
    cashier.fill("100.00")
    item = cashier.item("60.00")
    cashier.reserve("plan:1", item)
    services.void_reservation(key="void:1", items=[item], on=DAY, prepared_by=cashier.clerk)
    assert services.available() == Decimal("100.00")
    with pytest.raises(Refused, match="预留"):
        services.void_reservation(key="void:2", items=[item], on=DAY, prepared_by=cashier.clerk)


def test_the_same_key_twice_gives_the_first_transaction(cashier: Cashier) -> None:
    cashier.fill("100.00")
    item = cashier.item("60.00")
    first, again = cashier.reserve("plan:1", item), cashier.reserve("plan:1", item)
    assert first.pk == again.pk
    assert balance(chart.RESERVED) == Decimal("60.00")


def test_another_body_under_a_used_key_is_refused(cashier: Cashier) -> None:
    cashier.fill("100.00")
    item = cashier.item("60.00")
    cashier.reserve("plan:1", item)
    with pytest.raises(Refused) as refused:
        cashier.reserve("plan:1", Item(item.subject, item.bank, Decimal("60.01")))
    assert refused.value.code == "key_reused"


def test_nothing_is_paid_that_is_not_reserved_for_that_claim(cashier: Cashier) -> None:
    cashier.fill("100.00")
    cashier.reserve("plan:1", cashier.item("60.00"))
    with pytest.raises(Refused) as refused:
        cashier.pay("payment:1", cashier.item("60.00"))
    assert refused.value.code == "not_reserved"


def test_one_payment_goes_to_one_bank(cashier: Cashier) -> None:
    cashier.fill("100.00")
    mine, others = cashier.item("10.00"), Item(bank(), bank(), Decimal("10.00"))
    cashier.reserve("plan:1", mine, others)
    with pytest.raises(Refused) as refused:
        cashier.pay("payment:1", mine, others)
    assert refused.value.code == "payment_one_bank"


def test_no_more_comes_back_than_was_paid(cashier: Cashier) -> None:
    cashier.fill("100.00")
    item = cashier.item("60.00")
    cashier.reserve("plan:1", item)
    cashier.pay("payment:1", item)
    services.refund(key="refund:1", item=item, on=DAY, prepared_by=cashier.clerk, article="19(5)")
    with pytest.raises(Refused) as refused:
        services.receive_return(
            key="return:1", item=Item(item.subject, item.bank, Decimal("0.01")), on=DAY, prepared_by=cashier.clerk
        )
    assert refused.value.code == "over_returned"


def test_unexplained_money_becomes_a_return_once_explained(cashier: Cashier) -> None:
    cashier.fill("100.00")
    item = cashier.item("60.00")
    cashier.reserve("plan:1", item)
    cashier.pay("payment:1", item)
    services.receive_unexplained(key="line:7", amount=Decimal("20.00"), on=DAY, prepared_by=cashier.clerk)
    assert balance(chart.SUSPENSE) == Decimal("-20.00")
    part = Item(item.subject, item.bank, Decimal("20.00"))
    services.receive_return(key="return:1", item=part, on=DAY, prepared_by=cashier.clerk, from_suspense=True)
    assert balance(chart.SUSPENSE) == 0
    assert balance(chart.CASH) == Decimal("60.00")
    assert services.net_compensation(item.subject) == Decimal("40.00")


def test_money_held_for_others_is_not_promised_to_anybody(cashier: Cashier) -> None:
    cashier.fill("100.00")
    services.receive_unexplained(key="line:7", amount=Decimal("20.00"), on=DAY, prepared_by=cashier.clerk)
    assert services.available() == Decimal("100.00")
    with pytest.raises(Refused) as refused:
        cashier.reserve("plan:1", cashier.item("100.01"))
    assert refused.value.code == "not_enough_money" and "0.01" in str(refused.value)
    cashier.reserve("plan:2", cashier.item("100.00"))
    by = {"on": DAY, "prepared_by": cashier.clerk, "approved_by": cashier.approver}
    services.pay_back(key="back:1", amount=Decimal("20.00"), **by)
    assert services.available() == 0
    assert not list(invariants.money_was_always_there())


def test_a_reversal_undoes_once_and_is_itself_never_undone(cashier: Cashier) -> None:
    cashier.fill("100.00")
    interest = services.earn_interest(key="interest:1", amount=Decimal("1.00"), on=DAY, prepared_by=cashier.clerk)
    by = {"on": DAY, "prepared_by": cashier.clerk, "approved_by": cashier.approver, "reference": "录错金额"}
    undone = services.reverse(key="undo:1", transaction_id=interest.pk, **by)
    assert services.reverse(key="undo:1", transaction_id=interest.pk, **by).pk == undone.pk
    assert balance(chart.CASH) == Decimal("100.00")
    for target in (interest, undone):
        with pytest.raises(Refused) as refused:
            services.reverse(key="undo:2", transaction_id=target.pk, **by)
        assert refused.value.code == "already_reversed"


def test_one_person_does_not_prepare_and_approve(cashier: Cashier) -> None:
    with pytest.raises(SamePerson):
        services.appropriate(
            key="a", amount=Decimal("1.00"), on=DAY, prepared_by=cashier.clerk, approved_by=cashier.clerk
        )


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005"])
def test_an_amount_that_money_cannot_have_is_refused(cashier: Cashier, amount: str) -> None:
    with pytest.raises(Refused) as refused:
        cashier.fill(amount)
    assert refused.value.code == "amount_invalid"
    with pytest.raises(Refused):
        cashier.item(amount)


def test_the_ledger_is_written_in_the_scope_that_sees_all_accounts_only(cashier: Cashier) -> None:
    with scope.bank_scope(cashier.bank), pytest.raises(Refused, match="全局"):
        cashier.fill("1.00")


def test_a_bank_sees_its_own_entries_and_accounts_only(cashier: Cashier) -> None:
    cashier.fill("100.00")
    other = Item(bank(), bank(), Decimal("10.00"))
    mine = cashier.item("20.00")
    cashier.reserve("plan:1", mine, other)
    cashier.pay("payment:1", mine)
    services.post_payment(
        key="payment:2", items=[other], on=DAY, prepared_by=cashier.clerk, approved_by=cashier.approver
    )
    with scope.bank_scope(cashier.bank):
        assert set(Entry.objects.values_list("subject", flat=True)) == {mine.subject}
        assert [account.code for account in Account.objects.all()] == [chart.compensation(cashier.bank)]
        assert [row.key for row in LedgerTransaction.objects.all()] == ["payment:1"]
    with scope.nobody():
        assert not Entry.objects.exists()
        assert not LedgerTransaction.objects.exists()
