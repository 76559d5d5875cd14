"""A real Celery worker, and beat, in processes of their own, on a committed database and a Valkey of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kombu import pools

from config.celery import app
from config.dev import valkey
from config.dev.places import ROOT
from tests.plugins import postgres
from tests.plugins.waiting import until

WORKER = ("worker", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle")
BEAT = ("beat", "--loglevel", "INFO", "--max-interval", "1")


class Process:
    """One `celery …` with its log."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        self.log_path = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config.celery", *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def wait_for_log(self, words: str, seconds: float = 30) -> None:
        until(lambda: words in self.log or self._dead(), seconds, f"{words!r} in {self.log_path}")
        assert words in self.log, f"the process ended:\n{self.log[-2000:]}"

    def kill(self) -> None:
        """As a power cut would: the process and its children, at once."""
        if not self._dead():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def _dead(self) -> bool:
        return self._process.poll() is not None


class Forked(Process):
    """A child of the nursery: a worker like any other, in a session of its own."""

    def __init__(self, number: int, log: Path) -> None:
        self.log_path, self._number = log, number

    def kill(self) -> None:
        if not self._dead():
            os.killpg(self._number, signal.SIGKILL)
            until(self._dead, 10, f"the end of {self._number}")

    def _dead(self) -> bool:
        """The nursery buries its children."""
        try:
            os.kill(self._number, 0)
        except ProcessLookupError:
            return True
        return False


class Nursery(Process):
    """`tests.plugins.nursery`: loaded once, it makes a worker in a few tenths of a second."""

    def __init__(self, modules: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        self.log_path, self._modules, self._born = log, modules, 0
        with log.open("ab") as complaints:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.plugins.nursery", *modules], cwd=ROOT, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, start_new_session=True,
            )  # fmt: skip
        self._answer()

    def start_worker(self, **extra: str) -> Forked:
        self._born += 1
        log = self.log_path.with_name(f"{self.log_path.stem}-{self._born}.log")
        options = [word for module in self._modules for word in ("--include", module)]
        assert self._process.stdin is not None
        print(json.dumps({"arguments": [*WORKER, *options], "extra": extra, "log": str(log)}), file=self._process.stdin)
        self._process.stdin.flush()
        child = Forked(int(self._answer()), log)
        until(log.exists, 10, str(log))
        child.wait_for_log("ready.")
        return child

    def _answer(self) -> str:
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        assert said, f"the nursery ended:\n{self.log[-2000:]}"
        return said


class Workers:
    """What the fixture gives: `start_worker()`, `start_beat()`, `until(...)`; all of it stopped after the test."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self._folder = environment, folder
        self._running: list[Process] = []

    def start_worker(self, *options: str, **extra: str) -> Process:
        process = self._start((*WORKER, *options), extra)
        process.wait_for_log("ready.")
        return process

    def start_beat(self, **extra: str) -> Process:
        own = str(self._folder / f"beat-{len(self._running)}")
        process = self._start((*BEAT, "--schedule", own), extra)
        process.wait_for_log("beat: Starting...")
        return process

    def start_nursery(self, *modules: str, **extra: str) -> Nursery:
        """For tests that need many workers in turn; what the settings read is given here, once."""
        log = self._folder / f"nursery-{len(self._running)}.log"
        nursery = Nursery(modules, {**self.environment, **extra}, log)
        self._running.append(nursery)
        return nursery

    def until(self, ask: Callable[[], object], seconds: float = 30, what: str = "the worker's effect") -> None:
        until(ask, seconds, what)

    def stop(self) -> None:
        for process in reversed(self._running):
            process.kill()

    def _start(self, arguments: tuple[str, ...], extra: dict[str, str]) -> Process:
        log = self._folder / f"{arguments[0]}-{len(self._running)}.log"
        process = Process(arguments, {**self.environment, **extra}, log)
        self._running.append(process)
        return process


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[valkey.Doorbell]:
    """A Valkey of this test's own; tasks sent by the test go to it instead of running at once."""
    own = valkey.Doorbell(tmp_path / "valkey", valkey.find_program())
    own.start()
    monkeypatch.setenv("CELERY_BROKER_URL", own.url.replace("unix://", "redis+socket://", 1))
    monkeypatch.setitem(app.conf, "task_always_eager", False)
    _forget_connections()
    yield own
    _forget_connections()
    own.stop()


@pytest.fixture
def workers(committed_db: str, broker: valkey.Doorbell, tmp_path: Path, settings) -> Iterator[Workers]:
    """The surroundings without a worker yet, for tests that start, kill and restart them."""
    environment = {
        **os.environ,
        "DATABASE_URL": postgres.url_of(committed_db),
        "DATABASE_OWNER_URL": postgres.url_of(committed_db, "owner"),
        **_a_role_of_their_own(committed_db),
        "REDIS_URL": broker.url,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "CELERY_TASK_ALWAYS_EAGER": "0",
        "CACHE_IN_MEMORY": "0",
    }
    started = Workers(environment, tmp_path)
    yield started
    started.stop()


def _a_role_of_their_own(database: str) -> dict[str, str]:
    """As in the demo; a server that is not ours may lack the role."""
    if "DATABASE_WORKER_URL" not in os.environ:
        return {}
    return {"DATABASE_AS": "worker", "DATABASE_WORKER_URL": postgres.url_of(database, "worker")}


@pytest.fixture
def real_worker(workers: Workers) -> Workers:
    """The same with one worker up."""
    workers.start_worker()
    return workers


def _forget_connections() -> None:
    """The application keeps connections to the broker that it saw first."""
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None
