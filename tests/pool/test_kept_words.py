"""What is to be done or told is kept in Chinese whoever caused it, and read in the language of the reader."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from pool import clock, scope
from pool.models import Deadline, Notice, Transition
from pool.services.feeds import open_deadlines
from tests.factories.claims import (
    Desk,
    drafted_claim,
    good_team,
    paid_claim,
    refused_claim,
)
from tests.factories.people import TODAY

pytestmark = pytest.mark.django_db


def test_a_deadline_caused_under_the_english_screen_is_kept_in_chinese_and_read_in_either() -> None:
    clock.set_day(TODAY)
    with translation.override("en"):
        team = good_team()
        drafted_claim(team)
    with scope.everything():
        kept = set(Deadline.objects.filter(bank=team.pk).values_list("label", "waiting_for"))
    assert ("提交风险补偿申请", "加盟银行") in kept
    for language, words in (
        ("zh-hans", ("提交风险补偿申请", "加盟银行")),
        ("en", ("File a risk-compensation claim", "Partner bank")),
    ):
        with translation.override(language), scope.scope_for(team.maker):
            found = {(item.label, item.waiting_for) for item in open_deadlines(team.maker, TODAY, date(2026, 12, 31))}
        assert words in found


def is_chinese(words: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in words)


def test_what_an_actor_under_the_english_screen_causes_is_told_to_colleagues_in_chinese() -> None:
    clock.set_day(TODAY)
    with translation.override("en"):
        team, desk = good_team(), Desk()
        refused = refused_claim(team, desk)
        paid_claim(team, desk)
        assert translation.get_language() == "en"
    with scope.everything():
        told = list(Notice.objects.values_list("title", "topic"))
        reasons = [why for why in Transition.objects.values_list("reason", flat=True) if why]
        dropped = [why for why in Deadline.objects.values_list("dropped_because", flat=True) if why]
    assert (f"补偿申请 {refused.number}：审核不通过", "补偿申请的审核结果") in told
    assert all(is_chinese(title) and (not topic or is_chinese(topic)) for title, topic in told)
    assert all(map(is_chinese, reasons + dropped))
    page = Client()
    page.force_login(team.checker)
    page.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "The compensation has arrived" in page.get("/notices/").content.decode()
