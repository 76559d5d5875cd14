"""Legal dates: by month, as a list, and in the calendar program that reads them at a secret address."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from pool import clock, scope
from pool.models import AuditEvent, CalendarFeed, Deadline, Role
from pool.services import feeds
from tests.factories import claims as make
from tests.factories.people import person

pytestmark = pytest.mark.django_db
TODAY = date(2025, 1, 16)


@pytest.fixture(autouse=True)
def _day() -> None:
    clock.set_day(TODAY)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address_of(user) -> str:
    with scope.bank_scope(user.institution):
        return feeds.open_feed(user=user, by=user, on=TODAY)


def closed(user) -> bool:
    with scope.bank_scope(user.institution):
        return feeds.close_feed(user=user, by=user, on=TODAY)


def in_calendar(token: str) -> list:
    answer = Client().get(reverse("calendar_ics", args=[token]))
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_the_month_shows_each_last_day_with_its_article_and_the_moved_rest_days() -> None:
    team = make.good_team()
    text = signed_in(team.maker).get("/calendar/").content.decode()
    assert "录入2024年第四季度发放的贷款" in text
    assert "第十九条第(一)项" in text
    assert "班" in text  # 2025-01-26 is a Sunday that is worked
    assert "没有到期" in signed_in(person(Role.SYSTEM_ADMIN)).get("/calendar/").content.decode()


@pytest.mark.parametrize("month", ["2025-02", "2027-10", "nonsense", "2025-13", ""])
def test_any_month_can_be_asked_for(month: str) -> None:
    client = signed_in(make.good_team().maker)
    for view in ("", "list"):
        assert client.get("/calendar/", {"month": month, "view": view}).status_code == 200


def test_the_feed_tells_the_legal_dates_and_names_no_client() -> None:
    team = make.good_team()
    claim = make.submitted_claim(team, on=date(2025, 1, 10))
    token = address_of(team.maker)
    body = Client().get(reverse("calendar_ics", args=[token])).content.decode().replace("\r\n ", "")
    for secret in (claim.number, claim.loan.loan_number, claim.loan.borrower_name, claim.loan.credit_code):
        assert secret and secret not in body
    events = {str(event["summary"]): event for event in in_calendar(token)}
    with scope.everything():
        review = Deadline.objects.get(subject_id=claim.pk, kind="review_period")
    event = events["审核风险补偿申请"]
    assert event["dtstart"].dt == review.closes_on
    assert event["dtend"].dt == review.closes_on + timedelta(days=1)
    assert "第二十条第(一)项" in str(event["description"])


def test_an_event_keeps_its_name_from_one_reading_to_the_next() -> None:
    team = make.good_team()
    token = address_of(team.maker)
    first, again = ({str(event["uid"]) for event in in_calendar(token)} for _time in range(2))
    assert first == again and len(first) > 3


def test_a_bank_reads_nothing_of_another_bank() -> None:
    team, other = make.good_team(), make.good_team()
    make.submitted_claim(team, on=date(2025, 1, 10))
    token = address_of(other.maker)
    assert "审核风险补偿申请" not in {str(event["summary"]) for event in in_calendar(token)}


def test_only_the_hash_of_the_address_is_kept_and_it_is_shown_once() -> None:
    client = signed_in(make.good_team().maker)
    page = client.get("/calendar/feed/")
    shown = client.post("/calendar/feed/", {"form_key": _key(page)}).content.decode()
    address = shown.split('<code class="hash">')[1].split("</code>")[0]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert in_calendar(token)
    row = CalendarFeed.objects.get()
    assert token not in (row.token_hash, str(row.pk)) and row.last_used_at is not None
    assert token not in client.get("/calendar/feed/").content.decode()
    assert not AuditEvent.objects.filter(after__icontains=token).exists()


def test_a_new_address_ends_the_old_one_and_revoking_ends_both() -> None:
    user = make.good_team().maker
    first = address_of(user)
    second = address_of(user)
    get = Client().get
    assert get(reverse("calendar_ics", args=[first])).status_code == 404
    assert get(reverse("calendar_ics", args=[second])).status_code == 200
    assert closed(user)
    assert get(reverse("calendar_ics", args=[second])).status_code == 404
    assert not closed(user)


def test_the_address_of_somebody_who_left_is_worth_nothing() -> None:
    user = make.good_team().maker
    token = address_of(user)
    with scope.everything():
        user.is_active = False
        user.save(update_fields=["is_active"])
    assert Client().get(reverse("calendar_ics", args=[token])).status_code == 404


def _key(page) -> str:
    return page.content.decode().split('name="form_key" value="')[1].split('"')[0]
