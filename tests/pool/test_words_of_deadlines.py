"""What is to be done is kept in Chinese whoever caused it, and read in the language of the reader."""

from datetime import date

import pytest
from django.utils import translation

from pool import clock, scope
from pool.models import Deadline
from pool.services.feeds import open_deadlines
from tests.factories.claims import drafted_claim, good_team
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
