"""Entry windows open and close with notices; what waits is told to the right person."""

from datetime import date
from decimal import Decimal

import pytest

from loans import selectors, services, todos
from pool import scope
from pool.jobs import run_job
from pool.models import Notice, Role
from tests.factories.loans import entered_loan, loan_cells, received_upload
from tests.factories.people import TODAY, bank_team

pytestmark = pytest.mark.django_db


def notices_of(team) -> list[Notice]:
    with scope.everything():
        return list(Notice.objects.filter(bank=team.pk, key__startswith="entry_window", role=Role.BANK_MAKER))


def test_two_windows_are_open_in_a_quarters_first_weeks():
    windows = selectors.open_windows(TODAY)
    assert [(window.window.closes_on, window.left) for window in windows] == [
        (date(2025, 1, 22), 4),
        (date(2025, 4, 22), 63),
    ]


def test_after_the_fifteenth_working_day_only_the_own_quarter_is_open():
    assert len(selectors.open_windows(date(2025, 1, 22))) == 2
    assert len(selectors.open_windows(date(2025, 1, 23))) == 1


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2025, 1, 1), 1),
        (date(2025, 1, 2), 0),
        (date(2025, 1, 15), 1),
        (date(2025, 1, 16), 0),
        (date(2025, 1, 21), 1),
        (date(2025, 1, 22), 1),
        (date(2025, 1, 23), 0),
    ],
)
def test_a_bank_is_told_at_the_opening_and_before_the_end(team, day, told):
    run_job("entry_windows", day)
    assert len(notices_of(team)) == told


def test_a_day_run_twice_tells_once(team):
    run_job("entry_windows", date(2025, 1, 22))
    assert run_job("entry_windows", date(2025, 1, 22)).repeated
    assert len(notices_of(team)) == 1
    assert notices_of(team)[0].article == "19(1)"


def test_the_maker_is_shown_the_window_that_closes_and_the_rows_to_mend(team):
    received_upload(team, [loan_cells(), loan_cells(staff="x")])
    with scope.bank_scope(team.pk):
        waiting = list(todos.todos(team.maker, TODAY))
    assert [todo.due for todo in waiting] == [date(2025, 1, 22), date(2025, 1, 22)]
    assert "暂缓" in waiting[1].title


def test_the_checker_is_shown_what_another_person_prepared(team):
    received_upload(team, [loan_cells()])
    loan = entered_loan(team)
    with scope.bank_scope(team.pk):
        services.prepare_classification(
            loan_id=loan.pk, after="loss", on_date=TODAY, principal_balance=Decimal("1"), by=team.maker, on=TODAY
        )
        titles = [str(todo.title) for todo in todos.todos(team.checker, TODAY)]
        assert not any("复核" in str(todo.title) for todo in todos.todos(team.maker, TODAY))
    assert [title[:4] for title in titles] == ["复核并提", "复核分类"]


def test_nothing_waits_for_people_of_another_bank(team):
    received_upload(team, [loan_cells()])
    other = bank_team("乙银行")
    with scope.everything():
        assert list(todos.todos(other.checker, TODAY)) == []
