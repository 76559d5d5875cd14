"""A later maturity by two people with its agreement, and what follows from it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from claims import assessment
from loans import services
from loans.models import Extension, Loan
from pool import clock, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import AuditEvent, Role
from recovery import services as recovery
from recovery import terms
from recovery.services import automatic
from tests.factories.claims import good_team, submitted_claim
from tests.factories.loans import determine, entered_loan, extended, extension_prepared
from tests.factories.people import TODAY
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
MATURES, LATER = date(2025, 11, 8), date(2026, 5, 8)


@built_once
def loan(team):
    return entered_loan(team, date(2024, 11, 20))


def again(loan) -> Loan:
    with scope.everything():
        return Loan.objects.get(pk=loan.pk)


def test_a_prepared_extension_changes_nothing_yet(team, loan):
    request = extension_prepared(team, loan)
    assert (request.former, request.extended_to) == (MATURES, LATER)
    assert again(loan).due_on == MATURES


def test_a_submitted_extension_keeps_the_maturity_as_lent_and_is_on_record(team, loan):
    extended(team, loan)
    found = again(loan)
    assert (found.matures_on, found.extended_to, found.due_on) == (MATURES, LATER, LATER)
    with scope.everything():
        event = AuditEvent.objects.get(action="loans.extend", subject_id=str(loan.pk))
    assert (event.before, event.after["due_on"], event.article) == ({"due_on": "2025-11-08"}, "2026-05-08", "19(8)")


def test_a_loan_may_be_extended_again_and_both_stay_on_record(team, loan):
    extended(team, loan)
    extended(team, again(loan), extended_to=date(2026, 11, 9))
    assert again(loan).due_on == date(2026, 11, 9)
    with scope.everything():
        rows = list(Extension.objects.filter(loan=loan).order_by("id").values_list("former", "extended_to"))
    assert rows == [(MATURES, LATER), (LATER, date(2026, 11, 9))]


def test_the_automatic_closing_follows_the_new_maturity(team, loan):
    extended(team, loan)
    with scope.everything():
        assert terms.auto_closing(again(loan).due_on, None).closes_on == date(2026, 11, 9)
        assert recovery.close_automatically(date(2026, 5, 9))["closed"] == 0


def test_an_extension_entered_while_the_days_work_runs_saves_the_loan(team, loan, monkeypatch):
    """The candidates were read with the former maturity."""
    with scope.everything():
        read = list(automatic._candidates(date(2026, 5, 9)))
    assert [one.loan_id for one in read] == [loan.pk]
    extended(team, again(loan))
    monkeypatch.setattr(automatic, "_candidates", lambda _on: iter(read))
    with scope.everything():
        assert recovery.close_automatically(date(2026, 5, 9))["closed"] == 0
    assert again(loan).state == "entered"


def test_a_claim_is_held_against_the_extended_maturity_and_the_rate_against_the_term_as_lent(team):
    """Lent for 58 months at the one-year rate plus 2 points; extended past 60 months, the rate is judged as before."""
    loan = entered_loan(team, date(2024, 11, 20), matures_on="2029-09-08", annual_rate="5.10")
    extended(team, loan, extended_to=date(2030, 3, 8))
    with scope.everything():
        found = {one.provision: one for one in assessment.of_loan(again(loan), TODAY).findings}
    assert found["rate_spread"].facts["tenor"] == "one_year"
    assert found["auto_closing"].facts["last_day"] == "2030-09-08"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"extended_to": MATURES}, "extension_not_later", "extended_to"),
        ({"extended_to": date(2025, 6, 1)}, "extension_not_later", "extended_to"),
        ({"agreed_on": date(2025, 1, 17)}, "agreed_ahead", "agreed_on"),
        ({"agreed_on": date(2024, 11, 7)}, "agreed_early", "agreed_on"),
        ({"agreement": b""}, "agreement_missing", "agreement"),
        ({"agreement": b"MZ program"}, "file_kind", "agreement"),
        ({"reason": "  "}, "reason_missing", "reason"),
    ],
)
def test_what_cannot_be_an_extension_is_refused_beside_its_field(team, loan, given, code, field):
    with pytest.raises(Refused) as no:
        extension_prepared(team, loan, **given)
    assert (no.value.code, no.value.field) == (code, field)


def test_an_agreement_signed_after_the_maturity_extends_nothing(team, loan):
    late = date(2025, 11, 10)
    with pytest.raises(Refused) as no:
        extension_prepared(team, loan, late, agreed_on=date(2025, 11, 9))
    assert (no.value.code, no.value.article) == ("agreed_after_maturity", "19(8)")
    assert extension_prepared(team, loan, late, agreed_on=MATURES).agreed_on == MATURES


def test_a_closed_loan_is_not_extended(team, loan):
    with scope.everything():
        services.move_many(ids=[loan.pk], name="close", by=None, on=TODAY, closed_on=TODAY)
    with pytest.raises(Refused) as no:
        extension_prepared(team, loan)
    assert (no.value.code, no.value.article) == ("loan_closed", "19(8)")


def test_a_loan_with_a_claim_on_file_is_not_extended():
    team = good_team()
    claim = submitted_claim(team)
    with scope.everything():
        loan = Loan.objects.get(pk=claim.loan_id)
    with pytest.raises(Refused) as no:
        extension_prepared(team, loan)
    assert (no.value.code, no.value.article) == ("claim_on_file", "19(2)")


def test_a_determined_loan_without_a_claim_may_be_extended(team, loan):
    determine(team, loan, TODAY)
    assert extended(team, loan).due_on == LATER


def test_only_a_maker_prepares_and_another_person_submits(team, loan):
    with pytest.raises(NotPermitted):
        extension_prepared(team, loan, by=team.checker)
    request = extension_prepared(team, loan)
    team.maker.role = Role.BANK_CHECKER
    with scope.bank_scope(team.pk), pytest.raises(SamePerson):
        services.extend_loan(request_id=request.pk, by=team.maker, on=TODAY, version=request.version)
    with scope.bank_scope(team.pk), pytest.raises(Stale):
        services.extend_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version + 1)


def test_there_is_one_open_extension_and_it_can_be_given_up(team, loan):
    request = extension_prepared(team, loan)
    with pytest.raises(Refused) as no:
        extension_prepared(team, loan)
    assert no.value.code == "request_open"
    with scope.bank_scope(team.pk):
        services.cancel_extension(request_id=request.pk, by=team.maker, on=TODAY, version=request.version)
    assert extended(team, loan).due_on == LATER


def test_the_page_takes_the_agreement_shows_it_to_the_checker_and_keeps_the_history(team, loan):
    clock.set_day(TODAY)
    maker, checker = Client(), Client()
    maker.force_login(team.maker)
    checker.force_login(team.checker)
    sent = {"extended_to": "2026-05-08", "agreed_on": "2025-01-10", "reason": "回款延后", "form_key": "a" * 32}
    paper = SimpleUploadedFile("协议.pdf", b"%PDF-1.4 x")
    answer = maker.post(reverse("loans:extend", args=[loan.pk]), {**sent, "agreement": paper})
    assert answer.status_code == 302, answer.content.decode()
    page = checker.get(loan.get_absolute_url()).content.decode()
    assert "待复核的展期" in page and "协议.pdf" in page and "复核展期登记" in page
    with scope.everything():
        request = Extension.objects.get(loan=loan)
    with scope.bank_scope(team.pk):
        services.extend_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    page = maker.get(loan.get_absolute_url()).content.decode()
    assert "到期日由 2025-11-08 展至 2026-05-08" in page and "第十九条第(八)项" in page


def test_a_refusal_on_the_page_names_its_article(team, loan):
    clock.set_day(TODAY)
    maker = Client()
    maker.force_login(team.maker)
    sent = {"extended_to": "2025-11-08", "agreed_on": "2025-01-10", "reason": "x", "form_key": "b" * 32}
    sent["agreement"] = SimpleUploadedFile("协议.pdf", b"%PDF-1.4 x")
    page = maker.post(reverse("loans:extend", args=[loan.pk]), sent).content.decode()
    assert "展期到期日应晚于现到期日 2025-11-08" in page and "第十九条第(八)项" in page
