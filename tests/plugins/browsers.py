"""The portal served over a committed database, and Debian's Chromium to look at it."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from config.dev import chromium as installed
from config.dev.places import VAR

TRACES = VAR / "test" / "traces"
PATIENCE_MS = 15_000
WITH_TRACE = bool(os.environ.get("JOURNEY_TRACE"))
EXPECTED_NOISE = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
OUTCOME = pytest.StashKey[dict[str, bool]]()


@dataclass(frozen=True)
class Portal:
    url: str

    def __str__(self) -> str:
        return self.url


@pytest.fixture
def live_portal(committed_db: str) -> Iterator[Portal]:
    """The portal in threads of this process, under the application's role, on its own database."""
    server = LiveServerThread("127.0.0.1", lambda application: application, connections_override={}, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield Portal(f"http://127.0.0.1:{server.port}")
    server.terminate()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = installed.program()
    if program is None:
        pytest.skip("THERE IS NO CHROMIUM HERE: the journeys were not tried")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; nothing of Django does.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=installed.QUIET)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What scripts and the content policy of the test's pages complained of; the test fails if it is not empty."""
    return []


@pytest.fixture
def new_page(
    request: pytest.FixtureRequest, chromium: Browser, live_portal: Portal, complaints: list[str]
) -> Iterator[Callable[[], Page]]:
    """`new_page()` as often as there are persons in the journey: each has cookies of their own."""
    opened: list[Window] = []

    def open_one() -> Page:
        opened.append(Window(chromium, live_portal, complaints))
        return opened[-1].page

    yield open_one
    failed = bool(complaints) or not request.node.stash.get(OUTCOME, {}).get("call", False)
    folder = TRACES / re.sub(r"[^\w.-]+", "_", request.node.nodeid)[-150:]
    for number, one in enumerate(opened):
        one.close(folder / str(number) if failed else None)
    if complaints:
        pytest.fail("the browser complained:\n" + "\n".join(complaints), pytrace=False)


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """One person's browser window."""
    return new_page()


class Window:
    """A browser context that leaves its last page and a picture behind when its test fails, and a trace if wanted."""

    def __init__(self, browser: Browser, portal: Portal, complaints: list[str]) -> None:
        self._complaints = complaints
        self._context = browser.new_context(
            base_url=portal.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1366, "height": 900}
        )
        self._context.set_default_timeout(PATIENCE_MS)
        if WITH_TRACE:
            self._context.tracing.start(snapshots=True)
        self.page = self._context.new_page()
        self.page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        self.page.on("console", self._hear)

    def close(self, traces: Path | None) -> None:
        if traces:
            traces.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=traces / "last.png", full_page=True)
            (traces / "last.html").write_text(self.page.content())
            if WITH_TRACE:
                self._context.tracing.stop(path=traces / "trace.zip")
        self._context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_NOISE.match(message.text):
            self._complaints.append(f"console: {message.text}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    item.stash.setdefault(OUTCOME, {})[report.when] = report.passed
    return report
