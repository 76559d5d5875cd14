"""`dev.py assure`: each proof of `tests/assurance`, and the second oracle, at release size, with a limit of time.

What passed at the same commit and size is not run again; results are kept in `var/assure`, one JSON file a proof.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.dev import setting_up
from config.dev.managing import undisturbed
from config.dev.places import ROOT, VAR
from config.dev.say import say
from config.dev.venv import python

KEPT = VAR / "assure"
HOUR = 3600
LIMITS = {
    "tests/assurance/test_idempotency.py": 4 * HOUR,
    "tests/assurance/test_last_fen.py": 2 * HOUR,
    "tests/assurance/test_three_percent.py": 2 * HOUR,
    "tests/assurance/test_kill_nine.py": 2 * HOUR,
    "tests/assurance/test_tamper.py": HOUR,
    "tests/assurance/test_job_faults.py": HOUR,
    "tests/assurance/test_lock_order.py": HOUR,
    "tests/assurance/test_life_cycle.py": 8 * HOUR,
    "tests/assurance/test_api_contract.py": 4 * HOUR,
    "tests/oracle": 3 * HOUR,
}
"""Seconds after which a proof is to come to its end; one that does not is killed after half as much again."""
FIGURES = re.compile(r"^\.*(?:FIGURES )?(?P<line>.+?: .*(?: cases, .*| s))$")


@dataclass
class Result:
    """What a proof came to, and at which commit and size."""

    proof: str
    commit: str
    size: str
    passed: bool
    seconds: float
    limit: int = 0
    figures: list[str] = field(default_factory=list)
    tail: str = ""


def main(arguments: Sequence[str]) -> int:
    """`assure [WORD[=SECONDS] …]`: all proofs, or those whose name holds one of the words, each within its seconds."""
    setting_up.to_develop()
    chosen = limits(arguments)
    commit, size = commit_now(), os.environ.get("ASSURANCE_SIZE", "release")
    results = [_result(proof, commit, size, limit) for proof, limit in chosen.items()]
    _table(results)
    return 0 if results and all(one.passed for one in results) else 1


def proofs() -> list[str]:
    """Every file of the proofs, those without a limit of their own too."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "assurance").glob("test_*.py"))
    return [*files, "tests/oracle"]


def limits(arguments: Sequence[str]) -> dict[str, int]:
    """The chosen proofs in the order asked for, with the seconds of each."""
    ordinary = int(os.environ.get("ASSURANCE_SECONDS", "0"))
    found: dict[str, int] = {}
    for argument in arguments or [""]:
        word, _, seconds = argument.partition("=")
        for proof in proofs():
            if word in proof:
                found.setdefault(proof, int(seconds or 0) or ordinary or LIMITS.get(proof, HOUR))
    return found


def commit_now() -> str:
    """The commit, marked when the tree holds more than that: then nothing counts as finished."""
    head = _git("rev-parse", "HEAD")
    return f"{head}-altered" if _git("status", "--porcelain") else head


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def _result(proof: str, commit: str, size: str, limit: int) -> Result:
    file = KEPT / f"{Path(proof).stem}.json"
    known = _known(file)
    if known is not None and _is_enough(known, commit, size, limit):
        say(f"assure: {proof} has passed at this commit and size")
        return known
    result = _run(proof, commit, size, limit)
    KEPT.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(result), ensure_ascii=False, indent=1), encoding="utf-8")
    return result


def _known(file: Path) -> Result | None:
    try:
        return Result(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_enough(known: Result, commit: str, size: str, limit: int) -> bool:
    """Passed here at this size; if its limit of time cut it short, only a longer one is worth another run."""
    cut = any("CUT" in line for line in known.figures)
    same = (known.commit, known.size) == (commit, size) and "-" not in commit
    return known.passed and same and (not cut or limit <= known.limit)


def _run(proof: str, commit: str, size: str, limit: int) -> Result:
    say(f"assure: {proof}, size {size}, up to {limit} s")
    environment = os.environ | {"ASSURANCE_SIZE": size, "ASSURANCE_SECONDS": str(limit)}
    command: list[str | Path] = [python(), "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", proof]
    began = time.monotonic()
    with undisturbed():
        passed, said = _output(command, environment, limit + limit // 2 + 600)
    figures = [found["line"] for line in said.splitlines() if (found := FIGURES.match(line.strip()))]
    tail = "" if passed else said[-4000:]
    return Result(proof, commit, size, passed, round(time.monotonic() - began, 1), limit, figures, tail)


def _output(command: Sequence[str | Path], environment: dict[str, str], patience: float) -> tuple[bool, str]:
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=patience, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        said = late.stdout.decode(errors="replace") if isinstance(late.stdout, bytes) else str(late.stdout or "")
        return False, f"{said}\nnot finished after {patience:.0f} s"
    return done.returncode == 0, done.stdout


def _table(results: Sequence[Result]) -> None:
    for one in results:
        say(f"{'passed' if one.passed else 'FAILED':<7}{one.seconds:>10,.1f} s  {one.proof}")
        for line in one.figures:
            say(f"{'':<21}{line}")
        if one.tail:
            say("\n".join(f"{'':<21}{line}" for line in one.tail.splitlines()[-12:]))
