"""Processes that live as long as the demo does."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.dev.places import ROOT
from config.dev.say import say

PATIENCE_SECONDS = 10
TIMES_STARTED_AGAIN = 3
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process with a name that a person understands, and what its death means."""

    name: str
    command: Sequence[str]
    means: str
    log: Path
    environment: Mapping[str, str]
    essential: bool = False
    deaths: int = 0
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_parent if sys.platform == "linux" else None,
            )

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 12) -> str:
        return "\n".join(f"    {line}" for line in self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        if self.process is None or not self.is_alive():
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def look_after(children: Sequence[Child]) -> bool:
    """Say who died, and start them again a few times. False when the portal itself is gone."""
    for child in children:
        if child.is_alive() or child.deaths > TIMES_STARTED_AGAIN:
            continue
        child.deaths += 1
        code = child.process.returncode if child.process else "?"
        say(f"\n{child.name} HAS STOPPED (exit {code}). {child.means} Its last words ({child.log}):")
        say(child.last_words())
        if child.essential:
            return False
        if child.deaths > TIMES_STARTED_AGAIN:
            say(f"{child.name} does not stay up and is left alone now.")
            continue
        say(f"Starting {child.name} again.")
        child.start()
    return True


def _die_with_the_parent() -> None:
    """Linux: should dev.py be killed, its children end too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
