"""Form keys, hats, numbers, secrets, scopes: what every room relies on."""

import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory

from pool import audit, clock, crypto, hats, masking, moves, numbering, registry, scope, storage
from pool.errors import Refused, SamePerson, Stale
from pool.forms_keys import once, seen_version
from pool.invariants import deadlines_are_what_the_rules_say, editions_are_unaltered
from pool.models import (
    AuditEvent,
    BusinessDate,
    CalendarDay,
    Deadline,
    FormKey,
    Notice,
    Role,
    StoredFile,
    Transition,
    User,
)
from pool.refs import Refs, default_refs
from pool.rulebook import load
from pool.rules import Window
from pool.selectors import refs
from pool.services import deadlines, editions, references
from pool.services.notices import notify
from tests.pool.people import bank, person

TODAY = date(2025, 1, 16)


# --- scope ------------------------------------------------------------------------------------------------------------


def test_without_a_context_nothing_of_any_bank_is_seen(db: None) -> None:
    with scope.everything():
        kept = storage.keep(b"x", name="a.txt", purpose="t", by=None, bank=bank())
        assert StoredFile.objects.filter(pk=kept.pk).exists()
    assert not StoredFile.objects.exists()
    with scope.public():
        assert not StoredFile.objects.exists()


def test_a_bank_sees_and_writes_its_own_rows_only(db: None) -> None:
    mine, other = bank(), bank()
    with scope.bank_scope(mine):
        storage.keep(b"x", name="a.txt", purpose="t", by=None, bank=mine)
        for owner in (other, None):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                storage.keep(b"x", name="a.txt", purpose="t", by=None, bank=owner)
    with scope.bank_scope(other):
        assert not StoredFile.objects.exists()


def test_a_nested_scope_gives_way_to_the_one_before(db: None) -> None:
    mine = bank()
    with scope.bank_scope(mine):
        with scope.everything():
            assert scope.current() == (scope.ALL, None)
        assert scope.current() == (scope.BANK, mine)
        with pytest.raises(ZeroDivisionError), scope.everything():
            _ = 1 / 0
        assert scope.current() == (scope.BANK, mine)


