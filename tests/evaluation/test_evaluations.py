"""The annual evaluation: ranks, grades, reasons, filing by two people, corrections, two years running."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from banks.models import Bank
from evaluation import invariants, todos
from evaluation.models import Evaluation, EvaluationLine
from evaluation.selectors import evaluations as selectors
from evaluation.services import evaluations as services
from evaluation.services import jobs
from evaluation.trial import run
from pool import registry, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.jobs import is_due, run_job
from pool.models import AuditEvent, Notice, Role, Transition
from pool.selectors import edition, refs
from tests.evaluation.factories import (
    AFTER,
    FIVE,
    ONE,
    TEN,
    TWO,
    approver,
    drafted,
    filed,
    grades,
    lend,
    lender,
    line_of,
    seven_banks,
    statistics,
)
from tests.evaluation.plain_sql import evaluation_by_sql
from tests.factories.banks import confirmed_violation
from tests.factories.people import bank_team, person

pytestmark = pytest.mark.django_db


def stored(evaluation: Evaluation) -> list[tuple[Any, ...]]:
    """The result in the shape of the SQL."""
    with scope.everything():
        lines = evaluation.lines.select_related("bank").order_by("bank__short_name")
        return [
            (line.bank.short_name, str(line.amount), line.borrowers, line.amount_rank, line.borrowers_rank,
             line.growth_rank, line.grade)
            for line in lines
        ]  # fmt: skip


def assert_as_sql_says(evaluation: Evaluation) -> None:
    with scope.everything():
        told = sorted(evaluation_by_sql(evaluation.year))
    assert sorted(stored(evaluation)) == told and told


def test_ranks_and_grades_are_those_of_plain_sql() -> None:
    seven_banks()
    evaluation = drafted()
    assert_as_sql_says(evaluation)
    with scope.everything():
        by_amount = dict(evaluation.lines.values_list("bank__short_name", "amount_rank"))
    assert (by_amount["甲行"], by_amount["乙行"], by_amount["丙行"], by_amount["己行"]) == (1, 2, 2, 4)


def test_seven_banks_have_the_grades_a_person_would_work_out() -> None:
    # Growth: 甲 1900 %, 乙 700 %, 丙 60 %, 戊 −60 %, 丁 −80 %: five on the list, 15 % → none, 30 % → the first.
    seven_banks()
    assert grades(drafted()) == {
        "甲行": "good", "乙行": "qualified", "丙行": "qualified", "丁行": "unqualified", "戊行": "qualified",
        "己行": "qualified", "庚行": "qualified",
    }  # fmt: skip


def test_the_first_year_has_no_growth_and_so_nobody_excellent() -> None:
    lender("甲行", (2023, [TEN]))
    lender("乙行", (2023, [ONE, ONE]))
    evaluation = drafted(2023)
    assert_as_sql_says(evaluation)
    assert set(grades(evaluation).values()) == {"qualified"}
    with scope.everything():
        assert not evaluation.lines.exclude(growth=None, growth_rank=None, last_amount=None).exists()


def test_when_all_have_fallen_nobody_is_unqualified_for_that() -> None:
    one = lender("甲行", (2023, [TEN, TEN]), (2024, [ONE]))
    lender("乙行", (2023, [FIVE, FIVE]), (2024, [TWO]))
    new = lender("丙行", (2024, [ONE]))
    evaluation = drafted()
    assert_as_sql_says(evaluation)
    assert "unqualified" not in grades(evaluation).values()
    lend(one, 2024, [TEN])
    confirmed_violation(new, 2024)
    evaluation = drafted()
    assert_as_sql_says(evaluation)
    assert grades(evaluation) == {"甲行": "qualified", "乙行": "unqualified", "丙行": "unqualified"}


def test_equal_growth_shares_its_rank() -> None:
    for name in ("甲行", "乙行", "丙行"):
        lender(name, (2023, [ONE]), (2024, [TWO]))
    lender("丁行", (2023, [TWO]), (2024, [TWO, ONE]))
    evaluation = drafted()
    assert_as_sql_says(evaluation)
    with scope.everything():
        places = dict(evaluation.lines.values_list("bank__short_name", "growth_rank"))
        [growth] = set(evaluation.lines.exclude(bank__short_name="丁行").values_list("growth", flat=True))
    assert places == {"甲行": 1, "乙行": 1, "丙行": 1, "丁行": 4} and growth == Decimal("1.000000")


def test_a_borrower_counts_once_and_a_violation_only_in_its_year() -> None:
    team = lender("甲行")
    lend(team, 2024, [ONE, TWO], one_borrower=True)
    confirmed_violation(team, 2023)
    evaluation = drafted()
    line = line_of(evaluation, team)
    assert (line.borrowers, line.amount, line.violations) == (1, Decimal("3000000.00"), 0)
    confirmed_violation(team, 2024)
    assert line_of(drafted(), team).grade == "unqualified"


def test_the_stored_inputs_give_the_same_answer_by_the_trial() -> None:
    seven_banks()
    evaluation = drafted()
    told = run("evaluate", evaluation.inputs, refs(), edition())
    with scope.everything():
        assert told["grades"] == {str(line.bank_id): line.grade for line in evaluation.lines.all()}


def test_every_line_says_why_by_article() -> None:
    seven_banks()
    with scope.everything():
        for line in drafted().lines.all():
            assert line.findings[0]["article"] == "23"
            assert ("24" in [item["article"] for item in line.findings]) == (line.grade == "unqualified")


def test_a_year_is_evaluated_after_its_last_window_only() -> None:
    lender("甲行", (2024, [ONE]))
    with scope.everything(), pytest.raises(Refused) as refused:
        services.draft_evaluation(year=2024, by=statistics(), on=date(2025, 1, 22))
    assert (refused.value.code, refused.value.article) == ("window_open", "25")
    assert drafted().file_by == date(2025, 2, 28)


def test_the_one_who_prepares_does_not_file_and_others_do_neither() -> None:
    lender("甲行", (2024, [ONE]))
    draft = drafted()
    for role in set(Role) - {Role.MANAGER_APPROVER}:
        user = person(role) if not role.startswith("bank_") else person(role, bank_team().bank)
        with scope.everything(), pytest.raises(NotPermitted):
            services.file_evaluation(evaluation_id=draft.pk, by=user, on=AFTER[2024], version=draft.version)
    turned = statistics()
    draft = drafted(by=turned)
    turned.role = Role.MANAGER_APPROVER
    with scope.everything(), pytest.raises((NotPermitted, SamePerson)):
        services.file_evaluation(evaluation_id=draft.pk, by=turned, on=AFTER[2024], version=draft.version)
    for role in set(Role) - {Role.MANAGER_STATISTICS}:
        with scope.everything(), pytest.raises(NotPermitted):
            services.draft_evaluation(year=2024, by=person(role, _bank_for(role)), on=AFTER[2024])


def _bank_for(role: str) -> Bank | None:
    return bank_team().bank if role.startswith("bank_") else None


def test_a_filed_evaluation_is_told_logged_and_never_changed() -> None:
    team = lender("甲行", (2024, [ONE]))
    evaluation = filed()
    with scope.everything():
        assert Transition.objects.get(subject_id=evaluation.pk).target == "filed"
        assert set(AuditEvent.objects.filter(subject_id=str(evaluation.pk)).values_list("action", flat=True)) == {
            "evaluation.draft", "evaluation.file",
        }  # fmt: skip
        assert Notice.objects.get(bank=team.pk, article="25").title == "本行2024年度绩效评价结果：合格"
        assert Notice.objects.filter(role=Role.REGULATOR, article="25").count() == 1
        for change in (
            lambda: Evaluation.objects.filter(pk=evaluation.pk).update(inputs_hash="x"),
            lambda: EvaluationLine.objects.filter(evaluation=evaluation).update(grade="excellent"),
            lambda: EvaluationLine.objects.filter(evaluation=evaluation).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        with pytest.raises(Refused):
            services.file_evaluation(
                evaluation_id=evaluation.pk, by=approver(), on=AFTER[2024], version=evaluation.version
            )


def test_a_draft_whose_library_has_moved_is_not_filed() -> None:
    team = lender("甲行", (2024, [ONE]))
    draft = drafted()
    lend(team, 2024, [TWO])
    with scope.everything():
        with pytest.raises(Refused) as refused:
            services.file_evaluation(evaluation_id=draft.pk, by=approver(), on=AFTER[2024], version=draft.version)
        assert refused.value.code == "inputs_moved"
        with pytest.raises(Stale):
            services.file_evaluation(evaluation_id=draft.pk, by=approver(), on=AFTER[2024], version=draft.version + 1)
    again = drafted()
    assert again.pk == draft.pk and again.version == draft.version + 1 and again.revision == 1


def test_a_correction_is_a_new_revision_with_its_reason_and_replaces_the_first() -> None:
    team = lender("甲行", (2024, [ONE]))
    first = filed()
    confirmed_violation(team, 2024)
    with pytest.raises(Refused, match="更正原因"):
        drafted()
    second = filed(reason="补记违规一项")
    assert (second.revision, second.reason) == (2, "补记违规一项")
    assert (line_of(first, team).grade, line_of(second, team).grade) == ("qualified", "unqualified")
    with scope.everything():
        assert list(selectors.newest_filed()) == [second]
        assert [line.grade for line in selectors.results_of(team.pk)] == ["unqualified"]
        assert not list(invariants.evaluations_follow_from_their_inputs())


def test_two_years_running_unqualified_ends_membership_by_the_authority() -> None:
    team, other = lender("甲行", (2023, [ONE]), (2024, [ONE])), lender("乙行", (2024, [ONE]))
    for year in (2023, 2024):
        confirmed_violation(team, year)
    confirmed_violation(other, 2024)
    first = filed(2023)
    assert not line_of(first, team).second_strike
    second = filed(2024)
    line = line_of(second, team)
    assert line.second_strike and not line_of(second, other).second_strike
    authority = person(Role.AUTHORITY)
    with scope.everything():
        assert [str(todo.title) for todo in todos.todos(authority, AFTER[2024])] == ["取消甲行的加盟资格"]
        for role in (Role.SUPERVISOR, Role.MANAGER_APPROVER):
            with pytest.raises(NotPermitted):
                services.cancel_for_strikes(line_id=line.pk, by=person(role), on=AFTER[2024])
        with pytest.raises(Refused, match="没有须据此取消"):
            services.cancel_for_strikes(line_id=line_of(second, other).pk, by=authority, on=AFTER[2024])
        services.cancel_for_strikes(line_id=line.pk, by=authority, on=date(2025, 2, 3))
        bank = Bank.objects.get(pk=team.pk)
        assert (bank.cancelled_on, bank.may_reapply_from) == (date(2025, 2, 3), date(2027, 2, 3))
        assert not list(todos.todos(authority, AFTER[2024]))
        with pytest.raises(Refused):
            services.cancel_for_strikes(line_id=line.pk, by=authority, on=date(2025, 2, 4))
        assert Notice.objects.get(bank=team.pk, article="24").title == "本行加盟资格已取消"


def test_a_correction_of_the_year_before_takes_its_strike_away() -> None:
    team = lender("甲行", (2023, [ONE]), (2024, [ONE]))
    confirmed_violation(team, 2023)
    filed(2023)
    violation = confirmed_violation(team, 2024)
    draft = drafted(2024)
    assert line_of(draft, team).second_strike
    with scope.everything():
        violation.__class__.objects.filter(year=2023).delete()
    filed(2023, reason="撤销 2023 年违规认定")
    with scope.everything(), pytest.raises(Refused) as refused:
        services.file_evaluation(evaluation_id=draft.pk, by=approver(), on=AFTER[2024], version=draft.version)
    assert refused.value.code == "inputs_moved"
    assert not line_of(drafted(2024), team).second_strike


def test_the_job_drafts_once_and_a_person_must_confirm_it_before_it_is_filed() -> None:
    lender("甲行", (2024, [ONE]))
    job = registry.jobs["annual_evaluation"]
    assert not is_due(job, date(2025, 1, 22)) and is_due(job, AFTER[2024]) and not is_due(job, date(2024, 2, 1))
    with scope.everything():
        first, again = (run_job("annual_evaluation", day) for day in (AFTER[2024], date(2025, 3, 3)))
        assert first.result == {"year": 2024, "drafted": True, "banks": 1} and again.repeated
        draft = Evaluation.objects.get()
        assert draft.made_by is None
        person_at_desk, second = statistics(), approver()
        waiting = [(str(todo.title), todo.mine) for todo in todos.todos(person_at_desk, AFTER[2024])]
        assert waiting == [("2024年度绩效评价草稿待核对", True)]
        with pytest.raises(NotPermitted, match="核对确认"):
            services.file_evaluation(evaluation_id=draft.pk, by=second, on=AFTER[2024], version=draft.version)
    draft = drafted(by=person_at_desk)
    with scope.everything():
        assert [(str(todo.title), todo.mine) for todo in todos.todos(second, AFTER[2024])] == [
            ("2024年度绩效评价待报备", True)
        ]
        services.file_evaluation(evaluation_id=draft.pk, by=second, on=AFTER[2024], version=draft.version)
        assert jobs.annual_evaluation.fn(AFTER[2024]) == {"year": 2024, "drafted": False}


def test_no_bank_s_context_sees_an_evaluation_and_a_bank_sees_its_own_line_only() -> None:
    team, other = lender("甲行", (2024, [ONE])), lender("乙行", (2024, [TWO]))
    filed()
    with scope.bank_scope(team.pk):
        assert not Evaluation.objects.exists()
        assert [line.bank_id for line in EvaluationLine.objects.all()] == [team.pk]
        assert not selectors.results_of(team.pk).exists()
    client = Client()
    client.force_login(team.maker)
    page = client.get("/reports/own/")
    assert [(line.bank_id, line.evaluation.year) for line in page.context["table"].rows] == [(team.pk, 2024)]
    assert not client.get("/reports/own/?year=2023").context["table"].rows
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/lists/own_results/export/").getvalue())).active
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert cells.count("2024年度") == 1
    with scope.nobody():
        assert not EvaluationLine.objects.exists()
    assert other.pk != team.pk


def test_an_altered_result_is_found_by_verify() -> None:
    lender("甲行", (2024, [ONE]))
    evaluation = filed()
    with scope.everything():
        assert not list(invariants.evaluations_follow_from_their_inputs())
        copy = Evaluation.objects.get(pk=evaluation.pk)
        copy.pk, copy.year, copy._state.adding = None, 2020, True
        copy.inputs = {**copy.inputs, "year": 2020}
        copy.save()
        found = list(invariants.evaluations_follow_from_their_inputs())
    assert any("hash" in words for words in found) and any("follow" in words for words in found)
