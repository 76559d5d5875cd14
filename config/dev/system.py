"""What the operating system must bring, and how to say so when it does not."""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.dev import chromium
from config.dev.say import MISSING_LIBRARY, Stop, say


@dataclass(frozen=True)
class Need:
    package: str
    is_there: Callable[[], bool]


def _library(name: str) -> Callable[[], bool]:
    def probe() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return probe


def _any_program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _chinese_font() -> bool:
    folders = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
    patterns = ("**/*CJK*", "**/wqy*", "**/*SourceHan*", "**/*NotoSansSC*")
    return any(True for folder in folders if folder.exists() for p in patterns for _ in folder.glob(p))


TO_RUN = (
    Need("libpango-1.0-0", _library("libpango-1.0.so.0")),
    Need("libpangoft2-1.0-0", _library("libpangoft2-1.0.so.0")),
    Need("libharfbuzz-subset0", _library("libharfbuzz-subset.so.0")),
)
TO_TEST = (
    Need("chromium", _any_program(*chromium.NAMES)),
    Need("libatomic1", _library("libatomic.so.1")),
    Need("fonts-noto-cjk", _chinese_font),
    Need("poppler-utils", _any_program("pdftotext")),
    Need("gettext", _any_program("xgettext")),
)


def is_root() -> bool:
    return os.getuid() == 0


def provide(needs: Sequence[Need]) -> None:
    """Install what is missing when we may; say what to install when we may not."""
    if sys.platform != "linux":
        _advise_elsewhere()
        return
    missing = [need.package for need in needs if not need.is_there()]
    if not missing:
        return
    if not is_root() or not shutil.which("apt-get"):
        line = " ".join(missing)
        raise Stop(
            f"Missing system packages. Install them, then run this again:\n  apt-get install {line}", MISSING_LIBRARY
        )
    install_packages(missing)
    still = [need.package for need in needs if not need.is_there()]
    if still:
        raise Stop(f"Installed, but still not found: {' '.join(still)}", MISSING_LIBRARY)


def install_packages(packages: Sequence[str]) -> None:
    say(f"Installing system packages: {' '.join(packages)}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 and command is install:
            raise Stop(f"apt-get failed:\n{done.stdout[-2000:]}", MISSING_LIBRARY)


def _advise_elsewhere() -> None:
    try:
        found = any(Path(base, "lib/libpango-1.0.dylib").exists() for base in ("/opt/homebrew", "/usr/local"))
    except OSError:
        found = False
    if not found:
        raise Stop("Pango is missing. Install it, then run this again:\n  brew install pango", MISSING_LIBRARY)
