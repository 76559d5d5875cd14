"""`dev.py test …`: pytest, with its own services (`tests/plugins/services.py` starts and stops them)."""

import os
import subprocess
from collections.abc import Sequence

from config.dev import setting_up
from config.dev.managing import undisturbed
from config.dev.places import ROOT
from config.dev.venv import python

WORKERS = "2"


def main(arguments: Sequence[str]) -> int:
    setting_up.to_develop()
    return run_pytest(["-n", WORKERS, "--dist", "worksteal", *arguments])


def run_pytest(arguments: Sequence[str], **extra: str) -> int:
    """Databases are made and dropped on the server of DATABASE_OWNER_URL, or on our own one when it is not set."""
    environment = os.environ | extra
    with undisturbed():
        done = subprocess.run([python(), "-m", "pytest", *arguments], cwd=ROOT, env=environment)
    return done.returncode if done.returncode >= 0 else 128 - done.returncode
