"""`dev.py demo`: the whole portal from nothing, on this machine only."""

import argparse
import errno
import fcntl
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from config.dev import setting_up
from config.dev.children import Child, look_after
from config.dev.managing import migrate_if_changed
from config.dev.places import ROOT, own_folder
from config.dev.say import WRONG_PLACE, Stop, say
from config.dev.services import services
from config.dev.venv import python

HOST, PORT = "127.0.0.1", 8000
READY_SECONDS = 60


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    port = options.port if options.port is not None else (_free_port() if options.once else PORT)
    _need_port(port)
    with only_one():
        setting_up.to_run()
        with services("demo") as environment, _ended_politely():
            environment["DJANGO_CSRF_TRUSTED_ORIGINS"] = f"http://{HOST}:{port}"
            migrate_if_changed("demo", environment)
            _must_manage("demo_seed", environment)
            children = _children(port, environment)
            try:
                for child in children:
                    child.start()
                _wait_until_it_answers(children, port)
                return _check(children, port, environment) if options.once else _serve(children, port, environment)
            finally:
                for child in children:
                    child.stop()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 dev.py demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="build everything, check that the pages answer, and end")
    parser.add_argument("--port", type=int, help=f"default {PORT}; with --once any free one")
    return parser.parse_args(arguments)


def _children(port: int, environment: Mapping[str, str]) -> list[Child]:
    folder = own_folder("demo")
    celery = [str(python()), "-m", "celery", "-A", "config.celery"]
    web = [str(python()), "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", "--workers", "2"]
    web += ["--threads", "4", "--worker-tmp-dir", str(folder), "--no-control-socket"]
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--loglevel", "INFO", "--schedule", str(folder / "beat"), "--pidfile="]
    stays = "Uploads, reports and notices will wait until it is back."
    return [
        Child("THE PORTAL", web, "Nothing answers any more.", folder / "web.log", environment, essential=True),
        Child("THE WORKER", worker, stays, folder / "worker.log", {**environment, **_as_worker(environment)}),
        Child("BEAT", beat, "Daily jobs will not start by themselves.", folder / "beat.log", environment),
    ]


def _as_worker(environment: Mapping[str, str]) -> dict[str, str]:
    """The worker has a database role of its own, where the server is ours."""
    return {"DATABASE_AS": "worker"} if "DATABASE_WORKER_URL" in environment else {}


def _serve(children: Sequence[Child], port: int, environment: Mapping[str, str]) -> int:
    _must_manage("demo_accounts", environment)
    print(f"\n  http://{HOST}:{port}/\n\n  Ctrl-C stops everything.", flush=True)
    try:
        while look_after(children):
            time.sleep(0.5)
    except KeyboardInterrupt:
        say("\nStopping.")
        return 0
    return 1


def _check(children: Sequence[Child], port: int, environment: Mapping[str, str]) -> int:
    """Every page that `demo_check` knows, by HTTP; and that nobody has died."""
    url = f"http://{HOST}:{port}"
    passed = _manage("demo_check", environment, url) == 0
    alive = look_after(children) and all(child.deaths == 0 for child in children)
    say("demo --once: " + ("everything answers" if passed and alive else "FAILED"))
    return 0 if passed and alive else 1


def _wait_until_it_answers(children: Sequence[Child], port: int) -> None:
    web, worker = children[0], children[1]
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and web.is_alive() and worker.is_alive():
        if _status(f"http://{HOST}:{port}/") and "ready." in worker.log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    silent = web if not web.is_alive() or worker.is_alive() else worker
    raise Stop(f"{silent.name} did not come up. Its last words ({silent.log}):\n{silent.last_words()}")


def _status(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def _manage(command: str, environment: Mapping[str, str], *arguments: str) -> int:
    return subprocess.run([python(), ROOT / "manage.py", command, *arguments], env=environment).returncode


def _must_manage(command: str, environment: Mapping[str, str]) -> None:
    if _manage(command, environment) != 0:
        raise Stop(f"`manage.py {command}` failed (see above).")


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                advice = f"Stop what uses it, or choose another: python3 dev.py demo --port {port + 1}"
                raise Stop(f"Port {port} is in use; nothing was started. {advice}", WRONG_PLACE) from error
            raise Stop(f"Port {port} cannot be used: {error.strerror}.", WRONG_PLACE) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def only_one() -> Iterator[None]:
    with (own_folder("demo") / "demo.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop("The demo of this checkout is already running.", WRONG_PLACE) from None
        yield


@contextmanager
def _ended_politely() -> Iterator[None]:
    """SIGTERM ends it as Ctrl-C does."""

    def end(signum: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
