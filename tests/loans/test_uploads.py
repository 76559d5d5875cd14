"""From a file to loans: checked by a worker, submitted by a second person, entered once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from banks import services as banks
from loans import services
from loans.models import Borrower, Loan, Upload, UploadRow
from loans.services import checking, entering
from loans.services.uploads import RowRefused
from pool import crypto, outbox, scope, storage
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import AuditEvent, FxRate, OutboxTask, RestrictedIndustry, Role, Transition
from tests.factories.loans import (
    as_csv,
    entered,
    entered_loan,
    entered_upload,
    fresh,
    loan_cells,
    owner_cells,
    received_upload,
)
from tests.factories.people import TODAY, bank_team, person
from tests.factories.words import id_number

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 1, 16, tzinfo=UTC)


def rows_of(upload: Upload) -> list[UploadRow]:
    with scope.everything():
        return list(UploadRow.objects.filter(upload=upload).order_by("row"))


def loans_of(team) -> list[Loan]:
    with scope.everything():
        return list(Loan.objects.filter(bank=team.bank).order_by("loan_number"))


# ---- receiving and checking


def test_good_rows_wait_for_the_checker_and_bad_rows_are_held(team):
    upload = received_upload(team, [loan_cells(), loan_cells(principal="三百万"), owner_cells()])
    assert (upload.state, upload.rows_total, upload.rows_good, upload.rows_held) == ("checked", 3, 2, 1)
    assert loans_of(team) == []
    held = rows_of(upload)[1]
    assert held.status == UploadRow.Status.HELD
    assert [(problem["code"], problem["key"]) for problem in held.problems] == [("bad_money", "principal")]
    assert held.raw["principal"] == "三百万"


def test_all_problems_of_a_row_are_told_at_once(team):
    upload = received_upload(team, [loan_cells(principal="x", staff="x", disbursed_on="2024-13-01", credit_code="91")])
    codes = {problem["code"] for problem in rows_of(upload)[0].problems}
    assert {"bad_money", "bad_integer", "bad_date", "credit_code_length"} <= codes


@pytest.mark.parametrize(
    ("given", "provision"),
    [
        ({"staff": "1000", "revenue": "400000000.00"}, "sme_size"),
        ({"in_shenzhen": "否"}, "shenzhen_business"),
        ({"industry_code": "J6640", "industry_group": "其他未列明行业"}, "excluded_sections"),
        ({"quasi_financial": "是"}, "quasi_financial"),
        ({"other_balances": "27000000.01"}, "balance_limit"),
        ({"product": "其他贷款"}, "covered_products"),
        ({"other_cover": "保险公司保险"}, "excluded_cover"),
        ({"use": "转贷"}, "permitted_use"),
    ],
)
def test_a_loan_outside_the_rules_of_entry_is_held_with_its_article(team, given, provision):
    upload = received_upload(team, [loan_cells(**given)])
    row = rows_of(upload)[0]
    assert row.status == UploadRow.Status.HELD
    assert provision in [finding["provision"] for finding in row.findings]
    assert all(finding["article"] for finding in row.findings)


def test_a_rate_over_the_limit_enters_and_is_marked(team):
    upload = entered_upload(team, [loan_cells(annual_rate="9.9")])
    assert upload.rows_entered == 1
    assert [finding["provision"] for finding in loans_of(team)[0].findings] == ["rate_spread"]


def test_the_balance_limit_holds_only_above_thirty_million(team):
    rows = [loan_cells(other_balances="27000000.00"), loan_cells(other_balances="27000000.01")]
    upload = received_upload(team, rows)
    assert [row.status for row in rows_of(upload)] == ["good", "held"]


def test_the_second_row_of_a_number_is_held_and_names_the_first(team):
    upload = received_upload(team, [loan_cells(iou_number="JJ-1"), loan_cells(iou_number="ｊｊ－1")])
    assert [row.status for row in rows_of(upload)] == ["good", "held"]
    problem = rows_of(upload)[1].problems[-1]
    assert (problem["code"], problem["params"]["first"]) == ("duplicate_in_file", "2")


def test_a_file_that_cannot_be_read_says_why(team):
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(file=b"no table here\n", name="x.csv", by=team.maker, on=TODAY)
    services.check_upload(upload.pk)
    upload = fresh(upload)
    assert upload.state == "failed"
    assert upload.problems[0]["code"] == "no_header"


def test_the_same_file_is_not_taken_while_the_first_is_under_way(team):
    file = as_csv([loan_cells()])
    with scope.bank_scope(team.pk):
        services.receive_upload(file=file, name="a.csv", by=team.maker, on=TODAY)
        with pytest.raises(Refused) as no:
            services.receive_upload(file=file, name="b.csv", by=team.maker, on=TODAY)
    assert no.value.code == "same_file_pending"


def test_a_bank_without_agreements_uploads_nothing():
    alone = bank_team("乙银行", agreements=False)
    with scope.bank_scope(alone.pk), pytest.raises(Refused) as no:
        services.receive_upload(file=as_csv([loan_cells()]), name="a.csv", by=alone.maker, on=TODAY)
    assert (no.value.code, no.value.article) == ("agreement_missing", "7")


@pytest.mark.parametrize("role", [Role.BANK_CHECKER, Role.BANK_ADMIN])
def test_only_a_maker_uploads(team, role):
    with scope.bank_scope(team.pk), pytest.raises(NotPermitted):
        services.receive_upload(file=as_csv([loan_cells()]), name="a.csv", by=team.people()[role], on=TODAY)


def test_personal_numbers_are_encrypted_in_rows_and_loans(team):
    number = id_number(7)
    upload = received_upload(
        team, [owner_cells(owner_id_number=number), owner_cells(owner_id_number=number, staff="x")]
    )
    good, held = rows_of(upload)
    assert number not in str(good.facts) + str(good.raw) + str(held.facts) + str(held.raw) + str(held.problems)
    assert crypto.decrypt(good.facts["owner_id_number"]) == number
    assert crypto.decrypt(held.raw["owner_id_number"]) == number
    entered(team, upload)
    assert loans_of(team)[0].owner_id_number == number


# ---- a worker that is killed


def test_a_check_taken_up_again_goes_on_where_it_stood(team, monkeypatch):
    monkeypatch.setattr(checking, "CHUNK", 2)
    rows = [loan_cells(iou_number=f"N{number}") for number in (1, 2, 3, 1, 5)]
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(file=as_csv(rows), name="a.csv", by=team.maker, on=TODAY)
    stored = checking.store
    chunks = []

    def dies_after_the_first_chunk(batch, judged):
        if chunks:
            raise KeyboardInterrupt
        chunks.append(len(judged))
        stored(batch, judged)

    monkeypatch.setattr(checking, "store", dies_after_the_first_chunk)
    with pytest.raises(KeyboardInterrupt):
        services.check_upload(upload.pk)
    assert (fresh(upload).state, fresh(upload).rows_done) == ("checking", 2)
    monkeypatch.setattr(checking, "store", stored)
    services.check_upload(upload.pk)
    upload = fresh(upload)
    assert (upload.state, upload.rows_total, upload.rows_good, upload.rows_held) == ("checked", 5, 4, 1)
    assert [row.row for row in rows_of(upload)] == [2, 3, 4, 5, 6]


def test_a_check_that_is_done_is_not_done_again(team):
    upload = received_upload(team, [loan_cells()])
    services.check_upload(upload.pk)
    assert fresh(upload).version == upload.version


# ---- submitting and entering


def test_nobody_submits_what_they_uploaded(team):
    upload = received_upload(team, [loan_cells()])
    team.maker.role = Role.BANK_CHECKER
    team.maker.save()
    with scope.bank_scope(team.pk), pytest.raises(SamePerson):
        services.submit_upload(upload_id=upload.pk, by=team.maker, on=TODAY, version=upload.version)


def test_a_second_submission_of_the_same_page_is_stale(team):
    upload = received_upload(team, [loan_cells()])
    with scope.bank_scope(team.pk):
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)
        with pytest.raises(Stale):
            services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)


def test_an_upload_without_a_good_row_cannot_be_submitted(team):
    upload = received_upload(team, [loan_cells(staff="x")])
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)
    assert no.value.code == "nothing_to_enter"


def test_an_agreement_that_ended_meanwhile_stops_the_submission(team):
    upload = received_upload(team, [loan_cells()])
    with scope.everything():
        banks.cancel_membership(bank_id=team.pk, by=None, on=TODAY, may_reapply_from=date(2027, 1, 16))
    with scope.bank_scope(team.pk), pytest.raises(Refused) as no:
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)
    assert no.value.article == "24"


@pytest.mark.parametrize(("submitted_on", "late"), [(date(2025, 1, 22), False), (date(2025, 1, 23), True)])
def test_the_day_of_submission_decides_whether_an_entry_is_late(team, submitted_on, late):
    """Disbursed in the last quarter of 2024: its window closes on 2025-01-22."""
    upload = received_upload(team, [loan_cells(disbursed_on="2024-12-31", matures_on="2025-12-31")])
    entered(team, upload, submitted_on)
    loan = loans_of(team)[0]
    assert (loan.entered_on, loan.entry_closes_on, loan.entered_late) == (submitted_on, date(2025, 1, 22), late)
    assert [finding["article"] for finding in loan.findings] == (["13"] if late else [])


def test_the_entry_counts_at_the_submission_although_the_worker_ends_later(team):
    upload = received_upload(team, [loan_cells(disbursed_on="2024-12-31", matures_on="2025-12-31")])
    with scope.bank_scope(team.pk):
        submitted = services.submit_upload(
            upload_id=upload.pk, by=team.checker, on=date(2025, 1, 22), version=upload.version
        )
    assert loans_of(team) == []
    with scope.everything():
        services.enter_upload(upload.pk)
    loan = loans_of(team)[0]
    assert (loan.entered_on, loan.entered_late, loan.entered_at) == (date(2025, 1, 22), False, submitted.submitted_at)


def test_entering_writes_log_audit_and_receipt(team):
    upload = entered_upload(team, [loan_cells(principal="3000000.00"), loan_cells(principal="1000000.50")])
    assert (upload.state, upload.rows_entered, upload.principal_entered) == ("entered", 2, Decimal("4000000.50"))
    with scope.everything():
        moves = Transition.objects.filter(subject_kind="loans.loan", bank=team.pk)
        assert {(move.field, move.source, move.target) for move in moves} == {
            ("state", "", "entered"),
            ("library", "", "loan"),
        }
        assert moves.count() == 4
        chunk = AuditEvent.objects.get(action="loans.enter", subject_id=str(upload.pk))
        assert chunk.after["rows"] == 2
        assert len(chunk.after["sha256"]) == 64
        services.make_receipt(upload.pk)
        upload.refresh_from_db()
        with storage.open_file(upload.receipt) as pdf:
            assert pdf.read(5) == b"%PDF-"
        services.make_receipt(upload.pk)
        assert fresh(upload).receipt_id == upload.receipt_id


def test_a_second_delivery_enters_nothing(team):
    upload = entered_upload(team, [loan_cells(), loan_cells()])
    with scope.everything():
        services.enter_upload(upload.pk)
    assert len(loans_of(team)) == 2
    assert fresh(upload).version == upload.version


def test_the_same_file_twice_enters_nothing_twice(team):
    rows = [loan_cells(), loan_cells()]
    entered_upload(team, rows)
    again = received_upload(team, [*rows, loan_cells()])
    assert (again.rows_known, again.rows_good) == (2, 1)
    entered(team, again)
    assert len(loans_of(team)) == 3


def test_a_number_with_other_facts_is_held_not_overwritten(team):
    cells = loan_cells(principal="3000000.00")
    entered_upload(team, [cells])
    again = received_upload(team, [{**cells, "principal": "2000000.00"}])
    problem = rows_of(again)[0].problems[-1]
    assert (again.rows_held, problem["code"]) == (1, "already_entered_differs")
    assert loans_of(team)[0].principal == Decimal("3000000.00")


def test_two_uploads_of_one_loan_enter_it_once(team):
    cells = loan_cells()
    first = received_upload(team, [cells])
    second = received_upload(team, [cells, loan_cells()])
    entered(team, first)
    second = entered(team, second)
    assert (second.rows_entered, second.rows_known) == (1, 1)
    assert len(loans_of(team)) == 2


def test_after_a_correction_only_the_held_rows_need_be_sent_again(team):
    good, bad = loan_cells(), loan_cells(staff="四十五")
    upload = entered_upload(team, [good, bad])
    assert (upload.rows_entered, upload.rows_held) == (1, 1)
    mended = entered_upload(team, [{**bad, "staff": "45"}])
    assert mended.rows_entered == 1
    assert len(loans_of(team)) == 2


def test_a_withdrawn_number_may_be_entered_again(team):
    loan = entered_loan(team, iou_number="JJ-9")
    with scope.bank_scope(team.pk):
        request = services.prepare_withdrawal(loan_id=loan.pk, by=team.maker, on=TODAY, reason="误录")
        services.withdraw_loan(request_id=request.pk, by=team.checker, on=TODAY, version=request.version)
    again = entered_loan(team, iou_number="JJ-9")
    assert again.pk != loan.pk


def test_one_borrower_of_two_banks_is_one_identity(team):
    other = bank_team("乙银行")
    code = loan_cells()["credit_code"]
    entered_loan(team, credit_code=code)
    entered_loan(other, credit_code=code)
    with scope.everything():
        assert Borrower.objects.filter(credit_code=code).count() == 1
        assert Loan.objects.filter(borrower__credit_code=code).count() == 2


def test_owners_are_told_apart_by_their_number_not_by_their_firms_code(team):
    code = loan_cells()["credit_code"]
    rows = [owner_cells(credit_code=code, owner_id_number=id_number(seed)) for seed in (1, 2, 1)]
    entered_upload(team, rows)
    with scope.everything():
        assert len({loan.borrower_id for loan in loans_of(team)}) == 2
        assert not Borrower.objects.filter(credit_code=code).exists()


def test_no_query_is_asked_per_row(team, django_assert_max_num_queries):
    rows = [loan_cells() for _ in range(300)]
    with scope.bank_scope(team.pk):
        upload = services.receive_upload(file=as_csv(rows), name="a.csv", by=team.maker, on=TODAY)
    with django_assert_max_num_queries(80):
        services.check_upload(upload.pk)
    with scope.bank_scope(team.pk):
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=fresh(upload).version)
    with scope.everything(), django_assert_max_num_queries(60):
        services.enter_upload(upload.pk)
    assert fresh(upload).rows_entered == 300


def test_a_cancelled_upload_enters_nothing(team):
    upload = received_upload(team, [loan_cells()])
    with scope.bank_scope(team.pk):
        services.cancel_upload(upload_id=upload.pk, by=team.maker, on=TODAY, version=upload.version)
        with pytest.raises(Refused):
            services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=fresh(upload).version)
    assert loans_of(team) == []


# ---- the form


def test_a_form_is_an_upload_of_one_row(team):
    with scope.bank_scope(team.pk):
        upload = services.enter_form(cells=loan_cells(), by=team.maker, on=TODAY)
    assert (upload.source, upload.state, upload.rows_good) == ("form", "checked", 1)
    entered(team, upload)
    assert len(loans_of(team)) == 1


def test_a_form_with_mistakes_keeps_nothing_and_tells_them_all(team):
    with scope.bank_scope(team.pk), pytest.raises(RowRefused) as no:
        services.enter_form(cells=loan_cells(principal="x", staff=""), by=team.maker, on=TODAY)
    assert {problem.key for problem in no.value.problems if problem.is_error} == {"principal", "staff"}
    with scope.everything():
        assert not Upload.objects.filter(bank=team.bank).exists()


def test_a_form_outside_the_rules_is_refused_with_its_article(team):
    with scope.bank_scope(team.pk), pytest.raises(RowRefused) as no:
        services.enter_form(cells=loan_cells(in_shenzhen="否"), by=team.maker, on=TODAY)
    assert no.value.article == "3"


def test_a_form_for_a_loan_that_is_there_is_refused(team):
    cells = loan_cells()
    entered_upload(team, [cells])
    with scope.bank_scope(team.pk), pytest.raises(RowRefused) as no:
        services.enter_form(cells=cells, by=team.maker, on=TODAY)
    assert no.value.problems[-1].code == "already_entered"


# ---- through the outbox, as in life


def test_a_task_that_is_delivered_twice_does_its_work_once(team, django_capture_on_commit_callbacks):
    upload = received_upload(team, [loan_cells()])
    with scope.bank_scope(team.pk):
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)
    with scope.everything():
        promised = OutboxTask.objects.get(task="loans.enter_upload", arguments__upload_id=str(upload.pk))
    assert outbox.deliver(str(promised.pk))
    assert not outbox.deliver(str(promised.pk))
    assert len(loans_of(team)) == 1


def test_work_that_fails_before_its_end_leaves_nothing_and_is_done_at_the_next_delivery(team, monkeypatch):
    upload = received_upload(team, [loan_cells()])
    with scope.bank_scope(team.pk):
        services.submit_upload(upload_id=upload.pk, by=team.checker, on=TODAY, version=upload.version)
    with scope.everything():
        promised = OutboxTask.objects.get(task="loans.enter_upload", arguments__upload_id=str(upload.pk))

    def dies(_upload):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(entering, "_audit_chunks", dies)
        with pytest.raises(RuntimeError):
            outbox.deliver(str(promised.pk))
    assert loans_of(team) == []
    assert outbox.deliver(str(promised.pk))
    assert len(loans_of(team)) == 1


def test_a_public_body_uploads_nothing(team):
    with scope.everything(), pytest.raises(NotPermitted):
        services.receive_upload(file=b"x", name="a.csv", by=person(Role.MANAGER_STATISTICS), on=TODAY)


# ---- what the reference data decide


def confirmed(row):
    row.entered_by, row.confirmed_by = person(Role.MANAGER_REVIEWER), person(Role.MANAGER_APPROVER)
    row.confirmed_at = NOW
    row.save()


def test_foreign_currency_enters_in_yuan_at_the_rate_of_the_disbursement_date(team):
    confirmed(FxRate(day=date(2024, 11, 8), currency="USD", kind="parity", rate=Decimal("7.1433"), source="中间价"))
    upload = entered_upload(team, [loan_cells(currency="美元", principal="100000.00", credit_line="1000000")])
    loan = loans_of(team)[0]
    assert (loan.currency, loan.original_principal) == ("USD", Decimal("100000.00"))
    assert loan.principal == Decimal("714330.00")
    assert upload.principal_entered == Decimal("714330.00")


def test_without_a_rate_a_foreign_loan_waits(team):
    upload = received_upload(team, [loan_cells(currency="港元")])
    assert rows_of(upload)[0].problems[-1]["code"] == "no_exchange_rate"
    assert upload.rows_held == 1


def test_a_restricted_industry_is_held_on_the_days_the_catalogue_names(team):
    confirmed(
        RestrictedIndustry(
            code="C39", name="某类", category="restricted", valid_from=date(2024, 11, 8), valid_to=date(2024, 11, 8),
            source="目录",
        )
    )  # fmt: skip
    rows = [loan_cells(disbursed_on=day) for day in ("2024-11-07", "2024-11-08", "2024-11-09")]
    upload = received_upload(team, rows)
    assert [row.status for row in rows_of(upload)] == ["good", "held", "good"]
