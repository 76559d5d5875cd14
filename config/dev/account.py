"""The operating system's account that the database server runs under: it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Account:
    """`drops` is true when we are root and every command must be given away."""

    uid: int
    gid: int
    drops: bool

    def options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drops else {}

    def run(self, command: Sequence[str | Path], **kwargs: Any) -> subprocess.CompletedProcess[str]:
        kwargs.setdefault("cwd", "/")
        return subprocess.run(
            [str(part) for part in command], text=True, capture_output=True, **self.options(), **kwargs
        )

    def can_write(self, folder: Path) -> bool:
        return self.run([_test_program(), "-w", folder]).returncode == 0

    def can_execute(self, program: Path) -> bool:
        return self.run([_test_program(), "-x", program]).returncode == 0

    def give(self, folder: Path) -> None:
        """Make the folder and hand it over, closed to everybody else."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.lstat()
        if status.st_uid not in (self.uid, os.getuid()) or folder.is_symlink():
            raise PermissionError(f"{folder} belongs to somebody else")
        if self.drops:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def service_account(owner_of: Path | None = None) -> Account:
    """Ourselves; for root the owner of the data that are already there, else `postgres`, else `nobody`."""
    if os.getuid() != 0:
        return Account(os.getuid(), os.getgid(), drops=False)
    if owner_of is not None and owner_of.exists() and owner_of.stat().st_uid != 0:
        status = owner_of.stat()
        return Account(status.st_uid, status.st_gid, drops=True)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, drops=True)
    return Account(65534, 65534, drops=True)


def _test_program() -> str:
    return shutil.which("test") or "/usr/bin/test"