def test_the_scope_ends_with_its_transaction(committed_db: str) -> None:
    with scope.everything():
        pass
    assert scope.current() == (scope.NOBODY, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.scope', true), '')")
        assert cursor.fetchone() == ("",)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_its_scope(db: None, role: Role) -> None:
    user = person(role)
    with scope.scope_for(user):
        expected = (scope.BANK, user.institution) if role.party == "bank" else (scope.ALL, None)
        assert scope.current() == expected
    user.is_active = False
    with scope.scope_for(user):
        assert scope.current() == (scope.PUBLIC, None)


def test_a_bank_role_without_a_bank_cannot_be_stored(db: None) -> None:
    with pytest.raises(IntegrityError, match="user_bank_role_has_bank"), transaction.atomic():
        person(Role.BANK_MAKER, institution=None)
    with pytest.raises(IntegrityError, match="user_bank_role_has_bank"), transaction.atomic():
        person(Role.AUDITOR, institution=bank())


# --- hats -------------------------------------------------------------------------------------------------------------


def test_one_person_wears_one_hat_on_a_case_for_good(db: None) -> None:
    case, one, other = uuid4(), person(), person()
    hats.wear(case, one, "reviewer")
    hats.wear(case, one, "reviewer")
    with pytest.raises(SamePerson):
        hats.wear(case, one, "approver")
    hats.wear(case, other, "approver")
    hats.wear(uuid4(), one, "approver")
    assert hats.wearers(case) == {"reviewer": [one], "approver": [other]}
    assert not hats.may_wear(case, one, "approver")


@pytest.mark.parametrize("table", ["pool_hat", "pool_transition", "pool_accesslog", "pool_storedfile"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_only_added_cannot_be_changed_by_the_application(db: None, table: str, act: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))


# --- form keys --------------------------------------------------------------------------------------------------------


@once
def do(request: HttpRequest) -> HttpResponse:
    if request.POST.get("bad"):
        return HttpResponse("请更正", status=422)
    if request.POST.get("no"):
        raise Refused("no", "不行")
    numbering.next_number("done", 2025)
    return redirect("/done/")


def posted(user: User, **fields: str) -> HttpRequest:
    request = RequestFactory().post("/do/", fields)
    request.user = user
    return request


def done() -> int:
    return numbering.next_number("done", 2025) - 1


def test_the_same_form_twice_does_it_once_and_answers_alike(db: None) -> None:
    user, key = person(), str(uuid4())
    first, again = (do(posted(user, form_key=key, a="1")) for _ in range(2))
    assert first["Location"] == again["Location"] == "/done/"
    assert done() == 1


def test_an_altered_form_under_a_used_key_is_refused(db: None) -> None:
    user, key = person(), str(uuid4())
    do(posted(user, form_key=key, a="1"))
    with pytest.raises(Refused) as refused:
        do(posted(user, form_key=key, a="2"))
    assert refused.value.code == "form_key_reused"
    assert done() == 1


def test_another_person_may_have_the_same_key(db: None) -> None:
    key = str(uuid4())
    do(posted(person(), form_key=key))
    do(posted(person(), form_key=key))
    assert done() == 2


def test_a_form_that_did_nothing_may_be_corrected_under_its_key(db: None) -> None:
    user, key = person(), str(uuid4())
    assert do(posted(user, form_key=key, bad="1")).status_code == 422
    with pytest.raises(Refused, match="不行"), transaction.atomic():
        do(posted(user, form_key=key, no="1"))
    assert not FormKey.objects.exists()
    assert do(posted(user, form_key=key)).status_code == 302


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_form_without_its_key_is_refused(db: None, key: str) -> None:
    with pytest.raises(Refused, match="刷新"):
        do(posted(person(), form_key=key))


def test_a_double_click_at_the_same_moment_does_it_once(committed_db: str) -> None:
    with scope.everything():
        user = person()
    key, answers, start = str(uuid4()), [], threading.Barrier(8)

    def click() -> None:
        try:
            start.wait(timeout=20)
            with scope.scope_for(user):
                answers.append(do(posted(user, form_key=key))["Location"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers == ["/done/"] * 8
    with transaction.atomic():
        assert done() == 1


def test_a_decision_without_the_version_seen_is_stale(db: None) -> None:
    with pytest.raises(Stale):
        seen_version(posted(person(), version="x"))
    assert seen_version(posted(person(), version="7")) == 7


# --- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["13800138000", "440301199001011234", "张三😀", " " * 3, "长" * 4000])
def test_what_is_encrypted_comes_back(text: str) -> None:
    stored = crypto.encrypt(text)
    assert crypto.decrypt(stored) == text
    assert crypto.encrypt(text) != stored
    assert text.strip() == "" or text not in stored


def test_an_altered_ciphertext_is_noticed() -> None:
    name, _, body = crypto.encrypt("13800138000").partition(":")
    turned = body[:20] + ("A" if body[20] != "A" else "B") + body[21:]
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(f"{name}:{turned}")
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt("13800138000")


def test_an_older_key_still_reads_and_the_index_stays(settings: object) -> None:
    stored, index = crypto.encrypt("秘密"), crypto.blind_index("440301199001011234")
    settings.FIELD_OLD_KEYS = [settings.FIELD_KEY]
    settings.FIELD_KEY = "a newer key"
    assert crypto.decrypt(stored) == "秘密"
    assert crypto.encrypt("秘密").split(":")[0] != stored.split(":")[0]
    assert crypto.blind_index("440301199001011234") == index
    settings.FIELD_OLD_KEYS = []
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(stored)


def test_the_blind_index_finds_equals_and_tells_nothing_else() -> None:
    assert crypto.blind_index(" 44030119900101123x") == crypto.blind_index("44030119900101123X ")
    assert crypto.blind_index("1") != crypto.blind_index("2")
    assert crypto.blind_index("1", "phone") != crypto.blind_index("1")
    assert len(crypto.blind_index("1")) == 64
    assert crypto.blind_index("  ") == ""


def test_the_database_holds_no_clear_phone_number(db: None) -> None:
    user = person(phone="13800138000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM pool_user WHERE id = %s", [str(user.pk)])
        assert "13800138000" not in cursor.fetchone()[0]
    assert User.objects.get(pk=user.pk).phone == "13800138000"
    with pytest.raises(FieldError):
        User.objects.filter(phone="13800138000").exists()


# --- audit, moves, numbers, files -------------------------------------------------------------------------------------


def test_the_audit_row_masks_personal_data_and_knows_its_bank(db: None) -> None:
    maker = person(Role.BANK_MAKER)
    with scope.bank_scope(maker.institution):
        said = {"phone": "13800138000", "amount": Decimal("1.10"), "who": {"owner_id_number": "440301199001011234"}}
        event = audit.record("x.y", maker, by=maker, on=TODAY, after=said, article="19(1)")
    assert event.after == {"phone": "138****8000", "amount": "1.10", "who": {"owner_id_number": "440***********1234"}}
    assert event.bank == maker.institution
    with scope.bank_scope(bank()):
        assert not AuditEvent.objects.filter(pk=event.pk).exists()


def test_an_audit_row_goes_with_the_change_it_tells_of(db: None) -> None:
    with scope.everything():
        with pytest.raises(Refused), transaction.atomic():
            audit.record("x.y", person(), by=None, on=TODAY)
            raise Refused("no", "")
        assert not AuditEvent.objects.exists()


def test_a_read_stays_in_the_log_when_the_request_is_rolled_back(committed_db: str) -> None:
    with scope.everything():
        user = person()
    with pytest.raises(Refused), scope.everything():
        audit.log_access(user, "denied", user, detail="403")
        raise Refused("no", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT username, subject_kind FROM pool_accesslog")
        assert cursor.fetchall() == [(user.username, "pool.user")]


def test_moves_are_kept_in_order_with_who_why_and_article(db: None) -> None:
    with scope.everything():
        user = person()
        moves.log(user, field="state", source="a", target="b", by=user, on=TODAY, reason="因为", article="19(2)")
        moves.log(user, field="state", source="b", target="c", by=None, on=TODAY)
        assert [(row.source, row.target) for row in moves.history(user, "state")] == [("a", "b"), ("b", "c")]
        assert Transition.objects.count() == 2


def test_a_number_of_a_failed_transaction_is_given_again(db: None) -> None:
    assert numbering.next_number("plan", 2025) == 1
    with pytest.raises(Refused), transaction.atomic():
        assert numbering.next_number("plan", 2025) == 2
        raise Refused("no", "")
    assert numbering.next_number("plan", 2025) == 2
    assert numbering.next_number("plan", 2026) == 1


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", b"%PDF-1.7", "application/pdf"),
        ("a.pdf", b"MZ\x90\x00", "application/octet-stream"),
        ("a.html", b"<script>", "application/octet-stream"),
        ("a.csv", "甲,乙".encode(), "text/csv"),
        ("a.xlsx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_the_type_of_a_file_is_told_by_its_bytes(name: str, data: bytes, kind: str) -> None:
    assert storage.sniff(data, name) == kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\x\\报告.pdf", "报告.pdf"), ("a\x00\u202eb.pdf", "ab.pdf"), ("/", "file")],
)
def test_a_file_name_is_never_a_path(given: str, kept: str) -> None:
    assert storage.clean_name(given) == kept


def test_a_file_is_kept_once_and_its_hash_proves_it(db: None) -> None:
    with scope.everything():
        clock.set_day(date(2024, 7, 26))
        one, two = (storage.keep(b"same", name="a.txt", purpose="t", by=None) for _ in range(2))
        assert one.kept_on == date(2024, 7, 26)
        assert one.path == two.path
        assert one.pk != two.pk
        assert storage.intact(one)
        with storage.open_file(one) as source:
            assert source.read() == b"same"
        for data, code in ((b"", "file_empty"), (b"12345", "file_too_large")):
            with pytest.raises(Refused) as refused:
                storage.keep(data, name="a", purpose="t", by=None, max_bytes=4)
            assert refused.value.code == code


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masking.mask_identity, "440301199001011234", "440301**********34"),
        (masking.mask_phone, "13800138000", "138****8000"),
        (masking.mask_name, "欧阳小明", "欧***"),
        (masking.mask_account, "6222020200012345678", "6222***********5678"),
        (masking.mask_phone, "123", "***"),
    ],
)
def test_masks_show_enough_to_recognise(mask: object, value: str, shown: str) -> None:
    assert mask(value) == shown


# --- the business date ------------------------------------------------------------------------------------------------


def test_the_business_date_is_the_row_or_the_real_day_in_shanghai(db: None) -> None:
    assert clock.today() == clock.real_today()
    clock.set_day(TODAY)
    assert clock.today() == TODAY
    assert clock.now().date() == TODAY
    assert clock.now().utcoffset().total_seconds() == 8 * 3600


def test_the_business_date_never_goes_back_even_in_the_database(db: None) -> None:
    clock.set_day(TODAY)
    with pytest.raises(IntegrityError, match="only moves forward"), transaction.atomic():
        BusinessDate.objects.update(day=date(2025, 1, 15))


# --- deadlines and notices --------------------------------------------------------------------------------------------


def window(closes_on: date = date(2025, 1, 22)) -> Window:
    return Window("disbursed", "19(1)", "entry_window", date(2025, 1, 2), None, closes_on, "working_day", 15)


def test_a_deadline_is_one_row_per_subject_kind_and_event(db: None) -> None:
    calendar = default_refs().calendar
    with scope.everything():
        user = person()
        first = deadlines.open_deadline(user, window(), calendar, waiting_for="银行经办")
        again = deadlines.open_deadline(user, window(date(2025, 1, 23)), calendar)
        assert first.pk == again.pk
        assert Deadline.objects.get().closes_on == date(2025, 1, 23)
        assert "2025-01-04" in again.explanation["rest_days"]
        assert again.calendar_version == calendar.version
        assert deadlines.fulfil(user.pk, "disbursed", on=TODAY) == 1
        assert deadlines.fulfil(user.pk, "disbursed", on=TODAY) == 0
        assert deadlines.open_of(user.pk) == []


def test_a_dropped_deadline_says_why(db: None) -> None:
    with scope.everything():
        user = person()
        deadlines.open_deadline(user, window(), default_refs().calendar)
        assert deadlines.drop(user.pk, on=TODAY, because="贷款已撤回") == 1
        assert Deadline.objects.get().dropped_because == "贷款已撤回"


def test_a_clock_runs_once_at_a_time_and_keeps_its_stretches(db: None) -> None:
    case = uuid4()
    with scope.everything():
        deadlines.start_clock(case, "review", on=date(2025, 1, 2))
        deadlines.start_clock(case, "review", on=date(2025, 1, 5))
        assert deadlines.stop_clock(case, "review", on=date(2025, 1, 6), reason="暂停")
        assert not deadlines.stop_clock(case, "review", on=date(2025, 1, 7))
        deadlines.start_clock(case, "review", on=date(2025, 1, 10))
        stretches = [
            (row.started_on.day, row.stopped_on and row.stopped_on.day) for row in deadlines.intervals(case, "review")
        ]
    assert stretches == [(2, 6), (10, None)]


def test_a_notice_needs_a_reader(db: None) -> None:
    with pytest.raises(ValueError, match="somebody"):
        notify(key="a", title="x", on=TODAY)
    assert not Notice.objects.exists()


# --- reference data ---------------------------------------------------------------------------------------------------


def test_the_loaded_reference_data_are_what_the_rules_were_proved_with(db: None) -> None:
    call_command("load_reference", verbosity=0)
    call_command("load_reference", verbosity=0)
    ours, proved = refs(TODAY), default_refs()
    assert ours.calendar.version == proved.calendar.version
    assert ours.lpr.quotes == proved.lpr.quotes
    assert ours.lpr.confirmed_through == proved.lpr.confirmed_through
    assert ours.catalogue.restricts("C3110", TODAY) is not None
    assert refs(TODAY) is ours


def test_a_name_is_registered_once() -> None:
    book: registry.Registry[registry.Todo] = registry.Registry("thing")
    first = registry.TodoSource("a", lambda user, on: [])
    book.register(first)
    book.register(first)
    with pytest.raises(ValueError, match="registered twice"):
        book.register(registry.TodoSource("a", lambda user, on: []))
    assert [item.name for item in book] == ["a"]


def test_a_newly_confirmed_holiday_moves_what_is_still_open(db: None) -> None:
    def rule(row: Deadline, reference: Refs) -> Window:
        return replace(window(), closes_on=reference.calendar.add_workdays(row.event_on, 15))

    registry.deadline_rules.register(registry.DeadlineRule("disbursed", rule))
    try:
        with scope.everything():
            user = person()
            deadlines.open_deadline(user, rule(Deadline(event_on=date(2025, 1, 2)), refs()), refs().calendar)
            assert deadlines.recompute_all(TODAY) == {"checked": 0, "moved": 0}
            references.load(CalendarDay, source="通知", day=date(2025, 1, 20), working=False, name="")
            assert list(deadlines_are_what_the_rules_say())
            assert deadlines.recompute_all(TODAY) == {"checked": 1, "moved": 1}
            assert not list(deadlines_are_what_the_rules_say())
            assert Deadline.objects.get().closes_on == date(2025, 1, 24)
    finally:
        del registry.deadline_rules.items["disbursed"]


def test_an_edition_once_used_keeps_its_hash(db: None) -> None:
    book = load("shenzhen/2024")
    assert editions.use(book) == editions.use(book) == book.hash
    assert not list(editions_are_unaltered())
    with pytest.raises(Refused) as refused:
        editions.use(replace(book, hash="0" * 64))
    assert refused.value.code == "edition_changed"
