"""A clerk who uses the keyboard, a screen reader or a telephone can use the pages a bank works with."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PatienceEnded

from claims.models import Claim, Evidence
from loans import services
from loans.models import Loan, Upload
from pool import clock, scope
from pool.models import User
from tests.factories import claims as make
from tests.factories.loans import as_csv, loan_cells, received_upload
from tests.factories.people import TODAY, BankTeam
from tests.journeys.acting import Person

PAGES = (
    "/", "/calendar/", "/calendar/?view=list", "/calendar/feed/", "/notices/", "/downloads/", "/search/?q=JJ",
    "/account/mail/", "/account/second-factor/", "/account/sessions/", "/account/tokens/", "/banks/own/",
    "/loans/", "/loans/?state=entered", "/loans/uploads/", "/loans/uploads/new/", "/loans/uploads/form/",
    "/loans/uploads/classifications/new/", "/claims/", "/claims/claimable/", "/claims/packets/", "/claims/upgrades/",
    "/recovery/", "/recovery/recoveries/", "/recovery/recoveries/file/", "/recovery/returns/", "/recovery/settlements/",
    "/recovery/paid-off/", "/recovery/closings/", "/reports/statements/", "/reports/own/", "/rulebook/", "/trial/",
)  # fmt: skip
NARROW = ("/", "/calendar/", "/loans/", "/loans/uploads/", "/claims/", "/banks/manage/")
"""Asked by axe in a narrow window too; of the others it is enough that they fit."""
WIDE = 1440
CHECKED = ("/", "/claims/desk/", "/loans/uploads/", "/recovery/paid-off/")
MANAGED = ("/", "/banks/manage/")
LOW = 60
"""Pixels of a row that holds one line."""
MOST_TABS = 200
IS_FOCUSED = """words => {
  const now = document.activeElement;
  return now.textContent.trim() === words || now.name === words || `#${now.id}` === words;
}"""
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@pytest.fixture
def team(live_portal: object) -> BankTeam:
    with scope.everything():
        clock.set_day(TODAY)
    team = make.good_team()
    make.submitted_claim(team)
    make.drafted_claim(team)
    make.npl_loan(team)
    clock.set_day(max(TODAY, clock.today()))
    return team


def with_something_wrong(team: BankTeam) -> Upload:
    """A batch with rows that are held, doubtful and good."""
    rows = [loan_cells(), loan_cells(staff="x"), loan_cells(credit_line="1000000.00"), loan_cells(annual_rate="9.9")]
    return received_upload(team, rows, clock.today())


def of_single_things(team: BankTeam) -> tuple[str, ...]:
    """A batch, one that cannot be read, a loan with what may be done about it, a claim being drafted."""
    upload = with_something_wrong(team).get_absolute_url()
    with scope.everything():
        broken = services.receive_upload(file=b"hello", name="a.csv", by=team.maker, on=clock.today())
        drafted = Claim.objects.get(bank=team.pk, state=Claim.State.DRAFT)
        loan = drafted.loan.get_absolute_url()
    services.check_upload(broken.pk)
    return (
        upload, f"{upload}?rows=unconfirmed", f"{upload}?rows=told", broken.get_absolute_url(), loan, f"{loan}correct/",
        f"/claims/{drafted.pk}/", f"/claims/{drafted.pk}/prepare/",
    )  # fmt: skip


def complaints_of(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {one['help']} ({one['nodes'][0]['html'][:160]})" for one in found]


@pytest.mark.parametrize("width", [WIDE, 390])
def test_axe_finds_nothing_on_the_pages_of_a_bank(
    team: BankTeam, somebody: Callable[[User | None], Person], width: int
) -> None:
    wrong = {}
    for user, pages in (
        (team.maker, PAGES + of_single_things(team)), (team.checker, CHECKED), (team.admin, MANAGED),
    ):  # fmt: skip
        window = somebody(user).window
        window.set_viewport_size({"width": width, "height": 900})
        for path in pages:
            window.goto(path)
            for box in window.locator("details.confirm > summary").all():
                box.click()
            found = complaints_of(window) if width == WIDE or path in NARROW else []
            if window.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
                found.append("wider than the window")
            if found:
                wrong[path] = found
            if path == "/banks/manage/":
                rows = window.eval_on_selector_all("table.data tbody tr", "rows => rows.map(row => row.offsetHeight)")
                assert max(rows) < LOW, "a narrow window scrolls, its rows do not grow tall"
    assert not wrong


def test_axe_would_find_a_field_without_a_label(team: BankTeam, somebody: Callable[[User | None], Person]) -> None:
    maker = somebody(team.maker)
    maker.go("/loans/")
    maker.window.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert any(line.startswith("label") for line in complaints_of(maker.window))


def test_a_file_goes_from_the_upload_to_its_submission_by_keyboard_alone(
    team: BankTeam, somebody: Callable[[User | None], Person], tmp_path: Path
) -> None:
    file = tmp_path / "loans.csv"
    file.write_bytes(as_csv([loan_cells(iou_number="KEYS01"), loan_cells(credit_line="1000000.00")]))
    maker = Keyboard(somebody(team.maker).window)
    maker.page.goto("/loans/uploads/")
    maker.presses("上传表格")
    maker.chooses("file", file)
    maker.presses("上传并校验")
    expect(maker.page.get_by_role("heading", level=1)).to_contain_text("RK")
    maker.page.reload()  # what the bar does when the work has ended
    maker.reaches("rows")
    maker.page.keyboard.press("Space")
    maker.reaches("reason")
    maker.page.keyboard.type("授信总额由总行核定")
    maker.presses("确认无误")
    expect(maker.page.get_by_text("已确认 1 行，理由已记录。")).to_be_visible()
    checker = Keyboard(somebody(team.checker).window)
    checker.page.goto(urlsplit(maker.page.url).path)
    checker.reaches("复核并提交")
    checker.page.keyboard.press("Enter")
    checker.page.keyboard.press("Tab")
    checker.reaches("复核并提交")
    checker.page.keyboard.press("Enter")
    expect(checker.page.get_by_text("已提交，入库日期以此刻为准")).to_be_visible()
    with scope.everything():
        assert Loan.objects.filter(bank=team.pk, loan_number="KEYS01").exists()


def test_a_claim_is_drafted_filled_in_and_given_a_paper_by_keyboard_alone(
    team: BankTeam, somebody: Callable[[User | None], Person], tmp_path: Path
) -> None:
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(make.pdf_bytes())
    maker = Keyboard(somebody(team.maker).window)
    maker.page.goto("/claims/claimable/")
    maker.reaches("loans")
    maker.page.keyboard.press("Space")
    maker.presses("为所选贷款起草申请")
    expect(maker.page.get_by_text("已起草 1 笔补偿申请")).to_be_visible()
    with scope.everything():
        claim = Claim.objects.filter(bank=team.pk, state=Claim.State.DRAFT).latest("created_at")
    maker.page.goto(f"/claims/{claim.pk}/prepare/")
    maker.reaches("credit_report_on")
    maker.types_day(clock.today())
    maker.reaches("reported_balances")
    maker.page.keyboard.press("Control+A")
    maker.page.keyboard.type("1000000")
    maker.presses("保存并核验")
    slot = maker.page.locator("form.inline-upload input[type=file]").first
    item = str(slot.get_attribute("id")).removeprefix("file-")
    maker.chooses(f"#file-{item}", paper)
    expect(maker.page.get_by_text("材料已上传")).to_be_visible()
    with scope.everything():
        assert Evidence.objects.filter(claim=claim, item=item).exists()


class Keyboard:
    """A person who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reaches(self, words: str) -> None:
        """By the tab key alone: what is on the button, or the field's name or address."""
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(IS_FOCUSED, words):
                return
        raise AssertionError(f"the keyboard does not reach {words}")

    def types_day(self, day: date) -> None:
        """Into a field of the browser's own, in the order of its language."""
        for order in ("%m%d%Y", "%Y%m%d"):
            self.page.keyboard.type(day.strftime(order))
            if self.page.evaluate("document.activeElement.value") == day.isoformat():
                return
            self.page.keyboard.press("Shift+Tab")
            self.page.keyboard.press("Tab")
        raise AssertionError("the day cannot be typed")

    def presses(self, words: str) -> None:
        self.reaches(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def chooses(self, words: str, file: Path) -> None:
        """A busy browser may let the first press go by; a person presses again."""
        self.reaches(words)
        for patience in (5_000, 10_000, 20_000):
            with suppress(PatienceEnded), self.page.expect_file_chooser(timeout=patience) as asked:
                self.page.keyboard.press("Enter")
            if asked.is_done():
                asked.value.set_files(file)
                return
        raise AssertionError(f"no chooser of files opened from {words}")


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
