"""时光机: told from the log, today is what the rows say and a past day is what was known of it, nothing later."""

from datetime import date, timedelta
from decimal import Decimal

from django.test import Client

from banks.models import Bank, Standing
from claims.models import Claim
from evaluation.selectors import past
from evaluation.selectors.past_ranking import ranking_on
from loans.models import Loan
from pool import clock, scope
from pool.ledger.models import Account
from pool.models import Role, Transition, User
from tests.evaluation.factories import AFTER, filed, lend, lender, seven_banks
from tests.evaluation.world import World
from tests.factories.loans import determine, entered_loan
from tests.factories.people import bank_team, person

TODAY = date(2025, 7, 3)


def test_told_from_the_log_today_is_what_the_rows_say(the_world: World) -> None:
    """Every loan and every bank: state, library, class, last day, claims and money."""
    with scope.everything():
        seen = set()
        for loan in Loan.objects.all():
            found = past.loan_on(loan, TODAY)
            assert found is not None
            assert (found.state, found.library) == (loan.state, loan.library), loan
            assert (found.classification, found.due_on) == (loan.classification, loan.due_on)
            assert found.principal == loan.principal and not found.corrected_later
            standing = [one for one in found.determinations if one.status == past.DETERMINED]
            open_ = loan.determinations.filter(ended_on=None, recovered_on=None)
            assert [one.row.pk for one in standing] == list(open_.values_list("pk", flat=True))
            assert {one.row.pk: one.state for one in found.claims} == dict(
                Claim.objects.filter(loan=loan).values_list("pk", "state")
            )
            seen.add(found.state)
        assert {"entered", "non_performing", "compensated", "closed"} <= seen
        for bank in Bank.objects.all():
            found = past.bank_on(bank, TODAY)
            row = Standing.objects.filter(bank=bank).first()
            if row is not None and found.standing is not None:
                told = found.standing
                assert (told.entered_principal, told.npl_principal) == (row.entered_principal, row.npl_principal)
                assert told.is_suspended == row.is_suspended
            booked = dict(Account.objects.filter(subject=bank.pk).values_list("kind", "balance"))
            assert found.money["paid"] == booked.get("compensation", Decimal(0))
            assert found.money["returned"] == -booked.get("returns", Decimal(0))


def test_every_day_of_a_project_is_told_as_it_was_lived(the_world: World) -> None:
    """Day by day: the state of the claim is that of the last move by then, and money never comes before its day."""
    with scope.everything():
        project = the_world.projects[0]
        loan, claim = Loan.objects.get(pk=project.loan.pk), Claim.objects.get(pk=project.claim.pk)
        assert past.loan_on(loan, loan.entered_on - timedelta(days=1)) is None
        first = past.loan_on(loan, loan.entered_on)
        assert first is not None and first.state == "entered" and first.claims == [] and first.money["paid"] == 0
        moves = list(Transition.objects.filter(subject_id=claim.pk, field="state").order_by("id"))
        days = sorted({move.on for move in moves})
        for on in days:
            found = past.loan_on(loan, on)
            assert found is not None
            (told,) = found.claims
            assert told.state == [move.target for move in moves if move.on <= on][-1]
            assert (found.money["paid"] > 0) == (on >= claim.paid_on) == (told.paid_on is not None)
            assert (told.amount is None) == (on < claim.decided_on)
        late = past.loan_on(loan, date(2025, 1, 21))
        later = past.loan_on(loan, date(2025, 4, 10))
        assert late is not None and later is not None
        assert late.recovered == (1, Decimal("333333.33")) and later.recovered == (2, Decimal("433333.33"))
        assert late.money["returned"] == Decimal("133333.33")
        assert later.returns == (2, Decimal("173333.33"), Decimal("133333.33"))


