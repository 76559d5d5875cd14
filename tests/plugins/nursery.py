"""A process that has loaded the application and forks: each child becomes a worker that is ready at once.

For each line of its input, a JSON object with `arguments`, `extra` and `log`, it answers with the child's number.
"""

import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, NoReturn

LOADED = ("celery.apps.worker", "celery.bin.celery", "celery.concurrency.prefork", "kombu.transport.redis")


def main(modules: list[str]) -> None:
    from config.celery import app  # noqa: PLC0415 - only the process itself, not who imports its name

    app.loader.import_default_modules()
    for module in (*LOADED, *modules):
        import_module(module)
    signal.signal(signal.SIGCHLD, _bury)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(app, **json.loads(line))
        print(child, flush=True)


def _bury(*_told: Any) -> None:
    """A dead child keeps its number until it is asked for."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return


def _live(app: Any, arguments: list[str], extra: dict[str, str], log: str) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.environ.update(extra)
    output, nothing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), os.open(os.devnull, os.O_RDONLY)
    for number, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, number)
    try:
        app.worker_main(argv=arguments)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
