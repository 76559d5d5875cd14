"""`dev.py bench`: the benchmarks, each a ratio against a baseline measured in the same run."""

import subprocess
from collections.abc import Sequence

from config.dev import setting_up
from config.dev.places import ROOT
from config.dev.say import Stop
from config.dev.services import services
from config.dev.venv import python


def main(arguments: Sequence[str]) -> int:
    if not (ROOT / "bench" / "run.py").exists():
        raise Stop("There are no benchmarks yet (bench/run.py).")
    setting_up.to_develop()
    named = arguments[:1] in (["imports"], ["lists"], ["generate"])
    command = [str(python()), "-m", f"bench.{arguments[0]}" if named else "bench.run", *arguments[named:]]
    with services("bench") as environment:
        return subprocess.run(command, cwd=ROOT, env=environment).returncode