def test_the_pages_say_which_day_they_show_and_lead_back(the_world: World) -> None:
    clock.set_day(TODAY)
    loan, team = the_world.projects[0].loan, the_world.projects[0].team
    other = bank_team("旁观银行")
    reviewer, own, stranger = Client(), Client(), Client()
    reviewer.force_login(person(Role.MANAGER_REVIEWER))
    own.force_login(team.maker)
    stranger.force_login(other.maker)
    page = reviewer.get(f"/reports/as-of/loans/{loan.pk}/", {"on": "2025-01-21"}).content.decode()
    assert "截至 2025-01-21 的状态" in page and "133,333.33" in page and f'href="/loans/{loan.pk}/"' in page
    assert "shenzhen/2024" in page
    assert "当日还没有入库" in reviewer.get(f"/reports/as-of/loans/{loan.pk}/", {"on": "2024-01-02"}).content.decode()
    assert reviewer.get(f"/reports/as-of/loans/{loan.pk}/", {"on": "2025-07-04"}).status_code == 422
    assert own.get(f"/reports/as-of/loans/{loan.pk}/", {"on": "2025-01-21"}).status_code == 200
    assert stranger.get(f"/reports/as-of/loans/{loan.pk}/").status_code == 404
    bank = own.get(f"/reports/as-of/banks/{team.pk}/", {"on": "2025-01-21"}).content.decode()
    assert "截至 2025-01-21 的状态" in bank and "回到今天" in bank
    assert stranger.get(f"/reports/as-of/banks/{team.pk}/").status_code == 404
    assert "查看以前某日的状态" in own.get(f"/loans/{loan.pk}/").content.decode()
    assert "查看以前某日的状态" in own.get(f"/banks/{team.pk}/").content.decode()


def test_a_correction_and_a_suspension_are_undone_by_an_earlier_day(db: None) -> None:
    team = bank_team("变动银行")
    loan = entered_loan(team, date(2024, 11, 20))
    determine(team, loan, date(2024, 12, 10), "2500000.00")
    with scope.everything():
        bank = Bank.objects.get(pk=team.pk)
        before, after = past.bank_on(bank, date(2024, 12, 9)), past.bank_on(bank, date(2024, 12, 10))
        assert before.standing is not None and not before.standing.is_suspended and before.ratio == 0
        assert after.standing is not None and after.standing.is_suspended and after.since == date(2024, 12, 10)
        then, now = past.loan_on(loan, date(2024, 12, 9)), past.loan_on(loan, date(2024, 12, 10))
        assert then is not None and now is not None
        assert (then.classification, then.determinations) == ("normal", [])
        assert now.classification == "substandard" and now.determinations[0].status == past.DETERMINED
        assert past.edition_on(date(2024, 12, 10)) is not None and past.edition_on(date(2023, 1, 1)) is None


def test_a_ranking_by_an_earlier_day_knows_nothing_of_later_loans(db: None) -> None:
    """On the day of filing it is what was filed; a bank whose loans came later ranks lower before."""
    seven_banks()
    late = lender("壬行", (2023, ["5000000.00"]), (2024, ["5000000.00"]))
    lend(late, 2024, ["10000000.00", "10000000.00"])
    done = filed()
    with scope.everything():
        same = ranking_on(2024, AFTER[2024])
        assert same.filed == done and len(same.places) == done.lines.count()
        assert not any(place.differs for place in same.places) and same.missing == []
        before = ranking_on(2024, date(2024, 12, 1))
        assert any(place.differs for place in before.places)
        assert all(place.year.amount == 0 for place in before.places), "everything was entered on 2024-12-02"
        assert [line.bank.short_name for line in before.missing] == ["庚行"], "it joined on the last day of the year"
    client = Client()
    clock.set_day(AFTER[2024])
    client.force_login(person(Role.MANAGER_STATISTICS))
    page = client.get("/reports/as-of/ranking/", {"year": 2024, "on": "2024-12-01"}).content.decode()
    assert "家银行的名次或等级不同" in page and "庚行" in page
    assert "与报备结果一致" in client.get("/reports/as-of/ranking/", {"year": 2024}).content.decode()
    bank = Client()
    bank.force_login(User.objects.filter(institution=late.pk, role=Role.BANK_MAKER).get())
    assert bank.get("/reports/as-of/ranking/").status_code == 403
