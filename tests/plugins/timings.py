"""How long each folder of tests took, printed before pytest's own last line."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

_seconds: defaultdict[str, float] = defaultdict(float)
_tests: defaultdict[str, set[str]] = defaultdict(set)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    suite = "/".join(report.nodeid.split("::")[0].split("/")[:2])
    _seconds[suite] += report.duration
    _tests[suite].add(report.nodeid)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    terminalreporter.section("time per suite (added over the workers)")
    for suite in sorted(_seconds, key=lambda name: -_seconds[name]):
        terminalreporter.write_line(f"{_seconds[suite]:8.1f} s  {len(_tests[suite]):5} tests  {suite}")
