"""`dev.py lint`: every check that reads the code. All of them run; the first failure does not hide the next."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.dev import setting_up
from config.dev.places import ROOT, VAR
from config.dev.say import WRONG_PLACE, say
from config.dev.services import services
from config.dev.venv import program, python

TYPED = (
    "dev.py",
    "config/dev/*.py",
    "*/rules.py",
    "*/services.py",
    "*/services/**/*.py",
    "*/*/services.py",
    "pool/rulebook/**/*.py",
    "pool/money.py",
    "pool/refs.py",
    "pool/workdays.py",
    "claims/periods.py",
    "evaluation/trial.py",
    "evaluation/trial/**/*.py",
)
ROOMS = ("pool", "banks", "loans", "claims", "recovery", "evaluation", "config")


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]


def checks() -> tuple[Check, ...]:
    manage = (str(python()), "manage.py")
    typed = sorted(str(path) for path in typed_files())
    imports = (str(program("lint-imports")), "--no-logo", "--cache-dir", str(VAR / "import-linter"))
    compose = (str(program("check-jsonschema")), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")
    return (
        Check("format", (str(program("ruff")), "format", "--check", "--quiet", "--output-format", "concise", ".")),
        Check("style", (str(program("ruff")), "check", "--quiet", "--output-format", "concise", ".")),
        Check("types", (str(program("mypy")), "--no-error-summary", *typed)),
        Check("import contracts", imports),
        Check("system check", (*manage, "check", "--deploy", "--fail-level", "WARNING")),
        Check("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Check("translations", (*manage, "check_words")),
        Check("compose file", compose),
    )


def typed_files() -> list[Path]:
    """The files whose every name must have its type."""
    found = {path for pattern in TYPED for path in ROOT.glob(pattern)}
    return [path.relative_to(ROOT) for path in found if path.relative_to(ROOT).parts[0] in (*ROOMS, "dev.py")]


def main(arguments: Sequence[str]) -> int:
    """`lint` runs all, `lint NAME …` those whose name begins so."""
    chosen = [c for c in checks() if not arguments or any(c.name.startswith(a) for a in arguments)]
    if not chosen:
        say(f"usage: python3 dev.py lint [{' | '.join(check.name.split()[0] for check in checks())}]")
        return WRONG_PLACE
    setting_up.to_develop()
    with services("test") as environment:
        environment |= {"DATABASE_AS": "owner", "HTTPS": "1"}
        failed = [check.name for check in chosen if not _passes(check, environment)]
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: all passed")
    return 1 if failed else 0


def _passes(check: Check, environment: Mapping[str, str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    seconds = time.monotonic() - began
    if done.returncode == 0:
        say(f"{seconds:6.1f} s  ok       {check.name}")
        return True
    say(f"{seconds:6.1f} s  FAILED   {check.name}")
    say("\n".join(f"    {line}" for line in done.stdout.strip().splitlines()))
    return False
