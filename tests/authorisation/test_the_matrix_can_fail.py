"""The matrix, tried on expectations and addresses that are wrong: it must say so."""

import dataclasses
from typing import Any

import pytest

from banks.base import BankOwnedQuerySet
from pool import scope
from tests.authorisation.addresses import addresses
from tests.authorisation.expectations import Case, cases_of, who
from tests.authorisation.objects import World
from tests.authorisation.test_matrix import Trial, world

__all__ = ["world"]
BY_NAME = {address.name: address for address in addresses()}


def tried(world: World, name: str, **changed: Any) -> list[str]:
    case: Case = dataclasses.replace(cases_of(name)[0], **changed)
    return Trial(world, BY_NAME[name], case).run()


@pytest.fixture
def unblocked(django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock():
        yield


def test_a_role_that_gets_in_unlisted_is_seen(world: World, unblocked: None) -> None:
    wrong = tried(world, "loans:detail", may={"GET": who(["bank_maker"], "here")})
    assert any("as auditor: 200" in line for line in wrong)


def test_a_listed_role_that_is_refused_is_seen(world: World, unblocked: None) -> None:
    wrong = tried(world, "loans:detail", may={"GET": who(["loan_readers", "regulator"], "here")})
    assert [line for line in wrong if "as regulator: 404" in line]


def test_a_method_nobody_listed_is_seen(world: World, unblocked: None) -> None:
    wrong = tried(world, "loans:classify", may={"GET": who(["bank_maker"], "here")})
    assert any(line.startswith("POST loans:classify") and "as bank_maker" in line for line in wrong)


def test_a_forgotten_filter_is_caught_by_the_second_wall(
    world: World, unblocked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BankOwnedQuerySet, "visible_to", lambda self, user: self.all())
    assert tried(world, "loans:detail") == []


def test_both_walls_down_is_seen(world: World, unblocked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BankOwnedQuerySet, "visible_to", lambda self, user: self.all())
    monkeypatch.setattr(scope, "scope_for", lambda user: scope.everything())
    wrong = tried(world, "loans:upload_held")
    assert any("as other_bank_maker: 200" in line for line in wrong)


def test_a_word_nobody_bears_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody is called 'clerk'"):
        who(["clerk"], "x.yaml")
