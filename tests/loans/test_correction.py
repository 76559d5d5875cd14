"""An entry is corrected before it is used: judged again, the former version kept, the difference shown."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from banks.models import Standing
from loans import invariants, services
from loans.models import Borrower, Correction, Loan
from loans.services.correction import differing
from loans.services.rows import read_facts
from loans.services.uploads import RowRefused
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson
from pool.models import AuditEvent, Role
from tests.factories.loans import (
    corrected,
    correction_prepared,
    determine,
    entered_loan,
    entered_upload,
    extended,
    owner_cells,
)
from tests.factories.people import TODAY
from tests.factories.words import credit_code, id_number
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db


@built_once
def loan(team):
    return entered_loan(team, date(2024, 11, 20), principal="3000000.00")


def again(loan) -> Loan:
    with scope.everything():
        return Loan.objects.get(pk=loan.pk)


def test_a_prepared_correction_changes_nothing_yet(team, loan):
    correction_prepared(team, loan, staff="46")
    assert again(loan).staff == 45


def test_a_correction_changes_the_loan_and_keeps_the_former_version(team, loan):
    corrected(team, loan, staff="46", principal="2000000.00")
    found = again(loan)
    assert (found.staff, found.principal, found.original_principal) == (46, Decimal("2000000"), Decimal("2000000"))
    with scope.everything():
        kept = Correction.objects.get(loan=loan)
        event = AuditEvent.objects.get(action="loans.correct", subject_id=str(loan.pk))
    assert (read_facts(kept.before).staff, read_facts(kept.after).staff) == (45, 46)
    assert event.before == {"staff": 45, "principal": "3000000.00"}
    assert event.after == {"staff": 46, "principal": "2000000.00"}


def test_nothing_else_of_the_loan_moves(team, loan):
    corrected(team, loan, remarks="已核对")
    before, after = loan, again(loan)
    names = [field.attname for field in Loan._meta.fields]
    moved = {name for name in names if getattr(before, name) != getattr(after, name)}
    assert moved == {"remarks", "version"}


def test_the_banks_sum_follows_a_corrected_principal(team, loan):
    corrected(team, loan, principal="2500000.50")
    with scope.everything():
        assert Standing.objects.get(bank=team.bank).entered_principal == Decimal("2500000.50")
        assert not list(invariants.standings_add_up())
        assert not list(invariants.standings_end_their_series())


@pytest.mark.parametrize(
    ("disbursed_on", "late", "closes_on"),
    [("2024-09-30", True, date(2024, 10, 25)), ("2024-10-01", False, date(2025, 1, 22))],
)
def test_the_entry_window_is_judged_again_by_the_day_the_loan_was_entered(team, loan, disbursed_on, late, closes_on):
    corrected(team, loan, on=date(2025, 6, 2), disbursed_on=disbursed_on)
    found = again(loan)
    assert (found.entered_late, found.entry_closes_on, found.entered_on) == (late, closes_on, date(2024, 11, 20))
    assert [finding["article"] for finding in found.findings] == (["13"] if late else [])


def test_a_loan_entered_late_by_a_wrong_date_is_in_time_once_corrected(team):
    late = entered_loan(team, date(2024, 11, 20), disbursed_on="2024-09-30")
    assert late.entered_late
    corrected(team, late, disbursed_on="2024-10-30")
    assert (again(late).entered_late, again(late).findings) == (False, [])


def test_facts_that_do_not_belong_into_the_pool_are_refused_with_their_article(team, loan):
    with pytest.raises(RowRefused) as no:
        correction_prepared(team, loan, in_shenzhen="否")
    assert no.value.article == "3"


def test_mistakes_in_the_corrected_cells_are_told(team, loan):
    with pytest.raises(RowRefused) as no:
        correction_prepared(team, loan, credit_code="91")
    assert no.value.field == "credit_code"


def test_the_rules_are_asked_once_more_at_submission(team, loan, monkeypatch):
    request = correction_prepared(team, loan, staff="46")
    with scope.everything():
        kept = Correction.objects.get(pk=request.pk)
        kept.after["in_shenzhen"] = False
        kept.save(update_fields=["after"])
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.correct_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    assert (no.value.code, no.value.article) == ("does_not_conform", "3")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "nothing_corrected"),
        ({"disbursed_on": "2024-11-21"}, "disbursed_after_entry"),
    ],
)
def test_what_is_no_correction_is_refused(team, loan, given, code):
    with pytest.raises(Refused) as no:
        correction_prepared(team, loan, **given)
    assert no.value.code == code


def test_the_number_of_the_iou_stays(team, loan):
    corrected(team, loan, iou_number="OTHER", staff="46")
    assert again(loan).loan_number == loan.loan_number


def test_a_maturity_past_the_registered_extension_is_refused(team, loan):
    extended(team, loan)
    with pytest.raises(Refused) as no:
        correction_prepared(team, again(loan), matures_on="2026-05-08")
    assert no.value.code == "matures_after_extension"


def test_once_determined_an_entry_is_not_corrected(team, loan):
    request = correction_prepared(team, loan, staff="46")
    determine(team, loan, TODAY)
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.correct_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    assert (no.value.code, no.value.article) == ("not_correctable", "19(1)")


def test_a_correction_of_what_has_changed_meanwhile_is_refused(team, loan):
    request = correction_prepared(team, loan, staff="46")
    with scope.everything():
        Loan.objects.filter(pk=loan.pk).update(staff=47)
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.correct_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    assert no.value.code == "entry_changed"


def test_another_borrower_is_another_identity(team, loan):
    code = credit_code(99_999)
    corrected(team, loan, credit_code=code)
    with scope.everything():
        assert again(loan).borrower == Borrower.objects.get(credit_code=code)


def test_two_people_correct(team, loan):
    with pytest.raises(NotPermitted), scope.bank_scope(team.pk):
        services.prepare_correction(loan_id=loan.pk, cells={}, reason="x", by=team.checker, on=TODAY)
    request = correction_prepared(team, loan, staff="46")
    team.maker.role = Role.BANK_CHECKER
    with scope.bank_scope(team.pk), pytest.raises(SamePerson):
        services.correct_loan(request_id=request.pk, by=team.maker, on=TODAY, version=request.version)


def test_an_owners_number_left_empty_stays_and_is_nowhere_in_clear(team):
    number, other = id_number(41), id_number(42)
    upload = entered_upload(team, [owner_cells(owner_id_number=number)])
    with scope.everything():
        loan = Loan.objects.get(upload=upload)
    corrected(team, loan, staff="9")
    assert again(loan).owner_id_number == number
    corrected(team, again(loan), owner_id_number=other)
    assert again(loan).owner_id_number == other
    with scope.everything():
        kept = str(list(Correction.objects.values("before", "after")))
        kept += str(list(AuditEvent.objects.values("before", "after")))
    assert number not in kept and other not in kept


# ---- the page


def posted(client: Client, loan, **changed):
    page = client.get(reverse("loans:correct", args=[loan.pk]))
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "")}
    sent = {**data, "reason": "录入有误", "form_key": "c" * 32, **changed}
    return client.post(reverse("loans:correct", args=[loan.pk]), sent)


def test_the_form_is_filled_with_what_stands_in_the_library_and_the_checker_sees_the_difference(team, loan):
    clock.set_day(TODAY)
    maker, checker = Client(), Client()
    maker.force_login(team.maker)
    checker.force_login(team.checker)
    answer = posted(maker, loan, staff="46")
    assert answer.status_code == 302, answer.context["form"].errors
    page = checker.get(loan.get_absolute_url()).content.decode()
    assert "待复核的更正" in page and '<td class="text">45</td>' in page and '<td class="text">46</td>' in page
    with scope.everything():
        kept = Correction.objects.get(loan=loan)
    assert differing(read_facts(kept.before), read_facts(kept.after)) == ["staff"]


def test_the_page_refuses_with_the_words_of_the_rules(team, loan):
    clock.set_day(TODAY)
    maker = Client()
    maker.force_login(team.maker)
    page = posted(maker, loan, in_shenzhen="否").content.decode()
    assert "不在深圳实际经营" in page and "第三条" in page
