"""A clerk who uses the keyboard, a screen reader or a telephone can use the pages a bank works with."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pool import clock, scope
from pool.models import User
from tests.factories import claims as make
from tests.factories.people import TODAY, BankTeam
from tests.journeys.acting import Person

PAGES = (
    "/", "/calendar/", "/calendar/?view=list", "/calendar/feed/", "/notices/", "/account/mail/", "/loans/",
    "/loans/?state=entered", "/loans/uploads/", "/claims/", "/recovery/recoveries/",
)  # fmt: skip
MANAGED = ("/", "/banks/manage/")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture
def team(live_portal: object) -> BankTeam:
    with scope.everything():
        clock.set_day(TODAY)
    team = make.good_team()
    make.submitted_claim(team)
    make.drafted_claim(team)
    return team


def complaints_of(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})" for one in found]


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_the_pages_of_a_bank(
    team: BankTeam, somebody: Callable[[User | None], Person], width: int
) -> None:
    wrong = {}
    for user, pages in ((team.maker, PAGES), (team.admin, MANAGED)):
        window = somebody(user).window
        window.set_viewport_size({"width": width, "height": 900})
        for path in pages:
            window.goto(path)
            for box in window.locator("details.confirm > summary").all():
                box.click()
            found = complaints_of(window)
            if window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
                found.append("wider than the window")
            if found:
                wrong[path] = found
    assert not wrong


def test_axe_would_find_a_field_without_a_label(team: BankTeam, somebody: Callable[[User | None], Person]) -> None:
    maker = somebody(team.maker)
    maker.go("/loans/")
    maker.window.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any(line.startswith("label") for line in complaints_of(maker.window))


def test_a_list_is_narrowed_kept_and_arranged_by_keyboard_alone(
    team: BankTeam, somebody: Callable[[User | None], Person]
) -> None:
    page = somebody(team.maker).window
    page.goto("/loans/")
    keys = page.keyboard

    def reach(words: str) -> None:
        for _press in range(120):
            keys.press("Tab")
            if words in page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name || ''"):
                return
        raise AssertionError(f"the keyboard does not reach {words}")

    page.locator("[name=state]").focus()
    page.locator("[name=state]").select_option("non_performing")
    reach("查询")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("state=non_performing"))
    reach("保存筛选")
    keys.press("Enter")
    keys.press("Tab")
    keys.type("我的不良")
    keys.press("Enter")
    expect(page.get_by_role("link", name="我的不良")).to_have_attribute("aria-current", "page")
    reach("选择列")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Space")  # the second column; the first always stays
    reach("应用")
    keys.press("Enter")
    expect(page.get_by_role("columnheader", name="借款人")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="借据号")).to_have_count(1)
